//! Whether the keys at hand are those that the database is sealed with.

use chrono::{DateTime, Utc};

use super::keys::Keys;
use super::{Db, StoreResult};

const FIELD: &str = "key_check";
const KNOWN: &str = "案结";

/// The keys don't fit the database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "This database is sealed with the key {0}, which is not among the master keys given. Without it \
     identity numbers, addresses and files stay closed. Give the right key file; `anjie keys check` \
     says what is sealed with which key"
)]
pub struct WrongKey(pub String);

/// Opens the known values of this database. The first time, the newest key seals one.
pub async fn check(db: &Db, at: DateTime<Utc>) -> StoreResult<Result<(), WrongKey>> {
    let rows = sqlx::query!("SELECT prefix, sealed FROM key_check ORDER BY prefix")
        .fetch_all(&db.pool)
        .await?;
    for row in &rows {
        let opened = db
            .keys
            .open((FIELD, &row.prefix), &super::keys::unhex(&row.sealed).unwrap_or_default());
        if !opened.is_ok_and(|known| known == KNOWN.as_bytes()) {
            return Ok(Err(WrongKey(row.prefix.clone())));
        }
    }
    let (prefix, sealed) = sealed(&db.keys)?;
    if rows.iter().all(|row| row.prefix != prefix) {
        sqlx::query!(
            "INSERT INTO key_check (prefix, sealed, served_at) VALUES ($1, $2, $3)
             ON CONFLICT ON CONSTRAINT key_check_pkey DO NOTHING",
            prefix,
            sealed,
            at,
        )
        .execute(&db.pool)
        .await?;
    }
    Ok(Ok(()))
}

/// The known value as the newest key seals it, and what it begins with.
pub(super) fn sealed(keys: &Keys) -> StoreResult<(String, String)> {
    let prefix = keys.prefix().to_string();
    let sealed = keys.seal_text((FIELD, &prefix), KNOWN)?;
    Ok((prefix, sealed))
}
