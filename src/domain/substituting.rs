//! Substitution (代理): whoever is away asks that a colleague of the same unit may act under one of
//! their roles from one day to another. A security administrator confirms it (`granting::confirm`),
//! and what comes of it is a grant like any other: it alone makes a right, and ends by itself. What
//! is done under it says who did it and for whom; it is taken back at once, and never passed on.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::calendar::{day_of, end_of, start_of};
use super::code::getters;
use super::ids::{GrantId, StaffId, UnitId};
use super::staff::{Actor, Role};

/// Why nobody is asked for, or nothing is taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("正在代他人办理，不能再委托代理；请先切换回本人的岗位")]
    Chain,
    #[error("系统、安全、审计管理员的岗位不能由他人代理")]
    Administrator,
    #[error("评查员由信访局逐案指定，不能由他人代理")]
    Reviewer,
    #[error("不能委托本人代理")]
    OneSelf,
    #[error("只能委托本单位的人员代理")]
    OtherUnit,
    #[error("{0}是系统、安全或审计管理员，不能代理业务岗位")]
    KeepsTheProgram(String),
    #[error("开始日期不能早于今天")]
    InThePast,
    #[error("截止日期不能早于开始日期")]
    NoDays,
    #[error("代理一次不超过{LONGEST}天，到期可以再委托")]
    TooLong,
    #[error("您的这个岗位到{0}为止，截止日期不能晚于这一天")]
    BeyondTheRole(NaiveDate),
    #[error("这个岗位在这段时间已经委托代理，请改日期，或者先收回")]
    Already,
    #[error("代理已经结束，不必收回")]
    NotRunning,
}

/// How many days a substitution holds at the most.
pub const LONGEST: i64 = 92;

/// A time between two moments.
pub type Time = (DateTime<Utc>, DateTime<Utc>);

/// One of the absent person's own grants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    pub grant: GrantId,
    pub role: Role,
    /// Until when it holds, if it ends.
    pub until: Option<DateTime<Utc>>,
    /// When somebody stands in for it already, or is asked for.
    pub taken: Vec<Time>,
    /// The unit where the person works.
    pub home: UnitId,
}

/// Who is to stand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub staff: StaffId,
    pub uuid: Uuid,
    pub name: String,
    pub home: UnitId,
    /// Whether they keep the program (三员).
    pub keeps_the_program: bool,
}

/// The fact that a substitute is asked for. Only [`ask`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    grant: GrantId,
    substitute: StaffId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    at: DateTime<Utc>,
}

/// The fact that it is taken back. Only [`take_back`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenBack {
    at: DateTime<Utc>,
}

/// Asks for a substitute for one of one's own roles, from the first day until the end of the last.
pub fn ask(
    actor: &Actor,
    own: &Own,
    candidate: &Candidate,
    (first, last): (NaiveDate, NaiveDate),
    at: DateTime<Utc>,
) -> Result<Asked, Refusal> {
    if actor.on_behalf_of.is_some() {
        return Err(Refusal::Chain);
    }
    if own.role.is_administrator() || own.role == Role::Job {
        return Err(Refusal::Administrator);
    }
    // Reviewers are free of the case that they are given; another may not be.
    if own.role == Role::Reviewer {
        return Err(Refusal::Reviewer);
    }
    if candidate.staff == actor.staff {
        return Err(Refusal::OneSelf);
    }
    if candidate.home != own.home {
        return Err(Refusal::OtherUnit);
    }
    if candidate.keeps_the_program {
        return Err(Refusal::KeepsTheProgram(candidate.name.clone()));
    }
    let (from, until) = time(own, (first, last), at)?;
    Ok(Asked { grant: own.grant, substitute: candidate.staff, from, until, at })
}

fn time(
    own: &Own,
    (first, last): (NaiveDate, NaiveDate),
    at: DateTime<Utc>,
) -> Result<Time, Refusal> {
    let today = day_of(at);
    if first < today {
        return Err(Refusal::InThePast);
    }
    if last < first {
        return Err(Refusal::NoDays);
    }
    if (last - first).num_days() >= LONGEST {
        return Err(Refusal::TooLong);
    }
    // One from today holds from the moment at which it is confirmed.
    let from = if first == today { at } else { start_of(first) };
    let until = end_of(last);
    if let Some(end) = own.until.filter(|end| *end < until) {
        return Err(Refusal::BeyondTheRole(last_day(end)));
    }
    if own.taken.iter().any(|(since, end)| *since < until && from < *end) {
        return Err(Refusal::Already);
    }
    Ok((from, until))
}

/// The last day that ends at a moment or before it.
pub fn last_day(end: DateTime<Utc>) -> NaiveDate {
    day_of(end - chrono::Duration::microseconds(1))
}

/// Takes it back, at once.
pub fn take_back(actor: &Actor, is_running: bool, at: DateTime<Utc>) -> Result<TakenBack, Refusal> {
    if actor.on_behalf_of.is_some() {
        return Err(Refusal::Chain);
    }
    if is_running { Ok(TakenBack { at }) } else { Err(Refusal::NotRunning) }
}

getters! {
    Asked {
        /// Whose rights: the grant of the absent person.
        grant: GrantId,
        /// Who stands in.
        substitute: StaffId,
        /// From when.
        from: DateTime<Utc>,
        /// Until when.
        until: DateTime<Utc>,
        /// When it was asked for.
        at: DateTime<Utc>,
    }
}

getters! {
    TakenBack {
        /// When.
        at: DateTime<Utc>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::staff::sample::at_base_court;

    const ME: StaffId = StaffId(1);
    const OTHER: StaffId = StaffId(2);
    const HOME: UnitId = UnitId(3);

    fn moment(text: &str) -> DateTime<Utc> {
        format!("{text}:00+08:00").parse().unwrap()
    }

    fn now() -> DateTime<Utc> {
        moment("2026-06-15T10:10")
    }

    fn actor(on_behalf_of: Option<StaffId>) -> Actor {
        Actor { on_behalf_of, ..at_base_court(Role::Leader) }
    }

    fn own(role: Role) -> Own {
        Own { grant: GrantId(1), role, until: None, taken: Vec::new(), home: HOME }
    }

    fn candidate() -> Candidate {
        Candidate {
            staff: OTHER,
            uuid: Uuid::from_u128(2),
            name: "李某某".to_owned(),
            home: HOME,
            keeps_the_program: false,
        }
    }

    fn days(first: &str, last: &str) -> (NaiveDate, NaiveDate) {
        (first.parse().unwrap(), last.parse().unwrap())
    }

    #[test]
    fn a_substitution_has_days_of_the_future_within_the_role_and_beside_no_other() {
        let mut mine = own(Role::Leader);
        mine.until = Some(moment("2026-09-30T00:00"));
        mine.taken = vec![(moment("2026-07-01T00:00"), moment("2026-07-06T00:00"))];
        for (first, last, expected) in [
            ("2026-06-15", "2026-06-15", Ok(("2026-06-15T10:10", "2026-06-16T00:00"))),
            ("2026-06-20", "2026-06-30", Ok(("2026-06-20T00:00", "2026-07-01T00:00"))),
            ("2026-07-06", "2026-07-06", Ok(("2026-07-06T00:00", "2026-07-07T00:00"))),
            ("2026-06-14", "2026-06-20", Err(Refusal::InThePast)),
            ("2026-06-20", "2026-06-19", Err(Refusal::NoDays)),
            ("2026-06-15", "2026-09-15", Err(Refusal::TooLong)),
            (
                "2026-07-10",
                "2026-09-30",
                Err(Refusal::BeyondTheRole(days("2026-09-29", "2026-09-29").0)),
            ),
            ("2026-06-30", "2026-07-01", Err(Refusal::Already)),
            ("2026-07-05", "2026-07-08", Err(Refusal::Already)),
        ] {
            let said = ask(&actor(None), &mine, &candidate(), days(first, last), now());
            let said = said.map(|fact| (fact.from(), fact.until()));
            let expected = expected.map(|(from, until)| (moment(from), moment(until)));
            assert_eq!(said, expected, "{first} {last}");
        }
        assert_eq!(last_day(moment("2026-06-16T00:00")), days("2026-06-15", "2026-06-15").0);
    }

    /// S31.
    #[test]
    fn nobody_stands_in_for_themselves_for_an_administrator_from_elsewhere_or_in_a_chain() {
        let say = |actor: &Actor, own: &Own, one: &Candidate| {
            ask(actor, own, one, days("2026-06-15", "2026-06-20"), now()).err()
        };
        let (me, mine, one) = (actor(None), own(Role::Leader), candidate());
        assert_eq!(say(&me, &mine, &one), None);
        assert_eq!(say(&actor(Some(OTHER)), &mine, &one), Some(Refusal::Chain));
        let myself = Candidate { staff: ME, ..candidate() };
        assert_eq!(say(&me, &mine, &myself), Some(Refusal::OneSelf));
        let elsewhere = Candidate { home: UnitId(4), ..candidate() };
        assert_eq!(say(&me, &mine, &elsewhere), Some(Refusal::OtherUnit));
        let keeper = Candidate { keeps_the_program: true, ..candidate() };
        let kept = Some(Refusal::KeepsTheProgram("李某某".to_owned()));
        assert_eq!(say(&me, &mine, &keeper), kept);
        for &role in Role::ALL {
            let refused = role.is_administrator() || matches!(role, Role::Job | Role::Reviewer);
            assert_eq!(say(&me, &own(role), &one).is_some(), refused, "{role:?}");
        }
    }

    #[test]
    fn what_runs_is_taken_back_by_whoever_asked_and_acts_for_nobody() {
        assert!(take_back(&actor(None), true, now()).is_ok());
        assert_eq!(take_back(&actor(None), false, now()).err(), Some(Refusal::NotRunning));
        assert_eq!(take_back(&actor(Some(OTHER)), true, now()).err(), Some(Refusal::Chain));
    }
}
