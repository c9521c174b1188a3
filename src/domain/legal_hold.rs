//! 暂缓销毁: as long as one runs, nothing of a case is destroyed, whatever its period says.

use chrono::{DateTime, Utc};

use super::code::getters;
use super::ids::{PetitionCaseId, StaffId};
use super::lifting::Lifted;
use super::staff::{Actor, Role};

/// Why a hold can't be noted or lifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有信访局可以决定暂缓销毁、解除暂缓")]
    NotTheBureau,
    #[error("本案材料已按保存期限销毁，不能再暂缓")]
    Destroyed,
    #[error("请填写暂缓销毁的理由")]
    NoReason,
    #[error("请填写解除暂缓的理由")]
    NoGrounds,
}

/// The fact that a case is held. Only [`hold`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    case: PetitionCaseId,
    reason: String,
    by: StaffId,
    at: DateTime<Utc>,
}

/// Whether someone decides on holds: the bureau.
pub const fn may_hold(actor: &Actor) -> bool {
    matches!(actor.role, Role::Bureau | Role::BureauHead)
}

/// Holds a case, as long as there is something of it. Several holds may run beside each other, each
/// for a reason of its own.
pub fn hold(
    actor: &Actor,
    (case, is_erased): (PetitionCaseId, bool),
    reason: &str,
    at: DateTime<Utc>,
) -> Result<Held, Refusal> {
    if !may_hold(actor) {
        return Err(Refusal::NotTheBureau);
    }
    if is_erased {
        return Err(Refusal::Destroyed);
    }
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::NoReason);
    }
    Ok(Held { case, reason: reason.to_owned(), by: actor.staff, at })
}

/// Lifts a hold: the row stays, with who lifted it and why.
pub fn lift(
    actor: &Actor,
    case: PetitionCaseId,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<Lifted<Held>, Refusal> {
    if !may_hold(actor) {
        return Err(Refusal::NotTheBureau);
    }
    Lifted::with(reason, actor, case, at).ok_or(Refusal::NoGrounds)
}

getters! {
    Held {
        /// The case.
        case: PetitionCaseId,
        /// Why.
        reason: &str,
        /// Who decided.
        by: StaffId,
        /// When.
        at: DateTime<Utc>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::staff::sample::actor;

    const CASE: PetitionCaseId = PetitionCaseId(1);

    fn at() -> DateTime<Utc> {
        "2026-06-15T02:10:00Z".parse().unwrap()
    }

    #[test]
    fn the_bureau_alone_holds_and_lifts() {
        for role in Role::ALL {
            let may = matches!(role, Role::Bureau | Role::BureauHead);
            let actor = actor(*role);
            assert_eq!(hold(&actor, (CASE, false), "诉讼未结", at()).is_ok(), may, "{role:?}");
            assert_eq!(lift(&actor, CASE, "诉讼已结", at()).is_ok(), may, "{role:?}");
        }
    }

    #[test]
    fn a_hold_has_a_reason_and_something_to_hold() {
        let bureau = Actor { staff: StaffId(7), ..actor(Role::Bureau) };
        assert_eq!(hold(&bureau, (CASE, false), " ", at()).err(), Some(Refusal::NoReason));
        assert_eq!(hold(&bureau, (CASE, true), "诉讼", at()).err(), Some(Refusal::Destroyed));
        assert_eq!(lift(&bureau, CASE, "", at()).err(), Some(Refusal::NoGrounds));
        let held = hold(&bureau, (CASE, false), " 诉讼未结 ", at()).unwrap();
        assert_eq!((held.reason(), held.by(), held.at()), ("诉讼未结", StaffId(7), at()));
    }
}
