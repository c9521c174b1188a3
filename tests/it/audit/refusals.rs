//! What is refused leaves a trace, and a flood of it can't fill the disk.

use axum::http::StatusCode;

use super::{count, entries};
use crate::support::laid::{self, Laid};
use crate::support::{City, Site};

/// S77.
#[tokio::test]
async fn each_kind_of_refusal_leaves_one_entry() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let site = Site::of(&city).await;
    let reveal = format!("/cases/{number}/reveal");
    for who in ["donghu.clerk", "qingxi.handler", "donghu.handler"] {
        site.cookie(who).await;
    }
    site.get(Some("donghu.clerk"), "/imports").await.expect(StatusCode::FORBIDDEN);
    assert_eq!(entries(&city, "access.refused").await, ["refused|GET /imports|403||"]);
    let page = site.get(Some("qingxi.handler"), &format!("/cases/{number}")).await;
    page.expect(StatusCode::NOT_FOUND);
    let told = entries(&city, "access.refused").await;
    assert_eq!(told[1], format!("refused|GET /cases/{number}|404||"));
    assert_eq!(entries(&city, "case.read").await, [""; 0], "what was not shown was not read");
    let page = site.post_as_it_is(Some("donghu.handler"), &reveal, &[("field", "phone")]).await;
    page.expect(StatusCode::FORBIDDEN);
    let told = entries(&city, "access.refused").await;
    assert_eq!(told[2], format!("refused|POST /cases/{number}/reveal|403||"));
    assert_eq!(told.len(), 3);
    // A name typed in the place of a number stays out; so does an address that isn't there.
    let before = count(&city).await;
    site.get(Some("donghu.handler"), "/cases/%E5%BC%A0%E6%9F%90")
        .await
        .expect(StatusCode::NOT_FOUND);
    let told = entries(&city, "access.refused").await;
    assert_eq!(told.len(), 3, "the second of a minute is counted, not written");
    site.get(Some("donghu.handler"), "/nothing").await.expect(StatusCode::NOT_FOUND);
    assert_eq!(count(&city).await, before);
}

/// S77.
#[tokio::test]
async fn a_flood_of_refusals_leaves_few_entries_and_its_count() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for _ in 0..120 {
        site.get(Some("donghu.clerk"), "/imports").await.expect(StatusCode::FORBIDDEN);
    }
    let first = "refused|GET /imports|403||".to_owned();
    let told = entries(&city, "access.refused").await;
    assert_eq!(told, [first.clone(), format!("{first}times=10"), format!("{first}times=100")]);
    assert_eq!(city.value::<i64>("SELECT sum(times) FROM refusal").await, 120);
    let later = Site::at(&city, crate::support::at("2026-06-15 12:01")).await;
    later.get(Some("donghu.clerk"), "/imports").await.expect(StatusCode::FORBIDDEN);
    assert_eq!(entries(&city, "access.refused").await.len(), 4, "another minute");
}
