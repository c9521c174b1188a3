//! What a person decides about a row that probably repeats another petition case.

use super::{DryRun, State};
use crate::domain::code::{codes, getters};
use crate::domain::ids::ImportId;
use crate::domain::ledger_import::{LedgerRow, Place, ReviewRow};

codes! {
    /// The two answers.
    Decision {
        Same = "same", "是同一件";
        Another = "another", "不是同一件，导入";
    }
}

/// A row of an import as the register keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRow {
    pub import: ImportId,
    pub place: Place,
    pub state: State,
    /// The whole import was undone.
    pub undone: bool,
}

/// Why a decision can't be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("这一行已经核对过")]
    NotWaiting,
    #[error("本次导入已经撤销")]
    Undone,
    #[error("这一行按现在的单位表已不能导入，请改正后另行导入")]
    NoLongerGood,
}

/// A decision on a waiting row. Only [`decide`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    import: ImportId,
    place: Place,
    case: Option<(LedgerRow, Vec<ReviewRow>)>,
}

getters! {
    Decided {
        import: ImportId,
        place: &Place,
    }
}

impl Decided {
    /// The case that the row becomes, with its reviews; none when it repeats another.
    pub fn case(&self) -> Option<(&LedgerRow, &[ReviewRow])> {
        self.case.as_ref().map(|(row, reviews)| (row, reviews.as_slice()))
    }
}

/// Decides on a waiting row. `file` is the imported file, read again: what is imported is what
/// was imported then, not what somebody sends now.
pub fn decide(waiting: &WaitingRow, decision: Decision, file: &DryRun) -> Result<Decided, Refusal> {
    if waiting.undone {
        return Err(Refusal::Undone);
    }
    if waiting.state != State::Waiting {
        return Err(Refusal::NotWaiting);
    }
    let case = match decision {
        Decision::Same => None,
        Decision::Another => {
            let (row, reviews) =
                file.content(waiting.place.sheet_row).ok_or(Refusal::NoLongerGood)?;
            Some((row.clone(), reviews))
        }
    };
    Ok(Decided { import: waiting.import, place: waiting.place.clone(), case })
}
