//! The page of who keeps the program: numbers, and no matter.

use axum::http::StatusCode;

use super::{BUREAU, DAY_AFTER, ended, night};
use crate::support::{City, Site, at};

const SYSADMIN: &str = "zhongyuan.sysadmin";

/// The numbers of the files of cases: kept, soon, over, held.
async fn numbers(city: &City, moment: &str) -> Vec<String> {
    let page = Site::at(city, at(moment)).await.get(Some(SYSADMIN), "/admin/retention").await;
    let page = page.expect(StatusCode::OK);
    assert!(!page.text().contains("XF2026") && !page.text().contains("KANARI"), "{}", page.text());
    page.texts("tr[data-class='case_file'] td.n")
}

/// S31, S90.
#[tokio::test]
async fn the_page_says_periods_what_falls_due_and_what_was_destroyed_in_numbers_alone() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    ended(&city, &site, "KANARI1", "2026-06-12").await;
    ended(&city, &site, "KANARI2", "2026-06-14").await;
    let held = ended(&city, &site, "KANARI3", "2026-06-12").await;
    site.act(BUREAU, &format!("/cases/{held}/holds"), &[("reason", "诉讼未结")]).await;
    assert_eq!(numbers(&city, "2026-06-15 12:00").await, ["3", "0", "0", "1"]);
    assert_eq!(numbers(&city, "2036-06-01 12:00").await, ["3", "2", "0", "1"]);
    assert_eq!(numbers(&city, "2036-06-13 02:00").await, ["3", "1", "1", "1"]);
    assert_eq!(night(&city, DAY_AFTER).await.unwrap(), 1);
    assert_eq!(numbers(&city, "2036-06-13 12:00").await, ["2", "1", "0", "1"]);
    let then = Site::at(&city, at("2036-06-20 12:00")).await;
    let text = then.get(Some(SYSADMIN), "/admin/retention").await.text();
    for expected in ["10年", "2036年6月信访案件材料1", "待法院确定", "不少于六个月", "拒绝计数"]
    {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    for who in [BUREAU, "zhongyuan.secadmin", "zhongyuan.auditor", "donghu.clerk"] {
        then.get(Some(who), "/admin/retention").await.expect(StatusCode::FORBIDDEN);
    }
}
