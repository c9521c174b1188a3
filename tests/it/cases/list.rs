//! Filters, orders, pages of the list.

use std::collections::BTreeSet;

use axum::http::StatusCode;

use crate::support::laid::{self, Laid};
use crate::support::{City, Site};

const NUMBERS: &str = ".list tbody td:nth-child(2)";

async fn numbers(site: &Site, who: &str, path: &str) -> Vec<String> {
    site.get(Some(who), path).await.expect(StatusCode::OK).texts(NUMBERS)
}

/// Seven cases of one court and one of another; names and leaders tie.
async fn backlog(city: &City) -> Vec<String> {
    let mut laid = Vec::new();
    for (nth, name) in
        ["张某", "李某", "张某", "王某", "张某", "李某", "阿某"].into_iter().enumerate()
    {
        let source = if nth % 2 == 0 { "city_court" } else { "province_plc" };
        let handler = if nth % 3 == 0 { "" } else { "handler" };
        laid.push(laid::lay(city, Laid { name, source, handler, ..Laid::default() }).await);
    }
    let elsewhere = Laid { unit: "0104", account: "qingxi", ..Laid::default() };
    laid.push(laid::lay(city, elsewhere).await);
    city.force(
        "INSERT INTO clock_event (clock_id, case_id, kind, at, recorded_at, recorded_by, new_due_on)
         SELECT id, case_id, 'extended', '2026-06-10 10:00+08', '2026-06-10 10:00+08', 1, DATE '2026-06-12'
         FROM clock WHERE kind = 'P7' AND case_id IN (SELECT id FROM petition_case WHERE number IN
             ('XF2026-00002', 'XF2026-00005'))",
    )
    .await;
    laid
}

#[tokio::test]
async fn what_cannot_be_read_narrows_nothing_and_says_so() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let page = site.get(Some("zhongyuan.bureau"), "/cases?assigned_from=2026.13.5&due=x").await;
    let said = "交办日期从“2026.13.5”读不出日期，没有按它筛选。请写成 2026-06-15 的样子。";
    assert_eq!(page.texts("[role=alert]"), [said]);
    assert!(!page.texts(".chosen").concat().contains("交办日期"));
    for path in ["/cases?q=%00", "/cases?court=%00", "/assignments/new?case_no=%00"] {
        site.get(Some("zhongyuan.bureau"), path).await.expect(StatusCode::OK);
    }
    for path in ["/cases/%00", "/visits/%00", "/bulletins/%00"] {
        site.get(Some("zhongyuan.bureau"), path).await.expect(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn every_row_stands_once_whichever_way_the_list_is_walked() {
    let city = City::new().await;
    let laid = backlog(&city).await;
    for _ in 0..16 {
        laid::lay(&city, Laid { name: "张某", ..Laid::default() }).await;
    }
    let site = Site::of(&city).await;
    let all = city.value::<i64>("SELECT count(*) FROM petition_case_now WHERE is_open").await;
    assert_eq!(all, i64::try_from(laid.len()).unwrap() + 16);
    for sort in ["due", "no", "name", "source", "court", "leader", "handler", "stage", "updated"] {
        for desc in ["", "&desc=yes"] {
            let first = format!("/cases?size=20&sort={sort}{desc}");
            let whole = format!("/cases?size=100&sort={sort}{desc}");
            let whole = numbers(&site, "zhongyuan.bureau", &whole).await;
            assert_eq!(BTreeSet::from_iter(whole.clone()).len(), 24, "{sort}");
            let page = site.get(Some("zhongyuan.bureau"), &first).await;
            assert_eq!(page.texts(NUMBERS), whole[..20], "{sort}{desc}");
            assert!(page.attributes("a[rel=prev]", "href").is_empty());
            let next = page.attributes("a[rel=next]", "href").remove(0);
            let page = site.get(Some("zhongyuan.bureau"), &next).await;
            assert_eq!(page.texts(NUMBERS), whole[20..], "{sort}{desc}");
            assert!(page.attributes("a[rel=next]", "href").is_empty());
            let back = page.attributes("a[rel=prev]", "href").remove(0);
            let page = site.get(Some("zhongyuan.bureau"), &back).await;
            assert_eq!(page.texts(NUMBERS), whole[..20], "{sort}{desc} back");
            assert!(page.attributes("a[rel=prev]", "href").is_empty());
            assert_eq!(page.attributes("a[rel=next]", "href").len(), 1);
        }
    }
}

#[tokio::test]
async fn a_made_up_place_is_the_first_page() {
    let city = City::new().await;
    backlog(&city).await;
    let site = Site::of(&city).await;
    let first = numbers(&site, "zhongyuan.bureau", "/cases").await;
    assert_eq!(first.len(), 8);
    for place in ["after=1", "after=00ff00ff", "before=zz", "before=%27%3B--"] {
        let page = numbers(&site, "zhongyuan.bureau", &format!("/cases?{place}")).await;
        assert_eq!(page, first, "{place}");
    }
}

#[tokio::test]
async fn each_filter_asks_for_what_it_says() {
    let city = City::new().await;
    let laid = backlog(&city).await;
    let of = |places: &[usize]| places.iter().map(|nth| laid[*nth].clone()).collect::<Vec<_>>();
    let returned = &laid[3];
    laid::apply(&city, returned, &[("leader", "return", "donghu.leader")]).await;
    let site = Site::of(&city).await;
    let table: [(&str, &[usize]); 15] = [
        ("q=XF2026-0000", &[0, 1, 2, 3, 4, 5, 6, 7]),
        ("q=xf2026-00003", &[2]),
        ("q=00003", &[2]),
        ("q=03", &[2]),
        ("q=%E5%BC%A0%E6%9F%90", &[0, 2, 4, 7]),
        ("q=%E5%BC%A0", &[0, 2, 4, 7]),
        ("court=0104", &[7]),
        ("court=9999", &[]),
        ("stage=returned", &[3]),
        ("stage=closed", &[]),
        ("due=over", &[1, 4]),
        ("due=soon", &[0, 2, 5, 6, 7]),
        ("source=province_plc", &[1, 3, 5]),
        (
            "category=enforcement_payment&assigned_from=2026-06-09&assigned_to=2026-06-09",
            &[0, 1, 2, 3, 4, 5, 6, 7],
        ),
        ("assigned_from=2026-06-10", &[]),
    ];
    for (query, expected) in table {
        let found = numbers(&site, "zhongyuan.bureau", &format!("/cases?sort=no&{query}")).await;
        assert_eq!(found, of(expected), "{query}");
    }
    let page = site.get(Some("zhongyuan.bureau"), "/cases?stage=returned").await;
    assert_eq!(page.texts(".list small"), ["中院退回：缺答复笔录"]);
    assert_eq!(page.texts(".countline"), ["共1件"]);
    let chosen = page.texts(".chosen a");
    assert_eq!(chosen, ["去掉条件 状态：退回补正 ×", "清除全部"]);
}

#[tokio::test]
async fn what_was_said_is_listed_only_where_it_is_open() {
    let city = City::new().await;
    let laid = backlog(&city).await;
    let site = Site::of(&city).await;
    let summaries = |page: crate::support::Page| page.texts(".list tbody td:nth-child(4)");
    let all = "/cases?mine=no&sort=no";
    for (who, expected) in [
        // Cases 1, 4 and 7 have no handler; 2, 3, 5, 6 are the handler's.
        ("donghu.handler", 7),
        ("donghu.handler2", 3),
        ("donghu.leader", 7),
        ("donghu.leader2", 0),
        ("donghu.clerk", 7),
        ("donghu.president", 7),
    ] {
        let page = site.get(Some(who), all).await.expect(StatusCode::OK);
        assert_eq!(page.texts(NUMBERS), laid[..7], "{who}");
        let open = summaries(page).into_iter().filter(|text| !text.is_empty()).count();
        assert_eq!(open, expected, "{who}");
    }
    assert_eq!(numbers(&site, "qingxi.clerk", all).await, laid[7..]);
    assert_eq!(numbers(&site, "zhongyuan.leading_group", all).await, [""; 0]);
    assert_eq!(numbers(&site, "zhongyuan.president", all).await.len(), 8);
}

#[tokio::test]
async fn the_first_wall_alone_shows_no_more() {
    let city = City::new().await;
    let laid = backlog(&city).await;
    laid::apply(&city, &laid[1], &[("leader", "return", "donghu.leader")]).await;
    let (both, first) = (Site::of(&city).await, Site::behind_the_first_wall_alone(&city).await);
    let one = format!("/cases/{}", laid[1]);
    let paths = ["/cases?mine=no&stage=all", "/cases?stage=returned", "/my", one.as_str()];
    for who in ["clerk", "handler", "handler2", "leader", "leader2", "president"] {
        for court in ["donghu", "qingxi"] {
            let who = format!("{court}.{who}");
            // Signing in at one site ends the session at the other.
            let mut shown = Vec::new();
            for site in [&both, &first] {
                let mut of_site = Vec::new();
                for path in paths {
                    let page = site.get(Some(&who), path).await;
                    of_site.push((path, page.status, page.texts("main")));
                }
                shown.push(of_site);
            }
            assert_eq!(shown[0], shown[1], "{who}");
        }
    }
}

#[tokio::test]
async fn whoever_handles_cases_sees_their_own_first() {
    let city = City::new().await;
    let laid = backlog(&city).await;
    let site = Site::of(&city).await;
    let mine: Vec<_> = [1, 2, 4, 5].map(|nth: usize| laid[nth].clone()).into();
    let mut found = numbers(&site, "donghu.handler", "/cases").await;
    found.sort();
    assert_eq!(found, mine);
    assert_eq!(numbers(&site, "donghu.handler2", "/cases").await, [""; 0]);
    let page = site.get(Some("donghu.handler2"), "/cases").await;
    assert_eq!(page.texts(".empty"), ["没有符合条件的案件。查看本院案件"]);
    assert_eq!(page.texts(".tabs a[aria-current]"), ["我负责的"]);
    let page = site.get(Some("zhongyuan.reviewer"), "/cases").await;
    assert_eq!(page.texts(".empty"), ["没有未办结的案件。查看全部案件"]);
    let page = site.get(Some("zhongyuan.reviewer"), "/cases?q=x").await;
    assert_eq!(page.texts(".empty"), ["没有符合条件的案件。清除条件"]);
}

#[tokio::test]
async fn a_list_is_printed_whole() {
    let city = City::new().await;
    let laid = backlog(&city).await;
    let site = Site::of(&city).await;
    let page = site.get(Some("zhongyuan.bureau"), "/cases?sort=no&print=yes").await;
    assert_eq!(page.texts(".sheet tbody td:nth-child(3)"), laid);
    assert!(page.texts(".paper-foot")[0].starts_with("云州市中级人民法院 打印人："));
}

#[tokio::test]
async fn a_corrected_name_is_corrected_in_the_list() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    city.force("UPDATE petitioner SET name = '章某', name_key = '章某'").await;
    let site = Site::of(&city).await;
    assert_eq!(numbers(&site, "donghu.handler", "/cases?q=%E7%AB%A0").await, [number]);
}

#[tokio::test]
async fn a_page_of_fifty_is_small() {
    let city = City::new().await;
    for _ in 0..51 {
        laid::lay(&city, Laid::default()).await;
    }
    city.force("UPDATE grounds SET summary = repeat('不服', 200)").await;
    let site = Site::of(&city).await;
    let page = site.get(Some("zhongyuan.bureau"), "/cases").await.expect(StatusCode::OK);
    assert_eq!(page.texts(NUMBERS).len(), 50);
    assert!(page.body.len() <= 25_000, "{} bytes", page.body.len());
}
