//! What is kept for a fortnight only.

use anjie::store::drafts;

use crate::retention::machine_says;
use crate::support::{City, Site, at};

#[tokio::test]
async fn a_draft_is_kept_for_a_fortnight() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    city.force(
        "INSERT INTO draft (staff_id, form, subject, body, saved_at)
         SELECT id, 'visit', username, '', '2026-06-01 12:00+08' FROM staff WHERE username LIKE 'donghu.%';
         INSERT INTO draft (staff_id, form, subject, body, saved_at)
         SELECT id, 'visit', 'later', '', '2026-06-02 12:00+08' FROM staff WHERE username = 'donghu.clerk'",
    )
    .await;
    machine_says(&city, "2026-06-16 00:00").await;
    drafts::sweep(&site.app.db, at("2026-06-15 23:59")).await.unwrap();
    assert_eq!(city.value::<i64>("SELECT count(*) FROM draft").await, 7);
    drafts::sweep(&site.app.db, at("2026-06-16 00:00")).await.unwrap();
    assert_eq!(city.value::<String>("SELECT string_agg(subject, ' ') FROM draft").await, "later");
}

/// A draft of each of these days, at noon.
async fn typed_on(city: &City, days: &[&str]) {
    for day in days {
        city.force(&format!(
            "INSERT INTO draft (staff_id, form, subject, body, saved_at)
             SELECT id, 'visit', '{day}', '', '{day} 12:00+08' FROM staff WHERE username = 'donghu.clerk'"
        ))
        .await;
    }
}

const LEFT: &str = "SELECT coalesce(string_agg(subject, ' ' ORDER BY subject), '') FROM draft";

/// S90.
#[tokio::test]
async fn a_clock_that_jumps_ahead_sweeps_nothing() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    typed_on(&city, &["2026-06-15"]).await;
    machine_says(&city, "2026-06-15 12:00").await;
    drafts::sweep(&site.app.db, at("2027-01-01 12:00")).await.unwrap();
    assert_eq!(city.value::<String>(LEFT).await, "2026-06-15");
    // The other way round nothing goes either: both must say so.
    machine_says(&city, "2027-01-01 12:00").await;
    drafts::sweep(&site.app.db, at("2026-06-15 12:00")).await.unwrap();
    assert_eq!(city.value::<String>(LEFT).await, "2026-06-15");
}

/// S90.
#[tokio::test]
async fn a_shorter_period_sweeps_what_comes_after_it_alone() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    city.force(
        "SET app.now = '2026-06-15 12:00+08';
         INSERT INTO retention_rule VALUES ('draft', '2026-06-20', 1, 'day', '院长办公会决定')",
    )
    .await;
    typed_on(&city, &["2026-06-15", "2026-06-19", "2026-06-21"]).await;
    for (moment, left) in [
        ("2026-06-22 23:59", "2026-06-15 2026-06-19 2026-06-21"),
        ("2026-06-23 00:00", "2026-06-15 2026-06-19"),
        ("2026-06-30 00:00", "2026-06-19"),
        ("2026-07-04 00:00", ""),
    ] {
        machine_says(&city, moment).await;
        drafts::sweep(&site.app.db, at(moment)).await.unwrap();
        assert_eq!(city.value::<String>(LEFT).await, left, "{moment}");
    }
}

/// S90.
#[tokio::test]
async fn what_was_refused_and_what_the_watch_found_is_forgotten_after_half_a_year() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    city.force(
        "INSERT INTO refusal (staff_id, session, verb, minute, times) VALUES (1, 'x', 'act.refused', '2026-06-15 12:00+08', 1);
         INSERT INTO alert (kind, hour, raised_at, times) VALUES ('reads', '2026-06-15 12:00+08', '2026-06-15 12:00+08', 1);
         INSERT INTO audit_check (checked_at, entries, findings)
         VALUES ('2026-06-15 11:00+08', 1, '{}'), ('2026-06-15 12:00+08', 1, '{}')",
    )
    .await;
    let left = "SELECT concat((SELECT count(*) FROM refusal), (SELECT count(*) FROM alert),
                              (SELECT count(*) FROM audit_check))";
    for (moment, expected) in [("2026-12-15 23:59", "112"), ("2026-12-16 00:00", "001")] {
        machine_says(&city, moment).await;
        drafts::sweep(&site.app.db, at(moment)).await.unwrap();
        assert_eq!(city.value::<String>(left).await, expected, "{moment}: the last check stays");
    }
}
