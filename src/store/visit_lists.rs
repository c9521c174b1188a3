//! The register read: the visits of a day, and one visit with everything about it.

use chrono::{DateTime, NaiveDate, Utc};

use super::visits::{self, QUERY_CODE};
use super::{StoreResult, Tx, numbers};
use crate::domain::calendar;
use crate::domain::ids::{StaffId, UnitId, VisitId};
use crate::domain::petition_case::Stage;
use crate::domain::query_code::QueryCode;
use crate::domain::visit::{
    Category, Channel, Disposition, LitigationRoute, ReopenReason, VisitForm, VisitKind,
};

/// Which visits of a day.
#[derive(Debug, Clone)]
pub struct Filter {
    pub day: NaiveDate,
    /// A hall's key; none: every hall within reach.
    pub hall: Option<i64>,
    pub form: Option<VisitForm>,
    pub disposition: Option<Disposition>,
    /// The number of the last visit of the page before; empty on the first.
    pub after: String,
}

/// A line of the day.
#[derive(Debug, Clone)]
pub struct VisitLine {
    pub number: String,
    pub received_at: DateTime<Utc>,
    pub running: i32,
    pub hall: String,
    pub name: Option<String>,
    pub people: i32,
    pub nth: Option<i32>,
    pub kind: VisitKind,
    pub category: Category,
    /// What was said, where the reader may know it.
    pub summary: Option<String>,
    pub disposition: Disposition,
    pub receiver: String,
    pub is_void: bool,
}

/// The visits of a day in the order of their reception.
pub async fn list(tx: &mut Tx, filter: &Filter, size: i64) -> StoreResult<Vec<VisitLine>> {
    let (conn, scope) = tx.scoped();
    let lines = sqlx::query_as!(
        VisitLine,
        r#"SELECT v.number, v.received_at, v.running, h.code AS hall,
                  CASE WHEN v.visit_kind <> 'accusation' THEN p.name END AS name, v.people_count AS people,
                  c.nth AS "nth?", v.visit_kind AS "kind: VisitKind", v.category AS "category: Category",
                  coalesce(nullif(t.summary, ''), e.summary) AS summary,
                  v.disposition AS "disposition: Disposition", s.name AS receiver,
                  EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id) AS "is_void!"
           FROM visit v
           JOIN hall h ON h.id = v.hall_id
           JOIN staff s ON s.id = v.receiver_id
           LEFT JOIN petitioner p ON p.id = v.petitioner_id AND (p.recorded_by = $6 OR EXISTS (
               SELECT FROM petitioner_court pc WHERE pc.petitioner_id = p.id AND pc.unit_id = ANY (($1::reach).units)))
           LEFT JOIN LATERAL (SELECT nth FROM visit_case WHERE visit_id = v.id ORDER BY case_id LIMIT 1) c ON true
           LEFT JOIN LATERAL account_of_visit(v.id, $1) t ON true
           LEFT JOIN LATERAL account_of_visit(t.same_as_visit_id, $1) e ON true
           WHERE within($1, v) AND v.received_at >= $2 AND v.received_at < $3
             AND ($4::bigint IS NULL OR v.hall_id = $4)
             AND ($5::text IS NULL OR v.visit_form = $5)
             AND ($7::text IS NULL OR v.disposition = $7)
             AND ($8 = '' OR (v.received_at, v.id) > (SELECT b.received_at, b.id FROM visit b WHERE b.number = $8))
           ORDER BY v.received_at, v.id
           LIMIT $9"#,
        scope.reach() as _,
        calendar::start_of(filter.day),
        calendar::end_of(filter.day),
        filter.hall,
        filter.form.map(VisitForm::code),
        scope.staff().0,
        filter.disposition.map(Disposition::code),
        filter.after,
        size,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// What was entered on the day for an earlier one (补录): the numbers, which bear the day of entry.
pub async fn late_entries(tx: &mut Tx, filter: &Filter) -> StoreResult<Vec<String>> {
    let (conn, scope) = tx.scoped();
    let numbers = sqlx::query_scalar!(
        "SELECT v.number FROM visit v
         WHERE v.number LIKE $2 AND within($1, v) AND v.received_at < $3
           AND ($4::bigint IS NULL OR v.hall_id = $4)
           AND NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id)
         ORDER BY v.number",
        scope.reach() as _,
        format!("LF{}-%", filter.day.format("%Y%m%d")),
        calendar::start_of(filter.day),
        filter.hall,
    )
    .fetch_all(conn)
    .await?;
    Ok(numbers)
}

/// The sums of a day: 「今日18批23人，初访11，重复访7，集体访1」. What was taken back isn't counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySums {
    pub visits: i64,
    pub people: i64,
    pub first: i64,
    pub repeated: i64,
    pub groups: i64,
}

/// The sums of what the filter keeps, whatever page is shown and whoever of the hall reads it:
/// what is sealed is counted, and is neither a first visit nor a repeated one.
pub async fn sums(tx: &mut Tx, filter: &Filter) -> StoreResult<DaySums> {
    let (conn, scope) = tx.scoped();
    let sums = sqlx::query_as!(
        DaySums,
        r#"SELECT count(v.id) + s.visits AS "visits!", coalesce(sum(v.people_count), 0)::bigint + s.people AS "people!",
                  count(*) FILTER (WHERE c.nth = 1) AS "first!",
                  count(*) FILTER (WHERE c.nth > 1) AS "repeated!",
                  count(*) FILTER (WHERE v.visit_form = 'group') + s.groups AS "groups!"
           FROM sealed_visits(($1::reach).units, $4, $2, $3, $5, $6) s
           LEFT JOIN visit v ON within($1, v) AND v.received_at >= $2 AND v.received_at < $3
             AND ($4::bigint IS NULL OR v.hall_id = $4)
             AND ($5::text IS NULL OR v.visit_form = $5)
             AND ($6::text IS NULL OR v.disposition = $6)
             AND v.visit_kind <> 'accusation'
             AND NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id)
           LEFT JOIN LATERAL (SELECT nth FROM visit_case WHERE visit_id = v.id ORDER BY case_id LIMIT 1) c ON true
           GROUP BY s.visits, s.people, s.groups"#,
        scope.reach() as _,
        calendar::start_of(filter.day),
        calendar::end_of(filter.day),
        filter.hall,
        filter.form.map(VisitForm::code),
        filter.disposition.map(Disposition::code),
    )
    .fetch_one(conn)
    .await?;
    Ok(sums)
}

/// A hall to choose from, or to stand on a receipt.
#[derive(Debug, Clone)]
pub struct Hall {
    pub id: i64,
    pub unit: UnitId,
    pub code: String,
    pub name: String,
}

/// The halls of the units within reach, in their fixed order.
pub async fn halls(tx: &mut Tx) -> StoreResult<Vec<Hall>> {
    let (conn, scope) = tx.scoped();
    let halls = sqlx::query_as!(
        Hall,
        r#"SELECT h.id, h.unit_id AS "unit: UnitId", h.code, u.short_name || h.name AS "name!"
           FROM hall h JOIN unit u ON u.id = h.unit_id
           WHERE h.unit_id = ANY ($1) ORDER BY u.place, h.id"#,
        scope.units(),
    )
    .fetch_all(conn)
    .await?;
    Ok(halls)
}

/// The last running number that a hall of the court gave on a day; without a hall, the court's first.
pub async fn last_running(
    tx: &mut Tx,
    (hall, court): (Option<i64>, UnitId),
    day: NaiveDate,
) -> StoreResult<i64> {
    let hall = visits::find_hall(tx, hall, court).await?;
    numbers::last(tx, &hall.series(day)).await
}

/// One visit with everything about it that its reader may know.
#[derive(Debug, Clone)]
pub struct VisitFile {
    pub id: VisitId,
    pub number: String,
    pub running: i32,
    pub court: String,
    pub hall: String,
    pub hall_address: String,
    pub hall_phone: String,
    pub channel: Channel,
    pub kind: VisitKind,
    pub form: VisitForm,
    pub people: i32,
    pub involved: Option<i32>,
    pub category: Category,
    pub origin: Option<String>,
    pub origin_unit: Option<UnitId>,
    pub name: Option<String>,
    pub id_tail: Option<String>,
    pub id_verified: Option<bool>,
    pub phone_tail: Option<String>,
    pub principal_name: String,
    pub mandate: Option<bool>,
    pub assist: Vec<String>,
    pub representatives: Vec<String>,
    pub summary: Option<String>,
    pub same_as: Option<String>,
    pub origin_case_number: Option<String>,
    pub answer: Option<String>,
    pub disposition: Disposition,
    pub route: Option<LitigationRoute>,
    pub organ: Option<String>,
    pub urgent_reason: String,
    pub receiver: String,
    pub receiver_phone: String,
    pub posted_on: Option<NaiveDate>,
    pub received_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub recorded_by: StaffId,
    pub recorder: String,
    pub case_number: Option<String>,
    pub nth: Option<i32>,
    pub stage: Option<Stage>,
    pub case_court: Option<String>,
    /// Why it opened a further round of the case.
    pub reopened: Option<ReopenReason>,
    pub not_same: Option<String>,
    pub void_reason: Option<String>,
    pub voided_at: Option<DateTime<Utc>>,
    /// When its period was over, and what was told at it destroyed.
    pub erased_at: Option<DateTime<Utc>>,
    /// When an accusation was sent to the inspection office.
    pub sent_at: Option<DateTime<Utc>>,
}

/// The visit with this number, unless it doesn't exist or lies outside the scope.
pub async fn find(tx: &mut Tx, number: &str) -> StoreResult<Option<VisitFile>> {
    let (conn, scope) = tx.scoped();
    let file = sqlx::query_as!(
        VisitFile,
        r#"SELECT v.id AS "id: VisitId", v.number, v.running, u.name AS court, h.name AS hall,
                  h.address AS hall_address, h.phone AS hall_phone, v.channel AS "channel: Channel",
                  v.visit_kind AS "kind: VisitKind", v.visit_form AS "form: VisitForm", v.people_count AS people,
                  v.involved_count AS involved, v.category AS "category: Category", o.name AS "origin?",
                  v.origin_unit_id AS "origin_unit: UnitId", p.name AS "name?", p.id_tail AS "id_tail?",
                  p.id_verified AS "id_verified?", p.phone_tail AS "phone_tail?",
                  CASE WHEN v.visit_kind <> 'accusation' THEN v.principal_name ELSE '' END AS "principal_name!",
                  CASE WHEN v.visit_kind <> 'accusation' THEN v.mandate END AS mandate,
                  CASE WHEN v.visit_kind <> 'accusation' THEN v.assist ELSE '{}' END AS "assist!",
                  ARRAY(SELECT r.name FROM visit_representative r WHERE r.visit_id = v.id
                          AND (v.visit_kind <> 'accusation' OR v.recorded_by = $3)
                        ORDER BY r.place) AS "representatives!",
                  coalesce(nullif(t.summary, ''), e.summary) AS summary, ev.number AS "same_as?",
                  t.origin_case_number AS "origin_case_number?", t.answer_text AS "answer?",
                  v.disposition AS "disposition: Disposition",
                  nullif(g.litigation_route, '') AS "route: LitigationRoute",
                  nullif(g.transfer_organ, '') AS organ,
                  CASE WHEN v.visit_kind <> 'accusation' THEN v.urgent_reason ELSE '' END AS "urgent_reason!",
                  s.name AS receiver, s.phone AS receiver_phone,
                  v.posted_on, v.received_at, v.recorded_at, v.recorded_by AS "recorded_by: StaffId", acting_name(w.name, v.on_behalf_of) AS "recorder!",
                  k.number AS "case_number?", k.nth AS "nth?", k.stage AS "stage?: Stage", nu.short_name AS "case_court?",
                  k.reopened AS "reopened?: ReopenReason",
                  (SELECT q.reason FROM repeat_correction q WHERE q.visit_id = v.id LIMIT 1) AS not_same,
                  x.reason AS "void_reason?", x.voided_at AS "voided_at?",
                  visit_erased_at(v.id) AS erased_at,
                  CASE WHEN v.visit_kind = 'accusation' THEN accusation_sent_at(v.id) END AS sent_at
           FROM visit v
           JOIN hall h ON h.id = v.hall_id
           JOIN unit u ON u.id = h.unit_id
           JOIN staff s ON s.id = v.receiver_id
           JOIN staff w ON w.id = v.recorded_by
           LEFT JOIN unit o ON o.id = v.origin_unit_id
           LEFT JOIN petitioner p ON p.id = v.petitioner_id AND v.visit_kind <> 'accusation'
                AND (p.recorded_by = $3 OR EXISTS (
               SELECT FROM petitioner_court pc WHERE pc.petitioner_id = p.id AND pc.unit_id = ANY (($2::reach).units)))
           LEFT JOIN LATERAL case_of_visit(v.id) k ON true
           LEFT JOIN unit nu ON nu.id = k.unit_id
           LEFT JOIN screening g ON g.case_id = k.case_id AND k.nth = 1 AND k.unit_id = ANY (($2::reach).units)
           LEFT JOIN LATERAL account_of_visit(v.id, $2) t ON true
           LEFT JOIN visit ev ON ev.id = t.same_as_visit_id AND within($2, ev)
           LEFT JOIN LATERAL account_of_visit(t.same_as_visit_id, $2) e ON true
           LEFT JOIN visit_void x ON x.visit_id = v.id
           WHERE v.number = $1 AND within($2, v)"#,
        number,
        scope.reach() as _,
        scope.staff().0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(file)
}

/// The query code of a visit within reach, for its receipt.
pub async fn query_code(tx: &mut Tx, visit: VisitId) -> StoreResult<Option<QueryCode>> {
    let keys = tx.keys();
    let (conn, scope) = tx.scoped();
    let row = sqlx::query!(
        "SELECT v.number, v.query_code_sealed FROM visit v WHERE v.id = $1 AND within($2, v)",
        visit.0,
        scope.reach() as _,
    )
    .fetch_optional(conn)
    .await?;
    let kept = row.and_then(|row| Some((row.number, row.query_code_sealed?)));
    let code = kept.map(|(number, sealed)| keys.open_text((QUERY_CODE, &number), &sealed));
    let code = code.transpose()?;
    Ok(code.and_then(|code| QueryCode::parse(&code)))
}
