//! What is raised, and where it is read.

use anjie::jobs::watch::{check, raise};
use axum::http::StatusCode;
use chrono::Duration;

use crate::support::{City, Site, noon};

const AUDITOR: Option<&str> = Some("zhongyuan.auditor");

/// S84.
#[tokio::test]
async fn twenty_refusals_in_five_minutes_and_a_broken_chain_stand_on_the_auditors_page() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for _ in 0..19 {
        site.get(Some("donghu.clerk"), "/imports").await.expect(StatusCode::FORBIDDEN);
    }
    raise(&site.app.db, noon()).await.unwrap();
    let page = site.get(AUDITOR, "/admin/audit").await.expect(StatusCode::OK);
    assert!(page.texts("[data-alerts]").is_empty());
    site.get(Some("donghu.clerk"), "/imports").await.expect(StatusCode::FORBIDDEN);
    raise(&site.app.db, noon() + Duration::minutes(10)).await.unwrap();
    assert_eq!(city.value::<i64>("SELECT count(*) FROM alert").await, 0, "it is long ago");
    raise(&site.app.db, noon()).await.unwrap();
    raise(&site.app.db, noon()).await.unwrap();
    let page = site.get(AUDITOR, "/admin/audit").await.expect(StatusCode::OK);
    let said = page.texts("[data-alerts] li");
    assert_eq!(said.len(), 1, "once an hour: {said:?}");
    assert!(said[0].contains("五分钟内多次越权访问") && said[0].ends_with("20次"), "{said:?}");

    city.force("UPDATE audit SET object = 'x' WHERE verb = 'access.refused' AND detail = ''").await;
    check(&site.app.db, None, noon()).await.unwrap();
    raise(&site.app.db, noon()).await.unwrap();
    let page = site.get(AUDITOR, "/admin/audit").await.expect(StatusCode::OK);
    assert!(page.texts("[data-alerts] li")[0].contains("审计日志完整性校验未通过"));
    let told = "SELECT array_agg(detail ORDER BY nth) FROM audit WHERE verb = 'alert.raised'";
    assert_eq!(city.value::<Vec<String>>(told).await, ["refusals", "chain_break"]);
}

/// S84.
#[tokio::test]
async fn many_records_in_an_hour_and_a_clock_set_back_are_raised() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    site.get(Some("donghu.handler"), "/my").await.expect(StatusCode::OK);
    let add = |count: i32, at: &str| {
        format!(
            "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, previous_hash, hash)
             SELECT 0, 0, {at}, a.staff_id, a.grant_id, 'case.read', '', ''
             FROM (SELECT * FROM audit WHERE verb = 'work.listed') a, generate_series(1, {count})"
        )
    };
    city.force(&add(301, "a.at - interval '30 seconds'")).await;
    raise(&site.app.db, noon()).await.unwrap();
    let kinds = "SELECT coalesce(array_agg(kind ORDER BY id), '{}') FROM alert";
    assert_eq!(city.value::<Vec<String>>(kinds).await, ["reads"]);
    city.force(&add(1, "a.at - interval '20 minutes'")).await;
    raise(&site.app.db, noon()).await.unwrap();
    assert_eq!(city.value::<Vec<String>>(kinds).await, ["reads", "clock_jump"]);
}

/// S84.
/// What is read by day is much by night.
#[tokio::test]
async fn fifty_records_in_a_night_are_raised_and_by_day_they_are_not() {
    let city = City::new().await;
    let late = crate::support::at("2026-06-15 23:30");
    let site = Site::at(&city, late).await;
    site.get(Some("donghu.handler"), "/my").await.expect(StatusCode::OK);
    let reads = |times: i32| {
        format!(
            "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, previous_hash, hash)
             SELECT 0, 0, a.at, a.staff_id, a.grant_id, 'case.read', '', ''
             FROM (SELECT * FROM audit WHERE verb = 'work.listed') a, generate_series(1, {times})"
        )
    };
    let kinds = "SELECT coalesce(array_agg(kind ORDER BY id), '{}') FROM alert";
    city.force(&reads(50)).await;
    raise(&site.app.db, late).await.unwrap();
    assert_eq!(city.value::<Vec<String>>(kinds).await, [""; 0]);
    city.force(&reads(1)).await;
    raise(&site.app.db, late).await.unwrap();
    let page = site.get(AUDITOR, "/admin/audit").await.expect(StatusCode::OK);
    assert!(page.texts("[data-alerts] li")[0].contains("夜间批量查看"));
    assert_eq!(city.value::<Vec<String>>(kinds).await, ["night_reads"]);

    let by_day = City::new().await;
    let site = Site::of(&by_day).await;
    site.get(Some("donghu.handler"), "/my").await.expect(StatusCode::OK);
    by_day.force(&reads(51)).await;
    raise(&site.app.db, noon()).await.unwrap();
    assert_eq!(by_day.value::<Vec<String>>(kinds).await, [""; 0]);
}
