//! What happens to an import afterwards: decisions on its waiting rows, and its undoing.

use super::cases::{self, Batch, NewCase};
use super::record::ids;
use super::{ImportLine, Importer};
use crate::domain::ids::{ImportId, PetitionCaseId};
use crate::domain::import::{Decided, Standing, State, Undone};
use crate::store::{StoreError, StoreResult, Tx, audit};

/// Writes a decision on a waiting row; returns the number of the case that it became, if it did.
pub async fn record_decision(
    tx: &mut Tx,
    importer: &Importer,
    import: &ImportLine,
    fact: &Decided,
) -> StoreResult<Option<String>> {
    let batch = Batch { import: fact.import(), importer, file_name: &import.file_name };
    let new = fact.case().map(|(row, reviews)| NewCase { row, reviews });
    let state = if new.is_some() { State::Imported } else { State::Skipped };
    let numbers = cases::write(tx, &batch, new.as_slice()).await?;
    let cases = ids(tx, &numbers).await?;
    let sheet_row = i32::try_from(fact.place().sheet_row).unwrap_or(i32::MAX);
    let done = sqlx::query!(
        "UPDATE import_row SET state = $3, case_id = $4, decided_at = $5, decided_by = $6
         WHERE import_id = $1 AND kind = 'ledger' AND sheet_row = $2 AND state = 'waiting'",
        fact.import().0,
        sheet_row,
        state.code(),
        cases.first().map(|case| case.0),
        importer.at,
        importer.staff.0,
    )
    .execute(tx.unscoped())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StoreError::Stale);
    }
    let (object, detail) = (import.uuid.to_string(), format!("row={sheet_row} {}", state.code()));
    let entry = audit::Entry {
        verb: "import.decided",
        object: &object,
        detail: &detail,
        at: importer.at,
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await?;
    audit::append_each(tx, &cases, audit::Entry { verb: "case.imported", detail: "", ..entry })
        .await?;
    Ok(numbers.into_iter().next())
}

/// What has become of an import since.
pub async fn standing(tx: &mut Tx, import: ImportId) -> StoreResult<Standing> {
    let (conn, scope) = tx.scoped();
    let undone = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM import_undo WHERE import_id = $1) AS "undone!""#,
        import.0,
    )
    .fetch_one(&mut *conn)
    .await?;
    let handled = sqlx::query_scalar!(
        "SELECT c.number FROM petition_case c
         WHERE c.import_id = $1 AND within($2, c.unit_id, c.id) AND (
             c.version > 1
             OR EXISTS (SELECT FROM grounds g WHERE g.case_id = c.id AND g.version > 1)
             OR EXISTS (SELECT FROM ledger l WHERE l.case_id = c.id AND l.version > 1)
             OR EXISTS (SELECT FROM round r WHERE r.case_id = c.id AND r.number > 1)
             OR EXISTS (SELECT FROM assignment a JOIN assignment_batch b ON b.id = a.batch_id
                        WHERE a.case_id = c.id AND b.import_id IS DISTINCT FROM $1)
             OR EXISTS (SELECT FROM clock_event e WHERE e.case_id = c.id AND e.recorded_at > c.recorded_at
                        AND e.kind <> 'recalculated')
             OR EXISTS (SELECT FROM team_member t WHERE t.case_id = c.id
                        AND (t.recorded_at > c.recorded_at OR t.ended_at IS NOT NULL))
             OR EXISTS (SELECT FROM progress_entry p WHERE p.case_id = c.id AND p.kind <> 'imported')
             OR EXISTS (SELECT FROM interview i WHERE i.case_id = c.id)
             OR EXISTS (SELECT FROM progress_report p WHERE p.case_id = c.id)
             OR EXISTS (SELECT FROM reply y WHERE y.case_id = c.id)
             OR EXISTS (SELECT FROM closing k WHERE k.case_id = c.id)
             OR EXISTS (SELECT FROM document d WHERE d.case_id = c.id)
             OR EXISTS (SELECT FROM visit_case v WHERE v.case_id = c.id)
             OR EXISTS (SELECT FROM case_review w WHERE w.case_id = c.id AND w.import_id IS DISTINCT FROM $1))
         ORDER BY c.number",
        import.0,
        scope.reach() as _,
    )
    .fetch_all(&mut *conn)
    .await?;
    let counted = sqlx::query_scalar!(
        "SELECT c.number FROM petition_case c
         WHERE c.import_id = $1 AND within($2, c.unit_id, c.id)
           AND (EXISTS (SELECT FROM bulletin_item i WHERE i.case_id = c.id)
                OR EXISTS (SELECT FROM bulletin_change h WHERE h.case_id = c.id))
         ORDER BY c.number",
        import.0,
        scope.reach() as _,
    )
    .fetch_all(&mut *conn)
    .await?;
    Ok(Standing { undone, handled, counted })
}

/// Holds the cases of an import until the transaction ends: nothing is done about them meanwhile.
pub async fn hold_cases(tx: &mut Tx, import: ImportId) -> StoreResult<()> {
    let (conn, scope) = tx.scoped();
    sqlx::query!(
        "SELECT c.id FROM petition_case c WHERE c.import_id = $1 AND within($2, c.unit_id, c.id) ORDER BY c.id FOR UPDATE",
        import.0,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(())
}

/// Makes all cases of an import void. Whoever has read one before decided on a version that is gone.
pub async fn record_undo(
    tx: &mut Tx,
    importer: &Importer,
    import: &ImportLine,
    fact: &Undone,
) -> StoreResult<()> {
    sqlx::query!(
        "INSERT INTO import_undo (import_id, reason, undone_at, recorded_by) VALUES ($1, $2, $3, $4)",
        fact.import().0,
        fact.reason(),
        importer.at,
        importer.staff.0,
    )
    .execute(tx.unscoped())
    .await?;
    let cases = sqlx::query_scalar!(
        r#"INSERT INTO case_void (case_id, reason, voided_at, voided_by)
           SELECT c.id, $2, $3, $4 FROM petition_case c WHERE c.import_id = $1 ORDER BY c.id
           ON CONFLICT ON CONSTRAINT case_void_pkey DO NOTHING
           RETURNING case_id AS "case_id: PetitionCaseId""#,
        fact.import().0,
        fact.reason(),
        importer.at,
        importer.staff.0,
    )
    .fetch_all(tx.unscoped())
    .await?;
    sqlx::query!(
        "UPDATE petition_case SET version = version + 1 WHERE import_id = $1",
        fact.import().0
    )
    .execute(tx.unscoped())
    .await?;
    let object = import.uuid.to_string();
    let entry = audit::Entry {
        verb: "import.undone",
        object: &object,
        at: importer.at,
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await?;
    audit::append_each(tx, &cases, audit::Entry { verb: "case.voided", ..entry }).await
}
