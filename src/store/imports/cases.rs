//! Writes the petition cases of a ledger with everything that the ledger states about them, a
//! table at a time for all of them. A day that the ledger gives is that day's first moment.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;

use super::{Importer, clocks, courts, people, team};
use crate::domain::calendar::{self, start_of};
use crate::domain::deadline::RuleSet;
use crate::domain::ids::ImportId;
use crate::domain::ledger_import::{LedgerRow, ReviewRow};
use crate::domain::source::Source;
use crate::store::{StoreError, StoreResult, Tx, deadlines, numbers};

/// A row that becomes a case, with its reviews.
pub struct NewCase<'a> {
    pub row: &'a LedgerRow,
    pub reviews: &'a [ReviewRow],
}

/// The import that cases are written for.
pub struct Batch<'a> {
    pub import: ImportId,
    pub importer: &'a Importer,
    pub file_name: &'a str,
}

/// A case as its tables take it in.
#[derive(Serialize)]
struct Line<'a> {
    number: &'a str,
    unit: i64,
    origin: Option<i64>,
    petitioner: i64,
    opened_at: DateTime<Utc>,
    summary: &'a str,
    requests: Vec<String>,
    plan: &'a str,
    account: String,
    batch: &'a str,
    outcome: Option<&'static str>,
    closed_at: Option<DateTime<Utc>>,
}

/// Writes the cases; returns their numbers in the same order.
pub async fn write(
    tx: &mut Tx,
    batch: &Batch<'_>,
    new: &[NewCase<'_>],
) -> StoreResult<Vec<String>> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let importer = batch.importer;
    let persons: Vec<_> = new.iter().map(|case| &case.row.petitioner).collect();
    let petitioners = people::resolve(tx, importer, &persons).await?;
    let day = calendar::day_of(importer.at);
    let rules = deadlines::rule_sets(tx, day).await?;
    let rules = rules.into_iter().find(|rules| rules.code == "standard");
    let rules = rules.ok_or(StoreError::Stale)?;
    let batches = batches(tx, batch, &rules, new).await?;
    let case_numbers = case_numbers(tx, importer, new.len()).await?;
    let lines: Vec<_> = new
        .iter()
        .zip(&case_numbers)
        .zip(petitioners)
        .map(|((case, number), petitioner)| {
            let batch = batches.get(&case.row.source).map(String::as_str).unwrap_or_default();
            line(case.row, number, petitioner, batch)
        })
        .collect();
    let lines = super::json(&lines)?;
    insert_cases(tx, batch, &lines).await?;
    insert_assignments(tx, importer, &lines).await?;
    team::insert(tx, importer, new, &case_numbers).await?;
    insert_outcomes(tx, batch, &lines).await?;
    clocks::insert(tx, importer, &rules, (new, &case_numbers)).await?;
    let named = new.iter().zip(&case_numbers).map(|(case, number)| courts::Named {
        number,
        court_case: case.row.court_case.as_ref(),
        reviews: case.reviews,
    });
    courts::write(tx, batch, &named.collect::<Vec<_>>()).await?;
    Ok(case_numbers)
}

fn line<'a>(row: &'a LedgerRow, number: &'a str, petitioner: i64, batch: &'a str) -> Line<'a> {
    Line {
        number,
        unit: row.unit.0,
        origin: row.origin_court.map(|unit| unit.0),
        petitioner,
        opened_at: start_of(row.assigned_on),
        summary: &row.grounds,
        requests: row.requests(),
        plan: &row.plan,
        account: row.account(),
        batch,
        outcome: row.closed.map(|closed| closed.outcome.code()),
        closed_at: row.closed.map(|closed| start_of(closed.on)),
    }
}

/// Case numbers of the year in which the ledger is imported.
async fn case_numbers(
    tx: &mut Tx,
    importer: &Importer,
    how_many: usize,
) -> StoreResult<Vec<String>> {
    let year = calendar::day_of(importer.at).year();
    let series = format!("XF:{year}");
    let first = numbers::take(tx, &series, how_many).await?;
    Ok((first..).take(how_many).map(|number| format!("XF{year}-{number:05}")).collect())
}

/// One batch a source, dated by the latest of its assignments; each assignment keeps its own day.
async fn batches(
    tx: &mut Tx,
    batch: &Batch<'_>,
    rules: &RuleSet,
    new: &[NewCase<'_>],
) -> StoreResult<BTreeMap<Source, String>> {
    let importer = batch.importer;
    let mut latest: BTreeMap<Source, NaiveDate> = BTreeMap::new();
    for case in new {
        let day = latest.entry(case.row.source).or_insert(case.row.assigned_on);
        *day = (*day).max(case.row.assigned_on);
    }
    let year = calendar::day_of(importer.at).year();
    let first = numbers::take(tx, &format!("JB:{year}"), latest.len()).await?;
    let mut numbers = BTreeMap::new();
    for (number, (source, day)) in (first..).zip(latest) {
        let number = format!("JB{year}-{number:04}");
        sqlx::query!(
            "INSERT INTO assignment_batch (number, unit_id, source, rule_set_id, note, assigned_at, recorded_at,
                                           recorded_by, import_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            number,
            importer.court.0,
            source.code(),
            rules.id.0,
            format!("导入台账：{}", batch.file_name),
            start_of(day),
            importer.at,
            importer.staff.0,
            batch.import.0,
        )
        .execute(tx.unscoped())
        .await?;
        numbers.insert(source, number);
    }
    Ok(numbers)
}

/// The case, its first round, which was accepted, what was said, and who petitions.
async fn insert_cases(tx: &mut Tx, batch: &Batch<'_>, lines: &Value) -> StoreResult<()> {
    let (importer, conn) = (batch.importer, tx.unscoped());
    let (at, by) = (importer.at, importer.staff.0);
    sqlx::query!(
        "INSERT INTO petition_case (number, unit_id, registered_unit_id, category, origin_unit_id, opened_at,
                                    recorded_at, recorded_by, import_id)
         SELECT l.number, l.unit, $2, 'other', l.origin, l.opened_at, $3, $4, $5
         FROM jsonb_to_recordset($1) AS l (number text, unit bigint, origin bigint, opened_at timestamptz)",
        lines,
        importer.court.0,
        at,
        by,
        batch.import.0,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO round (case_id, number, opened_at, recorded_at, recorded_by)
         SELECT c.id, 1, c.opened_at, $2, $3
         FROM jsonb_to_recordset($1) AS l (number text) JOIN petition_case c ON c.number = l.number",
        lines,
        at,
        by,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO screening (case_id, round_id, decision, decided_at, recorded_at, recorded_by)
         SELECT c.id, r.id, 'accepted', c.opened_at, $2, $3
         FROM jsonb_to_recordset($1) AS l (number text)
         JOIN petition_case c ON c.number = l.number JOIN round r ON r.case_id = c.id",
        lines,
        at,
        by,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO grounds (case_id, summary, requests, recorded_at, recorded_by)
         SELECT c.id, l.summary, l.requests, $2, $3
         FROM jsonb_to_recordset($1) AS l (number text, summary text, requests text[])
         JOIN petition_case c ON c.number = l.number",
        lines,
        at,
        by,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO party (case_id, petitioner_id, part, since)
         SELECT c.id, l.petitioner, 'main', c.opened_at
         FROM jsonb_to_recordset($1) AS l (number text, petitioner bigint)
         JOIN petition_case c ON c.number = l.number",
        lines,
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// The assignment, received as it was issued, with the ledger's plan and requests.
async fn insert_assignments(tx: &mut Tx, importer: &Importer, lines: &Value) -> StoreResult<()> {
    let conn = tx.unscoped();
    let (at, by) = (importer.at, importer.staff.0);
    sqlx::query!(
        "INSERT INTO assignment (batch_id, case_id, round_id, unit_id, source, rule_set_id, note, assigned_at,
                                 recorded_at, recorded_by)
         SELECT b.id, c.id, r.id, c.unit_id, b.source, b.rule_set_id, b.note, c.opened_at, $2, $3
         FROM jsonb_to_recordset($1) AS l (number text, batch text)
         JOIN petition_case c ON c.number = l.number
         JOIN round r ON r.case_id = c.id
         JOIN assignment_batch b ON b.number = l.batch",
        lines,
        at,
        by,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO acknowledgement (assignment_id, case_id, acknowledged_at, recorded_at, recorded_by)
         SELECT a.id, a.case_id, a.assigned_at, $2, $3
         FROM jsonb_to_recordset($1) AS l (number text)
         JOIN petition_case c ON c.number = l.number JOIN assignment a ON a.case_id = c.id",
        lines,
        at,
        by,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO ledger (assignment_id, case_id, plan, requests, completed_at, recorded_at, recorded_by)
         SELECT a.id, a.case_id, l.plan, l.requests, $2, $2, $3
         FROM jsonb_to_recordset($1) AS l (number text, plan text, requests text[])
         JOIN petition_case c ON c.number = l.number JOIN assignment a ON a.case_id = c.id",
        lines,
        at,
        by,
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// How closed cases ended, on the day that the ledger gives, and what it tells of the handling.
async fn insert_outcomes(tx: &mut Tx, batch: &Batch<'_>, lines: &Value) -> StoreResult<()> {
    let (importer, conn) = (batch.importer, tx.unscoped());
    let (at, by) = (importer.at, importer.staff.0);
    sqlx::query!(
        "INSERT INTO round_outcome (round_id, case_id, unit_id, outcome, basis, import_id, unit_closed_at,
                                    confirmed_at, recorded_at, recorded_by)
         SELECT r.id, c.id, c.unit_id, l.outcome, 'imported_ledger', $2, l.closed_at, l.closed_at, $3, $4
         FROM jsonb_to_recordset($1) AS l (number text, outcome text, closed_at timestamptz)
         JOIN petition_case c ON c.number = l.number
         JOIN round r ON r.case_id = c.id
         WHERE l.outcome IS NOT NULL",
        lines,
        batch.import.0,
        at,
        by,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO progress_entry (case_id, round_id, kind, happened_at, text, recorded_at, recorded_by)
         SELECT c.id, r.id, 'imported', $2, l.account, $2, $3
         FROM jsonb_to_recordset($1) AS l (number text, account text)
         JOIN petition_case c ON c.number = l.number
         JOIN round r ON r.case_id = c.id
         WHERE l.account <> ''",
        lines,
        at,
        by,
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}
