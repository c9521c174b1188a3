//! What the register already holds of a ledger's rows.

use std::collections::HashMap;

use serde::Serialize;

use crate::domain::ledger_import::{Checked, Entry, Known, LedgerRow};
use crate::domain::petitioner::IdNumber;
use crate::store::keys::{Keys, hex};
use crate::store::{StoreResult, Tx, petitioners};

/// What a row's identity is sealed and indexed for.
pub const ROW: &str = "import.row";

/// The keyed index of a row's identity.
pub fn row_hash(keys: &Keys, row: &LedgerRow) -> Vec<u8> {
    keys.index(ROW, &row.identity())
}

/// The indexes by which a petitioner's number is found, the present one first; none where the ledger
/// gives no number.
pub fn id_indexes(keys: &Keys, number: &Entry<IdNumber>) -> Option<Vec<Vec<u8>>> {
    let number = match number {
        Entry::Read(number) => number.exposed().to_owned(),
        Entry::Doubtful(typed) => IdNumber::normalised(typed),
        Entry::Empty => return None,
    };
    Some(keys.indexes(petitioners::ID, &number))
}

/// Only one import at a time may compare and write, so that two of the same file make nothing
/// twice. Says whether this one may.
pub async fn hold(tx: &mut Tx) -> StoreResult<bool> {
    let held = sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_xact_lock(hashtextextended('import', 0)) AS "held!""#
    )
    .fetch_one(tx.unscoped())
    .await?;
    Ok(held)
}

/// Compares a ledger with the register: rows that were imported before, and cases of the same
/// person and court case.
pub async fn compare(tx: &mut Tx, ledger: &mut Checked) -> StoreResult<()> {
    let keys = tx.keys();
    let rows: Vec<(u32, &LedgerRow)> =
        ledger.rows.iter().filter_map(|row| Some((row.place.sheet_row, row.content()?))).collect();
    let hashes: HashMap<u32, Vec<Vec<u8>>> =
        rows.iter().map(|(at, row)| (*at, keys.indexes(ROW, &row.identity()))).collect();
    let imported = imported(tx, &hashes).await?;
    let similar = similar(tx, &keys, &rows).await?;
    ledger.compare(|place, _| {
        let known_as = hashes.get(&place.sheet_row);
        let number = known_as.and_then(|hashes| hashes.iter().find_map(|hash| imported.get(hash)));
        number
            .cloned()
            .map(Known::Imported)
            .or_else(|| similar.get(&place.sheet_row).cloned().map(Known::Similar))
    });
    Ok(())
}

/// The case that a row of an earlier import became, or was found to repeat. An import that was
/// undone doesn't count.
async fn imported(
    tx: &mut Tx,
    hashes: &HashMap<u32, Vec<Vec<u8>>>,
) -> StoreResult<HashMap<Vec<u8>, String>> {
    let hashes: Vec<Vec<u8>> = hashes.values().flatten().cloned().collect();
    let found = sqlx::query!(
        r#"SELECT DISTINCT ON (r.row_hash) r.row_hash AS "row_hash!", c.number
           FROM import_row r
           JOIN petition_case c ON c.id = coalesce(r.case_id, r.like_case_id)
           WHERE r.row_hash = ANY ($1) AND r.state IN ('imported', 'waiting', 'skipped')
             AND NOT EXISTS (SELECT FROM import_undo u WHERE u.import_id = r.import_id)
           ORDER BY r.row_hash, r.state = 'imported' DESC, c.id"#,
        &hashes,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(found.into_iter().map(|row| (row.row_hash, row.number)).collect())
}

/// What a row is looked for by.
#[derive(Serialize)]
struct Wanted {
    sheet_row: u32,
    id_indexes: Option<Vec<String>>,
    name_key: String,
    court_case: Option<String>,
    grounds: String,
    origin: Option<i64>,
    unit: i64,
}

/// The cases that are probably the same as rows: the same person (by number, or by name where
/// one of them has no number), the same court case (without one, the same grounds) and court.
async fn similar(
    tx: &mut Tx,
    keys: &Keys,
    rows: &[(u32, &LedgerRow)],
) -> StoreResult<HashMap<u32, String>> {
    let wanted = rows.iter().map(|(sheet_row, row)| Wanted {
        sheet_row: *sheet_row,
        id_indexes: id_indexes(keys, &row.petitioner.id_number)
            .map(|indexes| indexes.iter().map(|index| hex(index)).collect()),
        name_key: row.petitioner.name.normalised(),
        court_case: row.court_case.as_ref().map(ToString::to_string),
        grounds: row.grounds.clone(),
        origin: row.origin_court.map(|unit| unit.0),
        unit: row.unit.0,
    });
    let wanted = super::json(&wanted.collect::<Vec<_>>())?;
    let (conn, scope) = tx.scoped();
    let found = sqlx::query!(
        r#"WITH wanted AS (
               SELECT w.*, ARRAY(SELECT decode(i, 'hex') FROM unnest(w.id_indexes) i) AS id_keys
               FROM jsonb_to_recordset($1) AS w (sheet_row int, id_indexes text[], name_key text, court_case text,
                                                 grounds text, origin bigint, unit bigint)),
           candidate AS (
               SELECT w.sheet_row, l.case_id
               FROM wanted w
               JOIN court_case k ON k.number = w.court_case
               JOIN petition_case_court_case l ON l.court_case_id = k.id
               UNION
               SELECT w.sheet_row, y.case_id
               FROM wanted w
               JOIN petitioner p ON p.name_key = w.name_key
               JOIN party y ON y.petitioner_id = p.id
               JOIN grounds g ON g.case_id = y.case_id AND g.summary = w.grounds
               WHERE w.court_case IS NULL AND w.grounds <> '')
           SELECT DISTINCT ON (w.sheet_row) w.sheet_row AS "sheet_row!", c.number
           FROM wanted w
           JOIN candidate f ON f.sheet_row = w.sheet_row
           JOIN petition_case c ON c.id = f.case_id AND within($2, c.unit_id, c.id)
           JOIN party y ON y.case_id = c.id
           JOIN petitioner p ON p.id = y.petitioner_id
           WHERE (p.id_index = ANY (w.id_keys)
                  OR (p.id_index IS NULL OR w.id_indexes IS NULL) AND p.name_key = w.name_key)
             AND coalesce(c.origin_unit_id = w.origin, c.unit_id = w.unit)
             AND NOT EXISTS (SELECT FROM case_void v WHERE v.case_id = c.id)
           ORDER BY w.sheet_row, c.id DESC"#,
        wanted,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    let found =
        found.into_iter().filter_map(|row| Some((u32::try_from(row.sheet_row).ok()?, row.number)));
    Ok(found.collect())
}
