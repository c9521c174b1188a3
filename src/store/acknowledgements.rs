//! Acknowledgements (签收), and the assignments that wait for one.

use chrono::{DateTime, NaiveDate, Utc};

use super::deadlines::{self, Turn, Turning};
use super::{StoreResult, Tx, audit, petition_cases};
use crate::domain::acknowledgement::Acknowledged;
use crate::domain::deadline::ClockKind;
use crate::domain::ids::AssignmentId;
use crate::domain::petition_case::PetitionCase;
use crate::domain::source::Source;

/// An assignment of the open round, as the unit sees it on receipt.
#[derive(Debug, Clone)]
pub struct AssignedLine {
    pub id: AssignmentId,
    pub source: Source,
    pub source_number: String,
    pub note: String,
    pub assigned_at: DateTime<Utc>,
    pub assigned_by: String,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub dues: Vec<(ClockKind, NaiveDate)>,
}

/// The assignments of a case's open round, newest first.
pub async fn assigned(tx: &mut Tx, case: &PetitionCase) -> StoreResult<Vec<AssignedLine>> {
    let dues = dues(tx, case).await?;
    let (conn, scope) = tx.scoped();
    let rows = sqlx::query!(
        r#"SELECT a.id AS "id: AssignmentId", a.source AS "source: Source", a.source_number,
                  a.note, a.assigned_at, acting_name(s.name, a.on_behalf_of) AS "assigned_by!", k.acknowledged_at AS "acknowledged_at?"
           FROM assignment a
           JOIN petition_case c ON c.id = a.case_id
           JOIN staff s ON s.id = a.recorded_by
           LEFT JOIN acknowledgement k ON k.assignment_id = a.id
           WHERE a.round_id = $1 AND within($2, c.unit_id, c.id)
           ORDER BY a.id DESC"#,
        case.round.0,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    let line = |row: &AssignmentId| {
        dues.iter().filter(|due| due.0 == *row).map(|due| (due.1, due.2)).collect()
    };
    Ok(rows
        .into_iter()
        .map(|row| AssignedLine {
            dues: line(&row.id),
            id: row.id,
            source: row.source,
            source_number: row.source_number,
            note: row.note,
            assigned_at: row.assigned_at,
            assigned_by: row.assigned_by,
            acknowledged_at: row.acknowledged_at,
        })
        .collect())
}

async fn dues(
    tx: &mut Tx,
    case: &PetitionCase,
) -> StoreResult<Vec<(AssignmentId, ClockKind, NaiveDate)>> {
    let (conn, scope) = tx.scoped();
    let rows = sqlx::query!(
        r#"SELECT k.assignment_id AS "assignment: AssignmentId", k.kind AS "kind: ClockKind", k.due_on
           FROM clock k
           JOIN assignment a ON a.id = k.assignment_id
           JOIN petition_case c ON c.id = a.case_id
           WHERE a.round_id = $1 AND within($2, c.unit_id, c.id)
             AND k.kind IN ('L2', 'M2', 'P7', 'C30') AND k.state <> 'cancelled'
           ORDER BY array_position(ARRAY['L2', 'M2', 'P7', 'C30'], k.kind)"#,
        case.round.0,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.assignment, row.kind, row.due_on)).collect())
}

/// Writes the acknowledgement of each assignment that waits for it, and stops its clock.
pub async fn record(tx: &mut Tx, fact: &Acknowledged) -> StoreResult<()> {
    petition_cases::decided_on(tx, fact.case(), fact.seen()).await?;
    let waiting = sqlx::query_scalar!(
        r#"INSERT INTO acknowledgement (assignment_id, case_id, acknowledged_at, recorded_at, recorded_by)
           SELECT a.id, a.case_id, $2, $2, $3 FROM assignment a
           WHERE a.round_id = $1
             AND NOT EXISTS (SELECT FROM acknowledgement k WHERE k.assignment_id = a.id)
           RETURNING assignment_id AS "id: AssignmentId""#,
        fact.round().0,
        fact.at(),
        fact.by().0,
    )
    .fetch_all(tx.unscoped())
    .await?;
    let turning = Turning {
        case: fact.case(),
        kind: ClockKind::Acknowledge,
        turn: Turn::Stopped,
        at: fact.at(),
        recorded_at: fact.at(),
        by: fact.by(),
    };
    deadlines::turn(tx, &waiting, turning).await?;
    let (case, at) = (Some(fact.case()), fact.at());
    audit::append(
        tx,
        audit::Entry { verb: "assignment.acknowledged", case, at, ..audit::Entry::default() },
    )
    .await
}
