//! Files and the scanner for malware: what it finds is not taken, and what it has not seen waits.

use std::time::Duration;

use anjie::clock::Clock;
use anjie::edge::{Edge, Scanner};
use anjie::jobs::scan;
use anjie::limits::Limits;
use anjie::scanner::{Silence, scan as ask};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tokio::time::timeout;
use uuid::Uuid;

use super::Desk;
use crate::support::scanner::{FakeScanner, Manner, eicar};
use crate::support::{City, Page, Site, noon, visit};

const KIND: &str = "application/pdf";

fn pdf(with: &str) -> Vec<u8> {
    format!("%PDF-1.7\n{with}").into_bytes()
}

/// Where nobody answers.
fn away() -> Edge {
    Edge { scanner: Scanner::parse("/nonexistent/clamd.ctl"), ..Edge::default() }
}

async fn scanned(site: &Site, fake: &FakeScanner) -> usize {
    let (scanner, clock) = (fake.scanner(), Clock::fixed(noon()));
    let mut last = Uuid::nil();
    scan::run(&site.app.db, (&scanner, clock), &mut last).await.unwrap()
}

async fn dossier(desk: &Desk) -> String {
    let path = format!("/cases/{}/documents", desk.case);
    desk.site.get(Some(super::HANDLER), &path).await.expect(StatusCode::OK).text()
}

fn refused(page: &Page) {
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.text());
    let said = page.problem("files").unwrap();
    assert_eq!(said, "材料.pdf：查出病毒，没有保存。请查杀后重新上传，或换一份文件");
}

/// S59.
#[tokio::test]
async fn a_file_that_bears_malware_is_refused_and_what_was_written_beside_it_stays() {
    let fake = FakeScanner::new(Manner::Well).await;
    let desk = Desk::with_edge(fake.edge()).await;
    let page = desk.send("材料.pdf".as_bytes(), KIND, &pdf(&eicar())).await;
    refused(&page);
    assert!(page.html().contains("调取原审卷宗"), "{}", page.html());
    assert_eq!(desk.filed().await, 0);
    let page = desk.send("材料.pdf".as_bytes(), KIND, &pdf("clean")).await;
    page.expect(StatusCode::SEE_OTHER);
    assert_eq!(desk.handed_out().await.body, pdf("clean"));
    assert!(dossier(&desk).await.contains("下载"));
    assert_eq!(fake.asked(), 2);
}

/// S59.
#[tokio::test]
async fn a_file_that_came_while_the_scanner_was_away_is_handed_out_once_it_was_found_clean() {
    let desk = Desk::with_edge(away()).await;
    desk.send("材料.pdf".as_bytes(), KIND, &pdf("clean")).await.expect(StatusCode::SEE_OTHER);
    let waits = desk.asked_for().await.expect(StatusCode::CONFLICT).text();
    assert!(waits.contains("文件正在等待查毒") && waits.contains("再试一次"), "{waits}");
    let list = dossier(&desk).await;
    assert!(list.contains("待查毒") && !list.contains("下载"), "{list}");
    let read = "SELECT count(*) FROM audit WHERE verb = 'document.read'";
    assert_eq!(desk.city.value::<i64>(read).await, 0, "nobody read it");
    let limited = FakeScanner::new(Manner::Limited(3)).await;
    assert_eq!(scanned(&desk.site, &limited).await, 0);
    desk.asked_for().await.expect(StatusCode::CONFLICT);
    let fake = FakeScanner::new(Manner::Well).await;
    assert_eq!(scanned(&desk.site, &fake).await, 1);
    assert_eq!(desk.handed_out().await.body, pdf("clean"));
    assert_eq!(scanned(&desk.site, &fake).await, 0, "none waits");
    assert_eq!(fake.asked(), 1);
}

/// S59.
#[tokio::test]
async fn a_file_that_the_scanner_has_no_answer_for_keeps_no_other_waiting() {
    let desk = Desk::with_edge(away()).await;
    let long = pdf(&"x".repeat(1000));
    for bytes in [&long, &pdf("1"), &long, &pdf("2"), &long] {
        desk.send("材料.pdf".as_bytes(), KIND, bytes).await.expect(StatusCode::SEE_OTHER);
    }
    let fake = FakeScanner::new(Manner::Limited(100)).await;
    assert_eq!(scanned(&desk.site, &fake).await, 2);
    let waits = "SELECT count(*) FROM document WHERE scan = 'unscanned' AND size > 1000";
    assert_eq!(desk.city.value::<i64>(waits).await, 3);
}

/// S59.
#[tokio::test]
async fn a_file_in_which_malware_is_found_later_is_handed_out_to_nobody_with_or_without_a_scanner()
{
    let mut desk = Desk::with_edge(away()).await;
    desk.send("材料.pdf".as_bytes(), KIND, &pdf(&eicar())).await.expect(StatusCode::SEE_OTHER);
    let fake = FakeScanner::new(Manner::Well).await;
    assert_eq!(scanned(&desk.site, &fake).await, 1);
    for edge in [fake.edge(), Edge::default()] {
        desk.site = Site::with_edge(&desk.city, edge);
        let said = desk.asked_for().await.expect(StatusCode::CONFLICT).text();
        assert!(said.contains("文件查出病毒，不能下载"), "{said}");
        let list = dossier(&desk).await;
        assert!(list.contains("查出病毒") && !list.contains("下载"), "{list}");
    }
    let told =
        "SELECT a.detail || ' ' || c.number FROM audit a JOIN petition_case c ON c.id = a.case_id
                WHERE a.verb = 'document.infected'";
    let said = format!("Eicar-Test-Signature {}", desk.case);
    assert_eq!(desk.city.value::<String>(told).await, said);
}

/// S59.
#[tokio::test]
async fn where_no_scanner_is_named_files_are_handed_out_and_wait_for_one_that_comes() {
    let desk = Desk::new().await;
    desk.send("材料.pdf".as_bytes(), KIND, &pdf("clean")).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(desk.handed_out().await.body, pdf("clean"));
    let fake = FakeScanner::new(Manner::Well).await;
    let desk = Desk { site: Site::with_edge(&desk.city, fake.edge()), ..desk };
    desk.asked_for().await.expect(StatusCode::CONFLICT);
    assert_eq!(scanned(&desk.site, &fake).await, 1);
    desk.handed_out().await;
}

/// S29, S59.
#[tokio::test]
async fn what_was_handed_in_with_an_accusation_is_scanned_like_any_other_and_read_by_no_one_more() {
    let city = City::new().await;
    let site = Site::with_edge(&city, away());
    let said = [("visit_kind", "accusation"), ("summary", "反映某法官收受财物的情况")];
    let bytes = pdf(&eicar());
    let files = [("files", "材料.pdf", KIND, &*bytes)];
    let clerk = Some("donghu.clerk");
    let kept = site.upload(clerk, "/visits/new", &visit(&said), &files).await;
    kept.expect(StatusCode::SEE_OTHER);
    let fake = FakeScanner::new(Manner::Well).await;
    assert_eq!(scanned(&site, &fake).await, 1);
    assert_eq!(city.value::<String>("SELECT scan FROM visit_material").await, "infected");
    // The functions of the job answer nobody else.
    city.force("UPDATE visit_material SET scan = 'unscanned', scanned_at = NULL, malware = ''")
        .await;
    let file: String = city.value("SELECT uuid::text FROM visit_material").await;
    let asked = "SELECT count(*) FROM file_to_scan('00000000-0000-0000-0000-000000000000')";
    let told = format!("SELECT count(*) FROM file_scanned('{file}', '', now())");
    for statement in [asked, &told] {
        for who in ["donghu.clerk", "zhongyuan.bureau", "zhongyuan.inspection"] {
            assert_eq!(city.as_server(who, statement).await, Some(0), "{who}: {statement}");
        }
        assert_eq!(city.as_server("job.schedule", statement).await, Some(1), "{statement}");
    }
    let site = Site::with_edge(&city, fake.edge());
    refused(&site.upload(clerk, "/visits/new", &visit(&said), &files).await);
}

/// Four thousand files that were scanned long ago, and one that waits.
const ARCHIVE: &str = "
    INSERT INTO document (case_id, kind, name, media_type, size, sha256, sealed, recorded_at, recorded_by, scan, scanned_at)
    SELECT c.id, 'other', nth || '.pdf', 'application/pdf', 1, '', repeat('x', 1000)::bytea,
           '2026-05-01 08:00+08', c.recorded_by, 'clean', '2026-05-01 08:00+08'
    FROM petition_case c, generate_series(1, 4000) nth;
    ANALYZE document";

#[tokio::test]
async fn the_files_that_wait_are_found_by_their_index_among_all_that_do_not() {
    let desk = Desk::with_edge(away()).await;
    desk.city.force(ARCHIVE).await;
    desk.send("材料.pdf".as_bytes(), KIND, &pdf("clean")).await.expect(StatusCode::SEE_OTHER);
    let fake = FakeScanner::new(Manner::Well).await;
    assert_eq!(scanned(&desk.site, &fake).await, 1);
    // What a connection did is told when it ends.
    desk.site.app.db.close().await;
    let rows = "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'document_unscanned_idx'";
    let mut tries = 0;
    loop {
        tries += 1;
        let read: i64 = desk.city.value(rows).await;
        if read > 0 || tries == 100 {
            assert!((1..10).contains(&read), "{read} rows of the index");
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// S59.
#[tokio::test]
async fn a_scanner_that_says_nothing_is_waited_for_no_longer_than_the_limit() {
    let fake = FakeScanner::new(Manner::Silent).await;
    let patience = Duration::from_millis(200);
    let answer = timeout(Duration::from_secs(5), ask(&fake.scanner(), b"%PDF-1.7", patience)).await;
    assert!(matches!(answer, Ok(Err(Silence::Away(_)))), "{answer:?}");
}

/// S59.
#[tokio::test]
async fn while_the_scanner_says_nothing_all_files_of_a_form_wait_together_and_are_kept() {
    let fake = FakeScanner::new(Manner::Silent).await;
    let limits = Limits { scan: Duration::from_millis(300), ..Limits::PRODUCTION };
    let desk = Desk::with_edge(Edge { limits, ..fake.edge() }).await;
    let bytes = pdf("clean");
    let files: Vec<_> = (0..12).map(|_| ("files", "材料.pdf", KIND, &*bytes)).collect();
    let path = format!("/cases/{}/progress/new", desk.case);
    let fields = [("kind", "other"), ("happened_at", "2026-06-15 11:20"), ("text", "收到照片")];
    let sent = desk.site.upload(Some(super::HANDLER), &path, &fields, &files);
    let page = timeout(Duration::from_secs(10), sent).await.unwrap();
    page.expect(StatusCode::SEE_OTHER);
    assert_eq!(desk.filed().await, 12);
    desk.asked_for().await.expect(StatusCode::CONFLICT);
}

/// S59.
#[tokio::test]
async fn nobody_has_files_scanned_before_they_are_signed_in() {
    let city = City::new().await;
    let fake = FakeScanner::new(Manner::Well).await;
    let site = Site::with_edge(&city, fake.edge());
    let page = site.get(None, "/login").await;
    let cookie = page.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let token = page.attributes("input[name=csrf_token]", "value").remove(0);
    let field = |name: &str, value: &str| {
        format!("--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = [
        field("csrf_token", &token),
        field("username", "donghu.clerk"),
        field("password", "wrong"),
        field("files\"; filename=\"材料.pdf", "%PDF-1.7"),
        "--frontier--\r\n".to_owned(),
    ];
    let request = Request::post("/login")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=frontier");
    let answer = site.send(None, request, Body::from(body.concat())).await;
    assert!(answer.text().contains("用户名或密码"), "{}", answer.text());
    assert_eq!(fake.asked(), 0);
}

/// S59.
#[tokio::test]
async fn a_table_that_is_read_at_once_is_refused_with_malware_and_without_an_answer() {
    let city = City::new().await;
    let fake = FakeScanner::new(Manner::Well).await;
    let (found, silent) = (
        "查出病毒，没有保存。请查杀后重新上传，或换一份文件",
        "查毒服务没有响应，没有保存。请过几分钟再上传",
    );
    for (edge, said) in [(fake.edge(), found), (away(), silent)] {
        let site = Site::with_edge(&city, edge);
        let bytes = [&b"PK\x03\x04"[..], eicar().as_bytes()].concat();
        let file = ("file", "台账.xlsx", "application/octet-stream", &*bytes);
        let page = site
            .upload(Some("zhongyuan.bureau"), "/imports/new", &[("kind", "all")], &[file])
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem("file").unwrap(), format!("台账.xlsx：{said}"));
        let fields = [("what", "year"), ("year", "2027"), ("source", "国办通知"), ("rows", "")];
        let eicar = eicar();
        let file = ("file", "日历.csv", "text/csv", eicar.as_bytes());
        let page = site
            .upload(Some("zhongyuan.sysadmin"), "/admin/calendar", &fields, &[file])
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem("file").unwrap(), said);
    }
}
