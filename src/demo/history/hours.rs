//! When the courts are at work: working days by the day table, mornings and afternoons.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::random::Random;
use crate::domain::calendar::{Calendar, day_of, is_saturday_or_sunday, start_of};

/// Mornings and afternoons, in minutes of the day: 8:30 to 12:00 and 14:00 to 17:30.
const SESSIONS: [(i64, i64); 2] = [(510, 720), (840, 1050)];

/// The office hours of a calendar.
#[derive(Debug, Clone, Copy)]
pub struct Hours<'a>(&'a Calendar);

impl<'a> Hours<'a> {
    pub const fn of(calendar: &'a Calendar) -> Self {
        Self(calendar)
    }

    pub const fn calendar(self) -> &'a Calendar {
        self.0
    }

    /// Whether the courts work on a day; from Monday to Friday in a year that isn't loaded.
    pub fn works(self, day: NaiveDate) -> bool {
        self.0.is_working(day).unwrap_or(!is_saturday_or_sunday(day))
    }

    /// The nth working day before a day, the day itself not counted.
    pub fn before(self, day: NaiveDate, nth: usize) -> NaiveDate {
        let earlier = (1..400).map(|days| day - Days::new(days)).filter(|day| self.works(*day));
        earlier.take(nth).last().unwrap_or(day)
    }

    /// The moment that so many minutes of work come after another; with none, the first moment at
    /// work from then on.
    pub fn after(self, at: DateTime<Utc>, minutes: u32) -> DateTime<Utc> {
        let mut left = i64::from(minutes);
        for (open, close) in self.sessions(at) {
            let from = open.max(at);
            let room = (close - from).num_minutes();
            if left < room {
                return from + TimeDelta::minutes(left);
            }
            left -= room.max(0);
        }
        at
    }

    /// How many minutes of work lie between two moments.
    pub fn between(self, from: DateTime<Utc>, until: DateTime<Utc>) -> u32 {
        let worked: i64 = self
            .sessions(from)
            .take_while(|(open, _)| *open < until)
            .map(|(open, close)| (close.min(until) - open.max(from)).num_minutes().max(0))
            .sum();
        u32::try_from(worked).unwrap_or(0)
    }

    /// A moment between two others at which someone is at work.
    pub fn within(
        self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        random: &mut Random,
    ) -> DateTime<Utc> {
        let room = self.between(from, until);
        self.after(from, random.between(0, room.saturating_sub(1)))
    }

    /// A moment on a working day.
    pub fn on(self, day: NaiveDate, random: &mut Random) -> DateTime<Utc> {
        self.within(start_of(day), start_of(day + Days::new(1)), random)
    }

    /// The sessions of work from the day of a moment on, for more than a year.
    fn sessions(
        self,
        at: DateTime<Utc>,
    ) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> + 'a {
        let days = day_of(at).iter_days().take(400).filter(move |day| self.works(*day));
        days.flat_map(|day| {
            let clock = move |minutes| start_of(day) + TimeDelta::minutes(minutes);
            SESSIONS.map(|(open, close)| (clock(open), clock(close)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::sample::{calendar, date};

    fn at(text: &str) -> DateTime<Utc> {
        format!("{}:00+08:00", text.replace(' ', "T")).parse().unwrap()
    }

    #[test]
    fn work_goes_on_when_the_courts_open_again() {
        let calendar = calendar();
        let hours = Hours::of(&calendar);
        // From, minutes of work, then.
        let table = [
            ("2026-11-18 09:00", 30, "2026-11-18 09:30"),
            ("2026-11-18 11:50", 10, "2026-11-18 14:00"),
            ("2026-11-18 12:30", 0, "2026-11-18 14:00"),
            ("2026-11-18 17:29", 1, "2026-11-19 08:30"),
            // A Friday evening, and the last day before the national holiday.
            ("2026-11-20 18:00", 15, "2026-11-23 08:45"),
            ("2026-09-30 17:00", 60, "2026-10-08 09:00"),
            // A Saturday that is worked.
            ("2026-10-09 17:29", 1, "2026-10-10 08:30"),
            ("2026-11-18 08:30", 420, "2026-11-19 08:30"),
        ];
        for (from, minutes, then) in table {
            assert_eq!(hours.after(at(from), minutes), at(then), "{minutes} after {from}");
            if hours.after(at(from), 0) == at(from) {
                assert_eq!(hours.between(at(from), at(then)), minutes, "{from} to {then}");
            }
        }
    }

    #[test]
    fn days_are_counted_back_over_weekends_and_holidays() {
        let calendar = calendar();
        let hours = Hours::of(&calendar);
        for (day, nth, expected) in [
            ("2026-11-21", 1, "2026-11-20"),
            ("2026-11-23", 1, "2026-11-20"),
            ("2026-11-23", 3, "2026-11-18"),
            ("2026-10-08", 1, "2026-09-30"),
            // Nobody knows the holidays of this year yet.
            ("2031-03-03", 1, "2031-02-28"),
        ] {
            assert_eq!(hours.before(date(day), nth), date(expected), "{nth} before {day}");
        }
    }

    #[test]
    fn whatever_is_drawn_lies_in_office_hours() {
        let calendar = calendar();
        let hours = Hours::of(&calendar);
        let mut random = Random::of("hours", 0);
        for _ in 0..300 {
            let drawn = hours.within(at("2026-09-28 16:00"), at("2026-10-12 10:00"), &mut random);
            assert_eq!(hours.after(drawn, 0), drawn);
            assert!(at("2026-09-28 16:00") <= drawn && drawn < at("2026-10-12 10:00"));
        }
    }
}
