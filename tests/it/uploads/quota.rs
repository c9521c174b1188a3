//! How much one person and one court file in a day.

use anjie::limits;
use axum::http::StatusCode;

use super::Desk;
use crate::support::{Site, at};

const MIB: usize = 1024 * 1024;

impl Desk {
    /// So many files of 50 MiB and one of the rest, by each of these people.
    async fn fill(&self, mib: usize, who: &str) {
        let (whole, rest) = (mib / 50, mib % 50);
        let size = 50 * MIB;
        let rest = rest * MIB;
        self.city
            .force(&format!(
                "INSERT INTO document (case_id, kind, name, media_type, size, sha256, sealed, recorded_at, recorded_by)
                 SELECT c.id, 'other', 'x.pdf', 'application/pdf',
                        CASE WHEN nth > {whole} THEN {rest} ELSE {size} END, 'x', 'x', '2026-06-15 09:00+08', s.id
                 FROM petition_case c, staff s, generate_series(1, {whole} + CASE WHEN {rest} > 0 THEN 1 ELSE 0 END) nth
                 WHERE c.number = '{}' AND s.username LIKE '{who}'",
                self.case
            ))
            .await;
    }

    async fn send_pdf(&self, mib: usize) -> crate::support::Page {
        let bytes = [b"%PDF-1.7", &vec![0; mib * MIB][..]].concat();
        self.send("卷宗.pdf".as_bytes(), "application/pdf", &bytes).await
    }
}

/// S54.
#[tokio::test]
async fn who_has_filed_enough_for_a_day_is_told_so_and_goes_on_the_next() {
    let desk = Desk::new().await;
    assert_eq!(limits::FILED_BY_PERSON, 1024 * MIB);
    desk.fill(1020, "donghu.handler").await;
    let before = desk.filed().await;
    let page = desk.send_pdf(5).await.expect(StatusCode::PAYLOAD_TOO_LARGE);
    let said = page.text();
    assert!(
        said.contains("您24小时内上传的文件合计已到1GB") && said.contains("请明天再上传"),
        "{said}"
    );
    assert!(said.contains("调取原审卷宗"), "what was typed: {said}");
    assert_eq!(desk.filed().await, before);
    let lines = "SELECT count(*) FROM progress_entry";
    assert_eq!(desk.city.value::<i64>(lines).await, 0, "nothing of the form is kept");
    desk.send_pdf(2).await.expect(StatusCode::SEE_OTHER);
    let next = Desk { site: Site::at(&desk.city, at("2026-06-16 09:01")).await, ..desk };
    next.send_pdf(5).await.expect(StatusCode::SEE_OTHER);
}

/// S54.
#[tokio::test]
async fn a_court_that_has_filed_enough_for_a_day_leaves_room_for_the_others() {
    let desk = Desk::new().await;
    for (of_whom, bytes) in [("person", limits::FILED_BY_PERSON), ("unit", limits::FILED_BY_UNIT)] {
        let limit: i64 = desk.city.value(&format!("SELECT filing_limit('{of_whom}')")).await;
        assert_eq!(usize::try_from(limit).unwrap(), bytes, "{of_whom}");
    }
    desk.city
        .force(
            "INSERT INTO staff (username, name, unit_id, password_hash)
             SELECT 'donghu.many' || nth, '何某', u.id, 'x' FROM unit u, generate_series(1, 10) nth
             WHERE u.code = '0110'",
        )
        .await;
    desk.fill(1020, "donghu.many%").await;
    desk.fill(38, "donghu.leader").await;
    let said = desk.send_pdf(5).await.expect(StatusCode::PAYLOAD_TOO_LARGE).text();
    assert!(said.contains("本院24小时内上传的文件合计已到10GB"), "{said}");
    // Material of a visit counts as well; another court's doesn't.
    let pdf = [b"%PDF-1.7", &vec![0; 5 * MIB][..]].concat();
    let files = [("files", "材料.pdf", "application/pdf", pdf.as_slice())];
    for (who, status) in
        [("donghu.clerk", StatusCode::PAYLOAD_TOO_LARGE), ("qingxi.clerk", StatusCode::SEE_OTHER)]
    {
        let form = crate::support::visit(&[]);
        let page = desk.site.upload(Some(who), "/visits/new", &form, &files).await;
        assert_eq!(page.status, status, "{who}: {}", page.text());
    }
}

/// S54.
#[tokio::test]
async fn a_form_takes_a_hundred_files_and_not_one_more() {
    let desk = Desk::new().await;
    let path = format!("/cases/{}/progress/new", desk.case);
    let fields = [("kind", "other"), ("happened_at", "2026-06-15 11:20"), ("text", "收到照片")];
    for (count, status) in
        [(limits::FILES + 1, StatusCode::BAD_REQUEST), (limits::FILES, StatusCode::SEE_OTHER)]
    {
        let file: (&str, &str, &str, &[u8]) = ("files", "照片.pdf", "application/pdf", b"%PDF-1.7");
        let files = vec![file; count];
        let page = desk.site.upload(Some(super::HANDLER), &path, &fields, &files).await;
        assert_eq!(page.status, status, "{count}: {}", page.text());
    }
    assert_eq!(desk.filed().await, i64::try_from(limits::FILES).unwrap());
}
