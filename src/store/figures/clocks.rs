//! When the duties of an assignment are due, and what moved that.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Found, stamp};
use crate::domain::calendar::end_of;
use crate::domain::deadline::ClockKind;
use crate::domain::figure::{
    AssignmentFacts, ClosingFacts, DueMove, Frame, MoveReason, Stamp, Suspension,
};
use crate::store::{StoreResult, Tx};

/// A clock with one of the events that moved or ended it, if there is any.
struct Row {
    assignment: i64,
    kind: ClockKind,
    due_on: NaiveDate,
    event: Option<String>,
    at: Option<DateTime<Utc>>,
    recorded_at: Option<DateTime<Utc>>,
    new_due_on: Option<NaiveDate>,
}

pub(super) async fn fill(tx: &mut Tx, found: &mut Found, frame: &Frame) -> StoreResult<()> {
    let (conn, ids) = tx.behind(found);
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT k.assignment_id AS assignment, k.kind AS "kind: ClockKind", k.due_on_original AS due_on,
                  e.kind AS "event?", e.at AS "at?", e.recorded_at AS "recorded_at?", e.new_due_on
           FROM clock k
           LEFT JOIN clock_event e ON e.clock_id = k.id AND e.kind <> 'stopped'
           WHERE k.assignment_id = ANY ($1) AND k.kind IN ('L2', 'M2', 'P7', 'C30')
           ORDER BY k.id, e.id"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        found.add(row.assignment, |facts| row.add_to(facts, frame));
    }
    Ok(())
}

impl Row {
    fn add_to(&self, facts: &mut AssignmentFacts, frame: &Frame) {
        if self.kind == ClockKind::Ledger {
            // A leader is named with the ledger.
            facts.leading.needed = true;
        }
        if let Some(due) = self.due(facts) {
            *due = due.or(Some(end_of(self.due_on)));
        }
        let Some((event, stamp)) = self.event() else { return };
        let moved = self.new_due_on.map(end_of);
        match (event, self.kind) {
            // The clocks of the unit that hands a case over end when the other one accepts it.
            ("cancelled", _) => facts.transferred = facts.transferred.or(Some(stamp)),
            (_, ClockKind::Close) => happened(&mut facts.closing, event, stamp, moved),
            // Only the closing clock keeps its moves; of the others the last known one holds.
            ("extended" | "recalculated", _) if stamp.known(frame) => {
                if let Some(due) = self.due(facts) {
                    *due = moved.or(*due);
                }
            }
            _ => {}
        }
    }

    /// Where the facts keep the due time of this clock.
    fn due<'a>(&self, facts: &'a mut AssignmentFacts) -> Option<&'a mut Option<DateTime<Utc>>> {
        match self.kind {
            ClockKind::Ledger => Some(&mut facts.ledger.due),
            ClockKind::Meeting => Some(&mut facts.meeting.due),
            ClockKind::Report => Some(&mut facts.report.due),
            ClockKind::Close => Some(&mut facts.closing.due),
            ClockKind::Acknowledge | ClockKind::Objection => None,
        }
    }

    fn event(&self) -> Option<(&str, Stamp)> {
        Some((self.event.as_deref()?, stamp(self.at?, self.recorded_at?)))
    }
}

fn happened(closing: &mut ClosingFacts, event: &str, stamp: Stamp, moved: Option<DateTime<Utc>>) {
    match event {
        "paused" => closing.suspensions.push(Suspension { from: stamp, until: None }),
        "unpaused" => {
            if let Some(last) = closing.suspensions.last_mut() {
                last.until = last.until.or(Some(stamp));
            }
        }
        _ => {}
    }
    let reason = match event {
        "extended" => MoveReason::Extension,
        "recalculated" => MoveReason::Calendar,
        _ => MoveReason::Pause,
    };
    closing.moves.extend(moved.map(|due| DueMove { stamp, due, reason }));
}
