//! The due date of a rule, and why it falls where it falls.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use super::rules::{ClockRule, DayCount, Roll};
use crate::domain::calendar::{Calendar, day_of, format_short, is_saturday_or_sunday, weekday_zh};

/// When a duty is due: at 24:00 of the day `on`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The rule that was applied.
    pub rule: ClockRule,
    /// The due day.
    pub on: NaiveDate,
    /// The day before it was moved for a rest day.
    pub unrolled: NaiveDate,
    /// The year whose day table is missing; until it is loaded the date is provisional.
    pub unknown_year: Option<i32>,
    /// What kind of rest day moved it, such as 「周六，端午节」.
    pub moved_because: Option<String>,
}

impl Due {
    /// Whether the date will be computed again once the year's day table is loaded (暂定).
    pub fn provisional(&self) -> bool {
        self.unknown_year.is_some()
    }

    /// Why the date isn't simply so many days later; none when it is.
    pub fn explanation(&self) -> Option<String> {
        if let Some(year) = self.unknown_year {
            return Some(format!(
                "{year}年放假安排尚未维护，{year}年的到期日为暂定，维护后重新计算。"
            ));
        }
        let because = self.moved_because.as_deref()?;
        Some(format!(
            "{}原为{}（{because}），顺延至{}（{}）。",
            self.rule.label(),
            format_short(self.unrolled),
            format_short(self.on),
            weekday_zh(self.on)
        ))
    }
}

/// When the duty is due. The day of origin is not counted (期间开始的日不计算在期间内).
pub fn due(rule: &ClockRule, origin: DateTime<Utc>, calendar: &Calendar) -> Due {
    let received = day_of(origin);
    let (unrolled, unknown) = match rule.count {
        DayCount::Calendar => (received + Days::new(rule.days.into()), None),
        DayCount::Working => working_days_after(received, rule.days, calendar),
    };
    let (on, unknown) = match unknown {
        None => rolled(rule.roll, unrolled, calendar),
        Some(_) => (unrolled, unknown),
    };
    let moved_because = (on != unrolled).then(|| rest_day(unrolled, calendar));
    Due { rule: *rule, on, unrolled, unknown_year: unknown, moved_because }
}

/// The day moved as the rule says, or left where it is with the year that isn't loaded: the
/// true date can then only be later.
pub(super) fn rolled(roll: Roll, day: NaiveDate, calendar: &Calendar) -> (NaiveDate, Option<i32>) {
    match roll {
        Roll::None => (day, None),
        Roll::NextWorkingDay => match calendar.rolled(day) {
            Some(moved) => (moved, None),
            None => (day, calendar.first_unknown_from(day).map(|unknown| unknown.year())),
        },
    }
}

/// The n-th working day after this one; in a year that isn't loaded Monday to Friday stand in
/// for working days, and the year is told.
pub(super) fn working_days_after(
    from: NaiveDate,
    n: u16,
    calendar: &Calendar,
) -> (NaiveDate, Option<i32>) {
    let mut unknown = None;
    let mut left = n;
    let mut day = from;
    while left > 0 {
        day = day + Days::new(1);
        if calendar.kind(day).is_none() {
            unknown.get_or_insert(day.year());
        }
        left -= u16::from(presumed_working(day, calendar));
    }
    (day, unknown)
}

/// Whether the day is worked, as far as is known.
pub(super) fn presumed_working(day: NaiveDate, calendar: &Calendar) -> bool {
    calendar.is_working(day).unwrap_or(!is_saturday_or_sunday(day))
}

fn rest_day(day: NaiveDate, calendar: &Calendar) -> String {
    match calendar.holiday_name(day) {
        Some(name) => format!("{}，{name}", weekday_zh(day)),
        None => weekday_zh(day).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::sample::{calendar, date};
    use crate::domain::deadline::{ClockKind, RuleSet};
    use crate::domain::ids::RuleSetId;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}:00+08:00").parse().unwrap()
    }

    fn standard(kind: ClockKind, origin: &str) -> Due {
        let rules = RuleSet::standard(RuleSetId(1));
        due(rules.rule(kind).unwrap(), at(origin), &calendar())
    }

    #[test]
    fn the_standard_clocks() {
        use ClockKind::{Acknowledge, Close, Ledger, Meeting, Objection, Report};
        let cases = [
            // The preview of the assignment page.
            (Ledger, "2026-06-15T17:05", "2026-06-17"),
            (Meeting, "2026-06-15T17:05", "2026-06-17"),
            (Report, "2026-06-15T17:05", "2026-06-22"),
            (Close, "2026-06-15T17:05", "2026-07-15"),
            (Acknowledge, "2026-06-15T17:05", "2026-06-16"),
            // Two days stay two days over a holiday.
            (Ledger, "2026-06-18T09:00", "2026-06-20"),
            (Meeting, "2024-02-09T23:59", "2024-02-11"),
            // Seven days and thirty days roll.
            (Report, "2026-06-12T09:00", "2026-06-22"),
            (Report, "2024-01-28T09:00", "2024-02-04"),
            (Report, "2024-02-03T09:00", "2024-02-18"),
            (Report, "2025-09-21T09:00", "2025-09-28"),
            (Report, "2025-10-04T09:00", "2025-10-11"),
            (Report, "2025-09-24T09:00", "2025-10-09"),
            (Report, "2026-02-07T09:00", "2026-02-14"),
            (Report, "2026-02-08T09:00", "2026-02-24"),
            (Close, "2026-01-16T09:00", "2026-02-24"),
            // Month ends, leap days and midnight.
            (Ledger, "2024-02-27T23:59", "2024-02-29"),
            (Ledger, "2024-02-28T00:00", "2024-03-01"),
            (Ledger, "2023-02-27T09:00", "2023-03-01"),
            (Close, "2024-01-30T09:00", "2024-02-29"),
            (Close, "2023-01-31T09:00", "2023-03-02"),
            (Close, "2025-12-31T09:00", "2026-01-30"),
            (Report, "2022-12-25T09:00", "2023-01-03"),
            // Five working days.
            (Objection, "2026-06-15T17:05", "2026-06-23"),
            (Objection, "2026-02-13T09:00", "2026-02-27"),
            (Objection, "2025-09-30T09:00", "2025-10-14"),
        ];
        for (kind, origin, on) in cases {
            let due = standard(kind, origin);
            assert_eq!((due.on, due.provisional()), (date(on), false), "{kind:?} {origin}");
        }
    }

    #[test]
    fn a_moved_date_says_why() {
        use ClockKind::{Close, Ledger, Report};
        let cases = [
            (
                Report,
                "2026-06-13T09:00",
                Some("7日报告原为06-20（周六，端午节），顺延至06-22（周一）。"),
            ),
            (Report, "2026-06-20T09:00", Some("7日报告原为06-27（周六），顺延至06-29（周一）。")),
            (
                Close,
                "2025-09-03T09:00",
                Some("30日办结原为10-03（周五，国庆节、中秋节），顺延至10-09（周四）。"),
            ),
            (Report, "2024-01-27T09:00", Some("7日报告原为02-03（周六），顺延至02-04（周日）。")),
            (Report, "2026-06-15T17:05", None),
            (Ledger, "2026-06-18T09:00", None),
        ];
        for (kind, origin, sentence) in cases {
            assert_eq!(
                standard(kind, origin).explanation().as_deref(),
                sentence,
                "{kind:?} {origin}"
            );
        }
    }

    #[test]
    fn a_date_in_a_year_without_day_table_is_provisional() {
        use ClockKind::{Close, Ledger, Objection, Report};
        let told = "2027年放假安排尚未维护，2027年的到期日为暂定，维护后重新计算。";
        let cases = [
            (Close, "2026-12-10T09:00", "2027-01-09", Some(told)),
            (Report, "2026-12-25T09:00", "2027-01-01", Some(told)),
            (Objection, "2026-12-29T09:00", "2027-01-05", Some(told)),
            // Two calendar days need no day table, and December is known.
            (Ledger, "2026-12-30T09:00", "2027-01-01", None),
            (Report, "2026-12-24T09:00", "2026-12-31", None),
        ];
        for (kind, origin, on, sentence) in cases {
            let due = standard(kind, origin);
            assert_eq!(due.on, date(on), "{kind:?} {origin}");
            assert_eq!(due.on, due.unrolled);
            assert_eq!(due.explanation().as_deref(), sentence, "{kind:?} {origin}");
            assert_eq!(due.provisional(), sentence.is_some());
        }
    }

    #[test]
    fn a_rest_day_at_the_end_of_the_day_table_waits_for_the_next_year() {
        use crate::domain::calendar::Day;
        let known = calendar();
        let to_2022 = date("2022-12-01")
            .iter_days()
            .take_while(|day| *day <= date("2022-12-31"))
            .map(|date| Day { date, kind: known.kind(date).unwrap(), name: None });
        let short = Calendar::new(1, to_2022);
        let rules = RuleSet::standard(RuleSetId(1));
        let due = due(rules.rule(ClockKind::Report).unwrap(), at("2022-12-24T09:00"), &short);
        assert_eq!((due.on, due.unknown_year), (date("2022-12-31"), Some(2023)));
    }
}
