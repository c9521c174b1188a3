//! The fortnight (双周) that a bulletin reports on: its key, its number and its window.
//!
//! Fortnights run on without a break from one anchor Monday; neither New Year nor a 53rd
//! ISO week starts them anew. A fortnight is named after the ISO week of its last day, so
//! the weeks are even in 2026 and, because 2026 has 53 of them, odd in 2027.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Serialize};

use super::calendar::{day_of, end_of, start_of};

/// The Monday from which fortnights are counted, 2025-12-29.
const ANCHOR: NaiveDate = match NaiveDate::from_ymd_opt(2025, 12, 29) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

const LENGTH: i64 = 14;

/// The day whose 24:00 is the due time.
pub fn due_day(due: DateTime<Utc>) -> NaiveDate {
    day_of(due - TimeDelta::nanoseconds(1))
}

/// A stretch of time with its first moment and without its last: `[start 00:00, end+1 00:00)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
}

impl Window {
    /// From the start of the first day to 24:00 of the last.
    pub fn of_days(first: NaiveDate, last: NaiveDate) -> Self {
        Self { start: start_of(first), end: end_of(last) }
    }

    /// Whether something happened in the window.
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether a due *day* lies in the window. Its due time is 24:00, so the last day's due
    /// time is the very end of the window and the first window's belongs to the day before.
    pub fn holds_due(&self, due: DateTime<Utc>) -> bool {
        self.start < due && due <= self.end
    }
}

/// No fortnight has this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("没有这一期通报，期次应写成2026-W24的样子")]
pub struct UnknownPeriod;

/// A fortnight from Monday to the second Sunday; shown and parsed as `2026-W24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    first: NaiveDate,
}

impl Period {
    /// The fortnight that a day belongs to.
    pub fn containing(day: NaiveDate) -> Self {
        let into = (day - ANCHOR).num_days().rem_euclid(LENGTH);
        Self { first: day - TimeDelta::days(into) }
    }

    /// The last fortnight that is over at this moment.
    pub fn last_ended(at: DateTime<Utc>) -> Self {
        Self::containing(day_of(at)).previous()
    }

    #[must_use]
    pub fn next(self) -> Self {
        Self { first: self.first + TimeDelta::days(LENGTH) }
    }

    #[must_use]
    pub fn previous(self) -> Self {
        Self { first: self.first - TimeDelta::days(LENGTH) }
    }

    /// Its first day, a Monday.
    pub fn first_day(self) -> NaiveDate {
        self.first
    }

    /// Its last day, a Sunday.
    pub fn last_day(self) -> NaiveDate {
        self.first + TimeDelta::days(LENGTH - 1)
    }

    /// The day from which its bulletin can be made.
    pub fn day_after(self) -> NaiveDate {
        self.first + TimeDelta::days(LENGTH)
    }

    pub fn window(self) -> Window {
        Window::of_days(self.first, self.last_day())
    }

    /// Sunday 24:00. What is recorded from then on belongs to the next issue.
    pub fn cut_off(self) -> DateTime<Utc> {
        self.window().end
    }

    pub fn has_ended(self, at: DateTime<Utc>) -> bool {
        at >= self.cut_off()
    }

    /// The year that the number (期) counts in: the year of the last day.
    pub fn year(self) -> i32 {
        self.last_day().year()
    }

    /// 期: counts from 1 in the year of the last day.
    pub fn number(self) -> u32 {
        self.last_day().ordinal0() / 14 + 1
    }

    /// 「第12期」
    pub fn issue(self) -> String {
        format!("第{}期", self.number())
    }

    /// 「6月1日—6月14日」
    pub fn days(self) -> String {
        format!("{}—{}", day_text(self.first), day_text(self.last_day()))
    }
}

/// 「6月14日」
pub fn day_text(day: NaiveDate) -> String {
    format!("{}月{}日", day.month(), day.day())
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let week = self.last_day().iso_week();
        write!(f, "{}-W{:02}", week.year(), week.week())
    }
}

impl FromStr for Period {
    type Err = UnknownPeriod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (year, week) = text.split_once("-W").ok_or(UnknownPeriod)?;
        let sunday = NaiveDate::from_isoywd_opt(
            year.parse().map_err(|_| UnknownPeriod)?,
            week.parse().map_err(|_| UnknownPeriod)?,
            Weekday::Sun,
        )
        .ok_or(UnknownPeriod)?;
        let period = Self::containing(sunday);
        // The key has one spelling, and a week that only begins a fortnight is no key.
        if period.to_string() == text { Ok(period) } else { Err(UnknownPeriod) }
    }
}

impl TryFrom<String> for Period {
    type Error = UnknownPeriod;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn moment(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    #[test]
    fn a_fortnight_is_named_after_the_week_of_its_last_day() {
        for (within, key, first, last, issue) in [
            ("2026-06-01", "2026-W24", "2026-06-01", "2026-06-14", "第12期"),
            ("2026-06-14", "2026-W24", "2026-06-01", "2026-06-14", "第12期"),
            ("2026-06-15", "2026-W26", "2026-06-15", "2026-06-28", "第13期"),
            ("2025-12-31", "2026-W02", "2025-12-29", "2026-01-11", "第1期"),
            ("2025-12-28", "2025-W52", "2025-12-15", "2025-12-28", "第26期"),
            ("2026-12-27", "2026-W52", "2026-12-14", "2026-12-27", "第26期"),
            ("2026-12-28", "2027-W01", "2026-12-28", "2027-01-10", "第1期"),
            ("2027-01-11", "2027-W03", "2027-01-11", "2027-01-24", "第2期"),
            // The last day lies in January but its ISO week in the year before.
            ("2032-12-31", "2032-W53", "2032-12-20", "2033-01-02", "第1期"),
        ] {
            let period = Period::containing(day(within));
            assert_eq!(period.to_string(), key, "{within}");
            assert_eq!((period.first_day(), period.last_day()), (day(first), day(last)), "{key}");
            assert_eq!(period.issue(), issue, "{key}");
            assert_eq!(key.parse(), Ok(period));
        }
    }

    #[test]
    fn only_the_key_of_a_fortnight_is_read() {
        for text in
            ["2026-W23", "2026-W54", "2027-W02", "2026-W2", "2026-w24", "2026", "", "+2026-W24"]
        {
            assert_eq!(text.parse::<Period>(), Err(UnknownPeriod), "{text}");
        }
    }

    #[test]
    fn fortnights_follow_each_other_without_gap_or_overlap() {
        let mut period = Period::containing(day("2020-01-01"));
        for _ in 0..700 {
            let next = period.next();
            assert_eq!(next.previous(), period);
            assert_eq!(period.window().end, next.window().start);
            assert_eq!(period.to_string().parse(), Ok(period));
            let counted_on = next.number() == period.number() + 1 && next.year() == period.year();
            let started_anew = next.number() == 1 && next.year() == period.year() + 1;
            assert!(counted_on || started_anew, "{period} {next}");
            period = next;
        }
    }

    #[test]
    fn the_cut_off_is_sunday_at_midnight_in_shanghai() {
        let period: Period = "2026-W24".parse().unwrap();
        assert_eq!(period.cut_off(), moment("2026-06-15T00:00:00+08:00"));
        assert!(!period.has_ended(moment("2026-06-14T23:59:59+08:00")));
        assert!(period.has_ended(moment("2026-06-15T00:00:00+08:00")));
        assert_eq!(Period::last_ended(moment("2026-06-15T00:00:00+08:00")), period);
        assert_eq!(Period::last_ended(moment("2026-06-14T23:59:59+08:00")), period.previous());
    }

    #[test]
    fn a_window_holds_its_first_moment_and_a_due_day_its_last() {
        let window = "2026-W24".parse::<Period>().unwrap().window();
        for (at, happened, due) in [
            ("2026-06-01T00:00:00+08:00", true, false), // 24:00 of 31 May
            ("2026-06-02T00:00:00+08:00", true, true),
            ("2026-06-14T23:59:59+08:00", true, true),
            ("2026-06-15T00:00:00+08:00", false, true), // 24:00 of 14 June
            ("2026-06-16T00:00:00+08:00", false, false),
        ] {
            assert_eq!(window.holds(moment(at)), happened, "{at}");
            assert_eq!(window.holds_due(moment(at)), due, "{at}");
        }
        assert_eq!(due_day(moment("2026-06-15T00:00:00+08:00")), day("2026-06-14"));
    }
}
