//! Written progress reports (书面进展情况报告): what is owed, what was submitted, what the bureau said.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::deadlines::{self, Turn, Turning};
use super::petition_cases::{self, Opened};
use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::deadline::ClockKind;
use crate::domain::ids::{AssignmentId, ReportId};
use crate::domain::report::{
    Decision, Examined, Owed, Pending, Report, ReportClock, Sections, Submitted,
};

/// What the bureau said of a report.
#[derive(Debug, Clone)]
pub struct ExaminedNow {
    pub decision: Decision,
    pub return_reason: String,
    pub decided_at: DateTime<Utc>,
    pub decided_by: String,
}

/// The latest report of the open round.
#[derive(Debug, Clone)]
pub struct ReportNow {
    pub id: ReportId,
    pub uuid: Uuid,
    pub sections: Sections,
    pub late_reason: String,
    pub submitted_at: DateTime<Utc>,
    pub submitted_by: String,
    pub examined: Option<ExaminedNow>,
}

/// What the round owes the bureau.
pub async fn owed(tx: &mut Tx, opened: &Opened) -> StoreResult<Owed> {
    let round = opened.case().round.0;
    let (conn, case) = tx.within(opened);
    let clocks = sqlx::query_as!(
        ReportClock,
        r#"SELECT k.assignment_id AS "assignment: AssignmentId", k.due_on, k.state = 'running' AS "running!"
           FROM clock k JOIN assignment a ON a.id = k.assignment_id
           WHERE k.case_id = $1 AND a.round_id = $2 AND k.kind = 'P7'
           ORDER BY k.id"#,
        case,
        round,
    )
    .fetch_all(&mut *conn)
    .await?;
    let submitted_before = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM progress_report WHERE case_id = $1 AND round_id = $2) AS "before!""#,
        case,
        round,
    )
    .fetch_one(conn)
    .await?;
    Ok(Owed { clocks, submitted_before })
}

/// The latest report of the open round.
pub async fn latest(tx: &mut Tx, opened: &Opened) -> StoreResult<Option<ReportNow>> {
    let round = opened.case().round.0;
    let (conn, case) = tx.within(opened);
    let found = sqlx::query!(
        r#"SELECT r.id AS "id: ReportId", r.uuid, r.sections, r.late_reason, r.submitted_at, acting_name(s.name, r.on_behalf_of) AS "submitted_by!",
                  v.decision AS "decision?: Decision", v.return_reason AS "return_reason?",
                  v.decided_at AS "decided_at?", acting_name(d.name, v.on_behalf_of) AS "decided_by?"
           FROM progress_report r
           JOIN staff s ON s.id = r.recorded_by
           LEFT JOIN report_review v ON v.report_id = r.id
           LEFT JOIN staff d ON d.id = v.recorded_by
           WHERE r.case_id = $1 AND r.round_id = $2
           ORDER BY r.id DESC LIMIT 1"#,
        case,
        round,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let sections = Sections::try_from(row.sections).map_err(|sections| StoreError::Unreadable {
        table: "progress_report",
        column: "sections",
        value: sections.len().to_string(),
    })?;
    let examined = row.decision.zip(row.return_reason).zip(row.decided_at).zip(row.decided_by).map(
        |(((decision, return_reason), decided_at), decided_by)| ExaminedNow {
            decision,
            return_reason,
            decided_at,
            decided_by,
        },
    );
    Ok(Some(ReportNow {
        id: row.id,
        uuid: row.uuid,
        sections,
        late_reason: row.late_reason,
        submitted_at: row.submitted_at,
        submitted_by: row.submitted_by,
        examined,
    }))
}

/// The report before the bureau, with the assignments that it answers.
pub async fn pending(tx: &mut Tx, opened: &Opened, report: &ReportNow) -> StoreResult<Pending> {
    let (conn, case) = tx.within(opened);
    let answers = sqlx::query_scalar!(
        r#"SELECT assignment_id AS "id: AssignmentId" FROM report_answer
           WHERE case_id = $1 AND report_id = $2 ORDER BY assignment_id"#,
        case,
        report.id.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(Pending { id: report.id, answers, examined: report.examined.is_some() })
}

/// Writes the report and stops the clocks that it answers.
pub async fn record(tx: &mut Tx, fact: &Submitted) -> StoreResult<()> {
    let report = fact.report();
    petition_cases::decided_on(tx, report.case, report.seen).await?;
    let uuid = write(tx, report).await?;
    deadlines::turn(tx, &report.answers, turning(report, Turn::Stopped)).await?;
    let entry = audit::Entry {
        verb: "report.submitted",
        case: Some(report.case),
        object: &uuid.to_string(),
        detail: "",
        at: report.at,
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await
}

fn turning(report: &Report, turn: Turn) -> Turning {
    Turning {
        case: report.case,
        kind: ClockKind::Report,
        turn,
        at: report.at,
        recorded_at: report.at,
        by: report.by,
    }
}

async fn write(tx: &mut Tx, report: &Report) -> StoreResult<Uuid> {
    let row = sqlx::query!(
        "INSERT INTO progress_report (case_id, round_id, sections, late_reason, submitted_at, recorded_at, recorded_by)
         VALUES ($1, $2, $3, $4, $5, $5, $6)
         RETURNING id, uuid",
        report.case.0,
        report.round.0,
        &report.sections,
        report.late_reason,
        report.at,
        report.by.0,
    )
    .fetch_one(tx.unscoped())
    .await?;
    let answers: Vec<i64> = report.answers.iter().map(|id| id.0).collect();
    sqlx::query!(
        "INSERT INTO report_answer (report_id, assignment_id, case_id)
         SELECT $1, assignment, $2 FROM unnest($3::bigint[]) AS answers (assignment)",
        row.id,
        report.case.0,
        &answers,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(row.uuid)
}

/// Writes what the bureau decided; what was returned is owed again, due on the day it was.
pub async fn record_examination(tx: &mut Tx, fact: &Examined) -> StoreResult<()> {
    let examination = fact.examination();
    petition_cases::decided_on(tx, examination.case, examination.seen).await?;
    sqlx::query!(
        "INSERT INTO report_review (report_id, case_id, decision, return_reason, decided_at, recorded_at, recorded_by)
         VALUES ($1, $2, $3, $4, $5, $5, $6)",
        examination.report.0,
        examination.case.0,
        examination.decision.code(),
        examination.return_reason,
        examination.at,
        examination.by.0,
    )
    .execute(tx.unscoped())
    .await?;
    if examination.decision == Decision::Returned {
        let unmoved: Option<NaiveDate> = None;
        let turning = Turning {
            case: examination.case,
            kind: ClockKind::Report,
            turn: Turn::Resumed(unmoved),
            at: examination.at,
            recorded_at: examination.at,
            by: examination.by,
        };
        deadlines::turn(tx, &examination.answers, turning).await?;
    }
    let verb = match examination.decision {
        Decision::Received => "report.received",
        Decision::Returned => "report.returned",
    };
    let (case, at) = (Some(examination.case), examination.at);
    audit::append(tx, audit::Entry { verb, case, at, ..audit::Entry::default() }).await
}
