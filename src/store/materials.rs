//! Material that was handed in with visits. The bytes are sealed like any document's.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::documents::{self, Document, Wanted};
use super::{StoreResult, Tx, audit};
use crate::domain::document::MediaType;
use crate::domain::ids::{PetitionCaseId, StaffId, VisitId};
use crate::domain::material::{Added, Receiving};
use crate::domain::scan::{Standing, Withheld};

/// A visit within reach, as adding to it asks for it.
pub async fn receiving(tx: &mut Tx, number: &str) -> StoreResult<Option<Receiving>> {
    let (conn, scope) = tx.scoped();
    Ok(sqlx::query_as!(
        Receiving,
        r#"SELECT v.id AS "visit: VisitId", v.number, v.recorded_by AS "recorded_by: StaffId",
                  v.visit_kind = 'accusation' AS "is_sealed!",
                  (SELECT min(vc.case_id) FROM visit_case vc WHERE vc.visit_id = v.id) AS "case: PetitionCaseId",
                  EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id) AS "is_void!",
                  visit_erased_at(v.id) IS NOT NULL AS "is_erased!",
                  EXISTS (SELECT FROM account_of_visit(v.id, $2)) AS "is_open!"
           FROM visit v
           WHERE v.number = $1 AND within($2, v)"#,
        number,
        scope.reach() as _,
    )
    .fetch_optional(conn)
    .await?)
}

/// Writes what was added, a line of the audit for each file.
pub async fn record(tx: &mut Tx, fact: &Added<'_>) -> StoreResult<()> {
    for file in fact.files() {
        let uuid = Uuid::new_v4();
        let kept = documents::Kept::of(tx, file, uuid)?;
        sqlx::query!(
            "INSERT INTO visit_material (uuid, visit_id, name, media_type, size, sha256, sealed, recorded_at,
                                         recorded_by, scan, scanned_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            uuid,
            fact.visit().0,
            file.name(),
            file.media_type().code(),
            kept.size,
            &kept.sha256,
            &kept.sealed,
            fact.at(),
            fact.by().0,
            file.standing().code(),
            file.clean_at(),
        )
        .execute(tx.unscoped())
        .await?;
        let entry = audit::Entry {
            verb: "material.filed",
            object: fact.number(),
            detail: &uuid.to_string(),
            at: fact.at(),
            case: fact.case(),
            ..audit::Entry::default()
        };
        audit::append(tx, entry).await?;
    }
    Ok(())
}

/// Material in a list: all but its content.
#[derive(Debug, Clone)]
pub struct MaterialLine {
    pub uuid: Uuid,
    pub name: String,
    pub size: i32,
    pub recorded_at: DateTime<Utc>,
    pub recorded_by: String,
    pub standing: Standing,
}

/// What was handed in with a visit, oldest first, if its account is open to the reader.
pub async fn list(tx: &mut Tx, visit: VisitId) -> StoreResult<Vec<MaterialLine>> {
    let (conn, scope) = tx.scoped();
    let lines = sqlx::query_as!(
        MaterialLine,
        r#"SELECT m.uuid, m.name, m.size, m.recorded_at, acting_name(s.name, m.on_behalf_of) AS "recorded_by!",
                  m.scan AS "standing: Standing"
           FROM visit_material m
           JOIN visit v ON v.id = m.visit_id
           JOIN staff s ON s.id = m.recorded_by
           CROSS JOIN LATERAL account_of_visit(v.id, $2)
           WHERE m.visit_id = $1 AND within($2, v)
           ORDER BY m.id"#,
        visit.0,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// One of them with its content, and a line in the audit: who read what is known.
pub async fn read(tx: &mut Tx, number: &str, wanted: Wanted) -> StoreResult<Option<Document>> {
    let (conn, scope) = tx.scoped();
    let found = sqlx::query!(
        r#"SELECT m.name, m.media_type AS "media_type: MediaType", m.sealed, m.sha256,
                  m.scan AS "standing: Standing",
                  (SELECT min(vc.case_id) FROM visit_case vc WHERE vc.visit_id = v.id) AS "case: PetitionCaseId"
           FROM visit_material m
           JOIN visit v ON v.id = m.visit_id
           CROSS JOIN LATERAL account_of_visit(v.id, $2)
           WHERE v.number = $1 AND m.uuid = $3 AND within($2, v)"#,
        number,
        scope.reach() as _,
        wanted.uuid,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let bytes = documents::open(tx, wanted, (&row.sealed, &row.sha256, row.standing));
    let material = wanted.uuid.to_string();
    let (verb, case, at) = ("material.read", row.case, wanted.at);
    let entry = audit::Entry {
        verb,
        object: number,
        detail: &material,
        at,
        case,
        ..audit::Entry::default()
    };
    match bytes {
        Ok(_) => audit::append(tx, entry).await?,
        Err(Withheld::Broken) => {
            let broken = audit::Entry { object: &material, detail: documents::PURPOSE, ..entry };
            audit::broken(tx, broken).await?;
        }
        Err(Withheld::Unscanned | Withheld::Infected) => {}
    }
    Ok(Some(Document { name: row.name, media_type: row.media_type, bytes }))
}
