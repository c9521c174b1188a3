//! Acknowledging an assignment (签收), T12: what the responsible unit does first.

use chrono::{DateTime, Utc};

use super::code::getters;
use super::ids::{PetitionCaseId, RoundId, StaffId, UnitId};
use super::petition_case::{PetitionCase, Stage};
use super::staff::Actor;

/// Why an assignment can't be acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("本案已办结归档，内容不能改动。")]
    Closed,
    #[error("本案已作废，编号保留，内容不能改动。")]
    Void,
    #[error("该案还没有交办")]
    NotAssigned,
    #[error("只有责任单位才能签收")]
    NotYours,
    #[error("该案已经签收")]
    Already,
}

/// The fact that a unit acknowledged what was assigned to it. Only [`acknowledge`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    case: PetitionCaseId,
    round: RoundId,
    seen: i32,
    by: StaffId,
    at: DateTime<Utc>,
}

getters! {
    Acknowledged {
        /// The case.
        case: PetitionCaseId,
        /// The round whose assignments are acknowledged.
        round: RoundId,
        /// The version that the decision was taken on.
        seen: i32,
        /// Who acknowledged.
        by: StaffId,
        /// When.
        at: DateTime<Utc>,
    }
}

/// The responsible unit acknowledges every assignment of the open round that still waits for it
/// (接到通知后第一时间, 003). `court` is the court that the case's unit belongs to: nobody
/// acknowledges for another court, however far their reach.
pub fn acknowledge(
    actor: &Actor,
    case: &PetitionCase,
    court: UnitId,
    seen: i32,
    at: DateTime<Utc>,
) -> Result<Acknowledged, Refusal> {
    let may = may_acknowledge(actor, case, court);
    may.map(|()| Acknowledged { case: case.id, round: case.round, seen, by: actor.staff, at })
}

/// Whether there is something to acknowledge for this person.
pub fn may_acknowledge(actor: &Actor, case: &PetitionCase, court: UnitId) -> Result<(), Refusal> {
    if case.stage == Stage::Void {
        return Err(Refusal::Void);
    }
    if !case.is_open {
        return Err(Refusal::Closed);
    }
    let assignment = case.assignment.as_ref().ok_or(Refusal::NotAssigned)?;
    if actor.court != court {
        return Err(Refusal::NotYours);
    }
    match assignment.acknowledged_at {
        Some(_) => Err(Refusal::Already),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::handling::sample::{at, case, handler};
    use super::*;

    #[test]
    fn the_responsible_court_acknowledges_once_what_was_assigned() {
        let waiting = case(Stage::Assigned);
        let unassigned = PetitionCase { assignment: None, ..case(Stage::Accepted) };
        let closed = PetitionCase { is_open: false, ..case(Stage::ConfirmedClosed) };
        let void = PetitionCase { is_open: false, ..case(Stage::Void) };
        let elsewhere = Actor { court: UnitId(9), ..handler() };
        for (actor, case, expected) in [
            (handler(), &waiting, Ok(())),
            (handler(), &case(Stage::InHandling), Err(Refusal::Already)),
            (handler(), &unassigned, Err(Refusal::NotAssigned)),
            (handler(), &closed, Err(Refusal::Closed)),
            (handler(), &void, Err(Refusal::Void)),
            (elsewhere, &waiting, Err(Refusal::NotYours)),
        ] {
            let fact = acknowledge(&actor, case, UnitId(3), 4, at("06-09 17:20"));
            assert_eq!(fact.map(|_| ()), expected);
        }
    }
}
