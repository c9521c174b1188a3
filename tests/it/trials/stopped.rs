//! Told to stop under load; held up by people who never finish a header.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use sqlx::{Connection, Executor};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::client::Person;
use super::court::Court;
use super::program::{Program, free_address};
use super::writers::{Load, check};
use super::{lasting, middle_and_worst, tell};

const SLOW: usize = 500;
const HALF: &[u8] = b"GET /login HTTP/1.1\r\nHost: anjie\r\nX-Slow: ";

/// R11.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_it_answers_all_that_is_in_flight_and_ends_well() {
    let court = Court::new().await;
    let (at, log) = (free_address(), court.file("stopped.log"));
    let mut program = Program::start(court.command("serve"), at, log.clone());
    let _ = program.ready().await;
    let bureau = Person::sign_in(at, "zhongyuan.bureau").await;
    let mut load = Load::new();
    load.write(8, &[at]).await;
    sleep(Duration::from_secs(1)).await;
    let mut half = TcpStream::connect(at).await.unwrap();
    half.write_all(HALF).await.unwrap();
    let mut blocker = court.prompt().await;
    blocker.execute("BEGIN; LOCK TABLE petition_case IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let mut slow = JoinSet::new();
    for _ in 0..6 {
        let bureau = bureau.clone();
        slow.spawn(async move { bureau.get(at, "/cases").await.map(|page| page.status) });
    }
    sleep(Duration::from_millis(600)).await;
    let told = Instant::now();
    program.tell_to_stop();
    sleep(Duration::from_millis(700)).await;
    blocker.execute("ROLLBACK").await.unwrap();
    blocker.close().await.unwrap();
    assert_eq!(slow.join_all().await, [Ok(StatusCode::OK); 6], "{}", program.said());
    assert_eq!(program.ended().await, Some(0));
    let took = told.elapsed();
    program = Program::start(court.command("serve"), at, log);
    let _ = program.ready().await;
    let seen = load.stop().await;
    let in_flight = seen
        .sightings
        .iter()
        .filter(|it| it.began + Duration::from_millis(200) < told && it.began + it.took > told);
    let in_flight: Vec<_> = in_flight.collect();
    tell(&format!(
        "told to stop with 6 slow pages, {} forms and a half-sent header in flight: all answered, \
         ended with 0 after {took:.2?}",
        in_flight.len()
    ));
    assert!(!in_flight.is_empty());
    assert!(in_flight.iter().all(|it| it.outcome.is_ok()), "{in_flight:?}");
    assert!(took < Duration::from_secs(15));
    check(&court.superuser(), court.command("verify audit"), &seen).await;
}

/// Opens a header, adds a letter a second, and begins anew when cut.
async fn dribble(at: SocketAddr, stop: &AtomicBool, (open, cut): (&AtomicUsize, &AtomicUsize)) {
    while !stop.load(Ordering::Relaxed) {
        let Ok(mut stream) = TcpStream::connect(at).await else { continue };
        open.fetch_add(1, Ordering::Relaxed);
        let mut said = stream.write_all(HALF).await;
        while said.is_ok() && !stop.load(Ordering::Relaxed) {
            sleep(Duration::from_secs(1)).await;
            said = stream.write_all(b"a").await;
        }
        open.fetch_sub(1, Ordering::Relaxed);
        cut.fetch_add(1, Ordering::Relaxed);
    }
}

/// S70.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_who_dribble_a_header_hold_up_nobody_else() {
    let court = Court::new().await;
    let at = free_address();
    let mut program = Program::start(court.command("serve"), at, court.file("slow.log"));
    let _ = program.ready().await;
    let bureau = Person::sign_in(at, "zhongyuan.bureau").await;
    let stop = Arc::new(AtomicBool::new(false));
    let counts = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let mut slow = JoinSet::new();
    for _ in 0..SLOW {
        let (stop, counts) = (Arc::clone(&stop), Arc::clone(&counts));
        slow.spawn(async move { dribble(at, &stop, (&counts.0, &counts.1)).await });
    }
    sleep(Duration::from_secs(1)).await;
    let (began, mut times, mut held) = (Instant::now(), Vec::new(), usize::MAX);
    while began.elapsed() < lasting(10, 60) {
        let asked = Instant::now();
        bureau.get(at, "/cases").await.unwrap().expect(StatusCode::OK);
        times.push(asked.elapsed());
        held = held.min(counts.0.load(Ordering::Relaxed));
        sleep(Duration::from_millis(100)).await;
    }
    stop.store(true, Ordering::Relaxed);
    slow.join_all().await;
    let (middle, worst) = middle_and_worst(&times);
    tell(&format!(
        "{SLOW} dribbled headers (never fewer than {held} open, {} cut): {} pages of somebody else \
         in {middle:.2?} (median), {worst:.2?} (worst)",
        counts.1.load(Ordering::Relaxed),
        times.len()
    ));
    assert!(middle < Duration::from_secs(1), "{middle:?}");
}
