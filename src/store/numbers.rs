//! Numbers without gaps: a number is taken in the transaction that uses it.

use super::{StoreResult, Tx};

/// The next number of a series. The series stays locked until the transaction ends.
pub async fn next(tx: &mut Tx, series: &str) -> StoreResult<i64> {
    let number = sqlx::query_scalar!(r#"SELECT next_number($1) AS "number!""#, series)
        .fetch_one(tx.unscoped())
        .await?;
    Ok(number)
}
