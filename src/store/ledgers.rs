//! Ledgers (台账) and the team of a case.

use chrono::{DateTime, NaiveDate, Utc};

use super::deadlines::{self, Turn, Turning};
use super::petition_cases::Opened;
use super::{StoreError, StoreResult, Tx, audit, colleagues, units};
use crate::domain::deadline::ClockKind;
use crate::domain::ids::{AssignmentId, StaffId};
use crate::domain::ledger::{Kept, Ledger, Member, People, Place};

/// The ledger of the open round as it stands.
#[derive(Debug, Clone)]
pub struct LedgerNow {
    pub plan: String,
    pub requests: Vec<String>,
    pub version: i32,
    pub recorded_at: DateTime<Utc>,
    pub recorded_by: String,
}

/// Someone in the team at present. A ledger that was imported may name people without an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamLine {
    pub place: Place,
    pub staff: Option<StaffId>,
    pub name: String,
    pub post_title: String,
    pub phone: String,
}

/// Who can be chosen for the team of a case on a day.
pub async fn people(tx: &mut Tx, opened: &Opened, day: NaiveDate) -> StoreResult<People> {
    let unit = opened.case().unit;
    let court = units::court_of(tx, unit).await?;
    let court = colleagues::of_unit(tx, court, day).await?;
    Ok(People { court, unit: colleagues::of_unit(tx, unit, day).await? })
}

/// Holds back everyone else who is about to decide on the same case, until this work ends.
pub async fn hold(tx: &mut Tx, opened: &Opened) -> StoreResult<()> {
    let (conn, case) = tx.within(opened);
    sqlx::query!("SELECT id FROM petition_case WHERE id = $1 FOR UPDATE", case)
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// The ledger of the open round, if there is one. Those of several assignments are one text.
pub async fn find(tx: &mut Tx, opened: &Opened) -> StoreResult<Option<LedgerNow>> {
    let round = opened.case().round.0;
    let (conn, case) = tx.within(opened);
    let found = sqlx::query_as!(
        LedgerNow,
        "SELECT l.plan, l.requests, l.version, l.recorded_at, acting_name(s.name, l.on_behalf_of) AS \"recorded_by!\"
         FROM ledger l
         JOIN assignment a ON a.id = l.assignment_id
         JOIN staff s ON s.id = l.recorded_by
         WHERE l.case_id = $1 AND a.round_id = $2
         ORDER BY l.version DESC LIMIT 1",
        case,
        round,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found)
}

/// The requests as they were taken down at the counter.
pub async fn requests_at_the_counter(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<String>> {
    let (conn, case) = tx.within(opened);
    let requests = sqlx::query_scalar!("SELECT requests FROM grounds WHERE case_id = $1", case)
        .fetch_optional(conn)
        .await?;
    Ok(requests.unwrap_or_default())
}

/// The team at present, in the order of the places.
pub async fn team(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<TeamLine>> {
    let (conn, case) = tx.within(opened);
    let team = sqlx::query_as!(
        TeamLine,
        r#"SELECT place AS "place: Place", staff_id AS "staff: StaffId", name, post_title, phone
           FROM team_member WHERE case_id = $1 AND ended_at IS NULL
           ORDER BY array_position(ARRAY['leader', 'chief', 'handler', 'officer', 'liaison'], place)"#,
        case,
    )
    .fetch_all(conn)
    .await?;
    Ok(team)
}

/// Writes the ledger for every assignment of the round, stops their clocks, and then the team:
/// whoever leaves it may no longer write here.
pub async fn record(tx: &mut Tx, opened: &Opened, fact: &Kept) -> StoreResult<()> {
    let ledger = fact.ledger();
    let assignments = deadlines::assignments_of_round(tx, ledger.case).await?;
    write(tx, ledger, &assignments).await?;
    let turning = Turning {
        case: ledger.case,
        kind: ClockKind::Ledger,
        turn: Turn::Stopped,
        at: ledger.at,
        recorded_at: ledger.at,
        by: ledger.by,
    };
    deadlines::turn(tx, &assignments, turning).await?;
    let before = team(tx, opened).await?;
    let mut changed = Vec::new();
    for member in &ledger.team {
        if seat(tx, ledger, member, &before).await? {
            changed.push(member.place.code());
        }
    }
    let entry = audit::Entry {
        verb: "ledger.kept",
        case: Some(ledger.case),
        fields: &changed.join(" "),
        at: ledger.at,
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await
}

/// Keeps the version before, then writes the new one; a version that is not the one seen is stale.
async fn write(tx: &mut Tx, ledger: &Ledger, assignments: &[AssignmentId]) -> StoreResult<()> {
    let ids: Vec<i64> = assignments.iter().map(|id| id.0).collect();
    let kept = sqlx::query!(
        "INSERT INTO ledger_version (assignment_id, case_id, version, plan, requests, recorded_at, recorded_by)
         SELECT assignment_id, case_id, version, plan, requests, recorded_at, recorded_by
         FROM ledger WHERE assignment_id = ANY ($1)",
        &ids,
    )
    .execute(tx.unscoped())
    .await?;
    let changed = sqlx::query!(
        "UPDATE ledger SET plan = $2, requests = $3, recorded_at = $4, recorded_by = $5, version = version + 1
         WHERE assignment_id = ANY ($1) AND version = $6",
        &ids,
        ledger.plan,
        &ledger.requests,
        ledger.at,
        ledger.by.0,
        ledger.seen,
    )
    .execute(tx.unscoped())
    .await?;
    if kept.rows_affected() != changed.rows_affected() {
        return Err(StoreError::Stale);
    }
    sqlx::query!(
        "INSERT INTO ledger (assignment_id, case_id, plan, requests, completed_at, recorded_at, recorded_by, version)
         SELECT id, case_id, $2, $3, $4, $4, $5, $6 FROM assignment a
         WHERE id = ANY ($1) AND NOT EXISTS (SELECT FROM ledger l WHERE l.assignment_id = a.id)",
        &ids,
        ledger.plan,
        &ledger.requests,
        ledger.at,
        ledger.by.0,
        ledger.seen + 1,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// Gives someone a place: the old row ends and a new one begins. Whoever stays, with another
/// telephone, has held the place since before. Says whether the place passed to someone else.
async fn seat(
    tx: &mut Tx,
    ledger: &Ledger,
    member: &Member,
    before: &[TeamLine],
) -> StoreResult<bool> {
    let old = before.iter().find(|line| line.place == member.place);
    let stays = old.is_some_and(|old| old.staff == Some(member.staff));
    if stays && old.is_some_and(|old| old.phone == member.phone && old.name == member.name) {
        return Ok(false);
    }
    let ended = sqlx::query_scalar!(
        "UPDATE team_member SET ended_at = $3 WHERE case_id = $1 AND place = $2 AND ended_at IS NULL
         RETURNING since",
        ledger.case.0,
        member.place.code(),
        ledger.at,
    )
    .fetch_optional(tx.unscoped())
    .await?;
    let since = ended.filter(|_| stays).unwrap_or(ledger.at);
    sqlx::query!(
        "INSERT INTO team_member (case_id, round_id, place, staff_id, name, post_title, phone, since,
                                  recorded_at, recorded_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        ledger.case.0,
        ledger.round.0,
        member.place.code(),
        member.staff.0,
        member.name,
        member.post_title,
        member.phone,
        since,
        ledger.at,
        ledger.by.0,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(!stays)
}
