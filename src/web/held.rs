//! What the security administrators set, as each instance holds it: asked for again after a few
//! seconds, so that hardly a request waits for it and none goes by it for longer.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use chrono::Duration;
use tokio::time::timeout;

use super::App;
use crate::domain::security_setting::Settings;
use crate::domain::sign_in::Rules;
use crate::limits;
use crate::store::sessions::Rest;
use crate::store::{StoreResult, security_settings};

/// The settings in force as they were last read; none where nothing was ever confirmed.
#[derive(Debug, Clone, Default)]
pub struct Held(Arc<RwLock<Option<Read>>>);

#[derive(Debug, Clone)]
struct Read {
    at: Instant,
    found: Option<Settings>,
    /// Other settings were confirmed since.
    is_old: bool,
}

impl Held {
    fn read(&self) -> Option<Read> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, found: Option<Settings>) {
        let read = Read { at: Instant::now(), found, is_old: false };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(read);
    }

    /// Read again with the next request; what was known holds until then.
    pub fn forget(&self) {
        if let Some(read) = self.0.write().unwrap_or_else(PoisonError::into_inner).as_mut() {
            read.is_old = true;
        }
    }
}

impl App {
    /// Looks whether other settings hold. What was known stays as long as the database is away.
    pub async fn refresh(&self) -> StoreResult<()> {
        let known = self.held.read();
        let is_fresh = |read: &Read| !read.is_old && read.at.elapsed() < limits::SETTINGS_HELD;
        if known.as_ref().is_some_and(is_fresh) {
            return Ok(());
        }
        let reading = security_settings::in_force(&self.db);
        let Some(read) = known else {
            self.held.keep(reading.await?);
            return Ok(());
        };
        match timeout(limits::SETTINGS_READ, reading).await {
            Ok(Ok(found)) => self.held.keep(found),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the settings could not be read again");
                self.held.keep(read.found);
            }
            Err(_) => {
                tracing::warn!("the settings were not read again in time");
                self.held.keep(read.found);
            }
        }
        Ok(())
    }

    /// Everything that is set, or what the program was started with.
    pub fn settings(&self) -> Settings {
        let found = self.held.read().and_then(|read| read.found);
        found.unwrap_or_else(|| Settings::of_start(&self.start))
    }

    /// Whether it was confirmed, and not taken from the start of the program.
    pub fn is_set(&self) -> bool {
        self.held.read().is_some_and(|read| read.found.is_some())
    }

    /// What signing in goes by.
    pub fn rules(&self) -> Rules {
        let found = self.held.read().and_then(|read| read.found);
        found.map_or(self.start, |found| found.rules(&self.start))
    }

    /// How long a session may rest, and how long it lasts.
    pub fn rest(&self) -> Rest {
        let rules = self.rules();
        Rest {
            idle: Duration::minutes(rules.idle_minutes),
            longest: Duration::hours(rules.longest_hours),
        }
    }
}
