//! Periods are data: how long, by class and day; and how they are changed.

use chrono::{DateTime, Days, Months, NaiveDate, Utc};

use super::Class;
use crate::domain::calendar::day_of;
use crate::domain::code::getters;

const MONTHS_OF_A_YEAR: u16 = 12;
/// The longest period, in days or months.
const LONGEST: u16 = 1200;
/// 《网络安全法》: logs are kept so many months at least.
const MONTHS_OF_A_LOG: u16 = 6;
/// The lengths of months differ by so many days.
const DAYS_BETWEEN_MONTHS: Days = Days::new(3);

/// How long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    Days(u16),
    Months(u16),
}

impl Length {
    /// The day so long after another; the last of a month where that month has no such day.
    pub fn after(self, day: NaiveDate) -> NaiveDate {
        let after = match self {
            Self::Days(days) => day.checked_add_days(Days::new(days.into())),
            Self::Months(months) => day.checked_add_months(Months::new(months.into())),
        };
        after.unwrap_or(NaiveDate::MAX)
    }

    /// The day so long before another.
    pub fn before(self, day: NaiveDate) -> NaiveDate {
        let before = match self {
            Self::Days(days) => day.checked_sub_days(Days::new(days.into())),
            Self::Months(months) => day.checked_sub_months(Months::new(months.into())),
        };
        before.unwrap_or(NaiveDate::MIN)
    }

    /// 「10年」「18个月」「180天」
    pub fn label(self) -> String {
        match self {
            Self::Days(days) => format!("{days}天"),
            Self::Months(months) if months % MONTHS_OF_A_YEAR == 0 => {
                format!("{}年", months / MONTHS_OF_A_YEAR)
            }
            Self::Months(months) => format!("{months}个月"),
        }
    }
}

/// A version of the period of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub class: Class,
    pub valid_from: NaiveDate,
    pub length: Length,
    /// By what law, or who decided it.
    pub basis: String,
}

/// All versions of all periods.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules(Vec<Rule>);

impl Rules {
    /// The versions, in any order.
    pub fn new(mut rules: Vec<Rule>) -> Self {
        rules.sort_by_key(|rule| rule.valid_from);
        Self(rules)
    }

    fn of(&self, class: Class) -> impl Iterator<Item = &Rule> {
        self.0.iter().filter(move |rule| rule.class == class)
    }

    /// The version that is in force on a day.
    pub fn in_force(&self, class: Class, day: NaiveDate) -> Option<&Rule> {
        self.of(class).take_while(|rule| rule.valid_from <= day).last()
    }

    /// Those that will come into force after a day.
    pub fn to_come(&self, class: Class, day: NaiveDate) -> impl Iterator<Item = &Rule> {
        self.of(class).filter(move |rule| rule.valid_from > day)
    }

    /// The last day on which something is kept whose period began on a day: by the longest of the
    /// versions that were in force since, so that a shorter one holds for what comes after it.
    pub fn kept_until(
        &self,
        class: Class,
        began: NaiveDate,
        today: NaiveDate,
    ) -> Option<NaiveDate> {
        let first = self.in_force(class, began).map(|rule| rule.valid_from);
        self.of(class)
            .filter(|rule| rule.valid_from <= today && Some(rule.valid_from) >= first)
            .map(|rule| rule.length.after(began))
            .max()
    }

    /// Whose period began on this day or later is certainly kept today.
    pub fn earliest(&self, class: Class, today: NaiveDate) -> Option<NaiveDate> {
        let before = |rule: &Rule| rule.length.before(today) + DAYS_BETWEEN_MONTHS;
        self.of(class).map(before).max()
    }
}

/// Why a period is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What was decided yesterday holds for yesterday.
    #[error("a new period begins tomorrow at the earliest")]
    Backdated,
    #[error("another version begins on that day or later")]
    OutOfTurn,
    #[error("a log is kept for {MONTHS_OF_A_LOG} months at least, counted in months")]
    TooShort,
    #[error("a period has between 1 and {LONGEST} months, or days")]
    OutOfRange,
    #[error("say by what law or whose decision")]
    NoBasis,
}

/// The fact that a period is another one from a day on. Only [`change`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    rule: Rule,
    at: DateTime<Utc>,
}

/// Changes a period from a day to come.
pub fn change(rule: Rule, rules: &Rules, at: DateTime<Utc>) -> Result<Changed, Refusal> {
    let (Length::Days(count) | Length::Months(count)) = rule.length;
    if !(1..=LONGEST).contains(&count) {
        return Err(Refusal::OutOfRange);
    }
    if rule.valid_from <= day_of(at) {
        return Err(Refusal::Backdated);
    }
    if rules.of(rule.class).any(|other| other.valid_from >= rule.valid_from) {
        return Err(Refusal::OutOfTurn);
    }
    if rule.class.is_log() && !matches!(rule.length, Length::Months(MONTHS_OF_A_LOG..)) {
        return Err(Refusal::TooShort);
    }
    if rule.basis.trim().is_empty() {
        return Err(Refusal::NoBasis);
    }
    Ok(Changed { rule, at })
}

getters! {
    Changed {
        /// The new version.
        rule: &Rule,
        /// When it was decided.
        at: DateTime<Utc>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rule(class: Class, from: &str, length: Length) -> Rule {
        Rule { class, valid_from: day(from), length, basis: "院长办公会决定".to_owned() }
    }

    #[test]
    fn a_longer_period_holds_for_all_and_a_shorter_one_for_what_comes_after_it() {
        let rules = Rules::new(vec![
            rule(Class::CaseFile, "2028-01-01", Length::Months(12)),
            rule(Class::CaseFile, "2026-01-01", Length::Months(60)),
            rule(Class::CaseFile, "2030-01-01", Length::Months(120)),
        ]);
        for (began, today, until) in [
            ("2025-06-01", "2025-12-31", None),
            ("2025-06-01", "2026-06-01", Some("2030-06-01")),
            ("2027-12-31", "2029-06-01", Some("2032-12-31")),
            ("2028-01-01", "2029-06-01", Some("2029-01-01")),
            ("2028-01-01", "2030-06-01", Some("2038-01-01")),
            ("2028-02-29", "2029-06-01", Some("2029-02-28")),
        ] {
            let found = rules.kept_until(Class::CaseFile, day(began), day(today));
            assert_eq!(found, until.map(day), "{began} {today}");
        }
    }

    #[test]
    fn what_may_be_over_began_before_the_earliest_day() {
        let rules = Rules::new(vec![
            rule(Class::VoidVisit, "2026-01-01", Length::Months(1)),
            rule(Class::VoidVisit, "2026-02-01", Length::Days(30)),
        ]);
        let mut today = day("2026-02-02");
        while today < day("2030-03-02") {
            let earliest = rules.earliest(Class::VoidVisit, today).unwrap();
            for back in 0..40 {
                let began = today - Days::new(back);
                let over = rules
                    .kept_until(Class::VoidVisit, began, today)
                    .is_some_and(|until| until < today);
                assert!(!over || began < earliest, "{began} {today}");
            }
            today = today.succ_opt().unwrap();
        }
    }

    #[test]
    fn a_period_is_changed_forwards_within_the_law_and_with_a_basis() {
        let rules = Rules::new(vec![rule(Class::Audit, "2026-01-01", Length::Months(36))]);
        let at = "2026-06-15T15:59:59Z".parse().unwrap();
        let nameless =
            Rule { basis: " ".to_owned(), ..rule(Class::Audit, "2026-06-16", Length::Months(12)) };
        for (new, expected) in [
            (rule(Class::Audit, "2026-06-16", Length::Months(6)), None),
            (rule(Class::Audit, "2026-06-15", Length::Months(12)), Some(Refusal::Backdated)),
            (rule(Class::Audit, "2026-06-16", Length::Months(5)), Some(Refusal::TooShort)),
            (rule(Class::Audit, "2026-06-16", Length::Days(400)), Some(Refusal::TooShort)),
            (rule(Class::Session, "2026-06-16", Length::Days(1)), Some(Refusal::TooShort)),
            (rule(Class::Session, "2026-06-16", Length::Months(6)), None),
            (rule(Class::JobRun, "2026-06-16", Length::Months(5)), Some(Refusal::TooShort)),
            (rule(Class::Watch, "2026-06-16", Length::Months(5)), Some(Refusal::TooShort)),
            (rule(Class::Attempt, "2026-06-16", Length::Days(2)), None),
            (rule(Class::Visit, "2026-06-16", Length::Months(0)), Some(Refusal::OutOfRange)),
            (rule(Class::Visit, "2026-06-16", Length::Months(1201)), Some(Refusal::OutOfRange)),
            (nameless, Some(Refusal::NoBasis)),
        ] {
            assert_eq!(change(new.clone(), &rules, at).err(), expected, "{new:?}");
        }
        let coming = Rules::new(vec![rule(Class::Audit, "2027-01-01", Length::Months(36))]);
        let earlier = rule(Class::Audit, "2026-12-01", Length::Months(48));
        assert_eq!(change(earlier, &coming, at).err(), Some(Refusal::OutOfTurn));
    }

    #[test]
    fn a_length_is_said_in_the_largest_unit_that_fits() {
        for (length, said) in [
            (Length::Months(120), "10年"),
            (Length::Months(18), "18个月"),
            (Length::Days(180), "180天"),
        ] {
            assert_eq!(length.label(), said);
        }
    }
}
