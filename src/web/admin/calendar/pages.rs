//! The year as twelve months, and what a change moves.

use askama::Template;
use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::form::CalendarForm;
use crate::domain::calendar::{
    Calendar, DayKind, day_of, format_full, is_saturday_or_sunday, weekday_zh, year_days,
};
use crate::domain::day_table::{Arranged, Impact};
use crate::store::day_tables::VersionLine;
use crate::web::form::{Choice, Problems};
use crate::web::layout::Shell;

/// So many changed days are listed; of a whole year the arranged ones alone.
const LISTED: usize = 80;

/// A day as its month shows it.
pub struct Cell {
    pub number: u32,
    pub date: NaiveDate,
    /// The class of its look.
    pub css: &'static str,
    /// 休 or 班: what colour alone must not say.
    pub mark: &'static str,
    /// 「10月1日周四，节假日，国庆节」
    pub said: String,
    pub may_change: bool,
}

pub struct Month {
    pub number: u32,
    /// Weeks from Monday to Sunday; nothing where the day is another month's.
    pub weeks: Vec<Vec<Option<Cell>>>,
}

#[derive(Template)]
#[template(path = "admin/calendar.html")]
pub struct CalendarPage {
    pub shell: Shell,
    pub year: i32,
    /// Year, and whether its arrangement is known.
    pub years: Vec<(i32, bool)>,
    pub is_known: bool,
    pub months: Vec<Month>,
    pub kinds: Vec<Choice>,
    pub changes: Vec<VersionLine>,
    pub form: CalendarForm,
    pub problems: Problems,
}

impl CalendarPage {
    pub fn of(
        shell: Shell,
        (calendar, now): (&Calendar, DateTime<Utc>),
        (mut form, problems): (CalendarForm, Problems),
        changes: Vec<VersionLine>,
    ) -> Self {
        let today = day_of(now);
        let present = today.year();
        let (first, last) = calendar.years().unwrap_or((present, present));
        let years = first.min(present)..=last.max(present) + 1;
        let asked = form.year.trim().parse().ok().filter(|year| years.contains(year));
        let year = asked.unwrap_or(present);
        let years: Vec<_> = years.map(|year| (year, calendar.knows_year(year))).collect();
        if form.year.is_empty() {
            let next =
                years.iter().find(|(_, known)| !known).map_or(present + 1, |(year, _)| *year);
            form.year = next.to_string();
        }
        let kinds = DayKind::ALL.iter().map(|kind| (kind.code(), kind.label()));
        Self {
            shell,
            year,
            is_known: calendar.knows_year(year),
            years,
            months: (1..=12).map(|month| Month::of((year, month), calendar, today)).collect(),
            kinds: Choice::list([("", "请选择")].into_iter().chain(kinds), &form.kind),
            changes,
            form,
            problems,
        }
    }

    fn moment(at: &DateTime<Utc>) -> String {
        format_full(*at)
    }
}

impl Month {
    fn of((year, number): (i32, u32), calendar: &Calendar, today: NaiveDate) -> Self {
        let days: Vec<_> = year_days(year).filter(|day| day.month() == number).collect();
        let before = days.first().map_or(0, |day| day.weekday().num_days_from_monday());
        let mut cells: Vec<Option<Cell>> = (0..before).map(|_| None).collect();
        cells.extend(days.into_iter().map(|day| Some(Cell::of(day, calendar, today))));
        while !cells.len().is_multiple_of(7) {
            cells.push(None);
        }
        let mut weeks = Vec::new();
        let mut cells = cells.into_iter().peekable();
        while cells.peek().is_some() {
            weeks.push(cells.by_ref().take(7).collect());
        }
        Self { number, weeks }
    }
}

impl Cell {
    fn of(date: NaiveDate, calendar: &Calendar, today: NaiveDate) -> Self {
        let day = calendar.day(date);
        let kind = day.map(|day| day.kind);
        let (css, mark) = match kind {
            Some(DayKind::Holiday) => ("off", "休"),
            Some(DayKind::MakeUpWorkday) => ("on", "班"),
            Some(DayKind::Weekend) => ("rest", ""),
            None if is_saturday_or_sunday(date) => ("rest", ""),
            Some(DayKind::Workday) | None => ("", ""),
        };
        let name = day.and_then(|day| day.name.as_deref()).unwrap_or_default();
        let label = kind.map_or("暂定", DayKind::label);
        let mut said = format!("{}月{}日{}，{label}", date.month(), date.day(), weekday_zh(date));
        if !name.is_empty() {
            said = format!("{said}，{name}");
        }
        let may_change = kind.is_some() && date > today;
        Self { number: date.day(), date, css, mark, said, may_change }
    }
}

/// A day that becomes another one.
pub struct Line {
    pub day: String,
    pub was: String,
    pub becomes: String,
}

#[derive(Template)]
#[template(path = "admin/calendar_preview.html")]
pub struct PreviewPage {
    pub shell: Shell,
    pub note: String,
    pub source: String,
    pub sentence: String,
    pub moves: bool,
    pub courts: Vec<(String, usize)>,
    pub lines: Vec<Line>,
    /// How many changed days are not listed.
    pub others: usize,
    pub form: CalendarForm,
    pub problems: Problems,
}

impl PreviewPage {
    pub fn of(
        shell: Shell,
        (fact, impact): (&Arranged, &Impact),
        (form, problems): (CalendarForm, Problems),
        calendar: &Calendar,
    ) -> Self {
        let after = calendar.changed(0, fact.days().iter().cloned());
        let telling =
            fact.days().iter().filter(|day| day.name.is_some() || calendar.day(day.date).is_some());
        let lines: Vec<_> = telling
            .take(LISTED)
            .map(|day| Line {
                day: format!("{}（{}）", day.date, weekday_zh(day.date)),
                was: words(calendar, day.date),
                becomes: words(&after, day.date),
            })
            .collect();
        Self {
            shell,
            note: fact.note().to_owned(),
            source: fact.source().to_owned(),
            sentence: impact.sentence(),
            moves: !impact.moved().is_empty(),
            courts: impact.by_court(),
            others: fact.days().len() - lines.len(),
            lines,
            form,
            problems,
        }
    }
}

fn words(calendar: &Calendar, date: NaiveDate) -> String {
    let Some(day) = calendar.day(date) else { return "未安排".to_owned() };
    match &day.name {
        Some(name) => format!("{}（{name}）", day.kind.label()),
        None => day.kind.label().to_owned(),
    }
}
