//! One context after another on the same two connections: none is left behind for the next.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use futures_util::{FutureExt, StreamExt};
use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};

use super::wire::Served;
use crate::support::laid::{Laid, lay};
use crate::support::{City, Page, Site, noon};

/// Who asks, and whether the first and the second court's case is theirs to see.
const PEOPLE: [(&str, [bool; 2]); 7] = [
    ("donghu.handler", [true, false]),
    ("qingxi.handler", [false, true]),
    ("zhongyuan.bureau", [true, true]),
    ("qingxi.president", [false, true]),
    ("donghu.president", [true, false]),
    ("zhongyuan.sysadmin", [false, false]),
    ("donghu.leader", [true, false]),
];
const REQUESTS: usize = 1_000;
/// Of the requests, one in so many is given up while it is answered, and one by closing its socket.
const DROPPED: usize = 5;
const CLOSED: usize = 20;

struct World {
    site: Site,
    served: Served,
    cases: [String; 2],
    names: [&'static str; 2],
    /// How many were answered, refused for want of time, given up.
    answered: AtomicUsize,
    late: AtomicUsize,
    dropped: AtomicUsize,
}

impl World {
    async fn over(city: &City, pool: &PgPool) -> Self {
        let names = ["欧阳某某", "诸葛某某"];
        let donghu = lay(city, Laid { name: names[0], ..Laid::default() }).await;
        let qingxi = Laid { name: names[1], unit: "0104", account: "qingxi", ..Laid::default() };
        let qingxi = lay(city, qingxi).await;
        let site = Site::with_pool(city, pool.clone(), noon());
        let served = Served::start(site.router(), site.app.edge.clone()).await;
        for (who, _) in PEOPLE {
            site.cookie(who).await;
        }
        let [answered, late, dropped] = [(); 3].map(|()| AtomicUsize::new(0));
        Self { site, served, cases: [donghu, qingxi], names, answered, late, dropped }
    }

    fn path(&self, nth: usize) -> String {
        let [donghu, qingxi] = &self.cases;
        match nth % 7 {
            0 => "/cases".to_owned(),
            1 => format!("/cases/{donghu}"),
            2 => "/my".to_owned(),
            3 => format!("/cases/{qingxi}"),
            4 => format!("/cases/{donghu}/progress"),
            5 => "/visits".to_owned(),
            _ => format!("/cases?q={donghu}&stage=all"),
        }
    }

    async fn ask(&self, nth: usize) {
        // Seven people and seven pages: each asks for each.
        let ((who, sees), path) = (PEOPLE[nth / 7 % 7], self.path(nth));
        if nth.is_multiple_of(CLOSED) {
            let cookie = self.site.cookie(who).await;
            let mut socket = self.served.connect().await;
            let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n");
            socket.write_all(head.as_bytes()).await.unwrap();
            sleep(Duration::from_millis(u64::try_from(nth).unwrap() % 9)).await;
            drop(socket);
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let asked = self.site.get(Some(who), &path);
        if nth % DROPPED == 1 {
            let patience = Duration::from_micros(u64::try_from(nth).unwrap() * 37 % 12_000);
            match timeout(patience, asked).await {
                Ok(page) => self.look(&page, (who, sees), &path),
                Err(_) => drop(self.dropped.fetch_add(1, Ordering::Relaxed)),
            }
        } else {
            self.look(&asked.await, (who, sees), &path);
        }
    }

    /// What an answer shows: what is theirs, and nothing else.
    fn look(&self, page: &Page, (who, sees): (&str, [bool; 2]), path: &str) {
        let html = page.html();
        for ((case, name), sees) in self.cases.iter().zip(self.names).zip(sees) {
            let of_address = path.contains(case.as_str()) && page.status != StatusCode::OK;
            let shows = html.contains(name) || html.contains(case.as_str()) && !of_address;
            let echoed = path.contains("?q=") && !html.contains(name);
            assert!(sees || !shows || echoed, "{path} as {who} shows {case}: {}", page.text());
            if sees && page.status == StatusCode::OK && path == "/cases" {
                assert!(html.contains(case.as_str()), "{path} as {who} lacks {case}");
            }
        }
        let answers = [StatusCode::OK, StatusCode::NOT_FOUND, StatusCode::FORBIDDEN];
        if answers.contains(&page.status) {
            self.answered.fetch_add(1, Ordering::Relaxed);
        } else {
            assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path} as {who}");
            self.late.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Holds the table of cases back now and then, for longer than the requests wait. It is told when
/// they are over, and ends its last hold: PostgreSQL would go on holding what nobody waits for.
async fn hold_back(city: &City, over: &AtomicBool) {
    let held =
        "BEGIN; LOCK TABLE petition_case IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(0.2); COMMIT";
    while !over.load(Ordering::Relaxed) {
        city.force(held).await;
        sleep(Duration::from_millis(700)).await;
    }
}

/// S39.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_mixed_requests_over_two_connections_none_shows_what_is_anothers() {
    let city = City::new().await;
    let login = city.server().options([("lock_timeout", "60ms"), ("statement_timeout", "2s")]);
    let pool = PgPoolOptions::new()
        .max_connections(2)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy_with(login);
    let world = World::over(&city, &pool).await;
    let over = AtomicBool::new(false);
    let requests =
        futures_util::stream::iter(0..REQUESTS).for_each_concurrent(12, |nth| world.ask(nth));
    tokio::join!(requests.map(|()| over.store(true, Ordering::Relaxed)), hold_back(&city, &over));
    let [answered, late, dropped] =
        [&world.answered, &world.late, &world.dropped].map(|count| count.load(Ordering::Relaxed));
    println!("{answered} answered, {late} refused for want of time, {dropped} given up");
    assert!(answered > REQUESTS / 5 && late > 0 && dropped > REQUESTS / 10);
    // And what the connections would lend to whoever came next without saying who they are.
    #[expect(clippy::disallowed_methods, reason = "the connections themselves are looked at")]
    let mut held = vec![pool.acquire().await.unwrap(), pool.acquire().await.unwrap()];
    for conn in &mut held {
        let context = "SELECT concat_ws('', current_setting('app.staff_id', true), current_setting('app.grant_id', true),
                              current_setting('app.session', true), current_setting('app.role', true), current_setting('app.holder', true),
                              current_setting('app.units', true), current_setting('app.looked_up_for', true))";
        let left: String = sqlx::query_scalar(context).fetch_one(&mut **conn).await.unwrap();
        assert_eq!(left, "", "a context outlives its request");
        let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM petition_case")
            .fetch_one(&mut **conn)
            .await
            .unwrap();
        assert_eq!(seen, 0);
    }
}
