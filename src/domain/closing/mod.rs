//! Closing (办结): the close report with its seven sections and its papers, the application, and
//! the chain of signatures that confirms it.

mod application;
mod chain;
mod content;
mod draft;
mod signing;

pub use application::{Applied, Dossier, Refusal, Report, apply, may_apply};
pub use chain::{Closing, Decision, Signature};
pub use content::{Content, Paper, Sections};
pub use draft::draft;
pub use signing::{Effect, NotSigned, Signed, Signer, Verdict, may_sign, sign, waiting_step};

use super::code::codes;
use super::document::DocumentKind;
use super::outcome::Outcome;

codes! {
    /// The seven sections of a close report (办结报告), in the order of the form.
    Section {
        Parties = "c1", "信访人和原审当事人基本情况";
        Original = "c2", "原审处理经过和裁判情况";
        Remedies = "c3", "申请再审或申诉复查情况";
        Grounds = "c4", "信访事由";
        Findings = "c5", "信访事由调查核实情况及信访事项历史处理情况";
        SelfCheck = "c6", "自查意见";
        Conclusion = "c7", "评查结论";
    }
}

impl Section {
    /// 「一」 to 「七」.
    pub const fn numeral(self) -> &'static str {
        match self {
            Self::Parties => "一",
            Self::Original => "二",
            Self::Remedies => "三",
            Self::Grounds => "四",
            Self::Findings => "五",
            Self::SelfCheck => "六",
            Self::Conclusion => "七",
        }
    }
}

/// The outcomes that a court can report; an oral undertaking matures by itself after a year.
pub const OFFERED: [Outcome; 7] = [
    Outcome::SettledWritten,
    Outcome::SettledOralProvisional,
    Outcome::ClosedUnsettled,
    Outcome::Terminated,
    Outcome::WrittenOff,
    Outcome::RoutedToLitigation,
    Outcome::TransferredOut,
];

/// The papers that go with an outcome (分类报结材料): 化解息诉的 — 评查报告、息诉材料、化解方案; 无法息诉的 —
/// 评查报告、自查自纠报告、化解方案; 已经终结的 — 评查报告、终结决定.
pub const fn needed(outcome: Outcome) -> &'static [DocumentKind] {
    use DocumentKind::{Plan, ReviewReport, SelfCheckReport, Settlement, TerminationDecision};
    match outcome {
        Outcome::SettledWritten | Outcome::SettledOralProvisional | Outcome::SettledOralMatured => {
            &[ReviewReport, Settlement, Plan]
        }
        Outcome::Terminated => &[ReviewReport, TerminationDecision],
        Outcome::ClosedUnsettled
        | Outcome::WrittenOff
        | Outcome::RoutedToLitigation
        | Outcome::TransferredOut => &[ReviewReport, SelfCheckReport, Plan],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_calls_for_its_papers() {
        let table = [
            (Outcome::SettledWritten, "评查报告 息诉材料 化解方案"),
            (Outcome::SettledOralProvisional, "评查报告 息诉材料 化解方案"),
            (Outcome::ClosedUnsettled, "评查报告 自查自纠报告 化解方案"),
            (Outcome::Terminated, "评查报告 终结决定"),
            (Outcome::WrittenOff, "评查报告 自查自纠报告 化解方案"),
            (Outcome::RoutedToLitigation, "评查报告 自查自纠报告 化解方案"),
            (Outcome::TransferredOut, "评查报告 自查自纠报告 化解方案"),
        ];
        assert_eq!(table.map(|(outcome, _)| outcome), OFFERED);
        for (outcome, papers) in table {
            let labels: Vec<_> = needed(outcome).iter().map(|kind| kind.label()).collect();
            assert_eq!(labels.join(" "), papers, "{}", outcome.label());
        }
    }

    #[test]
    fn the_sections_are_numbered_in_their_order() {
        let numerals: String = Section::ALL.iter().map(|section| section.numeral()).collect();
        assert_eq!(numerals, "一二三四五六七");
    }
}
