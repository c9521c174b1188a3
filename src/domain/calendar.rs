//! The day table: which days are worked. The State Council's yearly notice (国务院办公厅放假安排)
//! swaps weekends and workdays, so a day is looked up and never computed from its weekday.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

use super::code::codes;
use super::digits::{folded, number};

/// How far the courts' clock (Asia/Shanghai) is ahead of UTC, all year round.
const AHEAD_OF_UTC: TimeDelta = TimeDelta::hours(8);

codes! {
    /// What a day is by the notices.
    DayKind {
        /// An ordinary workday.
        Workday = "workday", "工作日";
        /// An ordinary Saturday or Sunday.
        Weekend = "weekend", "双休日";
        /// A day off by the notice, swapped weekdays included.
        Holiday = "holiday", "节假日";
        /// A Saturday or Sunday that is worked for a holiday elsewhere.
        MakeUpWorkday = "make_up_workday", "调休上班";
    }
}

impl DayKind {
    /// Whether the courts work on such a day.
    pub fn is_working(self) -> bool {
        match self {
            Self::Workday | Self::MakeUpWorkday => true,
            Self::Weekend | Self::Holiday => false,
        }
    }
}

/// One row of the day table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The date in Asia/Shanghai.
    pub date: NaiveDate,
    /// What the notice makes of it.
    pub kind: DayKind,
    /// The holiday that a day off or a make-up workday belongs to.
    pub name: Option<String>,
}

/// One version of the day table. It answers `None` where a year has not been loaded: the notice
/// for it may not exist yet, and a guess would become somebody's due date.
#[derive(Debug, Clone)]
pub struct Calendar {
    version: i32,
    days: BTreeMap<NaiveDate, Day>,
}

impl Calendar {
    /// The calendar of this version with these days.
    pub fn new(version: i32, days: impl IntoIterator<Item = Day>) -> Self {
        Self { version, days: days.into_iter().map(|day| (day.date, day)).collect() }
    }

    /// The version that a clock keeps beside the date it took from it.
    pub fn version(&self) -> i32 {
        self.version
    }

    /// What the day is, or `None` if its year has not been loaded.
    pub fn kind(&self, date: NaiveDate) -> Option<DayKind> {
        self.days.get(&date).map(|day| day.kind)
    }

    /// The same with other days in the place of its own, under another version.
    #[must_use]
    pub fn changed(&self, version: i32, days: impl IntoIterator<Item = Day>) -> Self {
        let mut all = self.days.clone();
        all.extend(days.into_iter().map(|day| (day.date, day)));
        Self { version, days: all }
    }

    /// The day as the table has it.
    pub fn day(&self, date: NaiveDate) -> Option<&Day> {
        self.days.get(&date)
    }

    /// The first and the last year of which the table knows something.
    pub fn years(&self) -> Option<(i32, i32)> {
        let (first, last) = (self.days.keys().next()?, self.days.keys().next_back()?);
        Some((first.year(), last.year()))
    }

    /// Whether every day of a year is known: a notice may give away days of the year before it.
    pub fn knows_year(&self, year: i32) -> bool {
        year_days(year).all(|day| self.days.contains_key(&day)) && year_days(year).next().is_some()
    }

    /// The holiday that gives this day off; none for weekends and for make-up workdays.
    pub fn holiday_name(&self, date: NaiveDate) -> Option<&str> {
        let day = self.days.get(&date)?;
        if day.kind == DayKind::Holiday { day.name.as_deref() } else { None }
    }

    /// Whether the courts work on this day, if it is known.
    pub fn is_working(&self, date: NaiveDate) -> Option<bool> {
        self.kind(date).map(DayKind::is_working)
    }

    /// The first working day after this one.
    pub fn next_working(&self, date: NaiveDate) -> Option<NaiveDate> {
        self.add_working_days(date, 1)
    }

    /// The day itself if it is worked, else the next working day (遇休息日顺延).
    pub fn rolled(&self, date: NaiveDate) -> Option<NaiveDate> {
        if self.is_working(date)? { Some(date) } else { self.next_working(date) }
    }

    /// The n-th working day after this one; the day itself is not counted.
    pub fn add_working_days(&self, date: NaiveDate, n: u16) -> Option<NaiveDate> {
        let mut day = date;
        let mut left = n;
        while left > 0 {
            day = day.succ_opt()?;
            if self.is_working(day)? {
                left -= 1;
            }
        }
        Some(day)
    }

    /// The first day from this one on that the calendar doesn't know.
    pub fn first_unknown_from(&self, date: NaiveDate) -> Option<NaiveDate> {
        date.iter_days().find(|day| !self.days.contains_key(day))
    }
}

/// The day of the courts' clock on which this moment falls.
pub fn day_of(at: DateTime<Utc>) -> NaiveDate {
    (at + AHEAD_OF_UTC).date_naive()
}

/// How far back something may be entered late: an older date is a slip of the key.
const LATE_ENTRY: Months = Months::new(60);

/// The first day that a visit entered now may be of, and a letter be posted on.
pub fn earliest_entry(at: DateTime<Utc>) -> NaiveDate {
    let today = day_of(at);
    today.checked_sub_months(LATE_ENTRY).unwrap_or(today)
}

/// The first moment of a day.
pub fn start_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() - AHEAD_OF_UTC
}

/// 24:00 of a day: the first moment that no longer belongs to it.
pub fn end_of(day: NaiveDate) -> DateTime<Utc> {
    start_of(day + Days::new(1))
}

/// The days of a year, in order.
pub fn year_days(year: i32) -> impl Iterator<Item = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1);
    first.into_iter().flat_map(|first| first.iter_days()).take_while(move |day| day.year() == year)
}

/// Whether the day is a Saturday or Sunday, whatever the notices say of it.
pub fn is_saturday_or_sunday(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// 「周二」
pub fn weekday_zh(day: NaiveDate) -> &'static str {
    match day.weekday() {
        Weekday::Mon => "周一",
        Weekday::Tue => "周二",
        Weekday::Wed => "周三",
        Weekday::Thu => "周四",
        Weekday::Fri => "周五",
        Weekday::Sat => "周六",
        Weekday::Sun => "周日",
    }
}

/// 「6月16日（周二）」
pub fn format_md(day: NaiveDate) -> String {
    format!("{}月{}日（{}）", day.month(), day.day(), weekday_zh(day))
}

/// 「06-16」, as in lists and previews.
pub fn format_short(day: NaiveDate) -> String {
    format!("{:02}-{:02}", day.month(), day.day())
}

/// 「06-14」 in the year of `today`, with the year otherwise.
pub fn format_day(day: NaiveDate, today: NaiveDate) -> String {
    if day.year() == today.year() { format_short(day) } else { day.to_string() }
}

/// 「10:42」
pub fn clock_time(at: DateTime<Utc>) -> String {
    (at + AHEAD_OF_UTC).format("%H:%M").to_string()
}

/// 「10:42:08」
pub fn format_second(at: DateTime<Utc>) -> String {
    (at + AHEAD_OF_UTC).format("%H:%M:%S").to_string()
}

/// 「06-14 10:42」 in the year of `today`, with the year otherwise.
pub fn format_moment(at: DateTime<Utc>, today: NaiveDate) -> String {
    let same_year = day_of(at).year() == today.year();
    let form = if same_year { "%m-%d %H:%M" } else { "%Y-%m-%d %H:%M" };
    (at + AHEAD_OF_UTC).format(form).to_string()
}

/// 「2026-06-14 16:20」, as a form offers a moment.
pub fn format_full(at: DateTime<Utc>) -> String {
    (at + AHEAD_OF_UTC).format("%Y-%m-%d %H:%M").to_string()
}

/// 「2026-06-14 24:00」: a moment until which something holds, the end of a day as that day's.
pub fn format_until(at: DateTime<Utc>) -> String {
    let local = at + AHEAD_OF_UTC;
    match local.date_naive().pred_opt().filter(|_| local.time() == NaiveTime::MIN) {
        Some(day) => format!("{day} 24:00"),
        None => format_full(at),
    }
}

/// The moment of a day and time as people write them, on the courts' clock.
pub fn moment(day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    day.and_time(time).and_utc() - AHEAD_OF_UTC
}

/// A day as people type it: `2026-06-16`, `20260616`, `6-16`, `6.16`, `6月16日`, `今天`, `明天`, `昨天`;
/// without a year, that of `today`. A year that nobody means is a slip of the key.
pub fn read_day(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let text = folded(text);
    match text.as_str() {
        "今天" => Some(today),
        "明天" => today.succ_opt(),
        "昨天" => today.pred_opt(),
        text => written_day(text, today).filter(|day| YEARS.contains(&day.year())),
    }
}

/// The years that a day may be of. How early is too early, each rule says in its own sentence.
const YEARS: std::ops::RangeInclusive<i32> = 1..=2099;

fn written_day(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").ok();
    }
    let parts: Vec<u32> = text
        .split(['-', '.', '/', '年', '月', '日'])
        .filter(|part| !part.is_empty())
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    match parts.as_slice() {
        [month, day] => NaiveDate::from_ymd_opt(today.year(), *month, *day),
        [year, month, day] => NaiveDate::from_ymd_opt(i32::try_from(*year).ok()?, *month, *day),
        _ => None,
    }
}

/// A time of day as people type it: `9:05`, `09:05`, `0905`, full-width colon too.
pub fn read_time(text: &str) -> Option<NaiveTime> {
    let text = folded(text);
    let (hour, minute) = match text.split_once(':') {
        Some(parts) => parts,
        None => text.split_at_checked(text.len().checked_sub(2)?)?,
    };
    NaiveTime::from_hms_opt(number(hour)?, number(minute)?, 0)
}

/// A moment as people type it: a day, a blank, a time.
pub fn read_moment(text: &str, today: NaiveDate) -> Option<DateTime<Utc>> {
    let (day, time) = text.trim().rsplit_once(|sign: char| sign.is_whitespace() || sign == 'T')?;
    Some(moment(read_day(day, today)?, read_time(time)?))
}

/// The calendar that the migration loads, for the tests of the domain.
#[cfg(test)]
pub mod sample {
    use super::{Calendar, Day, DayKind, NaiveDate, is_saturday_or_sunday};

    const MIGRATION: &str = include_str!("../../migrations/0002_calendar.sql");

    /// A date written `2026-06-15`.
    pub fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// 2021 to 2026, from the notices' spans as the migration writes them.
    pub fn calendar() -> Calendar {
        let ordinary = date("2021-01-01")
            .iter_days()
            .take_while(|day| *day <= date("2026-12-31"))
            .map(|date| {
                let off = is_saturday_or_sunday(date);
                let kind = if off { DayKind::Weekend } else { DayKind::Workday };
                Day { date, kind, name: None }
            });
        let arranged = MIGRATION.lines().filter(|line| line.contains("DATE '20")).filter_map(span);
        Calendar::new(1, ordinary.chain(arranged.flatten()))
    }

    fn span(line: &str) -> Option<Vec<Day>> {
        let [first, last, kind, name] =
            line.split('\'').skip(1).step_by(2).collect::<Vec<_>>().try_into().ok()?;
        let kind = DayKind::from_code(kind).unwrap();
        let days = date(first).iter_days().take_while(|day| *day <= date(last));
        Some(days.map(|date| Day { date, kind, name: Some(name.to_owned()) }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{calendar, date};
    use super::*;

    #[test]
    fn the_notices_decide_and_not_the_weekday() {
        use DayKind::{Holiday, MakeUpWorkday, Weekend, Workday};
        let known = [
            ("2021-02-20", MakeUpWorkday, None),
            ("2022-12-31", Holiday, Some("元旦")),
            ("2024-02-04", MakeUpWorkday, None),
            ("2024-02-09", Workday, None),
            ("2024-02-10", Holiday, Some("春节")),
            ("2024-02-29", Workday, None),
            ("2025-09-28", MakeUpWorkday, None),
            ("2025-10-08", Holiday, Some("国庆节、中秋节")),
            ("2025-10-11", MakeUpWorkday, None),
            ("2025-10-12", Weekend, None),
            ("2026-02-14", MakeUpWorkday, None),
            ("2026-02-23", Holiday, Some("春节")),
            ("2026-06-15", Workday, None),
            ("2026-12-31", Workday, None),
        ];
        let calendar = calendar();
        for (day, kind, name) in known {
            assert_eq!(calendar.kind(date(day)), Some(kind), "{day}");
            assert_eq!(calendar.holiday_name(date(day)), name, "{day}");
            let working = matches!(kind, Workday | MakeUpWorkday);
            assert_eq!(calendar.is_working(date(day)), Some(working), "{day}");
        }
        for unknown in ["2020-12-31", "2027-01-01", "2027-01-04"] {
            assert_eq!(calendar.kind(date(unknown)), None, "{unknown}");
            assert_eq!(calendar.is_working(date(unknown)), None, "{unknown}");
        }
    }

    #[test]
    fn working_days_are_counted_from_the_day_after() {
        let cases = [
            ("2026-06-15", 0, Some("2026-06-15")),
            ("2026-06-15", 1, Some("2026-06-16")),
            ("2026-06-18", 1, Some("2026-06-22")),
            ("2024-02-02", 1, Some("2024-02-04")),
            ("2024-02-09", 1, Some("2024-02-18")),
            ("2025-09-26", 2, Some("2025-09-29")),
            ("2025-09-30", 3, Some("2025-10-11")),
            ("2026-02-13", 5, Some("2026-02-27")),
            ("2026-02-13", 6, Some("2026-02-28")),
            ("2022-12-30", 1, Some("2023-01-03")),
            ("2026-12-31", 1, None),
            ("2026-12-30", 1, Some("2026-12-31")),
        ];
        for (from, n, to) in cases {
            assert_eq!(calendar().add_working_days(date(from), n), to.map(date), "{from} + {n}");
        }
    }

    #[test]
    fn a_rest_day_rolls_to_the_next_working_day() {
        let cases = [
            ("2026-06-20", Some("2026-06-22")),
            ("2026-06-22", Some("2026-06-22")),
            ("2024-02-03", Some("2024-02-04")),
            ("2025-10-01", Some("2025-10-09")),
            ("2026-02-15", Some("2026-02-24")),
            ("2027-01-01", None),
        ];
        for (from, to) in cases {
            assert_eq!(calendar().rolled(date(from)), to.map(date), "{from}");
        }
        assert_eq!(calendar().next_working(date("2026-06-22")), Some(date("2026-06-23")));
    }

    #[test]
    fn the_first_unknown_day_is_found() {
        let unknown = |from| calendar().first_unknown_from(date(from));
        assert_eq!(unknown("2026-12-01"), Some(date("2027-01-01")));
        assert_eq!(unknown("2020-12-31"), Some(date("2020-12-31")));
    }

    #[test]
    fn a_day_ends_at_midnight_in_shanghai() {
        let cases = [
            ("2026-06-15T15:59:59Z", "2026-06-15"),
            ("2026-06-15T16:00:00Z", "2026-06-16"),
            ("2025-12-31T16:00:00Z", "2026-01-01"),
            ("2024-02-28T17:00:00Z", "2024-02-29"),
        ];
        for (at, day) in cases {
            assert_eq!(day_of(at.parse().unwrap()), date(day), "{at}");
        }
        assert_eq!(start_of(date("2026-06-16")), end_of(date("2026-06-15")));
        assert_eq!(day_of(start_of(date("2026-06-16"))), date("2026-06-16"));
        assert_eq!(end_of(date("2026-06-15")).to_rfc3339(), "2026-06-15T16:00:00+00:00");
    }

    #[test]
    fn days_are_written_as_the_courts_write_them() {
        assert_eq!(format_md(date("2026-06-16")), "6月16日（周二）");
        assert_eq!(format_md(date("2025-10-12")), "10月12日（周日）");
        assert_eq!(format_short(date("2026-06-06")), "06-06");
        assert_eq!(format_day(date("2026-06-06"), date("2026-12-31")), "06-06");
        assert_eq!(format_day(date("1999-01-01"), date("2026-12-31")), "1999-01-01");
        assert_eq!(format_until(end_of(date("2026-11-22"))), "2026-11-22 24:00");
        assert_eq!(format_until(end_of(date("2026-12-31"))), "2026-12-31 24:00");
        let noon = "2026-06-15T04:00:00Z".parse().unwrap();
        assert_eq!(format_until(noon), "2026-06-15 12:00");
    }

    #[test]
    fn days_and_times_are_read_as_people_type_them() {
        let today = date("2026-06-15");
        for (text, expected) in [
            ("2026-06-16", Some("2026-06-16")),
            ("20260616", Some("2026-06-16")),
            ("6-16", Some("2026-06-16")),
            ("6.16", Some("2026-06-16")),
            ("6月16日", Some("2026-06-16")),
            ("2025年12月1日", Some("2025-12-01")),
            ("今天", Some("2026-06-15")),
            ("明天", Some("2026-06-16")),
            ("２０２６-１２-０１", Some("2026-12-01")),
            ("２０２６１２０１", Some("2026-12-01")),
            ("1899-12-31", Some("1899-12-31")),
            ("2099-12-31", Some("2099-12-31")),
            ("2100-01-01", None),
            ("9999-12-31", None),
            ("10000-01-01", None),
            ("2026-13-01", None),
            ("", None),
            ("soon", None),
        ] {
            assert_eq!(read_day(text, today), expected.map(date), "{text:?}");
        }
        for (text, expected) in [
            ("9:05", Some((9, 5))),
            ("0905", Some((9, 5))),
            ("17：30", Some((17, 30))),
            ("１７：３０", Some((17, 30))),
            ("24:00", None),
            ("5", None),
        ] {
            let expected = expected.and_then(|(h, m)| NaiveTime::from_hms_opt(h, m, 0));
            assert_eq!(read_time(text), expected, "{text:?}");
        }
        for (text, expected) in [
            ("2026-06-14 16:20", Some("2026-06-14T08:20:00Z")),
            (" 6月14日　1620 ", Some("2026-06-14T08:20:00Z")),
            ("2026-06-14T16:20", Some("2026-06-14T08:20:00Z")),
            ("2026-06-14", None),
            ("", None),
        ] {
            let expected: Option<DateTime<Utc>> = expected.map(|at| at.parse().unwrap());
            assert_eq!(read_moment(text, today), expected, "{text:?}");
        }
    }
}
