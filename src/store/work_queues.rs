//! The work queue (我的待办): what the cases within reach ask of the one who reads.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::cursor::{self, Paged, Place};
use super::{StoreResult, Tx};
use crate::domain::deadline::ClockKind;
use crate::domain::ids::UnitId;
use crate::domain::ledger::Place as Seat;
use crate::domain::petition_case::Stage;
use crate::domain::sign_step::SignStep;
use crate::domain::staff::{Actor, Role};
use crate::domain::task::Task;

const LIST: &str = "work";

/// Which part of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    All,
    Over,
    Today,
    Soon,
    Later,
    /// 待我签批
    Sign,
    /// 我督办的
    Supervise,
}

/// Whose queue it is: what of the work within reach is theirs.
#[derive(Debug, Clone, Copy)]
pub struct Desk {
    /// Duties of the cases of whose team they are.
    duties: bool,
    /// And of cases that nobody of their court has claimed.
    unclaimed: bool,
    /// Reports to receive, cases to assign, and what courts are late with.
    bureau: bool,
    pub(super) sign: Option<SignStep>,
    /// Whose own court's papers alone are theirs to sign.
    pub(super) court: Option<UnitId>,
}

impl Desk {
    /// The desk of a role.
    pub const fn of(actor: &Actor) -> Self {
        let (duties, bureau, sign, court) = match actor.role {
            Role::Handler => (true, false, None, None),
            Role::Leader => (true, false, Some(SignStep::Leader), None),
            Role::President => (false, false, Some(SignStep::President), Some(actor.court)),
            Role::Bureau | Role::BureauHead => (false, true, Some(SignStep::Bureau), None),
            Role::LeadingGroup => (false, false, Some(SignStep::LeadingGroup), None),
            Role::Clerk
            | Role::ContactLeader
            | Role::EnforcementOffice
            | Role::Reviewer
            | Role::Inspection
            | Role::CourtPolice
            | Role::Sysadmin
            | Role::Secadmin
            | Role::Auditor
            | Role::Job => (false, false, None, None),
        };
        Self { duties, unclaimed: matches!(actor.role, Role::Handler), bureau, sign, court }
    }

    /// Whether it has duties with deadlines.
    pub const fn has_duties(self) -> bool {
        self.duties || self.bureau
    }

    /// Whether it signs or decides.
    pub const fn signs(self) -> bool {
        self.sign.is_some()
    }

    /// Whether a paper that waits for this signature is here because nobody may give it.
    fn signer_kept_out(self, step: &str) -> bool {
        self.bureau && SignStep::from_code(step) == Some(SignStep::President)
    }

    /// Whether it watches what courts are late with.
    pub const fn supervises(self) -> bool {
        self.bureau
    }
}

/// A line of the queue.
#[derive(Debug, Clone)]
pub struct WorkLine {
    /// What is to be done; `None` for what a court is late with, as the bureau sees it.
    pub task: Option<Task>,
    /// Who still stands in this place of the team and was kept out of the case.
    pub kept_out: Option<(Seat, String)>,
    /// Whether whoever would sign as president was: then the bureau sees to it.
    pub signer_kept_out: bool,
    /// What a court is late with.
    pub awaited: Option<Task>,
    pub due_on: Option<NaiveDate>,
    pub since: Option<DateTime<Utc>>,
    pub number: String,
    pub name: String,
    pub summary: Option<String>,
    pub court: String,
    pub leader: Option<String>,
    pub source: Option<String>,
    pub visits: i64,
    pub unclaimed: bool,
    pub paper: Option<Uuid>,
    key: [String; 5],
}

/// How many lines each part has, and the first due day of all.
#[derive(Debug, Clone, Default)]
pub struct WorkCounts {
    pub all: i64,
    pub over: i64,
    pub today: i64,
    pub soon: i64,
    pub later: i64,
    pub sign: i64,
    pub supervise: i64,
    pub first_due: Option<NaiveDate>,
    /// Whether the reading was noted.
    pub noted: Option<bool>,
}

/// The predicate of a desk over `work w JOIN petition_case_now n`; $1 to $8 are the desk's.
macro_rules! at_desk {
    ($row:ty; $head:literal; $($tail:literal)+; ($scope:expr, $desk:expr, $today:expr) $(, $more:expr)*) => {
        sqlx::query_as!(
            $row,
            $head + "
             FROM work w
             JOIN petition_case_now n ON n.case_id = w.case_id
             JOIN unit u ON u.id = w.unit_id
             LEFT JOIN grounds g ON g.case_id = w.case_id
             CROSS JOIN LATERAL (
                 SELECT CASE w.desk WHEN 'replace' THEN -1 WHEN 'duty' THEN 1 WHEN 'assign' THEN 1 ELSE 0 END AS place, coalesce(w.due_on, DATE '9999-12-31') AS due,
                        CASE WHEN n.source IN ('province_plc', 'province_court') THEN 0
                             WHEN n.source = 'city_plc' THEN 1 WHEN n.source = 'city_court' THEN 2 ELSE 3 END AS rank,
                        w.desk || ' ' || w.step AS nth) k
             WHERE within($1, w.unit_id, w.case_id)
               AND CASE w.desk
                   WHEN 'duty' THEN
                       $3 AND (w.case_id = ANY (ARRAY(SELECT t.case_id FROM team_member t
                                                WHERE t.staff_id = $2 AND t.ended_at IS NULL))
                               OR $4 AND n.handler_id IS NULL)
                       OR $5 AND (w.step = 'L2' AND w.due_on < $8 OR w.step = 'C30' AND n.stage = 'returned')
                   WHEN 'sign' THEN
                       w.step = $6 AND (w.step <> 'leader' OR n.leader_id = $2)
                       AND ($7::bigint IS NULL OR court_of(w.unit_id) = $7)
                       OR $5 AND w.step = 'president' AND president_kept_out(w.case_id, w.unit_id)
                   WHEN 'replace' THEN $6 = 'president' AND court_of(w.unit_id) = $7
                   ELSE $5 END
            " $(+ $tail)+,
            $scope.reach() as _,
            $scope.holder().0,
            $desk.duties,
            $desk.unclaimed,
            $desk.bureau,
            $desk.sign.map(SignStep::code),
            $desk.court.map(|court| court.0),
            $today
            $(, $more)*
        )
    };
}

/// How much there is at a desk.
/// The reading of the queue is noted in the same statement, with the numbers of the cases on the
/// page; whoever shows it must commit.
pub async fn counts(
    tx: &mut Tx,
    desk: Desk,
    today: NaiveDate,
    (shown, at): (&str, DateTime<Utc>),
) -> StoreResult<WorkCounts> {
    let (conn, scope) = tx.scoped();
    let counts = at_desk!(
        WorkCounts;
        "SELECT count(*) AS \"all!\",
                count(*) FILTER (WHERE w.due_on < $8) AS \"over!\",
                count(*) FILTER (WHERE w.due_on = $8) AS \"today!\",
                count(*) FILTER (WHERE w.due_on > $8 AND w.due_on <= $8 + 3) AS \"soon!\",
                count(*) FILTER (WHERE w.due_on > $8 + 3) AS \"later!\",
                count(*) FILTER (WHERE w.desk IN ('sign', 'receive')) AS \"sign!\",
                count(*) FILTER (WHERE w.desk = 'duty' AND $5) AS \"supervise!\",
                min(w.due_on) FILTER (WHERE w.due_on >= $8) AS first_due,
                (SELECT audit_note('work.listed', NULL, '', 'name summary', '', $9, $10)) AS noted";
        "";
        (scope, desk, today),
        shown,
        at
    )
    .fetch_one(conn)
    .await?;
    Ok(counts)
}

struct Row {
    desk: String,
    step: String,
    reporting: bool,
    stage: Stage,
    due_on: Option<NaiveDate>,
    since: Option<DateTime<Utc>>,
    number: String,
    name: String,
    summary: Option<String>,
    court: String,
    leader: Option<String>,
    source: Option<String>,
    visits: i64,
    unclaimed: bool,
    paper: Option<Uuid>,
    whom: Option<String>,
    place: i32,
    due: NaiveDate,
    rank: i32,
    nth: String,
}

impl Row {
    fn line(self, desk: Desk) -> WorkLine {
        let asked = match self.desk.as_str() {
            "duty" => ClockKind::from_code(&self.step)
                .and_then(|kind| Task::of_clock(kind, self.stage, self.reporting)),
            "sign" if desk.signer_kept_out(&self.step) => None,
            "sign" => SignStep::from_code(&self.step).map(Task::Sign),
            "receive" => Some(Task::Receive),
            "replace" => None,
            _ => Some(Task::Assign),
        };
        let late_court = desk.bureau && self.desk == "duty";
        let (task, awaited) = if late_court { (None, asked) } else { (asked, None) };
        let signer_kept_out = self.desk == "sign" && desk.signer_kept_out(&self.step);
        let (place, rank) = (self.place.to_string(), self.rank.to_string());
        WorkLine {
            task,
            kept_out: Seat::from_code(&self.step).zip(self.whom),
            signer_kept_out,
            awaited,
            due_on: self.due_on,
            since: self.since,
            key: [place, self.due.to_string(), rank, self.number.clone(), self.nth],
            number: self.number,
            name: self.name,
            summary: self.summary,
            court: self.court,
            leader: self.leader,
            source: self.source,
            visits: self.visits,
            unclaimed: self.unclaimed,
            paper: self.paper,
        }
    }
}

/// A page of a part: what waits for a decision first, then by due day, then by who asked, then by
/// number.
pub async fn list(
    tx: &mut Tx,
    (desk, part): (Desk, Part),
    today: NaiveDate,
    (place, size): (&Place, usize),
) -> StoreResult<Paged<WorkLine>> {
    let keys = tx.keys();
    let from = place.opened::<5>(&keys, LIST);
    let key = from.values.as_ref().map(<[String; 5]>::as_slice);
    let rows = rows(tx, (desk, part), today, (key, from.backwards, size)).await?;
    let lines = rows.into_iter().map(|row| row.line(desk)).collect();
    Paged::of(lines, size, &from, |line: &WorkLine| {
        cursor::seal(&keys, LIST, &line.key.each_ref().map(String::as_str))
    })
}

async fn rows(
    tx: &mut Tx,
    (desk, part): (Desk, Part),
    today: NaiveDate,
    (key, backwards, size): (Option<&[String]>, bool, usize),
) -> StoreResult<Vec<Row>> {
    let (conn, scope) = tx.scoped();
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    macro_rules! page {
        ($beyond:literal, $direction:literal) => {
            at_desk!(
                Row;
                "SELECT w.desk AS \"desk!\", w.step AS \"step!\", n.stage AS \"stage: Stage\", w.due_on, w.since,
                        n.number, n.name, g.summary AS \"summary?\", u.short_name AS court, n.leader, n.source,
                        n.visits, w.paper, n.handler_id IS NULL AS \"unclaimed!\",
                        (SELECT t.name FROM team_member t WHERE w.desk = 'replace' AND t.case_id = w.case_id
                         AND t.place = w.step AND t.ended_at IS NULL LIMIT 1) AS whom,
                        EXISTS (SELECT FROM assignment a JOIN clock c ON c.assignment_id = a.id
                                WHERE a.round_id = n.round_id AND c.kind = 'P7' AND c.state = 'running')
                            AS \"reporting!\",
                        k.place AS \"place!\", k.due AS \"due!\", k.rank AS \"rank!\", k.nth AS \"nth!\"";
                "AND CASE $9::text WHEN 'all' THEN true WHEN 'over' THEN w.due_on < $8 WHEN 'today' THEN w.due_on = $8
                     WHEN 'soon' THEN w.due_on > $8 AND w.due_on <= $8 + 3 WHEN 'later' THEN w.due_on > $8 + 3
                     WHEN 'sign' THEN w.desk IN ('sign', 'receive') ELSE w.desk = 'duty' AND $5 END
                 AND ($10::text[] IS NULL OR (k.place, k.due, k.rank, n.number, k.nth) "
                $beyond " (($10::text[])[1]::int, ($10::text[])[2]::date, ($10::text[])[3]::int,
                           ($10::text[])[4], ($10::text[])[5]))
                 ORDER BY k.place " $direction ", k.due " $direction ", k.rank " $direction ",
                          n.number " $direction ", k.nth " $direction "
                 LIMIT $11";
                (scope, desk, today),
                part.code(),
                key,
                limit
            )
            .fetch_all(conn)
            .await?
        };
    }
    Ok(if backwards { page!("<", "DESC") } else { page!(">", "ASC") })
}

impl Part {
    /// As the statement and the addresses name it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Over => "over",
            Self::Today => "today",
            Self::Soon => "soon",
            Self::Later => "later",
            Self::Sign => "sign",
            Self::Supervise => "supervise",
        }
    }
}
