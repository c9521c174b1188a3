//! What is handed in with a visit.

use axum::http::StatusCode;

use super::{CLERK, NEW, register, visit};
use crate::support::{City, Site};

const PDF: &[u8] = b"%PDF-1.7 made for a test";
const FILE: (&str, &str, &str, &[u8]) = ("files", "申诉状 扫描.pdf", "application/pdf", PDF);

/// Scans something later, on the page of the visit.
pub async fn hand_in(site: &Site, who: &str, number: &str) {
    let path = format!("/visits/{number}/materials");
    site.upload(Some(who), &path, &[], &[FILE]).await.expect(StatusCode::SEE_OTHER);
}

/// The keys of all that was handed in, in order.
pub async fn handed_in(city: &City) -> Vec<String> {
    city.value("SELECT coalesce(array_agg(uuid::text ORDER BY id), '{}') FROM visit_material").await
}

/// A visit that came with a file: its number.
async fn with_file(site: &Site, fields: &[(&str, &str)]) -> String {
    let page = site.upload(Some(CLERK), NEW, fields, &[FILE]).await;
    let location = page.expect(StatusCode::SEE_OTHER).location();
    location.trim_start_matches("/visits/").to_owned()
}

#[tokio::test]
async fn what_is_handed_in_is_read_where_the_account_of_its_visit_is() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = with_file(&site, &visit(&[])).await;
    let case: String = city.value("SELECT number FROM petition_case").await;
    let uuid = handed_in(&city).await.remove(0);
    let of_visit = format!("/visits/{number}/materials/{uuid}");
    let of_case = format!("/cases/{case}/documents/{uuid}");

    let page = site.get(Some(CLERK), &format!("/visits/{number}")).await.expect(StatusCode::OK);
    assert!(page.text().contains("申诉状 扫描.pdf"), "{}", page.text());
    let file = site.get(Some(CLERK), &of_visit).await.expect(StatusCode::OK);
    assert_eq!(
        (file.body.as_slice(), &file.headers["content-type"]),
        (PDF, &"application/pdf".parse().unwrap())
    );
    assert_eq!(city.audit_verbs().await, ["visit.registered", "material.filed", "material.read"]);
    let plain = "SELECT position('PDF'::bytea IN sealed) = 0 FROM visit_material";
    assert!(city.value::<bool>(plain).await, "the database holds no plain file");

    let dossier = site.get(Some("zhongyuan.bureau"), &format!("/cases/{case}/documents")).await;
    assert_eq!(
        dossier.expect(StatusCode::OK).texts("tbody td")[..2],
        ["来访材料", "申诉状 扫描.pdf"]
    );
    for (who, visit, in_case) in [
        ("zhongyuan.bureau", StatusCode::OK, StatusCode::OK),
        ("donghu.president", StatusCode::FORBIDDEN, StatusCode::OK),
        // The case is nobody's yet: its file is open to the court's handlers, what was said is not.
        ("donghu.handler", StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
        ("qingxi.clerk", StatusCode::NOT_FOUND, StatusCode::FORBIDDEN),
        ("qingxi.handler", StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
    ] {
        assert_eq!(site.get(Some(who), &of_visit).await.status, visit, "{who}");
        assert_eq!(site.get(Some(who), &of_case).await.status, in_case, "{who}");
    }
}

#[tokio::test]
async fn a_tab_counts_what_its_page_lists() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    with_file(&site, &visit(&[])).await;
    let case: String = city.value("SELECT number FROM petition_case").await;
    for (who, tab) in [("zhongyuan.bureau", "材料卷宗 1"), ("donghu.handler", "材料卷宗")] {
        let page =
            site.get(Some(who), &format!("/cases/{case}/documents")).await.expect(StatusCode::OK);
        assert!(
            page.texts("nav a").iter().any(|text| text == tab),
            "{who}: {:?}",
            page.texts("nav a")
        );
    }
}

#[tokio::test]
async fn a_file_that_is_not_taken_loses_nothing_typed() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let script = ("files", "材料.pdf", "application/pdf", &b"<script>"[..]);
    let page = site.upload(Some(CLERK), NEW, &visit(&[("name", "")]), &[script]).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        page.texts(".errors li"),
        ["请填写姓名", "材料.pdf：只能上传PDF、图片（JPG、PNG）和Word（.docx）文件"]
    );
    assert!(page.text().contains("浏览器不保留所选的文件，请重新选择。"));
    assert!(page.html().contains("执行案款未足额发放"));
    assert_eq!(city.value::<i64>("SELECT count(*) FROM visit").await, 0);
}

#[tokio::test]
async fn material_joins_a_visit_later_as_long_as_it_stands() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = register(&site, CLERK, &visit(&[])).await;
    let path = format!("/visits/{number}/materials");
    let empty = site.upload(Some(CLERK), &path, &[], &[]).await;
    assert_eq!(
        empty.expect(StatusCode::UNPROCESSABLE_ENTITY).texts(".errors li"),
        ["请选择要上传的文件"]
    );
    let wrong = ("files", "材料.pdf", "application/pdf", &b"<script>"[..]);
    let page = site.upload(Some(CLERK), &path, &[], &[wrong]).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("浏览器不保留所选的文件，请重新选择。"));
    hand_in(&site, CLERK, &number).await;
    assert_eq!(handed_in(&city).await.len(), 1);
    for who in ["qingxi.clerk", "qingxi.handler"] {
        assert_eq!(site.upload(Some(who), &path, &[], &[FILE]).await.status, StatusCode::NOT_FOUND);
    }
    // The court's handlers see that someone came; the account is the team's.
    for who in ["donghu.handler", "donghu.handler2"] {
        let page = site.get(Some(who), &format!("/visits/{number}")).await.expect(StatusCode::OK);
        assert!(page.texts("details summary").iter().all(|text| text != "补充材料"), "{who}");
        let page = site.upload(Some(who), &path, &[], &[FILE]).await;
        let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text().contains("只有登记处、登记人和承办本案的人员可以补充材料"), "{who}");
    }
    site.act(CLERK, &format!("/visits/{number}/void"), &[("reason", "录错")]).await;
    let page = site.upload(Some(CLERK), &path, &[], &[FILE]).await;
    assert!(page.text().contains("登记已撤销，不能再补充材料"));
    assert_eq!(handed_in(&city).await.len(), 1);
}

#[tokio::test]
async fn the_material_of_an_accusation_is_handed_in_and_read_by_nobody_here() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let secret = visit(&[("visit_kind", "accusation"), ("summary", "反映某法官收受财物的情况")]);
    let number = with_file(&site, &secret).await;
    hand_in(&site, CLERK, &number).await;
    let kept = handed_in(&city).await;
    assert_eq!(kept.len(), 2);
    for who in [CLERK, "donghu.handler", "donghu.leader", "zhongyuan.bureau"] {
        let page = site.get(Some(who), &format!("/visits/{number}")).await;
        let seen = who == CLERK || who == "zhongyuan.bureau";
        assert_eq!(page.status == StatusCode::OK, seen, "{who}: that there was a visit");
        assert!(!page.text().contains("申诉状"), "{who}");
        for uuid in &kept {
            let page = site.get(Some(who), &format!("/visits/{number}/materials/{uuid}")).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{who}");
        }
    }
    let path = format!("/visits/{number}/materials");
    let page = site.upload(Some("zhongyuan.bureau"), &path, &[], &[FILE]).await;
    assert!(page.text().contains("检举控告的材料只能由登记人补充"), "{}", page.text());
    assert_eq!(handed_in(&city).await.len(), 2);
}

#[tokio::test]
async fn files_that_are_too_large_together_lose_nothing_typed() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let half = [PDF, &vec![0; 26 * 1024 * 1024]].concat();
    let scan = ("files", "扫描件.pdf", "application/pdf", half.as_slice());
    let page = site.upload(Some(CLERK), NEW, &visit(&[]), &[scan, scan]).await;
    let page = page.expect(StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.text().contains("一次上传合计也不超过50MB"), "{}", page.text());
    assert!(
        page.html().contains("执行案款未足额发放"),
        "what was typed is given back: {}",
        page.text()
    );
}

#[tokio::test]
async fn filing_and_reading_material_stand_in_the_log_of_its_case() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = with_file(&site, &visit(&[])).await;
    let uuid = handed_in(&city).await.remove(0);
    site.get(Some(CLERK), &format!("/visits/{number}/materials/{uuid}"))
        .await
        .expect(StatusCode::OK);
    let case: String = city.value("SELECT number FROM petition_case").await;
    let log = site.get(Some("zhongyuan.bureau"), &format!("/cases/{case}/log")).await;
    let log = log.expect(StatusCode::OK).text();
    for done in ["上传来访材料", "查看来访材料"] {
        assert!(log.contains(done), "{done}: {log}");
    }
}
