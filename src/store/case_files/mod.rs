//! What stands on the page of a case whichever section is shown: identity, clocks, team, petitioner,
//! earlier visits, and what the next step follows from. One statement.

mod rows;
mod tabs;
mod timeline;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;

pub use rows::{Part, PartyCard, Person, VisitMark};
pub use tabs::{
    AssignmentLine, AuditLine, Basics, RelatedLine, ReviewLine, VisitText, basics, log, reviews,
};
pub use timeline::{Attachment, Entry, Kind, timeline};

use super::petition_cases::{Found, Opened, opened};
use super::{StoreResult, Tx};
use crate::domain::access::Depth;
use crate::domain::ids::{AssignmentId, PetitionCaseId, RoundId, RuleSetId, StaffId, UnitId};
use crate::domain::ladder::Ladder;
use crate::domain::next_step::Progress;
use crate::domain::petition_case::{PetitionCase, Stage};

/// The case with what its page shows around every section.
#[derive(Debug, Clone)]
pub struct CaseFile {
    pub case: PetitionCase,
    /// The court that the responsible unit belongs to.
    pub court: UnitId,
    pub in_team: bool,
    pub name: String,
    pub summary: Option<String>,
    pub requests: Vec<String>,
    pub category: String,
    pub urgent_reason: String,
    pub source: Option<String>,
    pub visits: i64,
    /// The strictest assignment's, and how many others there are.
    pub ladder: Option<Ladder>,
    pub other_assignments: usize,
    pub team: Vec<Person>,
    pub parties: Vec<PartyCard>,
    pub visit_marks: Vec<VisitMark>,
    pub court_cases: Vec<String>,
    pub counts: Counts,
    /// When what was written in it was destroyed, its period being over.
    pub erased_at: Option<DateTime<Utc>>,
    handling: Handling,
}

/// How much each section holds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub interviews: i64,
    pub progress: i64,
    pub documents: i64,
    pub reviews: i64,
    pub closings: i64,
    pub replies: i64,
}

#[derive(Debug, Clone, Default)]
struct Handling {
    applied_at: Option<DateTime<Utc>>,
    signed_at: Option<DateTime<Utc>>,
    returned: Option<String>,
    reported_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    president_out: bool,
    paper: Option<uuid::Uuid>,
}

impl CaseFile {
    /// The person in a place of the team.
    pub fn place(&self, place: &str) -> Option<&Person> {
        self.team.iter().find(|person| person.place == place)
    }

    /// What the next step follows from.
    pub fn progress(&self) -> Progress<'_> {
        Progress {
            ladder: self.ladder.as_ref(),
            applied_at: self.handling.applied_at.filter(|_| self.handling.signed_at.is_none()),
            signed_at: self.handling.signed_at,
            returned: self.handling.returned.as_deref(),
            reported_at: self.handling.reported_at,
            closed_at: self.handling.closed_at,
            president_out: self.handling.president_out,
            leader: self.place("leader").map(|person| person.name.as_str()),
            handler: self.place("handler").map(|person| person.name.as_str()),
        }
    }

    /// When the round was closed.
    pub const fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.handling.closed_at
    }

    /// The close report that is on its way, as its address names it.
    pub fn paper(&self) -> String {
        self.handling.paper.map(|uuid| uuid.to_string()).unwrap_or_default()
    }

    /// The proof that the case is open in full, for what hangs on it.
    pub fn opened(&self) -> Option<Opened> {
        opened(self.case.clone())
    }

    /// Whether what the petitioner said is open.
    pub fn reads_narrative(&self) -> bool {
        self.case.depth >= Depth::Narrative
    }
}

/// Why a case is fetched.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    /// To show a section of its page: that is noted with it.
    Show(&'static str, DateTime<Utc>),
    /// To act on it, which leaves a trace of its own.
    Act,
}

impl Purpose {
    fn section(self) -> Option<(&'static str, DateTime<Utc>)> {
        match self {
            Self::Show(section, at) => Some((section, at)),
            Self::Act => None,
        }
    }
}

/// The case as its page shows it, unless it doesn't exist or lies outside the scope. What hangs on
/// the case is left out where its depth is not open. Who shows it must commit: the trace of it stands
/// in the same transaction.
#[expect(clippy::too_many_lines, reason = "one statement, so that a page of a case needs four")]
pub async fn find(
    tx: &mut Tx,
    number: &str,
    today: NaiveDate,
    purpose: Purpose,
) -> StoreResult<Option<CaseFile>> {
    let (section, at) = purpose.section().unzip();
    let (conn, scope) = tx.scoped();
    let opening = scope.opening();
    let found = sqlx::query!(
        r#"SELECT c.id AS "id: PetitionCaseId", c.number, c.unit_id AS "unit: UnitId", u.short_name AS unit_name,
                  court_of(c.unit_id) AS "court!: UnitId", n.round_id AS "round: RoundId",
                  r.number AS round_number, n.stage AS "stage: Stage", n.is_open, c.version, c.opened_at,
                  a.id AS "assignment?: AssignmentId", a.rule_set_id AS "rules?: RuleSetId",
                  a.assigned_at AS "assigned_at?", k.acknowledged_at AS "acknowledged_at?",
                  n.leader_id AS "leader: StaffId", n.handler_id AS "handler: StaffId", t.in_team AS "in_team!",
                  n.name, n.visits, n.source, c.category, c.urgent_reason,
                  g.summary AS "summary?", g.requests AS "requests?",
                  o.unit_closed_at AS "closed_at?", p.uuid AS "paper?", p.applied_at AS "applied_at?",
                  p.signed_at AS "signed_at?", p.returned AS "returned?",
                  (SELECT max(w.submitted_at) FROM progress_report w
                   WHERE w.round_id = n.round_id AND d.opens
                     AND NOT EXISTS (SELECT FROM report_review x WHERE x.report_id = w.id)) AS reported_at,
                  (SELECT json_agg(json_build_object(
                       'assignment', b.id, 'assigned_at', b.assigned_at,
                       'acknowledged_at', (SELECT acknowledged_at FROM acknowledgement WHERE assignment_id = b.id),
                       'kind', l.kind, 'days', q.days, 'counted_in', q.counted_in, 'roll', q.roll,
                       'due_on_original', l.due_on_original, 'due_on', l.due_on, 'state', l.state,
                       'stopped_at', l.stopped_at, 'provisional', l.provisional,
                       'extended', EXISTS (SELECT FROM clock_event e WHERE e.clock_id = l.id AND e.kind = 'extended'))
                       ORDER BY b.id)
                   FROM assignment b
                   JOIN clock l ON l.assignment_id = b.id
                   JOIN clock_rule q ON q.rule_set_id = l.rule_set_id AND q.clock = l.kind
                   WHERE b.round_id = n.round_id) AS "clocks: Json<Vec<rows::ClockRow>>",
                  (SELECT json_agg(json_build_object('place', m.place, 'name', m.name, 'title', m.post_title,
                                                     'phone', m.phone, 'kept_out', m.kept_out))
                   FROM (SELECT place, name, post_title, phone,
                                EXISTS (SELECT FROM exclusion e WHERE e.case_id = c.id AND e.lifted_at IS NULL
                                        AND e.staff_id = b.staff_id) AS kept_out
                         FROM team_member b
                         WHERE case_id = c.id AND ended_at IS NULL
                         UNION ALL
                         SELECT 'supervisor', s.name,
                                coalesce((SELECT title FROM post WHERE staff_id = s.id ORDER BY id LIMIT 1), ''), s.phone,
                                false
                         FROM contact_point cp JOIN staff s ON s.id = cp.staff_id
                         WHERE cp.unit_id = c.unit_id AND cp.valid_from <= $4
                           AND (cp.valid_until IS NULL OR $4 < cp.valid_until)) m) AS "team: Json<Vec<rows::Person>>",
                  (SELECT json_agg(json_build_object(
                       'part', y.part, 'name', i.name, 'sex', i.sex, 'birth_date', i.birth_date,
                       'id_type', i.id_type, 'id_tail', i.id_tail, 'id_verified', i.id_verified,
                       'phone_tail', i.phone_tail, 'has_address', i.address_sealed IS NOT NULL)
                       ORDER BY y.part <> 'main', i.id)
                   FROM party y JOIN petitioner i ON i.id = y.petitioner_id
                   WHERE y.case_id = c.id AND d.reads) AS "parties: Json<Vec<rows::PartyCard>>",
                  (SELECT json_agg(json_build_object(
                       'number', f.number, 'court', f.court,
                       'received_at', (extract(epoch FROM f.received_at) * 1000000)::bigint,
                       'channel', (SELECT v.channel FROM visit v WHERE v.number = f.number))
                       ORDER BY f.received_at DESC, f.number DESC)
                   FROM party y CROSS JOIN LATERAL visits_of_petitioner(y.petitioner_id) f
                   WHERE y.case_id = c.id AND y.part = 'main' AND f.case_number = c.number
                     AND d.reads) AS "visit_marks: Json<Vec<rows::VisitMark>>",
                  ARRAY(SELECT z.number FROM petition_case_court_case h JOIN court_case z ON z.id = h.court_case_id
                        WHERE h.case_id = c.id AND d.reads ORDER BY z.id) AS "court_cases!",
                  (SELECT count(*) FROM interview WHERE case_id = c.id AND d.opens) AS "interviews!",
                  (SELECT count(*) FROM progress_entry WHERE case_id = c.id AND d.opens) AS "progress!",
                  (SELECT count(*) FROM document WHERE case_id = c.id AND d.opens)
                      + (SELECT count(*) FROM visit_case vc JOIN visit v ON v.id = vc.visit_id
                         CROSS JOIN LATERAL account_of_visit(v.id, $2)
                         JOIN visit_material m ON m.visit_id = v.id
                         WHERE vc.case_id = c.id AND d.opens AND within($2, v)
                           AND NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id)) AS "documents!",
                  (SELECT count(*) FROM case_review WHERE case_id = c.id AND d.opens) AS "reviews!",
                  (SELECT count(*) FROM closing WHERE round_id = n.round_id AND d.opens) AS "closings!",
                  (SELECT count(*) FROM reply WHERE round_id = n.round_id AND d.opens) AS "replies!",
                  n.stage = 'unit_closed' AND d.reads AND president_kept_out(c.id, c.unit_id) AS "president_out!",
                  case_erased_at(c.id) AS erased_at,
                  CASE WHEN $6::text IS NOT NULL THEN audit_note('case.read', c.id, c.number,
                      CASE WHEN d.reads THEN 'name sex birth_date id_tail phone_tail summary' ELSE 'name' END,
                      $6, '', $7::timestamptz) END AS noted
           FROM petition_case c
           JOIN petition_case_now n ON n.case_id = c.id
           JOIN round r ON r.id = n.round_id
           JOIN unit u ON u.id = c.unit_id
           CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM team_member m WHERE m.case_id = c.id
                               AND m.ended_at IS NULL AND m.staff_id = $3) AS in_team) t
           CROSS JOIN LATERAL (SELECT $5::text = 'all' OR $5 LIKE 'team%' AND t.in_team
                               OR $5 = 'team_or_unclaimed' AND n.handler_id IS NULL AS opens,
                               $5 IN ('all', 'narrative') OR t.in_team
                               OR $5 = 'team_or_unclaimed' AND n.handler_id IS NULL AS reads) d
           LEFT JOIN LATERAL (SELECT id, rule_set_id, assigned_at FROM assignment
                              WHERE round_id = n.round_id ORDER BY id DESC LIMIT 1) a ON true
           LEFT JOIN acknowledgement k ON k.assignment_id = a.id
           LEFT JOIN round_outcome o ON o.round_id = n.round_id
           LEFT JOIN grounds g ON g.case_id = c.id AND d.reads
           LEFT JOIN LATERAL (
               SELECT cl.uuid, cl.applied_at,
                      (SELECT max(s.signed_at) FROM closing_signature s WHERE s.closing_id = cl.id) AS signed_at,
                      (SELECT s.opinion FROM closing_signature s
                       WHERE s.closing_id = cl.id AND s.decision = 'return') AS returned
               FROM closing cl WHERE cl.round_id = n.round_id ORDER BY cl.id DESC LIMIT 1) p ON d.opens
           WHERE c.number = $1 AND within($2, c.unit_id, c.id)"#,
        number,
        scope.reach() as _,
        scope.holder().0,
        today,
        opening.code(),
        section,
        at,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = found else { return Ok(None) };
    let (ladder, other_assignments) = rows::ladder(row.clocks)?;
    let case = Found {
        id: row.id,
        number: row.number,
        unit: row.unit,
        unit_name: row.unit_name,
        round: row.round,
        round_number: row.round_number,
        stage: row.stage,
        is_open: row.is_open,
        version: row.version,
        opened_at: row.opened_at,
        assignment: row.assignment,
        rules: row.rules,
        assigned_at: row.assigned_at,
        acknowledged_at: row.acknowledged_at,
        leader: row.leader,
        handler: row.handler,
        in_team: row.in_team,
    };
    Ok(Some(CaseFile {
        case: case.case(opening),
        court: row.court,
        in_team: row.in_team,
        name: row.name,
        summary: row.summary,
        requests: row.requests.unwrap_or_default(),
        category: row.category,
        urgent_reason: row.urgent_reason,
        source: row.source,
        visits: row.visits,
        ladder,
        other_assignments,
        team: rows::list(row.team),
        parties: rows::list(row.parties),
        visit_marks: rows::list(row.visit_marks),
        court_cases: row.court_cases,
        counts: Counts {
            interviews: row.interviews,
            progress: row.progress,
            documents: row.documents,
            reviews: row.reviews,
            closings: row.closings,
            replies: row.replies,
        },
        erased_at: row.erased_at,
        handling: Handling {
            applied_at: row.applied_at,
            signed_at: row.signed_at,
            returned: row.returned,
            reported_at: row.reported_at,
            closed_at: row.closed_at,
            president_out: row.president_out,
            paper: row.paper,
        },
    }))
}
