//! The petitioner (信访人): identity as it is told at the window. Nothing here refuses a person;
//! a fault is shown, and the visit is registered all the same.

mod id_number;
mod name;
mod phone;

pub use id_number::{IdFault, IdNumber, Sex};
pub use name::{Name, NameFault};
pub use phone::{Phone, PhoneFault};

/// What document a petitioner shows (证件类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdType {
    /// 身份证, the only one whose number can be checked.
    IdCard,
    /// 护照.
    Passport,
    /// 港澳台证件.
    HkMoTw,
    /// 外国人永久居留证.
    Foreigner,
    /// 无证件.
    None,
}

impl IdType {
    /// Every type, in the order of the form.
    pub const ALL: [Self; 5] =
        [Self::IdCard, Self::Passport, Self::HkMoTw, Self::Foreigner, Self::None];

    /// The code in a column and in a form.
    pub fn code(self) -> &'static str {
        match self {
            Self::IdCard => "id_card",
            Self::Passport => "passport",
            Self::HkMoTw => "hk_mo_tw",
            Self::Foreigner => "foreigner",
            Self::None => "none",
        }
    }

    /// The type with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::IdCard => "身份证",
            Self::Passport => "护照",
            Self::HkMoTw => "港澳台证件",
            Self::Foreigner => "外国人永久居留证",
            Self::None => "无证件",
        }
    }
}

/// Why a petitioner shows no document; the identity can be verified later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoIdReason {
    /// 未带.
    Forgot,
    /// 遗失.
    Lost,
    /// 不愿出示.
    Refused,
}

impl NoIdReason {
    /// Every reason, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Forgot, Self::Lost, Self::Refused];

    /// The code in a column and in a form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Forgot => "forgot",
            Self::Lost => "lost",
            Self::Refused => "refused",
        }
    }

    /// The reason with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::Forgot => "未带",
            Self::Lost => "遗失",
            Self::Refused => "不愿出示",
        }
    }
}

/// Why a number with a fault is registered all the same, as an unverified identity (身份未核实).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdOverride {
    /// 15位旧证.
    OldCard,
    /// 证件如此.
    AsShown,
    /// 读卡失败.
    ReaderFailed,
}

impl IdOverride {
    /// Every reason, in the order of the form.
    pub const ALL: [Self; 3] = [Self::OldCard, Self::AsShown, Self::ReaderFailed];

    /// The code in a column and in a form.
    pub fn code(self) -> &'static str {
        match self {
            Self::OldCard => "old_card",
            Self::AsShown => "as_shown",
            Self::ReaderFailed => "reader_failed",
        }
    }

    /// The reason with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The words on a page.
    pub fn label(self) -> &'static str {
        match self {
            Self::OldCard => "15位旧证",
            Self::AsShown => "证件如此",
            Self::ReaderFailed => "读卡失败",
        }
    }
}

/// The half-width form of a digit, letter or sign; other characters stay as they are.
fn half_width(sign: char) -> char {
    match u32::from(sign) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(sign),
        _ => sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back_with_their_words() {
        for kind in IdType::ALL {
            assert_eq!(IdType::from_code(kind.code()), Some(kind));
        }
        for reason in NoIdReason::ALL {
            assert_eq!(NoIdReason::from_code(reason.code()), Some(reason));
        }
        for reason in IdOverride::ALL {
            assert_eq!(IdOverride::from_code(reason.code()), Some(reason));
        }
        assert_eq!(IdType::from_code("driving_licence"), None);
        assert_eq!(IdOverride::OldCard.label(), "15位旧证");
    }
}
