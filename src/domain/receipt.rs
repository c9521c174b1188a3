//! What a petitioner takes home from the window: what happens next and by when, and the lawful way
//! where a petition is none.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use super::assignment::assign_by;
use super::calendar::{self, Calendar, day_of};
use super::category::Category;
use super::deadline::{ClockKind, RuleSet, due};
use super::visit::{Disposition, LitigationRoute};

/// 《信访工作条例》第二十二条: what belongs elsewhere is sent on within so many days.
const TRANSFER_DAYS: u64 = 5;

/// What the sentence on the receipt (下一步) is made of.
#[derive(Debug, Clone, Copy)]
pub struct Taken<'a> {
    pub disposition: Disposition,
    /// When the court received it.
    pub received_at: DateTime<Utc>,
    /// The court that will probably be given the case: the one of the original case.
    pub court: Option<&'a str>,
    /// Whether it opened a further round of a case that had ended.
    pub reopens: bool,
    /// The case that the visit belongs to, and the court where it is handled.
    pub case: Option<(&'a str, &'a str)>,
    pub organ: Option<&'a str>,
}

/// The next step with its dates, by the rules and the calendar of the day.
pub fn next_step(taken: &Taken<'_>, rules: &RuleSet, calendar: &Calendar) -> String {
    let received = day_of(taken.received_at);
    match taken.disposition {
        Disposition::JoinedToCase if taken.reopens => {
            let number = taken.case.map_or("原信访案件", |(number, _)| number);
            let confirmed = day(assign_by(taken.received_at));
            let answered = rules
                .rule(ClockKind::Close)
                .map(|rule| day(due(rule, taken.received_at, calendar).on))
                .map(|day| format!("，办理结果最迟{day}答复您"))
                .unwrap_or_default();
            format!("{number}已登记重新办理，中院信访局最迟{confirmed}确认并交办{answered}。")
        }
        Disposition::Accepted => {
            let court = taken.court.unwrap_or("责任法院");
            let assigned = day(assign_by(taken.received_at));
            match rules.rule(ClockKind::Close) {
                Some(rule) => {
                    let answered = day(due(rule, taken.received_at, calendar).on);
                    format!("中院信访局最迟{assigned}交{court}办理，办理结果最迟{answered}答复您。")
                }
                None => format!("中院信访局最迟{assigned}交{court}办理。"),
            }
        }
        Disposition::JoinedToCase => match taken.case {
            Some((number, court)) => {
                format!("已并入{number}，由{court}一并办理并答复您，不另行立案。")
            }
            None => "已并入原信访案件，一并办理并答复您。".to_owned(),
        },
        Disposition::ResolvedOnSpot => {
            "已当场答复。对答复有异议的，可以凭本单再次反映。".to_owned()
        }
        Disposition::RoutedToLitigation => {
            "请按《诉讼程序告知单》写明的期限和地点提出，本院不作信访事项办理。".to_owned()
        }
        Disposition::TransferredOut => {
            let by = received + Days::new(TRANSFER_DAYS);
            let by = day(calendar.rolled(by).unwrap_or(by));
            format!("最迟{by}转送{}，由该机关依法办理。", taken.organ.unwrap_or("有权处理的机关"))
        }
        Disposition::NotAccepted => "不予受理的理由和依法的途径见《不予受理告知单》。".to_owned(),
    }
}

/// 「6月16日」
fn day(day: NaiveDate) -> String {
    format!("{}月{}日", day.month(), day.day())
}

/// 「2026年6月15日 10:42」
pub fn moment(at: DateTime<Utc>) -> String {
    let day = day_of(at);
    format!("{}年{}月{}日 {}", day.year(), day.month(), day.day(), calendar::clock_time(at))
}

/// The lawful way of a procedure: what to do, where, until when, and by which article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LawfulWay {
    pub what: &'static str,
    pub place: &'static str,
    pub limit: &'static str,
    pub basis: &'static str,
}

impl LitigationRoute {
    /// What the notice (诉讼程序告知单) says of the procedure.
    pub const fn way(self) -> LawfulWay {
        match self {
            Self::Retrial => LawfulWay {
                what: "对已经发生法律效力的判决、裁定、调解书认为有错误的，可以申请再审",
                place: "上一级人民法院；一方人数众多或者双方为公民的案件，也可以向原审人民法院",
                limit: "判决、裁定发生法律效力后六个月内；有新证据等法定情形的，自知道或者应当知道之日起六个月内",
                basis: "《中华人民共和国民事诉讼法》第二百一十条、第二百一十六条",
            },
            Self::EnforcementObjection => LawfulWay {
                what: "认为执行行为违反法律规定，或者对执行标的主张权利的，可以提出书面异议",
                place: "负责执行的人民法院",
                limit: "执行程序终结之前；对执行标的的异议，在该标的执行终结之前",
                basis: "《中华人民共和国民事诉讼法》第二百三十六条、第二百三十八条",
            },
            Self::Reconsideration => LawfulWay {
                what: "对执行异议裁定不服的，可以申请复议",
                place: "上一级人民法院",
                limit: "异议裁定送达之日起十日内",
                basis: "《中华人民共和国民事诉讼法》第二百三十六条",
            },
            Self::ResumedEnforcement => LawfulWay {
                what: "发现被执行人有可供执行的财产的，可以申请恢复执行",
                place: "原执行法院",
                limit: "发现财产后随时提出，不受申请执行时效期间的限制",
                basis: "《最高人民法院关于适用〈中华人民共和国民事诉讼法〉的解释》第五百一十七条",
            },
            Self::NewSuit => LawfulWay {
                what: "与原案不属同一争议的，可以另行起诉",
                place: "对争议有管辖权的人民法院",
                limit: "诉讼时效期间内，一般为知道或者应当知道权利受到损害以及义务人之日起三年",
                basis: "《中华人民共和国民事诉讼法》第一百二十二条、《中华人民共和国民法典》第一百八十八条",
            },
            Self::StateCompensation => LawfulWay {
                what: "认为司法行为侵犯合法权益造成损害的，可以申请国家赔偿",
                place: "赔偿义务机关；对其决定不服的，向上一级人民法院赔偿委员会",
                limit: "知道或者应当知道权益受到侵犯之日起两年内",
                basis: "《中华人民共和国国家赔偿法》第二十二条、第三十九条",
            },
            Self::Other => LawfulWay {
                what: "按接谈人当面说明的程序提出",
                place: "接谈人告知的人民法院或者部门",
                limit: "以法律对该程序的规定为准",
                basis: "《中华人民共和国民事诉讼法》及有关司法解释",
            },
        }
    }
}

/// Against an order that a suit isn't accepted, which is a first decision and no judgment in force.
const APPEAL: LawfulWay = LawfulWay {
    what: "对人民法院不予受理的裁定不服的，可以提起上诉；没有收到裁定的，可以请求受诉人民法院依法作出裁定",
    place: "作出裁定的人民法院的上一级人民法院，上诉状通过原审人民法院提出",
    limit: "裁定书送达之日起十日内",
    basis: "《中华人民共和国民事诉讼法》第一百二十六条、第一百七十一条",
};

impl Category {
    /// What the notice of a refusal (不予受理告知单) names as the lawful way of such a matter; where
    /// the law has several, none of them alone.
    pub const fn way(self) -> LawfulWay {
        match self {
            Self::Filing => APPEAL,
            Self::TrialSubstance | Self::TrialProcedure | Self::Retrial => {
                LitigationRoute::Retrial.way()
            }
            Self::EnforcementAssets
            | Self::EnforcementPayment
            | Self::EnforcementTerminated
            | Self::EnforcementConduct => LitigationRoute::EnforcementObjection.way(),
            Self::StateCompensation => LitigationRoute::StateCompensation.way(),
            Self::Preservation | Self::JudicialAid | Self::Other => LitigationRoute::Other.way(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::sample::calendar;
    use crate::domain::ids::RuleSetId;

    fn taken(disposition: Disposition, received_at: &str) -> Taken<'_> {
        Taken {
            disposition,
            received_at: received_at.parse().unwrap(),
            court: Some("东湖法院"),
            reopens: false,
            case: Some(("XF2026-00128", "青溪法院")),
            organ: Some("市人社局"),
        }
    }

    #[test]
    fn the_next_step_names_its_dates() {
        let table = [
            (
                Disposition::Accepted,
                "2026-06-15T10:42:00+08:00",
                "中院信访局最迟6月15日交东湖法院办理，办理结果最迟7月15日答复您。",
            ),
            (
                Disposition::Accepted,
                "2026-06-15T17:00:00+08:00",
                "中院信访局最迟6月16日交东湖法院办理，办理结果最迟7月15日答复您。",
            ),
            // 2026-10-01 to 10-07 are holidays: the thirtieth day rolls.
            (
                Disposition::Accepted,
                "2026-09-02T10:42:00+08:00",
                "中院信访局最迟9月2日交东湖法院办理，办理结果最迟10月8日答复您。",
            ),
            (
                Disposition::JoinedToCase,
                "2026-06-15T10:42:00+08:00",
                "已并入XF2026-00128，由青溪法院一并办理并答复您，不另行立案。",
            ),
            // 06-20 is a Saturday of the Dragon Boat holiday, 06-22 the next working day.
            (
                Disposition::TransferredOut,
                "2026-06-15T10:42:00+08:00",
                "最迟6月22日转送市人社局，由该机关依法办理。",
            ),
        ];
        let rules = RuleSet::standard(RuleSetId(1));
        for (disposition, at, expected) in table {
            assert_eq!(next_step(&taken(disposition, at), &rules, &calendar()), expected);
        }
    }

    #[test]
    fn a_refusal_names_the_way_of_its_matter() {
        for (category, expected) in [
            (Category::Filing, "十日内"),
            (Category::TrialSubstance, "六个月内"),
            (Category::Retrial, "六个月内"),
            (Category::EnforcementPayment, "执行程序终结之前"),
            (Category::StateCompensation, "两年内"),
            (Category::Other, "以法律对该程序的规定为准"),
        ] {
            assert!(category.way().limit.contains(expected), "{category:?}");
        }
    }

    #[test]
    fn every_procedure_says_where_and_until_when() {
        for route in LitigationRoute::ALL {
            let way = route.way();
            assert!(!way.place.is_empty() && !way.limit.is_empty() && !way.basis.is_empty());
        }
    }
}
