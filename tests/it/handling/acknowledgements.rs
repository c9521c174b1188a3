//! Acknowledging an assignment.

use axum::http::StatusCode;

use super::{HANDLER, acknowledge, assign, assigned, clocks, stage, version};
use crate::support::{City, Site, cases};

#[tokio::test]
async fn the_court_acknowledges_and_the_case_is_in_its_hands() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = assigned(&city, &site).await;
    let path = format!("/cases/{number}/acknowledgement");
    let page = site.get(Some("donghu.leader"), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts("h1"), ["签收交办"]);
    assert_eq!(page.texts("dt"), ["交办人", "交办时间", "台账", "约见", "报告", "办结"]);
    assert_eq!(page.texts("dd")[1..3], ["2026-06-15 11:05", "6月17日（周三）24:00前"]);

    let seen = page.value("version").unwrap();
    let to = site.act(HANDLER, &path, &[("version", &seen)]).await;
    assert_eq!(to, format!("/cases/{number}"));
    assert_eq!(stage(&city, &number).await, "in_handling");
    assert_eq!(city.audit_verbs().await, ["case.assigned", "assignment.acknowledged"]);

    let page = site.post(Some(HANDLER), &path, &[("version", &seen)]).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").unwrap(), "该案已经签收");
}

#[tokio::test]
async fn a_second_assignment_of_the_round_is_acknowledged_too() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = assigned(&city, &site).await;
    parallel(&city, &number).await;
    acknowledge(&city, &site, &number).await;
    assert_eq!(city.value::<i64>("SELECT count(*) FROM acknowledgement").await, 2);
    assert!(clocks(&city, "A0").await.iter().all(|state| state == "stopped"));
}

/// Another organ assigns the same case: an assignment of its own with clocks of its own.
pub async fn parallel(city: &City, number: &str) {
    city.force(&format!(
        "WITH old AS (
             SELECT a.* FROM assignment a JOIN petition_case c ON c.id = a.case_id WHERE c.number = '{number}'),
         batch AS (
             INSERT INTO assignment_batch (number, unit_id, source, rule_set_id, assigned_at, recorded_at, recorded_by)
             SELECT 'JB2026-9001', b.unit_id, 'city_plc', b.rule_set_id, '2026-06-15 11:40+08',
                    '2026-06-15 11:40+08', b.recorded_by
             FROM assignment_batch b JOIN old ON old.batch_id = b.id RETURNING id),
         another AS (
             INSERT INTO assignment (batch_id, case_id, round_id, unit_id, source, rule_set_id, assigned_at,
                                     recorded_at, recorded_by)
             SELECT batch.id, case_id, round_id, unit_id, 'city_plc', rule_set_id, '2026-06-15 11:40+08',
                    '2026-06-15 11:40+08', recorded_by
             FROM old, batch RETURNING id, case_id)
         INSERT INTO clock (assignment_id, case_id, kind, origin_at, rule_set_id, calendar_version,
                            due_on_original, due_on)
         SELECT another.id, another.case_id, k.kind, '2026-06-15 11:40+08', k.rule_set_id, k.calendar_version,
                k.due_on_original, k.due_on
         FROM clock k JOIN old ON old.id = k.assignment_id, another"
    ))
    .await;
}

#[tokio::test]
async fn pressing_twice_acknowledges_once_and_an_old_page_is_stale() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = assigned(&city, &site).await;
    let path = format!("/cases/{number}/acknowledgement");
    let stale = site.post(Some(HANDLER), &path, &[("version", "0")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let seen = version(&city, &number).await;
    let key = uuid::Uuid::new_v4().to_string();
    let first = site.post_again(Some(HANDLER), &path, &[("version", &seen)], &key).await;
    let second = site.post_again(Some(HANDLER), &path, &[("version", &seen)], &key).await;
    assert_eq!(first.location(), second.location());
    assert_eq!(city.value::<i64>("SELECT count(*) FROM acknowledgement").await, 1);
}

#[tokio::test]
async fn nobody_acknowledges_for_another_court_and_no_clerk_for_any() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = assigned(&city, &site).await;
    let path = format!("/cases/{number}/acknowledgement");
    let fields = [("version", "2")];
    for (who, status) in [
        ("qingxi.handler", StatusCode::NOT_FOUND),
        ("donghu.clerk", StatusCode::FORBIDDEN),
        ("zhongyuan.bureau", StatusCode::FORBIDDEN),
        ("zhongyuan.president", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(site.post(Some(who), &path, &fields).await.status, status, "{who}");
    }
    let page = site.get(Some("zhongyuan.president"), &path).await.expect(StatusCode::OK);
    assert_eq!(page.problem("").unwrap(), "只有责任单位才能签收");
    assert_eq!(stage(&city, &number).await, "assigned");
}

#[tokio::test]
async fn a_division_s_case_is_acknowledged_at_the_intermediate_court() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = cases::accepted(&city, "张某").await;
    assign(&city, &site, &number, "01Z1").await;
    let seen = version(&city, &number).await;
    let path = format!("/cases/{number}/acknowledgement");
    assert_eq!(site.get(Some("zhier.handler"), &path).await.status, StatusCode::NOT_FOUND);
    site.act("zhiyi.handler", &path, &[("version", &seen)]).await;
    assert_eq!(stage(&city, &number).await, "in_handling");
}
