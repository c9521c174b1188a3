//! Files that wait for the scanner, and what it said of them.

use uuid::Uuid;

use super::{StoreResult, Tx, audit, documents};
use crate::domain::ids::PetitionCaseId;
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

/// Writes what was said of a file; of what it bears there is an entry in the audit, with the case.
/// Another instance may have been faster.
pub async fn record(tx: &mut Tx, fact: &Scanned) -> StoreResult<()> {
    let found = fact.found().unwrap_or_default();
    let waited = sqlx::query!(
        r#"SELECT of_case AS "case: PetitionCaseId" FROM file_scanned($1, $2, $3)"#,
        fact.file(),
        found,
        fact.at(),
    )
    .fetch_optional(tx.unscoped())
    .await?;
    let Some(waited) = waited.filter(|_| !found.is_empty()) else { return Ok(()) };
    let (verb, case, at) = ("document.infected", waited.case, fact.at());
    let object = fact.file().to_string();
    let entry =
        audit::Entry { verb, case, object: &object, detail: found, at, ..audit::Entry::default() };
    audit::append(tx, entry).await
}
