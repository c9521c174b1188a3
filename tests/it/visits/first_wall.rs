//! What is said at a window, with row security down.

use axum::http::StatusCode;

use super::materials::{hand_in, handed_in};
use super::{CLERK, register, visit};
use crate::support::laid::{self, Laid};
use crate::support::{City, Site};

/// A case of 东湖法院 that people came about at two courts; the visit at 东湖 says the same as the
/// one at 青溪, and so does one at 青溪 as that at 东湖.
async fn visited(city: &City, site: &Site) -> (String, Vec<String>) {
    let case = laid::lay(city, Laid::default()).await;
    let mut visits = Vec::new();
    for (who, said) in [
        ("qingxi.clerk", "在青溪说的话，外院不得知道"),
        (CLERK, "在东湖说的话，外院不得知道"),
        (CLERK, "占位的一句话"),
        ("qingxi.clerk", "占位的一句话"),
    ] {
        let join = [("disposition", "joined_to_case"), ("merge_case_no", &case), ("summary", said)];
        visits.push(register(site, who, &visit(&join)).await);
    }
    for (later, earlier) in [(2, 0), (3, 1)] {
        let id = |nth: usize| format!("(SELECT id FROM visit WHERE number = '{}')", visits[nth]);
        city.force(&format!(
            "UPDATE visit_text SET summary = '', same_as_visit_id = {} WHERE visit_id = {}",
            id(earlier),
            id(later)
        ))
        .await;
    }
    let secret = [("visit_kind", "accusation"), ("summary", "反映某法官"), ("name", "司马某某")];
    visits.push(register(site, CLERK, &visit(&secret)).await);
    for (who, nth) in [("qingxi.clerk", 0), (CLERK, 1), (CLERK, 4)] {
        hand_in(site, who, &visits[nth]).await;
    }
    (case, visits)
}

#[tokio::test]
async fn the_first_wall_alone_shows_no_more_of_what_was_said() {
    let city = City::new().await;
    let both = Site::of(&city).await;
    let (case, visits) = visited(&city, &both).await;
    // A case without a handler is open to the court's handlers, and what was said is not.
    let unclaimed = laid::lay(&city, Laid { handler: "", ..Laid::default() }).await;
    let join = [("disposition", "joined_to_case"), ("merge_case_no", unclaimed.as_str())];
    let number = register(&both, CLERK, &visit(&join)).await;
    hand_in(&both, CLERK, &number).await;
    let first = Site::behind_the_first_wall_alone(&city).await;
    let mut paths = vec!["/visits".to_owned()];
    for case in [&case, &unclaimed] {
        paths.extend(["", "/progress", "/documents"].map(|page| format!("/cases/{case}{page}")));
    }
    for uuid in handed_in(&city).await {
        let of_visits = visits.iter().chain([&number]);
        paths.extend(of_visits.map(|visit| format!("/visits/{visit}/materials/{uuid}")));
        paths.extend([&case, &unclaimed].map(|case| format!("/cases/{case}/documents/{uuid}")));
    }
    paths.extend(visits.iter().map(|number| format!("/visits/{number}")));
    let court = |court: &'static str| {
        ["clerk", "handler", "handler2", "leader", "president"].map(|who| format!("{court}.{who}"))
    };
    let bureau = ["bureau", "leading_group"].map(|who| format!("zhongyuan.{who}"));
    for who in court("donghu").into_iter().chain(court("qingxi")).chain(bureau) {
        // Signing in at one site ends the session at the other.
        let mut shown = Vec::new();
        for site in [&both, &first] {
            let mut of_site = Vec::new();
            for path in &paths {
                let page = site.get(Some(&who), path).await;
                of_site.push((path, page.status, page.texts("main")));
            }
            shown.push(of_site);
        }
        assert_eq!(shown[0], shown[1], "{who}");
        let foreign =
            if who.starts_with("donghu") { "在青溪说的话" } else { "在东湖说的话" };
        let said = format!("{:?}", shown[1]);
        assert!(who.starts_with("zhongyuan") || !said.contains(foreign), "{who}");
    }
    let page = first.get(Some("donghu.handler"), &format!("/cases/{case}/progress")).await;
    assert!(page.expect(StatusCode::OK).text().contains("在东湖说的话"));
}
