//! Edits of what the administrators keep, which counts no versions: one at a time, and who made the
//! last.

use chrono::{DateTime, Utc};

use super::{StoreResult, Tx};

/// Who keeps the program, as a record.
pub const ADMINISTRATORS: &str = "administrators";

/// Holds back everyone else who is about to edit the same record, until this work ends.
pub async fn hold(tx: &mut Tx, record: &str) -> StoreResult<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('edit ' || $1, 0))", record)
        .fetch_one(tx.unscoped())
        .await?;
    Ok(())
}

/// Who edited a record last, and when; it may be known to the audit by more than one name.
pub async fn last(tx: &mut Tx, objects: &[String]) -> StoreResult<Option<(String, DateTime<Utc>)>> {
    let last = sqlx::query!(
        r#"SELECT editor AS "editor?", edited_at AS "edited_at?" FROM last_edit($1)"#,
        objects
    )
    .fetch_optional(tx.unscoped())
    .await?;
    Ok(last.and_then(|last| last.editor.zip(last.edited_at)))
}
