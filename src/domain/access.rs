//! What someone may reach: which rows, and how much of each.

use super::ids::{StaffId, UnitId};
use super::staff::{Actor, Role};
use super::unit::UnitKind;

/// How much of a case within reach is open (privacy.md 8.4 of the domain book).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// The row: number, name, court, stage, dates, responsible people.
    Head,
    /// And what the petitioner said: grounds, requests, visits.
    Narrative,
    /// All of it.
    Content,
}

/// Which cases of the reach are open to which depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// Every case in full: the bureau, a court's president.
    All,
    /// Every case up to the narrative: the registration desk.
    Narrative,
    /// In full where the person is of the team; else the row.
    Team,
    /// As `Team`, and an unclaimed case in full.
    TeamOrUnclaimed,
}

impl Opening {
    /// As the queries bind it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Narrative => "narrative",
            Self::Team => "team",
            Self::TeamOrUnclaimed => "team_or_unclaimed",
        }
    }
}

/// The rows within reach. Every query of court data binds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    units: Vec<i64>,
    opening: Opening,
    submitted_only: bool,
    drafts: bool,
    staff: StaffId,
}

impl Scope {
    /// The scope of someone, given the units below their own unit within their court, and all units
    /// below their court.
    pub fn of(actor: &Actor, own: &[UnitId], jurisdiction: &[UnitId]) -> Self {
        let whole = match actor.role {
            Role::Bureau | Role::BureauHead | Role::LeadingGroup | Role::Job => true,
            Role::President => actor.court_kind == UnitKind::IntermediateCourt,
            Role::Clerk | Role::Handler | Role::Leader => false,
        };
        let opening = match actor.role {
            Role::Bureau | Role::BureauHead | Role::LeadingGroup | Role::Job | Role::President => {
                Opening::All
            }
            Role::Clerk => Opening::Narrative,
            Role::Handler => Opening::TeamOrUnclaimed,
            Role::Leader => Opening::Team,
        };
        let units = if whole { jurisdiction } else { own };
        Self {
            units: units.iter().map(|unit| unit.0).collect(),
            opening,
            submitted_only: actor.role == Role::LeadingGroup,
            drafts: matches!(actor.role, Role::Bureau | Role::BureauHead | Role::Job),
            staff: actor.staff,
        }
    }

    /// The units, as a query binds them.
    pub fn units(&self) -> &[i64] {
        &self.units
    }

    /// Whether a row of this unit is within reach.
    pub fn reaches(&self, unit: UnitId) -> bool {
        self.units.contains(&unit.0)
    }

    /// How cases are opened.
    pub const fn opening(&self) -> Opening {
        self.opening
    }

    /// How far the accounts of visits are open, as the queries bind it: the register isn't the
    /// leading group's.
    pub const fn accounts(&self) -> &'static str {
        if self.submitted_only { "none" } else { self.opening.code() }
    }

    /// Whether only cases that were submitted to the leading group are within reach.
    pub const fn submitted_only(&self) -> bool {
        self.submitted_only
    }

    /// Whether bulletins are within reach before they are published: the bureau that makes them.
    pub const fn drafts(&self) -> bool {
        self.drafts
    }

    /// Whose teams count.
    pub const fn staff(&self) -> StaffId {
        self.staff
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::GrantId;

    fn actor(role: Role, court_kind: UnitKind) -> Actor {
        let (unit, court) = (UnitId(3), UnitId(2));
        Actor { staff: StaffId(7), grant: GrantId(1), role, unit, court, court_kind }
    }

    #[test]
    fn each_role_reaches_its_units_and_no_more() {
        use Opening::{All, Narrative, Team, TeamOrUnclaimed};
        use UnitKind::{BaseCourt, IntermediateCourt};
        let table = [
            (Role::Clerk, BaseCourt, &[3][..], Narrative, false),
            (Role::Handler, BaseCourt, &[3], TeamOrUnclaimed, false),
            (Role::Leader, IntermediateCourt, &[3], Team, false),
            (Role::President, BaseCourt, &[3], All, false),
            (Role::President, IntermediateCourt, &[2, 3, 4], All, false),
            (Role::Bureau, IntermediateCourt, &[2, 3, 4], All, false),
            (Role::BureauHead, IntermediateCourt, &[2, 3, 4], All, false),
            (Role::LeadingGroup, IntermediateCourt, &[2, 3, 4], All, true),
        ];
        for (role, kind, units, opening, submitted) in table {
            let scope =
                Scope::of(&actor(role, kind), &[UnitId(3)], &[UnitId(2), UnitId(3), UnitId(4)]);
            assert_eq!(scope.units(), units, "{role:?} of {kind:?}");
            assert_eq!(scope.opening(), opening, "{role:?}");
            assert_eq!(scope.submitted_only(), submitted, "{role:?}");
            let accounts = if submitted { "none" } else { opening.code() };
            assert_eq!(scope.accounts(), accounts, "{role:?}");
            let drafts = matches!(role, Role::Bureau | Role::BureauHead);
            assert_eq!(scope.drafts(), drafts, "{role:?}");
        }
    }
}
