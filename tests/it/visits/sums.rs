//! The sums of a day.

use axum::http::StatusCode;

use super::{CLERK, NEW, register, visit};
use crate::support::{City, Site};

#[tokio::test]
async fn everyone_of_a_hall_reads_the_same_sums_and_an_accusation_is_no_first_visit() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    register(&site, CLERK, &visit(&[])).await;
    register(&site, CLERK, &visit(&[("visit_kind", "accusation"), ("name", "司马某某")])).await;
    let group = [("visit_kind", "accusation"), ("visit_form", "group"), ("people_count", "6")];
    let taken_back = register(&site, "donghu.handler", &visit(&group)).await;
    for who in [CLERK, "donghu.handler", "donghu.handler2", "donghu.leader", "zhongyuan.bureau"] {
        let text = site.get(Some(who), "/visits").await.expect(StatusCode::OK).text();
        assert!(text.contains("今日3批8人，初访1，重复访0，集体访1"), "{who}: {text}");
    }
    let void = format!("/visits/{taken_back}/void");
    site.act("donghu.handler", &void, &[("reason", "录错了人")]).await;
    let text = site.get(Some("qingxi.clerk"), "/visits").await.text();
    assert!(text.contains("今日0批0人"), "{text}");
    let text = site.get(Some(CLERK), "/visits").await.text();
    assert!(text.contains("今日2批2人"), "{text}");
    let next = site.get(Some("donghu.handler2"), NEW).await.expect(StatusCode::OK).text();
    assert!(next.contains("今日第4批"), "the number goes on after what was sealed: {next}");
}
