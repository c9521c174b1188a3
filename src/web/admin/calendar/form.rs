//! What is typed to change the day table: one day, or the table of a year.

use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;

use crate::domain::calendar::{Calendar, Day, DayKind, day_of, read_day};
use crate::domain::day_table::{
    Arranged, Refusal, YearWanted, change_day, is_arranged, load_year, read,
};
use crate::domain::digits::number;
use crate::domain::staff::Actor;
use crate::web::extract::Upload;
use crate::web::form::Problems;

/// The years that can be typed.
const YEARS: std::ops::RangeInclusive<i32> = 2021..=2099;
/// So many wrong lines are named; the others wait for the next look.
const FAULTS: usize = 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CalendarForm {
    pub action: String,
    /// `day` or `year`.
    pub what: String,
    pub date: String,
    pub kind: String,
    pub name: String,
    pub day_source: String,
    pub year: String,
    pub rows: String,
    pub source: String,
    /// What the preview showed.
    pub seen: String,
}

impl CalendarForm {
    /// One day as it is.
    pub fn fill(&mut self, day: &Day) {
        self.date = day.date.to_string();
        day.kind.code().clone_into(&mut self.kind);
        self.name = day.name.clone().unwrap_or_default();
        self.year = day.date.year().to_string();
    }

    /// A file takes the place of what was pasted; its text stands in the field from then on.
    pub fn take_file(&mut self, files: &[Upload]) -> Result<(), Problems> {
        let Some(file) = files.iter().find(|file| file.field == "file") else { return Ok(()) };
        let bytes = file.content().map_err(|no| Problems::at("file", no.to_string()))?;
        let Ok(text) = std::str::from_utf8(bytes) else {
            let said = "文件读不出来：请另存为“CSV UTF-8”格式，或把表格内容粘贴到下面";
            return Err(Problems::at("file", said));
        };
        text.clone_into(&mut self.rows);
        Ok(())
    }

    /// The change that is asked for, or what is wrong with it.
    pub fn wanted(
        &self,
        actor: &Actor,
        calendar: &Calendar,
        at: DateTime<Utc>,
    ) -> Result<Arranged, Problems> {
        if self.what == "year" {
            return self.wanted_year(actor, calendar, at);
        }
        let mut problems = Problems::default();
        let date =
            problems.take("date", read_day(&self.date, day_of(at)), "请填写日期，例如2026-10-08");
        let kind = problems.take("kind", DayKind::from_code(&self.kind), "请选择类别");
        let Some((date, kind)) = date.zip(kind) else { return Err(problems) };
        let name = self.name.trim();
        let name = (is_arranged(kind) && !name.is_empty()).then(|| name.to_owned());
        let day = Day { date, kind, name };
        change_day(actor, calendar, (day, &self.day_source), at).map_err(|no| {
            let field = match no {
                Refusal::NoSource => "day_source",
                Refusal::NoName => "name",
                Refusal::Weekday(..) => "kind",
                Refusal::Past(_) | Refusal::UnknownYear(_) => "date",
                Refusal::NotTheSystemAdministrator | Refusal::NoHoliday | Refusal::Unchanged => "",
            };
            Problems::at(field, no.to_string())
        })
    }

    fn wanted_year(
        &self,
        actor: &Actor,
        calendar: &Calendar,
        at: DateTime<Utc>,
    ) -> Result<Arranged, Problems> {
        let mut problems = Problems::default();
        let year = number(self.year.trim().trim_end_matches('年'));
        let year = year.filter(|year| YEARS.contains(year));
        let year = problems.take("year", year, "请填写年份，例如2027");
        if self.rows.trim().is_empty() {
            problems.add("rows", "请粘贴放假安排，或选择文件");
        }
        let days = year.map_or_else(|| Ok(Vec::new()), |year| read(&self.rows, year));
        let days = days.unwrap_or_else(|faults| {
            for fault in faults.iter().take(FAULTS) {
                problems.add("rows", fault.to_string());
            }
            Vec::new()
        });
        let Some(year) = year.filter(|_| problems.is_empty()) else { return Err(problems) };
        let wanted = YearWanted { year, days: &days, source: &self.source };
        load_year(actor, calendar, wanted, at).map_err(|no| {
            let field = match no {
                Refusal::NoSource => "source",
                Refusal::NoHoliday | Refusal::Past(_) | Refusal::NoName | Refusal::Weekday(..) => {
                    "rows"
                }
                Refusal::NotTheSystemAdministrator
                | Refusal::UnknownYear(_)
                | Refusal::Unchanged => "",
            };
            Problems::at(field, no.to_string())
        })
    }
}
