//! Orders about several cases at once.

use axum::http::StatusCode;

use crate::support::{City, Page, Site, cases};

const BUREAU: &str = "zhongyuan.bureau";
const NEW: &str = "/assignments/new";

/// A case under another intermediate court.
async fn elsewhere(city: &City) -> String {
    let number = cases::accepted(city, "欧阳某某").await;
    city.force(&format!(
        "INSERT INTO unit (parent_id, code, name, short_name, account_name, kind, court_code, place, valid_from)
         VALUES (NULL, '02', '临州市中级人民法院', '临州中院', 'linzhou', 'intermediate_court', '某02', 90, '2020-01-01');
         UPDATE petition_case SET unit_id = u.id, registered_unit_id = u.id FROM unit u
         WHERE u.code = '02' AND number = '{number}'"
    ))
    .await;
    number
}

async fn issue(city: &City, site: &Site, numbers: &[&str]) -> Page {
    let court: i64 = city.value("SELECT id FROM unit WHERE code = '0110'").await;
    let court = court.to_string();
    let mut fields = vec![
        ("source", "province_court"),
        ("rule", "standard"),
        ("assigned_at", "2026-06-15 11:05"),
        ("note", "尽快办理"),
        ("action", "issue"),
    ];
    for number in numbers {
        fields.extend([("case_no[]", *number), ("court[]", court.as_str())]);
    }
    site.post(Some(BUREAU), NEW, &fields).await
}

/// What an order leaves: assignments, batches, clocks, forms that counted, entries of the audit apart
/// from the refusal.
async fn left(city: &City) -> Vec<i64> {
    let counts = ["assignment", "assignment_batch", "clock", "form_receipt"];
    let counts = counts.map(|table| format!("(SELECT count(*) FROM {table})")).join(", ");
    city.value(&format!(
        "SELECT ARRAY[{counts}, (SELECT count(*) FROM audit WHERE outcome = 'done' AND verb LIKE 'case.assigned')]"
    ))
    .await
}

/// S36.
#[tokio::test]
async fn an_order_with_one_case_out_of_reach_is_not_found_and_has_no_effect() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let first = cases::accepted(&city, "张某").await;
    let second = cases::accepted(&city, "李某某").await;
    let foreign = elsewhere(&city).await;
    let before = left(&city).await;
    for out in [foreign.as_str(), "XF2026-99999", "x"] {
        for numbers in
            [[first.as_str(), out, second.as_str()], [out, first.as_str(), second.as_str()]]
        {
            let page = issue(&city, &site, &numbers).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{numbers:?}");
            assert!(!page.text().contains("欧阳某某"), "{}", page.text());
            assert!(page.text().contains("尽快办理"), "what was typed: {}", page.text());
            assert_eq!(left(&city).await, before, "{numbers:?}");
        }
    }
    let traces = "SELECT count(*) FROM audit WHERE verb = 'access.refused' AND reason = '404'";
    assert!(city.value::<i64>(traces).await >= 1);
    issue(&city, &site, &[&first, &second]).await.expect(StatusCode::SEE_OTHER);
}

/// S36.
#[tokio::test]
async fn a_case_that_a_rule_refuses_is_answered_in_its_row() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let given = cases::accepted(&city, "张某").await;
    let free = cases::accepted(&city, "李某某").await;
    issue(&city, &site, &[&given]).await.expect(StatusCode::SEE_OTHER);
    let before = left(&city).await;
    let page = issue(&city, &site, &[&free, &given]).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.problem("court-0").is_none() && page.problem("court-1").is_some(),
        "{}",
        page.text()
    );
    assert_eq!(left(&city).await, before);
    assert_eq!(page.attributes("[name='case_no[]']", "value"), [given, free.clone()]);
    issue(&city, &site, &[&free]).await.expect(StatusCode::SEE_OTHER);
}
