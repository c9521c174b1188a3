//! Talks with the petitioner (约见、接访).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::deadlines::{self, Turn, Turning};
use super::petition_cases::Opened;
use super::{StoreResult, Tx, audit};
use crate::domain::deadline::ClockKind;
use crate::domain::ids::{AssignmentId, StaffId};
use crate::domain::interview::{Held, Interview, Kind, Opinion};

/// A talk in the list of a case.
#[derive(Debug, Clone)]
pub struct InterviewLine {
    pub kind: Kind,
    pub held_at: DateTime<Utc>,
    pub place: String,
    pub host: String,
    pub host_post: String,
    pub attendees: String,
    pub present: bool,
    pub absence_note: String,
    pub notes: String,
    pub requests: Vec<String>,
    pub told_timetable: bool,
    pub opinion: Option<Opinion>,
    pub sign_note: String,
    pub no_record_reason: String,
    /// How many documents were filed with it.
    pub records: i64,
}

/// The talks of a case, newest first.
pub async fn list(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<InterviewLine>> {
    let (conn, case) = tx.within(opened);
    let lines = sqlx::query_as!(
        InterviewLine,
        r#"SELECT i.kind AS "kind: Kind", i.held_at, i.place, s.name AS host, i.host_post, i.attendees, i.present,
                  i.absence_note, i.notes, i.requests, i.told_timetable, i.opinion AS "opinion: Opinion",
                  i.sign_note, i.no_record_reason,
                  (SELECT count(*) FROM document d
                   WHERE d.case_id = i.case_id AND d.belongs_to = i.uuid::text AND d.scan <> 'infected') AS "records!"
           FROM interview i JOIN staff s ON s.id = i.host_id
           WHERE i.case_id = $1
           ORDER BY i.held_at DESC, i.id DESC"#,
        case,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// Who led the case at a moment or leads it now: who takes over may have met the petitioner first.
pub async fn leaders(
    tx: &mut Tx,
    opened: &Opened,
    at: Option<DateTime<Utc>>,
) -> StoreResult<Vec<StaffId>> {
    let (conn, case) = tx.within(opened);
    let leaders = sqlx::query_scalar!(
        r#"SELECT staff_id AS "staff!: StaffId" FROM team_member
           WHERE case_id = $1 AND place = 'leader' AND staff_id IS NOT NULL
             AND (ended_at IS NULL OR $2 >= since AND $2 < ended_at)"#,
        case,
        at,
    )
    .fetch_all(conn)
    .await?;
    Ok(leaders)
}

/// Whether the leader's meeting is still owed: then the form offers it first.
pub async fn meeting_is_owed(tx: &mut Tx, opened: &Opened) -> StoreResult<bool> {
    let (conn, case) = tx.within(opened);
    let owed = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM clock WHERE case_id = $1 AND kind = 'M2' AND state = 'running') AS "owed!""#,
        case,
    )
    .fetch_one(conn)
    .await?;
    Ok(owed)
}

/// Writes the talk. The leader's own stops the clock of what was assigned before it.
pub async fn record(tx: &mut Tx, fact: &Held) -> StoreResult<Uuid> {
    let interview = fact.interview();
    let uuid = write(tx, interview).await?;
    if fact.stops_meeting() {
        let met = assigned_before(tx, interview).await?;
        let turning = Turning {
            case: interview.case,
            kind: ClockKind::Meeting,
            turn: Turn::Stopped,
            at: interview.held_at,
            recorded_at: interview.at,
            by: interview.by,
        };
        deadlines::turn(tx, &met, turning).await?;
    }
    let entry = audit::Entry {
        verb: "interview.held",
        case: Some(interview.case),
        object: &uuid.to_string(),
        detail: interview.kind.code(),
        at: interview.at,
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await?;
    Ok(uuid)
}

async fn write(tx: &mut Tx, interview: &Interview) -> StoreResult<Uuid> {
    let uuid = sqlx::query_scalar!(
        "INSERT INTO interview (case_id, round_id, kind, held_at, place, host_id, host_post, attendees, present,
                                absence_note, notes, requests, told_timetable, opinion, sign_note,
                                no_record_reason, recorded_at, recorded_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         RETURNING uuid",
        interview.case.0,
        interview.round.0,
        interview.kind.code(),
        interview.held_at,
        interview.place,
        interview.host.0,
        interview.host_post,
        interview.attendees,
        interview.present,
        interview.absence_note,
        interview.notes,
        &interview.requests,
        interview.told_timetable,
        interview.opinion.map(Opinion::code),
        interview.sign_note,
        interview.no_record_reason,
        interview.at,
        interview.by.0,
    )
    .fetch_one(tx.unscoped())
    .await?;
    Ok(uuid)
}

async fn assigned_before(tx: &mut Tx, interview: &Interview) -> StoreResult<Vec<AssignmentId>> {
    let ids = sqlx::query_scalar!(
        r#"SELECT id AS "id: AssignmentId" FROM assignment WHERE round_id = $1 AND assigned_at <= $2"#,
        interview.round.0,
        interview.held_at,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(ids)
}
