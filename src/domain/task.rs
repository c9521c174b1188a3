//! What a case asks of someone (需要做什么): the lines of the work queue and the next step of a case.

use super::deadline::ClockKind;
use super::petition_case::Stage;
use super::sign_step::SignStep;

/// One thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// The bureau gives the case to a court (交办).
    Assign,
    /// The court acknowledges the assignment (签收).
    Acknowledge,
    /// The ledger is made and names who is responsible (2日台账).
    Ledger,
    /// The assigned leader meets the petitioner (2日约见).
    Meeting,
    /// The written progress report goes to the bureau (7日报告).
    Report,
    /// The bureau takes the report, or returns it.
    Receive,
    /// The petitioner is told the result (答复).
    Reply,
    /// The court applies for closing (30日办结).
    Close,
    /// The close report came back (退回补正).
    Correct,
    /// A close report waits for a signature.
    Sign(SignStep),
}

impl Task {
    /// What a running clock asks for. Of the closing: what came back is put right first; then the
    /// petitioner is answered, once the report is done; then the court applies.
    pub const fn of_clock(kind: ClockKind, stage: Stage, reporting: bool) -> Option<Self> {
        match kind {
            ClockKind::Acknowledge => Some(Self::Acknowledge),
            ClockKind::Ledger => Some(Self::Ledger),
            ClockKind::Meeting => Some(Self::Meeting),
            ClockKind::Report => Some(Self::Report),
            ClockKind::Close if matches!(stage, Stage::Returned) => Some(Self::Correct),
            ClockKind::Close if matches!(stage, Stage::Replied) || reporting => Some(Self::Close),
            ClockKind::Close => Some(Self::Reply),
            ClockKind::Objection => None,
        }
    }

    /// As in the work queue and in the next-step box.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Assign => "交办案件",
            Self::Acknowledge => "签收交办",
            Self::Ledger => "建立台账，明确四类责任人",
            Self::Meeting => "约见信访人并录入笔录",
            Self::Report => "报送书面进展情况",
            Self::Receive => "审核书面进展情况",
            Self::Reply => "当面答复并制作答复笔录",
            Self::Close => "申请办结并报院长签批",
            Self::Correct => "补正办结报告",
            Self::Sign(_) => "签批：办结报告",
        }
    }

    /// The verb on its button.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Assign => "去交办",
            Self::Acknowledge => "去签收",
            Self::Ledger => "建台账",
            Self::Meeting => "录约见",
            Self::Report => "去报送",
            Self::Receive => "去审核",
            Self::Reply => "录答复",
            Self::Close => "去办结",
            Self::Correct => "去补正",
            Self::Sign(_) => "去签批",
        }
    }

    /// Where it is done: the case by its number, a close report by its random id.
    pub fn href(self, case_number: &str, paper: &str) -> String {
        match self {
            Self::Assign => format!("/assignments/new?case_no={case_number}"),
            Self::Acknowledge => format!("/cases/{case_number}/acknowledgement"),
            Self::Ledger => format!("/cases/{case_number}/ledger"),
            Self::Meeting => format!("/cases/{case_number}/interviews/new?kind=lead_meeting"),
            Self::Report | Self::Receive => format!("/cases/{case_number}/report"),
            Self::Reply => format!("/cases/{case_number}/answer"),
            Self::Close | Self::Correct => format!("/cases/{case_number}/closing"),
            Self::Sign(_) => format!("/approvals/{paper}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_asks_for_what_can_be_done_next() {
        use ClockKind::{Acknowledge, Close, Ledger, Meeting, Objection, Report};
        let table = [
            (Acknowledge, Stage::Assigned, true, Some(Task::Acknowledge)),
            (Ledger, Stage::InHandling, true, Some(Task::Ledger)),
            (Meeting, Stage::InHandling, true, Some(Task::Meeting)),
            (Report, Stage::InHandling, true, Some(Task::Report)),
            (Close, Stage::InHandling, true, Some(Task::Close)),
            (Close, Stage::InHandling, false, Some(Task::Reply)),
            (Close, Stage::Replied, false, Some(Task::Close)),
            (Close, Stage::Returned, false, Some(Task::Correct)),
            (Close, Stage::Returned, true, Some(Task::Correct)),
            (Objection, Stage::Assigned, true, None),
        ];
        for (kind, stage, reporting, task) in table {
            assert_eq!(Task::of_clock(kind, stage, reporting), task, "{kind:?} {stage:?}");
        }
    }

    #[test]
    fn a_signature_is_given_where_the_report_is() {
        assert_eq!(Task::Sign(SignStep::Bureau).href("XF2026-00128", "7c9e"), "/approvals/7c9e");
        assert_eq!(Task::Correct.href("XF2026-00128", "7c9e"), "/cases/XF2026-00128/closing");
    }
}
