//! Where a case stands today: some are held before a step, so that no desk is empty.

use super::act::Limits;
use crate::domain::sign_step::SignStep;

/// What the handling of a case is held before, or that nothing holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It takes its course.
    Free,
    /// Not acknowledged yet.
    Unseen,
    NoLedger,
    NoMeeting,
    NoReport,
    /// The bureau has not read the report yet.
    NoReceipt,
    /// The bureau returned the report.
    NoBetterReport,
    NoAnswer,
    /// Answered, and not reported as closed.
    NoClosing,
    /// A close report waits for this signature.
    Unsigned(SignStep),
    /// The bureau returned the close report.
    NoBetterClosing,
}

impl Fate {
    /// On which working day before today the closing is applied for, so that it waits for its next
    /// step and for nothing else.
    pub const fn applied(self) -> Option<usize> {
        match self {
            Self::Unsigned(SignStep::Leader) => Some(1),
            Self::Unsigned(SignStep::President) => Some(2),
            Self::Unsigned(SignStep::Bureau) => Some(3),
            Self::Unsigned(SignStep::LeadingGroup) | Self::NoBetterClosing => Some(4),
            Self::Free
            | Self::Unseen
            | Self::NoLedger
            | Self::NoMeeting
            | Self::NoReport
            | Self::NoReceipt
            | Self::NoBetterReport
            | Self::NoAnswer
            | Self::NoClosing => None,
        }
    }
}

/// What the desks of the bureau and the courts should not be without, in turn.
pub const IN_TURN: [Fate; 7] = [
    Fate::NoReceipt,
    Fate::Unsigned(SignStep::Bureau),
    Fate::NoClosing,
    Fate::Unsigned(SignStep::LeadingGroup),
    Fate::NoBetterClosing,
    Fate::NoBetterReport,
    Fate::NoAnswer,
];

/// The days of the batch before today, so that a ledger is due today and a meeting tomorrow.
pub fn campaign(days_ago: u16) -> Limits {
    Limits::Custom([days_ago, days_ago + 1, days_ago + 4, days_ago + 20])
}
