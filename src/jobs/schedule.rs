//! The schedule at work: every instance of the program enters what is due and takes what waits. The
//! database lets one of them have each run; what an instance leaves behind that was killed, another
//! takes over when the lease is out.

use std::convert::Infallible;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;
use uuid::Uuid;

use super::{close_unused, retention, verify_audit, verify_bulletins};
use crate::clock::Clock;
use crate::domain::job::{Job, next_try};
use crate::limits::job::{LEASE, LOOK};
use crate::store::jobs::{self, Ended, Run, Worker};
use crate::store::{Db, Session, StoreError, StoreResult, Tx, drafts, sessions};

/// The identity under which runs are entered and accounts are closed.
const IDENTITY: &str = "job.schedule";

/// What one instance does of the schedule.
#[derive(Debug, Clone)]
pub struct Schedule {
    db: Db,
    clock: Clock,
    worker: Worker,
}

impl Schedule {
    /// For one instance; `lease` is how long the others wait for a sign of its life.
    pub fn new(db: Db, clock: Clock, lease: Duration) -> Self {
        Self { db, clock, worker: Worker { name: Uuid::new_v4(), lease } }
    }

    /// Looks again and again, as long as the program runs.
    pub async fn run(db: &Db, clock: Clock, anchors: Option<&Path>) -> Infallible {
        let schedule = Self::new(db.clone(), clock, LEASE);
        let mut looks = tokio::time::interval(LOOK);
        loop {
            looks.tick().await;
            let work = async |job, at| perform((db, anchors), job, at).await;
            if let Err(error) = schedule.look(work).await {
                tracing::warn!(%error, "the schedule was not looked at; trying again soon");
            }
        }
    }

    /// Enters what is due and does what waits, one run after another; how many it took.
    pub async fn look(
        &self,
        work: impl AsyncFn(Job, DateTime<Utc>) -> StoreResult<Option<i32>>,
    ) -> StoreResult<usize> {
        let session = sessions::required(sessions::of_job(&self.db, IDENTITY).await?)?;
        let mut tx = self.db.begin(&session).await?;
        for &job in Job::ALL {
            jobs::enter(&mut tx, job, job.due(self.clock.now())).await?;
        }
        jobs::park_abandoned(&mut tx, self.clock.now()).await?;
        tx.commit().await?;
        let mut taken = 0;
        while let Some(run) = self.take(&session).await? {
            taken += 1;
            let ended = tokio::select! {
                ended = work(run.job, self.clock.now()) => ended,
                () = self.hold(&session, run) => continue,
            };
            self.end(&session, run, ended).await?;
        }
        Ok(taken)
    }

    async fn take(&self, session: &Session) -> StoreResult<Option<Run>> {
        let mut tx = self.db.begin(session).await?;
        let run = jobs::take(&mut tx, self.worker, self.clock.now()).await?;
        tx.commit().await?;
        Ok(run)
    }

    /// Gives a sign of life three times a lease, which began when the run was taken; ends when the run
    /// is another instance's.
    async fn hold(&self, session: &Session, run: Run) {
        let pause = self.worker.lease / 3;
        let mut beats = tokio::time::interval_at(Instant::now() + pause, pause);
        loop {
            beats.tick().await;
            match self.beat(session, run).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, job = run.job.code(), "no sign of life"),
            }
        }
    }

    async fn beat(&self, session: &Session, run: Run) -> StoreResult<bool> {
        let mut tx = self.db.begin(session).await?;
        let held = jobs::hold(&mut tx, run, self.worker).await?;
        tx.commit().await?;
        Ok(held)
    }

    async fn end(
        &self,
        session: &Session,
        run: Run,
        ended: StoreResult<Option<i32>>,
    ) -> StoreResult<()> {
        let (job, tries, at) = (run.job.code(), run.tries, self.clock.now());
        let code = ended.as_ref().err().map(StoreError::code).unwrap_or_default();
        let ended = match ended {
            Ok(found) => {
                if run.job.alarms(found) {
                    tracing::error!(job, found, "a check found what must not be");
                }
                Ended::Well(found)
            }
            Err(error) => {
                tracing::warn!(%error, job, tries, "a job failed");
                Ended::Badly(&code, next_try(tries, at))
            }
        };
        let mut tx = self.db.begin(session).await?;
        jobs::end(&mut tx, (run, self.worker), ended, at).await?;
        tx.commit().await
    }
}

/// Does a job; the number is what it found or changed. The audit is held against its anchors.
pub async fn perform(
    (db, anchors): (&Db, Option<&Path>),
    job: Job,
    at: DateTime<Utc>,
) -> StoreResult<Option<i32>> {
    let count = |findings: usize| Some(i32::try_from(findings).unwrap_or(i32::MAX));
    match job {
        Job::Sweep => drafts::sweep(db, at).await.map(|()| None),
        Job::CloseUnused => close_unused::run(begin(db).await?, at).await.map(Some),
        Job::VerifyAudit => Ok(count(verify_audit::run(db, anchors).await?.findings().len())),
        Job::VerifyBulletins => {
            let report = verify_bulletins::run(db).await?;
            Ok(count(report.0.iter().map(|issue| issue.differences.len()).sum()))
        }
        Job::Retention => retention::run(db, at).await.map(count),
    }
}

pub(super) async fn begin(db: &Db) -> StoreResult<Tx> {
    let session = sessions::required(sessions::of_job(db, IDENTITY).await?)?;
    db.begin(&session).await
}
