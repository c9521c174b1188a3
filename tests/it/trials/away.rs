//! The database goes, comes back, loses connections, or isn't there yet.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use sqlx::{Connection, Executor};
use tokio::time::sleep;

use super::client::Person;
use super::court::Court;
use super::program::{Program, free_address};
use super::writers::{Load, Sighting, check};
use super::{lasting, middle_and_worst, tell};

/// "503 in under 3 s", "serving again within 5 s".
const PROMPT: Duration = Duration::from_secs(3);
const SOON: Duration = Duration::from_secs(5);

/// When the database was surely away.
struct Outage {
    from: Instant,
    until: Instant,
}

impl Outage {
    fn covers(&self, sighting: &Sighting) -> bool {
        sighting.began > self.from && sighting.began + sighting.took < self.until
    }
}

/// R4.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_every_answer_says_so_in_time_and_then_all_goes_on() {
    let mut court = Court::new().await;
    let (at, log) = (free_address(), court.file("away.log"));
    let mut program = Program::start(court.command("serve"), at, log);
    let _ = program.ready().await;
    let mut load = Load::new();
    load.write(4, &[at]).await;
    let bureau = Person::sign_in(at, "zhongyuan.bureau").await;
    for path in ["/cases", "/visits", "/my", "/assignments"] {
        load.read(bureau.clone(), (at, path), Duration::from_millis(50));
    }
    let (mut outages, mut returns) = (Vec::new(), Vec::new());
    for _ in 0..lasting(2, 10).as_secs() {
        sleep(Duration::from_secs(1)).await;
        court.crash();
        let from = Instant::now();
        sleep(Duration::from_secs(4)).await;
        outages.push(Outage { from, until: Instant::now() });
        court.start_again().await;
        let back = Instant::now();
        while bureau.get(at, "/cases").await.unwrap().status != StatusCode::OK {
            assert!(back.elapsed() < 2 * SOON, "{}", program.said());
        }
        returns.push(back.elapsed());
    }
    sleep(Duration::from_secs(1)).await;
    let seen = load.stop().await;
    let refusals = seen.times(503);
    let ((middle, worst), (_, latest)) = (middle_and_worst(&refusals), middle_and_worst(&returns));
    tell(&format!(
        "database away {} times: {} answers of 503 in {middle:.2?} (median), {worst:.2?} (worst); \
         {} of 500, {} lost; serving {latest:.2?} after it was back (worst); {} visits acknowledged",
        returns.len(),
        refusals.len(),
        seen.answered(500),
        seen.lost(),
        seen.told.len(),
    ));
    check(&court.superuser(), court.command("verify audit"), &seen).await;
    let unexpected: Vec<_> = seen
        .sightings
        .iter()
        .filter(|it| {
            let known = it.outcome.is_ok_and(|status| [200, 303, 503].contains(&status.as_u16()));
            let refused = it.outcome == Ok(StatusCode::SERVICE_UNAVAILABLE);
            let away = outages.iter().any(|outage| outage.covers(it));
            !known || refused != it.retry_after || (away && !refused)
        })
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:?} {}", program.said());
    assert!(outages.iter().all(|outage| seen.sightings.iter().any(|it| outage.covers(it))));
    assert!(worst < PROMPT && latest < SOON, "{worst:?} {latest:?}");
}

/// R5.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_cut_at_random_cost_no_visit_and_no_page_breaks() {
    let court = Court::new().await;
    let at = free_address();
    let mut program = Program::start(court.command("serve"), at, court.file("cut.log"));
    let _ = program.ready().await;
    let mut load = Load::new();
    load.write(8, &[at]).await;
    let bureau = Person::sign_in(at, "zhongyuan.bureau").await;
    load.read(bureau, (at, "/cases"), Duration::from_millis(50));
    let mut prompt = court.prompt().await;
    let (began, mut cut) = (Instant::now(), 0);
    while began.elapsed() < lasting(6, 30) {
        let statement = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                         WHERE usename = 'app_user' AND datname = current_database()
                         ORDER BY random() LIMIT 1";
        cut += prompt.execute(statement).await.unwrap().rows_affected();
        sleep(Duration::from_millis(200)).await;
    }
    prompt.close().await.unwrap();
    let seen = load.stop().await;
    tell(&format!(
        "{cut} connections to the database cut: {} visits acknowledged, {} answers of 503, {} of \
         500, {} lost",
        seen.told.len(),
        seen.answered(503),
        seen.answered(500),
        seen.lost(),
    ));
    check(&court.superuser(), court.command("verify audit"), &seen).await;
    assert!(cut > 10 && seen.lost() == 0 && seen.answered(500) == 0, "{}", program.said());
}
