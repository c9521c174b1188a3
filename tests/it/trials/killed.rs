//! Killed while it works: what was acknowledged is there, once.

use std::time::Duration;

use tokio::time::sleep;

use super::court::Court;
use super::program::{Program, free_address};
use super::writers::{Load, check};
use super::{KILLS, long, middle_and_worst, tell};

/// R1, R26.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_while_eight_counters_write_it_loses_and_doubles_nothing() {
    let court = Court::new().await;
    let (at, log) = (free_address(), court.file("killed.log"));
    let start = || Program::start(court.command("serve"), at, log.clone());
    let mut program = start();
    let mut starts = vec![program.ready().await];
    let mut load = Load::new();
    load.write(8, &[at]).await;
    let kills = long().unwrap_or(KILLS);
    for _ in 0..kills {
        sleep(Duration::from_millis(rand::random_range(50..700))).await;
        program.kill();
        program = start();
        starts.push(program.ready().await);
    }
    let seen = load.stop().await;
    let (middle, worst) = middle_and_worst(&starts);
    let lost = seen.sightings.iter().filter(|it| it.outcome.is_err()).count();
    tell(&format!(
        "killed {kills} times under 8 writers: {} visits acknowledged, {lost} requests without an \
         answer; ready again in {middle:.2?} (median), {worst:.2?} (worst)",
        seen.told.len()
    ));
    check(&court, &seen).await;
    assert!(worst < Duration::from_secs(5), "{worst:?}");
    assert!(lost > 0, "it was killed under load");
    let broken = seen.sightings.iter().filter(|it| it.outcome.is_ok_and(|it| it.as_u16() == 500));
    assert_eq!(broken.count(), 0, "{}", program.said());
}
