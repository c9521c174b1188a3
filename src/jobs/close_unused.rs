//! Closes the accounts that nobody used for 90 days.

use chrono::{DateTime, Utc};

use crate::domain::dormancy::close_unused;
use crate::store::{StoreResult, Tx, dormancy};

/// How many were closed.
pub async fn run(mut tx: Tx, at: DateTime<Utc>) -> StoreResult<i32> {
    let accounts = dormancy::open_accounts(&mut tx, at).await?;
    let mut count = 0;
    for fact in close_unused(&accounts, at) {
        if dormancy::record(&mut tx, &fact).await? {
            count += 1;
        }
    }
    tx.commit().await?;
    Ok(count)
}
