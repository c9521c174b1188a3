//! Machines in other time zones, and clocks that jump.
//!
//! The jumps are tried on clocks that stand still, in this process: the program under another time
//! (libfaketime) would need a library that machines don't have.

use anjie::jobs::verify_audit;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

use super::client::Person;
use super::court::Court;
use super::program::{Program, free_address};
use super::tell;
use super::writers::NEW;
use crate::support::{City, Page, Site, at, visit};

const ZONES: [&str; 3] = ["UTC", "America/New_York", "Asia/Shanghai"];
/// Born on a day that began at one o'clock.
const ID_NUMBER: &str = "990110198605040018";

/// The page without what is made anew each time.
fn lasting_part(page: &Page) -> String {
    let html = page.html();
    let mut pieces = html.split("name=\"idempotency_key\" value=\"");
    let first = pieces.next().unwrap().to_owned();
    pieces.fold(first, |all, piece| all + piece.split_once('"').unwrap().1)
}

/// What each program says to a person at an address.
async fn said(programs: &[Program], person: &Person, path: &str) -> Vec<String> {
    let mut pages = Vec::new();
    for program in programs {
        let page = person.get(program.at, path).await.unwrap().expect(StatusCode::OK);
        pages.push(lasting_part(&page));
    }
    pages
}

/// R18.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_are_the_same_whatever_the_time_zone_of_the_machine() {
    let court = Court::new().await;
    let mut programs = Vec::new();
    for zone in ZONES {
        let mut command = court.command("serve");
        command.env("TZ", zone).env("PGTZ", zone);
        let log = court.file(&zone.replace('/', "-"));
        let mut program = Program::start(command, free_address(), log);
        let _ = program.ready().await;
        programs.push(program);
    }
    let clerk = Person::sign_in(programs[0].at, "donghu.clerk").await;
    let bureau = Person::sign_in(programs[0].at, "zhongyuan.bureau").await;
    let mut visits = Vec::new();
    for program in &programs {
        let changed = [("id_type", "id_card"), ("id_number", ID_NUMBER), ("no_id_reason", "")];
        let changed = if visits.is_empty() { &changed[..] } else { &[] };
        let key = Uuid::new_v4().to_string();
        let page = clerk.post(program.at, NEW, &visit(changed), &key).await.unwrap();
        visits.push(page.expect(StatusCode::SEE_OTHER).location());
    }
    let day = |location: &String| location[..18].to_owned();
    assert!(visits.iter().all(|it| day(it) == day(&visits[0])), "one day: {visits:?}");
    let case: String = court.value("SELECT '/cases/' || min(number) FROM petition_case").await;
    let receipt = format!("{}/receipt", visits[0]);
    let of_clerk = ["/visits", NEW, &visits[0], &receipt, &case, "/cases"];
    let of_bureau =
        ["/my", "/cases", &case, "/assignments", "/assignments/new", "/bulletins", "/stats"];
    let asked = of_clerk.map(|path| (&clerk, path));
    let asked = asked.into_iter().chain(of_bureau.map(|path| (&bureau, path)));
    let mut compared = 0;
    for (person, path) in asked {
        let mut pages = said(&programs, person, path).await;
        if pages.iter().any(|page| *page != pages[0]) {
            // A minute may have ended between two of them.
            pages = said(&programs, person, path).await;
        }
        for (page, zone) in pages.iter().zip(ZONES) {
            assert_eq!(*page, pages[0], "{path} in {zone}");
        }
        compared += 1;
    }
    tell(&format!("{compared} pages alike under TZ={}", ZONES.join(", ")));
}

/// R19, S85.
#[tokio::test]
async fn a_clock_that_jumps_makes_no_endless_session_and_keeps_the_order_of_the_audit() {
    let city = City::new().await;
    let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(city.server());
    let site = |moment| Site::with_pool(&city, pool.clone(), at(moment));
    let noon = site("2026-06-15 12:00");
    let cookie = noon.cookie("donghu.clerk").await;
    let status = async |moment| {
        let request = Request::builder().uri("/visits").header(header::COOKIE, &cookie);
        site(moment).send(None, request, Body::empty()).await.status
    };
    assert_eq!(status("2026-06-15 11:00").await, StatusCode::OK, "an hour back");
    assert_eq!(status("2026-06-15 12:29").await, StatusCode::OK);
    assert_eq!(status("2026-06-15 13:29").await, StatusCode::SEE_OTHER, "an hour on");
    city.force("UPDATE session SET seen_at = '2026-06-15 19:50+08'").await;
    assert_eq!(status("2026-06-15 19:59").await, StatusCode::OK);
    assert_eq!(status("2026-06-15 20:01").await, StatusCode::SEE_OTHER, "eight hours in any case");
    for (who, moment) in [
        ("donghu.clerk", "2026-06-15 12:00"),
        ("donghu.handler", "2026-06-15 11:00"),
        ("liuhe.clerk", "2026-06-15 13:00"),
    ] {
        site(moment).act(who, NEW, &visit(&[])).await;
    }
    let numbers: Vec<String> = city.value("SELECT array_agg(number ORDER BY id) FROM visit").await;
    let expected = ["LF20260615-0110-001", "LF20260615-0110-002", "LF20260615-0111-001"];
    assert_eq!(numbers, expected);
    assert!(verify_audit::run(&noon.app.db, None).await.unwrap().is_sound());
}
