//! Close reports: when the unit closed (T20), what came back (T22), what was confirmed (T23).

use chrono::{DateTime, Utc};

use super::{Found, stamp, stamp_of};
use crate::domain::figure::CloseSubmission;
use crate::store::{StoreResult, Tx};

/// A close report from the leader's signature on, or a closing that a ledger brought.
struct Row {
    assignment: i64,
    closed_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    returned_at: Option<DateTime<Utc>>,
    return_recorded_at: Option<DateTime<Utc>>,
    confirmed_at: Option<DateTime<Utc>>,
    confirmation_recorded_at: Option<DateTime<Utc>>,
}

pub(super) async fn fill(tx: &mut Tx, found: &mut Found) -> StoreResult<()> {
    let (conn, ids) = tx.behind(found);
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT a.id AS "assignment!", s.signed_at AS "closed_at!", s.recorded_at AS "recorded_at!",
                  r.signed_at AS returned_at, r.recorded_at AS return_recorded_at,
                  o.confirmed_at, o.recorded_at AS confirmation_recorded_at
           FROM assignment a
           JOIN closing c ON c.case_id = a.case_id AND c.round_id = a.round_id
           JOIN closing_signature s ON s.closing_id = c.id AND s.step = 'leader' AND s.decision = 'approve'
           LEFT JOIN closing_signature r ON r.closing_id = c.id AND r.decision = 'return'
           LEFT JOIN round_outcome o ON o.closing_id = c.id
           WHERE a.id = ANY ($1)
           UNION ALL
           SELECT a.id, o.unit_closed_at, o.recorded_at, NULL, NULL, o.confirmed_at, o.recorded_at
           FROM assignment a
           JOIN round_outcome o ON o.round_id = a.round_id AND o.basis = 'imported_ledger'
           WHERE a.id = ANY ($1)
           ORDER BY 1, 3"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let submission = CloseSubmission {
            closed: stamp(row.closed_at, row.recorded_at),
            returned: stamp_of(row.returned_at, row.return_recorded_at),
            confirmed: stamp_of(row.confirmed_at, row.confirmation_recorded_at),
        };
        found.add(row.assignment, |facts| facts.closing.submissions.push(submission));
    }
    Ok(())
}
