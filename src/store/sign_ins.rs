//! Sessions are opened, take each other's place, and are signed out of.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::keys::{hex, sha256, unhex};
use super::{Db, Session, StoreResult};
use crate::domain::ids::{GrantId, StaffId};

/// A session to be opened.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    pub staff: StaffId,
    pub grant: GrantId,
    /// Whether all was given that signing in asks for.
    pub whole: bool,
    pub address: &'a str,
    pub device: &'a str,
    pub at: DateTime<Utc>,
}

/// A new session under a grant; returns the token for the cookie. When it is whole, those beyond
/// the number of devices end, the oldest first: a password alone pushes nobody out.
pub async fn open(db: &Db, new: NewSession<'_>, devices: u8) -> StoreResult<String> {
    let token: [u8; 32] = rand::random();
    #[expect(clippy::disallowed_methods, reason = "signing in comes before a session")]
    let mut inner = db.pool.begin().await?;
    one_at_a_time(&mut inner, new.staff).await?;
    sqlx::query!(
        "INSERT INTO session (token_hash, staff_id, grant_id, whole, address, device, created_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        &sha256(&token),
        new.staff.0,
        new.grant.0,
        new.whole,
        new.address,
        new.device,
        new.at,
    )
    .execute(&mut *inner)
    .await?;
    if new.whole {
        end_beyond(&mut inner, new.staff, devices, new.at).await?;
    }
    inner.commit().await?;
    Ok(hex(&token))
}

/// A session in the place of another, with a token of its own: after the second factor, or under
/// another grant (切换身份). Nothing where the other has ended.
pub async fn renew(
    db: &Db,
    session: &Session,
    grant: GrantId,
    (devices, at): (u8, DateTime<Utc>),
) -> StoreResult<Option<String>> {
    let token: [u8; 32] = rand::random();
    let staff = session.actor().staff;
    #[expect(clippy::disallowed_methods, reason = "a session is not opened under another one")]
    let mut inner = db.pool.begin().await?;
    one_at_a_time(&mut inner, staff).await?;
    let opened = sqlx::query!(
        "WITH former AS (
             UPDATE session SET ended_at = $4, ended_why = 'renewed' WHERE id = $1 AND ended_at IS NULL
             RETURNING staff_id, address, device, created_at)
         INSERT INTO session (token_hash, staff_id, grant_id, whole, address, device, created_at, seen_at)
         SELECT $2, staff_id, $3, true, address, device, created_at, $4 FROM former",
        session.id,
        &sha256(&token),
        grant.0,
        at,
    )
    .execute(&mut *inner)
    .await?;
    end_beyond(&mut inner, staff, devices, at).await?;
    inner.commit().await?;
    Ok((opened.rows_affected() == 1).then(|| hex(&token)))
}

/// Two who sign in at the same moment would not see each other's session.
async fn one_at_a_time(inner: &mut PgConnection, staff: StaffId) -> StoreResult<()> {
    sqlx::query!("SELECT id FROM staff WHERE id = $1 FOR NO KEY UPDATE", staff.0)
        .fetch_optional(inner)
        .await?;
    Ok(())
}

async fn end_beyond(
    inner: &mut PgConnection,
    staff: StaffId,
    devices: u8,
    at: DateTime<Utc>,
) -> StoreResult<()> {
    sqlx::query!(
        "UPDATE session SET ended_at = $3, ended_why = 'elsewhere'
         WHERE staff_id = $1 AND ended_at IS NULL AND whole AND id NOT IN (
             SELECT id FROM session WHERE staff_id = $1 AND ended_at IS NULL AND whole ORDER BY id DESC LIMIT $2)",
        staff.0,
        i64::from(devices),
        at,
    )
    .execute(inner)
    .await?;
    Ok(())
}

/// Ends a session: signing out.
pub async fn end(db: &Db, token: &str, at: DateTime<Utc>) -> StoreResult<()> {
    let Some(token) = unhex(token) else { return Ok(()) };
    sqlx::query!(
        "UPDATE session SET ended_at = $2, ended_why = 'signed_out' WHERE token_hash = $1 AND ended_at IS NULL",
        &sha256(&token),
        at,
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}
