//! The clocks of imported assignments: kept with their due days, and never counted.

use chrono::NaiveDate;
use serde::Serialize;

use super::Importer;
use super::cases::NewCase;
use crate::domain::calendar::start_of;
use crate::domain::deadline::{Clock, ClockKind, RuleSet};
use crate::domain::ledger_import::LedgerRow;
use crate::store::{StoreResult, Tx, deadlines};

/// The clocks that an assignment of a ledger would have started.
const CLOCKS: [ClockKind; 4] =
    [ClockKind::Ledger, ClockKind::Meeting, ClockKind::Report, ClockKind::Close];

/// Nobody knows under which time limits an old case was assigned, so none counts.
const NOT_COUNTED: &str = "导入台账，历史时限不作统计";

/// A clock with its due day.
#[derive(Serialize)]
struct NewClock<'a> {
    number: &'a str,
    kind: &'static str,
    due_on: NaiveDate,
    provisional: bool,
}

/// The clocks are kept with their due days, the closing of a case as the ledger dates it, and
/// then all of them are cancelled: no lateness is invented.
pub async fn insert(
    tx: &mut Tx,
    importer: &Importer,
    rules: &RuleSet,
    (new, numbers): (&[NewCase<'_>], &[String]),
) -> StoreResult<()> {
    let first = new.iter().map(|case| case.row.assigned_on).min().unwrap_or_default();
    let calendar = deadlines::calendar(tx, first).await?;
    let clock = |row: &LedgerRow, kind| {
        let rule = *rules.rule(kind)?;
        Some(Clock::start(rule, rules.id, start_of(row.assigned_on), &calendar))
    };
    let clocks = new.iter().zip(numbers).flat_map(|(case, number)| {
        let of_case = CLOCKS.into_iter().filter_map(|kind| clock(case.row, kind));
        of_case.map(move |clock| NewClock {
            number,
            kind: clock.rule.kind.code(),
            due_on: clock.due_on_original,
            provisional: clock.provisional,
        })
    });
    let clocks = super::json(&clocks.collect::<Vec<_>>())?;
    sqlx::query!(
        "INSERT INTO clock (assignment_id, case_id, kind, origin_at, rule_set_id, calendar_version,
                            due_on_original, due_on, provisional)
         SELECT a.id, a.case_id, k.kind, a.assigned_at, a.rule_set_id, $2, k.due_on, k.due_on, k.provisional
         FROM jsonb_to_recordset($1) AS k (number text, kind text, due_on date, provisional boolean)
         JOIN petition_case c ON c.number = k.number
         JOIN assignment a ON a.case_id = c.id",
        clocks,
        calendar.version(),
    )
    .execute(tx.unscoped())
    .await?;
    end_clocks(tx, importer, numbers).await
}

async fn end_clocks(tx: &mut Tx, importer: &Importer, numbers: &[String]) -> StoreResult<()> {
    let conn = tx.unscoped();
    let (at, by) = (importer.at, importer.staff.0);
    sqlx::query!(
        "INSERT INTO clock_event (clock_id, case_id, kind, at, recorded_at, recorded_by)
         SELECT k.id, k.case_id, 'stopped', o.unit_closed_at, $2, $3
         FROM petition_case c
         JOIN clock k ON k.case_id = c.id AND k.kind = 'C30'
         JOIN round_outcome o ON o.case_id = c.id
         WHERE c.number = ANY ($1)",
        numbers,
        at,
        by,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO clock_event (clock_id, case_id, kind, at, recorded_at, recorded_by, reason)
         SELECT k.id, k.case_id, 'cancelled', $2, $2, $3, $4
         FROM petition_case c JOIN clock k ON k.case_id = c.id
         WHERE c.number = ANY ($1)",
        numbers,
        at,
        by,
        NOT_COUNTED,
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}
