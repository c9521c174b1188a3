//! Retention (保存期限): how long what is kept, from when the period runs, and what is destroyed when it
//! is over. Restraint throughout: the last day still belongs to the period, a later rule never
//! shortens what ran before it, and a hold (暂缓销毁) outweighs every period.

mod note;
mod rule;

use chrono::{DateTime, Utc};

use super::calendar::day_of;
use super::code::{codes, getters};
pub use note::Note;
pub use rule::{Changed, Length, Refusal, Rule, Rules, change};

codes! {
    /// What has a period of its own.
    Class {
        CaseFile = "case_file", "信访案件材料";
        Visit = "visit", "检举控告的来访登记";
        VoidVisit = "void_visit", "已撤销的来访登记";
        ImportFile = "import_file", "导入的台账文件";
        Draft = "draft", "草稿、导入草稿和表单回执";
        Session = "session", "登录记录";
        Attempt = "sign_in_attempt", "登录失败计数";
        JobRun = "job_run", "定时任务记录";
        Watch = "watch", "拒绝计数、告警和核验结果";
        Audit = "audit", "审计记录";
    }
}

/// What happens when a period is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// What was written down of persons is destroyed; number, court, dates and outcome stay.
    Erased,
    /// The rows go.
    Deleted,
    /// Nothing yet.
    Kept,
}

impl End {
    /// As the page says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Erased => "销毁个人信息、内容和文件，保留编号、法院、日期和结果",
            Self::Deleted => "删除",
            Self::Kept => "暂不删除：记录前后相连，删除会使核验中断",
        }
    }
}

impl Class {
    /// From what the period runs.
    pub const fn runs_from(self) -> &'static str {
        match self {
            Self::CaseFile => "最后一轮办理结束（以录入时间为准）",
            Self::Visit => "登记",
            Self::VoidVisit => "撤销登记",
            Self::ImportFile => "导入，或最后一行核对完毕",
            Self::Draft => "最后保存",
            Self::Session => "退出或最后使用",
            Self::Attempt => "最后一次失败",
            Self::JobRun => "应执行时间",
            Self::Watch => "发生，最近一次核验结果不删",
            Self::Audit => "记录",
        }
    }

    /// What happens when it is over.
    pub const fn end(self) -> End {
        match self {
            Self::CaseFile | Self::Visit | Self::VoidVisit | Self::ImportFile => End::Erased,
            Self::Draft | Self::Session | Self::Attempt | Self::JobRun | Self::Watch => {
                End::Deleted
            }
            Self::Audit => End::Kept,
        }
    }

    /// Whether it is a log of the network: the law says how long it is kept at least.
    pub const fn is_log(self) -> bool {
        matches!(self, Self::Session | Self::JobRun | Self::Watch | Self::Audit)
    }
}

/// Something that is kept for a period: a case that ended, a visit, a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    pub class: Class,
    /// Its number or uuid.
    pub subject: String,
    /// From when the period runs.
    pub since: DateTime<Utc>,
    /// Whether a hold runs.
    pub held: bool,
}

/// The fact that a matter is destroyed. Only [`destroy`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destroyed {
    class: Class,
    subject: String,
    at: DateTime<Utc>,
}

/// The matters whose period is over, and that nobody holds.
pub fn destroy(matters: Vec<Matter>, rules: &Rules, at: DateTime<Utc>) -> Vec<Destroyed> {
    let today = day_of(at);
    let is_over = |matter: &Matter| {
        let until = rules.kept_until(matter.class, day_of(matter.since), today);
        matter.class.end() == End::Erased && !matter.held && until.is_some_and(|day| day < today)
    };
    let over = matters.into_iter().filter(is_over);
    over.map(|Matter { class, subject, .. }| Destroyed { class, subject, at }).collect()
}

getters! {
    Destroyed {
        /// Of which class.
        class: Class,
        /// Number or uuid.
        subject: &str,
        /// When it was decided.
        at: DateTime<Utc>,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::calendar::{end_of, start_of};

    fn day(offset: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + Days::new(offset)
    }

    fn case(since: DateTime<Utc>, held: bool) -> Matter {
        Matter { class: Class::CaseFile, subject: "XF2026-00128".to_owned(), since, held }
    }

    prop_compose! {
        /// Versions of the period of a case's file, in any order.
        fn versions()(made in prop::collection::btree_map(0..3000_u64, (1..40_u16, any::<bool>()), 1..5)) -> Rules {
            let rule = |(from, (length, months))| Rule {
                class: Class::CaseFile,
                valid_from: day(from),
                length: if months { Length::Months(length) } else { Length::Days(length * 20) },
                basis: String::new(),
            };
            Rules::new(made.into_iter().map(rule).rev().collect())
        }
    }

    proptest! {
        /// S90.
        #[test]
        fn nothing_due_is_kept_nothing_else_is_destroyed_and_a_hold_wins(
            rules in versions(), began in 0..4000_u64, now in 0..9000_u64, minute in 0..1440_i64, held in any::<bool>(),
        ) {
            let since = start_of(day(began)) + chrono::Duration::minutes(minute);
            let at = start_of(day(now)) + chrono::Duration::minutes(minute);
            let gone = destroy(vec![case(since, held)], &rules, at).len() == 1;
            // Said otherwise: on every day since, the version of that day must allow it.
            let mut version_of_day = (began.min(now)..=now).map(|one| rules.in_force(Class::CaseFile, day(one)));
            let any_rule = rules.in_force(Class::CaseFile, day(now)).is_some();
            let each_allows = version_of_day
                .all(|rule| rule.is_none_or(|rule| rule.length.after(day(began)) < day(now)));
            prop_assert_eq!(gone, !held && any_rule && each_allows);
        }

        /// S90.
        #[test]
        fn the_last_day_of_a_period_still_belongs_to_it(rules in versions(), began in 0..4000_u64) {
            let far = day(60_000);
            let until = rules.kept_until(Class::CaseFile, day(began), far).unwrap();
            let since = start_of(day(began));
            for (at, gone) in [(end_of(until) - chrono::Duration::seconds(1), false), (end_of(until), true)] {
                if day_of(at) >= day(3000) {
                    prop_assert_eq!(destroy(vec![case(since, false)], &rules, at).len() == 1, gone);
                }
            }
        }

        /// S90.
        #[test]
        fn what_was_destroyed_would_be_destroyed_on_every_later_day_under_the_same_rules(
            rules in versions(), began in 0..4000_u64, now in 3000..9000_u64, later in 0..3000_u64,
        ) {
            let since = start_of(day(began));
            let gone = |now| destroy(vec![case(since, false)], &rules, start_of(day(now))).len();
            prop_assert!(gone(now + later) >= gone(now));
        }
    }

    /// S90.
    #[test]
    fn only_what_is_erased_is_destroyed_here_and_nothing_without_a_rule() {
        let at = start_of(day(20_000));
        for class in Class::ALL {
            let rule = Rule {
                class: *class,
                valid_from: day(0),
                length: Length::Days(1),
                basis: String::new(),
            };
            let matter = Matter { class: *class, ..case(start_of(day(1)), false) };
            let found = destroy(vec![matter.clone()], &Rules::new(vec![rule]), at).len();
            assert_eq!(found == 1, class.end() == End::Erased, "{}", class.label());
            assert_eq!(destroy(vec![matter], &Rules::default(), at), []);
        }
    }
}
