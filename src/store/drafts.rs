//! Drafts: private to their writer, sealed, kept until what they were for is done, a fortnight at most.

use chrono::{DateTime, Duration, Utc};

use super::keys::{sha256, unhex};
use super::{Db, FormKey, StoreResult, Tx};

pub(super) const PURPOSE: &str = "draft";

/// What a draft is for: the form, and the thing that it is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub form: &'a str,
    pub of: &'a str,
}

/// A long form, by the key that tells it from every other.
pub const fn of_form(key: &str) -> Subject<'_> {
    Subject { form: "form", of: key }
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
    write(tx, subject, body, None, at).await?;
    Ok(())
}

/// Keeps what was typed in a session that was over, unless the draft is newer; whether it is kept.
pub async fn keep_of_former(
    tx: &mut Tx,
    subject: Subject<'_>,
    (body, former): (&str, &Former),
    at: DateTime<Utc>,
) -> StoreResult<bool> {
    write(tx, subject, body, Some(former), at).await
}

async fn write(
    tx: &mut Tx,
    subject: Subject<'_>,
    body: &str,
    former: Option<&Former>,
    at: DateTime<Utc>,
) -> StoreResult<bool> {
    let staff = tx.scope.staff().0;
    let sealed = tx.keys().seal_text((PURPOSE, &record(staff, subject)), body)?;
    let done = sqlx::query!(
        "INSERT INTO draft (staff_id, form, subject, body, saved_at, late_of) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT ON CONSTRAINT draft_pkey
             DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at, late_of = excluded.late_of
             WHERE $6::bigint IS NULL OR draft.late_of = $6 OR draft.saved_at <= $7",
        staff,
        subject.form,
        subject.of,
        sealed,
        at,
        former.map(|former| former.session),
        former.map(|former| former.until),
    )
    .execute(tx.unscoped())
    .await?;
    sqlx::query!(
        "DELETE FROM draft WHERE staff_id = $1 AND form = 'form' AND subject NOT IN (
             SELECT subject FROM draft WHERE staff_id = $1 AND form = 'form'
             ORDER BY saved_at DESC, subject LIMIT 100)",
        staff,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps a draft unless its form was carried out in the meantime: a save that is under way must not
/// bring it back. It waits for a form that is being carried out, and looks then.
pub async fn keep_unless_sent(
    tx: &mut Tx,
    subject: Subject<'_>,
    (body, form): (&str, &FormKey),
    at: DateTime<Utc>,
) -> StoreResult<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0))", form.key)
        .fetch_one(tx.unscoped())
        .await?;
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

/// How long a session may be over whose forms are still those of its person: a weekend.
const LATE: Duration = Duration::days(3);

/// A session that is over, by the cookie that is still there.
#[derive(Debug)]
pub struct Over {
    staff: i64,
    token: [u8; 32],
    /// What its forms are bound to.
    pub binding: String,
}

/// The session of a cookie, though it is over: whose its forms were.
pub async fn over(db: &Db, token: &str, at: DateTime<Utc>) -> StoreResult<Option<Over>> {
    let Some(token) = unhex(token).map(|token| sha256(&token)) else { return Ok(None) };
    let row = sqlx::query!(
        "SELECT id, staff_id FROM session
         WHERE token_hash = $1 AND whole AND created_at > $2
           AND NOT put_out(ended_why)",
        &token,
        at - LATE,
    )
    .fetch_optional(&db.pool)
    .await?;
    Ok(row.map(|row| Over { staff: row.staff_id, token, binding: binding(row.id) }))
}

/// Keeps what was typed into a form of a session that is over, unless the draft is newer; whether it
/// is kept.
pub async fn keep_late(
    db: &Db,
    over: &Over,
    (key, body): (&str, &str),
    at: DateTime<Utc>,
) -> StoreResult<bool> {
    let sealed = db.keys.seal_text((PURPOSE, &record(over.staff, of_form(key))), body)?;
    let kept = sqlx::query_scalar!(
        r#"SELECT keep_unsent($1, $2, $3, $4) AS "kept!""#,
        &over.token,
        key,
        sealed,
        at
    )
    .fetch_one(&db.pool)
    .await?;
    Ok(kept)
}

/// A session of one's own of these days.
#[derive(Debug)]
pub struct Former {
    session: i64,
    /// What its forms are bound to.
    pub binding: String,
    /// A draft that was saved later is newer than what was typed in it.
    until: DateTime<Utc>,
}

/// One's sessions of these days.
pub async fn own_sessions(tx: &mut Tx, at: DateTime<Utc>) -> StoreResult<Vec<Former>> {
    let staff = tx.scope.staff().0;
    let rows = sqlx::query!(
        r#"SELECT id, typed_until(ended_at, seen_at) AS "until!" FROM session
           WHERE staff_id = $1 AND whole AND created_at > $2"#,
        staff,
        at - LATE,
    )
    .fetch_all(tx.unscoped())
    .await?;
    let former = |session, until| Former { session, binding: binding(session), until };
    Ok(rows.into_iter().map(|row| former(row.id, row.until)).collect())
}

/// As `Session::binding` says it.
fn binding(session: i64) -> String {
    format!("session {session}")
}

/// Throws away what is kept for a while only, whoever's it is: old drafts, and what is known of forms,
/// sign-ins and jobs of long ago; each for as long as its rule of retention says.
pub async fn sweep(db: &Db, at: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query!("SELECT sweep($1)", at).execute(&db.pool).await?;
    Ok(())
}
