//! Reading imports: the list, one of them with its rows, and the file as it came.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

use super::mapping::Kept;
use super::record::PURPOSE;
use crate::domain::ids::ImportId;
use crate::domain::import::{Mappings, Remark, State, WaitingRow};
use crate::domain::ledger_import::{Kind, Place, Weight};
use crate::store::{StoreError, StoreResult, Tx};

/// An import with what became of its rows.
#[derive(Debug, Clone)]
pub struct ImportLine {
    pub id: ImportId,
    pub uuid: Uuid,
    pub file_name: String,
    pub sha256: Vec<u8>,
    pub by: String,
    /// On the command line, the name of the system's user.
    pub system_user: String,
    pub recorded_at: DateTime<Utc>,
    pub undone_at: Option<DateTime<Utc>>,
    pub undone_by: Option<String>,
    pub undo_reason: Option<String>,
    pub total: i64,
    pub imported: i64,
    pub waiting: i64,
    pub stopped: i64,
    pub known: i64,
    pub skipped: i64,
    pub reviews: i64,
    pub stopped_reviews: i64,
}

/// The imports, newest first, before one of them.
pub async fn list(tx: &mut Tx, before: Option<Uuid>, size: i64) -> StoreResult<Vec<ImportLine>> {
    read(tx, None, before, size).await
}

/// One import.
pub async fn find(tx: &mut Tx, uuid: Uuid) -> StoreResult<Option<ImportLine>> {
    Ok(read(tx, Some(uuid), None, 1).await?.pop())
}

/// The last import of the same file that wasn't undone.
pub async fn of_same_file(tx: &mut Tx, sha256: &[u8]) -> StoreResult<Option<Uuid>> {
    let (conn, scope) = tx.scoped();
    let uuid = sqlx::query_scalar!(
        "SELECT i.uuid FROM import i
         WHERE i.sha256 = $1 AND i.unit_id = ANY ($2)
           AND NOT EXISTS (SELECT FROM import_undo u WHERE u.import_id = i.id)
         ORDER BY i.id DESC LIMIT 1",
        sha256,
        scope.units(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(uuid)
}

async fn read(
    tx: &mut Tx,
    wanted: Option<Uuid>,
    before: Option<Uuid>,
    size: i64,
) -> StoreResult<Vec<ImportLine>> {
    let (conn, scope) = tx.scoped();
    let lines = sqlx::query_as!(
        ImportLine,
        r#"SELECT i.id AS "id: ImportId", i.uuid, i.file_name, i.sha256, acting_name(s.name, i.on_behalf_of) AS "by!", i.system_user, i.recorded_at,
                  u.undone_at AS "undone_at?", acting_name(t.name, u.on_behalf_of) AS "undone_by?", u.reason AS "undo_reason?",
                  r.total AS "total!", r.imported AS "imported!", r.waiting AS "waiting!", r.stopped AS "stopped!",
                  r.known AS "known!", r.skipped AS "skipped!", r.stopped_reviews AS "stopped_reviews!",
                  (SELECT count(*) FROM case_review w WHERE w.import_id = i.id) AS "reviews!"
           FROM (SELECT id, uuid, file_name, sha256, system_user, recorded_at, recorded_by, on_behalf_of FROM import
                 WHERE unit_id = ANY ($1)
                   AND CASE WHEN $2::uuid IS NOT NULL THEN uuid = $2
                            WHEN $3::uuid IS NOT NULL THEN id < (SELECT id FROM import WHERE uuid = $3)
                            ELSE true END
                 ORDER BY id DESC LIMIT $4) i
           JOIN staff s ON s.id = i.recorded_by
           LEFT JOIN import_undo u ON u.import_id = i.id
           LEFT JOIN staff t ON t.id = u.recorded_by
           CROSS JOIN LATERAL (
               SELECT count(*) FILTER (WHERE kind = 'ledger') AS total,
                      count(*) FILTER (WHERE state = 'imported') AS imported,
                      count(*) FILTER (WHERE state = 'waiting') AS waiting,
                      count(*) FILTER (WHERE state = 'stopped' AND kind = 'ledger') AS stopped,
                      count(*) FILTER (WHERE state = 'known') AS known,
                      count(*) FILTER (WHERE state = 'skipped') AS skipped,
                      count(*) FILTER (WHERE kind = 'review') AS stopped_reviews
               FROM import_row WHERE import_id = i.id) r
           ORDER BY i.id DESC"#,
        scope.units(),
        wanted,
        before,
        size,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// What became of a row.
#[derive(Debug, Clone)]
pub struct RowLine {
    pub kind: Kind,
    pub place: Place,
    pub state: State,
    pub case: Option<String>,
    /// What a waiting row probably repeats.
    pub like_row: Option<u32>,
    pub like_case: Option<String>,
    pub remarks: Vec<Remark>,
}

impl RowLine {
    /// The row as a rule needs it.
    pub fn waiting(&self, import: &ImportLine) -> WaitingRow {
        WaitingRow {
            import: import.id,
            place: self.place.clone(),
            state: self.state,
            undone: import.undone_at.is_some(),
        }
    }
}

/// A remark as it is kept.
#[derive(Debug, Deserialize)]
struct KeptRemark {
    heading: String,
    weight: String,
    problem: String,
    remedy: String,
}

impl KeptRemark {
    fn remark(self) -> Option<Remark> {
        let Self { heading, weight, problem, remedy } = self;
        Some(Remark { heading, weight: Weight::from_code(&weight)?, problem, remedy })
    }
}

/// The rows of an import, as in its sheets.
pub async fn rows(tx: &mut Tx, import: ImportId) -> StoreResult<Vec<RowLine>> {
    let (conn, scope) = tx.scoped();
    let rows = sqlx::query!(
        r#"SELECT r.kind AS "kind: Kind", r.sheet_row, r.ordinal, r.state AS "state: State", c.number AS "case?",
                  r.like_row, k.number AS "like_case?", r.remarks AS "remarks: Json<Vec<KeptRemark>>"
           FROM import_row r
           JOIN import i ON i.id = r.import_id AND i.unit_id = ANY ($2)
           LEFT JOIN petition_case c ON c.id = r.case_id
           LEFT JOIN petition_case k ON k.id = r.like_case_id
           WHERE r.import_id = $1
           ORDER BY r.kind, r.sheet_row"#,
        import.0,
        scope.units(),
    )
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter().map(|row| RowLine {
        kind: row.kind,
        place: Place { sheet_row: unsigned(row.sheet_row), index: row.ordinal },
        state: row.state,
        case: row.case,
        like_row: row.like_row.map(unsigned),
        like_case: row.like_case,
        remarks: row.remarks.0.into_iter().filter_map(KeptRemark::remark).collect(),
    });
    Ok(rows.collect())
}

fn unsigned(row: i32) -> u32 {
    u32::try_from(row).unwrap_or_default()
}

/// The file of an import, as it came.
pub struct Archived {
    pub bytes: Vec<u8>,
    pub mappings: Mappings,
}

/// Opens the file of an import, unless it is destroyed.
pub async fn file(tx: &mut Tx, import: ImportId) -> StoreResult<Option<Archived>> {
    let keys = tx.keys();
    let (conn, scope) = tx.scoped();
    let row = sqlx::query!(
        r#"SELECT uuid, sealed, mapping AS "mapping: Json<Kept>" FROM import WHERE id = $1 AND unit_id = ANY ($2)"#,
        import.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await?;
    let row = row.ok_or(StoreError::Stale)?;
    let Some(sealed) = row.sealed else { return Ok(None) };
    let bytes = keys.open((PURPOSE, &row.uuid.to_string()), &sealed)?;
    Ok(Some(Archived { bytes, mappings: row.mapping.0.mappings()? }))
}
