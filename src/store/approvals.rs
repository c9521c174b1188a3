//! Signatures: what waits for someone, what they signed, and the record of a signature with all
//! that follows from it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::deadlines::{self, Turn, Turning};
use super::petition_cases::{Opened, decided_on};
use super::work_queues::Desk;
use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::calendar::day_of;
use crate::domain::closing::{Decision, Effect, Signed};
use crate::domain::deadline::{ClockEvent, ClockKind, What};
use crate::domain::outcome::Outcome;
use crate::domain::sign_step::SignStep;
use crate::domain::staff::Actor;

/// A report that waits for a signature.
#[derive(Debug, Clone)]
pub struct WaitingLine {
    pub uuid: Uuid,
    pub number: String,
    pub petitioner: String,
    pub summary: String,
    pub court: String,
    pub outcome: Outcome,
    pub applied_by: String,
    /// Since when it waits for this step.
    pub since: DateTime<Utc>,
}

/// The reports that wait for this person in this role, longest waiting first.
pub async fn waiting(tx: &mut Tx, actor: &Actor) -> StoreResult<Vec<WaitingLine>> {
    let desk = Desk::of(actor);
    let (conn, scope) = tx.scoped();
    let lines = sqlx::query_as!(
        WaitingLine,
        r#"SELECT g.uuid, n.number, coalesce(p.name, '') AS "petitioner!", coalesce(r.summary, '') AS "summary!",
                  u.short_name AS court, g.outcome AS "outcome: Outcome", acting_name(a.name, g.on_behalf_of) AS "applied_by!", w.since AS "since!"
           FROM work w
           JOIN petition_case_now n ON n.case_id = w.case_id
           JOIN unit u ON u.id = w.unit_id
           JOIN closing g ON g.uuid = w.paper
           JOIN staff a ON a.id = g.recorded_by
           LEFT JOIN party y ON y.case_id = w.case_id AND y.part = 'main'
           LEFT JOIN petitioner p ON p.id = y.petitioner_id
           LEFT JOIN grounds r ON r.case_id = w.case_id
           WHERE w.desk = 'sign' AND within($1, w.unit_id, w.case_id)
             AND w.step = $2 AND (w.step <> 'leader' OR n.leader_id = $3)
             AND ($4::bigint IS NULL OR court_of(w.unit_id) = $4)
           ORDER BY w.since, g.id"#,
        scope.reach() as _,
        desk.sign.map(SignStep::code),
        scope.holder().0,
        desk.court.map(|court| court.0),
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// A signature that someone gave.
#[derive(Debug, Clone)]
pub struct DoneLine {
    pub uuid: Uuid,
    pub number: String,
    pub petitioner: String,
    pub court: String,
    pub step: SignStep,
    pub decision: Decision,
    pub capacity: String,
    pub signed_at: DateTime<Utc>,
}

/// What this person signed before a moment, newest first.
pub async fn done(
    tx: &mut Tx,
    before: Option<DateTime<Utc>>,
    limit: i64,
) -> StoreResult<Vec<DoneLine>> {
    let (conn, scope) = tx.scoped();
    let lines = sqlx::query_as!(
        DoneLine,
        r#"SELECT g.uuid, c.number, coalesce(p.name, '') AS "petitioner!", u.short_name AS court,
                  s.step AS "step: SignStep", s.decision AS "decision: Decision", s.capacity, s.signed_at
           FROM closing_signature s
           JOIN closing g ON g.id = s.closing_id
           JOIN petition_case c ON c.id = s.case_id
           JOIN unit u ON u.id = c.unit_id
           LEFT JOIN party y ON y.case_id = c.id AND y.part = 'main'
           LEFT JOIN petitioner p ON p.id = y.petitioner_id
           WHERE s.recorded_by = $1 AND within($2, c.unit_id, c.id)
             AND ($3 <> 'team' OR EXISTS (SELECT FROM team_member t WHERE t.case_id = c.id
                                          AND t.ended_at IS NULL AND t.staff_id = ($2::reach).holder))
             AND ($4::timestamptz IS NULL OR s.signed_at < $4)
           ORDER BY s.signed_at DESC, s.closing_id DESC LIMIT $5"#,
        scope.staff().0,
        scope.reach() as _,
        scope.opening().code(),
        before,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// Writes a signature, what it does to the closing clock and to the round, and the audit entry.
/// The second of two signatures for one step is `Stale`.
pub async fn record(tx: &mut Tx, opened: &Opened, fact: &Signed) -> StoreResult<()> {
    decided_on(tx, fact.case(), fact.seen()).await?;
    sign(tx, opened, fact).await?;
    match fact.effect() {
        Effect::None => {}
        Effect::UnitClosed => {
            let assignments = deadlines::assignments_of_round(tx, fact.case()).await?;
            deadlines::turn(tx, &assignments, turning(fact, Turn::Stopped)).await?;
        }
        Effect::BackToUnit => resume(tx, fact).await?,
        Effect::Confirmed { outcome, unit_closed_at } => {
            confirm(tx, opened, fact, (outcome, unit_closed_at)).await?;
        }
    }
    let object = fact.closing().to_string();
    let verb = match fact.verdict().decision {
        Decision::Approve => "closing.signed",
        Decision::Return => "closing.returned",
    };
    let case = Some(fact.case());
    audit::append(
        tx,
        audit::Entry {
            verb,
            case,
            object: &object,
            detail: fact.verdict().step.code(),
            at: fact.at(),
            ..audit::Entry::default()
        },
    )
    .await
}

async fn sign(tx: &mut Tx, opened: &Opened, fact: &Signed) -> StoreResult<()> {
    let verdict = fact.verdict();
    let (conn, case) = tx.within(opened);
    let written = sqlx::query!(
        "INSERT INTO closing_signature (closing_id, step, case_id, decision, opinion, capacity, content_hash,
                                        signed_at, recorded_at, recorded_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
        fact.closing().0,
        verdict.step.code(),
        case,
        verdict.decision.code(),
        verdict.opinion.trim(),
        fact.capacity(),
        verdict.seen.as_bytes(),
        fact.at(),
        fact.by().0,
    )
    .execute(conn)
    .await
    .map_err(StoreError::from);
    match written {
        Err(error)
            if error.on_constraint("closing_signature_pkey")
                || error.on_constraint("closing_signature_content_check") =>
        {
            Err(StoreError::Stale)
        }
        other => other.map(drop),
    }
}

const fn turning(fact: &Signed, turn: Turn) -> Turning {
    Turning {
        case: fact.case(),
        kind: ClockKind::Close,
        turn,
        at: fact.at(),
        recorded_at: fact.at(),
        by: fact.by(),
    }
}

/// The closing clock of each assignment runs on with the time that it had already used.
async fn resume(tx: &mut Tx, fact: &Signed) -> StoreResult<()> {
    let clocks = deadlines::clocks_of_round(tx, fact.case(), ClockKind::Close).await?;
    for (assignment, clock) in clocks {
        let calendar = deadlines::calendar(tx, day_of(clock.origin_at)).await?;
        let returned = ClockEvent { at: fact.at(), what: What::Resumed };
        let due = clock.after(returned).replay(&calendar).due_on;
        deadlines::turn(tx, &[assignment], turning(fact, Turn::Resumed(Some(due)))).await?;
    }
    Ok(())
}

/// Ends the round.
async fn confirm(
    tx: &mut Tx,
    opened: &Opened,
    fact: &Signed,
    (outcome, unit_closed_at): (Outcome, DateTime<Utc>),
) -> StoreResult<()> {
    let (conn, case) = tx.within(opened);
    sqlx::query!(
        "INSERT INTO round_outcome (round_id, case_id, unit_id, outcome, basis, closing_id, unit_closed_at,
                                    confirmed_at, recorded_at, recorded_by)
         VALUES ($1, $2, $3, $4, 'closing', $5, $6, $7, $7, $8)",
        fact.round().0,
        case,
        fact.unit().0,
        outcome.code(),
        fact.closing().0,
        unit_closed_at,
        fact.at(),
        fact.by().0,
    )
    .execute(conn)
    .await?;
    let object = fact.closing().to_string();
    let entry = audit::Entry {
        verb: "closing.confirmed",
        case: Some(fact.case()),
        object: &object,
        detail: outcome.code(),
        at: fact.at(),
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await
}
