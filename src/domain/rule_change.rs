//! Changing the time limits (期限规则): the system administrator proposes, the head of the bureau
//! confirms, and a rule holds from a day to come. A clock keeps the rule under which it began.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::day_of;
use super::code::getters;
use super::deadline::{ClockKind, ClockRule, RuleSet};
use super::ids::StaffId;
use super::staff::{Actor, Role};

/// Why a rule can't be proposed or decided on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有系统管理员可以提出规则改动")]
    NotTheSystemAdministrator,
    #[error("规则改动由信访局局长确认")]
    NotTheBureauHead,
    #[error("须由另一人确认")]
    SecondPerson,
    #[error("规则不能倒签，生效日期应在明天以后")]
    Backdated,
    #[error("“{0}”已有{1}起执行的规则，生效日期不能早于这一天")]
    OutOfTurn(String, NaiveDate),
    #[error("生效日期已到，不能再确认；请退回，由系统管理员重新提出")]
    TooLate,
    #[error("天数应在1到365之间")]
    OutOfRange(ClockKind),
    #[error("报告天数不能大于办结天数")]
    ReportAfterClose,
    #[error("请写明依据，例如文件名称和文号")]
    NoBasis,
    #[error("与现行规则相同，没有要改的")]
    Unchanged,
    #[error("“{0}”已有一项待确认的改动，请先处理")]
    Waiting(String),
    #[error("这项改动已经处理过")]
    Decided,
    #[error("请填写理由")]
    NoReason,
}

/// A rule set as it is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub rules: Vec<ClockRule>,
    pub basis: String,
    pub from: NaiveDate,
}

/// The fact that a further version of a rule set is proposed. Only [`propose`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    code: String,
    name: String,
    wanted: Wanted,
    at: DateTime<Utc>,
}

/// A proposal that waits for the second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub proposed_by: StaffId,
    pub from: NaiveDate,
    pub is_decided: bool,
}

/// The fact that a proposal is confirmed, or declined or withdrawn with the reason.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    declined: Option<String>,
    at: DateTime<Utc>,
}

/// Proposes a further version of a rule set, of which another one may wait, and none that was confirmed
/// begins later than `last`.
pub fn propose(
    actor: &Actor,
    (present, last, waits): (&RuleSet, NaiveDate, bool),
    wanted: Wanted,
    at: DateTime<Utc>,
) -> Result<Proposed, Vec<Refusal>> {
    if actor.role != Role::Sysadmin {
        return Err(vec![Refusal::NotTheSystemAdministrator]);
    }
    let name = present.short_name().to_owned();
    if waits {
        return Err(vec![Refusal::Waiting(name)]);
    }
    let mut faults = Vec::new();
    for rule in wanted.rules.iter().filter(|rule| !(1..=365).contains(&rule.days)) {
        faults.push(Refusal::OutOfRange(rule.kind));
    }
    let days = |kind| wanted.rules.iter().find(|rule| rule.kind == kind).map(|rule| rule.days);
    if faults.is_empty() && days(ClockKind::Report) > days(ClockKind::Close) {
        faults.push(Refusal::ReportAfterClose);
    }
    if wanted.basis.trim().is_empty() {
        faults.push(Refusal::NoBasis);
    }
    if wanted.from <= day_of(at) {
        faults.push(Refusal::Backdated);
    } else if wanted.from < last {
        faults.push(Refusal::OutOfTurn(name.clone(), last));
    }
    let same = |rule: &ClockRule| present.rule(rule.kind) == Some(rule);
    if faults.is_empty() && wanted.rules.iter().all(same) {
        faults.push(Refusal::Unchanged);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let summary = RuleSet { rules: wanted.rules.clone(), ..present.clone() }.summary();
    Ok(Proposed { code: present.code.clone(), name: format!("{name}：{summary}"), wanted, at })
}

/// The head of the bureau agrees, while the day still lies ahead.
pub fn confirm(actor: &Actor, waiting: &Waiting, at: DateTime<Utc>) -> Result<Decided, Refusal> {
    if actor.role != Role::BureauHead {
        return Err(Refusal::NotTheBureauHead);
    }
    if waiting.proposed_by == actor.staff {
        return Err(Refusal::SecondPerson);
    }
    if waiting.is_decided {
        return Err(Refusal::Decided);
    }
    if waiting.from <= day_of(at) {
        return Err(Refusal::TooLate);
    }
    Ok(Decided { declined: None, at })
}

/// The head of the bureau doesn't agree, or a system administrator withdraws it.
pub fn decline(
    actor: &Actor,
    waiting: &Waiting,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<Decided, Refusal> {
    if ![Role::BureauHead, Role::Sysadmin].contains(&actor.role) {
        return Err(Refusal::NotTheBureauHead);
    }
    if waiting.is_decided {
        return Err(Refusal::Decided);
    }
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::NoReason);
    }
    Ok(Decided { declined: Some(reason.to_owned()), at })
}

getters! {
    Proposed {
        /// Of which rule set.
        code: &str,
        /// 「标准：2日台账、2日约见、7日报告、30日办结」
        name: &str,
        /// What is proposed.
        wanted: &Wanted,
        /// When.
        at: DateTime<Utc>,
    }
}

getters! {
    Decided {
        /// Why it was declined; none: confirmed.
        declined: Option<&str>,
        /// When.
        at: DateTime<Utc>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::sample::date;
    use crate::domain::ids::RuleSetId;
    use crate::domain::staff::sample;

    fn actor(staff: i64, role: Role) -> Actor {
        Actor { staff: StaffId(staff), ..sample::actor(role) }
    }

    fn at() -> DateTime<Utc> {
        "2026-06-15T02:10:00Z".parse().unwrap()
    }

    fn wanted(kind: ClockKind, days: u16, from: &str) -> Wanted {
        let mut rules = RuleSet::standard(RuleSetId(1)).rules;
        for rule in rules.iter_mut().filter(|rule| rule.kind == kind) {
            rule.days = days;
        }
        Wanted { rules, basis: "云中法〔2026〕3号".to_owned(), from: date(from) }
    }

    #[test]
    fn a_rule_is_proposed_for_a_day_to_come_and_never_for_one_that_was() {
        use ClockKind::{Close, Ledger, Report};
        let present = RuleSet::standard(RuleSetId(1));
        let say = |wanted, waits| {
            let known = (&present, date("2026-06-30"), waits);
            propose(&actor(1, Role::Sysadmin), known, wanted, at()).err()
        };
        for (wanted, faults) in [
            (wanted(Close, 40, "2026-06-30"), None),
            (
                wanted(Close, 40, "2026-06-29"),
                Some(vec![Refusal::OutOfTurn("标准".to_owned(), date("2026-06-30"))]),
            ),
            (wanted(Close, 40, "2026-06-15"), Some(vec![Refusal::Backdated])),
            (wanted(Close, 40, "2021-01-01"), Some(vec![Refusal::Backdated])),
            (wanted(Ledger, 0, "2026-07-01"), Some(vec![Refusal::OutOfRange(Ledger)])),
            (wanted(Report, 31, "2026-07-01"), Some(vec![Refusal::ReportAfterClose])),
            (wanted(Close, 30, "2026-07-01"), Some(vec![Refusal::Unchanged])),
        ] {
            assert_eq!(say(wanted, false), faults);
        }
        let without = Wanted { basis: " ".to_owned(), ..wanted(Close, 40, "2026-07-01") };
        assert_eq!(say(without, false), Some(vec![Refusal::NoBasis]));
        let twice = say(wanted(Close, 40, "2026-07-01"), true).unwrap().remove(0);
        assert_eq!(twice.to_string(), "“标准”已有一项待确认的改动，请先处理");
        for role in Role::ALL {
            let wanted = wanted(Close, 40, "2026-07-01");
            let known = (&present, present.valid_from, false);
            let said = propose(&actor(1, *role), known, wanted, at());
            assert_eq!(said.is_ok(), *role == Role::Sysadmin, "{role:?}");
        }
        let fact = propose(
            &actor(1, Role::Sysadmin),
            (&present, present.valid_from, false),
            wanted(Close, 40, "2026-07-01"),
            at(),
        );
        assert_eq!(fact.unwrap().name(), "标准：2日台账、2日约见、7日报告、40日办结");
    }

    #[test]
    fn the_head_of_the_bureau_confirms_before_the_day_comes() {
        let waiting =
            Waiting { proposed_by: StaffId(1), from: date("2026-06-16"), is_decided: false };
        let late = Waiting { from: date("2026-06-15"), ..waiting };
        let decided = Waiting { is_decided: true, ..waiting };
        let head = actor(2, Role::BureauHead);
        for (who, waiting, expected) in [
            (&head, &waiting, None),
            (&head, &late, Some(Refusal::TooLate)),
            (&head, &decided, Some(Refusal::Decided)),
            (&actor(1, Role::BureauHead), &waiting, Some(Refusal::SecondPerson)),
            (&actor(2, Role::Sysadmin), &waiting, Some(Refusal::NotTheBureauHead)),
            (&actor(2, Role::Bureau), &waiting, Some(Refusal::NotTheBureauHead)),
        ] {
            assert_eq!(confirm(who, waiting, at()).err(), expected);
        }
        assert!(decline(&head, &late, "依据不足", at()).is_ok());
        assert!(decline(&actor(1, Role::Sysadmin), &waiting, "填错了", at()).is_ok());
        assert_eq!(decline(&head, &waiting, " ", at()).err(), Some(Refusal::NoReason));
        assert_eq!(decline(&head, &decided, "x", at()).err(), Some(Refusal::Decided));
        assert!(decline(&actor(3, Role::Bureau), &waiting, "x", at()).is_err());
    }
}
