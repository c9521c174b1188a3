//! The assigned leaders of a case, and what they did in person.

use chrono::{DateTime, Utc};

use super::{Found, stamp};
use crate::domain::figure::{Frame, Host, LeaderNamed, Meeting, OwnAct};
use crate::domain::ids::StaffId;
use crate::domain::staff::PostKind;
use crate::store::{StoreResult, Tx};

pub(super) async fn fill(tx: &mut Tx, found: &mut Found, frame: &Frame) -> StoreResult<()> {
    leaders(tx, found).await?;
    talks(tx, found, frame).await?;
    progress(tx, found, frame).await
}

/// Everyone who led the case under the assignment, in the order of naming. Someone who led the
/// round before and was not replaced leads on. A name without an account leads no one's acts.
async fn leaders(tx: &mut Tx, found: &mut Found) -> StoreResult<()> {
    let posts = PostKind::ALL.iter().filter(|post| post.is_court_leader());
    let posts: Vec<_> = posts.map(|post| post.code().to_owned()).collect();
    let (conn, ids) = tx.behind(found);
    let rows = sqlx::query!(
        r#"SELECT a.id, t.staff_id AS "who!: StaffId", t.since, t.recorded_at,
                  EXISTS (SELECT FROM post p
                          WHERE p.staff_id = t.staff_id AND p.kind = ANY ($2)
                            AND p.valid_from <= (t.since AT TIME ZONE 'Asia/Shanghai')::date
                            AND (p.valid_until IS NULL
                                 OR (t.since AT TIME ZONE 'Asia/Shanghai')::date < p.valid_until)
                  ) AS "eligible!"
           FROM assignment a
           JOIN team_member t ON t.case_id = a.case_id AND t.place = 'leader' AND t.staff_id IS NOT NULL
                AND (t.round_id = a.round_id
                     OR t.round_id < a.round_id AND (t.ended_at IS NULL OR t.ended_at >= a.assigned_at))
           WHERE a.id = ANY ($1)
           ORDER BY t.id"#,
        ids,
        &posts,
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let stamp = stamp(row.since, row.recorded_at);
        let named = LeaderNamed { who: row.who, stamp, eligible: row.eligible };
        found.add(row.id, |facts| facts.leading.leaders.push(named));
    }
    Ok(())
}

struct Talk {
    id: i64,
    kind: String,
    held_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    host: StaffId,
    present: bool,
    by_leader: bool,
}

/// Talks with the petitioner since the assignment: the leader's meeting, one held in the leader's
/// stead, and of whatever kind the own act of someone who leads or led.
async fn talks(tx: &mut Tx, found: &mut Found, frame: &Frame) -> StoreResult<()> {
    let (conn, ids) = tx.behind(found);
    let rows = sqlx::query_as!(
        Talk,
        r#"SELECT a.id, i.kind, i.held_at, i.recorded_at, i.host_id AS "host: StaffId", i.present,
                  EXISTS (SELECT FROM team_member t
                          WHERE t.case_id = a.case_id AND t.place = 'leader' AND t.staff_id = i.host_id
                            AND t.recorded_at < $2 AND (t.ended_at IS NULL OR i.held_at < t.ended_at)
                  ) AS "by_leader!"
           FROM assignment a
           JOIN interview i ON i.case_id = a.case_id AND i.round_id = a.round_id AND i.held_at >= a.assigned_at
           WHERE a.id = ANY ($1)
           ORDER BY i.id"#,
        ids,
        frame.cut_off,
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let stamp = stamp(row.held_at, row.recorded_at);
        let host = match (row.kind.as_str(), row.by_leader) {
            ("lead_meeting", true) => Some(Host::Leader),
            ("lead_meeting" | "reception", false) => Some(Host::Delegate),
            _ => None,
        };
        let meeting = host.map(|host| Meeting { stamp, host, present: row.present });
        found.add(row.id, |facts| {
            facts.meeting.meetings.extend(meeting);
            let act = row.by_leader.then_some(OwnAct { by: row.host, stamp });
            facts.leading.own_acts.extend(act);
        });
    }
    Ok(())
}

/// Lines of progress that someone who leads or led wrote in person; a correction is no new act.
async fn progress(tx: &mut Tx, found: &mut Found, frame: &Frame) -> StoreResult<()> {
    let (conn, ids) = tx.behind(found);
    let rows = sqlx::query!(
        r#"SELECT a.id, p.happened_at, p.recorded_at, p.recorded_by AS "by: StaffId"
           FROM assignment a
           JOIN progress_entry p ON p.case_id = a.case_id AND p.round_id = a.round_id
           WHERE a.id = ANY ($1) AND p.corrects_id IS NULL AND p.kind <> 'imported'
             AND EXISTS (SELECT FROM team_member t
                         WHERE t.case_id = a.case_id AND t.place = 'leader' AND t.staff_id = p.recorded_by
                           AND t.recorded_at < $2 AND (t.ended_at IS NULL OR p.happened_at < t.ended_at))
           ORDER BY p.id"#,
        ids,
        frame.cut_off,
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let act = OwnAct { by: row.by, stamp: stamp(row.happened_at, row.recorded_at) };
        found.add(row.id, |facts| facts.leading.own_acts.push(act));
    }
    Ok(())
}
