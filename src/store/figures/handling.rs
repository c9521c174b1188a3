//! What the unit did for an assignment: ledger, meetings and acts of the leader, progress reports.

use chrono::{DateTime, Utc};

use super::{Found, stamp, stamp_of};
use crate::domain::figure::{ReportSubmission, Stamp};
use crate::store::{StoreResult, Tx};

pub(super) async fn fill(tx: &mut Tx, found: &mut Found) -> StoreResult<()> {
    ledgers(tx, found).await?;
    reports(tx, found).await
}

/// The ledger is on record from its first version; the plan from the first version that has one.
async fn ledgers(tx: &mut Tx, found: &mut Found) -> StoreResult<()> {
    let (conn, ids) = tx.behind(found);
    let rows = sqlx::query!(
        r#"WITH version AS (
               SELECT assignment_id, plan, recorded_at FROM ledger WHERE assignment_id = ANY ($1)
               UNION ALL
               SELECT assignment_id, plan, recorded_at FROM ledger_version WHERE assignment_id = ANY ($1)
           )
           SELECT l.assignment_id, l.completed_at, min(v.recorded_at) AS "recorded_at!",
                  min(v.recorded_at) FILTER (WHERE v.plan <> '') AS planned_at
           FROM ledger l
           JOIN version v ON v.assignment_id = l.assignment_id
           GROUP BY l.assignment_id"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        found.add(row.assignment_id, |facts| {
            facts.ledger.complete = Some(stamp(row.completed_at, row.recorded_at));
            facts.leading.plan = row.planned_at.map(Stamp::at_once);
        });
    }
    Ok(())
}

struct ReportRow {
    assignment_id: i64,
    submitted_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    returned_at: Option<DateTime<Utc>>,
    return_recorded_at: Option<DateTime<Utc>>,
}

async fn reports(tx: &mut Tx, found: &mut Found) -> StoreResult<()> {
    let (conn, ids) = tx.behind(found);
    let rows = sqlx::query_as!(
        ReportRow,
        r#"SELECT w.assignment_id, p.submitted_at, p.recorded_at, r.decided_at AS "returned_at?",
                  r.recorded_at AS "return_recorded_at?"
           FROM report_answer w
           JOIN progress_report p ON p.id = w.report_id
           LEFT JOIN report_review r ON r.report_id = p.id AND r.decision = 'returned'
           WHERE w.assignment_id = ANY ($1)
           ORDER BY p.id"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let submitted = stamp(row.submitted_at, row.recorded_at);
        let returned = stamp_of(row.returned_at, row.return_recorded_at);
        found.add(row.assignment_id, |facts| {
            facts.report.submissions.push(ReportSubmission { submitted, returned });
        });
    }
    Ok(())
}
