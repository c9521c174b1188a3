//! What happened in a case, newest first: read from the facts themselves.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

use super::rows::list;
use crate::store::cursor::{self, Paged, Place};
use crate::store::petition_cases::Opened;
use crate::store::{StoreResult, Tx};

const PAGE: usize = 20;
const LIST: &str = "timeline";

/// What the timeline can be narrowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Visit,
    Assignment,
    Interview,
    Progress,
    Report,
    Reply,
    Closing,
    Document,
}

impl Kind {
    /// Each with its code in addresses and its name.
    pub const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Visit, "visit", "登记"),
        (Self::Assignment, "assignment", "交办"),
        (Self::Interview, "interview", "约见接访"),
        (Self::Progress, "progress", "办理"),
        (Self::Report, "report", "报告"),
        (Self::Reply, "reply", "答复"),
        (Self::Closing, "closing", "签批"),
        (Self::Document, "document", "材料"),
    ];

    /// The code in addresses.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, code, _)| code)
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, of, _)| *of == code).map(|(kind, ..)| *kind)
    }
}

/// A file that came with an entry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Attachment {
    pub uuid: Uuid,
    pub name: String,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Entry {
    pub at: DateTime<Utc>,
    /// What it is, by its code: `visit.letter`, `interview.lead_meeting`, `closing.return` …
    pub what: String,
    pub who: String,
    /// The place in the team, or the unit.
    pub place: String,
    pub text: String,
    pub more: String,
    pub uuid: Option<Uuid>,
    /// When the entry that this one corrects happened.
    pub corrects: Option<DateTime<Utc>>,
    /// When a correction of this one was added.
    pub corrected: Option<DateTime<Utc>>,
    pub files: Vec<Attachment>,
    at_text: String,
    rank: i32,
    id: i64,
}

/// A page of the timeline, of one kind or of all.
#[expect(clippy::too_many_lines, reason = "one statement: each line of it is a table of facts")]
pub async fn timeline(
    tx: &mut Tx,
    opened: &Opened,
    kind: Option<Kind>,
    place: &Place,
) -> StoreResult<Paged<Entry>> {
    let keys = tx.keys();
    let from = place.opened::<3>(&keys, LIST);
    let (at, rank, id) = match &from.values {
        Some([at, rank, id]) => (Some(at), rank.parse::<i32>().ok(), id.parse::<i64>().ok()),
        None => (None, None, None),
    };
    let (conn, case, scope) = tx.within_reach(opened);
    let rows = sqlx::query!(
        r#"WITH fact AS (
               SELECT 'visit' AS kind, 1 AS rank, v.id, v.received_at AS at, 'visit.' || v.channel AS what,
                      v.recorded_by AS staff, v.on_behalf_of AS behalf, coalesce(s.summary, t.summary, '') AS text,
                      coalesce(t.answer_text, '') AS more, NULL::uuid AS uuid,
                      NULL::timestamptz AS corrects, NULL::timestamptz AS corrected
               FROM visit_case vc JOIN visit v ON v.id = vc.visit_id AND within($7, v)
               LEFT JOIN LATERAL account_of_visit(v.id, $7) t ON true
               LEFT JOIN LATERAL account_of_visit(t.same_as_visit_id, $7) s ON true
               WHERE vc.case_id = $1 AND NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id)
               UNION ALL
               SELECT 'assignment', 2, a.id, a.assigned_at, 'assignment.' || a.source, a.recorded_by, a.on_behalf_of,
                      u.short_name, a.note, NULL, NULL, NULL
               FROM assignment a JOIN unit u ON u.id = a.unit_id WHERE a.case_id = $1
               UNION ALL
               SELECT 'assignment', 3, k.assignment_id, k.acknowledged_at, 'assignment.acknowledged', k.recorded_by, k.on_behalf_of,
                      '', '', NULL, NULL, NULL
               FROM acknowledgement k WHERE k.case_id = $1
               UNION ALL
               SELECT 'progress', 4, l.assignment_id, l.completed_at, 'ledger.completed', l.recorded_by, l.on_behalf_of,
                      l.plan, '', NULL, NULL, NULL
               FROM ledger l WHERE l.case_id = $1
               UNION ALL
               SELECT 'interview', 5, i.id, i.held_at, 'interview.' || i.kind, i.host_id, NULL,
                      CASE WHEN i.present THEN i.notes ELSE i.absence_note END, i.place, i.uuid, NULL, NULL
               FROM interview i WHERE i.case_id = $1
               UNION ALL
               SELECT 'progress', 6, p.id, p.happened_at, 'progress.' || p.kind, p.recorded_by, p.on_behalf_of, p.text, p.next, p.uuid,
                      (SELECT happened_at FROM progress_entry o WHERE o.id = p.corrects_id),
                      (SELECT max(recorded_at) FROM progress_entry o WHERE o.corrects_id = p.id)
               FROM progress_entry p WHERE p.case_id = $1
               UNION ALL
               SELECT 'report', 7, w.id, w.submitted_at, 'report.submitted', w.recorded_by, w.on_behalf_of, w.late_reason, '',
                      w.uuid, NULL, NULL
               FROM progress_report w WHERE w.case_id = $1
               UNION ALL
               SELECT 'report', 8, w.report_id, w.decided_at, 'report.' || w.decision, w.recorded_by, w.on_behalf_of,
                      w.return_reason, '', NULL, NULL, NULL
               FROM report_review w WHERE w.case_id = $1
               UNION ALL
               SELECT 'reply', 9, y.id, coalesce(y.answered_at, y.recorded_at),
                      'reply.' || coalesce(y.way, y.none_reason), y.recorded_by, y.on_behalf_of, y.content, y.opinion, y.uuid, NULL, NULL
               FROM reply y WHERE y.case_id = $1
               UNION ALL
               SELECT 'closing', 10, c.id, c.applied_at, 'closing.' || c.outcome, c.recorded_by, c.on_behalf_of, '', '', c.uuid, NULL, NULL
               FROM closing c WHERE c.case_id = $1
               UNION ALL
               SELECT 'closing', 11, g.closing_id * 8 + array_position(ARRAY['leader', 'president', 'bureau',
                          'leading_group'], g.step), g.signed_at, 'closing.' || g.decision, g.recorded_by, g.on_behalf_of,
                      g.opinion, g.capacity, NULL, NULL, NULL
               FROM closing_signature g WHERE g.case_id = $1
               UNION ALL
               SELECT 'document', 12, d.id, d.recorded_at, 'document.filed', d.recorded_by, d.on_behalf_of, '', '', d.uuid, NULL, NULL
               FROM document d WHERE d.case_id = $1 AND d.belongs_to = '')
           SELECT f.at AS "at!", f.at::text AS "at_text!", f.rank AS "rank!", f.id AS "id!", f.what AS "what!",
                  coalesce(acting_name(s.name, f.behalf), '') AS "who!", coalesce(m.place, u.short_name, '') AS "place!",
                  f.text AS "text!", f.more AS "more!", f.uuid, f.corrects, f.corrected,
                  (SELECT json_agg(json_build_object('uuid', d.uuid, 'name', d.name) ORDER BY d.id) FROM document d
                   WHERE d.case_id = $1 AND (d.belongs_to = f.uuid::text OR f.kind = 'document' AND d.uuid = f.uuid))
                      AS "files: Json<Vec<Attachment>>"
           FROM fact f
           LEFT JOIN staff s ON s.id = f.staff
           LEFT JOIN unit u ON u.id = s.unit_id
           LEFT JOIN LATERAL (SELECT place FROM team_member
                              WHERE case_id = $1 AND staff_id = f.staff ORDER BY id DESC LIMIT 1) m ON true
           WHERE ($2::text IS NULL OR f.kind = $2)
             AND ($3::text IS NULL OR (f.at, f.rank, f.id) < ($3::text::timestamptz, $4::int, $5::bigint))
           ORDER BY f.at DESC, f.rank DESC, f.id DESC
           LIMIT $6"#,
        case,
        kind.map(Kind::code),
        at,
        rank,
        id,
        i64::try_from(PAGE).unwrap_or_default() + 1,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    let entries = rows.into_iter().map(|row| Entry {
        at: row.at,
        what: row.what,
        who: row.who,
        place: row.place,
        text: row.text,
        more: row.more,
        uuid: row.uuid,
        corrects: row.corrects,
        corrected: row.corrected,
        files: list(row.files),
        at_text: row.at_text,
        rank: row.rank,
        id: row.id,
    });
    Paged::of(entries.collect(), PAGE, &from, |entry| {
        let (rank, id) = (entry.rank.to_string(), entry.id.to_string());
        cursor::seal(&keys, LIST, &[&entry.at_text, &rank, &id])
    })
}
