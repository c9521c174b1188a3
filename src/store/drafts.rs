//! Drafts: private to their writer, sealed, kept until what they were for is done, a fortnight at most.

use chrono::{DateTime, Utc};

use super::{Db, FormKey, StoreResult, Tx};

pub(super) const PURPOSE: &str = "draft";

/// What a draft is for: the form, and the thing that it is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub form: &'a str,
    pub of: &'a str,
}

/// A draft as it was last saved.
#[derive(Debug, Clone)]
pub struct Draft {
    pub body: String,
    pub saved_at: DateTime<Utc>,
}

/// The record that a draft is sealed for: whose, of which form, about what.
fn record(staff: i64, subject: Subject<'_>) -> String {
    format!("{staff}/{}/{}", subject.form, subject.of)
}

/// The asking person's draft.
pub async fn find(tx: &mut Tx, subject: Subject<'_>) -> StoreResult<Option<Draft>> {
    let staff = tx.scope.staff().0;
    let found = sqlx::query!(
        "SELECT body, saved_at FROM draft WHERE staff_id = $1 AND form = $2 AND subject = $3",
        staff,
        subject.form,
        subject.of,
    )
    .fetch_optional(tx.unscoped())
    .await?;
    let Some(row) = found else { return Ok(None) };
    // The page goes on without a draft that doesn't open: what it was for can still be written.
    let Ok(body) = tx.keys().open_text((PURPOSE, &record(staff, subject)), &row.body) else {
        tracing::error!(field = PURPOSE, "a sealed value does not open");
        return Ok(None);
    };
    Ok(Some(Draft { body, saved_at: row.saved_at }))
}

/// Keeps a draft in place of the one before.
pub async fn keep(
    tx: &mut Tx,
    subject: Subject<'_>,
    body: &str,
    at: DateTime<Utc>,
) -> StoreResult<()> {
    let staff = tx.scope.staff().0;
    let sealed = tx.keys().seal_text((PURPOSE, &record(staff, subject)), body)?;
    sqlx::query!(
        "INSERT INTO draft (staff_id, form, subject, body, saved_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT ON CONSTRAINT draft_pkey DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at",
        staff,
        subject.form,
        subject.of,
        sealed,
        at,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// Keeps a draft unless its form was sent in the meantime: a save that is under way must not bring
/// it back.
pub async fn keep_unless_sent(
    tx: &mut Tx,
    subject: Subject<'_>,
    (body, form): (&str, &FormKey),
    at: DateTime<Utc>,
) -> StoreResult<()> {
    let sent = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM form_receipt WHERE key = $1) AS "sent!""#,
        form.key
    )
    .fetch_one(tx.unscoped())
    .await?;
    if sent { Ok(()) } else { keep(tx, subject, body, at).await }
}

/// Throws a draft away.
pub async fn discard(tx: &mut Tx, subject: Subject<'_>) -> StoreResult<()> {
    let staff = tx.scope.staff().0;
    sqlx::query!(
        "DELETE FROM draft WHERE staff_id = $1 AND form = $2 AND subject = $3",
        staff,
        subject.form,
        subject.of,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// Throws away what is kept for a fortnight only, whoever's it is: old drafts, and what is known of
/// forms, sign-ins and jobs of long ago.
pub async fn sweep(db: &Db, at: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query!("SELECT sweep($1), sweep_jobs($1)", at).execute(&db.pool).await?;
    Ok(())
}
