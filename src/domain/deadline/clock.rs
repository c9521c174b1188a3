//! A clock and the replay of what happened to it. The first due date is computed once and kept;
//! pauses and extensions are facts beside it, so the history never changes with a rule.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::due::{due, presumed_working, rolled, working_days_after};
use super::rules::{ClockRule, DayCount};
use super::standing::{Reading, State};
use crate::domain::calendar::{Calendar, day_of};
use crate::domain::ids::RuleSetId;

/// What happened to a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The duty was done.
    Stopped,
    /// What was done came back (退回补正): the clock runs on with the time already used.
    Resumed,
    /// The case was suspended (中止).
    Paused,
    /// The suspension ended.
    Unpaused,
    /// A later due day was granted (延期).
    Extended {
        /// The new due day; it holds as granted and does not roll.
        to: NaiveDate,
    },
    /// The day table changed, and the rule gives another day by it.
    Recalculated {
        /// The new due day.
        to: NaiveDate,
        /// Whether it waits for a day table itself (暂定).
        provisional: bool,
    },
    /// The duty fell away, as when the case went to another unit.
    Cancelled,
}

impl What {
    /// The code in a column.
    pub fn code(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Resumed => "resumed",
            Self::Paused => "paused",
            Self::Unpaused => "unpaused",
            Self::Extended { .. } => "extended",
            Self::Recalculated { .. } => "recalculated",
            Self::Cancelled => "cancelled",
        }
    }

    /// What happened, from its code and the new due day with whether it is provisional, which
    /// an extension and another day table need.
    pub fn from_code(code: &str, to: Option<NaiveDate>, provisional: bool) -> Option<Self> {
        match code {
            "stopped" => Some(Self::Stopped),
            "resumed" => Some(Self::Resumed),
            "paused" => Some(Self::Paused),
            "unpaused" => Some(Self::Unpaused),
            "extended" => to.map(|to| Self::Extended { to }),
            "recalculated" => to.map(|to| Self::Recalculated { to, provisional }),
            "cancelled" => Some(Self::Cancelled),
            _ => None,
        }
    }
}

/// Something that happened to a clock, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockEvent {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened.
    pub what: What,
}

/// A clock that runs for a duty of an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// The rule, as it read when the clock started.
    pub rule: ClockRule,
    /// The version of the rule set that it comes from.
    pub rule_set: RuleSetId,
    /// When the court received the assignment: the moment it was issued.
    pub origin_at: DateTime<Utc>,
    /// The version of the day table that gave the due day.
    pub calendar_version: i32,
    /// The due day that was computed at the start; extensions and pauses leave it alone.
    pub due_on_original: NaiveDate,
    /// Whether the day table of the year was still missing (暂定).
    pub provisional: bool,
    /// What happened since.
    pub events: Vec<ClockEvent>,
}

impl Clock {
    /// A clock that starts to run.
    pub fn start(
        rule: ClockRule,
        rule_set: RuleSetId,
        origin_at: DateTime<Utc>,
        calendar: &Calendar,
    ) -> Self {
        let due = due(&rule, origin_at, calendar);
        Self {
            rule,
            rule_set,
            origin_at,
            calendar_version: calendar.version(),
            due_on_original: due.on,
            provisional: due.provisional(),
            events: Vec::new(),
        }
    }

    /// Where the clock would stand had this day table held from the start.
    pub fn recalculated(&self, calendar: &Calendar) -> Reading {
        let events = self.events.iter().copied();
        let kept = events.filter(|event| !matches!(event.what, What::Recalculated { .. }));
        let started = Self::start(self.rule, self.rule_set, self.origin_at, calendar);
        Self { events: kept.collect(), ..started }.replay(calendar)
    }

    /// The clock after one thing more.
    #[must_use]
    pub fn after(mut self, event: ClockEvent) -> Self {
        self.events.push(event);
        self
    }

    /// Where the clock stands after everything that happened.
    pub fn replay(&self, calendar: &Calendar) -> Reading {
        let mut events = self.events.clone();
        events.sort_by_key(|event| event.at);
        let mut replay = Replay::of(self, calendar);
        for event in events {
            replay.apply(event);
        }
        replay.reading
    }
}

/// A clock while its events are gone through.
struct Replay<'a> {
    rule: ClockRule,
    calendar: &'a Calendar,
    /// The due day before it was moved for a rest day.
    unrolled: NaiveDate,
    /// Since which day the time doesn't count, because of a pause or because the duty was done.
    idle_from: Option<NaiveDate>,
    reading: Reading,
}

impl<'a> Replay<'a> {
    fn of(clock: &Clock, calendar: &'a Calendar) -> Self {
        let unrolled = match clock.rule.count {
            DayCount::Calendar => day_of(clock.origin_at) + Days::new(clock.rule.days.into()),
            DayCount::Working => clock.due_on_original,
        };
        let reading = Reading {
            due_on: clock.due_on_original,
            provisional: clock.provisional,
            extended: false,
            state: State::Running,
            first_stopped_at: None,
        };
        Self { rule: clock.rule, calendar, unrolled, idle_from: None, reading }
    }

    /// What doesn't fit the state changes nothing: a second stop, an end without a beginning,
    /// anything after the duty fell away.
    fn apply(&mut self, ClockEvent { at, what }: ClockEvent) {
        let state = self.reading.state;
        if state == State::Cancelled {
            return;
        }
        match what {
            What::Stopped if matches!(state, State::Running | State::Paused) => self.stop(at),
            What::Resumed if matches!(state, State::Stopped(_)) => self.run_on(day_of(at)),
            What::Paused if state == State::Running && self.rule.kind.may_pause() => {
                self.reading.state = State::Paused;
                self.idle_from = Some(day_of(at));
            }
            What::Unpaused if state == State::Paused => self.run_on(day_of(at)),
            What::Extended { to } => self.extend(day_of(at), to),
            What::Recalculated { to, provisional } => {
                if self.rule.count == DayCount::Working {
                    self.unrolled = to;
                }
                self.reading.due_on = to;
                self.reading.provisional = provisional;
            }
            What::Cancelled => self.reading.state = State::Cancelled,
            What::Stopped | What::Resumed | What::Paused | What::Unpaused => {}
        }
    }

    fn stop(&mut self, at: DateTime<Utc>) {
        self.run_on(day_of(at));
        self.idle_from = Some(day_of(at));
        self.reading.state = State::Stopped(at);
        self.reading.first_stopped_at.get_or_insert(at);
    }

    fn run_on(&mut self, day: NaiveDate) {
        if let Some(from) = self.idle_from.take() {
            self.lengthen(from, day);
        }
        self.reading.state = State::Running;
    }

    fn extend(&mut self, granted: NaiveDate, to: NaiveDate) {
        self.unrolled = to;
        self.reading.due_on = to;
        self.reading.extended = true;
        self.reading.provisional = false;
        // The new day was chosen knowing what had passed: only later idle days lengthen it.
        self.idle_from = self.idle_from.map(|from| from.max(granted));
    }

    /// Gives back the days that didn't count. A due day that had passed by then stays passed:
    /// it belongs to the period in which it lapsed.
    fn lengthen(&mut self, from: NaiveDate, until: NaiveDate) {
        let due_on = self.reading.due_on;
        if !self.rule.kind.may_pause() || from > due_on || until <= from {
            return;
        }
        let (unrolled, unknown) = match self.rule.count {
            DayCount::Calendar => {
                // Between a rest day and the day it rolled to, what is left is the rolled day's.
                let left = if from > self.unrolled { due_on } else { self.unrolled } - from;
                (until + left, None)
            }
            DayCount::Working => {
                let left = from
                    .iter_days()
                    .skip(1)
                    .take_while(|day| *day <= due_on)
                    .filter(|day| presumed_working(*day, self.calendar))
                    .count();
                let left = u16::try_from(left).unwrap_or(u16::MAX);
                working_days_after(until, left, self.calendar)
            }
        };
        let (on, unloaded) = rolled(self.rule.roll, unrolled, self.calendar);
        self.unrolled = unrolled;
        self.reading.due_on = on.max(due_on);
        self.reading.provisional = unknown.or(unloaded).is_some();
    }
}

#[cfg(test)]
mod tests {
    use super::What::{Cancelled, Extended, Paused, Recalculated, Resumed, Stopped, Unpaused};
    use super::*;
    use crate::domain::calendar::sample::{calendar, date};
    use crate::domain::calendar::{Day, DayKind};
    use crate::domain::deadline::{ClockKind, Roll, RuleSet, Standing};

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}:00+08:00").parse().unwrap()
    }

    fn started(kind: ClockKind, origin: &str) -> Clock {
        let rules = RuleSet::standard(RuleSetId(1));
        Clock::start(*rules.rule(kind).unwrap(), rules.id, at(origin), &calendar())
    }

    type Told<'a> = &'a [(&'a str, What)];

    fn read(kind: ClockKind, events: Told<'_>) -> Reading {
        let mut clock = started(kind, "2026-06-15T17:05");
        clock.events =
            events.iter().map(|&(when, what)| ClockEvent { at: at(when), what }).collect();
        clock.replay(&calendar())
    }

    #[test]
    fn events_read_back_from_their_codes() {
        let to = date("2026-08-15");
        let recalculated = Recalculated { to, provisional: true };
        for what in [Stopped, Resumed, Paused, Unpaused, Extended { to }, recalculated, Cancelled] {
            assert_eq!(What::from_code(what.code(), Some(to), true), Some(what));
        }
        assert_eq!(What::from_code("extended", None, false), None);
        assert_eq!(What::from_code("recalculated", None, false), None);
        assert_eq!(What::from_code("started", None, false), None);
    }

    #[test]
    fn pauses_lengthen_the_closing_alone() {
        // The closing is due on 07-15, a Wednesday.
        let cases: [(&str, Told<'_>, &str); 9] = [
            ("no pause", &[], "2026-07-15"),
            (
                "ten days, Saturday rolls",
                &[("2026-06-20T09:00", Paused), ("2026-06-30T09:00", Unpaused)],
                "2026-07-27",
            ),
            (
                "within a day",
                &[("2026-06-23T09:00", Paused), ("2026-06-23T18:00", Unpaused)],
                "2026-07-15",
            ),
            (
                "over midnight",
                &[("2026-06-23T23:59", Paused), ("2026-06-24T00:00", Unpaused)],
                "2026-07-16",
            ),
            (
                "twice, rolled once at the end",
                &[
                    ("2026-06-20T09:00", Paused),
                    ("2026-06-22T09:00", Unpaused),
                    ("2026-07-01T09:00", Paused),
                    ("2026-07-02T09:00", Unpaused),
                ],
                "2026-07-20",
            ),
            (
                "on the due day",
                &[("2026-07-15T09:00", Paused), ("2026-07-20T09:00", Unpaused)],
                "2026-07-20",
            ),
            (
                "after it lapsed",
                &[("2026-07-16T09:00", Paused), ("2026-07-20T09:00", Unpaused)],
                "2026-07-15",
            ),
            (
                "told out of order",
                &[("2026-06-30T09:00", Unpaused), ("2026-06-20T09:00", Paused)],
                "2026-07-27",
            ),
            ("an end without a beginning", &[("2026-06-30T09:00", Unpaused)], "2026-07-15"),
        ];
        for (name, events, due_on) in cases {
            assert_eq!(read(ClockKind::Close, events).due_on, date(due_on), "{name}");
        }
        let pause = [("2026-06-16T09:00", Paused)];
        for kind in [ClockKind::Ledger, ClockKind::Meeting, ClockKind::Report] {
            assert_eq!(read(kind, &pause).state, State::Running, "{kind:?}");
        }
        let paused = read(ClockKind::Close, &pause).standing(date("2026-09-01"));
        assert_eq!((paused.label().as_str(), paused.code()), ("暂停计时", "paused"));
    }

    #[test]
    fn a_returned_closing_resumes_with_the_time_already_used() {
        let done = ("2026-07-10T09:00", Stopped);
        let back = ("2026-07-20T09:00", Resumed);
        let returned = read(ClockKind::Close, &[done, back]);
        // 25 of 30 days were used on 07-10; five remain after 07-20, and 07-25 is a Saturday.
        assert_eq!(returned.due_on, date("2026-07-27"));
        assert_eq!(returned.stopped_at(), None);
        assert_eq!(returned.first_stopped_at, Some(at("2026-07-10T09:00")));

        let again = read(ClockKind::Close, &[done, back, ("2026-07-28T09:00", Stopped)]);
        assert_eq!(again.standing(date("2026-09-01")), Standing::Late(1));
        assert_eq!(again.stopped_at(), Some(at("2026-07-28T09:00")));
        assert_eq!(again.first_stopped_at, Some(at("2026-07-10T09:00")));

        let lapsed = [("2026-07-17T09:00", Stopped), back];
        assert_eq!(read(ClockKind::Close, &lapsed).due_on, date("2026-07-15"));
    }

    #[test]
    fn a_returned_report_keeps_its_due_day() {
        let events = [("2026-06-20T09:00", Stopped), ("2026-06-23T09:00", Resumed)];
        let reading = read(ClockKind::Report, &events);
        assert_eq!(reading.due_on, date("2026-06-22"));
        assert_eq!(reading.standing(date("2026-06-24")), Standing::Over(2));
    }

    #[test]
    fn an_extension_moves_the_effective_day_and_keeps_the_original() {
        let granted = ("2026-07-10T09:00", Extended { to: date("2026-08-15") });
        let mut clock = started(ClockKind::Close, "2026-06-15T17:05");
        clock.events = vec![ClockEvent { at: at(granted.0), what: granted.1 }];
        let reading = clock.replay(&calendar());
        // Granted for a Saturday, it stays on the Saturday.
        assert_eq!((reading.due_on, reading.extended), (date("2026-08-15"), true));
        assert_eq!(clock.due_on_original, date("2026-07-15"));

        let cases: [(&str, Told<'_>, &str); 3] = [
            (
                "an earlier pause is in it",
                &[("2026-06-20T09:00", Paused), ("2026-06-30T09:00", Unpaused), granted],
                "2026-08-15",
            ),
            (
                "a later pause lengthens it",
                &[granted, ("2026-07-20T09:00", Paused), ("2026-07-23T09:00", Unpaused)],
                "2026-08-18",
            ),
            (
                "of a pause around it, the days after it",
                &[("2026-07-01T09:00", Paused), granted, ("2026-07-13T09:00", Unpaused)],
                "2026-08-18",
            ),
        ];
        for (name, events, due_on) in cases {
            assert_eq!(read(ClockKind::Close, events).due_on, date(due_on), "{name}");
        }
    }

    #[test]
    fn a_cancelled_clock_stays_cancelled() {
        let events = [("2026-06-16T09:00", Cancelled), ("2026-06-17T09:00", Stopped)];
        let standing = read(ClockKind::Meeting, &events).standing(date("2026-08-01"));
        assert_eq!((standing.label().as_str(), standing.code()), ("无期限", "none"));
    }

    #[test]
    fn a_pause_between_a_rest_day_and_its_roll_gives_back_what_was_left() {
        // Thirty days end on Saturday 06-20, a holiday; the closing is due on Monday 06-22.
        let mut clock = started(ClockKind::Close, "2026-05-21T09:00");
        assert_eq!(clock.due_on_original, date("2026-06-22"));
        clock.events = vec![
            ClockEvent { at: at("2026-06-21T09:00"), what: Paused },
            ClockEvent { at: at("2026-06-30T09:00"), what: Unpaused },
        ];
        assert_eq!(clock.replay(&calendar()).due_on, date("2026-07-01"));
    }

    #[test]
    fn working_days_left_are_given_back_as_working_days() {
        let rule = ClockRule {
            kind: ClockKind::Close,
            days: 30,
            count: DayCount::Working,
            roll: Roll::None,
        };
        let mut clock = Clock::start(rule, RuleSetId(9), at("2026-01-05T09:00"), &calendar());
        assert_eq!(clock.due_on_original, date("2026-02-14"));
        clock.events = vec![
            ClockEvent { at: at("2026-02-12T09:00"), what: Paused },
            ClockEvent { at: at("2026-02-20T09:00"), what: Unpaused },
        ];
        // 02-13 and the make-up workday 02-14 were left; the holiday ends on 02-23.
        assert_eq!(clock.replay(&calendar()).due_on, date("2026-02-25"));
    }

    #[test]
    fn by_another_day_table_a_clock_stands_as_if_that_had_held_from_the_start() {
        let mut clock = started(ClockKind::Close, "2026-12-03T09:00");
        assert_eq!((clock.due_on_original, clock.provisional), (date("2027-01-02"), true));
        assert!(clock.replay(&calendar()).provisional);

        // A day table made up for this test; the notice for 2027 is not out.
        let next = date("2027-01-01").iter_days().take(31).map(|date| {
            let off = date.to_string().as_str() < "2027-01-04";
            Day { date, kind: if off { DayKind::Holiday } else { DayKind::Workday }, name: None }
        });
        let loaded = calendar().changed(2, next);
        let settled = clock.recalculated(&loaded);
        assert_eq!((settled.due_on, settled.provisional), (date("2027-01-04"), false));

        // What that gave is a fact of the clock; the first day stays beside it.
        let what = Recalculated { to: settled.due_on, provisional: false };
        clock = clock.after(ClockEvent { at: at("2026-12-10T09:00"), what });
        let reading = clock.replay(&loaded);
        assert_eq!((reading.due_on, reading.provisional), (date("2027-01-04"), false));
        assert_eq!((clock.due_on_original, reading.extended), (date("2027-01-02"), false));
        // The thirty days ended on 01-02: ten days of pause lead to 01-12.
        clock = clock
            .after(ClockEvent { at: at("2026-12-12T09:00"), what: Paused })
            .after(ClockEvent { at: at("2026-12-22T09:00"), what: Unpaused });
        assert_eq!(clock.replay(&loaded).due_on, date("2027-01-12"));
        assert_eq!(clock.recalculated(&loaded).due_on, date("2027-01-12"));
    }

    #[test]
    fn a_pause_into_an_unknown_year_makes_the_day_provisional() {
        let mut clock = started(ClockKind::Close, "2026-11-20T09:00");
        assert!(!clock.provisional);
        clock.events = vec![
            ClockEvent { at: at("2026-12-01T09:00"), what: Paused },
            ClockEvent { at: at("2026-12-21T09:00"), what: Unpaused },
        ];
        let reading = clock.replay(&calendar());
        assert_eq!((reading.due_on, reading.provisional), (date("2027-01-09"), true));
    }
}
