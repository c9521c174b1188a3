//! Guessing: by name, by address, by many at once.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use futures_util::future::join_all;

use super::{Browser, sign_in};
use crate::support::{City, Page, Site, at};

const RIGHT: &str = "yunzhou-2026";

/// What of an answer a stranger can compare: all but what is made anew for each.
fn comparable(page: &Page) -> (StatusCode, Vec<(String, String)>, String) {
    let mut headers: Vec<_> = page
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .filter(|(name, _)| name != "x-request-id")
        .collect();
    headers.sort();
    let token = page.value("csrf_token").unwrap();
    let name = page.value("username").unwrap();
    (page.status, headers, page.text().replace(&token, "").replace(&name, ""))
}

/// S1.
#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_a_closed_account_are_answered_alike() {
    let city = City::new().await;
    city.force("UPDATE staff SET active = false WHERE username = 'qingxi.clerk'").await;
    let site = Site::of(&city).await;
    let mut answers = Vec::new();
    for (username, password) in [
        ("donghu.clerk", "wrong"),
        ("nobody.known", "wrong"),
        ("qingxi.clerk", "wrong"),
        ("qingxi.clerk", RIGHT),
    ] {
        let page =
            sign_in(&site, username, password).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
        let tries = if password == RIGHT { 3 } else { 4 };
        let said = format!("用户名或密码不正确。还可以试{tries}次。");
        assert_eq!(page.problem("").unwrap(), said);
        assert!(page.texts("title")[0].starts_with("有误："));
        answers.push(comparable(&page));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

/// How often each kind of failure is tried.
const TRIES: usize = 200;
/// How far their medians may lie apart.
const APART: f64 = 0.1;

/// The medians of a wrong password, an unknown name and a closed account. They are tried in turn, so
/// that whatever else the machine has to do falls on all three alike.
async fn medians(city: &City, site: &Site) -> [f64; 3] {
    const NAMES: [&str; 3] = ["donghu.clerk", "nobody.known", "qingxi.clerk"];
    let pool = city.truth();
    let mut browser = Browser::new(site);
    let token = browser.get("/login").await.value("csrf_token").unwrap();
    let mut times = [const { Vec::new() }; 3];
    for round in 0..TRIES {
        for turn in 0..NAMES.len() {
            let kind = (round + turn) % NAMES.len();
            let forget = "DELETE FROM sign_in_attempt; DELETE FROM sign_in_address";
            sqlx::raw_sql(forget).execute(&pool).await.unwrap();
            let body = format!("csrf_token={token}&username={}&password=wrong", NAMES[kind]);
            let begun = Instant::now();
            let page = browser.ask("POST", "/login", body).await;
            times[kind].push(begun.elapsed());
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text());
        }
    }
    pool.close().await;
    times.map(|mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    })
}

/// S1.
/// Without the work on behalf of nobody an unknown name would answer ten times as fast. A machine
/// that is busy elsewhere gets a second chance; what is slower by its nature is so twice.
#[tokio::test]
async fn an_unknown_name_and_a_closed_account_take_as_long_as_a_wrong_password() {
    let city = City::new().await;
    city.force("UPDATE staff SET active = false WHERE username = 'qingxi.clerk'").await;
    let site = Site::of(&city).await;
    let mut found = Vec::new();
    for _ in 0..2 {
        let [known, unknown, closed] = medians(&city, &site).await;
        println!("medians: known {known:.4} s, unknown {unknown:.4} s, closed {closed:.4} s");
        let apart = |other: f64| (other / known - 1.0).abs();
        if apart(unknown) <= APART && apart(closed) <= APART {
            return;
        }
        found.push([known, unknown, closed]);
    }
    panic!("{found:?}");
}

/// S5.
#[tokio::test]
async fn after_five_failures_a_name_rests_longer_each_time_and_never_for_good() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for _ in 0..5 {
        sign_in(&site, "donghu.clerk", "wrong").await;
    }
    let page = sign_in(&site, "donghu.clerk", RIGHT).await;
    assert_eq!(page.problem("").unwrap(), "请1分钟后再试（12:01）。");
    for (moment, rest) in [("12:01", "请2分钟"), ("12:03", "请4分钟"), ("12:07", "请8分钟")]
    {
        let later = Site::at(&city, at(&format!("2026-06-15 {moment}"))).await;
        let page = sign_in(&later, "donghu.clerk", "wrong").await;
        assert!(page.problem("").unwrap().contains(rest), "{moment}: {}", page.text());
        let page = sign_in(&later, "donghu.clerk", RIGHT).await;
        assert!(page.problem("").unwrap().starts_with(rest), "{moment}: {}", page.text());
    }
    let later = Site::at(&city, at("2026-06-15 12:15")).await;
    let mut elsewhere = Browser::at(&later, "198.51.100.7");
    elsewhere.sign_in("donghu.clerk", RIGHT).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM sign_in_attempt").await, 0);
}

/// S5.
#[tokio::test]
async fn a_stranger_cannot_keep_anyone_from_signing_in_where_they_always_do() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    sign_in(&site, "donghu.clerk", RIGHT).await.expect(StatusCode::SEE_OTHER);
    for _ in 0..10 {
        Browser::at(&site, "203.0.113.9").sign_in("donghu.clerk", "wrong").await;
    }
    let page = Browser::at(&site, "203.0.113.9").sign_in("donghu.clerk", RIGHT).await;
    assert!(page.problem("").unwrap().starts_with("请1分钟后再试"), "{}", page.text());
    sign_in(&site, "donghu.clerk", RIGHT).await.expect(StatusCode::SEE_OTHER);
}

/// S5.
#[tokio::test]
async fn of_forty_guesses_at_the_same_moment_five_at_most_are_looked_at() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let mut browser = Browser::new(&site);
    browser.get("/login").await;
    let guesses = (0..40).map(|nth| {
        let mut browser = Browser::at(&site, &format!("192.0.2.{nth}"));
        async move {
            // The line of those who wait for the hash turns some away; they come again.
            loop {
                let page = browser.sign_in("donghu.clerk", "wrong").await;
                if page.status == StatusCode::UNPROCESSABLE_ENTITY {
                    return page.problem("").unwrap();
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    });
    let said = join_all(guesses).await;
    let looked_at = said.iter().filter(|said| said.starts_with("用户名或密码不正确")).count();
    // Where the machine is too slow to answer, a try is counted all the same.
    assert!(looked_at <= 5, "{said:?}");
    assert_eq!(city.value::<i32>("SELECT max(tries) FROM sign_in_attempt").await, 5);
    let refused =
        "SELECT count(*) FROM audit WHERE verb = 'session.refused' AND detail = 'password'";
    assert!(city.value::<i64>(refused).await <= 5);
}

/// S6, S74.
#[tokio::test]
async fn a_hundred_names_from_one_address_end_in_429_on_every_instance() {
    let city = City::new().await;
    let (one, other) = (Site::of(&city).await, Site::of(&city).await);
    let mut turned_away = 0;
    for nth in 0..100 {
        let site = if nth % 2 == 0 { &one } else { &other };
        let page = Browser::at(site, "203.0.113.9").sign_in(&format!("name{nth}"), "wrong").await;
        if page.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(page.headers["retry-after"], "600");
            assert!(page.text().contains("操作太频繁"));
            turned_away += 1;
        }
    }
    assert_eq!(turned_away, 40);
    // Another start of the program doesn't help, another address is another's, and the window ends.
    let again = Site::of(&city).await;
    let page = Browser::at(&again, "203.0.113.9").sign_in("donghu.clerk", RIGHT).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    let page = Browser::at(&again, "203.0.113.8").sign_in("donghu.clerk", RIGHT).await;
    page.expect(StatusCode::SEE_OTHER);
    let later = Site::at(&city, at("2026-06-15 12:10")).await;
    let page = Browser::at(&later, "203.0.113.9").sign_in("donghu.clerk", RIGHT).await;
    page.expect(StatusCode::SEE_OTHER);
}

/// S6.
#[tokio::test]
async fn a_court_behind_one_address_signs_in_as_often_as_it_likes() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for _ in 0..3 {
        sign_in(&site, "donghu.clerk", RIGHT).await.expect(StatusCode::SEE_OTHER);
    }
    assert_eq!(city.value::<i32>("SELECT max(tries) FROM sign_in_address").await, 0);
}

/// S11.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_who_sign_in_at_once_hold_nobody_up() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    site.get(Some("donghu.handler"), "/my").await.expect(StatusCode::OK);
    let mut browser = Browser::new(&site);
    let token = browser.get("/login").await.value("csrf_token").unwrap();
    let cookie = browser.cookie.clone();
    let arrivals = (0..200).map(|nth| {
        let mut browser = Browser::at(&site, &format!("10.0.{}.{}", nth / 100, nth % 100));
        browser.cookie = cookie.clone();
        let body = format!("csrf_token={token}&username=name{nth}&password=wrong");
        async move { browser.ask("POST", "/login", body).await.status }
    });
    let begun = Instant::now();
    let reading = async {
        let mut times = Vec::new();
        for _ in 0..10 {
            let begun = Instant::now();
            site.get(Some("donghu.handler"), "/my").await.expect(StatusCode::OK);
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        times
    };
    let (answers, times) = tokio::join!(join_all(arrivals), reading);
    let (slowest, last_but_one) = (times[9], times[8]);
    let turned_away = answers.iter().filter(|it| **it == StatusCode::TOO_MANY_REQUESTS).count();
    let answered = answers.iter().filter(|it| **it == StatusCode::UNPROCESSABLE_ENTITY).count();
    println!(
        "{answered} answered, {turned_away} told to come again, all in {:?}; /my at most {slowest:?}",
        begun.elapsed()
    );
    assert_eq!(answered + turned_away, 200, "{answers:?}");
    assert!(turned_away > 0, "the line has an end");
    assert!(last_but_one < Duration::from_secs(1) && slowest.as_secs() < 5, "{times:?}");
}

/// S1.
#[tokio::test]
async fn who_was_turned_away_stands_in_the_audit_of_the_accounts_court() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    sign_in(&site, "donghu.clerk", "wrong").await;
    sign_in(&site, "nobody", "secret typed as a name").await;
    let entries: String = city
        .value(
            "SELECT string_agg(u.code || ' ' || s.username || ' ' || a.detail || a.object, ', ' ORDER BY u.code DESC)
             FROM audit a JOIN unit u ON u.id = a.unit_id JOIN staff s ON s.id = a.staff_id
             WHERE a.verb = 'session.refused'",
        )
        .await;
    assert_eq!(entries, "0110 donghu.clerk password, 01 job.admin unknown");
}
