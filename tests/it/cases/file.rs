//! The page of a case: who sees what of it, and what stands on it.

use axum::http::StatusCode;

use crate::support::laid::{self, Laid};
use crate::support::{City, Site};

const SECTIONS: [&str; 7] =
    ["", "/interviews", "/progress", "/documents", "/review", "/approvals", "/log"];

#[tokio::test]
async fn each_section_opens_for_those_who_may_read_it() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let site = Site::of(&city).await;
    let (all, head, desk, gone) = (
        [200; 7],
        [200, 404, 404, 404, 404, 404, 404],
        [200, 403, 403, 403, 403, 403, 403],
        [404; 7],
    );
    let leading = [404, 404, 404, 404, 404, 404, 403];
    let elsewhere_desk = [404, 403, 403, 403, 403, 403, 403];
    for (who, expected) in [
        ("donghu.handler", all),
        ("donghu.leader", all),
        ("donghu.president", all),
        ("zhongyuan.bureau", all),
        ("zhongyuan.bureau_head", all),
        ("zhongyuan.president", all),
        ("donghu.handler2", head),
        ("donghu.leader2", head),
        ("donghu.clerk", desk),
        ("qingxi.handler", gone),
        ("qingxi.president", gone),
        ("zhongyuan.handler", gone),
        ("qingxi.clerk", elsewhere_desk),
        ("zhongyuan.leading_group", leading),
    ] {
        for (section, status) in SECTIONS.iter().zip(expected) {
            let page = site.get(Some(who), &format!("/cases/{number}{section}")).await;
            assert_eq!(page.status.as_u16(), status, "{who} {section}");
        }
    }
    let page = site.get(Some("donghu.handler"), "/cases/XF2026-99999").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn outside_the_team_only_the_row_is_told() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let site = Site::of(&city).await;
    let path = format!("/cases/{number}");
    let page = site.get(Some("donghu.handler2"), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts("h1"), ["张某"]);
    for told in ["执行案款未足额发放", "执行·案款发放"] {
        assert!(!page.text().contains(told), "{told}");
    }
    assert_eq!(page.texts(".rail h2"), ["包案责任"]);
    assert_eq!(page.texts("nav.tabs[aria-label=案件内容] a"), ["基本情况"]);
    assert_eq!(page.texts(".ladder li").len(), 5);
    let desk = site.get(Some("donghu.clerk"), &path).await.expect(StatusCode::OK);
    assert_eq!(desk.texts("h1"), ["张某执行案款未足额发放"]);
    assert_eq!(desk.texts(".rail h2"), ["包案责任", "信访人"]);
}

#[tokio::test]
async fn the_head_of_a_case_says_the_whole_matter_however_long_it_is() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let matter = "执行案款未足额发放，".repeat(12);
    city.force(&format!("UPDATE grounds SET summary = '{matter}'")).await;
    let site = Site::of(&city).await;
    let page = site.get(Some("donghu.handler"), &format!("/cases/{number}")).await;
    assert_eq!(page.texts("h1"), [format!("张某{matter}")]);
    assert_eq!(page.attributes("h1", "title"), [matter]);
}

#[tokio::test]
async fn the_page_says_what_is_next_and_until_when() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let site = Site::of(&city).await;
    let page = site.get(Some("donghu.handler"), &format!("/cases/{number}")).await;
    assert_eq!(page.texts(".next h2"), ["下一步：报送书面进展情况"]);
    assert_eq!(page.texts(".next p"), ["6月16日（周二）24:00前报中院信访局。"]);
    let button = page.attributes(".next a.btn", "href");
    assert_eq!(button, [format!("/cases/{number}/report")]);
    assert_eq!(
        page.texts(".ladder .sn"),
        [
            "交办（已完成）",
            "2日台账（已完成）",
            "2日约见（已完成）",
            "7日报告（进行中）",
            "30日办结（未开始）"
        ]
    );
    assert_eq!(
        page.texts(".ladder .ss"),
        ["已签收06-09 17:20", "06-10完成", "06-10完成", "剩余1天", "剩余24天"]
    );
    assert_eq!(page.texts(".resp dt"), ["包案领导", "责任领导", "责任人", "督办领导"]);
    assert_eq!(page.texts(".resp .none"), ["未明确 去明确"]);
    let waiting = site.get(Some("zhongyuan.bureau"), &format!("/cases/{number}")).await;
    assert!(waiting.texts(".next p")[0].starts_with("等待"), "{:?}", waiting.texts(".next p"));
    assert!(waiting.texts(".next a.btn").is_empty());
}

#[tokio::test]
async fn a_close_report_waits_for_each_signature_in_turn() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let chain = [
        ("leader", "approve", "donghu.leader"),
        ("president", "approve", "donghu.president"),
        ("bureau", "approve", "zhongyuan.bureau"),
    ];
    let signers =
        ["donghu.leader", "donghu.president", "zhongyuan.bureau", "zhongyuan.leading_group"];
    for given in 0..=chain.len() {
        let number =
            if given == 0 { number.clone() } else { laid::lay(&city, Laid::default()).await };
        let paper = laid::apply(&city, &number, &chain[..given]).await;
        let site = Site::of(&city).await;
        for (nth, who) in signers.iter().enumerate() {
            let page = site.get(Some(who), &format!("/cases/{number}")).await;
            // The leading group reaches what the bureau has checked.
            if *who == "zhongyuan.leading_group" && given < 3 {
                assert_eq!(page.status, StatusCode::NOT_FOUND);
                continue;
            }
            let expected =
                if nth == given { vec![format!("/approvals/{paper}")] } else { Vec::new() };
            assert_eq!(page.attributes(".next a.btn", "href"), expected, "{who} after {given}");
        }
    }
}

#[tokio::test]
async fn a_returned_report_says_why_and_closed_cases_stand_still() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    laid::apply(&city, &number, &[("leader", "return", "donghu.leader")]).await;
    let site = Site::of(&city).await;
    let page = site.get(Some("donghu.handler"), &format!("/cases/{number}")).await;
    assert_eq!(page.texts(".next h2"), ["下一步：补正办结报告"]);
    assert!(page.texts(".next p")[0].contains("缺答复笔录"));
    city.force(
        "INSERT INTO import (unit_id, file_name, sha256, sealed, mapping, recorded_at, recorded_by)
         SELECT 1, 'x', '\\x00', '\\x00', '{}', now(), 1",
    )
    .await;
    city.force(
        "INSERT INTO round_outcome (round_id, case_id, unit_id, outcome, basis, import_id, unit_closed_at,
                                    confirmed_at, recorded_at, recorded_by)
         SELECT r.id, r.case_id, c.unit_id, 'settled_written', 'imported_ledger', (SELECT max(id) FROM import),
                '2026-06-12 09:00+08', '2026-06-13 09:00+08', '2026-06-13 09:00+08', 1
         FROM round r JOIN petition_case c ON c.id = r.case_id",
    )
    .await;
    let page = site.get(Some("donghu.handler"), &format!("/cases/{number}/progress")).await;
    assert_eq!(page.texts(".next h2"), ["本案已办结"]);
    let lines = page.texts(".lockline");
    assert!(lines.contains(&"本案已于6月12日办结归档，内容不能改动。".to_owned()), "{lines:?}");
    assert!(page.texts(".compose").is_empty());
}

#[tokio::test]
async fn the_timeline_shows_every_record_once() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    city.force(
        "INSERT INTO progress_entry (case_id, round_id, kind, happened_at, text, recorded_at, recorded_by)
         SELECT r.case_id, r.id, 'phone', '2026-06-11 09:00+08', '第' || n || '次联系', '2026-06-11 09:00+08',
                (SELECT id FROM staff WHERE username = 'donghu.handler')
         FROM round r, generate_series(1, 43) n",
    )
    .await;
    let site = Site::of(&city).await;
    let mut path = format!("/cases/{number}/progress");
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let page = site.get(Some("donghu.handler"), &path).await.expect(StatusCode::OK);
        seen.extend(page.texts(".tl .tb p:nth-child(2)"));
        pages += 1;
        let older = page.attributes(".pager a", "href");
        match older.into_iter().find(|href| href.contains("after=")) {
            Some(next) => path = next,
            None => break,
        }
    }
    // 43 entries, the assignment and its acknowledgement.
    assert_eq!((seen.len(), pages), (45, 3));
    assert_eq!(std::collections::BTreeSet::from_iter(&seen).len(), 45);
    let page = site
        .get(Some("donghu.handler"), &format!("/cases/{number}/progress?kind=assignment"))
        .await;
    assert_eq!(page.texts(".tl b"), ["签收", "交办"]);
    assert_eq!(page.texts(".tl .th span")[1].split(" · ").nth(1), Some("中院信访局"));
}

#[tokio::test]
async fn a_page_of_a_case_is_small() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let site = Site::of(&city).await;
    for section in SECTIONS {
        let page = site.get(Some("donghu.handler"), &format!("/cases/{number}{section}")).await;
        let page = page.expect(StatusCode::OK);
        assert!(page.body.len() <= 12_000, "{section}: {} bytes", page.body.len());
    }
}
