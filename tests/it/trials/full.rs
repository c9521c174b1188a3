//! The disk that holds the log is full.

use axum::http::StatusCode;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::sleep;

use super::client::Person;
use super::court::Court;
use super::program::{Program, free_address};
use super::tell;
use super::writers::{Load, check};

/// R10.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_takes_nothing_more_stops_neither_the_pages_nor_the_audit() {
    let full = PathBuf::from("/dev/full");
    if !full.exists() {
        return tell("skipped: this system has no file that is always full");
    }
    let court = Court::new().await;
    let mut command = court.command("serve");
    command.env("ANJIE_LOG", "info");
    let mut program = Program::start(command, free_address(), full);
    let _ = program.ready().await;
    let mut load = Load::new();
    load.write(2, &[program.at]).await;
    let bureau = Person::sign_in(program.at, "zhongyuan.bureau").await;
    load.read(bureau, (program.at, "/cases"), Duration::from_millis(50));
    sleep(Duration::from_secs(2)).await;
    let seen = load.stop().await;
    tell(&format!(
        "log full: {} pages and {} visits all the same, {} lost",
        seen.answered(StatusCode::OK.as_u16()),
        seen.told.len(),
        seen.lost()
    ));
    assert_eq!(seen.lost() + seen.answered(500), 0);
    assert!(!seen.told.is_empty());
    check(&court.superuser(), court.command("verify audit"), &seen).await;
    program.tell_to_stop();
    assert_eq!(program.ended().await, Some(0));
}
