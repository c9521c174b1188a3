//! Petition cases: found within the scope, opened to the depth that the reader holds.

use super::{StoreError, StoreResult, Tx};
use crate::domain::access::{Depth, Scope};
use crate::domain::ids::{AssignmentId, PetitionCaseId, RoundId, RuleSetId, StaffId, UnitId};
use crate::domain::petition_case::{PetitionCase, RunningAssignment, Stage};

/// Proof that a case is open to the one who reads, in full. What hangs on a case is read through it.
#[derive(Debug, Clone)]
pub struct Opened(PetitionCase);

impl Opened {
    /// The case.
    pub const fn case(&self) -> &PetitionCase {
        &self.0
    }
}

/// The row that a case is made from.
pub(super) struct Found {
    pub(super) id: PetitionCaseId,
    pub(super) number: String,
    pub(super) unit: UnitId,
    pub(super) unit_name: String,
    pub(super) round: RoundId,
    pub(super) round_number: i32,
    pub(super) stage: Stage,
    pub(super) is_open: bool,
    pub(super) version: i32,
    pub(super) opened_at: chrono::DateTime<chrono::Utc>,
    pub(super) assignment: Option<AssignmentId>,
    pub(super) rules: Option<RuleSetId>,
    pub(super) assigned_at: Option<chrono::DateTime<chrono::Utc>>,
    pub(super) acknowledged_at: Option<chrono::DateTime<chrono::Utc>>,
    pub(super) leader: Option<StaffId>,
    pub(super) handler: Option<StaffId>,
    pub(super) in_team: bool,
}

/// The case, unless it doesn't exist or lies outside the scope.
pub async fn find(tx: &mut Tx, number: &str) -> StoreResult<Option<PetitionCase>> {
    Ok(find_all(tx, &[number.to_owned()]).await?.pop())
}

/// Those of the cases that exist within the scope, by number.
pub async fn find_all(tx: &mut Tx, numbers: &[String]) -> StoreResult<Vec<PetitionCase>> {
    let (conn, scope) = tx.scoped();
    let found = sqlx::query_as!(
        Found,
        r#"SELECT c.id AS "id: PetitionCaseId", c.number, c.unit_id AS "unit: UnitId", u.short_name AS unit_name,
                  n.round_id AS "round: RoundId", r.number AS round_number, n.stage AS "stage: Stage", n.is_open,
                  c.version, c.opened_at,
                  a.id AS "assignment?: AssignmentId", a.rule_set_id AS "rules?: RuleSetId",
                  a.assigned_at AS "assigned_at?", k.acknowledged_at AS "acknowledged_at?",
                  n.leader_id AS "leader: StaffId", n.handler_id AS "handler: StaffId",
                  EXISTS (SELECT FROM team_member t WHERE t.case_id = c.id AND t.ended_at IS NULL
                          AND t.staff_id = $3) AS "in_team!"
           FROM petition_case c
           JOIN petition_case_now n ON n.case_id = c.id
           JOIN round r ON r.id = n.round_id
           JOIN unit u ON u.id = c.unit_id
           LEFT JOIN LATERAL (SELECT id, rule_set_id, assigned_at FROM assignment
                              WHERE round_id = n.round_id ORDER BY id DESC LIMIT 1) a ON true
           LEFT JOIN acknowledgement k ON k.assignment_id = a.id
           WHERE c.number = ANY ($1) AND within($2, c.unit_id, c.id)
           ORDER BY c.number"#,
        numbers,
        scope.reach() as _,
        scope.holder().0,
    )
    .fetch_all(conn)
    .await?;
    let opening = scope.opening();
    Ok(found.into_iter().map(|found| found.case(opening)).collect())
}

impl Found {
    pub(super) fn case(self, opening: crate::domain::access::Opening) -> PetitionCase {
        use crate::domain::access::Opening;
        let depth = match opening {
            Opening::All => Depth::Content,
            Opening::Narrative => Depth::Narrative,
            Opening::Team | Opening::TeamOrUnclaimed if self.in_team => Depth::Content,
            Opening::TeamOrUnclaimed if self.handler.is_none() => Depth::Content,
            Opening::Team | Opening::TeamOrUnclaimed | Opening::None => Depth::Head,
        };
        let assignment = self.assignment.zip(self.rules).zip(self.assigned_at).map(
            |((id, rules), assigned_at)| RunningAssignment {
                id,
                rules,
                assigned_at,
                acknowledged_at: self.acknowledged_at,
            },
        );
        PetitionCase {
            id: self.id,
            number: self.number,
            unit: self.unit,
            unit_name: self.unit_name,
            round: self.round,
            round_number: self.round_number,
            stage: self.stage,
            is_open: self.is_open,
            version: self.version,
            opened_at: self.opened_at,
            assignment,
            leader: self.leader,
            handler: self.handler,
            depth,
        }
    }
}

/// The case, if it is open in full to the one who reads; else as if it weren't there.
pub async fn open(tx: &mut Tx, number: &str) -> StoreResult<Option<Opened>> {
    let found = find(tx, number).await?;
    Ok(found.and_then(opened))
}

/// The proof for a case that was read with its depth.
pub(super) fn opened(case: PetitionCase) -> Option<Opened> {
    (case.depth == Depth::Content).then_some(Opened(case))
}

/// Marks that a decision was taken on the version that was read: the second of two decisions on
/// one reading is `Stale`.
pub async fn decided_on(tx: &mut Tx, case: PetitionCaseId, seen: i32) -> StoreResult<()> {
    let done = sqlx::query!(
        "UPDATE petition_case SET version = version + 1 WHERE id = $1 AND version = $2",
        case.0,
        seen,
    )
    .execute(tx.unscoped())
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

impl Tx {
    /// The connection, for what hangs on a case that is open in full. The key must be bound.
    pub(super) fn within(&mut self, opened: &Opened) -> (&mut sqlx::PgConnection, i64) {
        (self.unscoped(), opened.0.id.0)
    }

    /// The same, for what hangs on a case and on something of which the case says nothing: its
    /// visits may be another court's. Key and scope must be bound.
    pub(super) fn within_reach(
        &mut self,
        opened: &Opened,
    ) -> (&mut sqlx::PgConnection, i64, &Scope) {
        let (conn, scope) = self.scoped();
        (conn, opened.0.id.0, scope)
    }
}
