//! More want something than there is of it: connections, rows, tables, turns at hashing.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use sqlx::{Connection, Executor, PgConnection};
use tokio::task::JoinSet;
use tokio::time::sleep;
use uuid::Uuid;

use super::client::{self, Person};
use super::court::Court;
use super::program::{Program, free_address};
use super::writers::{Load, NEW, Sighting, letter};
use super::{middle_and_worst, tell};

const SECOND: Duration = Duration::from_secs(1);

async fn served(court: &Court, name: &str) -> Program {
    let mut program = Program::start(court.command("serve"), free_address(), court.file(name));
    let _ = program.ready().await;
    program
}

async fn say(conn: &mut PgConnection, statement: &'static str) {
    conn.execute(statement).await.unwrap();
}

/// A letter that is registered at once.
async fn registered(person: &Person, program: &Program) -> String {
    let key = Uuid::new_v4().to_string();
    let page = person.post(program.at, NEW, &letter(), &key).await.unwrap();
    page.expect(StatusCode::SEE_OTHER).location()
}

/// The series of the numbers of a day and hall, and that of the cases of its year.
fn series(location: &str) -> (String, String) {
    let number = location.strip_prefix("/visits/LF").unwrap();
    let (day, hall) = (&number[..8], number.split('-').nth(1).unwrap());
    (format!("LF:{hall}:{day}"), format!("XF:{}", &day[..4]))
}

fn held(series: &str) -> String {
    format!("UPDATE number_series SET last = last WHERE series = '{series}'")
}

/// R6.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_pages_that_wait_for_a_table_end_in_time_and_the_watchers_are_answered() {
    let court = Court::new().await;
    let program = served(&court, "crowded.log").await;
    let at = program.at;
    let bureau = Person::sign_in(at, "zhongyuan.bureau").await;
    let mut blocker = court.prompt().await;
    say(&mut blocker, "BEGIN; LOCK TABLE petition_case IN ACCESS EXCLUSIVE MODE").await;
    let locked = Instant::now();
    let mut pages = JoinSet::new();
    for _ in 0..60 {
        let bureau = bureau.clone();
        pages.spawn(async move {
            let began = Instant::now();
            Sighting::of(began, at, &bureau.get(at, "/cases").await)
        });
    }
    let mut watched = Vec::new();
    while locked.elapsed() < 5 * SECOND {
        for path in ["/healthz", "/readyz"] {
            let asked = Instant::now();
            let status = client::get(at, path).await.unwrap().status;
            assert!(path == "/readyz" || status == StatusCode::OK);
            watched.push(asked.elapsed());
        }
        sleep(Duration::from_millis(100)).await;
    }
    say(&mut blocker, "ROLLBACK").await;
    blocker.close().await.unwrap();
    let released = Instant::now();
    bureau.get(at, "/cases").await.unwrap().expect(StatusCode::OK);
    let normal = released.elapsed();
    let pages = pages.join_all().await;
    let slowest = pages.iter().map(|page| page.took).max().unwrap();
    let (_, health) = middle_and_worst(&watched);
    tell(&format!(
        "60 pages on 16 connections and a table locked for 5 s: the slowest in {slowest:.2?}, \
         watchers in {health:.2?} (worst), a page right after in {normal:.2?}"
    ));
    for page in &pages {
        let status = page.outcome.unwrap().as_u16();
        assert!([200, 503, 429].contains(&status), "{status}: {}", program.said());
    }
    assert!(slowest < 10 * SECOND && health < SECOND && normal < 2 * SECOND);
}

/// R20.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_is_forgotten_at_the_prompt_holds_up_one_hall_and_no_page_for_long() {
    let court = Court::new().await;
    let program = served(&court, "forgotten.log").await;
    let at = program.at;
    let here = Person::sign_in(at, "donghu.clerk").await;
    let there = Person::sign_in(at, "liuhe.clerk").await;
    let (hall, _) = series(&registered(&here, &program).await);
    let mut forgotten = court.prompt().await;
    let statement = format!("BEGIN; {}", held(&hall));
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut forgotten).await.unwrap();
    let (key, asked) = (Uuid::new_v4().to_string(), Instant::now());
    let mut load = Load::new();
    load.read(here.clone(), (at, "/visits"), Duration::from_millis(50));
    load.read(there.clone(), (at, "/visits"), Duration::from_millis(50));
    let page = here.post(at, NEW, &letter(), &key).await.unwrap();
    let waited = asked.elapsed();
    page.expect(StatusCode::SERVICE_UNAVAILABLE);
    let asked = Instant::now();
    registered(&there, &program).await;
    let elsewhere = asked.elapsed();
    let seen = load.stop().await;
    let (middle, worst) = middle_and_worst(&seen.times(200));
    tell(&format!(
        "a number locked at the prompt: that hall is told to wait after {waited:.2?}, another hall \
         registers in {elsewhere:.2?}, pages in {middle:.2?} (median), {worst:.2?} (worst)"
    ));
    assert_eq!(seen.answered(200), seen.sightings.len());
    assert!(waited < 3 * SECOND && elsewhere < 2 * SECOND && middle < SECOND);
    say(&mut forgotten, "ROLLBACK").await;
    forgotten.close().await.unwrap();
    let page = here.post(at, NEW, &letter(), &key).await.unwrap();
    page.expect(StatusCode::SEE_OTHER);
    assert_eq!(court.value::<i64>("SELECT count(*) FROM visit").await, 3);
}

/// R21.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_meets_another_crosswise_is_carried_out_again_and_counts_once() {
    let court = Court::new().await;
    let program = served(&court, "crossed.log").await;
    let at = program.at;
    let here = Person::sign_in(at, "donghu.clerk").await;
    let (hall, year) = series(&registered(&here, &program).await);
    let mut other = court.prompt().await;
    // The one that looks first is ended: the program's.
    let statement = format!("SET deadlock_timeout = '20s'; BEGIN; {}", held(&year));
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut other).await.unwrap();
    let mut form = JoinSet::new();
    let person = here.clone();
    form.spawn(async move {
        let (key, began) = (Uuid::new_v4().to_string(), Instant::now());
        (person.post(at, NEW, &letter(), &key).await.unwrap(), began.elapsed())
    });
    sleep(Duration::from_millis(500)).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(held(&hall))).execute(&mut other).await.unwrap();
    say(&mut other, "COMMIT").await;
    other.close().await.unwrap();
    let (page, took) = form.join_next().await.unwrap().unwrap();
    let met = program.said().matches("in favour of another's work").count();
    tell(&format!("a form that met another crosswise {met} times: registered in {took:.2?}"));
    page.expect(StatusCode::SEE_OTHER);
    assert_eq!(met, 1, "{}", program.said());
    assert_eq!(court.value::<i64>("SELECT count(*) FROM visit").await, 2);
}

/// S11.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_who_sign_in_at_once_do_not_hold_up_who_is_there() {
    let court = Court::new().await;
    let program = served(&court, "signing-in.log").await;
    let at = program.at;
    let handler = Person::sign_in(at, "donghu.handler").await;
    let mut prompt = court.prompt().await;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT username FROM staff WHERE password_hash IS NOT NULL AND username <> 'donghu.handler'",
    )
    .fetch_all(&mut prompt)
    .await
    .unwrap();
    prompt.close().await.unwrap();
    let mut signing_in = JoinSet::new();
    for name in names.into_iter().cycle().take(200) {
        signing_in.spawn(async move { Person::try_to_sign_in(at, &name).await });
    }
    let mut times = Vec::new();
    let began = Instant::now();
    let mut answers = Vec::new();
    while answers.len() < 200 {
        let asked = Instant::now();
        handler.get(at, "/my").await.unwrap().expect(StatusCode::OK);
        times.push(asked.elapsed());
        while let Some(answer) = signing_in.try_join_next() {
            answers.push(answer.unwrap().map(|page| page.status.as_u16()));
        }
        sleep(Duration::from_millis(20)).await;
    }
    let (middle, worst) = middle_and_worst(&times);
    let how_many = |wanted| answers.iter().filter(|it| **it == Ok(wanted)).count();
    let (inside, later) = (how_many(303), how_many(503) + how_many(429));
    tell(&format!(
        "200 sign-ins at once in {:.2?}: {inside} signed in, {later} told to come later; /my in \
         {middle:.2?} (median), {worst:.2?} (worst)",
        began.elapsed()
    ));
    assert_eq!(inside + later, 200, "{answers:?} {}", program.said());
    let slow = times.iter().filter(|time| **time >= SECOND).count();
    assert!(10 * slow <= times.len(), "{slow} of {} pages took longer", times.len());
}
