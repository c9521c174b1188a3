//! What the sections of a case hold; one statement each.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::types::Json;

use super::CaseFile;
use super::rows::list;
use crate::domain::petition_case::Stage;
use crate::store::petition_cases::Opened;
use crate::store::{StoreResult, Tx};

/// A visit with what was said, of the courts within reach.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct VisitText {
    pub number: String,
    pub received_at: DateTime<Utc>,
    pub court: String,
    pub channel: String,
    pub nth: i32,
    pub text: String,
    pub answer: String,
}

/// An assignment of the case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AssignmentLine {
    pub batch: Option<String>,
    pub source: String,
    pub source_number: String,
    pub unit: String,
    pub assigned_at: DateTime<Utc>,
    pub rules: String,
    pub note: String,
}

/// Another case of the same petitioner: no more than this, whichever court's it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RelatedLine {
    pub number: String,
    pub court: String,
    pub stage: String,
    pub within_reach: bool,
}

/// 基本情况.
#[derive(Debug, Clone, Default)]
pub struct Basics {
    pub origin_court: Option<String>,
    pub plan: Option<String>,
    pub assignments: Vec<AssignmentLine>,
    pub visits: Vec<VisitText>,
    pub related: Vec<RelatedLine>,
    /// The last day of its period, once it has ended.
    pub kept_until: Option<NaiveDate>,
    /// Whether a hold runs, as far as the reader may know.
    pub held: bool,
}

/// The basic facts, to the depth that is open to the reader.
pub async fn basics(tx: &mut Tx, file: &CaseFile, today: NaiveDate) -> StoreResult<Basics> {
    let (conn, scope) = tx.scoped();
    let row = sqlx::query!(
        r#"SELECT (SELECT u.name FROM unit u WHERE u.id = c.origin_unit_id) AS origin_court,
                  (SELECT l.plan FROM ledger l WHERE l.case_id = c.id ORDER BY l.assignment_id DESC LIMIT 1) AS plan,
                  (SELECT json_agg(json_build_object(
                       'batch', b.number, 'source', a.source, 'source_number', a.source_number,
                       'unit', u.short_name, 'assigned_at', a.assigned_at, 'rules', r.name, 'note', a.note)
                       ORDER BY a.id DESC)
                   FROM assignment a JOIN unit u ON u.id = a.unit_id JOIN rule_set r ON r.id = a.rule_set_id
                   LEFT JOIN assignment_batch b ON b.id = a.batch_id
                   WHERE a.case_id = c.id) AS "assignments: Json<Vec<AssignmentLine>>",
                  (SELECT json_agg(json_build_object(
                       'number', v.number, 'received_at', v.received_at, 'court', u.short_name,
                       'channel', v.channel, 'nth', vc.nth, 'text', coalesce(s.summary, t.summary),
                       'answer', t.answer_text)
                       ORDER BY v.received_at DESC, v.id DESC)
                   FROM visit_case vc
                   JOIN visit v ON v.id = vc.visit_id
                   JOIN unit u ON u.id = v.unit_id
                   CROSS JOIN LATERAL account_of_visit(v.id, $2) t
                   LEFT JOIN LATERAL account_of_visit(t.same_as_visit_id, $2) s ON true
                   WHERE vc.case_id = c.id AND within($2, v) AND $3
                     AND NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id)) AS "visits: Json<Vec<VisitText>>",
                  (SELECT json_agg(json_build_object(
                       'number', f.number, 'court', f.court, 'stage', f.stage,
                       'within_reach', f.unit_id = ANY (($2::reach).units)))
                   FROM party y CROSS JOIN LATERAL cases_of_petitioner(y.petitioner_id) f
                   WHERE y.case_id = c.id AND y.part = 'main' AND f.number <> c.number
                     AND $3) AS "related: Json<Vec<RelatedLine>>",
                  retention_until('case_file', (case_ended_at(c.id) AT TIME ZONE 'Asia/Shanghai')::date, $4) AS kept_until,
                  coalesce(case_is_held(c.id), false) AS "held!"
           FROM petition_case c
           WHERE c.id = $1 AND within($2, c.unit_id, c.id)"#,
        file.case.id.0,
        scope.reach() as _,
        file.reads_narrative(),
        today,
    )
    .fetch_one(conn)
    .await?;
    Ok(Basics {
        origin_court: row.origin_court,
        plan: row.plan.filter(|_| file.opened().is_some()),
        assignments: list(row.assignments),
        visits: list(row.visits),
        related: list(row.related),
        kept_until: row.kept_until,
        held: row.held,
    })
}

/// A quality review of one of the court cases behind it.
#[derive(Debug, Clone)]
pub struct ReviewLine {
    pub court_case: String,
    /// 1 to 3: 一类, 二类, 三类.
    pub grade: i32,
    pub accountability: bool,
    pub note: String,
}

/// The quality reviews (评查) of a case.
pub async fn reviews(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<ReviewLine>> {
    let (conn, case) = tx.within(opened);
    let lines = sqlx::query_as!(
        ReviewLine,
        r#"SELECT z.number AS court_case, v.grade, v.accountability, v.note
           FROM case_review v JOIN court_case z ON z.id = v.court_case_id
           WHERE v.case_id = $1 ORDER BY v.id"#,
        case,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// A line of the case's log.
#[derive(Debug, Clone)]
pub struct AuditLine {
    pub at: DateTime<Utc>,
    pub who: String,
    pub unit: String,
    pub verb: String,
    pub detail: String,
}

/// Who did and saw what, newest first; without `views` what was changed only.
pub async fn log(tx: &mut Tx, opened: &Opened, views: bool) -> StoreResult<Vec<AuditLine>> {
    let (conn, case) = tx.within(opened);
    let lines = sqlx::query_as!(
        AuditLine,
        r#"SELECT l.at AS "at!", l.who AS "who!", l.unit AS "unit!", l.verb AS "verb!", l.detail AS "detail!"
           FROM log_of_case($1, $2) l ORDER BY l.nth DESC"#,
        case,
        views,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

impl RelatedLine {
    /// 「办理中」
    pub fn stage_label(&self) -> &'static str {
        Stage::from_code(&self.stage).map_or("", Stage::label)
    }
}
