//! The words of the courts' ledgers, and what they mean here.

use super::cell::plain;
use crate::domain::code::codes;
use crate::domain::outcome::Outcome;
use crate::domain::source::Source;

/// The source that a ledger's 案件来源 names.
pub fn source(text: &str) -> Option<Source> {
    let text = plain(text);
    let source = match text.as_str() {
        "省委政法委" => Source::ProvincePlc,
        "省院" | "省法院交办" | "省高院交办" | "省高级人民法院交办" => {
            Source::ProvinceCourt
        }
        "市委政法委" => Source::CityPlc,
        "中院" | "市中院交办" | "中级人民法院交办" => Source::CityCourt,
        "联席会议转送" | "信访局转送" | "联席办转送" => Source::JointOffice,
        "人大转送" | "人大交办" => Source::Congress,
        "领导批示件" | "市领导批示" => Source::LeaderInstruction,
        "来访" | "窗口登记" | "信访窗口" => Source::Window,
        "信件" | "群众来信" => Source::Letter,
        "网上" | "网上登记" => Source::Online,
        "12368热线" | "热线" | "来电" => Source::Hotline,
        "自行排查" | "自查" => Source::SelfIdentified,
        other => return Source::ALL.iter().copied().find(|source| source.label() == other),
    };
    Some(source)
}

/// What a ledger's 办理结果 says: still open, or closed with an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// 办理中
    Open,
    /// Closed in this way.
    Closed(Outcome),
}

/// Reads 办理结果. 「息诉罢访」 alone says neither written nor oral, so it is not read.
pub fn standing(text: &str) -> Option<Standing> {
    let text = plain(text);
    let outcome = match text.as_str() {
        "" | "办理中" | "正在办理" | "未办结" | "未结" => return Some(Standing::Open),
        "书面保证息诉罢访" | "书面保证息诉" | "书面承诺息诉罢访" => {
            Outcome::SettledWritten
        }
        "口头息诉" | "口头承诺息诉罢访" | "口头承诺息诉" | "口头息诉(观察一年)" => {
            Outcome::SettledOralProvisional
        }
        "口头息诉(已满一年)" => Outcome::SettledOralMatured,
        "省法院批准终结" | "省高院批准终结" | "批准终结" | "已终结" => {
            Outcome::Terminated
        }
        "已核销" | "批准核销" => Outcome::WrittenOff,
        "其他方式办结(导入再审程序)"
        | "其他方式办结(导入诉讼)"
        | "导入再审程序"
        | "导入诉讼程序" => Outcome::RoutedToLitigation,
        "已移送" | "移送其他机关" => Outcome::TransferredOut,
        other => Outcome::ALL.iter().copied().find(|outcome| outcome.label() == other)?,
    };
    Some(Standing::Closed(outcome))
}

/// The grade of a reviewed court case (评查等次).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// 一类
    First,
    /// 二类
    Second,
    /// 三类
    Third,
}

impl Grade {
    /// 1, 2 or 3.
    pub const fn number(self) -> i16 {
        match self {
            Self::First => 1,
            Self::Second => 2,
            Self::Third => 3,
        }
    }
}

codes! {
    /// The procedure in which a court case was decided (程序).
    Procedure {
        FirstInstance = "first_instance", "一审";
        SecondInstance = "second_instance", "二审";
        Retrial = "retrial", "再审";
        Reexamination = "reexamination", "复查";
        Enforcement = "enforcement", "执行";
    }
}

/// Reads 评查等次: 一类, 二类, 三类.
pub fn grade(text: &str) -> Option<Grade> {
    match plain(text).trim_end_matches("案件") {
        "一类" | "1" | "Ⅰ类" => Some(Grade::First),
        "二类" | "2" | "Ⅱ类" => Some(Grade::Second),
        "三类" | "3" | "Ⅲ类" => Some(Grade::Third),
        _ => None,
    }
}

/// Reads 程序: at which stage the reviewed court case was.
pub fn procedure(text: &str) -> Option<Procedure> {
    let text = plain(text);
    Procedure::ALL.iter().copied().find(|procedure| procedure.label() == text)
}

/// Reads 是 or 否.
pub fn yes(text: &str) -> Option<bool> {
    match plain(text).as_str() {
        "是" | "有" => Some(true),
        "否" | "无" | "" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_by_its_label_and_by_the_usual_short_forms() {
        for &expected in Source::ALL {
            assert_eq!(source(expected.label()), Some(expected));
        }
        let table = [
            (" 省委政法委 ", Some(Source::ProvincePlc)),
            ("自行排查", Some(Source::SelfIdentified)),
            ("１２３６８", Some(Source::Hotline)),
            ("某单位", None),
            ("", None),
        ];
        for (given, expected) in table {
            assert_eq!(source(given), expected, "{given}");
        }
    }

    #[test]
    fn a_result_is_read_only_when_it_says_how_the_case_ended() {
        let table = [
            ("书面保证息诉罢访", Some(Standing::Closed(Outcome::SettledWritten))),
            ("省法院批准终结", Some(Standing::Closed(Outcome::Terminated))),
            ("其他方式办结（导入再审程序）", Some(Standing::Closed(Outcome::RoutedToLitigation))),
            ("口头息诉（观察一年）", Some(Standing::Closed(Outcome::SettledOralProvisional))),
            ("办理中", Some(Standing::Open)),
            ("", Some(Standing::Open)),
            ("息诉罢访", None),
            ("其他方式办结", None),
        ];
        for (given, expected) in table {
            assert_eq!(standing(given), expected, "{given}");
        }
        for &outcome in Outcome::ALL {
            assert_eq!(standing(outcome.label()), Some(Standing::Closed(outcome)));
        }
    }

    #[test]
    fn grades_and_answers_are_read() {
        let table = [
            ("一类", Some(Grade::First)),
            ("二类案件", Some(Grade::Second)),
            ("3", Some(Grade::Third)),
            ("优秀", None),
        ];
        for (given, expected) in table {
            assert_eq!(grade(given), expected, "{given}");
        }
        assert_eq!([yes("是"), yes("否"), yes("也许")], [Some(true), Some(false), None]);
    }
}
