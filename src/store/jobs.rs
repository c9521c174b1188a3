//! Runs of jobs: entered once a due time, taken by one instance, given up after some tries.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::job::{Job, Retried, RunState, TRIES};

/// How many ended runs the page shows.
const SHOWN: i64 = 60;

/// A run that an instance has taken.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    pub id: i64,
    pub job: Job,
    pub tries: i32,
}

/// Who takes a run, and for how long the others leave it alone.
#[derive(Debug, Clone, Copy)]
pub struct Worker {
    pub name: Uuid,
    pub lease: Duration,
}

/// Enters what is due, unless an instance did or a later time is there: a clock that was put back
/// makes nothing due again.
pub async fn enter(tx: &mut Tx, job: Job, due_at: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query!(
        "INSERT INTO job_run (job, due_at, next_try_at)
         SELECT $1, $2, $2 WHERE NOT EXISTS (SELECT FROM job_run WHERE job = $1 AND due_at > $2)
         ON CONFLICT ON CONSTRAINT job_run_due_key DO NOTHING",
        job.code(),
        due_at,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// Parks what was tried to the end and was left there: the instance went each time.
pub async fn park_abandoned(tx: &mut Tx, at: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query!(
        "UPDATE job_run SET state = 'parked', ended_at = $2, leased_until = NULL, error = 'abandoned'
         WHERE state = 'running' AND leased_until < clock_timestamp() AND tries >= $1",
        TRIES,
        at,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// Takes a run: one that waits, or one whose instance is gone. What this version of the program
/// doesn't know is left to another.
pub async fn take(tx: &mut Tx, worker: Worker, at: DateTime<Utc>) -> StoreResult<Option<Run>> {
    let known: Vec<String> = Job::ALL.iter().map(|job| job.code().to_owned()).collect();
    let run = sqlx::query_as!(
        Run,
        r#"UPDATE job_run
           SET state = 'running', tries = tries + 1, started_at = $1, ended_at = NULL, error = '', worker = $2,
               leased_until = clock_timestamp() + make_interval(secs => $3)
           WHERE id = (SELECT id FROM job_run
                       WHERE job = ANY ($4)
                         AND (state = 'due' AND next_try_at <= $1
                              OR state = 'running' AND leased_until < clock_timestamp())
                       ORDER BY next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING id, job AS "job: Job", tries"#,
        at,
        worker.name,
        worker.lease.as_secs_f64(),
        &known,
    )
    .fetch_optional(tx.unscoped())
    .await?;
    Ok(run)
}

/// Goes on with a run; whether it is still this worker's.
pub async fn hold(tx: &mut Tx, run: Run, worker: Worker) -> StoreResult<bool> {
    let held = sqlx::query!(
        "UPDATE job_run SET leased_until = clock_timestamp() + make_interval(secs => $4)
         WHERE id = $1 AND state = 'running' AND worker = $2 AND tries = $3",
        run.id,
        worker.name,
        run.tries,
        worker.lease.as_secs_f64(),
    )
    .execute(tx.unscoped())
    .await?;
    Ok(held.rows_affected() == 1)
}

/// How a try ended.
#[derive(Debug, Clone, Copy)]
pub enum Ended<'a> {
    /// With what it found, where it counts something.
    Well(Option<i32>),
    /// With a code, and when it is tried again; without a time it is parked.
    Badly(&'a str, Option<DateTime<Utc>>),
}

/// Writes how a try ended, unless the run was taken over in the meantime.
pub async fn end(
    tx: &mut Tx,
    (run, worker): (Run, Worker),
    ended: Ended<'_>,
    at: DateTime<Utc>,
) -> StoreResult<()> {
    let (state, found, error, next) = match ended {
        Ended::Well(found) => (RunState::Done, found, "", None),
        Ended::Badly(code, None) => (RunState::Parked, None, code, None),
        Ended::Badly(code, Some(next)) => (RunState::Due, None, code, Some(next)),
    };
    sqlx::query!(
        "UPDATE job_run SET state = $4, found = $5, error = $6, next_try_at = coalesce($7, next_try_at),
                            ended_at = greatest($8, started_at), leased_until = NULL
         WHERE id = $1 AND state = 'running' AND worker = $2 AND tries = $3",
        run.id,
        worker.name,
        run.tries,
        state.code(),
        found,
        error,
        next,
        at,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// A run as the page shows it.
#[derive(Debug, Clone)]
pub struct RunLine {
    pub uuid: Uuid,
    /// The code of the job: an older version of the program may have entered one that is gone.
    pub job: String,
    pub state: RunState,
    pub due_at: DateTime<Utc>,
    pub next_try_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub tries: i32,
    pub found: Option<i32>,
    pub error: String,
}

/// What was given up and what waits, then the last runs.
pub async fn list(tx: &mut Tx) -> StoreResult<Vec<RunLine>> {
    let lines = sqlx::query_as!(
        RunLine,
        r#"SELECT uuid, job, state AS "state: RunState", due_at, next_try_at, started_at, ended_at, tries, found, error
           FROM job_run
           ORDER BY state = 'parked' DESC, state = 'done', due_at DESC, id DESC
           LIMIT $1"#,
        SHOWN,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(lines)
}

/// How a run stands.
pub async fn state(tx: &mut Tx, run: Uuid) -> StoreResult<Option<RunState>> {
    let state = sqlx::query_scalar!(
        r#"SELECT state AS "state: RunState" FROM job_run WHERE uuid = $1"#,
        run
    )
    .fetch_optional(tx.unscoped())
    .await?;
    Ok(state)
}

/// Writes that a parked run is tried again, from its first try on.
pub async fn record_retry(tx: &mut Tx, run: Uuid, fact: &Retried) -> StoreResult<()> {
    let job = sqlx::query_scalar!(
        "UPDATE job_run SET state = 'due', tries = 0, next_try_at = $2, error = '', ended_at = NULL
         WHERE uuid = $1 AND state = 'parked'
         RETURNING job",
        run,
        fact.at(),
    )
    .fetch_optional(tx.unscoped())
    .await?;
    let job = job.ok_or(StoreError::Stale)?;
    let (object, at) = (run.to_string(), fact.at());
    let entry = audit::Entry {
        verb: "job.retried",
        object: &object,
        detail: &job,
        at,
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await
}
