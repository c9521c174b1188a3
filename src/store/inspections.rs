//! Accusations as the inspection office has them. Its reach is asked twice: by the scope of the
//! register, and by who reads what is sealed.

use chrono::{DateTime, NaiveDate, Utc};

use super::cursor::{self, Paged, Place};
use super::reveals::Value;
use super::{StoreError, StoreResult, Tx, audit, contacts, petitioners};
use crate::domain::accusation::{
    AccuserField, Concluded, Feedback, OutcomeKind, Received, Unmasked,
};
use crate::domain::ids::VisitId;
use crate::domain::visit::{Channel, VisitForm};

const LIST: &str = "inspections";

/// A line of the list.
#[derive(Debug, Clone)]
pub struct InspectionLine {
    pub id: i64,
    pub number: String,
    pub court: String,
    pub registered_at: DateTime<Utc>,
    pub sent_at: DateTime<Utc>,
    pub straight: bool,
    pub received_at: Option<DateTime<Utc>>,
    pub outcome: Option<OutcomeKind>,
    pub is_void: bool,
}

/// The statement in one direction, so that it walks the key.
macro_rules! lines {
    ($beyond:literal, $direction:literal; $scope:expr, $id:expr, $limit:expr) => {
        sqlx::query_as!(
            InspectionLine,
            "SELECT r.id, v.number, u.short_name AS court, v.received_at AS registered_at, r.routed_at AS sent_at,
                    r.straight, c.received_at AS \"received_at?\", o.kind AS \"outcome?: OutcomeKind\",
                    EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id) AS \"is_void!\"
             FROM accusation_routing r
             JOIN visit v ON v.id = r.visit_id
             JOIN unit u ON u.id = court_of(v.unit_id)
             LEFT JOIN accusation_receipt c ON c.visit_id = v.id
             LEFT JOIN accusation_outcome o ON o.visit_id = v.id
             WHERE within($1, v) AND ($1::reach).reads_sealed
               AND ($2::bigint IS NULL OR r.id " + $beyond + " $2)
             ORDER BY r.id " + $direction + "
             LIMIT $3",
            $scope.reach() as _,
            $id,
            $limit,
        )
    };
}

/// What was sent, the newest first.
pub async fn list(
    tx: &mut Tx,
    (place, size): (&Place, usize),
) -> StoreResult<Paged<InspectionLine>> {
    let keys = tx.keys();
    let opened = place.opened::<1>(&keys, LIST);
    let id = opened.values.as_ref().and_then(|[id]| id.parse::<i64>().ok());
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let (conn, scope) = tx.scoped();
    let rows = if opened.backwards {
        lines!(">", "ASC"; scope, id, limit).fetch_all(conn).await?
    } else {
        lines!("<", "DESC"; scope, id, limit).fetch_all(conn).await?
    };
    Paged::of(rows, size, &opened, |line| cursor::seal(&keys, LIST, &[&line.id.to_string()]))
}

/// How one ended.
#[derive(Debug, Clone)]
pub struct OutcomeLine {
    pub kind: OutcomeKind,
    pub finding: String,
    pub feedback: Feedback,
    pub told_on: Option<NaiveDate>,
    pub told: String,
    pub concluded_at: DateTime<Utc>,
    pub concluded_by: String,
}

/// One accusation with what it says. Who accuses stands apart.
#[derive(Debug, Clone)]
pub struct InspectionFile {
    pub visit: VisitId,
    pub number: String,
    pub court: String,
    pub channel: Channel,
    pub form: VisitForm,
    pub people: i32,
    pub registered_at: DateTime<Utc>,
    pub is_named: bool,
    pub origin: Option<String>,
    pub court_case: String,
    pub summary: String,
    pub urgent_reason: String,
    pub sent_at: DateTime<Utc>,
    pub straight: bool,
    pub received_at: Option<DateTime<Utc>>,
    pub received_by: Option<String>,
    pub void_reason: Option<String>,
}

/// Whether a page or a sheet of paper shows it: what the audit calls the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    Page,
    Print,
}

/// An accusation that was sent, and a line in the audit: who read what is known.
pub async fn read(
    tx: &mut Tx,
    number: &str,
    (reading, at): (Reading, DateTime<Utc>),
) -> StoreResult<Option<InspectionFile>> {
    let (conn, scope) = tx.scoped();
    let file = sqlx::query_as!(
        InspectionFile,
        r#"SELECT v.id AS "visit: VisitId", v.number, u.name AS court, v.channel AS "channel: Channel",
                  v.visit_form AS "form: VisitForm", v.people_count AS people, v.received_at AS registered_at,
                  v.petitioner_id IS NOT NULL AS "is_named!", o.name AS "origin?",
                  t.origin_case_number AS "court_case!", t.summary AS "summary!", v.urgent_reason,
                  r.routed_at AS sent_at, r.straight, c.received_at AS "received_at?", acting_name(s.name, c.on_behalf_of) AS "received_by?",
                  x.reason AS "void_reason?"
           FROM visit v
           JOIN unit u ON u.id = court_of(v.unit_id)
           JOIN accusation_routing r ON r.visit_id = v.id
           CROSS JOIN LATERAL account_of_visit(v.id, $2) t
           LEFT JOIN unit o ON o.id = v.origin_unit_id
           LEFT JOIN accusation_receipt c ON c.visit_id = v.id
           LEFT JOIN staff s ON s.id = c.received_by
           LEFT JOIN visit_void x ON x.visit_id = v.id
           WHERE v.number = $1 AND v.visit_kind = 'accusation' AND within($2, v) AND ($2::reach).reads_sealed"#,
        number,
        scope.reach() as _,
    )
    .fetch_optional(conn)
    .await?;
    let Some(file) = file else { return Ok(None) };
    let verb = match reading {
        Reading::Page => "visit.read",
        Reading::Print => "visit.printed",
    };
    let fields = "summary";
    let entry = audit::Entry { verb, object: number, fields, at, ..audit::Entry::default() };
    audit::append(tx, entry).await?;
    Ok(Some(file))
}

/// How it ended, if it did.
pub async fn outcome(tx: &mut Tx, visit: VisitId) -> StoreResult<Option<OutcomeLine>> {
    let (conn, scope) = tx.scoped();
    let line = sqlx::query_as!(
        OutcomeLine,
        r#"SELECT o.kind AS "kind: OutcomeKind", o.finding, o.feedback AS "feedback: Feedback", o.told_on, o.told,
                  o.concluded_at, acting_name(s.name, o.on_behalf_of) AS "concluded_by!"
           FROM accusation_outcome o
           JOIN visit v ON v.id = o.visit_id
           JOIN staff s ON s.id = o.concluded_by
           WHERE o.visit_id = $1 AND within($2, v) AND ($2::reach).reads_sealed"#,
        visit.0,
        scope.reach() as _,
    )
    .fetch_optional(conn)
    .await?;
    Ok(line)
}

/// Writes that it came.
pub async fn record_receipt(tx: &mut Tx, fact: &Received, number: &str) -> StoreResult<()> {
    let done = sqlx::query!(
        "INSERT INTO accusation_receipt (visit_id, received_at, received_by) VALUES ($1, $2, $3)
         ON CONFLICT ON CONSTRAINT accusation_receipt_pkey DO NOTHING",
        fact.visit().0,
        fact.at(),
        fact.by().0,
    )
    .execute(tx.unscoped())
    .await?;
    written(done.rows_affected())?;
    audit::trace(tx, ("accusation.received", number, ""), fact.at()).await
}

/// Writes how it ended.
pub async fn record_outcome(tx: &mut Tx, fact: &Concluded, number: &str) -> StoreResult<()> {
    let outcome = fact.outcome();
    let done = sqlx::query!(
        "INSERT INTO accusation_outcome (visit_id, kind, finding, feedback, told_on, told, concluded_at, concluded_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT ON CONSTRAINT accusation_outcome_pkey DO NOTHING",
        fact.visit().0,
        outcome.kind.code(),
        outcome.finding,
        outcome.feedback.code(),
        outcome.told_on,
        outcome.told,
        fact.at(),
        fact.by().0,
    )
    .execute(tx.unscoped())
    .await?;
    written(done.rows_affected())?;
    let detail = format!("{} {}", outcome.kind.code(), outcome.feedback.code());
    audit::trace(tx, ("accusation.concluded", number, &detail), fact.at()).await
}

fn written(rows: u64) -> StoreResult<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// What is known of whoever accuses.
struct Accuser {
    number: String,
    record: Option<String>,
    name: Option<String>,
    others: Vec<String>,
    id: Option<String>,
    phone: Option<String>,
    address: Option<String>,
}

/// One thing of the accuser, with its line in the audit; none where it was never told.
pub async fn unmask(tx: &mut Tx, fact: &Unmasked) -> StoreResult<Option<Value>> {
    let keys = tx.keys();
    let (conn, scope) = tx.scoped();
    let found = sqlx::query_as!(
        Accuser,
        r#"SELECT v.number, p.uuid::text AS record, p.name AS "name?",
                  ARRAY(SELECT '代表' || y.name FROM visit_representative y WHERE y.visit_id = v.id ORDER BY y.place)
                      || CASE WHEN v.principal_name <> '' THEN ARRAY['委托人' || v.principal_name]
                              ELSE '{}' END AS "others!",
                  p.id_sealed AS id, p.phone_sealed AS phone, p.address_sealed AS address
           FROM visit v
           LEFT JOIN petitioner p ON p.id = v.petitioner_id
           WHERE v.id = $1 AND v.visit_kind = 'accusation' AND within($2, v) AND ($2::reach).reads_sealed"#,
        fact.visit().0,
        scope.reach() as _,
    )
    .fetch_optional(conn)
    .await?;
    let Some(found) = found else { return Ok(None) };
    let (purpose, sealed) = match fact.field() {
        AccuserField::Name => {
            let names = found.name.into_iter().chain(found.others).collect::<Vec<_>>();
            note(tx, fact, &found.number).await?;
            return Ok((!names.is_empty()).then(|| Value::Open(names.join("　"))));
        }
        AccuserField::IdNumber => (petitioners::ID, found.id),
        AccuserField::Phone => (contacts::PHONE, found.phone),
        AccuserField::Address => (contacts::ADDRESS, found.address),
    };
    let (Some(record), Some(sealed)) = (found.record, sealed) else { return Ok(None) };
    let Ok(value) = keys.open_text((purpose, &record), &sealed) else {
        let (object, detail, at) = (record.as_str(), purpose, fact.at());
        let broken = audit::Entry { object, detail, at, ..audit::Entry::default() };
        audit::broken(tx, broken).await?;
        return Ok(Some(Value::Broken));
    };
    note(tx, fact, &found.number).await?;
    Ok(Some(Value::Open(value)))
}

async fn note(tx: &mut Tx, fact: &Unmasked, number: &str) -> StoreResult<()> {
    let entry = audit::Entry {
        verb: "identity.revealed",
        object: number,
        fields: fact.field().code(),
        reason: fact.purpose().code(),
        at: fact.at(),
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await
}
