//! Watches over the audit while the program serves: an anchor and a check every hour, alerts every
//! minute, the traces of its own start and stop. Has the files scanned that wait for it.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{anchor, figures, retention, scan, verify_audit};
use crate::clock::Clock;
use crate::domain::alert::alerts;
use crate::edge::Scanner;
use crate::store::audit_lists::Check;
use crate::store::{Db, StoreResult, alerts as raised, audit, audit_lists};

const EVERY: Duration = Duration::from_mins(1);
const MINUTES: u64 = 60;

/// What is watched, and where the anchors go.
#[derive(Debug, Clone)]
pub struct Watch {
    pub db: Db,
    pub clock: Clock,
    pub anchors: Option<PathBuf>,
    /// Who looks for malware in files.
    pub scanner: Option<Scanner>,
}

impl Watch {
    /// As long as the program runs. A scanner that is slow holds up nothing else.
    pub async fn run(&self) -> Infallible {
        tokio::select! {
            never = self.watch() => never,
            never = self.scan() => never,
        }
    }

    async fn watch(&self) -> Infallible {
        let mut minutes = tokio::time::interval(EVERY);
        let mut written = None;
        for minute in 0_u64.. {
            minutes.tick().await;
            if minute % MINUTES == 0 {
                self.hour().await;
            }
            self.write_down(&mut written).await;
            if let Err(error) = raise(&self.db, self.clock.now()).await {
                tracing::warn!(%error, "the alerts could not be computed; trying again in a minute");
            }
        }
        std::future::pending().await
    }

    async fn scan(&self) -> Infallible {
        let Some(scanner) = &self.scanner else { return std::future::pending().await };
        let mut minutes = tokio::time::interval(EVERY);
        let mut last = Uuid::nil();
        loop {
            minutes.tick().await;
            if let Err(error) = scan::run(&self.db, (scanner, self.clock), &mut last).await {
                tracing::warn!(%error, "no files were scanned; trying again in a minute");
            }
        }
    }

    /// Notes that the program starts, with the names of its settings and a hash that changes with
    /// them.
    pub async fn begin(&self, names: &str, settings: &[u8]) -> StoreResult<()> {
        let (db, now) = (&self.db, self.clock.now());
        let version = env!("CARGO_PKG_VERSION");
        audit::note_program(db, ("program.started", version, ""), None, now).await?;
        let digest = db.keys().index("audit.settings", &crate::store::keys::hex(settings));
        audit::note_program(db, ("program.configured", "", names), Some(&digest), now).await
    }

    /// Notes that it stops, with a last anchor.
    pub async fn end(&self) {
        let noted = ("program.stopped", "", "");
        if let Err(error) = audit::note_program(&self.db, noted, None, self.clock.now()).await {
            tracing::warn!(%error, "the stop left no trace in the audit");
        }
        self.anchor().await;
        self.write_down(&mut None).await;
    }

    async fn hour(&self) {
        self.anchor().await;
        let checked = check(&self.db, self.anchors.as_deref(), self.clock.now()).await;
        match checked {
            Ok(check) if check.findings.is_empty() => {}
            Ok(check) => {
                tracing::error!(findings = check.findings.len(), "the audit is not whole");
            }
            Err(error) => {
                tracing::warn!(%error, "the audit was not checked; trying again in an hour");
            }
        }
    }

    /// What was destroyed, beside the anchors: a backup from before knows nothing of it.
    async fn write_down(&self, written: &mut Option<i64>) {
        let Some(file) = self.anchors.as_deref().map(retention::beside) else { return };
        if let Err(error) = retention::write_down(&self.db, &file, written).await {
            tracing::error!(%error, "what was destroyed was not written down");
        }
    }

    async fn anchor(&self) {
        let Some(file) = &self.anchors else { return };
        if let Err(error) = anchor::write(&self.db, file, self.clock.now()).await {
            tracing::error!(%error, "no anchor of the audit was written");
        }
    }
}

/// Checks the chains, and keeps what was found for the auditor's page.
pub async fn check(db: &Db, anchors: Option<&Path>, at: DateTime<Utc>) -> StoreResult<Check> {
    let report = verify_audit::run(db, anchors).await?;
    let check = Check {
        checked_at: at,
        entries: report.entries(),
        findings: report.findings(),
        anchored_at: report.anchored_at,
    };
    let mut tx = figures::begin(db).await?;
    audit_lists::record_check(&mut tx, &check).await?;
    tx.commit().await?;
    Ok(check)
}

/// Raises what the counts of this moment call for.
pub async fn raise(db: &Db, at: DateTime<Utc>) -> StoreResult<()> {
    let mut tx = figures::begin(db).await?;
    let (people, health) = raised::counts(&mut tx, at).await?;
    for alert in alerts(&people, health, at) {
        if raised::raise(&mut tx, &alert, at).await? {
            tracing::warn!(kind = alert.kind.code(), times = alert.times, "alert");
        }
    }
    tx.commit().await
}
