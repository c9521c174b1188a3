//! Files between being chosen and being imported: sealed, private to their sender, soon gone.

use chrono::{DateTime, Duration, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use super::mapping::Kept;
use crate::domain::ids::StaffId;
use crate::domain::import::Mappings;
use crate::store::{StoreResult, Tx};

pub const PURPOSE: &str = "import.draft";
/// Whoever forgets a file loses it after this time; it holds whole identity numbers.
const KEPT_DAYS: i64 = 14;
/// A file that is chosen when so many wait takes the place of the oldest.
const MOST: i64 = 5;

/// A file that was chosen.
pub struct Draft {
    pub file_name: String,
    pub bytes: Vec<u8>,
    pub with_reviews: bool,
    pub mappings: Mappings,
}

/// A file in the list of those that wait for their sender.
pub struct DraftLine {
    pub uuid: Uuid,
    pub file_name: String,
    pub saved_at: DateTime<Utc>,
}

/// Keeps a file, and forgets those that were left lying.
pub async fn keep(tx: &mut Tx, by: StaffId, draft: &Draft, at: DateTime<Utc>) -> StoreResult<Uuid> {
    sqlx::query!(
        "DELETE FROM import_draft
         WHERE staff_id = $1 AND (saved_at < $2 OR uuid NOT IN (
             SELECT uuid FROM import_draft WHERE staff_id = $1 ORDER BY saved_at DESC, uuid LIMIT $3))",
        by.0,
        at - Duration::days(KEPT_DAYS),
        MOST - 1,
    )
    .execute(tx.unscoped())
    .await?;
    let uuid = Uuid::new_v4();
    let sealed = tx.keys().seal((PURPOSE, &uuid.to_string()), &draft.bytes)?;
    sqlx::query!(
        "INSERT INTO import_draft (staff_id, file_name, sealed, with_reviews, mapping, saved_at, uuid)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        by.0,
        draft.file_name,
        sealed,
        draft.with_reviews,
        Json(Kept::of(&draft.mappings)) as _,
        at,
        uuid,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(uuid)
}

/// A file of the one who asks.
pub async fn find(tx: &mut Tx, uuid: Uuid) -> StoreResult<Option<Draft>> {
    let keys = tx.keys();
    let row = sqlx::query!(
        r#"SELECT file_name, sealed, with_reviews, mapping AS "mapping: Json<Kept>" FROM import_draft
           WHERE uuid = $1 AND staff_id = asking_staff()"#,
        uuid,
    )
    .fetch_optional(tx.unscoped())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Draft {
        file_name: row.file_name,
        bytes: keys.open((PURPOSE, &uuid.to_string()), &row.sealed)?,
        with_reviews: row.with_reviews,
        mappings: row.mapping.0.mappings()?,
    }))
}

/// Keeps what the sender says about the columns.
pub async fn remap(
    tx: &mut Tx,
    uuid: Uuid,
    mappings: &Mappings,
    at: DateTime<Utc>,
) -> StoreResult<()> {
    sqlx::query!(
        "UPDATE import_draft SET mapping = $2, saved_at = $3 WHERE uuid = $1 AND staff_id = asking_staff()",
        uuid,
        Json(Kept::of(mappings)) as _,
        at,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// Forgets a file; whether it was there.
pub async fn discard(tx: &mut Tx, uuid: Uuid) -> StoreResult<bool> {
    let done = sqlx::query!(
        "DELETE FROM import_draft WHERE uuid = $1 AND staff_id = asking_staff()",
        uuid
    )
    .execute(tx.unscoped())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The files that wait for the one who asks, newest first.
pub async fn list(tx: &mut Tx) -> StoreResult<Vec<DraftLine>> {
    let lines = sqlx::query_as!(
        DraftLine,
        "SELECT uuid, file_name, saved_at FROM import_draft
         WHERE staff_id = asking_staff() ORDER BY saved_at DESC, uuid",
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(lines)
}
