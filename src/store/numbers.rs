//! Numbers without gaps: a number is taken in the transaction that uses it.

use super::{StoreResult, Tx};

/// The next number of a series. The series stays locked until the transaction ends.
pub async fn next(tx: &mut Tx, series: &str) -> StoreResult<i64> {
    let number = sqlx::query_scalar!(r#"SELECT next_number($1) AS "number!""#, series)
        .fetch_one(tx.unscoped())
        .await?;
    Ok(number)
}

/// The last number that a series gave; 0 before the first.
pub async fn last(tx: &mut Tx, series: &str) -> StoreResult<i64> {
    let number = sqlx::query_scalar!(r#"SELECT last_number($1) AS "number!""#, series)
        .fetch_one(tx.unscoped())
        .await?;
    Ok(number)
}

/// The first of so many next numbers of a series, all of which are taken.
pub async fn take(tx: &mut Tx, series: &str, how_many: usize) -> StoreResult<i64> {
    let how_many = i64::try_from(how_many).unwrap_or(i64::MAX);
    let last = sqlx::query_scalar!(r#"SELECT next_numbers($1, $2) AS "last!""#, series, how_many)
        .fetch_one(tx.unscoped())
        .await?;
    Ok(last - how_many + 1)
}
