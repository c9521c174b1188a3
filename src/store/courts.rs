//! Courts and divisions as the system administrator keeps them.

use chrono::{DateTime, NaiveDate, Utc};

use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::calendar;
use crate::domain::founding::Founded;
use crate::domain::ids::{StaffId, UnitId};
use crate::domain::unit::UnitKind;

/// A unit in the list, with its contact leader.
#[derive(Debug, Clone)]
pub struct CourtLine {
    pub code: String,
    pub name: String,
    pub short_name: String,
    pub kind: UnitKind,
    pub court_code: Option<String>,
    pub contact: Option<String>,
    pub people: i64,
}

/// All units that exist, in their order.
pub async fn list(tx: &mut Tx, today: NaiveDate) -> StoreResult<Vec<CourtLine>> {
    let lines = sqlx::query_as!(
        CourtLine,
        r#"SELECT u.code, u.name, u.short_name, u.kind AS "kind: UnitKind", u.court_code,
                  (SELECT string_agg(s.name, '、' ORDER BY k.id) FROM contact_point k JOIN staff s ON s.id = k.staff_id
                   WHERE k.unit_id = u.id AND k.valid_from <= $1
                     AND (k.valid_until IS NULL OR $1 < k.valid_until)) AS contact,
                  (SELECT count(*) FROM staff s WHERE s.unit_id = u.id AND s.active
                   AND s.username NOT LIKE 'job.%') AS "people!"
           FROM unit u WHERE u.valid_until IS NULL ORDER BY u.place, u.id"#,
        today,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(lines)
}

/// The contact leader of a court on a day.
pub async fn contact(tx: &mut Tx, court: UnitId, today: NaiveDate) -> StoreResult<Option<StaffId>> {
    Ok(sqlx::query_scalar!(
        r#"SELECT staff_id AS "staff: StaffId" FROM contact_point
           WHERE unit_id = $1 AND valid_from <= $2 AND (valid_until IS NULL OR $2 < valid_until)
           ORDER BY id LIMIT 1"#,
        court.0,
        today,
    )
    .fetch_optional(tx.unscoped())
    .await?)
}

/// Writes a new unit.
pub async fn record_new(tx: &mut Tx, fact: &Founded) -> StoreResult<UnitId> {
    let unit = sqlx::query_scalar!(
        "SELECT unit_add($1, $2, $3, $4, $5, $6)",
        fact.above().map(|unit| unit.0),
        fact.code(),
        fact.name(),
        fact.short_name(),
        fact.kind().code(),
        calendar::day_of(fact.at()),
    )
    .fetch_one(tx.unscoped())
    .await?;
    let unit = unit.ok_or(StoreError::Stale)?;
    trace(tx, ("unit.added", fact.code()), fact.at()).await?;
    Ok(UnitId(unit))
}

/// Writes what a unit is called.
pub async fn record(tx: &mut Tx, fact: &Founded) -> StoreResult<()> {
    let done = sqlx::query_scalar!(
        "SELECT unit_change($1, $2, $3, $4)",
        fact.code(),
        fact.name(),
        fact.short_name(),
        fact.place(),
    )
    .fetch_one(tx.unscoped())
    .await?;
    done.ok_or(StoreError::Stale)?;
    trace(tx, ("unit.changed", fact.code()), fact.at()).await
}

/// Writes who is the contact point of a court from today on, if it is another than before.
pub async fn record_contact(
    tx: &mut Tx,
    (court, leader): (UnitId, Option<StaffId>),
    at: DateTime<Utc>,
) -> StoreResult<()> {
    let today = calendar::day_of(at);
    if contact(tx, court, today).await? == leader {
        return Ok(());
    }
    sqlx::query!("SELECT contact_set($1, $2, $3) AS done", court.0, leader.map(|it| it.0), today)
        .fetch_one(tx.unscoped())
        .await?;
    trace(tx, ("contact.set", &court.to_string()), at).await
}

async fn trace(tx: &mut Tx, (verb, object): (&str, &str), at: DateTime<Utc>) -> StoreResult<()> {
    audit::append(tx, audit::Entry { verb, object, at, ..audit::Entry::default() }).await
}
