//! Opening a masked value (查看全号): one field at a time, with a purpose, on the record.

use chrono::{DateTime, Utc};

use super::code::{codes, getters};
use super::ids::{PetitionCaseId, StaffId};
use super::petition_case::PetitionCase;
use super::staff::{Actor, Role};

codes! {
    /// What is masked everywhere.
    MaskedField {
        IdNumber = "id_number", "证件号码";
        Phone = "phone", "手机号";
        Address = "address", "住址";
    }
}

codes! {
    /// What for (查看原因). A closed list: the audit holds codes, never somebody's words.
    Purpose {
        Identity = "identity", "核对身份";
        Contact = "contact", "联系信访人";
        Duplicate = "duplicate", "核对重复登记";
        LawfulRequest = "lawful_request", "依法答复查询";
    }
}

/// Why a value stays masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("本岗位只能查看尾号")]
    Masked,
    #[error("请选择查看原因")]
    NoReason,
    #[error("一小时内查看全号已达{HOURLY}次，请稍后再试")]
    TooMany,
}

/// How many values a person opens in an hour: work needs fewer, and a list isn't copied by hand.
pub const HOURLY: i64 = 30;

/// The fact that someone opened a masked value. Only [`reveal`] makes one.
#[must_use = "nothing is opened that is not recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revealed {
    case: PetitionCaseId,
    field: MaskedField,
    reason: Option<Purpose>,
    by: StaffId,
    at: DateTime<Utc>,
}

getters! {
    Revealed {
        /// In which case.
        case: PetitionCaseId,
        /// Which value.
        field: MaskedField,
        /// What for; nothing when it is the work of whoever opened it.
        reason: Option<Purpose>,
        /// Who opened it.
        by: StaffId,
        /// When.
        at: DateTime<Utc>,
    }
}

/// The team opens what its own work needs; the bureau and a handler who has not claimed the case
/// say what for; everyone else keeps to the last four (privacy.md 8.4 of the domain book).
pub fn reveal(
    actor: &Actor,
    case: &PetitionCase,
    (field, reason): (MaskedField, Option<Purpose>),
    (own_work, this_hour): (bool, i64),
    at: DateTime<Utc>,
) -> Result<Revealed, Refusal> {
    let needs_reason = match actor.role {
        Role::Handler | Role::Leader => !own_work,
        Role::Bureau | Role::BureauHead => true,
        Role::Clerk
        | Role::President
        | Role::LeadingGroup
        | Role::ContactLeader
        | Role::EnforcementOffice
        | Role::Reviewer
        | Role::Inspection
        | Role::CourtPolice
        | Role::Sysadmin
        | Role::Secadmin
        | Role::Auditor
        | Role::Job => return Err(Refusal::Masked),
    };
    if needs_reason && reason.is_none() {
        return Err(Refusal::NoReason);
    }
    if this_hour >= HOURLY {
        return Err(Refusal::TooMany);
    }
    Ok(Revealed { case: case.id, field, reason, by: actor.staff, at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Depth;
    use crate::domain::ids::{RoundId, UnitId};
    use crate::domain::petition_case::Stage;
    use crate::domain::staff::sample::at_base_court;

    /// S74, S86.
    #[test]
    fn own_work_asks_no_reason_and_everyone_else_does_or_may_not() {
        use Refusal::{Masked, NoReason};
        let table = [
            (Role::Handler, true, None, Ok(())),
            (Role::Leader, true, None, Ok(())),
            (Role::Handler, false, None, Err(NoReason)),
            (Role::Handler, false, Some(Purpose::Identity), Ok(())),
            (Role::Bureau, false, None, Err(NoReason)),
            (Role::Bureau, false, Some(Purpose::Duplicate), Ok(())),
            (Role::BureauHead, false, Some(Purpose::Duplicate), Ok(())),
            (Role::Clerk, false, Some(Purpose::Identity), Err(Masked)),
            (Role::President, false, Some(Purpose::Identity), Err(Masked)),
            (Role::LeadingGroup, false, Some(Purpose::Identity), Err(Masked)),
        ];
        let at: DateTime<Utc> = "2026-06-15T04:00:00Z".parse().unwrap();
        let case = PetitionCase {
            id: PetitionCaseId(1),
            number: "XF2026-00128".to_owned(),
            unit: UnitId(3),
            unit_name: "东湖法院".to_owned(),
            round: RoundId(1),
            round_number: 1,
            stage: Stage::InHandling,
            is_open: true,
            version: 1,
            opened_at: at,
            assignment: None,
            leader: None,
            handler: None,
            depth: Depth::Content,
        };
        for (role, own_work, reason, expected) in table {
            let (actor, asked) = (at_base_court(role), (MaskedField::IdNumber, reason));
            let found = reveal(&actor, &case, asked, (own_work, 0), at);
            assert_eq!(found.map(|_| ()), expected, "{role:?} {own_work} {reason:?}");
        }
        let handler = at_base_court(Role::Handler);
        for (this_hour, expected) in [(29, Ok(())), (30, Err(Refusal::TooMany))] {
            let work = (true, this_hour);
            let found = reveal(&handler, &case, (MaskedField::Phone, None), work, at);
            assert_eq!(found.map(|_| ()), expected, "{this_hour}");
        }
    }
}
