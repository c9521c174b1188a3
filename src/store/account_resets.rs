//! What the security administrator does to someone's account: a first password, a second factor to be
//! set up anew, sessions ended.

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::ids::StaffId;
use crate::domain::resetting::{Account, Done};
use crate::domain::sign_in::FIRST_PASSWORD_HOURS;

/// An account as the security administrator sees it.
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the list")]
#[derive(Debug, Clone)]
pub struct AccountLine {
    pub uuid: Uuid,
    pub username: String,
    pub name: String,
    pub unit: String,
    pub active: bool,
    pub can_sign_in: bool,
    pub has_factor: bool,
    /// Sessions that were used since the moment that was asked for.
    pub sessions: i64,
    pub is_own: bool,
    pub is_administrator: bool,
}

/// Accounts of people whose name begins so, or whose sign-in name has it.
pub async fn list(
    tx: &mut Tx,
    (person, since): (&str, DateTime<Utc>),
    (after, size): (&str, i64),
) -> StoreResult<Vec<AccountLine>> {
    let begins = person.trim().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let own = tx.scoped().1.staff().0;
    let lines = sqlx::query_as!(
        AccountLine,
        r#"SELECT s.uuid, s.username, s.name, u.short_name AS unit, s.active,
                  s.password_hash IS NOT NULL AS "can_sign_in!", has_second_factor(s.id) AS "has_factor!",
                  (SELECT count(*) FROM session x WHERE x.staff_id = s.id AND x.ended_at IS NULL
                   AND x.seen_at > $2) AS "sessions!", s.id = $3 AS "is_own!",
                  is_administrator(s.id) AS "is_administrator!"
           FROM staff s JOIN unit u ON u.id = s.unit_id
           WHERE s.username NOT LIKE 'job.%' AND s.username > $4
             AND ($1 = '' OR s.name LIKE $1 || '%' OR s.username LIKE '%' || $1 || '%')
           ORDER BY s.username
           LIMIT $5"#,
        begins,
        since,
        own,
        after,
        size,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(lines)
}

/// The account with this key; identities of jobs are none.
pub async fn find(tx: &mut Tx, person: Uuid) -> StoreResult<Option<Account>> {
    let account = sqlx::query_as!(
        Account,
        r#"SELECT id AS "staff: StaffId", name, is_administrator(id) AS "is_administrator!"
           FROM staff WHERE uuid = $1 AND username NOT LIKE 'job.%'"#,
        person,
    )
    .fetch_optional(tx.unscoped())
    .await?;
    Ok(account)
}

/// A first password: whoever it is for must change it, in time.
pub async fn set_password(tx: &mut Tx, person: Uuid, hash: &str, fact: &Done) -> StoreResult<()> {
    let at = fact.at();
    let expires = at + Duration::hours(FIRST_PASSWORD_HOURS);
    let done =
        sqlx::query_scalar!("SELECT account_password($1, $2, $3, $4)", person, hash, at, expires)
            .fetch_one(tx.unscoped())
            .await?;
    done.ok_or(StoreError::Stale)?;
    trace(tx, ("password.set", ""), Some(person), at).await
}

/// Takes the second factor away; whether there was one.
pub async fn reset_factor(tx: &mut Tx, person: Uuid, fact: &Done) -> StoreResult<bool> {
    let at = fact.at();
    let done = sqlx::query_scalar!("SELECT account_factor($1, $2)", person, at)
        .fetch_one(tx.unscoped())
        .await?;
    if done.is_some() {
        trace(tx, ("second_factor.reset", ""), Some(person), at).await?;
    }
    Ok(done.is_some())
}

/// Ends one person's sessions, or everyone's but one's own; how many.
pub async fn end_sessions(
    tx: &mut Tx,
    person: Option<Uuid>,
    at: DateTime<Utc>,
) -> StoreResult<i64> {
    let ended = sqlx::query_scalar!("SELECT account_sessions_end($1, $2)", person, at)
        .fetch_one(tx.unscoped())
        .await?;
    let ended = ended.unwrap_or_default();
    trace(tx, ("session.revoked", &format!("count={ended}")), person, at).await?;
    Ok(ended)
}

async fn trace(
    tx: &mut Tx,
    (verb, detail): (&str, &str),
    person: Option<Uuid>,
    at: DateTime<Utc>,
) -> StoreResult<()> {
    let object = person.map_or_else(|| "everyone".to_owned(), |person| person.to_string());
    audit::append(tx, audit::Entry { verb, object: &object, detail, at, ..audit::Entry::default() })
        .await
}
