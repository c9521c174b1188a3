//! Close reports (办结报告): what is on file for one, the report with its signatures, its record.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::petition_cases::{Opened, decided_on};
use super::{StoreError, StoreResult, Tx, audit, keys};
use crate::domain::closing::{
    Applied, Closing, Content, Decision, Dossier, Paper, Sections, Signature,
};
use crate::domain::content_hash::ContentHash;
use crate::domain::document::{DocumentKind, Filed};
use crate::domain::ids::{ClosingId, DocumentId, RoundId, StaffId, UnitId};
use crate::domain::outcome::Outcome;
use crate::domain::sign_step::SignStep;
use crate::domain::unit::UnitKind;

/// What is on file in the open round.
pub async fn dossier(tx: &mut Tx, opened: &Opened) -> StoreResult<Dossier> {
    let papers = papers_of_round(tx, opened).await?;
    let round = opened.case().round;
    let (conn, case) = tx.within(opened);
    let facts = sqlx::query!(
        r#"SELECT ARRAY(SELECT staff_id FROM team_member
                        WHERE case_id = $1 AND ended_at IS NULL AND staff_id IS NOT NULL) AS "team!: Vec<i64>",
                  NOT EXISTS (SELECT FROM assignment a
                              WHERE a.round_id = $2
                                AND NOT EXISTS (SELECT FROM ledger l WHERE l.assignment_id = a.id))
                  AND (SELECT count(*) FROM team_member
                       WHERE case_id = $1 AND ended_at IS NULL AND place IN ('leader', 'chief', 'handler')) = 3
                      AS "ledger_complete!",
                  NOT EXISTS (SELECT FROM assignment a JOIN ledger l ON l.assignment_id = a.id
                              WHERE a.round_id = $2 AND btrim(l.plan) = '') AS "planned!",
                  EXISTS (SELECT FROM interview WHERE round_id = $2 AND kind = 'lead_meeting') AS "met!",
                  (SELECT uuid FROM reply WHERE round_id = $2 ORDER BY id DESC LIMIT 1) AS reply,
                  EXISTS (SELECT FROM closing c
                          WHERE c.id = (SELECT max(id) FROM closing WHERE round_id = $2)
                            AND NOT EXISTS (SELECT FROM closing_signature s
                                            WHERE s.closing_id = c.id AND s.decision = 'return'))
                      AS "under_signature!",
                  (SELECT coalesce(bool_or(r.needs_leading_group), true)
                   FROM assignment a JOIN rule_set r ON r.id = a.rule_set_id
                   WHERE a.round_id = $2) AS "needs_leading_group!""#,
        case,
        round.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(Dossier {
        team: facts.team.into_iter().map(StaffId).collect(),
        ledger_complete: facts.ledger_complete,
        planned: facts.planned,
        met: facts.met,
        reply: facts.reply,
        papers,
        under_signature: facts.under_signature,
        needs_leading_group: facts.needs_leading_group,
    })
}

/// Whether the very file is on record already, as what it is said to be.
pub fn holds(dossier: &Dossier, file: &Filed<'_>) -> bool {
    let hash = keys::sha256(file.bytes());
    dossier.papers.iter().any(|paper| paper.kind == file.kind() && paper.sha256 == hash)
}

/// The files that were filed in the open round.
async fn papers_of_round(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<Paper>> {
    let round = opened.case().round;
    let (conn, case) = tx.within(opened);
    let papers = sqlx::query_as!(
        Paper,
        r#"SELECT d.id AS "id: DocumentId", d.uuid, d.kind AS "kind: DocumentKind", d.name, d.sha256, false AS "is_infected!"
           FROM document d JOIN round r ON r.id = $2
           WHERE d.case_id = $1 AND d.recorded_at >= r.recorded_at AND d.scan <> 'infected'
           ORDER BY d.id"#,
        case,
        round.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(papers)
}

/// The name of the petitioner that the case is listed under.
pub async fn petitioner(tx: &mut Tx, opened: &Opened) -> StoreResult<String> {
    let (conn, case) = tx.within(opened);
    let name = sqlx::query_scalar!(
        "SELECT p.name FROM party y JOIN petitioner p ON p.id = y.petitioner_id
         WHERE y.case_id = $1 AND y.part = 'main'",
        case,
    )
    .fetch_optional(conn)
    .await?;
    Ok(name.unwrap_or_default())
}

/// The full name of the court that a report comes from: its own, or the one above a division.
pub async fn issuer(tx: &mut Tx, opened: &Opened) -> StoreResult<String> {
    let unit = opened.case().unit.0;
    let name = sqlx::query_scalar!("SELECT name FROM unit WHERE id = court_of($1)", unit)
        .fetch_one(tx.unscoped())
        .await?;
    Ok(name)
}

/// Writes the application with its papers and the audit entry, or nothing.
pub async fn record(tx: &mut Tx, opened: &Opened, fact: &Applied) -> StoreResult<Uuid> {
    decided_on(tx, fact.case(), fact.seen()).await?;
    let (content, hash) = (fact.content(), fact.hash());
    let (conn, case) = tx.within(opened);
    let made = sqlx::query!(
        r#"INSERT INTO closing (case_id, round_id, unit_id, outcome, sections, reply_id, content_hash,
                                needs_leading_group, applied_at, recorded_at, recorded_by)
           SELECT $1, $2, $3, $4, $5, r.id, $7, $8, $9, $9, $10
           FROM reply r WHERE r.uuid = $6 AND r.case_id = $1
           RETURNING id AS "id: ClosingId", uuid"#,
        case,
        fact.round().0,
        fact.unit().0,
        content.outcome.code(),
        content.sections.as_slice(),
        content.reply,
        hash.as_bytes(),
        content.needs_leading_group,
        fact.at(),
        fact.by().0,
    )
    .fetch_one(conn)
    .await?;
    let papers: Vec<i64> = content.papers.iter().map(|paper| paper.id.0).collect();
    let (conn, case) = tx.within(opened);
    sqlx::query!(
        "INSERT INTO closing_document (closing_id, document_id, case_id)
         SELECT $1, id, $3 FROM unnest($2::bigint[]) id",
        made.id.0,
        &papers,
        case,
    )
    .execute(conn)
    .await?;
    let object = made.uuid.to_string();
    let entry = audit::Entry {
        verb: "closing.applied",
        case: Some(fact.case()),
        object: &object,
        detail: content.outcome.code(),
        at: fact.at(),
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await?;
    Ok(made.uuid)
}

/// The number of the case that a report is about, if the case is within the scope.
pub async fn case_number(tx: &mut Tx, closing: Uuid) -> StoreResult<Option<String>> {
    let (conn, scope) = tx.scoped();
    let number = sqlx::query_scalar!(
        "SELECT c.number FROM closing g JOIN petition_case c ON c.id = g.case_id
         WHERE g.uuid = $1 AND within($2, c.unit_id, c.id)",
        closing,
        scope.reach() as _,
    )
    .fetch_optional(conn)
    .await?;
    Ok(number)
}

/// The latest report of the open round.
pub async fn latest(tx: &mut Tx, opened: &Opened) -> StoreResult<Option<Closing>> {
    let round = opened.case().round;
    let all = list(tx, opened).await?;
    Ok(all.into_iter().find(|closing| closing.round == round))
}

/// One report of the case.
pub async fn find(tx: &mut Tx, opened: &Opened, uuid: Uuid) -> StoreResult<Option<Closing>> {
    let all = list(tx, opened).await?;
    Ok(all.into_iter().find(|closing| closing.uuid == uuid))
}

/// The row of a report.
struct Found {
    id: ClosingId,
    uuid: Uuid,
    round: RoundId,
    round_number: i32,
    unit: UnitId,
    court: UnitId,
    court_kind: UnitKind,
    outcome: Outcome,
    sections: Vec<String>,
    reply: Uuid,
    needs_leading_group: bool,
    superseded: bool,
    applied_by: StaffId,
    writer: String,
    applied_at: DateTime<Utc>,
    handled_by: Vec<i64>,
}

/// Every report of the case with its papers and signatures, newest first.
pub async fn list(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<Closing>> {
    let (conn, case) = tx.within(opened);
    let rows = sqlx::query_as!(
        Found,
        r#"SELECT g.id AS "id: ClosingId", g.uuid, g.round_id AS "round: RoundId", r.number AS round_number,
                  g.unit_id AS "unit: UnitId", u.id AS "court: UnitId", u.kind AS "court_kind: UnitKind",
                  g.outcome AS "outcome: Outcome", g.sections, y.uuid AS reply, g.needs_leading_group,
                  EXISTS (SELECT FROM closing o WHERE o.round_id = g.round_id AND o.id > g.id) AS "superseded!",
                  g.recorded_by AS "applied_by: StaffId", acting_name(s.name, g.on_behalf_of) AS "writer!", g.applied_at,
                  ARRAY(SELECT t.staff_id FROM team_member t
                        WHERE t.case_id = g.case_id AND t.staff_id IS NOT NULL) AS "handled_by!: Vec<i64>"
           FROM closing g
           JOIN round r ON r.id = g.round_id
           JOIN reply y ON y.id = g.reply_id
           JOIN staff s ON s.id = g.recorded_by
           JOIN unit u ON u.id = court_of(g.unit_id)
           WHERE g.case_id = $1 ORDER BY g.id DESC"#,
        case,
    )
    .fetch_all(conn)
    .await?;
    let mut papers = papers(tx, opened).await?;
    let mut signatures = signatures(tx, opened).await?;
    rows.into_iter()
        .map(|row| {
            let mut closing = row.closing(&opened.case().number)?;
            closing.content.papers = taken(&mut papers, closing.id);
            closing.signatures = taken(&mut signatures, closing.id);
            Ok(closing)
        })
        .collect()
}

/// What belongs to one report.
fn taken<T>(all: &mut Vec<(ClosingId, T)>, closing: ClosingId) -> Vec<T> {
    all.extract_if(.., |(of, _)| *of == closing).map(|(_, one)| one).collect()
}

impl Found {
    fn closing(self, number: &str) -> StoreResult<Closing> {
        let sections = Sections::from_list(self.sections).ok_or(StoreError::Unreadable {
            table: "closing",
            column: "sections",
            value: self.id.to_string(),
        })?;
        Ok(Closing {
            id: self.id,
            uuid: self.uuid,
            round: self.round,
            court: self.court,
            court_kind: self.court_kind,
            content: Content {
                case_number: number.to_owned(),
                round_number: self.round_number,
                unit: self.unit,
                outcome: self.outcome,
                needs_leading_group: self.needs_leading_group,
                reply: self.reply,
                sections,
                papers: Vec::new(),
            },
            superseded: self.superseded,
            applied_by: self.applied_by,
            writer: self.writer,
            applied_at: self.applied_at,
            handled_by: self.handled_by.into_iter().map(StaffId).collect(),
            signatures: Vec::new(),
        })
    }
}

async fn papers(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<(ClosingId, Paper)>> {
    let (conn, case) = tx.within(opened);
    let rows = sqlx::query!(
        r#"SELECT p.closing_id AS "closing: ClosingId", d.id AS "id: DocumentId", d.uuid,
                  d.kind AS "kind: DocumentKind", d.name, d.sha256,
                  d.scan = 'infected' AS "is_infected!"
           FROM closing_document p JOIN document d ON d.id = p.document_id
           WHERE p.case_id = $1 ORDER BY d.id"#,
        case,
    )
    .fetch_all(conn)
    .await?;
    let paper = rows.into_iter().map(|row| {
        let (id, uuid, kind) = (row.id, row.uuid, row.kind);
        let (name, sha256, is_infected) = (row.name, row.sha256, row.is_infected);
        (row.closing, Paper { id, uuid, kind, name, sha256, is_infected })
    });
    Ok(paper.collect())
}

async fn signatures(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<(ClosingId, Signature)>> {
    let (conn, case) = tx.within(opened);
    let rows = sqlx::query!(
        r#"SELECT g.closing_id AS "closing: ClosingId", g.step AS "step: SignStep",
                  g.decision AS "decision: Decision", g.opinion, g.capacity,
                  g.recorded_by AS "by: StaffId", g.on_behalf_of AS "on_behalf_of: StaffId",
                  acting_name(s.name, g.on_behalf_of) AS "name!",
                  g.signed_at, g.content_hash
           FROM closing_signature g JOIN staff s ON s.id = g.recorded_by
           WHERE g.case_id = $1 ORDER BY g.signed_at, g.step"#,
        case,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let hash = row.content_hash.try_into().map_err(|_| StoreError::Unreadable {
                table: "closing_signature",
                column: "content_hash",
                value: row.closing.to_string(),
            })?;
            let signature = Signature {
                step: row.step,
                decision: row.decision,
                opinion: row.opinion,
                capacity: row.capacity,
                by: row.by,
                on_behalf_of: row.on_behalf_of,
                name: row.name,
                at: row.signed_at,
                hash: ContentHash::from_bytes(hash),
            };
            Ok((row.closing, signature))
        })
        .collect()
}
