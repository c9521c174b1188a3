//! The day table as the system administrator keeps it, and the clocks that a change of it moves. Cases
//! are behind the wall for them: functions of the database hand out clocks without what they are about.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

use super::deadlines::{self, days};
use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::calendar::{Calendar, DayKind};
use crate::domain::day_table::{Arranged, Impact, OpenClock};
use crate::domain::deadline::{Clock, ClockEvent, ClockKind, ClockRule, DayCount, Roll, What};
use crate::domain::ids::{ClockId, PetitionCaseId, RuleSetId};

/// A version of the table.
#[derive(Debug, Clone)]
pub struct VersionLine {
    pub note: String,
    pub source: String,
    pub loaded_at: DateTime<Utc>,
    /// Nobody where it came with the program.
    pub by: Option<String>,
}

/// The last versions, newest first.
pub async fn versions(tx: &mut Tx, size: i64) -> StoreResult<Vec<VersionLine>> {
    let lines = sqlx::query_as!(
        VersionLine,
        r#"SELECT v.note, v.source, v.loaded_at, s.name AS "by?"
           FROM calendar_version v LEFT JOIN staff s ON s.id = v.loaded_by
           ORDER BY v.id DESC LIMIT $1"#,
        size,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(lines)
}

/// The whole table in force.
pub async fn table(tx: &mut Tx) -> StoreResult<Calendar> {
    deadlines::calendar(tx, NaiveDate::default()).await
}

/// Nobody else changes the table, and no clock starts, until this work is done.
pub async fn lock(tx: &mut Tx) -> StoreResult<()> {
    sqlx::query!("SELECT calendar_lock() AS done").fetch_one(tx.unscoped()).await?;
    Ok(())
}

#[derive(Debug, Deserialize)]
struct EventRow {
    at: DateTime<Utc>,
    kind: String,
    new_due_on: Option<NaiveDate>,
    provisional: bool,
}

impl EventRow {
    fn event(self) -> StoreResult<ClockEvent> {
        let what = What::from_code(&self.kind, self.new_due_on, self.provisional);
        let value = self.kind;
        let what =
            what.ok_or(StoreError::Unreadable { table: "clock_event", column: "kind", value })?;
        Ok(ClockEvent { at: self.at, what })
    }
}

/// The clocks that haven't stopped and that the change could move.
pub async fn open_clocks(tx: &mut Tx, fact: &Arranged) -> StoreResult<Vec<OpenClock>> {
    let Some((first, last)) = fact.span() else { return Ok(Vec::new()) };
    let rows = sqlx::query!(
        r#"SELECT clock_id AS "id!: ClockId", case_id AS "case!: PetitionCaseId", court AS "court!",
                  kind AS "kind!: ClockKind", days AS "days!", counted_in AS "counted_in!: DayCount",
                  roll AS "roll!: Roll", rule_set_id AS "rule_set!: RuleSetId", origin_at AS "origin_at!",
                  calendar_version AS "calendar_version!", due_on_original AS "due_on_original!",
                  due_on AS "due_on!", provisional AS "provisional!", events AS "events!: Json<Vec<EventRow>>"
           FROM calendar_clocks($1, $2)"#,
        first,
        last,
    )
    .fetch_all(tx.unscoped())
    .await?;
    let mut clocks = Vec::with_capacity(rows.len());
    for row in rows {
        let count = row.counted_in;
        let rule = ClockRule { kind: row.kind, days: days(row.days)?, count, roll: row.roll };
        let events = row.events.0.into_iter().map(EventRow::event).collect::<StoreResult<_>>()?;
        let clock = Clock {
            rule,
            rule_set: row.rule_set,
            origin_at: row.origin_at,
            calendar_version: row.calendar_version,
            due_on_original: row.due_on_original,
            // What it began with is computed again; only where it stands counts here.
            provisional: row.provisional,
            events,
        };
        let (due_on, provisional) = (row.due_on, row.provisional);
        clocks.push(OpenClock {
            id: row.id,
            case: row.case,
            court: row.court,
            clock,
            due_on,
            provisional,
        });
    }
    Ok(clocks)
}

#[derive(Serialize)]
struct DayRow<'a> {
    day: NaiveDate,
    kind: &'static str,
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct MovedRow {
    clock: i64,
    was: NaiveDate,
    became: NaiveDate,
    provisional: bool,
}

/// Writes the days, the due days that move with them, and their audit entries.
pub async fn record(tx: &mut Tx, fact: &Arranged, impact: &Impact) -> StoreResult<()> {
    let days = fact.days().iter().map(|day| {
        let kind: DayKind = day.kind;
        DayRow { day: day.date, kind: kind.code(), name: day.name.as_deref() }
    });
    let days = serde_json::to_value(days.collect::<Vec<_>>()).unwrap_or_default();
    let version = sqlx::query_scalar!(
        "SELECT calendar_change($1, $2, $3, $4, $5)",
        fact.seen(),
        fact.note(),
        fact.source(),
        days,
        fact.at(),
    )
    .fetch_one(tx.unscoped())
    .await?
    .ok_or(StoreError::Stale)?;
    record_moves(tx, fact, impact).await?;
    let detail = format!("days={} cases={}", fact.days().len(), impact.cases().len());
    let entry = audit::Entry {
        verb: "calendar.changed",
        object: &version.to_string(),
        detail: &detail,
        at: fact.at(),
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await
}

async fn record_moves(tx: &mut Tx, fact: &Arranged, impact: &Impact) -> StoreResult<()> {
    if impact.moved().is_empty() {
        return Ok(());
    }
    let rows = impact.moved().iter().map(|moved| {
        let (was, became) = moved.days();
        MovedRow { clock: moved.clock().0, was, became, provisional: moved.provisional() }
    });
    let rows = serde_json::to_value(rows.collect::<Vec<_>>()).unwrap_or_default();
    let moved =
        sqlx::query_scalar!("SELECT calendar_move($1, $2, $3)", rows, fact.note(), fact.at())
            .fetch_one(tx.unscoped())
            .await?;
    // A clock that was stopped meanwhile no longer stands as it was read.
    if moved != i64::try_from(impact.moved().len()).ok() {
        return Err(StoreError::Stale);
    }
    let entry =
        audit::Entry { verb: "deadline.recalculated", at: fact.at(), ..audit::Entry::default() };
    audit::append_each(tx, &impact.cases(), entry).await
}
