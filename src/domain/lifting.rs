//! Lifting (解除、收回): what was noted on a case ends with a reason, and its row stays, with who ended it.

use chrono::{DateTime, Utc};

use super::code::getters;
use super::ids::{PetitionCaseId, StaffId};
use super::staff::Actor;

/// The fact that something is lifted. The rule of what was noted alone makes one, and says who may.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifted {
    case: PetitionCaseId,
    reason: String,
    by: StaffId,
    at: DateTime<Utc>,
}

impl Lifted {
    /// None without a reason.
    pub(super) fn with(
        reason: &str,
        actor: &Actor,
        case: PetitionCaseId,
        at: DateTime<Utc>,
    ) -> Option<Self> {
        let reason = reason.trim();
        let stated = !reason.is_empty();
        stated.then(|| Self { case, reason: reason.to_owned(), by: actor.staff, at })
    }
}

getters! {
    Lifted {
        /// The case.
        case: PetitionCaseId,
        /// Why.
        reason: &str,
        /// Who lifted it.
        by: StaffId,
        /// When.
        at: DateTime<Utc>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::staff::Role;
    use crate::domain::staff::sample::actor;

    #[test]
    fn what_is_lifted_says_why_and_by_whom() {
        let (case, at) = (PetitionCaseId(1), "2026-06-15T02:10:00Z".parse().unwrap());
        for (reason, stated) in [("", None), (" 　", None), (" 诉讼已结 ", Some("诉讼已结"))]
        {
            let bureau = actor(Role::Bureau);
            let lifted = Lifted::with(reason, &bureau, case, at);
            let said = lifted.as_ref().map(|fact| (fact.reason(), fact.by(), fact.at()));
            assert_eq!(said, stated.map(|reason| (reason, bureau.staff, at)), "{reason}");
        }
    }
}
