//! Accounts as signing in knows them, and as their owners see them.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::keys::sha256;
use super::{Db, Session, StoreResult, Tx, sessions};
use crate::domain::ids::StaffId;
use crate::domain::sign_in::Ending;
use crate::domain::staff::Role;

/// What signing in needs to know of an account.
#[derive(Debug)]
pub struct Account {
    pub staff: StaffId,
    /// None where nobody can sign in: the account is closed, or is an identity of jobs.
    pub password_hash: Option<String>,
    /// When a password that an administrator set opens nothing any more.
    pub password_expires_at: Option<DateTime<Utc>>,
    pub has_second_factor: bool,
}

/// The account with this name.
pub async fn find(db: &Db, username: &str) -> StoreResult<Option<Account>> {
    let account = sqlx::query_as!(
        Account,
        r#"SELECT id AS "staff: StaffId", CASE WHEN active THEN password_hash END AS password_hash,
                  password_expires_at, has_second_factor(id) AS "has_second_factor!"
           FROM staff WHERE username = $1"#,
        username,
    )
    .fetch_optional(&db.pool)
    .await?;
    Ok(account)
}

/// Why the session of a cookie is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// It was ended.
    Ended(Ending),
    /// The grant that it was under holds no more (代理 to its last day, say).
    Lapsed,
    /// It rested too long, or eight hours were over.
    Rested,
}

/// Why the session of a cookie is gone, where it began within a day.
pub async fn gone(db: &Db, token: &str, at: DateTime<Utc>) -> StoreResult<Option<Gone>> {
    let Some(token) = super::keys::unhex(token) else { return Ok(None) };
    let row = sqlx::query!(
        r#"SELECT x.ended_why AS "why: Ending",
                  coalesce(g.valid_until <= $3, false) OR NOT can_stand_in(g.stands_in_for, $3) AS "has_lapsed!"
           FROM session x JOIN role_grant g ON g.id = x.grant_id
           WHERE x.token_hash = $1 AND x.created_at > $2"#,
        &sha256(&token),
        at - Duration::days(1),
        at,
    )
    .fetch_optional(&db.pool)
    .await?;
    Ok(row.map(|row| match row.why {
        Some(why) => Gone::Ended(why),
        None if row.has_lapsed => Gone::Lapsed,
        None => Gone::Rested,
    }))
}

/// An account as its owner sees it.
#[derive(Debug)]
pub struct Own {
    pub username: String,
    pub name: String,
    pub unit: String,
    pub password_set_at: DateTime<Utc>,
    /// Who set the password, if it was not the owner.
    pub password_reset_by: String,
}

/// The account of whoever is signed in.
pub async fn own(tx: &mut Tx, staff: StaffId) -> StoreResult<Own> {
    let own = sqlx::query_as!(
        Own,
        "SELECT s.username, s.name, u.name AS unit, s.password_set_at, s.password_reset_by
         FROM staff s JOIN unit u ON u.id = s.unit_id WHERE s.id = $1",
        staff.0,
    )
    .fetch_one(tx.unscoped())
    .await?;
    Ok(own)
}

/// A password that somebody else set.
#[derive(Debug)]
pub struct LastReset {
    pub at: DateTime<Utc>,
    pub role: Role,
    pub name: String,
}

/// When the password of whoever is signed in was last set by somebody else.
pub async fn last_reset(tx: &mut Tx) -> StoreResult<Option<LastReset>> {
    let reset = sqlx::query_as!(
        LastReset,
        r#"SELECT reset_at AS "at!", role AS "role!: Role", name AS "name!"
           FROM last_reset() WHERE reset_at IS NOT NULL"#,
    )
    .fetch_optional(tx.unscoped())
    .await?;
    Ok(reset)
}

/// A grant with its dates.
#[derive(Debug)]
pub struct GrantDates {
    pub role: Role,
    pub unit: String,
    pub from: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    /// Whom the person stands in for under it.
    pub principal: Option<String>,
}

/// The grants of a person that hold or will.
pub async fn grants(
    tx: &mut Tx,
    staff: StaffId,
    at: DateTime<Utc>,
) -> StoreResult<Vec<GrantDates>> {
    let grants = sqlx::query_as!(
        GrantDates,
        r#"SELECT g.role AS "role: Role", u.name AS unit, g.valid_from AS "from", g.valid_until AS until,
                  o.name AS "principal?"
           FROM role_grant g JOIN unit u ON u.id = g.unit_id
           LEFT JOIN role_grant a ON a.id = g.stands_in_for
           LEFT JOIN staff o ON o.id = a.staff_id
           WHERE g.staff_id = $1 AND (g.valid_until IS NULL OR g.valid_until > $2)
           ORDER BY g.id"#,
        staff.0,
        at,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(grants)
}

/// A device at which someone is signed in.
#[derive(Debug)]
pub struct Device {
    pub uuid: Uuid,
    pub since: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
    pub address: String,
    pub device: String,
    /// The one that asks.
    pub here: bool,
}

/// Where someone is signed in now, the newest first.
pub async fn devices(
    tx: &mut Tx,
    session: &Session,
    seen_after: DateTime<Utc>,
) -> StoreResult<Vec<Device>> {
    let devices = sqlx::query_as!(
        Device,
        r#"SELECT uuid, created_at AS since, seen_at, address, device, id = $2 AS "here!"
           FROM session
           WHERE staff_id = $1 AND ended_at IS NULL AND whole AND seen_at > $3
           ORDER BY id DESC"#,
        session.actor().staff.0,
        session.id,
        seen_after,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(devices)
}

/// Ends another session of one's own, or all others; how many ended.
pub async fn end_others(
    tx: &mut Tx,
    session: &Session,
    which: Option<Uuid>,
    at: DateTime<Utc>,
) -> StoreResult<u64> {
    let ended = sqlx::query!(
        "UPDATE session SET ended_at = $4, ended_why = 'revoked'
         WHERE staff_id = $1 AND id <> $2 AND ended_at IS NULL AND ($3::uuid IS NULL OR uuid = $3)",
        session.actor().staff.0,
        session.id,
        which,
        at,
    )
    .execute(tx.unscoped())
    .await?;
    sessions::record(tx, "session.revoked", at).await?;
    Ok(ended.rows_affected())
}
