//! What is kept for a while only goes when its time is over.

use std::convert::Infallible;
use std::time::Duration;

use crate::clock::Clock;
use crate::store::{Db, drafts};

const EVERY: Duration = Duration::from_hours(1);

/// At the start and every hour, as long as the program runs.
pub async fn run(db: &Db, clock: Clock) -> Infallible {
    let mut hours = tokio::time::interval(EVERY);
    loop {
        hours.tick().await;
        if let Err(error) = drafts::sweep(db, clock.now()).await {
            tracing::warn!(%error, "old drafts were not thrown away; trying again in an hour");
        }
    }
}
