//! The petition cases that were confirmed closed in a window, for the settlement rates.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{stamp, stamp_of};
use crate::domain::figure::{CaseFacts, Closed, Frame, Stamp};
use crate::domain::ids::{PetitionCaseId, UnitId};
use crate::domain::outcome::Outcome;
use crate::store::{StoreResult, Tx};

/// A round of such a case, with its end if it has one.
struct Row {
    case: PetitionCaseId,
    number: String,
    registered: UnitId,
    units: Vec<i64>,
    assigned_at: Vec<DateTime<Utc>>,
    assignment_recorded_at: Vec<DateTime<Utc>>,
    voided_at: Option<DateTime<Utc>>,
    round: i32,
    opened_at: DateTime<Utc>,
    opening_recorded_at: DateTime<Utc>,
    outcome: Option<Outcome>,
    confirmed_at: Option<DateTime<Utc>>,
    confirmation_recorded_at: Option<DateTime<Utc>>,
}

/// Each case with all its rounds, and the units that it was assigned to.
pub(super) async fn read(tx: &mut Tx, frame: &Frame) -> StoreResult<Vec<CaseFacts>> {
    let (conn, scope) = tx.scoped();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT c.id AS "case: PetitionCaseId", c.number,
                  c.registered_unit_id AS "registered: UnitId",
                  ARRAY(SELECT a.unit_id FROM assignment a
                        WHERE a.case_id = c.id AND a.recorded_at < $4 ORDER BY a.id) AS "units!",
                  ARRAY(SELECT a.assigned_at FROM assignment a
                        WHERE a.case_id = c.id AND a.recorded_at < $4 ORDER BY a.id) AS "assigned_at!",
                  ARRAY(SELECT a.recorded_at FROM assignment a
                        WHERE a.case_id = c.id AND a.recorded_at < $4 ORDER BY a.id) AS "assignment_recorded_at!",
                  v.voided_at AS "voided_at?", r.number AS round, r.opened_at,
                  r.recorded_at AS opening_recorded_at, o.outcome AS "outcome?: Outcome",
                  o.confirmed_at AS "confirmed_at?", o.recorded_at AS "confirmation_recorded_at?"
           FROM petition_case c
           JOIN round r ON r.case_id = c.id
           LEFT JOIN round_outcome o ON o.round_id = r.id
           LEFT JOIN case_void v ON v.case_id = c.id
           WHERE within($1, c.unit_id, c.id)
             AND c.id IN (SELECT case_id FROM round_outcome WHERE confirmed_at >= $2 AND confirmed_at < $3)
           ORDER BY c.id, r.number"#,
        scope.reach() as _,
        frame.window.start,
        frame.window.end,
        frame.cut_off,
    )
    .fetch_all(conn)
    .await?;
    let mut cases: BTreeMap<i64, CaseFacts> = BTreeMap::new();
    for row in rows {
        let case = cases.entry(row.case.0).or_insert_with(|| row.case());
        row.add_to(case);
    }
    Ok(cases.into_values().collect())
}

impl Row {
    fn case(&self) -> CaseFacts {
        CaseFacts {
            case: self.case,
            number: self.number.clone(),
            registered: self.registered,
            assigned: self.assigned(),
            void: self.voided_at.map(Stamp::at_once),
            merged: None,
            closings: Vec::new(),
            reopened: Vec::new(),
        }
    }

    fn assigned(&self) -> Vec<(Stamp, UnitId)> {
        let stamps = self.assigned_at.iter().zip(&self.assignment_recorded_at);
        let stamps = stamps.map(|(at, recorded_at)| stamp(*at, *recorded_at));
        stamps.zip(self.units.iter().copied().map(UnitId)).collect()
    }

    fn add_to(&self, case: &mut CaseFacts) {
        if self.round > 1 {
            case.reopened.push(stamp(self.opened_at, self.opening_recorded_at));
        }
        let confirmed = stamp_of(self.confirmed_at, self.confirmation_recorded_at);
        let closed = confirmed.zip(self.outcome);
        case.closings.extend(closed.map(|(confirmed, outcome)| Closed { confirmed, outcome }));
    }
}

/// The numbers of the cases that were confirmed closed in the window: the total that the outcome
/// classes must sum to, counted on its own.
pub async fn closed_numbers(tx: &mut Tx, frame: &Frame) -> StoreResult<Vec<String>> {
    let (conn, scope) = tx.scoped();
    let numbers = sqlx::query_scalar!(
        "SELECT DISTINCT c.number
         FROM round_outcome o JOIN petition_case c ON c.id = o.case_id
         WHERE within($1, c.unit_id, c.id) AND o.confirmed_at >= $2 AND o.confirmed_at < $3 AND o.recorded_at < $4
           AND NOT EXISTS (SELECT FROM case_void v WHERE v.case_id = c.id AND v.voided_at < $4)
         ORDER BY c.number",
        scope.reach() as _,
        frame.window.start,
        frame.window.end,
        frame.cut_off,
    )
    .fetch_all(conn)
    .await?;
    Ok(numbers)
}
