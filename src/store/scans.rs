//! Files that wait for the scanner, and what it said of them.

use uuid::Uuid;

use super::{StoreResult, Tx, audit, documents};
use crate::domain::scan::Scanned;

/// A file that waits.
#[derive(Debug)]
pub struct Waiting {
    pub file: Uuid,
    /// None where it doesn't open with the program's keys.
    pub bytes: Option<Vec<u8>>,
}

/// The next file that waits, in the order of their uuids.
pub async fn next(tx: &mut Tx, after: Uuid) -> StoreResult<Option<Waiting>> {
    let found =
        sqlx::query!(r#"SELECT file AS "file!", sealed AS "sealed!" FROM file_to_scan($1)"#, after)
            .fetch_optional(tx.unscoped())
            .await?;
    Ok(found.map(|row| {
        let sealed_for = (documents::PURPOSE, &*row.file.to_string());
        Waiting { file: row.file, bytes: tx.keys().open(sealed_for, &row.sealed).ok() }
    }))
}

/// Writes what was said of a file; of what it bears there is an entry in the audit. Another instance
/// may have been faster.
pub async fn record(tx: &mut Tx, fact: &Scanned) -> StoreResult<()> {
    let found = fact.found().unwrap_or_default();
    let waited = sqlx::query_scalar!(
        r#"SELECT file_scanned($1, $2, $3) AS "waited!""#,
        fact.file(),
        found,
        fact.at(),
    )
    .fetch_one(tx.unscoped())
    .await?;
    if !waited || found.is_empty() {
        return Ok(());
    }
    let file = fact.file().to_string();
    audit::trace(tx, ("document.infected", &file, found), fact.at()).await
}
