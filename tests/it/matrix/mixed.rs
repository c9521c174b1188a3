//! An address that names two things.

use anjie::domain::staff::Role;
use axum::http::StatusCode;

use super::ask;
use super::places::World;
use crate::routes::PEOPLE;

/// S24.
#[tokio::test]
async fn what_hangs_on_one_case_is_not_found_under_another() {
    let World { city: _city, site, places } = World::new(false).await;
    let hangs = |path: &str| {
        path.contains("{uuid}") && (path.contains("{case_no}") || path.contains("{visit_no}"))
            || path.contains("/corrections/")
    };
    let rows: Vec<_> = site.rows.iter().filter(|row| hangs(row.path)).copied().collect();
    let asked: Vec<_> = rows.iter().map(|row| format!("{} {}", row.method, row.path)).collect();
    assert_eq!(
        asked,
        [
            "GET /cases/{case_no}/corrections/new",
            "POST /cases/{case_no}/corrections/new",
            "GET /cases/{case_no}/documents/{uuid}",
            "POST /cases/{case_no}/exclusions/{uuid}/lifting",
            "POST /cases/{case_no}/holds/{uuid}/lifting",
            "POST /cases/{case_no}/reviewers/{uuid}/withdrawal",
            "GET /visits/{visit_no}/materials/{uuid}",
            "GET /inspections/{visit_no}/materials/{uuid}"
        ]
    );
    for row in &rows {
        for (role, who) in PEOPLE.iter().filter(|(role, _)| row.who.admits(*role)) {
            for (nth, outer) in places.iter().enumerate() {
                for (other, inner) in places.iter().enumerate().filter(|(other, _)| *other != nth) {
                    let page = ask(&site, Some(who), row, (outer, inner)).await;
                    let asked = format!("{} as {role:?}, {nth} with what is of {other}", row.path);
                    assert_eq!(page.status, StatusCode::NOT_FOUND, "{asked}");
                }
            }
        }
        let opens =
            [(Role::Bureau, "zhongyuan.bureau"), (Role::Inspection, "zhongyuan.inspection")];
        let opens = opens.iter().find(|(role, _)| row.who.admits(*role));
        let opens = opens.map_or("donghu.handler", |(_, who)| who);
        let page = ask(&site, Some(opens), row, (&places[0], &places[0])).await;
        assert_ne!(page.status, StatusCode::NOT_FOUND, "{} {}", row.method, row.path);
    }
}
