//! Courts and divisions: everyone may read them whole.

use super::{Db, StoreResult, Tx};
use crate::domain::ids::UnitId;
use crate::domain::unit::{Unit, UnitKind};

/// The court at the top, whose name the sign-in page bears.
pub async fn first_court(db: &Db) -> StoreResult<Option<String>> {
    Ok(sqlx::query_scalar!("SELECT name FROM unit WHERE parent_id IS NULL ORDER BY id LIMIT 1")
        .fetch_optional(&db.pool)
        .await?)
}

/// All units that exist, in their fixed order.
pub async fn list(tx: &mut Tx) -> StoreResult<Vec<Unit>> {
    let units = sqlx::query_as!(
        Unit,
        r#"SELECT id AS "id: UnitId", parent_id AS "parent: UnitId", code, name, short_name,
                  kind AS "kind: UnitKind", court_code, compared_in, place
           FROM unit WHERE valid_until IS NULL ORDER BY place, id"#,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(units)
}

/// The court that a unit belongs to: itself, or the nearest court above a division.
pub async fn court_of(tx: &mut Tx, unit: UnitId) -> StoreResult<UnitId> {
    let court = sqlx::query_scalar!(r#"SELECT court_of($1) AS "court!: UnitId""#, unit.0)
        .fetch_one(tx.unscoped())
        .await?;
    Ok(court)
}
