//! The decision itself: deny unless every matcher agrees, and exclusion beats every grant.

use chrono::{DateTime, Utc};

use super::scope::{Around, Matters, Opening};
use crate::domain::ids::{StaffId, UnitId};
use crate::domain::staff::{Actor, Role};

/// Who asks: a person under one grant, and where that grant stands.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub actor: &'a Actor,
    pub around: Around<'a>,
    /// The grant's unit and what is above it: a petition that names one of these names its people.
    pub above: &'a [UnitId],
    /// From when and until when the grant holds.
    pub holds: (DateTime<Utc>, Option<DateTime<Utc>>),
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// That it is there, with number, name, court, stage, dates, responsible people.
    See,
    /// What the petitioner said.
    ReadNarrative,
    /// All that is on file.
    ReadContent,
}

/// Whom a petition names: judges and court units (回避).
#[derive(Debug, Clone, Copy, Default)]
pub struct Named<'a> {
    pub staff: &'a [StaffId],
    pub units: &'a [UnitId],
}

/// Where an accusation is on its way to the inspection office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// With the bureau, which has not sent it on yet.
    Waiting,
    Sent,
    /// Past the bureau, which it accuses.
    Straight,
}

/// What the decision is about, with every attribute that a matcher asks for.
#[derive(Debug, Clone, Copy)]
pub enum Object<'a> {
    /// A petition case.
    Case {
        unit: UnitId,
        is_enforcement: bool,
        is_submitted: bool,
        is_claimed: bool,
        team: &'a [StaffId],
        reviewers: &'a [StaffId],
        named: Named<'a>,
    },
    /// A visit. Its text is its narrative; it has no content beyond.
    Visit {
        unit: UnitId,
        /// Of an accusation.
        way: Option<Way>,
        recorded_by: StaffId,
        /// The teams of those cases that it is about and that are within reach: whose case has
        /// gone to another court has no part in it any more.
        team: &'a [StaffId],
        /// Whom those cases name.
        named: Named<'a>,
    },
}

/// Why not. Who asks is told none of these: what they may not see isn't there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// The petition names whoever asks, or their unit.
    Named,
    /// The grant doesn't hold at this moment.
    Expired,
    /// Another court's.
    OutOfReach,
    /// The role has nothing to do with this kind of matter, or not yet.
    OtherMatter,
    /// An accusation, which the inspection office alone reads.
    Sealed,
    /// Open to others of the court.
    NotTheirs,
}

/// Whether someone may, at a moment; every matcher has to agree.
pub fn decide(
    subject: &Subject<'_>,
    action: Action,
    object: &Object<'_>,
    at: DateTime<Utc>,
) -> Result<(), Denied> {
    let (from, until) = subject.holds;
    if at < from || until.is_some_and(|until| at >= until) {
        return Err(Denied::Expired);
    }
    if object.named().means(subject) {
        return Err(Denied::Named);
    }
    let actor = subject.actor;
    if !subject.around.reached(actor.role, actor.court_kind).contains(&object.unit()) {
        return Err(Denied::OutOfReach);
    }
    match *object {
        Object::Case { .. } => of_case(actor, action, object),
        Object::Visit { way, recorded_by, team, .. } => {
            of_visit(actor, action, (way, recorded_by == actor.staff, team))
        }
    }
}

fn of_case(actor: &Actor, action: Action, object: &Object<'_>) -> Result<(), Denied> {
    let Object::Case { is_enforcement, is_submitted, is_claimed, team, reviewers, .. } = *object
    else {
        return Err(Denied::OtherMatter);
    };
    let concerned = match Matters::of(actor.role) {
        Matters::All => true,
        Matters::Submitted => is_submitted,
        Matters::Enforcement => is_enforcement,
        Matters::Reviewed => reviewers.contains(&actor.holder()),
        Matters::None => false,
    };
    if !concerned {
        return Err(Denied::OtherMatter);
    }
    let in_team = team.contains(&actor.holder());
    let opened = match (Opening::of(actor.role), action) {
        (Opening::None, _) | (Opening::Narrative, Action::ReadContent) => false,
        (_, Action::See) | (Opening::All, _) | (Opening::Narrative, Action::ReadNarrative) => true,
        (Opening::Team, Action::ReadNarrative | Action::ReadContent) => in_team,
        (Opening::TeamOrUnclaimed, Action::ReadNarrative | Action::ReadContent) => {
            in_team || !is_claimed
        }
    };
    if opened { Ok(()) } else { Err(Denied::NotTheirs) }
}

/// The register of visits: kept by the courts' desks and the bureau. An accusation is a number to
/// whoever wrote it down and to the bureau that sends it on, unless it accuses the bureau; its words
/// are the inspection office's, once it was sent.
fn of_visit(
    actor: &Actor,
    action: Action,
    (way, is_own, team): (Option<Way>, bool, &[StaffId]),
) -> Result<(), Denied> {
    if let Some(way) = way {
        let inspects = actor.role == Role::Inspection && way != Way::Waiting;
        let is_bureau = matches!(actor.role, Role::Bureau | Role::BureauHead);
        let sends_on = is_own || is_bureau && way != Way::Straight;
        return match action {
            Action::See if inspects || sends_on && Matters::of(actor.role) == Matters::All => {
                Ok(())
            }
            Action::ReadNarrative if inspects => Ok(()),
            Action::See | Action::ReadNarrative | Action::ReadContent => Err(Denied::Sealed),
        };
    }
    if Matters::of(actor.role) != Matters::All {
        return Err(Denied::OtherMatter);
    }
    let opened = match (Opening::of(actor.role), action) {
        (_, Action::See) | (Opening::All | Opening::Narrative, Action::ReadNarrative) => true,
        (Opening::Team | Opening::TeamOrUnclaimed | Opening::None, Action::ReadNarrative) => {
            is_own || team.contains(&actor.holder())
        }
        (_, Action::ReadContent) => false,
    };
    if opened { Ok(()) } else { Err(Denied::NotTheirs) }
}

impl<'a> Object<'a> {
    const fn unit(&self) -> UnitId {
        match self {
            Self::Case { unit, .. } | Self::Visit { unit, .. } => *unit,
        }
    }

    const fn named(&self) -> Named<'a> {
        match self {
            Self::Case { named, .. } | Self::Visit { named, .. } => *named,
        }
    }
}

impl Named<'_> {
    /// Whether whoever asks is meant, or whoever they stand in for, in person or by the unit of the
    /// grant: 回避 of the one or the other is enough. What the program does by itself is nobody's.
    fn means(&self, subject: &Subject<'_>) -> bool {
        subject.actor.role != Role::Job
            && (self.staff.iter().any(|one| subject.actor.is(*one))
                || self.units.iter().any(|unit| subject.above.contains(unit)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::GrantId;
    use crate::domain::unit::UnitKind;

    const ME: StaffId = StaffId(7);
    const MINE: UnitId = UnitId(3);
    const OURS: [UnitId; 2] = [MINE, UnitId(4)];
    const BELOW: [UnitId; 3] = [UnitId(2), MINE, UnitId(4)];

    fn at(hour: u32) -> DateTime<Utc> {
        format!("2026-06-15T{hour:02}:00:00Z").parse().unwrap()
    }

    fn around() -> Around<'static> {
        Around { own: &OURS, jurisdiction: &BELOW, contacts: &OURS }
    }

    prop_compose! {
        fn anyone()(role in prop::sample::select(Role::ALL), base in any::<bool>()) -> Actor {
            let court_kind = if base { UnitKind::BaseCourt } else { UnitKind::IntermediateCourt };
            Actor { staff: ME, on_behalf_of: None, grant: GrantId(1), role, unit: MINE, court: UnitId(2), court_kind }
        }
    }

    prop_compose! {
        fn anything()(
            unit in 1..8_i64, flags in any::<[bool; 4]>(), own in any::<bool>(), of_visit in any::<bool>(),
            team in any::<bool>(), reviews in any::<bool>(),
        ) -> Object<'static> {
            const OTHERS: &[StaffId] = &[StaffId(1), StaffId(2)];
            const WITH_ME: &[StaffId] = &[StaffId(1), ME];
            let [is_enforcement, is_submitted, is_claimed, straight] = flags;
            let way = [None, Some(Way::Waiting), Some(Way::Sent), Some(Way::Straight)];
            let way = way[2 * usize::from(is_claimed) + usize::from(straight)];
            let (unit, named) = (UnitId(unit), Named::default());
            let people = |with_me: bool| if with_me { WITH_ME } else { OTHERS };
            if of_visit {
                let recorded_by = if own { ME } else { StaffId(1) };
                Object::Visit { unit, way, recorded_by, team: people(team), named }
            } else {
                let (team, reviewers) = (people(team), people(reviews));
                Object::Case { unit, is_enforcement, is_submitted, is_claimed, team, reviewers, named }
            }
        }
    }

    const ACTIONS: [Action; 3] = [Action::See, Action::ReadNarrative, Action::ReadContent];

    fn ask(actor: &Actor, action: Action, object: &Object<'_>) -> Result<(), Denied> {
        let subject =
            Subject { actor, around: around(), above: &BELOW, holds: (at(0), Some(at(12))) };
        decide(&subject, action, object, at(3))
    }

    fn naming<'a>(object: &Object<'a>, named: Named<'a>) -> Object<'a> {
        let mut object = *object;
        match &mut object {
            Object::Case { named: of, .. } | Object::Visit { named: of, .. } => *of = named,
        }
        object
    }

    proptest! {
        /// S22, S30.
        #[test]
        fn whoever_is_named_sees_nothing_whatever_the_grant(actor in anyone(), object in anything()) {
            prop_assume!(actor.role != Role::Job);
            for named in [Named { staff: &[ME], units: &[] }, Named { staff: &[], units: &[MINE] }] {
                for action in ACTIONS {
                    let answer = ask(&actor, action, &naming(&object, named));
                    prop_assert_eq!(answer, Err(Denied::Named));
                    // Nor does anyone see it who stands in for whoever is named.
                    let other = Actor { staff: StaffId(50), on_behalf_of: Some(ME), ..actor.clone() };
                    let answer = ask(&other, action, &naming(&object, named));
                    prop_assert_eq!(answer, Err(Denied::Named));
                }
            }
        }

        /// S22.
        #[test]
        fn naming_someone_else_changes_nothing_for_others(actor in anyone(), object in anything()) {
            let others = Named { staff: &[StaffId(99)], units: &[UnitId(98)] };
            for action in ACTIONS {
                prop_assert_eq!(ask(&actor, action, &naming(&object, others)), ask(&actor, action, &object));
            }
        }

        /// S22.
        #[test]
        fn outside_the_reach_and_outside_the_grants_time_all_is_denied(
            actor in anyone(), object in anything(), hour in 0..24_u32,
        ) {
            let reached = around().reached(actor.role, actor.court_kind).contains(&object.unit());
            let holds = (at(6), Some(at(12)));
            let subject = Subject { actor: &actor, around: around(), above: &[], holds };
            for action in ACTIONS {
                let answer = decide(&subject, action, &object, at(hour));
                prop_assert!(answer.is_err() || reached && (6..12).contains(&hour));
            }
        }

        /// S22.
        #[test]
        fn what_is_read_is_seen_and_what_is_open_in_full_is_read(actor in anyone(), object in anything()) {
            let [see, narrative, content] = ACTIONS.map(|action| ask(&actor, action, &object).is_ok());
            prop_assert!(see || !narrative);
            prop_assert!(narrative || !content);
        }

        /// S31.
        #[test]
        fn who_keeps_the_program_sees_no_record(actor in anyone(), object in anything()) {
            for role in [Role::Sysadmin, Role::Secadmin, Role::Auditor] {
                let keeper = Actor { role, ..actor.clone() };
                prop_assert!(ask(&keeper, Action::See, &object).is_err());
            }
        }
    }
}
