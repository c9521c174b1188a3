//! Courts and divisions: everyone may read them whole.

use super::{StoreResult, Tx};
use crate::domain::ids::UnitId;
use crate::domain::unit::{Unit, UnitKind};

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
