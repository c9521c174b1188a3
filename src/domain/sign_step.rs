//! The steps that a close report (办结报告) passes, in the order of the chain (签批).

use super::code::codes;
use super::staff::Role;
use super::unit::UnitKind;

codes! {
    /// A step of the chain: whose signature a close report waits for.
    SignStep {
        /// T20: closed by the unit; stops the closing clock for the time being.
        Leader = "leader", "包案领导签字";
        /// T21: 交办给基层法院的经本院院长签字, 交办给中院的经主管院长签字.
        President = "president", "院长签字";
        /// T22: never by anyone who handled the case.
        Bureau = "bureau", "中院信访局审核";
        /// T23.
        LeadingGroup = "leading_group", "领导小组认定";
    }
}

impl SignStep {
    /// Whether the step is taken in this role.
    pub const fn is_for(self, role: Role) -> bool {
        match self {
            Self::Leader => matches!(role, Role::Leader),
            Self::President => matches!(role, Role::President),
            Self::Bureau => matches!(role, Role::Bureau | Role::BureauHead),
            Self::LeadingGroup => matches!(role, Role::LeadingGroup),
        }
    }

    /// The name of the step at a court: it is the vice president in charge who signs at the
    /// intermediate court.
    pub const fn label_at(self, court: UnitKind) -> &'static str {
        match (self, court) {
            (Self::President, UnitKind::IntermediateCourt) => "主管院长签字",
            (Self::Leader | Self::President | Self::Bureau | Self::LeadingGroup, _) => self.label(),
        }
    }
}
