//! The rows within reach, as the queries bind them.

use crate::domain::code::getters;
use crate::domain::ids::{StaffId, UnitId};
use crate::domain::staff::{Actor, Role};
use crate::domain::unit::UnitKind;

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
    /// Every case up to the narrative: the registration desk, the contact leader.
    Narrative,
    /// In full where the person is of the team; else the row.
    Team,
    /// As `Team`, and an unclaimed case in full.
    TeamOrUnclaimed,
    /// Nothing: who keeps the program, who reads what is sealed.
    None,
}

impl Opening {
    /// As the queries bind it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Narrative => "narrative",
            Self::Team => "team",
            Self::TeamOrUnclaimed => "team_or_unclaimed",
            Self::None => "none",
        }
    }

    /// How the cases of a role's reach are opened.
    pub const fn of(role: Role) -> Self {
        match role {
            Role::Bureau
            | Role::BureauHead
            | Role::LeadingGroup
            | Role::President
            | Role::EnforcementOffice
            | Role::Reviewer
            | Role::Job => Self::All,
            Role::Clerk | Role::ContactLeader => Self::Narrative,
            Role::Handler => Self::TeamOrUnclaimed,
            Role::Leader => Self::Team,
            Role::Inspection
            | Role::CourtPolice
            | Role::Sysadmin
            | Role::Secadmin
            | Role::Auditor => Self::None,
        }
    }
}

/// Which cases of the units within reach: the kind of matter, or what has become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matters {
    All,
    /// What a closing brought before the leading group.
    Submitted,
    /// What is about enforcement (执行), for the enforcement office.
    Enforcement,
    /// What was given to the reader to review.
    Reviewed,
    /// No petition case: who reads what is sealed, who keeps the program.
    None,
}

impl Matters {
    /// As the queries bind it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Submitted => "submitted",
            Self::Enforcement => "enforcement",
            Self::Reviewed => "reviewed",
            Self::None => "none",
        }
    }

    /// Which matters a role has to do with.
    pub const fn of(role: Role) -> Self {
        match role {
            Role::LeadingGroup => Self::Submitted,
            Role::EnforcementOffice => Self::Enforcement,
            Role::Reviewer => Self::Reviewed,
            Role::Inspection
            | Role::CourtPolice
            | Role::Sysadmin
            | Role::Secadmin
            | Role::Auditor => Self::None,
            Role::Clerk
            | Role::Handler
            | Role::Leader
            | Role::President
            | Role::Bureau
            | Role::BureauHead
            | Role::ContactLeader
            | Role::Job => Self::All,
        }
    }
}

/// The units around a grant, from which its reach is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around<'a> {
    /// The grant's unit and those below it within its court.
    pub own: &'a [UnitId],
    /// All units below the court.
    pub jurisdiction: &'a [UnitId],
    /// The courts of the person's contact list now (联系点), with what is below them.
    pub contacts: &'a [UnitId],
}

impl<'a> Around<'a> {
    /// The units whose rows a role reaches from here.
    pub const fn reached(&self, role: Role, court: UnitKind) -> &'a [UnitId] {
        match role {
            Role::Bureau
            | Role::BureauHead
            | Role::LeadingGroup
            | Role::EnforcementOffice
            | Role::Reviewer
            | Role::Inspection
            | Role::Job => self.jurisdiction,
            Role::President if matches!(court, UnitKind::IntermediateCourt) => self.jurisdiction,
            Role::Clerk | Role::Handler | Role::Leader | Role::President => self.own,
            Role::ContactLeader => self.contacts,
            Role::CourtPolice | Role::Sysadmin | Role::Secadmin | Role::Auditor => &[],
        }
    }
}

/// What names the reader, or a unit that the reader is of: it isn't there for them (回避).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excluded {
    pub cases: Vec<i64>,
    /// The visits about those cases.
    pub visits: Vec<i64>,
}

/// The rows within reach. Every query of court data binds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    units: Vec<i64>,
    excluded: Excluded,
    role: Role,
    staff: StaffId,
    holder: StaffId,
}

getters! {
    Scope {
        /// The units, as a query binds them.
        units: &[i64],
        /// What is not there for the reader, whatever the grant.
        excluded: &Excluded,
        /// Whose teams count: whoever asks, or whoever they stand in for.
        holder: StaffId,
        /// Who asks, and whose own what they recorded is.
        staff: StaffId,
    }
}

impl Scope {
    /// The scope of someone, given the units around the grant and what names them.
    pub fn of(actor: &Actor, around: Around<'_>, excluded: Excluded) -> Self {
        let units = around.reached(actor.role, actor.court_kind);
        let units = units.iter().map(|unit| unit.0).collect();
        Self { units, excluded, role: actor.role, staff: actor.staff, holder: actor.holder() }
    }

    /// Whether a row of this unit is within reach.
    pub fn reaches(&self, unit: UnitId) -> bool {
        self.units.contains(&unit.0)
    }

    /// How cases are opened.
    pub const fn opening(&self) -> Opening {
        Opening::of(self.role)
    }

    /// Which cases of the units.
    pub const fn matters(&self) -> Matters {
        Matters::of(self.role)
    }

    /// How far the accounts of visits are open, as the queries bind it: the register is kept by
    /// the courts' desks and the bureau, and isn't for whoever reaches some kinds of matter alone.
    pub const fn accounts(&self) -> &'static str {
        match self.matters() {
            Matters::All => self.opening().code(),
            Matters::Submitted | Matters::Enforcement | Matters::Reviewed | Matters::None => "none",
        }
    }

    /// Whether the sealed accounts of accusations are read: by the inspection office alone.
    pub const fn reads_sealed(&self) -> bool {
        matches!(self.role, Role::Inspection)
    }

    /// Whether accusations are sent on, unread: by the bureau.
    pub const fn sends_sealed(&self) -> bool {
        matches!(self.role, Role::Bureau | Role::BureauHead)
    }

    /// Whether bulletins are within reach before they are published: the bureau that makes them.
    pub const fn drafts(&self) -> bool {
        matches!(self.role, Role::Bureau | Role::BureauHead | Role::Job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::staff::sample::actor;

    #[test]
    fn each_role_reaches_its_units_and_no_more() {
        use Opening::{All, Narrative, None, Team, TeamOrUnclaimed};
        use UnitKind::{BaseCourt, IntermediateCourt};
        let whole = &[2, 3, 4][..];
        let table = [
            (Role::Clerk, BaseCourt, &[3][..], Narrative, "narrative"),
            (Role::Handler, BaseCourt, &[3], TeamOrUnclaimed, "team_or_unclaimed"),
            (Role::Leader, IntermediateCourt, &[3], Team, "team"),
            (Role::President, BaseCourt, &[3], All, "all"),
            (Role::President, IntermediateCourt, whole, All, "all"),
            (Role::Bureau, IntermediateCourt, whole, All, "all"),
            (Role::BureauHead, IntermediateCourt, whole, All, "all"),
            (Role::LeadingGroup, IntermediateCourt, whole, All, "none"),
            (Role::ContactLeader, IntermediateCourt, &[4], Narrative, "narrative"),
            (Role::EnforcementOffice, IntermediateCourt, whole, All, "none"),
            (Role::Reviewer, IntermediateCourt, whole, All, "none"),
            (Role::Inspection, IntermediateCourt, whole, None, "none"),
            (Role::CourtPolice, BaseCourt, &[], None, "none"),
            (Role::Sysadmin, IntermediateCourt, &[], None, "none"),
            (Role::Secadmin, IntermediateCourt, &[], None, "none"),
            (Role::Auditor, IntermediateCourt, &[], None, "none"),
        ];
        let around = Around {
            own: &[UnitId(3)],
            jurisdiction: &[UnitId(2), UnitId(3), UnitId(4)],
            contacts: &[UnitId(4)],
        };
        for (role, kind, units, opening, accounts) in table {
            let actor = Actor { unit: UnitId(3), court_kind: kind, ..actor(role) };
            let scope = Scope::of(&actor, around, Excluded::default());
            assert_eq!(scope.units(), units, "{role:?} of {kind:?}");
            assert_eq!(scope.opening(), opening, "{role:?}");
            assert_eq!(scope.accounts(), accounts, "{role:?}");
            let drafts = matches!(role, Role::Bureau | Role::BureauHead);
            assert_eq!(scope.drafts(), drafts, "{role:?}");
        }
    }
}
