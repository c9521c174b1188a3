//! When a unit's work on a petition case can be recorded.

use super::petition_case::{PetitionCase, Stage};

/// Why nothing can be recorded at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    #[error("该案还没有交办")]
    NotAssigned,
    #[error("请先签收交办")]
    NotAcknowledged,
    #[error("该案已报结，退回补正后才能修改")]
    BeforeTheBureau,
    #[error("本案已办结归档，内容不能改动。")]
    Closed,
    #[error("本案已作废，编号保留，内容不能改动。")]
    Void,
}

/// What happened may be put on record as long as the round is open (全程留痕, 003 三(二)6(2)).
pub const fn under_way(case: &PetitionCase) -> Result<(), NotNow> {
    match case.stage {
        Stage::InHandling
        | Stage::Replied
        | Stage::Returned
        | Stage::UnitClosed
        | Stage::Signed
        | Stage::BureauChecked => Ok(()),
        Stage::Assigned => Err(NotNow::NotAcknowledged),
        Stage::Registered | Stage::Accepted | Stage::Reopened => Err(NotNow::NotAssigned),
        Stage::NotAccepted
        | Stage::ResolvedOnSpot
        | Stage::ConfirmedClosed
        | Stage::Terminated
        | Stage::WrittenOff
        | Stage::TransferredOut
        | Stage::RoutedToLitigation => Err(NotNow::Closed),
        Stage::Void => Err(NotNow::Void),
    }
}

/// What the closing rests on (ledger, report, reply) stands still while the closing is examined.
pub fn in_hands(case: &PetitionCase) -> Result<(), NotNow> {
    under_way(case)?;
    if case.stage.is_in_the_units_hands() { Ok(()) } else { Err(NotNow::BeforeTheBureau) }
}

/// The lines that say something.
pub fn listed(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// The refusals whose condition holds, in their order.
pub fn refused<R>(checks: impl IntoIterator<Item = (bool, R)>) -> Vec<R> {
    checks.into_iter().filter_map(|(wrong, refusal)| wrong.then_some(refusal)).collect()
}

/// A case and a person, for the tests of the acts of handling.
#[cfg(test)]
pub mod sample {
    use chrono::{DateTime, Utc};

    use crate::domain::access::Depth;
    use crate::domain::calendar::{moment, read_day, read_time};
    use crate::domain::ids::{AssignmentId, PetitionCaseId, RoundId, RuleSetId, StaffId, UnitId};
    use crate::domain::petition_case::{PetitionCase, RunningAssignment, Stage};
    use crate::domain::staff::sample::at_base_court;
    use crate::domain::staff::{Actor, Colleague, PostKind, Role};

    pub const LEADER: StaffId = StaffId(11);
    pub const HANDLER: StaffId = StaffId(12);

    /// A moment of June 2026: `at("06-12 10:00")`.
    pub fn at(text: &str) -> DateTime<Utc> {
        let (day, time) = text.split_once(' ').unwrap();
        let day = read_day(&format!("2026-{day}"), read_day("2026-06-01", day0()).unwrap());
        moment(day.unwrap(), read_time(time).unwrap())
    }

    fn day0() -> chrono::NaiveDate {
        chrono::NaiveDate::from_ymd_opt(2026, 6, 1).unwrap()
    }

    /// A case of a base court in this stage, assigned on June 9, with leader and handler.
    pub fn case(stage: Stage) -> PetitionCase {
        PetitionCase {
            id: PetitionCaseId(1),
            number: "XF2026-00128".to_owned(),
            unit: UnitId(3),
            unit_name: "东湖法院".to_owned(),
            round: RoundId(5),
            round_number: 1,
            stage,
            is_open: true,
            version: 4,
            opened_at: at("06-08 09:00"),
            assignment: Some(RunningAssignment {
                id: AssignmentId(7),
                rules: RuleSetId(1),
                assigned_at: at("06-09 17:05"),
                acknowledged_at: (stage != Stage::Assigned).then(|| at("06-09 17:20")),
            }),
            leader: Some(LEADER),
            handler: Some(HANDLER),
            depth: Depth::Content,
        }
    }

    /// The handler of the case.
    pub fn handler() -> Actor {
        Actor { staff: HANDLER, ..at_base_court(Role::Handler) }
    }

    /// A colleague at the court.
    pub fn colleague(id: StaffId, name: &str, post: PostKind) -> Colleague {
        Colleague {
            id,
            name: name.to_owned(),
            unit: UnitId(3),
            unit_name: "东湖法院".to_owned(),
            username: format!("donghu.{id}"),
            phone: "0000-1000012".to_owned(),
            post: Some(post),
            post_title: post.label().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sample::case;
    use super::*;

    #[test]
    fn work_is_recorded_from_the_acknowledgement_to_the_end_of_the_round() {
        for &stage in Stage::ALL {
            let (happened, decided) = match stage {
                Stage::InHandling | Stage::Replied | Stage::Returned => (Ok(()), Ok(())),
                Stage::UnitClosed | Stage::Signed | Stage::BureauChecked => {
                    (Ok(()), Err(NotNow::BeforeTheBureau))
                }
                Stage::Assigned => (Err(NotNow::NotAcknowledged), Err(NotNow::NotAcknowledged)),
                Stage::Registered | Stage::Accepted | Stage::Reopened => {
                    (Err(NotNow::NotAssigned), Err(NotNow::NotAssigned))
                }
                Stage::NotAccepted
                | Stage::ResolvedOnSpot
                | Stage::ConfirmedClosed
                | Stage::Terminated
                | Stage::WrittenOff
                | Stage::TransferredOut
                | Stage::RoutedToLitigation => (Err(NotNow::Closed), Err(NotNow::Closed)),
                Stage::Void => (Err(NotNow::Void), Err(NotNow::Void)),
            };
            assert_eq!(under_way(&case(stage)), happened, "{stage:?}");
            assert_eq!(in_hands(&case(stage)), decided, "{stage:?}");
        }
    }
}
