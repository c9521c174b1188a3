//! Lines of progress (办理进展) and their corrections.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::petition_cases::Opened;
use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::progress::{Added, Kind};

/// A line of the timeline.
#[derive(Debug, Clone)]
pub struct EntryLine {
    pub id: i64,
    pub uuid: Uuid,
    pub kind: Kind,
    pub happened_at: DateTime<Utc>,
    pub text: String,
    pub next: String,
    pub reply_to_public: String,
    pub correction_reason: String,
    pub corrects_id: Option<i64>,
    /// When the line that this one corrects happened.
    pub corrects: Option<DateTime<Utc>>,
    /// When it was corrected itself.
    pub corrected_at: Option<DateTime<Utc>>,
    pub recorded_at: DateTime<Utc>,
    pub recorded_by: String,
}

/// The lines of a case, oldest first.
pub async fn list(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<EntryLine>> {
    let (conn, case) = tx.within(opened);
    let lines = sqlx::query_as!(
        EntryLine,
        r#"SELECT e.id, e.uuid, e.kind AS "kind: Kind", e.happened_at, e.text, e.next, e.reply_to_public,
                  e.correction_reason, e.corrects_id, o.happened_at AS "corrects?", n.recorded_at AS "corrected_at?",
                  e.recorded_at, acting_name(s.name, e.on_behalf_of) AS "recorded_by!"
           FROM progress_entry e
           JOIN staff s ON s.id = e.recorded_by
           LEFT JOIN progress_entry o ON o.id = e.corrects_id
           LEFT JOIN progress_entry n ON n.corrects_id = e.id
           WHERE e.case_id = $1 ORDER BY e.happened_at, e.id"#,
        case,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// One line of the case.
pub async fn find(tx: &mut Tx, opened: &Opened, uuid: Uuid) -> StoreResult<Option<EntryLine>> {
    let lines = list(tx, opened).await?;
    Ok(lines.into_iter().find(|line| line.uuid == uuid))
}

/// The latest correction of a line, if it was corrected: the correction may have been corrected
/// itself.
pub async fn latest_correction(
    tx: &mut Tx,
    opened: &Opened,
    mut line: i64,
) -> StoreResult<Option<EntryLine>> {
    let mut latest = None;
    let mut lines = list(tx, opened).await?;
    while let Some(nth) = lines.iter().position(|one| one.corrects_id == Some(line)) {
        let next = lines.swap_remove(nth);
        line = next.id;
        latest = Some(next);
    }
    Ok(latest)
}

/// Writes the line.
pub async fn record(tx: &mut Tx, fact: &Added) -> StoreResult<Uuid> {
    let entry = fact.entry();
    let correction = entry.corrects.as_ref();
    let uuid = sqlx::query_scalar!(
        "INSERT INTO progress_entry (case_id, round_id, kind, happened_at, text, next, reply_to_public,
                                     corrects_id, correction_reason, recorded_at, recorded_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         RETURNING uuid",
        entry.case.0,
        entry.round.0,
        entry.kind.code(),
        entry.happened_at,
        entry.text,
        entry.next,
        entry.reply_to_public,
        correction.map(|correction| correction.of),
        correction.map_or("", |correction| correction.reason.as_str()),
        entry.at,
        entry.by.0,
    )
    .fetch_one(tx.unscoped())
    .await
    .map_err(corrected_before)?;
    let verb = if correction.is_some() { "progress.corrected" } else { "progress.added" };
    let line = audit::Entry {
        verb,
        case: Some(entry.case),
        object: &uuid.to_string(),
        detail: entry.kind.code(),
        at: entry.at,
        ..audit::Entry::default()
    };
    audit::append(tx, line).await?;
    Ok(uuid)
}

/// Of two who correct one line at once, the second is to read the first.
fn corrected_before(error: sqlx::Error) -> StoreError {
    let error = StoreError::from(error);
    if error.on_constraint("progress_entry_corrects_key") { StoreError::Stale } else { error }
}
