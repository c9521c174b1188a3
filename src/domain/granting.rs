//! Granting roles (岗位授权): one security administrator proposes, another confirms, and neither gives
//! anything to themselves (三员分立, GB/T 22239-2019 8.1.10.4; ASVS 2.3.5). Taking away acts at once.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar;
use super::code::getters;
use super::ids::{StaffId, UnitId};
use super::staff::{Actor, Role};
use super::unit::{Unit, UnitKind};

/// Why a grant can't be proposed, confirmed or ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有安全管理员可以授权")]
    NotTheSecurityAdministrator,
    #[error("本人不能给自己授权")]
    OneSelf,
    #[error("该账号已停用")]
    Inactive,
    #[error("{0}不能在{1}任职，请选择{2}")]
    WrongUnit(&'static str, String, &'static str),
    #[error("{0}已有{1}岗位。系统、安全、审计三员彼此分设，也不兼任业务岗位")]
    KeptApart(String, &'static str),
    #[error("{0}在该单位已有这个岗位")]
    Held(String),
    #[error("开始日期不能早于今天")]
    InThePast,
    #[error("截止日期应晚于开始日期")]
    NoDays,
    #[error("须由另一名安全管理员确认")]
    SecondPerson,
    #[error("这项授权的期限已过，或者委托人的岗位已经失效，请退回")]
    Lapsed,
    #[error("这项授权已经处理过")]
    Decided,
    #[error("请填写不同意的理由")]
    NoReason,
    #[error("请填写收回的理由")]
    NoReasonToTakeBack,
    #[error("{}，再撤销", last_ones(*.0))]
    LastOnes(Role),
}

/// A grant as it is asked for: from the first day until the day after the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub role: Role,
    pub from: NaiveDate,
    pub last: Option<NaiveDate>,
}

/// Someone who is to hold a role, with what they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub staff: StaffId,
    pub name: String,
    pub is_active: bool,
    /// Role and unit of each grant that holds now or later.
    pub holds: Vec<(Role, UnitId)>,
}

/// The fact that a grant is proposed. Only [`propose`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    pub(super) staff: StaffId,
    pub(super) role: Role,
    pub(super) unit: UnitId,
    pub(super) from: DateTime<Utc>,
    pub(super) until: Option<DateTime<Utc>>,
    pub(super) by: StaffId,
    pub(super) at: DateTime<Utc>,
}

/// A proposal that waits for the second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub staff: StaffId,
    pub proposed_by: StaffId,
    /// Whether its time is over, or whoever is to be stood in for no longer holds the role.
    pub has_lapsed: bool,
    pub is_decided: bool,
}

/// The fact that a proposal is confirmed, or declined with the reason.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    by: StaffId,
    declined: Option<String>,
    at: DateTime<Utc>,
}

/// The fact that a grant ends now.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    by: StaffId,
    at: DateTime<Utc>,
}

/// As many there must be of each of the three: one security administrator alone confirms nothing, and
/// without the other two nobody keeps the accounts or reads the audit.
const fn fewest(role: Role) -> usize {
    if matches!(role, Role::Secadmin) {
        2
    } else if role.is_administrator() {
        1
    } else {
        0
    }
}

/// Whether too few would hold a role if one of them were gone; `others` counts the others.
pub const fn too_few(role: Role, others: usize) -> bool {
    others < fewest(role)
}

/// Who is one of the last, and what is to be done first.
pub fn last_ones(role: Role) -> String {
    if role == Role::Secadmin {
        return "这是最后2名安全管理员之一，授权须有两人；请先补足安全管理员".to_owned();
    }
    format!("这是最后一名{0}；请先由安全管理员给另一人授权{0}岗位", role.label())
}

/// Proposes a grant.
pub fn propose(
    actor: &Actor,
    holder: &Holder,
    unit: &Unit,
    wanted: &Wanted,
    at: DateTime<Utc>,
) -> Result<Proposed, Refusal> {
    if actor.role != Role::Secadmin {
        return Err(Refusal::NotTheSecurityAdministrator);
    }
    if holder.staff == actor.staff {
        return Err(Refusal::OneSelf);
    }
    if !holder.is_active {
        return Err(Refusal::Inactive);
    }
    let (kinds, named) = units_of(wanted.role);
    if !kinds.contains(&unit.kind) {
        return Err(Refusal::WrongUnit(wanted.role.label(), unit.short_name.clone(), named));
    }
    if let Some((other, _)) = holder.holds.iter().find(|(role, _)| kept_apart(*role, wanted.role)) {
        return Err(Refusal::KeptApart(holder.name.clone(), other.label()));
    }
    if holder.holds.contains(&(wanted.role, unit.id)) {
        return Err(Refusal::Held(holder.name.clone()));
    }
    let today = calendar::day_of(at);
    if wanted.from < today {
        return Err(Refusal::InThePast);
    }
    if wanted.last.is_some_and(|last| last < wanted.from) {
        return Err(Refusal::NoDays);
    }
    // A grant from today holds from the moment at which it is confirmed.
    let from = if wanted.from == today { at } else { calendar::start_of(wanted.from) };
    let until = wanted.last.map(calendar::end_of);
    let (staff, role, unit, by) = (holder.staff, wanted.role, unit.id, actor.staff);
    Ok(Proposed { staff, role, unit, from, until, by, at })
}

/// Whether two roles can't be held by one person.
pub fn kept_apart(one: Role, other: Role) -> bool {
    one != other && (one.is_administrator() || other.is_administrator())
}

/// Where a role is held (glossary: unit of the grant).
const fn units_of(role: Role) -> (&'static [UnitKind], &'static str) {
    use UnitKind::{BaseCourt, Division, IntermediateCourt, PetitionBureau, Tribunal};
    match role {
        Role::Clerk | Role::Leader | Role::President | Role::CourtPolice => {
            (&[IntermediateCourt, BaseCourt, Tribunal], "法院")
        }
        Role::Handler => (&[IntermediateCourt, BaseCourt, Tribunal, Division], "法院或庭室"),
        Role::Bureau | Role::BureauHead => (&[PetitionBureau], "中院信访局"),
        Role::EnforcementOffice => (&[Division], "中院执行局综合处"),
        Role::LeadingGroup
        | Role::ContactLeader
        | Role::Reviewer
        | Role::Inspection
        | Role::Sysadmin
        | Role::Secadmin
        | Role::Auditor => (&[IntermediateCourt], "中级法院"),
        Role::Job => (&[], "—"),
    }
}

/// The second person agrees: neither who proposed nor who is to hold the role.
pub fn confirm(actor: &Actor, waiting: &Waiting, at: DateTime<Utc>) -> Result<Decided, Refusal> {
    second_person(actor, waiting)?;
    if waiting.has_lapsed {
        return Err(Refusal::Lapsed);
    }
    Ok(Decided { by: actor.staff, declined: None, at })
}

/// The second person doesn't agree, or whoever proposed takes it back.
pub fn decline(
    actor: &Actor,
    waiting: &Waiting,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<Decided, Refusal> {
    if waiting.proposed_by != actor.staff || actor.role != Role::Secadmin || waiting.is_decided {
        second_person(actor, waiting)?;
    }
    let reason = reason.trim();
    if reason.is_empty() {
        let own = waiting.proposed_by == actor.staff;
        return Err(if own { Refusal::NoReasonToTakeBack } else { Refusal::NoReason });
    }
    Ok(Decided { by: actor.staff, declined: Some(reason.to_owned()), at })
}

fn second_person(actor: &Actor, waiting: &Waiting) -> Result<(), Refusal> {
    if actor.role != Role::Secadmin {
        return Err(Refusal::NotTheSecurityAdministrator);
    }
    if waiting.staff == actor.staff {
        return Err(Refusal::OneSelf);
    }
    if waiting.proposed_by == actor.staff {
        return Err(Refusal::SecondPerson);
    }
    if waiting.is_decided { Err(Refusal::Decided) } else { Ok(()) }
}

/// Ends a grant at once. `others` counts who else holds the role.
pub fn end(
    actor: &Actor,
    (staff, role): (StaffId, Role),
    others: usize,
    at: DateTime<Utc>,
) -> Result<Ended, Refusal> {
    if actor.role != Role::Secadmin {
        return Err(Refusal::NotTheSecurityAdministrator);
    }
    if staff == actor.staff {
        return Err(Refusal::OneSelf);
    }
    if too_few(role, others) {
        return Err(Refusal::LastOnes(role));
    }
    Ok(Ended { by: actor.staff, at })
}

getters! {
    Proposed {
        /// Who is to hold the role.
        staff: StaffId,
        /// The role.
        role: Role,
        /// Its unit.
        unit: UnitId,
        /// From when.
        from: DateTime<Utc>,
        /// Until when, if it ends.
        until: Option<DateTime<Utc>>,
        /// Who proposed it.
        by: StaffId,
        /// When.
        at: DateTime<Utc>,
    }
}

getters! {
    Decided {
        /// Who decided.
        by: StaffId,
        /// When.
        at: DateTime<Utc>,
        /// Why it was declined; none: confirmed.
        declined: Option<&str>,
    }
}

getters! {
    Ended {
        /// Who ended it.
        by: StaffId,
        /// When.
        at: DateTime<Utc>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::staff::sample;

    const ME: StaffId = StaffId(1);
    const OTHER: StaffId = StaffId(2);

    fn at() -> DateTime<Utc> {
        "2026-06-15T02:10:00Z".parse().unwrap()
    }

    fn actor(staff: StaffId, role: Role) -> Actor {
        Actor { staff, ..sample::actor(role) }
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

    fn holder(holds: &[(Role, UnitId)]) -> Holder {
        Holder {
            staff: OTHER, name: "李某某".to_owned(), is_active: true, holds: holds.to_vec()
        }
    }

    fn wanted(role: Role, from: &str, last: Option<&str>) -> Wanted {
        Wanted { role, from: from.parse().unwrap(), last: last.map(|day| day.parse().unwrap()) }
    }

    #[test]
    fn a_role_is_held_where_the_glossary_says() {
        use UnitKind::{
            BaseCourt, Division, HighCourt, IntermediateCourt, PetitionBureau, Tribunal,
        };
        let table = [
            (Role::Clerk, &[IntermediateCourt, BaseCourt, Tribunal][..]),
            (Role::Handler, &[IntermediateCourt, BaseCourt, Tribunal, Division]),
            (Role::President, &[IntermediateCourt, BaseCourt, Tribunal]),
            (Role::Bureau, &[PetitionBureau]),
            (Role::EnforcementOffice, &[Division]),
            (Role::Inspection, &[IntermediateCourt]),
            (Role::Auditor, &[IntermediateCourt]),
            (Role::Job, &[]),
        ];
        let kinds = [HighCourt, IntermediateCourt, BaseCourt, Tribunal, Division, PetitionBureau];
        for (role, expected) in table {
            let fits = |kind: &UnitKind| {
                let wanted = wanted(role, "2026-06-15", None);
                propose(&actor(ME, Role::Secadmin), &holder(&[]), &unit(*kind), &wanted, at())
                    .is_ok()
            };
            let found: Vec<_> = kinds.into_iter().filter(fits).collect();
            assert_eq!(found, expected, "{role:?}");
        }
    }

    /// S31.
    #[test]
    fn nobody_grants_to_themselves_and_the_three_are_held_apart() {
        let court = unit(UnitKind::IntermediateCourt);
        let today = wanted(Role::Auditor, "2026-06-15", None);
        let secadmin = actor(ME, Role::Secadmin);
        let mine = Holder { staff: ME, ..holder(&[]) };
        assert_eq!(propose(&secadmin, &mine, &court, &today, at()).err(), Some(Refusal::OneSelf));
        for &held in Role::ALL {
            for &new in &[Role::Sysadmin, Role::Secadmin, Role::Auditor, Role::LeadingGroup] {
                let has = holder(&[(held, UnitId(9))]);
                let wanted = wanted(new, "2026-06-15", None);
                let said = propose(&secadmin, &has, &court, &wanted, at());
                let apart = held != new && (held.is_administrator() || new.is_administrator());
                assert_eq!(said.is_err(), apart, "{held:?} and {new:?}");
            }
        }
        for &role in Role::ALL {
            let said = propose(&actor(ME, role), &holder(&[]), &court, &today, at());
            assert_eq!(said.is_ok(), role == Role::Secadmin, "{role:?}");
        }
    }

    #[test]
    fn a_grant_is_never_backdated_and_has_days() {
        let (secadmin, base) = (actor(ME, Role::Secadmin), unit(UnitKind::BaseCourt));
        for (from, last, expected) in [
            ("2026-06-15", None, Ok(("2026-06-15T02:10:00Z", None))),
            (
                "2026-06-16",
                Some("2026-06-16"),
                Ok(("2026-06-15T16:00:00Z", Some("2026-06-16T16:00:00Z"))),
            ),
            ("2026-06-14", None, Err(Refusal::InThePast)),
            ("2026-06-16", Some("2026-06-15"), Err(Refusal::NoDays)),
        ] {
            let said =
                propose(&secadmin, &holder(&[]), &base, &wanted(Role::Clerk, from, last), at());
            let said = said.map(|fact| (fact.from(), fact.until()));
            let moment = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
            let expected = expected.map(|(from, until)| (moment(from), until.map(moment)));
            assert_eq!(said, expected, "{from}");
        }
        let held = holder(&[(Role::Clerk, UnitId(4))]);
        let again = wanted(Role::Clerk, "2026-06-15", None);
        let said = propose(&secadmin, &held, &base, &again, at());
        assert_eq!(said.err(), Some(Refusal::Held("李某某".to_owned())));
    }

    /// S31.
    #[test]
    fn a_grant_needs_a_second_person() {
        let waiting =
            Waiting { staff: OTHER, proposed_by: ME, has_lapsed: false, is_decided: false };
        let third = StaffId(3);
        for (who, role, expected) in [
            (ME, Role::Secadmin, Some(Refusal::SecondPerson)),
            (OTHER, Role::Secadmin, Some(Refusal::OneSelf)),
            (third, Role::Sysadmin, Some(Refusal::NotTheSecurityAdministrator)),
            (third, Role::Secadmin, None),
        ] {
            assert_eq!(confirm(&actor(who, role), &waiting, at()).err(), expected, "{who:?}");
        }
        let decided = Waiting { is_decided: true, ..waiting.clone() };
        let lapsed = Waiting { has_lapsed: true, ..waiting.clone() };
        let secadmin = actor(third, Role::Secadmin);
        assert_eq!(confirm(&secadmin, &lapsed, at()).err(), Some(Refusal::Lapsed));
        assert!(decline(&secadmin, &lapsed, "期限已过", at()).is_ok());
        assert_eq!(confirm(&secadmin, &decided, at()).err(), Some(Refusal::Decided));
        assert_eq!(decline(&secadmin, &waiting, " ", at()).err(), Some(Refusal::NoReason));
        assert!(decline(&secadmin, &waiting, "岗位不符", at()).is_ok());
        // Whoever proposed may take it back.
        let said = decline(&actor(ME, Role::Secadmin), &waiting, " ", at()).err();
        assert_eq!(said, Some(Refusal::NoReasonToTakeBack));
        assert!(decline(&actor(ME, Role::Secadmin), &waiting, "填错了", at()).is_ok());
        assert!(decline(&actor(ME, Role::Secadmin), &decided, "填错了", at()).is_err());
    }

    #[test]
    fn a_grant_ends_at_once_and_of_the_three_there_are_always_enough() {
        let secadmin = actor(ME, Role::Secadmin);
        assert!(end(&secadmin, (OTHER, Role::Clerk), 1, at()).is_ok());
        let last = end(&secadmin, (OTHER, Role::Secadmin), 1, at());
        assert_eq!(last.err(), Some(Refusal::LastOnes(Role::Secadmin)));
        for role in [Role::Sysadmin, Role::Auditor] {
            let last = end(&secadmin, (OTHER, role), 0, at());
            assert_eq!(last.err(), Some(Refusal::LastOnes(role)));
            assert!(end(&secadmin, (OTHER, role), 1, at()).is_ok());
        }
        assert!(end(&secadmin, (OTHER, Role::Clerk), 0, at()).is_ok());
        assert!(end(&secadmin, (OTHER, Role::Secadmin), 2, at()).is_ok());
        assert_eq!(end(&secadmin, (ME, Role::Secadmin), 5, at()).err(), Some(Refusal::OneSelf));
        let auditor = actor(ME, Role::Auditor);
        assert!(end(&auditor, (OTHER, Role::Clerk), 5, at()).is_err());
    }
}
