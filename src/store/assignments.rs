//! Assignments and their batches.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::{StoreError, StoreResult, Tx, audit, deadlines};
use crate::domain::assignment::{Assigned, Order};
use crate::domain::calendar;
use crate::domain::ids::{BatchId, PetitionCaseId, RuleSetId, UnitId};
use crate::domain::petition_case::Stage;
use crate::domain::source::Source;

/// A case as the bureau sees it before assigning.
#[derive(Debug, Clone)]
pub struct CaseLine {
    pub id: PetitionCaseId,
    pub number: String,
    pub name: Option<String>,
    pub summary: Option<String>,
    pub stage: Stage,
    pub opened_at: DateTime<Utc>,
    pub registered_at: String,
    /// The court of the original case, which the bureau is offered as the responsible one.
    pub origin: Option<UnitId>,
    pub origin_name: Option<String>,
}

/// The cases that wait for assignment, oldest first, after a number.
pub async fn waiting(tx: &mut Tx, after: &str, size: i64) -> StoreResult<Vec<CaseLine>> {
    read_lines(tx, None, after, size).await
}

/// These cases, by number, whatever their stage.
pub async fn chosen(tx: &mut Tx, numbers: &[String]) -> StoreResult<Vec<CaseLine>> {
    read_lines(tx, Some(numbers), "", i64::MAX).await
}

async fn read_lines(
    tx: &mut Tx,
    numbers: Option<&[String]>,
    after: &str,
    size: i64,
) -> StoreResult<Vec<CaseLine>> {
    let (conn, scope) = tx.scoped();
    let lines = sqlx::query_as!(
        CaseLine,
        r#"SELECT c.id AS "id: PetitionCaseId", c.number, p.name AS "name?", g.summary AS "summary?",
                  n.stage AS "stage: Stage", c.opened_at, r.short_name AS registered_at,
                  c.origin_unit_id AS "origin: UnitId", o.short_name AS "origin_name?"
           FROM petition_case_now n
           JOIN petition_case c ON c.id = n.case_id
           JOIN unit r ON r.id = c.registered_unit_id
           LEFT JOIN unit o ON o.id = c.origin_unit_id
           LEFT JOIN party y ON y.case_id = c.id AND y.part = 'main'
           LEFT JOIN petitioner p ON p.id = y.petitioner_id
           LEFT JOIN grounds g ON g.case_id = c.id
           WHERE within($1, n.unit_id, n.case_id) AND within($1, c.unit_id, c.id)
             AND CASE WHEN $2::text[] IS NULL THEN n.is_open AND n.stage IN ('accepted', 'reopened')
                      ELSE c.number = ANY ($2) END
             AND c.number > $3
           ORDER BY c.number
           LIMIT $4"#,
        scope.reach() as _,
        numbers,
        after,
        size,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// How many cases wait for assignment.
pub async fn count_waiting(tx: &mut Tx) -> StoreResult<i64> {
    let (conn, scope) = tx.scoped();
    Ok(sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM petition_case_now n
           WHERE n.is_open AND n.stage IN ('accepted', 'reopened') AND within($1, n.unit_id, n.case_id)"#,
        scope.reach() as _,
    )
    .fetch_one(conn)
    .await?)
}

/// Writes a batch with its assignments, their clocks and their audit entries, or nothing of it.
/// Returns the batch's number.
pub async fn record(
    tx: &mut Tx,
    order: &Order<'_>,
    calendar_version: i32,
    facts: &[Assigned],
) -> StoreResult<String> {
    let Some(first) = facts.first() else { return Err(StoreError::Stale) };
    move_cases(tx, facts).await?;
    let year = calendar::day_of(order.recorded_at).year();
    let number = super::numbers::next(tx, &format!("JB:{year}")).await?;
    let number = format!("JB{year}-{number:04}");
    let rules = deadlines::ensure_rule_set(tx, order.rules, order.recorded_at).await?;
    let batch = sqlx::query_scalar!(
        r#"INSERT INTO assignment_batch (number, unit_id, source, source_number, rule_set_id, note,
                                         assigned_at, recorded_at, recorded_by)
           VALUES ($1, (SELECT court_of(unit_id) FROM role_grant WHERE id = asking_grant()),
                   $2, $3, $4, $5, $6, $7, $8)
           RETURNING id AS "id: BatchId""#,
        number,
        order.source.code(),
        order.source_number,
        rules.0,
        order.note,
        order.at,
        order.recorded_at,
        first.by().0,
    )
    .fetch_one(tx.unscoped())
    .await?;
    insert_assignments(tx, (batch, rules), order, facts).await?;
    insert_clocks(tx, (batch, rules), calendar_version, facts).await?;
    let cases: Vec<_> = facts.iter().map(Assigned::case).collect();
    let entry = audit::Entry {
        verb: "case.assigned",
        object: &number,
        at: order.recorded_at,
        ..audit::Entry::default()
    };
    audit::append_each(tx, &cases, entry).await?;
    Ok(number)
}

/// Gives the cases to their units, all of them as they were read or none.
async fn move_cases(tx: &mut Tx, facts: &[Assigned]) -> StoreResult<()> {
    let cases: Vec<i64> = facts.iter().map(|fact| fact.case().0).collect();
    let seen: Vec<i32> = facts.iter().map(Assigned::seen).collect();
    let units: Vec<i64> = facts.iter().map(|fact| fact.unit().0).collect();
    let done = sqlx::query!(
        "UPDATE petition_case c SET unit_id = f.unit, version = c.version + 1
         FROM unnest($1::bigint[], $2::int[], $3::bigint[]) AS f (id, seen, unit)
         WHERE c.id = f.id AND c.version = f.seen",
        &cases,
        &seen,
        &units,
    )
    .execute(tx.unscoped())
    .await?;
    let moved = usize::try_from(done.rows_affected()).unwrap_or(0);
    if moved == facts.len() { Ok(()) } else { Err(StoreError::Stale) }
}

async fn insert_assignments(
    tx: &mut Tx,
    (batch, rules): (BatchId, RuleSetId),
    order: &Order<'_>,
    facts: &[Assigned],
) -> StoreResult<()> {
    let cases: Vec<i64> = facts.iter().map(|fact| fact.case().0).collect();
    let rounds: Vec<i64> = facts.iter().map(|fact| fact.round().0).collect();
    let units: Vec<i64> = facts.iter().map(|fact| fact.unit().0).collect();
    sqlx::query!(
        "INSERT INTO assignment (batch_id, case_id, round_id, unit_id, source, source_number, rule_set_id, note,
                                 assigned_at, recorded_at, recorded_by)
         SELECT $1, f.id, f.round, f.unit, b.source, b.source_number, $2, $6, b.assigned_at, b.recorded_at,
                b.recorded_by
         FROM unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS f (id, round, unit)
         JOIN assignment_batch b ON b.id = $1",
        batch.0,
        rules.0,
        &cases,
        &rounds,
        &units,
        order.note,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

async fn insert_clocks(
    tx: &mut Tx,
    (batch, rules): (BatchId, RuleSetId),
    calendar_version: i32,
    facts: &[Assigned],
) -> StoreResult<()> {
    let rows = || facts.iter().flat_map(|fact| fact.dues().iter().map(move |due| (fact, due)));
    let cases: Vec<i64> = rows().map(|(fact, _)| fact.case().0).collect();
    let kinds: Vec<String> = rows().map(|(_, due)| due.rule.kind.code().to_owned()).collect();
    let days: Vec<NaiveDate> = rows().map(|(_, due)| due.on).collect();
    let provisional: Vec<bool> = rows().map(|(_, due)| due.provisional()).collect();
    sqlx::query!(
        "INSERT INTO clock (assignment_id, case_id, kind, origin_at, rule_set_id, calendar_version,
                            due_on_original, due_on, provisional)
         SELECT a.id, a.case_id, f.kind, a.assigned_at, $2, $3, f.due_on, f.due_on, f.provisional
         FROM unnest($4::bigint[], $5::text[], $6::date[], $7::boolean[]) AS f (id, kind, due_on, provisional)
         JOIN assignment a ON a.batch_id = $1 AND a.case_id = f.id",
        batch.0,
        rules.0,
        calendar_version,
        &cases,
        &kinds,
        &days,
        &provisional,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// A batch in the list, with how far its cases are.
#[derive(Debug, Clone)]
pub struct BatchLine {
    pub number: String,
    pub source: Source,
    pub source_number: String,
    pub note: String,
    pub rules: String,
    pub assigned_at: DateTime<Utc>,
    pub by: String,
    pub cases: i64,
    pub courts: i64,
    pub acknowledged: i64,
    pub ledgers: i64,
    pub meetings: i64,
    pub reports: i64,
    pub closed: i64,
}

/// The batches, newest first, before a number.
pub async fn batches(tx: &mut Tx, before: &str, size: i64) -> StoreResult<Vec<BatchLine>> {
    read_batches(tx, None, before, size).await
}

/// One batch.
pub async fn batch(tx: &mut Tx, number: &str) -> StoreResult<Option<BatchLine>> {
    Ok(read_batches(tx, Some(number), "", 1).await?.pop())
}

async fn read_batches(
    tx: &mut Tx,
    wanted: Option<&str>,
    before: &str,
    size: i64,
) -> StoreResult<Vec<BatchLine>> {
    let (conn, scope) = tx.scoped();
    let batches = sqlx::query_as!(
        BatchLine,
        r#"SELECT b.number, b.source AS "source: Source", b.source_number, b.note, r.name AS rules, b.assigned_at,
                  acting_name(s.name, b.on_behalf_of) AS "by!", d.cases AS "cases!", d.courts AS "courts!", d.acknowledged AS "acknowledged!",
                  d.ledgers AS "ledgers!", d.meetings AS "meetings!", d.reports AS "reports!", d.closed AS "closed!"
           FROM (SELECT * FROM assignment_batch
                 WHERE unit_id = ANY ($1)
                   AND CASE WHEN $2::text IS NULL THEN $3 = '' OR number < $3 ELSE number = $2 END
                 ORDER BY number DESC LIMIT $4) b
           JOIN rule_set r ON r.id = b.rule_set_id
           JOIN staff s ON s.id = b.recorded_by
           CROSS JOIN LATERAL (
               SELECT count(*) AS cases, count(DISTINCT a.unit_id) AS courts,
                      count(k.assignment_id) AS acknowledged,
                      count(*) FILTER (WHERE EXISTS (SELECT FROM clock c WHERE c.assignment_id = a.id
                                       AND c.kind = 'L2' AND c.state = 'stopped')) AS ledgers,
                      count(*) FILTER (WHERE EXISTS (SELECT FROM clock c WHERE c.assignment_id = a.id
                                       AND c.kind = 'M2' AND c.state = 'stopped')) AS meetings,
                      count(*) FILTER (WHERE EXISTS (SELECT FROM clock c WHERE c.assignment_id = a.id
                                       AND c.kind = 'P7' AND c.state = 'stopped')) AS reports,
                      count(o.round_id) AS closed
               FROM assignment a
               LEFT JOIN acknowledgement k ON k.assignment_id = a.id
               LEFT JOIN round_outcome o ON o.round_id = a.round_id
               WHERE a.batch_id = b.id) d
           ORDER BY b.number DESC"#,
        scope.units(),
        wanted,
        before,
        size,
    )
    .fetch_all(conn)
    .await?;
    Ok(batches)
}

/// One case of a batch, with what its court has done.
#[derive(Debug, Clone)]
pub struct DeliveryLine {
    pub unit: String,
    pub unit_code: String,
    pub case_number: String,
    pub name: Option<String>,
    pub summary: Option<String>,
    pub stage: Stage,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub ledger_at: Option<DateTime<Utc>>,
    pub ledger_due: Option<NaiveDate>,
    pub meeting_due: Option<NaiveDate>,
    pub report_due: Option<NaiveDate>,
    pub close_due: Option<NaiveDate>,
}

/// The cases of a batch by court.
pub async fn deliveries(tx: &mut Tx, number: &str) -> StoreResult<Vec<DeliveryLine>> {
    let (conn, scope) = tx.scoped();
    let lines = sqlx::query_as!(
        DeliveryLine,
        r#"SELECT u.short_name AS unit, u.code AS unit_code, c.number AS case_number, p.name AS "name?",
                  g.summary AS "summary?", n.stage AS "stage: Stage",
                  k.acknowledged_at AS "acknowledged_at?", l2.stopped_at AS "ledger_at?", l2.due_on AS "ledger_due?",
                  m2.due_on AS "meeting_due?", p7.due_on AS "report_due?", c30.due_on AS "close_due?"
           FROM assignment_batch b
           JOIN assignment a ON a.batch_id = b.id
           JOIN petition_case c ON c.id = a.case_id
           JOIN petition_case_now n ON n.case_id = c.id
           JOIN unit u ON u.id = a.unit_id
           LEFT JOIN party y ON y.case_id = c.id AND y.part = 'main'
           LEFT JOIN petitioner p ON p.id = y.petitioner_id
           LEFT JOIN grounds g ON g.case_id = c.id
           LEFT JOIN acknowledgement k ON k.assignment_id = a.id
           LEFT JOIN clock l2 ON l2.assignment_id = a.id AND l2.kind = 'L2'
           LEFT JOIN clock m2 ON m2.assignment_id = a.id AND m2.kind = 'M2'
           LEFT JOIN clock p7 ON p7.assignment_id = a.id AND p7.kind = 'P7'
           LEFT JOIN clock c30 ON c30.assignment_id = a.id AND c30.kind = 'C30'
           WHERE b.number = $1 AND b.unit_id = ANY (($2::reach).units) AND within($2, c.unit_id, c.id)
           ORDER BY u.place, c.number"#,
        number,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}
