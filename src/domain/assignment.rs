//! Assignment (交办): the bureau gives a petition case to the court or division that must handle
//! it, under a rule set whose clocks start at that moment.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::calendar::{Calendar, day_of};
use super::code::getters;
use super::deadline::{ClockKind, Due, RuleSet, due};
use super::ids::{PetitionCaseId, RoundId, StaffId, UnitId};
use super::petition_case::{PetitionCase, Stage};
use super::source::Source;
use super::staff::{Actor, Role};
use super::unit::Unit;

/// Why a case can't be assigned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有信访局可以交办案件")]
    NotYours,
    #[error("{number}已经交办给{unit}")]
    AlreadyAssigned { number: String, unit: String },
    #[error("{number}现在是“{stage}”，不能交办")]
    NotWaiting { number: String, stage: &'static str },
    #[error("{0}不承办交办案件，请选择基层法院、高新法庭或中院业务庭")]
    TakesNone(String),
    #[error("交办时间不能晚于现在")]
    InTheFuture,
    #[error("{0}的登记时间晚于交办时间，请核对交办时间")]
    BeforeTheCase(String),
}

/// What a batch says for all of its cases.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    pub source: Source,
    pub source_number: String,
    pub rules: &'a RuleSet,
    pub note: String,
    /// When the assignment was issued: from here the clocks count.
    pub at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
}

/// The fact that a petition case was assigned to a unit. Only [`assign`] makes one, and the store
/// writes nothing else.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    case: PetitionCaseId,
    number: String,
    seen: i32,
    round: RoundId,
    unit: UnitId,
    dues: Vec<Due>,
    by: StaffId,
}

getters! {
    Assigned {
        case: PetitionCaseId,
        number: &str,
        /// The version of the case that was decided on.
        seen: i32,
        round: RoundId,
        unit: UnitId,
        /// The clocks that start, with their due days.
        dues: &[Due],
        by: StaffId,
    }
}

/// The clocks that an assignment starts: acknowledgement, ledger, meeting, report, closing. The
/// clock of an objection starts with them and is asked only by an objection.
pub const CLOCKS: [ClockKind; 6] = [
    ClockKind::Acknowledge,
    ClockKind::Ledger,
    ClockKind::Meeting,
    ClockKind::Report,
    ClockKind::Close,
    ClockKind::Objection,
];

/// From 17:00 to midnight: what comes in then is assigned on the next day.
const EVENING: TimeDelta = TimeDelta::hours(7);

/// The day by which the bureau assigns what comes in at a moment: the same day, after 17:00 the
/// next. The view `work` says the same of the bureau's queue.
pub fn assign_by(at: DateTime<Utc>) -> NaiveDate {
    day_of(at + EVENING)
}

/// The due days of a rule set for an assignment issued at a moment. Due days are computed here,
/// once, and then frozen: no later rule or calendar changes them.
pub fn dues(rules: &RuleSet, at: DateTime<Utc>, calendar: &Calendar) -> Vec<Due> {
    CLOCKS.iter().filter_map(|kind| rules.rule(*kind)).map(|rule| due(rule, at, calendar)).collect()
}

/// Assigns a case to a unit (T9: accepted → assigned). Only the bureau assigns; only a case that
/// waits for it can be given, and to one unit at a time.
pub fn assign(
    actor: &Actor,
    case: &PetitionCase,
    to: &Unit,
    order: &Order<'_>,
    calendar: &Calendar,
) -> Result<Assigned, Refusal> {
    if !matches!(actor.role, Role::Bureau | Role::BureauHead) {
        return Err(Refusal::NotYours);
    }
    waits(case)?;
    if !to.takes_assignments() {
        return Err(Refusal::TakesNone(to.short_name.clone()));
    }
    if order.at > order.recorded_at {
        return Err(Refusal::InTheFuture);
    }
    if order.at < case.opened_at {
        return Err(Refusal::BeforeTheCase(case.number.clone()));
    }
    Ok(Assigned {
        case: case.id,
        number: case.number.clone(),
        seen: case.version,
        round: case.round,
        unit: to.id,
        dues: dues(order.rules, order.at, calendar),
        by: actor.staff,
    })
}

/// Whether a case can be given to someone, whoever that will be.
pub fn waits(case: &PetitionCase) -> Result<(), Refusal> {
    if case.stage.waits_for_assignment() {
        return Ok(());
    }
    let number = case.number.clone();
    if case.assignment.is_some() && case.stage != Stage::Void {
        Err(Refusal::AlreadyAssigned { number, unit: case.unit_name.clone() })
    } else {
        Err(Refusal::NotWaiting { number, stage: case.stage.label() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Depth;
    use crate::domain::calendar::sample::{calendar, date};
    use crate::domain::ids::{AssignmentId, RuleSetId};
    use crate::domain::petition_case::RunningAssignment;
    use crate::domain::staff::sample::actor;
    use crate::domain::unit::UnitKind;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn what_comes_in_is_assigned_on_the_same_day_and_after_five_on_the_next() {
        for (received, expected) in [
            ("2026-11-20T00:00:00+08:00", "2026-11-20"),
            ("2026-11-20T11:21:00+08:00", "2026-11-20"),
            ("2026-11-20T16:59:59+08:00", "2026-11-20"),
            ("2026-11-20T17:00:00+08:00", "2026-11-21"),
            ("2026-11-20T23:59:00+08:00", "2026-11-21"),
        ] {
            assert_eq!(assign_by(at(received)), date(expected), "{received}");
        }
    }

    fn case(stage: Stage) -> PetitionCase {
        PetitionCase {
            id: PetitionCaseId(128),
            number: "XF2026-00128".to_owned(),
            unit: UnitId(1),
            unit_name: "青溪法院".to_owned(),
            round: RoundId(1),
            round_number: 1,
            stage,
            is_open: true,
            version: 3,
            opened_at: at("2026-06-08T01:00:00Z"),
            assignment: None,
            leader: None,
            handler: None,
            depth: Depth::Content,
        }
    }

    fn unit(kind: UnitKind) -> Unit {
        Unit {
            id: UnitId(7),
            parent: Some(UnitId(1)),
            code: "0110".to_owned(),
            name: "东湖区人民法院".to_owned(),
            short_name: "东湖法院".to_owned(),
            kind,
            court_code: None,
            compared_in: None,
            place: 7,
        }
    }

    fn order(rules: &RuleSet) -> Order<'_> {
        Order {
            source: Source::ProvinceCourt,
            source_number: String::new(),
            rules,
            note: String::new(),
            at: at("2026-06-09T09:05:00Z"),
            recorded_at: at("2026-06-15T04:00:00Z"),
        }
    }

    #[test]
    fn an_assignment_starts_the_clocks_of_its_rule_set() {
        let rules = RuleSet::standard(RuleSetId(1));
        let (case, to) = (case(Stage::Accepted), unit(UnitKind::BaseCourt));
        let fact = assign(&actor(Role::Bureau), &case, &to, &order(&rules), &calendar()).unwrap();
        assert_eq!((fact.seen(), fact.unit()), (3, UnitId(7)));
        let due = |kind| fact.dues().iter().find(|due| due.rule.kind == kind).unwrap().on;
        assert_eq!(due(ClockKind::Ledger), date("2026-06-11"));
        assert_eq!(due(ClockKind::Meeting), date("2026-06-11"));
        assert_eq!(due(ClockKind::Report), date("2026-06-16"));
        assert_eq!(due(ClockKind::Close), date("2026-07-09"));
    }

    #[test]
    fn what_can_not_be_assigned_is_refused_with_its_reason() {
        let rules = RuleSet::standard(RuleSetId(1));
        let given = PetitionCase {
            assignment: Some(RunningAssignment {
                id: AssignmentId(1),
                rules: RuleSetId(1),
                assigned_at: at("2026-06-09T09:05:00Z"),
                acknowledged_at: None,
            }),
            ..case(Stage::Assigned)
        };
        let number = || "XF2026-00128".to_owned();
        let table = [
            (Role::Handler, case(Stage::Accepted), UnitKind::BaseCourt, Refusal::NotYours),
            (Role::Clerk, case(Stage::Accepted), UnitKind::BaseCourt, Refusal::NotYours),
            (
                Role::Bureau,
                given,
                UnitKind::BaseCourt,
                Refusal::AlreadyAssigned { number: number(), unit: "青溪法院".to_owned() },
            ),
            (
                Role::Bureau,
                case(Stage::ResolvedOnSpot),
                UnitKind::BaseCourt,
                Refusal::NotWaiting { number: number(), stage: "当场化解" },
            ),
            (
                Role::BureauHead,
                case(Stage::Accepted),
                UnitKind::PetitionBureau,
                Refusal::TakesNone("东湖法院".to_owned()),
            ),
        ];
        for (role, case, kind, expected) in table {
            let refused = assign(&actor(role), &case, &unit(kind), &order(&rules), &calendar());
            assert_eq!(refused, Err(expected));
        }
    }

    #[test]
    fn an_assignment_lies_between_the_registration_and_now() {
        let rules = RuleSet::standard(RuleSetId(1));
        let to = unit(UnitKind::BaseCourt);
        let given = case(Stage::Accepted);
        for (moment, expected) in [
            ("2026-06-15T04:00:01Z", Some(Refusal::InTheFuture)),
            ("2026-06-15T04:00:00Z", None),
            ("2026-06-08T00:59:59Z", Some(Refusal::BeforeTheCase("XF2026-00128".to_owned()))),
        ] {
            let order = Order { at: at(moment), ..order(&rules) };
            let answer = assign(&actor(Role::Bureau), &given, &to, &order, &calendar());
            assert_eq!(answer.err(), expected, "{moment}");
        }
    }
}
