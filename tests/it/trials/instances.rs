//! Two programs on one database.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use tokio::time::sleep;

use super::client::Person;
use super::court::Court;
use super::program::{Program, free_address};
use super::tell;
use super::writers::{Load, check};

/// R26, R27.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_programs_one_is_killed_and_the_other_goes_on_with_everybodys_session() {
    let court = Court::new().await;
    let start = |log| Program::start(court.command("serve"), free_address(), court.file(log));
    let (mut first, mut second) = (start("first.log"), start("second.log"));
    let (_, _) = (first.ready().await, second.ready().await);
    let places = [first.at, second.at];
    let bureau = Person::sign_in(first.at, "zhongyuan.bureau").await;
    bureau.get(second.at, "/cases").await.unwrap().expect(StatusCode::OK);
    let mut load = Load::new();
    load.write(16, &places).await;
    sleep(Duration::from_secs(3)).await;
    let killed = Instant::now();
    first.kill();
    sleep(Duration::from_secs(3)).await;
    let seen = load.stop().await;
    let errors = seen.sightings.iter().filter(|it| it.outcome != Ok(StatusCode::SEE_OTHER));
    let errors: Vec<_> = errors.collect();
    let last = errors.iter().map(|it| it.began + it.took).max().unwrap_or(killed);
    let burst = last.saturating_duration_since(killed);
    let after = seen.sightings.iter().filter(|it| it.began > killed && it.outcome.is_ok()).count();
    tell(&format!(
        "one of two programs killed under 16 writers: {} visits acknowledged ({after} after it), {} \
         requests lost, the last {burst:.2?} after the kill",
        seen.told.len(),
        errors.len()
    ));
    let own = |it: &&&super::writers::Sighting| it.at == first.at && it.outcome.is_err();
    assert_eq!(errors.iter().filter(own).count(), errors.len(), "{errors:?} {}", second.said());
    assert!(errors.len() <= 16 && burst < Duration::from_secs(2) && after > 16);
    bureau.get(second.at, "/cases").await.unwrap().expect(StatusCode::OK);
    check(&court.superuser(), court.command("verify audit"), &seen).await;
}
