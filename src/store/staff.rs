//! People's accounts, as the system administrator keeps them. Rights are none of this.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::grants::{self, Left};
use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::ids::{StaffId, UnitId};
use crate::domain::staff::PostKind;
use crate::domain::staffing::{Kept, Profile};

/// An account in the list.
#[derive(Debug, Clone)]
pub struct StaffLine {
    pub uuid: Uuid,
    pub username: String,
    pub name: String,
    pub unit: String,
    pub post: Option<String>,
    pub phone: String,
    pub active: bool,
    pub can_sign_in: bool,
}

/// Accounts of people whose name begins so, or whose sign-in name has it, or of a unit and its divisions.
pub async fn list(
    tx: &mut Tx,
    (person, unit): (&str, Option<UnitId>),
    today: NaiveDate,
    (after, size): (&str, i64),
) -> StoreResult<Vec<StaffLine>> {
    let begins = person.trim().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let lines = sqlx::query_as!(
        StaffLine,
        r#"SELECT s.uuid, s.username, s.name, u.short_name AS unit,
                  (SELECT p.title FROM post p WHERE p.staff_id = s.id AND p.valid_from <= $1
                   AND (p.valid_until IS NULL OR $1 < p.valid_until) ORDER BY p.id LIMIT 1) AS post,
                  s.phone, s.active, s.password_hash IS NOT NULL AS "can_sign_in!"
           FROM staff s JOIN unit u ON u.id = s.unit_id
           WHERE s.username NOT LIKE 'job.%' AND ($2 = '' OR s.name LIKE $2 || '%' OR s.username LIKE '%' || $2 || '%')
             AND ($3::bigint IS NULL OR s.unit_id = $3)
             AND s.username > $4
           ORDER BY s.username
           LIMIT $5"#,
        today,
        begins,
        unit.map(|unit| unit.0),
        after,
        size,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(lines)
}

/// An account to be changed.
#[derive(Debug, Clone)]
pub struct Account {
    pub id: StaffId,
    pub username: String,
    pub name: String,
    pub unit: UnitId,
    pub phone: String,
    pub active: bool,
    pub post: Option<PostKind>,
    pub post_title: Option<String>,
    pub can_sign_in: bool,
}

/// The account with this key; identities of jobs are none.
pub async fn find(tx: &mut Tx, person: Uuid, today: NaiveDate) -> StoreResult<Option<Account>> {
    let account = sqlx::query_as!(
        Account,
        r#"SELECT s.id AS "id: StaffId", s.username, s.name, s.unit_id AS "unit: UnitId", s.phone, s.active,
                  p.kind AS "post?: PostKind", p.title AS "post_title?", s.password_hash IS NOT NULL AS "can_sign_in!"
           FROM staff s
           LEFT JOIN LATERAL (SELECT kind, title FROM post
                              WHERE staff_id = s.id AND valid_from <= $2 AND (valid_until IS NULL OR $2 < valid_until)
                              ORDER BY id LIMIT 1) p ON true
           WHERE s.uuid = $1 AND s.username NOT LIKE 'job.%'"#,
        person,
        today,
    )
    .fetch_optional(tx.unscoped())
    .await?;
    Ok(account)
}

/// Writes a new account; none if the sign-in name is taken.
pub async fn record_new(tx: &mut Tx, fact: &Kept, username: &str) -> StoreResult<Option<Uuid>> {
    let Profile { name, unit, phone, .. } = fact.profile();
    let taken = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM staff WHERE username = $1) AS "taken!""#,
        username
    )
    .fetch_one(tx.unscoped())
    .await?;
    if taken {
        return Ok(None);
    }
    let uuid =
        sqlx::query_scalar!("SELECT staff_add($1, $2, $3, $4)", username, name, unit.0, phone)
            .fetch_one(tx.unscoped())
            .await?;
    let uuid = uuid.ok_or(StoreError::Stale)?;
    post(tx, uuid, fact).await?;
    trace(tx, "staff.added", uuid, fact.at()).await?;
    Ok(Some(uuid))
}

/// Writes what an account is from now on; what ended, since the person left their court.
pub async fn record(tx: &mut Tx, person: Uuid, fact: &Kept) -> StoreResult<Left> {
    let Profile { name, unit, phone, active, .. } = fact.profile();
    let done = sqlx::query_scalar!(
        "SELECT staff_change($1, $2, $3, $4, $5)",
        person,
        name,
        unit.0,
        phone,
        active,
    )
    .fetch_one(tx.unscoped())
    .await?;
    done.ok_or(StoreError::Stale)?;
    post(tx, person, fact).await?;
    let verb = if *active { "staff.changed" } else { "staff.deactivated" };
    trace(tx, verb, person, fact.at()).await?;
    match fact.leaves() {
        Some(former) => grants::record_leaving(tx, (person, former), fact.at()).await,
        None => Ok(Left::default()),
    }
}

/// The post, if it is another than before.
async fn post(tx: &mut Tx, person: Uuid, fact: &Kept) -> StoreResult<()> {
    let Profile { post, post_title, unit, .. } = fact.profile();
    let Some(post) = post else { return Ok(()) };
    let before = find(tx, person, fact.day()).await?.ok_or(StoreError::Stale)?;
    if before.post == Some(*post) && before.post_title.as_deref() == Some(post_title) {
        return Ok(());
    }
    let given = sqlx::query_scalar!(
        "SELECT post_set($1, $2, $3, $4, $5)",
        before.id.0,
        unit.0,
        post.code(),
        post_title,
        fact.day(),
    )
    .fetch_one(tx.unscoped())
    .await?;
    given.ok_or(StoreError::Stale)?;
    trace(tx, "post.set", person, fact.at()).await
}

async fn trace(tx: &mut Tx, verb: &str, person: Uuid, at: DateTime<Utc>) -> StoreResult<()> {
    let object = person.to_string();
    audit::append(tx, audit::Entry { verb, object: &object, at, ..audit::Entry::default() }).await
}
