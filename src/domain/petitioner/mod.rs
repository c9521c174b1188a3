//! The petitioner (信访人): identity as it is told at the window. Nothing here refuses a person;
//! a fault is shown, and the visit is registered all the same.

mod id_number;
mod name;
mod phone;
mod region;

pub use id_number::{IdFault, IdNumber, Sex};
pub use name::{Name, NameFault};
pub use phone::{Phone, PhoneFault};
pub use region::region_of;

use super::code::codes;
use super::digits::half_width;

codes! {
    /// What document a petitioner shows (证件类型). Only an identity card's number can be checked.
    IdType {
        IdCard = "id_card", "身份证";
        Passport = "passport", "护照";
        HkMoTw = "hk_mo_tw", "港澳台证件";
        Foreigner = "foreigner", "外国人永久居留证";
        None = "none", "无证件";
    }
}

codes! {
    /// Why a petitioner shows no document; the identity can be verified later.
    NoIdReason {
        Forgot = "forgot", "未带";
        Lost = "lost", "遗失";
        Refused = "refused", "不愿出示";
        /// A ledger that was imported gives no number; not offered at the window.
        NotRecorded = "not_recorded", "台账未记载";
    }
}

impl NoIdReason {
    /// The reasons that the registration form offers.
    pub const AT_THE_WINDOW: [Self; 3] = [Self::Forgot, Self::Lost, Self::Refused];
}

codes! {
    /// Why a number with a fault is registered all the same, as an unverified identity
    /// (身份未核实).
    IdOverride {
        OldCard = "old_card", "15位旧证";
        AsShown = "as_shown", "证件如此";
        ReaderFailed = "reader_failed", "读卡失败";
        /// A ledger that was imported gives the number so; not offered at the window.
        AsRecorded = "as_recorded", "台账如此";
    }
}

impl IdOverride {
    /// The reasons that the registration form offers.
    pub const AT_THE_WINDOW: [Self; 3] = [Self::OldCard, Self::AsShown, Self::ReaderFailed];
}
