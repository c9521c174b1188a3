//! The dry run of a ledger: what would be imported, what is stopped, what waits for a person.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::column::Column;
use super::directory::Directory;
use super::finding::Problem;
use super::reading::Reading;
use super::report::{Checked, CheckedRow, Like, Refusal, Skipped, Verdict};
use super::row::{Closed, LedgerRow, Person, Place, Team};
use super::table::{Mapping, RawRow, Table};
use super::words::{self, Standing};
use crate::domain::court_case::{CaseNumber, StatedNumber};
use crate::domain::ids::UnitId;
use crate::domain::source::Source;

/// Checks the rows of a ledger against the units of the city. A missing name, a missing or
/// impossible 交办日期, an unknown court and a result that can't be read stop a row; a doubtful ID
/// number, phone or 案号 travels with it.
pub fn check(
    table: &Table,
    mapping: &Mapping,
    units: &Directory,
    today: NaiveDate,
) -> Result<Checked, Refusal> {
    let missing = mapping.missing();
    if !missing.is_empty() {
        return Err(Refusal::ColumnsMissing(missing));
    }
    let mut checked = Checked { rows: Vec::new(), skipped: Vec::new() };
    for raw in &table.rows {
        if let Some(skipped) = not_a_case(raw, mapping) {
            checked.skipped.extend(Some(skipped).filter(|skipped| !skipped.text.is_empty()));
            continue;
        }
        let mut reading = Reading::new(table, mapping, raw);
        let row = read(&mut reading, units, today);
        let verdict = match row {
            Some(row) if reading.may_pass() => Verdict::Good(Box::new(row)),
            Some(_) | None => Verdict::Stopped,
        };
        let Reading { place, findings, changes, .. } = reading;
        checked.rows.push(CheckedRow { place, verdict, findings, changes });
    }
    hold_duplicates(&mut checked.rows);
    Ok(checked)
}

/// A row is not a case when it is a total, or when there is one thing in it at most.
pub(super) fn not_a_case(raw: &RawRow, mapping: &Mapping) -> Option<Skipped> {
    let is_index = |at: usize| mapping.column(at) == Some(Column::Index);
    let filled = || raw.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
    let first = filled().next().map(|(_, cell)| cell.plain()).unwrap_or_default();
    let first: String = first.split_whitespace().collect();
    let is_total = ["合计", "总计", "小计", "共计"].iter().any(|word| first.starts_with(word));
    if !is_total && filled().filter(|(at, _)| !is_index(*at)).count() > 1 {
        return None;
    }
    let texts: Vec<_> = filled().map(|(_, cell)| cell.typed()).collect();
    Some(Skipped { sheet_row: raw.sheet_row, text: texts.join("　") })
}

fn read(reading: &mut Reading<'_>, units: &Directory, today: NaiveDate) -> Option<LedgerRow> {
    let name = reading.name();
    let id_number = reading.id_number();
    let phone = reading.phone(Column::Phone);
    let court_case = reading.court_case();
    let origin_court = origin_court(reading, court_case.as_ref(), units);
    let source = source(reading);
    let assigned_on = assigned_on(reading, today);
    let unit = unit(reading, units);
    let team = team(reading);
    let closed = closed(reading, assigned_on, today);
    Some(LedgerRow {
        petitioner: Person {
            name: name?,
            id_number,
            phone,
            address: reading.text(Column::Address),
        },
        court_case,
        origin_court,
        grounds: reading.text(Column::Grounds),
        request: reading.text(Column::Request),
        source: source?,
        assigned_on: assigned_on?,
        unit: unit?,
        team,
        plan: reading.text(Column::Plan),
        progress: reading.text(Column::Progress),
        result: reading.text(Column::Result),
        closed,
        note: reading.text(Column::Note),
    })
}

/// The court as chosen; without one, the court of the 案号. A difference is a hint, not a fault.
fn origin_court(
    reading: &mut Reading<'_>,
    court_case: Option<&StatedNumber>,
    units: &Directory,
) -> Option<UnitId> {
    let number = court_case.and_then(|stated| stated.number.as_ref());
    let of_number = number.and_then(CaseNumber::court_code).and_then(|code| units.court(code));
    let typed = reading.text(Column::OriginCourt);
    if typed.is_empty() {
        return of_number;
    }
    let Some(chosen) = units.unit(&typed) else {
        return reading.refuse(Column::OriginCourt, Problem::CourtUnknown);
    };
    if of_number.is_some_and(|court| court != chosen) {
        reading.note(Column::OriginCourt, Problem::CourtsDiffer);
    }
    Some(chosen)
}

fn source(reading: &mut Reading<'_>) -> Option<Source> {
    let typed = reading.text(Column::Source);
    if typed.is_empty() {
        return reading.refuse(Column::Source, Problem::SourceMissing);
    }
    words::source(&typed).or_else(|| reading.refuse(Column::Source, Problem::SourceUnknown))
}

fn assigned_on(reading: &mut Reading<'_>, today: NaiveDate) -> Option<NaiveDate> {
    if reading.cell(Column::AssignedOn).is_empty() {
        return reading.refuse(Column::AssignedOn, Problem::AssignedOnMissing);
    }
    reading.date(Column::AssignedOn, today)
}

fn unit(reading: &mut Reading<'_>, units: &Directory) -> Option<UnitId> {
    let typed = reading.text(Column::Unit);
    if typed.is_empty() {
        return reading.refuse(Column::Unit, Problem::UnitMissing);
    }
    match units.unit(&typed) {
        None => reading.refuse(Column::Unit, Problem::UnitUnknown),
        Some(unit) if !units.takes_assignments(unit) => {
            reading.refuse(Column::Unit, Problem::UnitTakesNone)
        }
        unit => unit,
    }
}

fn team(reading: &mut Reading<'_>) -> Team {
    Team {
        leader: reading.text(Column::Leader),
        leader_post: reading.text(Column::LeaderPost),
        chief: reading.text(Column::Chief),
        handler: reading.text(Column::Handler),
        handler_phone: reading.phone(Column::HandlerPhone),
    }
}

/// Result and day belong together: one without the other stops the row.
fn closed(
    reading: &mut Reading<'_>,
    assigned_on: Option<NaiveDate>,
    today: NaiveDate,
) -> Option<Closed> {
    let Some(standing) = words::standing(&reading.text(Column::Result)) else {
        return reading.refuse(Column::Result, Problem::ResultUnknown);
    };
    let has_day = !reading.cell(Column::ClosedOn).is_empty();
    match standing {
        Standing::Open if has_day => reading.refuse(Column::ClosedOn, Problem::ClosedOnWhileOpen),
        Standing::Open => None,
        Standing::Closed(_) if !has_day => {
            reading.refuse(Column::ClosedOn, Problem::ClosedOnMissing)
        }
        Standing::Closed(outcome) => {
            let on = reading.date(Column::ClosedOn, today)?;
            if assigned_on.is_some_and(|assigned_on| on < assigned_on) {
                return reading.refuse(Column::ClosedOn, Problem::ClosedBeforeAssigned);
            }
            Some(Closed { outcome, on })
        }
    }
}

/// Lets a row wait when an earlier one that can be imported is probably the same case.
fn hold_duplicates(rows: &mut [CheckedRow]) {
    let mut seen: HashMap<String, Vec<(Place, LedgerRow)>> = HashMap::new();
    for checked in rows {
        let Some(row) = checked.good() else { continue };
        let alike = seen.entry(row.matter()).or_default();
        match alike.iter().find(|(_, earlier)| row.resembles(earlier)) {
            Some((like, _)) => {
                let (row, like) = (Box::new(row.clone()), Like::Row(like.clone()));
                checked.verdict = Verdict::Waiting { row, like };
            }
            None => alike.push((checked.place.clone(), row.clone())),
        }
    }
}
