//! The demonstration's history: three months that every rule of the courts has seen.

use anjie::demo::history;
use anjie::store::Db;
use anjie::store::owner::{Demonstration, Owner};
use chrono::{DateTime, Utc};

use super::support::City;

/// A Saturday.
fn now() -> DateTime<Utc> {
    "2026-11-21T12:00:00+08:00".parse().unwrap()
}

/// A city with this part of its history (in hundredths).
async fn city_with_history(size: usize) -> City {
    let city = City::new().await;
    let db = Db::loading(city.server(), city.keys.clone());
    history::write(&db, now(), size, |_| ()).await.unwrap();
    db.close().await;
    city
}

#[expect(clippy::too_many_lines, reason = "one history is written, and everything asked of it")]
#[tokio::test]
async fn the_history_of_the_city_is_whole() {
    let city = city_with_history(20).await;
    let none = |what, statement: &'static str| {
        let city = &city;
        async move { assert_eq!(city.value::<i64>(statement).await, 0, "{what}") }
    };
    none(
        "a case whose kept stage is not the derived one",
        "SELECT count(*) FROM (
             SELECT case_id, unit_id, round_id, stage, is_open, due_on, due_clock, leader_id, handler_id, visits
             FROM petition_case_now
             EXCEPT
             SELECT case_id, unit_id, round_id, stage, is_open, due_on, due_clock, leader_id, handler_id, visits
             FROM petition_case_derived) d",
    )
    .await;
    none(
        "a clock that stopped before it began",
        "SELECT count(*) FROM clock WHERE stopped_at < origin_at",
    )
    .await;
    none(
        "an assigning unit without an open case",
        "SELECT count(*) FROM unit u WHERE u.kind IN ('base_court', 'tribunal', 'division')
         AND NOT EXISTS (SELECT FROM petition_case_now n WHERE n.unit_id = u.id AND n.is_open)",
    )
    .await;
    none(
        "an unbroken chain of the audit, in the order of time",
        "SELECT count(*) FROM (
             SELECT a.hash <> audit_hash(a) AS forged,
                    a.previous_hash <> coalesce(lag(a.hash) OVER chain, '\\x00') AS torn,
                    a.seq <> row_number() OVER chain AS gap,
                    a.at < lag(a.at) OVER chain AS backwards
             FROM audit a WINDOW chain AS (PARTITION BY a.unit_id ORDER BY a.seq)) c
         WHERE forged OR torn OR gap OR backwards",
    )
    .await;
    none(
        "a gap in the numbers",
        "SELECT (SELECT max(right(number, 5)::int) - count(*) FROM petition_case)
              + (SELECT max(right(number, 4)::int) - count(*) FROM assignment_batch)
              + (SELECT count(*) FROM (SELECT max(running) <> count(*) AS gap FROM visit
                 GROUP BY hall_id, (recorded_at AT TIME ZONE 'Asia/Shanghai')::date) v WHERE gap)",
    )
    .await;
    none(
        "something that is recorded before it happened, or after today",
        "SELECT (SELECT count(*) FROM visit WHERE recorded_at < received_at OR recorded_at > '2026-11-21 12:00+08')
              + (SELECT count(*) FROM clock_event WHERE recorded_at < at OR recorded_at > '2026-11-21 12:00+08')
              + (SELECT count(*) FROM audit WHERE at > '2026-11-21 12:00+08')",
    )
    .await;
    assert_eq!(city.value::<i64>("SELECT count(*) FROM bulletin_publication").await, 3);
    let stages: Vec<String> =
        city.value("SELECT array_agg(DISTINCT stage ORDER BY stage) FROM petition_case_now").await;
    for stage in [
        "accepted",
        "assigned",
        "bureau_checked",
        "confirmed_closed",
        "in_handling",
        "not_accepted",
        "replied",
        "resolved_on_spot",
        "returned",
        "routed_to_litigation",
        "signed",
        "transferred_out",
        "unit_closed",
    ] {
        assert!(stages.iter().any(|known| known == stage), "no case is {stage}: {stages:?}");
    }
}

#[tokio::test]
async fn a_city_that_was_not_finished_is_known_as_such() {
    let city = City::new().await;
    let mut owner = Owner::connect(&city.owner()).await.unwrap();
    assert_eq!(owner.demonstration().await.unwrap(), Demonstration::Unfinished);
    owner.trace(Demonstration::BUILT, "", now()).await.unwrap();
    assert_eq!(owner.demonstration().await.unwrap(), Demonstration::Whole);
    city.force("UPDATE staff SET demonstration = false").await;
    assert_eq!(owner.demonstration().await.unwrap(), Demonstration::None);
    owner.close().await.unwrap();
}
