//! The bulletin: from facts to figures, from a draft to what the courts read.

use axum::http::StatusCode;

use crate::support::{City, Page, Site, at, matters};

const BUREAU: &str = "zhongyuan.bureau";
const ISSUE: &str = "/bulletins/2026-W24";

/// So many matters of a unit that fell due in the fortnight, the first of them closed in time.
async fn due(city: &City, unit: &str, (closed, all): (usize, usize)) -> Vec<String> {
    let mut numbers = Vec::new();
    for nth in 0..all {
        let number = matters::assigned(city, unit, "2026-05-08 09:00").await;
        if nth < closed {
            matters::closed(city, &number, "2026-06-05", "settled_written").await;
        }
        numbers.push(number);
    }
    numbers
}

async fn drafted(city: &City) -> Site {
    let site = Site::of(city).await;
    assert_eq!(site.act(BUREAU, "/bulletins", &[("period", "2026-W24")]).await, ISSUE);
    site
}

async fn step(site: &Site, action: &str) -> Page {
    site.post(Some(BUREAU), &format!("{ISSUE}/{action}"), &[]).await
}

#[tokio::test]
async fn a_draft_ranks_the_courts_by_one_indicator_at_a_time() {
    let city = City::new().await;
    due(&city, "0104", (5, 5)).await;
    due(&city, "0105", (6, 6)).await;
    due(&city, "0110", (3, 6)).await;
    due(&city, "0106", (2, 3)).await;
    due(&city, "01Z1", (5, 5)).await;
    let site = drafted(&city).await;

    let page = site.get(Some(BUREAU), ISSUE).await.expect(StatusCode::OK);
    assert_eq!(page.texts("h1"), ["2026年第12期双周通报6月1日—6月14日"]);
    assert_eq!(page.texts(".snap"), ["截至6月14日24:00，未冻结"]);
    let courts = page.texts("table:first-of-type tbody th");
    assert_eq!(&courts[..4], ["白石法院", "青溪法院", "东湖法院", "长桥法院"]);
    let ranks = page.texts("table:first-of-type .rk");
    assert_eq!(&ranks[..5], ["1", "1", "3", "—", "—"]);
    assert_eq!(page.texts(".key")[..3], ["100.0%6/6", "100.0%5/5", "50.0%3/6"]);
    assert!(page.text().contains("基数小不排名（不足5件）"));
    assert!(page.text().contains("无此类事项"));
    assert!(page.texts("caption").contains(&"中院各部门按期办结率位次".to_owned()));
    assert!(page.text().contains("并列的位次相同，其后顺延。"));
    assert_eq!(page.texts(".by a[aria-current]"), ["按期办结率"]);

    let page = site.get(Some(BUREAU), &format!("{ISSUE}?by=I08a")).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".by a[aria-current]"), ["息诉率"]);
    assert_eq!(page.texts("table:first-of-type tbody th")[0], "白石法院");
}
