//! Changing the day table: a year's arrangement as the State Council announces it, a single day, and
//! the due days that move with it. What is past stays: no due day moves backwards over today.

mod moved;
mod reading;

pub use moved::{Impact, Moved, OpenClock};
pub use reading::{Fault, RowFault, read};

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::calendar::{self, Calendar, Day, DayKind, is_saturday_or_sunday, weekday_zh, year_days};
use super::code::getters;
use super::ids::StaffId;
use super::staff::{Actor, Role};

/// Why the day table can't be changed like that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有系统管理员可以维护工作日历")]
    NotTheSystemAdministrator,
    #[error("请写明依据，例如国办发明电〔2026〕7号")]
    NoSource,
    #[error("表中没有放假的日子，请核对")]
    NoHoliday,
    #[error("{0}已到或已过，不能改动；请填写明天以后的日子")]
    Past(NaiveDate),
    #[error("与现有安排相同，没有要改的")]
    Unchanged,
    #[error("{0}年的放假安排还没有导入，请先导入全年")]
    UnknownYear(i32),
    #[error("请写明是哪个节日，例如国庆节")]
    NoName,
    #[error("{0}，{1}")]
    Weekday(String, &'static str),
}

/// What a year is to become: the days that the notice arranges, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct YearWanted<'a> {
    pub year: i32,
    pub days: &'a [Day],
    pub source: &'a str,
}

/// The fact that days are arranged otherwise. Only [`load_year`] and [`change_day`] make one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arranged {
    days: Vec<Day>,
    note: String,
    source: String,
    seen: i32,
    by: StaffId,
    at: DateTime<Utc>,
}

/// Takes over the arrangement of a whole year: days that it doesn't name are what their weekday says.
pub fn load_year(
    actor: &Actor,
    calendar: &Calendar,
    wanted: YearWanted<'_>,
    at: DateTime<Utc>,
) -> Result<Arranged, Refusal> {
    if !wanted.days.iter().any(|day| day.kind == DayKind::Holiday) {
        return Err(Refusal::NoHoliday);
    }
    let table = Calendar::new(0, year_days(wanted.year).map(ordinary));
    let table = table.changed(0, wanted.days.iter().cloned());
    let before = wanted.days.iter().map(|day| day.date).filter(|day| day.year() != wanted.year);
    let dates = before.chain(year_days(wanted.year));
    let days = dates.filter_map(|date| table.day(date).cloned()).collect();
    let note = format!("{}年放假安排", wanted.year);
    arrange(actor, calendar, (days, note, wanted.source), at)
}

/// Changes one day of a year that is known.
pub fn change_day(
    actor: &Actor,
    calendar: &Calendar,
    (day, source): (Day, &str),
    at: DateTime<Utc>,
) -> Result<Arranged, Refusal> {
    if calendar.day(day.date).is_none() {
        return Err(Refusal::UnknownYear(day.date.year()));
    }
    fits(&day)?;
    let (ordinary, note) = (day.name.is_none(), format!("修改{}", day.date));
    let source =
        if ordinary && source.trim().is_empty() { "恢复平常的日子" } else { source };
    arrange(actor, calendar, (vec![day], note, source), at)
}

/// Whether the kind can be that of such a weekday, and has its holiday's name.
pub fn fits(day: &Day) -> Result<(), Refusal> {
    let rests = is_saturday_or_sunday(day.date);
    let said = match (day.kind, rests) {
        (DayKind::Workday, true) => Some("双休日要上班的，请选“调休上班”"),
        (DayKind::MakeUpWorkday, false) => Some("本来就上班，请选“工作日”"),
        (DayKind::Weekend, false) => Some("不是双休日，放假请选“节假日”"),
        (DayKind::Workday | DayKind::MakeUpWorkday | DayKind::Weekend | DayKind::Holiday, _) => {
            None
        }
    };
    if let Some(said) = said {
        return Err(Refusal::Weekday(format!("{}是{}", day.date, weekday_zh(day.date)), said));
    }
    if is_arranged(day.kind) != day.name.is_some() {
        return Err(Refusal::NoName);
    }
    Ok(())
}

/// Whether a notice says so of the day.
pub const fn is_arranged(kind: DayKind) -> bool {
    matches!(kind, DayKind::Holiday | DayKind::MakeUpWorkday)
}

/// What a day is by its weekday alone.
pub fn ordinary(date: NaiveDate) -> Day {
    let rests = is_saturday_or_sunday(date);
    Day { date, kind: if rests { DayKind::Weekend } else { DayKind::Workday }, name: None }
}

fn arrange(
    actor: &Actor,
    calendar: &Calendar,
    (mut days, note, source): (Vec<Day>, String, &str),
    at: DateTime<Utc>,
) -> Result<Arranged, Refusal> {
    if actor.role != Role::Sysadmin {
        return Err(Refusal::NotTheSystemAdministrator);
    }
    let source = source.trim();
    if source.is_empty() {
        return Err(Refusal::NoSource);
    }
    days.retain(|day| calendar.day(day.date) != Some(day));
    let today = calendar::day_of(at);
    // A day that was never known is filled in whenever its notice comes.
    let known = days.iter().filter(|day| calendar.day(day.date).is_some());
    if let Some(day) = known.map(|day| day.date).find(|day| *day <= today) {
        return Err(Refusal::Past(day));
    }
    if days.is_empty() {
        return Err(Refusal::Unchanged);
    }
    let (source, seen, by) = (source.to_owned(), calendar.version(), actor.staff);
    Ok(Arranged { days, note, source, seen, by, at })
}

getters! {
    Arranged {
        /// The days that become other ones, in order.
        days: &[Day],
        /// What it is, as the list of changes names it.
        note: &str,
        /// The notice.
        source: &str,
        /// The version of the table that it was decided on.
        seen: i32,
        /// Whose act it is.
        by: StaffId,
        /// When.
        at: DateTime<Utc>,
    }
}

impl Arranged {
    /// The first and the last of them.
    pub fn span(&self) -> Option<(NaiveDate, NaiveDate)> {
        let dates = || self.days.iter().map(|day| day.date);
        dates().min().zip(dates().max())
    }

    /// The year that is looked at after it.
    pub fn year(&self) -> i32 {
        self.span().map_or(0, |(_, last)| last.year())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::sample::{calendar, date};
    use crate::domain::staff::sample::actor;

    fn at() -> DateTime<Utc> {
        "2026-06-15T02:10:00Z".parse().unwrap()
    }

    fn day(text: &str, kind: DayKind, name: &str) -> Day {
        let name = (!name.is_empty()).then(|| name.to_owned());
        Day { date: date(text), kind, name }
    }

    #[test]
    fn a_day_is_changed_from_tomorrow_on_and_fits_its_weekday() {
        use DayKind::{Holiday, MakeUpWorkday, Weekend, Workday};
        for (text, kind, name, said) in [
            ("2026-06-16", Holiday, "抗洪", None),
            ("2026-06-19", Workday, "", None),
            ("2026-06-20", Weekend, "", None),
            (
                "2026-06-15",
                Holiday,
                "抗洪",
                Some("2026-06-15已到或已过，不能改动；请填写明天以后的日子"),
            ),
            (
                "2026-02-16",
                Workday,
                "",
                Some("2026-02-16已到或已过，不能改动；请填写明天以后的日子"),
            ),
            ("2026-06-20", Workday, "", Some("2026-06-20是周六，双休日要上班的，请选“调休上班”")),
            (
                "2026-06-16",
                MakeUpWorkday,
                "端午节",
                Some("2026-06-16是周二，本来就上班，请选“工作日”"),
            ),
            ("2026-06-16", Weekend, "", Some("2026-06-16是周二，不是双休日，放假请选“节假日”")),
            ("2026-06-16", Holiday, "", Some("请写明是哪个节日，例如国庆节")),
            ("2026-06-16", Workday, "", Some("与现有安排相同，没有要改的")),
            ("2027-01-01", Holiday, "元旦", Some("2027年的放假安排还没有导入，请先导入全年")),
        ] {
            let wanted = (day(text, kind, name), "国办发明电〔2026〕9号");
            let found = change_day(&actor(Role::Sysadmin), &calendar(), wanted, at());
            assert_eq!(found.err().map(|no| no.to_string()).as_deref(), said, "{text} {kind:?}");
        }
        let wanted = || day("2026-06-16", Holiday, "抗洪");
        let sysadmin = actor(Role::Sysadmin);
        let without = change_day(&sysadmin, &calendar(), (wanted(), " "), at());
        assert_eq!(without.err(), Some(Refusal::NoSource));
        for role in Role::ALL {
            let found = change_day(&actor(*role), &calendar(), (wanted(), "号"), at());
            assert_eq!(found.is_ok(), *role == Role::Sysadmin, "{role:?}");
        }
    }

    #[test]
    fn a_year_is_loaded_whole_with_what_its_notice_takes_of_the_year_before() {
        let days = [
            day("2026-12-31", DayKind::Holiday, "元旦"),
            day("2027-01-01", DayKind::Holiday, "元旦"),
            day("2027-01-09", DayKind::MakeUpWorkday, "元旦"),
        ];
        let load = |days: &[Day], at: &str| {
            let wanted = YearWanted { year: 2027, days, source: "国办发明电〔2026〕9号" };
            load_year(&actor(Role::Sysadmin), &calendar(), wanted, at.parse().unwrap())
        };
        let fact = load(&days, "2026-11-20T02:00:00Z").unwrap();
        assert_eq!(fact.days().len(), 366);
        assert_eq!(fact.span(), Some((date("2026-12-31"), date("2027-12-31"))));
        let table = calendar().changed(2, fact.days().to_vec());
        assert!(table.knows_year(2027) && !calendar().knows_year(2027));
        assert_eq!(table.kind(date("2027-01-09")), Some(DayKind::MakeUpWorkday));
        assert_eq!(table.kind(date("2027-01-10")), Some(DayKind::Weekend));
        assert_eq!(fact.note(), "2027年放假安排");
        // Late: what was never known may be filled in, what was known is past.
        assert!(load(&days[1..], "2027-01-05T02:00:00Z").is_ok());
        let late = load(&days, "2027-01-05T02:00:00Z").err();
        assert_eq!(late, Some(Refusal::Past(date("2026-12-31"))));
        assert_eq!(load(&days[2..], "2026-11-20T02:00:00Z").err(), Some(Refusal::NoHoliday));
    }
}
