//! Lifting (解除、收回): what was noted on a case ends with a reason, and its row stays, with who ended it.

use std::marker::PhantomData;

use chrono::{DateTime, Utc};

use super::ids::{PetitionCaseId, StaffId};
use super::staff::Actor;

/// The fact that something of one kind is lifted; what was noted is the kind. Its rule alone makes one,
/// and says who may.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifted<Noted> {
    case: PetitionCaseId,
    reason: String,
    by: StaffId,
    at: DateTime<Utc>,
    noted: PhantomData<Noted>,
}

impl<Noted> Lifted<Noted> {
    /// None without a reason.
    pub(super) fn with(
        reason: &str,
        actor: &Actor,
        case: PetitionCaseId,
        at: DateTime<Utc>,
    ) -> Option<Self> {
        let reason = reason.trim();
        let stated = !reason.is_empty();
        let (reason, by, noted) = (reason.to_owned(), actor.staff, PhantomData);
        stated.then_some(Self { case, reason, by, at, noted })
    }

    /// The case.
    pub const fn case(&self) -> PetitionCaseId {
        self.case
    }

    /// Why.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Who lifted it.
    pub const fn by(&self) -> StaffId {
        self.by
    }

    /// When.
    pub const fn at(&self) -> DateTime<Utc> {
        self.at
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
            let lifted = Lifted::<()>::with(reason, &bureau, case, at);
            let said = lifted.as_ref().map(|fact| (fact.reason(), fact.by(), fact.at()));
            assert_eq!(said, stated.map(|reason| (reason, bureau.staff, at)), "{reason}");
        }
    }
}
