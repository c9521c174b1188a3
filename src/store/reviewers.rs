//! Whom a case was given to, to review it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::ids::{PetitionCaseId, StaffId};
use crate::domain::lifting::Lifted;
use crate::domain::reviewing::{Candidate, Given, ReviewKind};

/// A reviewer in the list of a case.
#[derive(Debug, Clone)]
pub struct ReviewerLine {
    pub uuid: Uuid,
    pub name: String,
    pub unit: String,
    pub kind: ReviewKind,
    pub since: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    pub given_by: String,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawn_by: Option<String>,
    pub withdrawn_reason: String,
}

impl ReviewerLine {
    /// Whether the case is open to them at a moment.
    pub fn is_running(&self, at: DateTime<Utc>) -> bool {
        self.withdrawn_at.is_none() && self.until.is_none_or(|until| at < until)
    }
}

/// The reviewers of a case within reach, the last first.
pub async fn list(tx: &mut Tx, case: PetitionCaseId) -> StoreResult<Vec<ReviewerLine>> {
    let (conn, scope) = tx.scoped();
    let lines = sqlx::query_as!(
        ReviewerLine,
        r#"SELECT r.uuid, s.name, u.short_name AS unit, r.kind AS "kind: ReviewKind", r.since, r.until,
                  acting_name(b.name, r.on_behalf_of) AS "given_by!", r.withdrawn_at, w.name AS "withdrawn_by?", r.withdrawn_reason
           FROM case_reviewer r
           JOIN petition_case c ON c.id = r.case_id
           JOIN staff s ON s.id = r.staff_id
           JOIN unit u ON u.id = s.unit_id
           JOIN staff b ON b.id = r.recorded_by
           LEFT JOIN staff w ON w.id = r.withdrawn_by
           WHERE r.case_id = $1 AND within($2, c.unit_id, c.id)
           ORDER BY r.since DESC, r.uuid"#,
        case.0,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// Until the transaction ends nobody else gives the case or takes it back.
pub async fn lock(tx: &mut Tx, case: PetitionCaseId) -> StoreResult<()> {
    sqlx::query!("SELECT id FROM petition_case WHERE id = $1 FOR UPDATE", case.0)
        .fetch_optional(tx.unscoped())
        .await?;
    Ok(())
}

/// The reviewers of the tree, with what stands between each and a case within reach.
pub async fn candidates(
    tx: &mut Tx,
    case: PetitionCaseId,
    at: DateTime<Utc>,
) -> StoreResult<Vec<Candidate>> {
    let (conn, scope) = tx.scoped();
    let candidates = sqlx::query_as!(
        Candidate,
        r#"SELECT s.id AS "staff: StaffId", s.name, u.short_name AS unit, s.username,
                  CASE WHEN k.kind = 'intermediate_court' THEN s.unit_id = c.unit_id
                       ELSE court_of(s.unit_id) = k.id END AS "is_of_unit!",
                  EXISTS (SELECT FROM team_member t WHERE t.case_id = c.id AND t.staff_id = s.id
                          AND t.place IN ('handler', 'officer')) AS "handled!",
                  EXISTS (SELECT FROM team_member t WHERE t.case_id = c.id AND t.staff_id = s.id) AS "in_team!",
                  c.id = ANY (excluded_cases(s.id, s.unit_id)) OR c.id = ANY (excluded_cases(s.id, g.unit_id))
                      AS "is_excluded!",
                  EXISTS (SELECT FROM case_reviewer r WHERE r.case_id = c.id AND r.staff_id = s.id
                          AND r.withdrawn_at IS NULL AND (r.until IS NULL OR $3 < r.until)) AS "reviews!"
           FROM petition_case c
           JOIN unit k ON k.id = court_of(c.unit_id)
           JOIN role_grant g ON g.role = 'reviewer' AND g.stands_in_for IS NULL AND g.unit_id = ANY (($2::reach).units)
                AND g.valid_from <= $3 AND (g.valid_until IS NULL OR $3 < g.valid_until)
           JOIN staff s ON s.id = g.staff_id AND s.active
           JOIN unit u ON u.id = s.unit_id
           WHERE c.id = $1 AND within($2, c.unit_id, c.id)
           ORDER BY s.name COLLATE zh, s.id"#,
        case.0,
        scope.reach() as _,
        at,
    )
    .fetch_all(conn)
    .await?;
    Ok(candidates)
}

/// Writes that a case is given to a reviewer.
pub async fn record(tx: &mut Tx, fact: &Given) -> StoreResult<()> {
    sqlx::query!(
        "INSERT INTO case_reviewer (case_id, staff_id, since, until, recorded_by, kind)
         VALUES ($1, $2, $3, $4, $5, $6)",
        fact.case().0,
        fact.reviewer().0,
        fact.at(),
        fact.until(),
        fact.by().0,
        fact.kind().code(),
    )
    .execute(tx.unscoped())
    .await?;
    let object = format!("staff {}", fact.reviewer());
    let until = fact.until().to_rfc3339();
    let entry = audit::Entry {
        verb: "reviewer.given",
        case: Some(fact.case()),
        object: &object,
        detail: &format!("{} until={until}", fact.kind().code()),
        at: fact.at(),
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await
}

/// Writes that it is taken back, if it still runs.
pub async fn record_withdrawal(tx: &mut Tx, given: Uuid, fact: &Lifted<Given>) -> StoreResult<()> {
    let done = sqlx::query!(
        "UPDATE case_reviewer SET withdrawn_at = $3, withdrawn_by = $4, withdrawn_reason = $5
         WHERE uuid = $1 AND case_id = $2 AND withdrawn_at IS NULL",
        given,
        fact.case().0,
        fact.at(),
        fact.by().0,
        fact.reason(),
    )
    .execute(tx.unscoped())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StoreError::Stale);
    }
    let entry = audit::Entry {
        verb: "reviewer.withdrawn",
        case: Some(fact.case()),
        object: &given.to_string(),
        at: fact.at(),
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await
}
