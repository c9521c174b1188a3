//! Files of a case.

use axum::http::StatusCode;

use super::{HANDLER, PDF, Sent, kept};
use crate::support::{City, Site};

const LINE: &[(&str, &str)] =
    &[("kind", "file_review"), ("happened_at", "2026-06-15 11:20"), ("text", "调取原审卷宗")];

async fn filed(city: &City, site: &Site) -> String {
    let number = kept(city, site).await;
    let path = format!("/cases/{number}/progress/new");
    let files: &[Sent<'_>] = &[("files", "卷宗 摘录.pdf", "text/html", PDF)];
    site.upload(Some(HANDLER), &path, LINE, files).await.expect(StatusCode::SEE_OTHER);
    let uuid = city.value::<String>("SELECT uuid::text FROM document").await;
    format!("/cases/{number}/documents/{uuid}")
}

/// S52, S67.
#[tokio::test]
async fn a_file_is_handed_out_as_a_download_of_the_type_that_was_found_in_it() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let path = filed(&city, &site).await;
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.body, PDF);
    assert_eq!(page.headers["content-type"], "application/pdf");
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    assert_eq!(
        page.headers["content-disposition"],
        "attachment; filename*=UTF-8''%E5%8D%B7%E5%AE%97%20%E6%91%98%E5%BD%95.pdf"
    );
    assert!(page.headers["content-security-policy"].to_str().unwrap().ends_with("; sandbox"));
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(city.audit_verbs().await.last().unwrap(), "document.read");
    let plain = "SELECT position('PDF'::bytea IN sealed) = 0 FROM document";
    assert!(city.value::<bool>(plain).await, "the database holds no plain file");
}

#[tokio::test]
async fn a_file_is_open_to_those_who_read_the_case_in_full() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let path = filed(&city, &site).await;
    for (who, status) in [
        ("donghu.president", StatusCode::OK),
        ("zhongyuan.bureau", StatusCode::OK),
        ("donghu.handler2", StatusCode::NOT_FOUND),
        ("qingxi.president", StatusCode::NOT_FOUND),
        ("donghu.clerk", StatusCode::FORBIDDEN),
    ] {
        assert_eq!(site.get(Some(who), &path).await.status, status, "{who}");
    }
    let other = kept(&city, &site).await;
    let uuid = path.rsplit('/').next().unwrap();
    let elsewhere = site.get(Some(HANDLER), &format!("/cases/{other}/documents/{uuid}")).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_no_document_is_not_taken() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/progress/new");
    let files: &[Sent<'_>] = &[
        ("files", "笔录.pdf", "application/pdf", b"<script>"),
        ("files", "空白.pdf", "application/pdf", b""),
    ];
    let page = site.upload(Some(HANDLER), &path, LINE, files).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        page.texts(".errors li"),
        [
            "笔录.pdf：只能上传PDF、图片（JPG、PNG）和Word（.docx）文件",
            "空白.pdf：文件是空的，请重新选择"
        ]
    );
    assert_eq!(city.value::<i64>("SELECT count(*) FROM progress_entry").await, 0);
}

#[tokio::test]
async fn a_file_larger_than_a_page_is_taken_where_files_are_and_nowhere_else() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let large = [PDF, &vec![0; 3 * 1024 * 1024]].concat();
    let files: &[Sent<'_>] = &[("files", "扫描件.pdf", "application/pdf", &large)];
    let path = format!("/cases/{number}/progress/new");
    site.upload(Some(HANDLER), &path, LINE, files).await.expect(StatusCode::SEE_OTHER);
    let page = site.upload(Some(HANDLER), &format!("/cases/{number}/ledger"), &[], files).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
}
