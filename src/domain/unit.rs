//! Courts, divisions and offices.

use super::code::codes;
use super::ids::UnitId;

codes! {
    /// What a unit is. Only a court (the tribunal counts as one) has rights of its own.
    UnitKind {
        HighCourt = "high_court", "高级人民法院";
        IntermediateCourt = "intermediate_court", "中级人民法院";
        BaseCourt = "base_court", "基层人民法院";
        Tribunal = "tribunal", "法庭";
        Division = "division", "庭室";
        PetitionBureau = "petition_bureau", "信访局";
    }
}

impl UnitKind {
    /// The list in which units of this kind are compared.
    pub const fn compared_in(self) -> Option<&'static str> {
        match self {
            Self::BaseCourt | Self::Tribunal => Some("base_court"),
            Self::Division => Some("division"),
            Self::HighCourt | Self::IntermediateCourt | Self::PetitionBureau => None,
        }
    }

    /// Whether visitors come to it.
    pub const fn has_hall(self) -> bool {
        matches!(self, Self::IntermediateCourt | Self::BaseCourt | Self::Tribunal)
    }
}

/// A court, division or office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub id: UnitId,
    pub parent: Option<UnitId>,
    pub code: String,
    pub name: String,
    pub short_name: String,
    pub kind: UnitKind,
    /// The court code in a 案号, where the unit has one.
    pub court_code: Option<String>,
    /// The list in which it is compared with others; none: never ranked.
    pub compared_in: Option<String>,
    /// The fixed order of units.
    pub place: i32,
}

impl Unit {
    /// Whether petition cases can be assigned to it: a court below the intermediate one, or a
    /// division of the intermediate court.
    pub const fn takes_assignments(&self) -> bool {
        matches!(self.kind, UnitKind::BaseCourt | UnitKind::Tribunal | UnitKind::Division)
    }
}
