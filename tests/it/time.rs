//! Time: one clock for both walls, one day for all time zones, and clocks that jump.
#![expect(
    clippy::disallowed_methods,
    reason = "this test starts programs and sets their time zone"
)]

use std::process::Command;

use anjie::clock::Clock;
use anjie::jobs::schedule::Schedule;
use anjie::jobs::verify_audit;
use anjie::limits::job::LEASE;
use anjie::store::sessions;
use axum::http::StatusCode;
use chrono::{DateTime, Duration, Utc};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::commands::{anjie, said};
use crate::support::{City, Site, at, matters, noon, visit};

const PRESIDENT: &str = "donghu.president";
const ZONES: [&str; 3] = ["UTC", "America/New_York", "Asia/Shanghai"];

/// How many cases a bare query finds for someone, at a moment of the program's clock.
async fn behind_the_second_wall(city: &City, who: &str, now: &str) -> i64 {
    let context: String = city
        .value(&format!(
            "SELECT 'SELECT set_config(''app.staff_id'', ''' || s.id || ''', true),
                     set_config(''app.grant_id'', ''' || g.id || ''', true), set_config(''app.now'', ''{now}'', true)'
             FROM staff s JOIN role_grant g ON g.staff_id = s.id WHERE s.username = '{who}'"
        ))
        .await;
    let mut conn = PgConnection::connect_with(&city.server()).await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(context)).execute(&mut *tx).await.unwrap();
    let count = sqlx::query_scalar("SELECT count(*) FROM petition_case").fetch_one(&mut *tx);
    count.await.unwrap()
}

/// S12, S14.
#[tokio::test]
async fn a_grant_ends_in_the_same_second_at_both_walls_whatever_the_databases_clock_says() {
    let city = City::new().await;
    let number = matters::assigned(&city, "0110", "2026-05-08 09:00").await;
    for (until, last) in
        [("2026-06-15 12:01", "2026-06-15 12:00"), ("2099-06-15 12:01", "2099-06-15 12:00")]
    {
        city.force(&format!(
            "UPDATE role_grant SET valid_until = '{until}+08'
             WHERE staff_id = (SELECT id FROM staff WHERE username = '{PRESIDENT}')"
        ))
        .await;
        let site = Site::at(&city, at(last)).await;
        let page = site.get(Some(PRESIDENT), &format!("/cases/{number}")).await;
        assert_eq!(page.status, StatusCode::OK, "a minute before {until}");
        assert_eq!(behind_the_second_wall(&city, PRESIDENT, &format!("{last}:59.999+08")).await, 1);
        // The first wall alone.
        let cookie = site.cookie(PRESIDENT).await;
        let token = cookie.strip_prefix("__Host-sid=").unwrap();
        let then = sessions::resume(&site.app.db, token, Duration::minutes(30), at(until)).await;
        assert!(then.unwrap().is_none(), "{until}");
        // The second.
        assert_eq!(
            behind_the_second_wall(&city, PRESIDENT, &format!("{until}:00+08")).await,
            0,
            "{until}"
        );
    }
    // Without a moment the database's own clock counts.
    assert_eq!(behind_the_second_wall(&city, PRESIDENT, "").await, 1);
}

/// Half past midnight at the courts: in Greenwich and New York it is another day.
const SMALL_HOURS: &str = "2026-06-15 00:30";

/// R18.
#[tokio::test]
async fn the_time_zone_of_the_database_session_changes_no_page_and_no_date() {
    let city = City::new().await;
    let number = matters::assigned(&city, "0110", "2026-06-08 00:10").await;
    let sites = ZONES.map(|zone| {
        let login = city.server().options([("TimeZone", zone)]);
        let pool = PgPoolOptions::new().max_connections(3).connect_lazy_with(login);
        Site::with_pool(&city, pool, at(SMALL_HOURS))
    });
    let mut pages = Vec::new();
    for site in &sites {
        let mut texts = Vec::new();
        for (who, path) in [
            (PRESIDENT, format!("/cases/{number}").as_str()),
            (PRESIDENT, "/cases"),
            (PRESIDENT, "/my"),
            ("zhongyuan.bureau", "/stats"),
        ] {
            texts.push(site.get(Some(who), path).await.expect(StatusCode::OK).text());
        }
        pages.push(texts);
    }
    for shown in ["交办日期2026-06-08", "2026-06-15 00:30", "逾期6天"] {
        assert!(pages[0][0].contains(shown), "{shown}: {}", pages[0][0]);
    }
    assert!(pages.iter().all(|texts| *texts == pages[0]), "{pages:?}");

    // In the years 1986 to 1991 the courts' clock had a summer time; a birthday is a day.
    let people = ["donghu.clerk", "donghu.handler", "zhongyuan.clerk"];
    for ((site, who), born) in
        sites.iter().zip(people).zip(["1986-05-04", "1988-04-17", "1991-09-15"])
    {
        site.act(who, "/visits/new", &visit(&[("name", "李某某"), ("birth_date", born)])).await;
        let kept =
            "SELECT (SELECT birth_date::text FROM petitioner ORDER BY id DESC LIMIT 1) || ' '
                        || (SELECT left(number, 10) FROM visit ORDER BY id DESC LIMIT 1)";
        assert_eq!(city.value::<String>(kept).await, format!("{born} LF20260615"));
    }
}

/// R18.
#[tokio::test(flavor = "multi_thread")]
async fn the_time_zone_of_the_machine_changes_nothing_that_is_printed() {
    let city = City::new().await;
    matters::assigned(&city, "0110", "2026-05-08 09:00").await;
    let site = Site::of(&city).await;
    let issue = site.act("zhongyuan.bureau", "/bulletins", &[("period", "2026-W24")]).await;
    site.act("zhongyuan.bureau", &format!("{issue}/freeze"), &[]).await;
    for line in ["figures outcomes", "verify bulletins", "verify audit"] {
        let printed = ZONES.map(|zone| {
            let output = anjie(&city, line).env("TZ", zone).output().unwrap();
            assert!(output.status.success(), "{zone} {line}: {}", said(&output));
            said(&output)
        });
        assert!(printed.iter().all(|one| *one == printed[0]), "{line}: {printed:?}");
    }
    // The pages, and the rules of days and clocks, in a process of their own.
    let tests = std::env::current_exe().unwrap();
    for zone in ["America/New_York", "Asia/Shanghai"] {
        let page = "time::the_time_zone_of_the_database_session_changes_no_page_and_no_date";
        let mut child = Command::new(&tests);
        let output = child.args(["--exact", page]).env("TZ", zone).output().unwrap();
        assert!(
            output.status.success() && said(&output).contains("1 passed"),
            "{zone}: {}",
            said(&output)
        );
    }
}

/// R19.
#[tokio::test]
async fn a_clock_that_jumps_makes_no_endless_session_and_no_job_twice() {
    let city = City::new().await;
    let number = matters::assigned(&city, "0110", "2026-06-15 09:00").await;
    let site = Site::of(&city).await;
    let cookie = site.cookie(PRESIDENT).await;
    let token = cookie.strip_prefix("__Host-sid=").unwrap();
    let resumed = async |at: DateTime<Utc>| {
        let session = sessions::resume(&site.app.db, token, Duration::minutes(30), at);
        session.await.unwrap()
    };
    // An hour back: it goes on, and ends when it would have ended.
    let back = resumed(noon() - Duration::hours(1)).await.unwrap();
    assert_eq!(back.ends_at(), noon() + Duration::hours(8));
    let seen = "SELECT seen_at = '2026-06-15 12:00+08' FROM session WHERE ended_at IS NULL";
    assert!(city.value::<bool>(seen).await, "its last use isn't moved back");
    assert!(resumed(noon() + Duration::minutes(29)).await.is_some());
    // An hour on: it rested too long.
    assert!(resumed(noon() + Duration::minutes(89)).await.is_none());

    // Pages of an hour before what they show.
    let early = Site::at(&city, at("2026-06-15 08:00")).await;
    for path in [&format!("/cases/{number}"), "/my", "/cases", "/account"] {
        let text = early.get(Some(PRESIDENT), path).await.expect(StatusCode::OK).text();
        let negative =
            text.split(|c: char| c.is_whitespace() || "（：，".contains(c)).any(|word| {
                let digits = word.strip_prefix(['-', '−']).unwrap_or_default();
                digits.starts_with(|c: char| c.is_ascii_digit())
            });
        assert!(!negative, "{path}: {text}");
    }

    let counted = std::cell::Cell::new(0);
    let work = async |_: anjie::domain::job::Job, _: DateTime<Utc>| {
        counted.set(counted.get() + 1);
        Ok(None)
    };
    let mut after = Vec::new();
    for hours in [0, 1, 0, -1, 1, 2] {
        let clock = Clock::fixed(noon() + Duration::hours(hours));
        Schedule::new(site.app.db.clone(), clock, LEASE).look(work).await.unwrap();
        after.push(counted.get());
    }
    assert_eq!(after, [5, 6, 6, 6, 6, 7], "noon, an hour on, back, an hour back, on, and two on");
}

/// R19.
#[tokio::test]
async fn the_audit_keeps_its_order_when_the_clock_is_put_back() {
    let city = City::new().await;
    for (hours, period) in [(0, "2026-W22"), (1, "2026-W20"), (-1, "2026-W18")] {
        let site = Site::at(&city, noon() + Duration::hours(hours)).await;
        site.act("zhongyuan.bureau", "/bulletins", &[("period", period)]).await;
    }
    let order: Vec<String> = city
        .value(
            "SELECT array_agg(to_char(at AT TIME ZONE 'Asia/Shanghai', 'HH24') ORDER BY seq) FROM audit
             WHERE verb = 'bulletin.opened' OR verb LIKE 'bulletin.%'",
        )
        .await;
    assert_eq!(order, ["12", "13", "11"], "as they happened, whatever the clock said");
    let site = Site::of(&city).await;
    assert!(verify_audit::run(&site.app.db, None).await.unwrap().is_sound());
}
