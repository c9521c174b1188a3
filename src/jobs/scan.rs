//! Has the files scanned that came while the scanner was away, or before one was named.

use uuid::Uuid;

use super::schedule;
use crate::clock::Clock;
use crate::domain::scan::settle;
use crate::edge::Scanner;
use crate::limits::job::{PING, SCAN, SCANS};
use crate::scanner;
use crate::store::scans::{self, Waiting};
use crate::store::{Db, StoreResult};

/// Scans some of the files that wait, going on after the one that was looked at last; after the last
/// of them it begins anew. One that the scanner has no answer for waits on and keeps no other waiting.
pub async fn run(
    db: &Db,
    (scanner, clock): (&Scanner, Clock),
    last: &mut Uuid,
) -> StoreResult<usize> {
    let mut settled = 0;
    for _ in 0..SCANS {
        let mut tx = schedule::begin(db).await?;
        let next = scans::next(&mut tx, *last).await?;
        drop(tx);
        let Some(Waiting { file, bytes }) = next else {
            *last = Uuid::nil();
            break;
        };
        *last = file;
        let Some(bytes) = bytes else {
            tracing::error!(%file, "a file that waits for the scanner does not open");
            continue;
        };
        let found = match scanner::scan(scanner, &bytes, SCAN).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, %file, "a file waits on");
                if scanner::is_there(scanner, PING).await {
                    continue;
                }
                break;
            }
        };
        let fact = settle(file, found, clock.now());
        if let Some(found) = fact.found() {
            tracing::error!(%file, found, "a file that was kept bears malware");
        }
        let mut tx = schedule::begin(db).await?;
        scans::record(&mut tx, &fact).await?;
        tx.commit().await?;
        settled += 1;
    }
    Ok(settled)
}
