//! The hash chain: append to it, read it, verify it. Nothing else.

use chrono::{DateTime, Utc};

use super::{StoreResult, Tx};
use crate::domain::ids::PetitionCaseId;

/// One entry: codes, ids and field names; never a petitioner's name, number or words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entry<'a> {
    /// `noun.participle`.
    pub verb: &'a str,
    pub case: Option<PetitionCaseId>,
    /// The record's number or uuid.
    pub object: &'a str,
    /// Codes and field names.
    pub detail: &'a str,
    pub at: DateTime<Utc>,
}

/// Hangs the entry on the chain of the court in which the act was done. Who did it is known to the
/// database from the transaction.
pub async fn append(tx: &mut Tx, entry: Entry<'_>) -> StoreResult<()> {
    sqlx::query!(
        "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, case_id, object, detail, previous_hash, hash)
         VALUES (0, 0, $1, 0, 0, $2, $3, $4, $5, '', '')",
        entry.at,
        entry.verb,
        entry.case.map(|case| case.0),
        entry.object,
        entry.detail,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// Hangs one entry for each of several cases on the chain.
pub async fn append_each(
    tx: &mut Tx,
    cases: &[PetitionCaseId],
    entry: Entry<'_>,
) -> StoreResult<()> {
    let cases: Vec<i64> = cases.iter().map(|case| case.0).collect();
    sqlx::query!(
        "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, case_id, object, detail, previous_hash, hash)
         SELECT 0, 0, $1, 0, 0, $2, case_id, $4, $5, '', '' FROM unnest($3::bigint[]) AS case_id",
        entry.at,
        entry.verb,
        &cases,
        entry.object,
        entry.detail,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}
