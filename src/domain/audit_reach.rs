//! Whose acts someone may read in the audit (privacy.md 8.4 of the domain book).

use super::ids::StaffId;
use super::staff::{Actor, Role};

/// Which entries are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// Those of every court.
    All,
    /// The reader's own.
    Own(StaffId),
}

impl Watch {
    /// What a person reads of the audit; nothing for nearly everyone.
    pub const fn of(actor: &Actor) -> Option<Self> {
        match actor.role {
            Role::Auditor | Role::Inspection | Role::Job => Some(Self::All),
            Role::Bureau | Role::BureauHead => Some(Self::Own(actor.staff)),
            Role::Clerk
            | Role::Handler
            | Role::Leader
            | Role::President
            | Role::LeadingGroup
            | Role::ContactLeader
            | Role::EnforcementOffice
            | Role::Reviewer
            | Role::CourtPolice
            | Role::Sysadmin
            | Role::Secadmin => None,
        }
    }

    /// Whose entries alone, as a query binds it.
    pub const fn only(self) -> Option<i64> {
        match self {
            Self::All => None,
            Self::Own(staff) => Some(staff.0),
        }
    }
}
