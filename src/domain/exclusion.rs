//! Exclusion (回避): a petition that names a judge or a court unit isn't there for them, on no path
//! and under no grant. 《信访工作条例》 30: what is told about someone never reaches that someone.

use chrono::{DateTime, Utc};

use super::access::Depth;
use super::code::getters;
use super::ids::{PetitionCaseId, StaffId, UnitId};
use super::lifting::Lifted;
use super::petition_case::PetitionCase;
use super::staff::{Actor, Role};
use super::unit::{Unit, UnitKind};

/// Why an exclusion can't be noted or lifted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有登记、办理本案的人员和信访局可以记明回避")]
    NotYours,
    #[error("请选择回避的人员，或回避的单位")]
    Nobody,
    #[error("人员和单位请分两次记明，每次填写一项")]
    Both,
    #[error("请填写回避事由")]
    NoReason,
    #[error("{0}不能整体回避，需要时报请上级法院指定办理")]
    WholeTree(String),
    #[error("{0}是本案的办理单位，整体回避后本案要改交其他法院办理，请报中院信访局记明并改交")]
    AsksTheBureau(String),
    #[error("已经记明{0}回避")]
    Already(String),
    #[error("只有信访局可以解除回避")]
    NotTheBureau,
    #[error("请填写解除回避的理由")]
    NoGrounds,
}

/// Who is named: a person under whatever grant, or everyone of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    Person(StaffId),
    Unit(UnitId),
}

/// The fact that someone is kept out of a case. Only [`exclude`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    case: PetitionCaseId,
    whom: Whom,
    reason: String,
    by: StaffId,
    at: DateTime<Utc>,
}

/// Whether someone may note an exclusion: whoever reads what the petitioner said.
pub fn may_exclude(actor: &Actor, case: &PetitionCase) -> bool {
    case.depth >= Depth::Narrative
        && matches!(
            actor.role,
            Role::Clerk
                | Role::Handler
                | Role::Leader
                | Role::President
                | Role::Bureau
                | Role::BureauHead
        )
}

/// Whether someone may lift one: the bureau, which saw to it that others handle the case.
pub const fn may_lift(actor: &Actor) -> bool {
    matches!(actor.role, Role::Bureau | Role::BureauHead)
}

/// Whom someone names: a person, or a unit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named<'a> {
    pub person: Option<StaffId>,
    pub unit: Option<&'a Unit>,
    /// The court of the unit that the case is with.
    pub court: Option<UnitId>,
}

/// Notes that a petition names someone. The intermediate court and its bureau can't be kept out as a
/// whole: then there is nobody left who could give the case to another court. And the bureau alone
/// keeps out the unit that the case is with, since its clocks run on and it must go to another.
pub fn exclude(
    actor: &Actor,
    case: &PetitionCase,
    named: Named<'_>,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<Excluded, Refusal> {
    if !may_exclude(actor, case) {
        return Err(Refusal::NotYours);
    }
    let whom = match (named.person, named.unit) {
        (None, None) => return Err(Refusal::Nobody),
        (Some(_), Some(_)) => return Err(Refusal::Both),
        (Some(person), None) => Whom::Person(person),
        (None, Some(unit)) => Whom::Unit(nameable(unit)?),
    };
    let with = [Some(case.unit), named.court];
    if let Some(unit) = named.unit.filter(|unit| with.contains(&Some(unit.id)) && !may_lift(actor))
    {
        return Err(Refusal::AsksTheBureau(unit.short_name.clone()));
    }
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::NoReason);
    }
    Ok(Excluded { case: case.id, whom, reason: reason.to_owned(), by: actor.staff, at })
}

fn nameable(unit: &Unit) -> Result<UnitId, Refusal> {
    match unit.kind {
        UnitKind::HighCourt | UnitKind::IntermediateCourt | UnitKind::PetitionBureau => {
            Err(Refusal::WholeTree(unit.short_name.clone()))
        }
        UnitKind::BaseCourt | UnitKind::Tribunal | UnitKind::Division => Ok(unit.id),
    }
}

/// Lifts an exclusion: the row stays, with who lifted it and why.
pub fn lift(
    actor: &Actor,
    case: PetitionCaseId,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<Lifted<Excluded>, Refusal> {
    if !may_lift(actor) {
        return Err(Refusal::NotTheBureau);
    }
    Lifted::with(reason, actor, case, at).ok_or(Refusal::NoGrounds)
}

getters! {
    Excluded {
        /// The case.
        case: PetitionCaseId,
        /// Who is kept out of it.
        whom: Whom,
        /// Who noted it.
        by: StaffId,
        /// When.
        at: DateTime<Utc>,
        /// What the petition says, or why else.
        reason: &str,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::RoundId;
    use crate::domain::petition_case::Stage;
    use crate::domain::staff::sample::at_base_court as actor;

    fn at() -> DateTime<Utc> {
        "2026-06-15T02:10:00Z".parse().unwrap()
    }

    fn case(depth: Depth) -> PetitionCase {
        PetitionCase {
            id: PetitionCaseId(1),
            number: "XF2026-00128".to_owned(),
            unit: UnitId(3),
            unit_name: "东湖法院".to_owned(),
            round: RoundId(1),
            round_number: 1,
            stage: Stage::InHandling,
            is_open: true,
            version: 1,
            opened_at: at(),
            assignment: None,
            leader: None,
            handler: None,
            depth,
        }
    }

    fn unit(kind: UnitKind) -> Unit {
        Unit {
            id: UnitId(4),
            parent: None,
            code: "0110".to_owned(),
            name: "东湖区人民法院".to_owned(),
            short_name: "东湖法院".to_owned(),
            kind,
            court_code: None,
            compared_in: None,
            place: 1,
        }
    }

    fn of(person: Option<StaffId>, unit: Option<&Unit>) -> Named<'_> {
        Named { person, unit, court: None }
    }

    /// S30.
    #[test]
    fn the_unit_that_a_case_is_with_is_kept_out_by_the_bureau_alone() {
        let case = case(Depth::Narrative);
        let own = Unit { id: case.unit, ..unit(UnitKind::Tribunal) };
        let court = unit(UnitKind::BaseCourt);
        for role in [Role::Clerk, Role::Handler, Role::Leader, Role::President] {
            let court_of = Named { court: Some(court.id), ..of(None, Some(&court)) };
            for named in [of(None, Some(&own)), court_of] {
                let said = exclude(&actor(role), &case, named, "反映该院", at());
                let name = "东湖法院".to_owned();
                assert_eq!(said.err(), Some(Refusal::AsksTheBureau(name)), "{role:?}");
                assert!(exclude(&actor(Role::Bureau), &case, named, "反映该院", at()).is_ok());
            }
            // Another court may be named by whoever reads what was said.
            assert!(exclude(&actor(role), &case, of(None, Some(&court)), "反映", at()).is_ok());
        }
    }

    #[test]
    fn whoever_reads_what_was_said_may_note_an_exclusion() {
        for role in Role::ALL {
            let said = exclude(
                &actor(*role),
                &case(Depth::Narrative),
                of(Some(StaffId(9)), None),
                "x",
                at(),
            );
            let may = matches!(
                role,
                Role::Clerk
                    | Role::Handler
                    | Role::Leader
                    | Role::President
                    | Role::Bureau
                    | Role::BureauHead
            );
            assert_eq!(said.is_ok(), may, "{role:?}");
            let said =
                exclude(&actor(*role), &case(Depth::Head), of(Some(StaffId(9)), None), "x", at());
            assert_eq!(said.err(), Some(Refusal::NotYours), "{role:?}");
            let may = matches!(role, Role::Bureau | Role::BureauHead);
            assert_eq!(
                lift(&actor(*role), PetitionCaseId(1), "查明无关", at()).is_ok(),
                may,
                "{role:?}"
            );
        }
    }

    #[test]
    fn one_person_or_one_unit_is_named_with_a_reason() {
        let (clerk, case) = (actor(Role::Clerk), case(Depth::Narrative));
        let base = unit(UnitKind::BaseCourt);
        let person = Some(StaffId(9));
        let table = [
            (of(person, None), "反映该法官", Ok(Whom::Person(StaffId(9)))),
            (of(None, Some(&base)), "反映该院", Ok(Whom::Unit(UnitId(4)))),
            (of(None, None), "反映", Err(Refusal::Nobody)),
            (of(person, Some(&base)), "反映", Err(Refusal::Both)),
            (of(person, None), " ", Err(Refusal::NoReason)),
        ];
        for (whom, reason, expected) in table {
            let said = exclude(&clerk, &case, whom, reason, at()).map(|fact| fact.whom());
            assert_eq!(said, expected, "{reason}");
        }
        for kind in [UnitKind::HighCourt, UnitKind::IntermediateCourt, UnitKind::PetitionBureau] {
            let said = exclude(&clerk, &case, of(None, Some(&unit(kind))), "反映", at());
            assert_eq!(said.err(), Some(Refusal::WholeTree("东湖法院".to_owned())), "{kind:?}");
        }
        let bureau = actor(Role::Bureau);
        assert_eq!(lift(&bureau, case.id, " ", at()).err(), Some(Refusal::NoGrounds));
    }
}
