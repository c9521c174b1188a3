//! Due chips (ux.md 7.1): an icon, words and a date, so that colour is only the third signal.

use chrono::{Datelike, NaiveDate};

use crate::domain::calendar::format_short;
use crate::domain::deadline::{Reading, Standing, State};

/// A due chip as the macro `ui::due` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    pub css: &'static str,
    pub icon: &'static str,
    pub text: String,
    pub title: String,
    /// 「06-16」, with the year where it isn't this one.
    pub date: Option<String>,
    pub iso: Option<String>,
}

impl Chip {
    /// The chip of an open duty that is due on a day, or of one without a due day.
    pub fn open(due_on: Option<NaiveDate>, today: NaiveDate) -> Self {
        let Some(due_on) = due_on else { return Self::none() };
        let reading = Reading {
            due_on,
            provisional: false,
            extended: false,
            state: State::Running,
            first_stopped_at: None,
        };
        Self::of(reading.standing(today), due_on, today)
    }

    fn of(standing: Standing, due_on: NaiveDate, today: NaiveDate) -> Self {
        let icon = match standing {
            Standing::Over(_) => "warn",
            Standing::Today | Standing::Soon(_) => "clock",
            Standing::Ok(_) => "ring",
            Standing::Done | Standing::Late(_) => "tick",
            Standing::Paused => "pause",
            Standing::Cancelled => "",
        };
        let date =
            if due_on.year() == today.year() { format_short(due_on) } else { due_on.to_string() };
        Self {
            css: standing.code(),
            icon,
            text: standing.label(),
            title: String::new(),
            date: Some(date),
            iso: Some(due_on.to_string()),
        }
    }

    fn none() -> Self {
        Self {
            css: "none",
            icon: "",
            text: "无期限".to_owned(),
            title: String::new(),
            date: None,
            iso: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chip_says_how_an_open_duty_stands() {
        let today = "2026-06-15".parse().unwrap();
        let table = [
            (Some("2026-06-12"), "over", "warn", "逾期3天", Some("06-12")),
            (Some("2026-06-15"), "today", "clock", "今日到期", Some("06-15")),
            (Some("2026-06-16"), "soon", "clock", "剩余1天", Some("06-16")),
            (Some("2026-07-09"), "ok", "ring", "剩余24天", Some("07-09")),
            (Some("2025-12-31"), "over", "warn", "逾期166天", Some("2025-12-31")),
            (None, "none", "", "无期限", None),
        ];
        for (due_on, css, icon, text, date) in table {
            let chip = Chip::open(due_on.map(|day| day.parse().unwrap()), today);
            assert_eq!((chip.css, chip.icon, chip.text.as_str()), (css, icon, text), "{due_on:?}");
            assert_eq!(chip.date.as_deref(), date);
        }
    }
}
