//! What a clock shows on a day.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar::day_of;

/// Whether a clock is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The duty is open.
    Running,
    /// The case is suspended.
    Paused,
    /// The duty was done at this moment.
    Stopped(DateTime<Utc>),
    /// The duty fell away.
    Cancelled,
}

impl State {
    /// The code in a column.
    pub fn code(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped(_) => "stopped",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The due day with pauses and extensions; it ends at 24:00.
    pub due_on: NaiveDate,
    /// Whether that day waits for a day table (暂定).
    pub provisional: bool,
    /// Whether an extension was granted (延期至).
    pub extended: bool,
    /// Whether the clock is running.
    pub state: State,
    /// When the duty was first done, even if it came back afterwards.
    pub first_stopped_at: Option<DateTime<Utc>>,
}

impl Reading {
    /// When the duty was done, if it hasn't come back.
    pub fn stopped_at(&self) -> Option<DateTime<Utc>> {
        match self.state {
            State::Stopped(at) => Some(at),
            State::Running | State::Paused | State::Cancelled => None,
        }
    }

    /// How the duty stands on this day. Days are calendar days even where the rule counts
    /// working days, since that is what people plan with.
    pub fn standing(&self, today: NaiveDate) -> Standing {
        match self.state {
            State::Cancelled => Standing::Cancelled,
            State::Paused => Standing::Paused,
            State::Stopped(at) => match (day_of(at) - self.due_on).num_days() {
                late @ 1.. => Standing::Late(late),
                _ => Standing::Done,
            },
            State::Running => match (self.due_on - today).num_days() {
                over @ ..0 => Standing::Over(-over),
                0 => Standing::Today,
                left @ 1..=3 => Standing::Soon(left),
                left => Standing::Ok(left),
            },
        }
    }
}

/// How a duty stands on a day; the numbers are calendar days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Open and past its due day (逾期).
    Over(i64),
    /// Open and due today.
    Today,
    /// Open, with one to three days left.
    Soon(i64),
    /// Open, with more than three days left.
    Ok(i64),
    /// Done in time.
    Done,
    /// Done so many days late.
    Late(i64),
    /// Suspended.
    Paused,
    /// No longer a duty.
    Cancelled,
}

impl Standing {
    /// The code of the due chip's look.
    pub fn code(self) -> &'static str {
        match self {
            Self::Over(_) => "over",
            Self::Today => "today",
            Self::Soon(_) => "soon",
            Self::Ok(_) => "ok",
            Self::Done => "done",
            Self::Late(_) => "late",
            Self::Paused => "paused",
            Self::Cancelled => "none",
        }
    }

    /// The words of the due chip.
    pub fn label(self) -> String {
        match self {
            Self::Over(days) => format!("逾期{days}天"),
            Self::Today => "今日到期".to_owned(),
            Self::Soon(days) | Self::Ok(days) => format!("剩余{days}天"),
            Self::Done => "已完成".to_owned(),
            Self::Late(days) => format!("迟{days}天完成"),
            Self::Paused => "暂停计时".to_owned(),
            Self::Cancelled => "无期限".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::sample::date;

    fn due_on(day: &str, state: State) -> Reading {
        Reading {
            due_on: date(day),
            provisional: false,
            extended: false,
            state,
            first_stopped_at: None,
        }
    }

    #[test]
    fn an_open_duty_counts_down() {
        let reading = due_on("2026-06-22", State::Running);
        let cases = [
            ("2026-06-15", Standing::Ok(7), "剩余7天", "ok"),
            ("2026-06-18", Standing::Ok(4), "剩余4天", "ok"),
            ("2026-06-19", Standing::Soon(3), "剩余3天", "soon"),
            ("2026-06-21", Standing::Soon(1), "剩余1天", "soon"),
            ("2026-06-22", Standing::Today, "今日到期", "today"),
            ("2026-06-23", Standing::Over(1), "逾期1天", "over"),
            ("2026-07-22", Standing::Over(30), "逾期30天", "over"),
        ];
        for (today, standing, label, code) in cases {
            let found = reading.standing(date(today));
            assert_eq!((found, found.label().as_str(), found.code()), (standing, label, code));
        }
    }

    #[test]
    fn a_duty_done_by_midnight_is_in_time() {
        let cases = [
            ("2026-06-16T09:00:00+08:00", Standing::Done, "已完成", "done"),
            ("2026-06-17T23:59:59+08:00", Standing::Done, "已完成", "done"),
            ("2026-06-18T00:00:00+08:00", Standing::Late(1), "迟1天完成", "late"),
            ("2026-06-20T10:00:00+08:00", Standing::Late(3), "迟3天完成", "late"),
        ];
        for (at, standing, label, code) in cases {
            let reading = due_on("2026-06-17", State::Stopped(at.parse().unwrap()));
            let found = reading.standing(date("2026-08-01"));
            assert_eq!((found, found.label().as_str(), found.code()), (standing, label, code));
        }
    }

    #[test]
    fn a_clock_that_does_not_run_has_no_days() {
        let cases = [(State::Paused, "暂停计时", "paused"), (State::Cancelled, "无期限", "none")];
        for (state, label, code) in cases {
            let found = due_on("2026-06-17", state).standing(date("2026-08-01"));
            assert_eq!((found.label().as_str(), found.code()), (label, code));
        }
    }
}
