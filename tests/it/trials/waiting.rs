//! Started before its database: it waits, says so, and looks at what comes.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::client::{self, Person};
use super::court::{self, Court};
use super::program::{Program, free_address};
use super::tell;

/// Waits with a page, and says why in its log, once.
async fn waits(program: &Program, why: &str) {
    let began = Instant::now();
    let page = loop {
        match client::get(program.at, "/login").await {
            Ok(page) if program.said().contains(why) => break page,
            _ => sleep(Duration::from_millis(20)).await,
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{}", program.said());
    };
    let page = page.expect(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(page.texts("h1"), ["系统维护中"]);
    assert!(page.headers.contains_key("retry-after"));
    assert!(page.headers.contains_key("content-security-policy"));
    let status = async |path| client::get(program.at, path).await.unwrap().status;
    assert_eq!(status("/healthz").await, StatusCode::OK);
    assert_eq!(status("/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(program.said().matches(why).count(), 1, "{}", program.said());
}

/// Ends without having served, and says why.
async fn refuses(court: &Court, command: Command, why: &str) {
    let log = court.file(&format!("refuses-{}.log", uuid::Uuid::new_v4()));
    let mut program = Program::start(command, free_address(), log);
    assert_eq!(program.ended().await, Some(1));
    assert!(program.said().contains(why), "{}", program.said());
}

/// R29, S98.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn started_before_its_database_it_waits_and_then_serves_unless_its_role_is_too_mighty() {
    let mut court = Court::new().await;
    court.crash();
    let mut program = Program::start(court.command("serve"), free_address(), court.file("early"));
    let mut owner = court.command("serve");
    owner.env("DATABASE_URL", court::address(&court.owner()));
    let mut mighty = Program::start(owner, free_address(), court.file("mighty.log"));
    waits(&program, "the database can't be reached").await;
    waits(&mighty, "the database can't be reached").await;
    court.start_again().await;
    let took = program.ready().await;
    tell(&format!("started before its database: serving {took:.2?} after it came"));
    assert!(took < Duration::from_secs(5));
    Person::sign_in(program.at, "donghu.clerk").await;
    assert_eq!(mighty.ended().await, Some(1));
    assert!(mighty.said().contains("it owns the tables"), "{}", mighty.said());
}

/// R29.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_can_only_be_read_is_waited_for_and_one_of_another_form_is_refused() {
    let court = Court::new().await;
    let login = court.superuser();
    let alter = |what: &str| format!("ALTER DATABASE \"{}\" {what}", login.get_database().unwrap());
    court::run(&login, &alter("SET default_transaction_read_only = on")).await;
    let mut program = Program::start(court.command("serve"), free_address(), court.file("replica"));
    waits(&program, "the database can only be read").await;
    court::run(
        &login,
        &format!(
            "SET transaction_read_only = off; {}",
            alter("RESET default_transaction_read_only")
        ),
    )
    .await;
    let _ = program.ready().await;
    for (change, why) in [
        (
            "INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum,
             execution_time FROM _sqlx_migrations LIMIT 1;
             CREATE OR REPLACE FUNCTION oldest_form_served() RETURNS bigint LANGUAGE sql IMMUTABLE
             SET search_path = public RETURN 9999",
            "another version of the program made this database: its migration 9999",
        ),
        (
            "DELETE FROM _sqlx_migrations WHERE version IN (9999, 17)",
            "migration 17 is missing. Make a backup and run `anjie migrate`",
        ),
        (
            "UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 13",
            "another version of the program made this database: its migration 13",
        ),
        ("DROP TABLE _sqlx_migrations", "migration 1 is missing"),
    ] {
        court::run(&login, change).await;
        refuses(&court, court.command("serve"), why).await;
    }
}

/// R29.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_not_there_is_asked_once_a_second() {
    let court = Court::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let mut door = JoinSet::new();
    let counted = Arc::clone(&asked);
    door.spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    let mut command = court.command("serve");
    command.env("DATABASE_URL", format!("postgres://app_user@{place}/anjie?sslmode=disable"));
    let began = Instant::now();
    let mut program = Program::start(command, free_address(), court.file("asks.log"));
    sleep(Duration::from_millis(4500)).await;
    let (asked, seconds) =
        (asked.load(Ordering::Relaxed), usize::try_from(began.elapsed().as_secs()).unwrap());
    assert!((3..=seconds + 1).contains(&asked), "{asked} times: {}", program.said());
    program.tell_to_stop();
    assert_eq!(program.ended().await, Some(0));
}
