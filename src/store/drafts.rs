//! Drafts: private to their writer, sealed, kept fourteen days.

use chrono::{DateTime, Duration, Utc};

use super::{StoreResult, Tx};
use crate::domain::ids::StaffId;

/// What a draft is sealed for.
const PURPOSE: &str = "draft.body";
const KEPT: Duration = Duration::days(14);

/// Which form of whom, about what.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub staff: StaffId,
    pub form: &'a str,
    pub subject: &'a str,
}

/// A draft that was kept.
#[derive(Debug, Clone)]
pub struct Draft {
    pub body: String,
    pub saved_at: DateTime<Utc>,
}

/// Keeps the form's fields, in place of those kept before.
pub async fn save(tx: &mut Tx, place: Place<'_>, body: &str, at: DateTime<Utc>) -> StoreResult<()> {
    let sealed = tx.keys().seal_text(PURPOSE, body)?;
    sqlx::query!(
        "INSERT INTO draft (staff_id, form, subject, body, saved_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT ON CONSTRAINT draft_pkey DO UPDATE SET body = $4, saved_at = $5",
        place.staff.0,
        place.form,
        place.subject,
        sealed,
        at,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// The draft, if one younger than fourteen days is kept.
pub async fn load(tx: &mut Tx, place: Place<'_>, now: DateTime<Utc>) -> StoreResult<Option<Draft>> {
    let row = sqlx::query!(
        "SELECT body, saved_at FROM draft
         WHERE staff_id = $1 AND form = $2 AND subject = $3 AND saved_at > $4",
        place.staff.0,
        place.form,
        place.subject,
        now - KEPT,
    )
    .fetch_optional(tx.unscoped())
    .await?;
    let keys = tx.keys();
    row.map(|row| Ok(Draft { body: keys.open_text(PURPOSE, &row.body)?, saved_at: row.saved_at }))
        .transpose()
}

/// Forgets a draft: it was sent, or thrown away.
pub async fn forget(tx: &mut Tx, place: Place<'_>) -> StoreResult<()> {
    sqlx::query!(
        "DELETE FROM draft WHERE staff_id = $1 AND form = $2 AND subject = $3",
        place.staff.0,
        place.form,
        place.subject,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}
