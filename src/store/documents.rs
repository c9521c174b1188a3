//! Files of a case. The bytes are sealed with the program's key before they reach the database.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::petition_cases::Opened;
use super::{StoreError, StoreResult, Tx, audit, keys};
use crate::domain::document::{DocumentKind, Filed, Filing, MediaType};

const PURPOSE: &str = "document";

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
}

/// A file with its content.
#[derive(Debug)]
pub struct Document {
    pub name: String,
    pub media_type: MediaType,
    pub bytes: Vec<u8>,
}

/// Files a document, and says so in the audit.
pub async fn add(
    tx: &mut Tx,
    opened: &Opened,
    filed: &Filed<'_>,
    filing: &Filing,
) -> StoreResult<Uuid> {
    let sealed = tx.keys().seal(PURPOSE, filed.bytes())?;
    let size = i32::try_from(filed.bytes().len()).map_err(|_| StoreError::Unreadable {
        table: "document",
        column: "size",
        value: filed.bytes().len().to_string(),
    })?;
    let (conn, case) = tx.within(opened);
    let uuid = sqlx::query_scalar!(
        "INSERT INTO document (case_id, kind, name, media_type, size, sha256, sealed, belongs_to,
                               recorded_at, recorded_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         RETURNING uuid",
        case,
        filed.kind().code(),
        filed.name(),
        filed.media_type().code(),
        size,
        &keys::sha256(filed.bytes()),
        &sealed,
        filing.belongs_to,
        filing.at,
        filing.by.0,
    )
    .fetch_one(conn)
    .await?;
    trace(tx, opened, "document.filed", uuid, filing.at).await?;
    Ok(uuid)
}

/// The files of a case, oldest first.
pub async fn list(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<DocumentLine>> {
    let (conn, case) = tx.within(opened);
    let lines = sqlx::query_as!(
        DocumentLine,
        r#"SELECT d.uuid, d.kind AS "kind: DocumentKind", d.name, d.media_type AS "media_type: MediaType",
                  d.size, d.belongs_to, d.recorded_at, s.name AS recorded_by
           FROM document d JOIN staff s ON s.id = d.recorded_by
           WHERE d.case_id = $1 ORDER BY d.id"#,
        case,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// A file of the case, with a line in the audit: who read what is known.
pub async fn read(
    tx: &mut Tx,
    opened: &Opened,
    uuid: Uuid,
    at: DateTime<Utc>,
) -> StoreResult<Option<Document>> {
    let (conn, case) = tx.within(opened);
    let found = sqlx::query!(
        r#"SELECT name, media_type AS "media_type: MediaType", sealed FROM document
           WHERE case_id = $1 AND uuid = $2"#,
        case,
        uuid,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let bytes = tx.keys().open(PURPOSE, &row.sealed)?;
    trace(tx, opened, "document.read", uuid, at).await?;
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
    audit::append(tx, audit::Entry { verb, case, object: &object, detail: "", at }).await
}
