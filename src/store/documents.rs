//! Files of a case. The bytes are sealed with the program's key before they reach the database.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::petition_cases::Opened;
use super::{StoreError, StoreResult, Tx, audit, keys};
use crate::domain::document::{DocumentKind, Filed, Filing, MediaType};
use crate::domain::scan::{Standing, Withheld};

pub const PURPOSE: &str = "document";

/// A file in a list: all but its content.
#[derive(Debug, Clone)]
pub struct DocumentLine {
    pub uuid: Uuid,
    pub kind: DocumentKind,
    pub name: String,
    pub media_type: MediaType,
    pub size: i32,
    /// The uuid of the record that it came with.
    pub belongs_to: String,
    pub recorded_at: DateTime<Utc>,
    pub recorded_by: String,
    pub standing: Standing,
}

/// A file that someone asks for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub uuid: Uuid,
    pub at: DateTime<Utc>,
    /// Whether a scanner is named: what it has not seen is handed out to nobody.
    pub has_scanner: bool,
}

/// A file with its content.
#[derive(Debug)]
pub struct Document {
    pub name: String,
    pub media_type: MediaType,
    pub bytes: Result<Vec<u8>, Withheld>,
}

/// A file as it is kept.
pub(super) struct Kept {
    pub size: i32,
    pub sha256: Vec<u8>,
    pub sealed: Vec<u8>,
}

impl Kept {
    pub fn of(tx: &Tx, filed: &Filed<'_>, uuid: Uuid) -> StoreResult<Self> {
        let size = i32::try_from(filed.bytes().len()).map_err(|_| StoreError::Unreadable {
            table: "document",
            column: "size",
            value: filed.bytes().len().to_string(),
        })?;
        let sealed = tx.keys().seal((PURPOSE, &uuid.to_string()), filed.bytes())?;
        Ok(Self { size, sha256: keys::sha256(filed.bytes()).to_vec(), sealed })
    }
}

/// The plain bytes of a file that was kept, if nothing keeps them from being handed out.
pub(super) fn open(
    tx: &Tx,
    wanted: Wanted,
    (sealed, sha256, standing): (&[u8], &[u8], Standing),
) -> Result<Vec<u8>, Withheld> {
    if let Some(withheld) = standing.withheld(wanted.has_scanner) {
        return Err(withheld);
    }
    let bytes = tx.keys().open((PURPOSE, &wanted.uuid.to_string()), sealed);
    let bytes = bytes.ok().filter(|bytes| keys::sha256(bytes) == sha256);
    bytes.ok_or(Withheld::Broken)
}

/// Files a document, and says so in the audit.
pub async fn add(
    tx: &mut Tx,
    opened: &Opened,
    filed: &Filed<'_>,
    filing: &Filing,
) -> StoreResult<Uuid> {
    let uuid = Uuid::new_v4();
    let kept = Kept::of(tx, filed, uuid)?;
    let (conn, case) = tx.within(opened);
    sqlx::query!(
        "INSERT INTO document (case_id, kind, name, media_type, size, sha256, sealed, belongs_to,
                               recorded_at, recorded_by, uuid, scan, scanned_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        case,
        filed.kind().code(),
        filed.name(),
        filed.media_type().code(),
        kept.size,
        &kept.sha256,
        &kept.sealed,
        filing.belongs_to,
        filing.at,
        filing.by.0,
        uuid,
        filed.standing().code(),
        filed.clean_at(),
    )
    .execute(conn)
    .await?;
    trace(tx, opened, "document.filed", uuid, filing.at).await?;
    Ok(uuid)
}

/// The files of a case, and those that were handed in with its visits where their account is open
/// to the reader; oldest first.
pub async fn list(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<DocumentLine>> {
    let (conn, case, scope) = tx.within_reach(opened);
    let lines = sqlx::query_as!(
        DocumentLine,
        r#"SELECT d.uuid AS "uuid!", d.kind AS "kind!: DocumentKind", d.name AS "name!",
                  d.media_type AS "media_type!: MediaType", d.size AS "size!", d.belongs_to AS "belongs_to!",
                  d.recorded_at AS "recorded_at!", acting_name(s.name, d.on_behalf_of) AS "recorded_by!",
                  d.scan AS "standing!: Standing"
           FROM (
               SELECT uuid, kind, name, media_type, size, belongs_to, recorded_at, recorded_by,
                      on_behalf_of, scan
               FROM document WHERE case_id = $1
               UNION ALL
               SELECT m.uuid, 'visit_material', m.name, m.media_type, m.size, v.number, m.recorded_at, m.recorded_by,
                      m.on_behalf_of, m.scan
               FROM visit_case vc
               JOIN visit v ON v.id = vc.visit_id
               CROSS JOIN LATERAL account_of_visit(v.id, $2)
               JOIN visit_material m ON m.visit_id = v.id
               WHERE vc.case_id = $1 AND within($2, v)
                 AND NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id)) d
           JOIN staff s ON s.id = d.recorded_by
           ORDER BY d.recorded_at, d.uuid"#,
        case,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// A file of the case or of one of its visits, with a line in the audit: who read what is known.
pub async fn read(tx: &mut Tx, opened: &Opened, wanted: Wanted) -> StoreResult<Option<Document>> {
    let Wanted { uuid, at, .. } = wanted;
    let (conn, case, scope) = tx.within_reach(opened);
    let found = sqlx::query!(
        r#"SELECT name AS "name!", media_type AS "media_type!: MediaType", sealed AS "sealed!", sha256 AS "sha256!",
                  scan AS "standing!: Standing"
           FROM document WHERE case_id = $1 AND uuid = $3
           UNION ALL
           SELECT m.name, m.media_type, m.sealed, m.sha256, m.scan
           FROM visit_material m
           JOIN visit v ON v.id = m.visit_id
           JOIN visit_case vc ON vc.visit_id = v.id AND vc.case_id = $1
           CROSS JOIN LATERAL account_of_visit(v.id, $2)
           WHERE m.uuid = $3 AND within($2, v)
             AND NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id)"#,
        case,
        scope.reach() as _,
        uuid,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let bytes = open(tx, wanted, (&row.sealed, &row.sha256, row.standing));
    match bytes {
        Ok(_) => trace(tx, opened, "document.read", uuid, at).await?,
        Err(Withheld::Broken) => {
            let (case, object) = (Some(opened.case().id), uuid.to_string());
            let detail = PURPOSE;
            let entry =
                audit::Entry { case, object: &object, detail, at, ..audit::Entry::default() };
            audit::broken(tx, entry).await?;
        }
        Err(Withheld::Unscanned | Withheld::Infected) => {}
    }
    Ok(Some(Document { name: row.name, media_type: row.media_type, bytes }))
}

async fn trace(
    tx: &mut Tx,
    opened: &Opened,
    verb: &str,
    uuid: Uuid,
    at: DateTime<Utc>,
) -> StoreResult<()> {
    let object = uuid.to_string();
    let case = Some(opened.case().id);
    audit::append(
        tx,
        audit::Entry { verb, case, object: &object, detail: "", at, ..audit::Entry::default() },
    )
    .await
}
