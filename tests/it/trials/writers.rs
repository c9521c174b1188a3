//! Counters that register visits without pause, and what they were told.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::task::JoinSet;
use tokio::time::sleep;
use uuid::Uuid;

use super::client::{Lost, Person};
use crate::support::visit;

pub const NEW: &str = "/visits/new";
/// People with a counter: two a court.
const COUNTERS: [&str; 16] = [
    "donghu.clerk",
    "liuhe.clerk",
    "xiling.clerk",
    "jinsha.clerk",
    "qingxi.clerk",
    "baishi.clerk",
    "changqiao.clerk",
    "shimen.clerk",
    "donghu.handler",
    "liuhe.handler",
    "xiling.handler",
    "jinsha.handler",
    "qingxi.handler",
    "baishi.handler",
    "changqiao.handler",
    "shimen.handler",
];
/// Before the same form is sent again.
const PAUSE: Duration = Duration::from_millis(50);
/// A form that was not answered for so long never will be.
const GIVES_UP: Duration = Duration::from_mins(1);

/// One request as it was seen from outside.
#[derive(Debug, Clone)]
pub struct Sighting {
    pub began: Instant,
    pub took: Duration,
    pub at: SocketAddr,
    pub outcome: Result<StatusCode, Lost>,
    pub retry_after: bool,
}

/// What one counter, or all of them, saw and were told.
#[derive(Debug, Default)]
pub struct Seen {
    pub sightings: Vec<Sighting>,
    /// The key of a form, and the page that its visit has by the answer.
    pub told: Vec<(Uuid, String)>,
}

/// Work that goes on until it is stopped.
pub struct Load {
    stop: Arc<AtomicBool>,
    work: JoinSet<Seen>,
}

impl Seen {
    /// How often this was answered.
    pub fn answered(&self, status: u16) -> usize {
        let is_it = |it: &&Sighting| it.outcome.is_ok_and(|outcome| outcome.as_u16() == status);
        self.sightings.iter().filter(is_it).count()
    }

    /// How often nothing was.
    pub fn lost(&self) -> usize {
        self.sightings.iter().filter(|it| it.outcome.is_err()).count()
    }

    /// How long the answers with this status took.
    pub fn times(&self, status: u16) -> Vec<Duration> {
        let is_it = |it: &&Sighting| it.outcome.is_ok_and(|outcome| outcome.as_u16() == status);
        self.sightings.iter().filter(is_it).map(|it| it.took).collect()
    }
}

impl Load {
    pub fn new() -> Self {
        Self { stop: Arc::default(), work: JoinSet::new() }
    }

    /// So many people sign in where the first address is, and register visits at all of them.
    pub async fn write(&mut self, how_many: usize, places: &[SocketAddr]) {
        for (nth, name) in COUNTERS.iter().take(how_many).enumerate() {
            let person = Person::sign_in(places[0], name).await;
            let stop = Arc::clone(&self.stop);
            let mut places = places.to_vec();
            let turn = nth % places.len();
            places.rotate_left(turn);
            self.work.spawn(async move { write(person, places, &stop).await });
        }
    }

    /// Somebody who reads a page over and over.
    pub fn read(
        &mut self,
        person: Person,
        (at, path): (SocketAddr, &'static str),
        pause: Duration,
    ) {
        let stop = Arc::clone(&self.stop);
        self.work.spawn(async move {
            let mut seen = Seen::default();
            while !stop.load(Ordering::Relaxed) {
                let began = Instant::now();
                let page = person.get(at, path).await;
                seen.sightings.push(Sighting::of(began, at, &page));
                sleep(pause).await;
            }
            seen
        });
    }

    /// Stops; whoever waits for an answer gets it first.
    pub async fn stop(self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Seen::default();
        for seen in self.work.join_all().await {
            all.sightings.extend(seen.sightings);
            all.told.extend(seen.told);
        }
        all
    }
}

impl Sighting {
    pub fn of(began: Instant, at: SocketAddr, page: &Result<crate::support::Page, Lost>) -> Self {
        let took = began.elapsed();
        let outcome = page.as_ref().map(|page| page.status).map_err(|lost| *lost);
        let retry_after = page.as_ref().is_ok_and(|page| page.headers.contains_key("retry-after"));
        Self { began, took, at, outcome, retry_after }
    }
}

/// A letter without a name: nobody to be matched with.
pub fn letter() -> Vec<(&'static str, &'static str)> {
    visit(&[("channel", "letter"), ("name", "")])
}

/// Registers a visit after the other. What was not acknowledged is sent again with the same key, at
/// the next place if this one gave no answer.
async fn write(person: Person, mut places: Vec<SocketAddr>, stop: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    while !stop.load(Ordering::Relaxed) {
        let key = Uuid::new_v4();
        let fields = letter();
        let began = Instant::now();
        loop {
            let (sent, at) = (Instant::now(), places[0]);
            let page = person.post(at, NEW, &fields, &key.to_string()).await;
            seen.sightings.push(Sighting::of(sent, at, &page));
            match page {
                Ok(page) if page.status == StatusCode::SEE_OTHER => {
                    seen.told.push((key, page.location()));
                    break;
                }
                Ok(page) => assert!(
                    page.status.is_server_error() || page.status == StatusCode::TOO_MANY_REQUESTS,
                    "{} was told {}: {}",
                    person.name,
                    page.status,
                    page.text()
                ),
                Err(_) => places.rotate_left(1),
            }
            assert!(began.elapsed() < GIVES_UP, "{key} is never answered");
            sleep(PAUSE).await;
        }
    }
    seen
}

/// What is in the books is what was acknowledged: nothing lost, nothing doubled, no number missing,
/// the chains whole.
pub async fn check(login: &PgConnectOptions, mut verify: Command, seen: &Seen) {
    let mut conn = PgConnection::connect_with(login).await.unwrap();
    let receipts: Vec<(Uuid, Option<String>)> =
        sqlx::query_as("SELECT key, location FROM form_receipt WHERE path = '/visits/new'")
            .fetch_all(&mut conn)
            .await
            .unwrap();
    let receipts: HashMap<_, _> = receipts.into_iter().collect();
    for (key, page) in &seen.told {
        assert_eq!(receipts.get(key), Some(&Some(page.clone())), "{key} was acknowledged");
    }
    assert_eq!(receipts.len(), seen.told.len(), "each form was acknowledged in the end");
    let visits: Vec<(String, i64)> = sqlx::query_as(
        "SELECT v.number, (SELECT count(*) FROM audit a WHERE a.verb = 'visit.registered' AND a.object = v.number)
         FROM visit v ORDER BY v.number",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    let told: BTreeSet<_> =
        seen.told.iter().map(|(_, page)| page.replace("/visits/", "")).collect();
    assert_eq!(told.len(), seen.told.len(), "no two forms were told of the same visit");
    assert!(visits.iter().map(|(number, _)| number).eq(&told), "a visit a form, and no other");
    assert!(visits.iter().all(|(_, entries)| *entries == 1), "an entry of the audit a visit");
    no_gaps(&visits.iter().map(|(number, _)| number.clone()).collect::<Vec<_>>());
    let cases: Vec<(String,)> =
        sqlx::query_as("SELECT number FROM petition_case").fetch_all(&mut conn).await.unwrap();
    assert_eq!(cases.len(), visits.len(), "a case a visit");
    no_gaps(&cases.into_iter().map(|(number,)| number).collect::<Vec<_>>());
    conn.close().await.unwrap();
    let verified = verify.output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// The numbers of each series run from 1 on.
fn no_gaps(numbers: &[String]) {
    let mut series: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for number in numbers {
        let (name, running) = number.rsplit_once('-').unwrap();
        series.entry(name).or_default().push(running.parse().unwrap());
    }
    for (name, mut running) in series {
        running.sort_unstable();
        assert!(running.iter().copied().eq(1..=running.len()), "{name}: {running:?}");
    }
}
