//! The facts behind the figures of a window, read in one pass for each kind of fact. What is read
//! depends only on what was recorded before the cut-off, so an old figure can be derived again.

mod cases;
mod clocks;
mod closing;
mod handling;
mod leading;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;

use super::{StoreResult, Tx};
use crate::domain::figure::{AssignmentFacts, Facts, Frame, Stamp};
use crate::domain::ids::{AssignmentId, PetitionCaseId, UnitId};
use crate::domain::period::due_day;
pub use cases::closed_numbers;

/// Everything that the metrics look at in a frame, as far as the session reaches.
pub async fn facts(tx: &mut Tx, frame: &Frame) -> StoreResult<Facts> {
    let mut found = assignments(tx, frame).await?;
    clocks::fill(tx, &mut found, frame).await?;
    handling::fill(tx, &mut found).await?;
    leading::fill(tx, &mut found, frame).await?;
    closing::fill(tx, &mut found).await?;
    let cases = cases::read(tx, frame).await?;
    Ok(Facts { assignments: found.facts.into_values().collect(), cases })
}

/// Assignments that were found within the scope, by their ids: what hangs on them is read
/// through these.
struct Found {
    ids: Vec<i64>,
    facts: BTreeMap<i64, AssignmentFacts>,
}

impl Found {
    fn of(facts: Vec<AssignmentFacts>) -> Self {
        let facts: BTreeMap<_, _> = facts.into_iter().map(|one| (one.assignment.0, one)).collect();
        Self { ids: facts.keys().copied().collect(), facts }
    }

    /// Adds to the facts of one of them.
    fn add(&mut self, id: i64, to: impl FnOnce(&mut AssignmentFacts)) {
        if let Some(facts) = self.facts.get_mut(&id) {
            to(facts);
        }
    }
}

impl Tx {
    /// The connection, for what hangs on assignments within the scope. The ids must be bound.
    fn behind<'a>(&'a mut self, found: &'a Found) -> (&'a mut PgConnection, &'a [i64]) {
        (self.unscoped(), &found.ids)
    }
}

/// A fact with both of its times.
fn stamp(at: DateTime<Utc>, recorded_at: DateTime<Utc>) -> Stamp {
    Stamp { at, recorded_at }
}

/// A fact that may not be there.
fn stamp_of(at: Option<DateTime<Utc>>, recorded_at: Option<DateTime<Utc>>) -> Option<Stamp> {
    at.zip(recorded_at).map(|(at, recorded_at)| stamp(at, recorded_at))
}

/// The first and the last due day of a window.
fn days(frame: &Frame) -> (NaiveDate, NaiveDate) {
    let first = due_day(frame.window.start) + chrono::Days::new(1);
    (first, due_day(frame.window.end))
}

struct AssignmentRow {
    assignment: AssignmentId,
    case: PetitionCaseId,
    number: String,
    unit: UnitId,
    assigned_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    voided_at: Option<DateTime<Utc>>,
}

impl AssignmentRow {
    fn facts(self) -> AssignmentFacts {
        let issued = stamp(self.assigned_at, self.recorded_at);
        let bare =
            AssignmentFacts::bare(self.assignment, self.case, self.number, self.unit, issued);
        AssignmentFacts { void: self.voided_at.map(Stamp::at_once), ..bare }
    }
}

/// The assignments that are open, closed, or fall due in the window. Those that a ledger brought are
/// not among them: nobody knows the time limits under which they were given, or how they were kept.
async fn assignments(tx: &mut Tx, frame: &Frame) -> StoreResult<Found> {
    let (conn, scope) = tx.scoped();
    let (first, last) = days(frame);
    let rows = sqlx::query_as!(
        AssignmentRow,
        r#"WITH looked_at AS (
               SELECT a.id FROM petition_case_now n
               JOIN assignment a ON a.case_id = n.case_id AND a.round_id = n.round_id
               WHERE n.is_open
               UNION
               SELECT a.id FROM round_outcome o
               JOIN assignment a ON a.case_id = o.case_id AND a.round_id = o.round_id
               WHERE o.confirmed_at >= $2 OR o.recorded_at >= $3
               UNION
               SELECT a.id FROM case_void v JOIN assignment a ON a.case_id = v.case_id
               WHERE v.voided_at >= $2
               UNION
               SELECT assignment_id FROM clock WHERE due_on_original BETWEEN $4 AND $5
               UNION
               SELECT k.assignment_id FROM clock_event e JOIN clock k ON k.id = e.clock_id
               WHERE e.new_due_on BETWEEN $4 AND $5 AND e.recorded_at < $3
           )
           SELECT a.id AS "assignment: AssignmentId", c.id AS "case: PetitionCaseId", c.number,
                  a.unit_id AS "unit: UnitId", a.assigned_at, a.recorded_at, v.voided_at AS "voided_at?"
           FROM looked_at l
           JOIN assignment a ON a.id = l.id
           JOIN assignment_batch b ON b.id = a.batch_id AND b.import_id IS NULL
           JOIN petition_case c ON c.id = a.case_id
           LEFT JOIN case_void v ON v.case_id = c.id
           WHERE within($1, c.unit_id, c.id) AND a.recorded_at < $3
           ORDER BY a.id"#,
        scope.reach() as _,
        frame.window.start,
        frame.cut_off,
        first,
        last,
    )
    .fetch_all(conn)
    .await?;
    Ok(Found::of(rows.into_iter().map(AssignmentRow::facts).collect()))
}
