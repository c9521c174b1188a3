//! One type a kind of key, so that a visit can't be handed over where a petition case is wanted.

use serde::{Deserialize, Serialize};

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.trim().parse().map(Self)
            }
        }
    )*};
}

keys! {
    /// A court, division or office.
    UnitId,
    /// A person who works at the courts.
    StaffId,
    /// A grant of a role (岗位授权).
    GrantId,
    /// A petitioner (信访人).
    PetitionerId,
    /// A visit, letter or call (信访件).
    VisitId,
    /// A petition case (信访案件).
    PetitionCaseId,
    /// A round of handling (办理轮次).
    RoundId,
    /// A court case (原审案件).
    CourtCaseId,
    /// An assignment (交办).
    AssignmentId,
    /// A batch of assignments (交办批次).
    BatchId,
    /// A clock that runs for an assignment.
    ClockId,
    /// One version of a rule set.
    RuleSetId,
    /// A close report with its signatures (办结报告).
    ClosingId,
    /// A progress report (书面进展情况报告).
    ReportId,
    /// A bulletin (通报).
    BulletinId,
    /// An import of a ledger.
    ImportId,
    /// A stored file.
    DocumentId,
}
