//! A case on its way to its closing: assigned through the page, handled behind the program's back,
//! closed and signed through the pages again.

use axum::http::StatusCode;

use super::{City, Page, Site, cases};

pub const BUREAU: &str = "zhongyuan.bureau";
pub const HANDLER: &str = "donghu.handler";
pub const LEADER: &str = "donghu.leader";
pub const PRESIDENT: &str = "donghu.president";
pub const LEADING_GROUP: &str = "zhongyuan.leading_group";
const PASSWORD: &str = "yunzhou-2026";
const PDF: &[u8] = b"%PDF-1.7 a report";

/// A case of a court, assigned on 2026-06-01 at 9 under the standard rules.
pub async fn assigned(city: &City, site: &Site, unit: &str) -> String {
    let number = cases::accepted(city, "张某").await;
    city.force(&format!(
        "UPDATE petition_case SET opened_at = '2026-05-30 09:00+08' WHERE number = '{number}'"
    ))
    .await;
    let unit: i64 = city.value(&format!("SELECT id FROM unit WHERE code = '{unit}'")).await;
    let unit = unit.to_string();
    let fields = [
        ("case_no[]", number.as_str()),
        ("court[]", &unit),
        ("source", "province_court"),
        ("rule", "standard"),
        ("assigned_at", "2026-06-01 09:00"),
        ("action", "issue"),
    ];
    site.act(BUREAU, "/assignments/new", &fields).await;
    number
}

/// Acknowledges, keeps the ledger, names the team.
pub async fn ledgered(city: &City, number: &str, team: [&str; 3]) {
    let [leader, chief, handler] = team;
    city.force(&format!(
        "INSERT INTO acknowledgement (assignment_id, case_id, acknowledged_at, recorded_at, recorded_by)
         SELECT a.id, a.case_id, '2026-06-01 09:20+08', '2026-06-01 09:20+08', s.id
         FROM assignment a JOIN petition_case c ON c.id = a.case_id, staff s
         WHERE c.number = '{number}' AND s.username = '{handler}';
         INSERT INTO ledger (assignment_id, case_id, plan, requests, completed_at, recorded_at, recorded_by)
         SELECT k.assignment_id, k.case_id, '先发放首笔案款', ARRAY['案款足额发放'], '2026-06-02 10:00+08',
                '2026-06-02 10:00+08', k.recorded_by
         FROM acknowledgement k JOIN petition_case c ON c.id = k.case_id WHERE c.number = '{number}';
         INSERT INTO team_member (case_id, round_id, place, staff_id, name, since, recorded_at, recorded_by)
         SELECT a.case_id, a.round_id, t.place, s.id, s.name, '2026-06-02 10:00+08', '2026-06-02 10:00+08', s.id
         FROM assignment a JOIN petition_case c ON c.id = a.case_id
         CROSS JOIN (VALUES ('leader', '{leader}'), ('chief', '{chief}'), ('handler', '{handler}')) t (place, username)
         JOIN staff s ON s.username = t.username
         WHERE c.number = '{number}'"
    ))
    .await;
}

/// The leader met the petitioner.
pub async fn met(city: &City, number: &str) {
    city.force(&format!(
        "INSERT INTO interview (case_id, round_id, kind, held_at, place, host_id, present, notes,
                                recorded_at, recorded_by)
         SELECT t.case_id, t.round_id, 'lead_meeting', '2026-06-02 15:00+08', '第二接访室', t.staff_id, true,
                '固定诉求一项', '2026-06-02 16:00+08', t.staff_id
         FROM team_member t JOIN petition_case c ON c.id = t.case_id
         WHERE c.number = '{number}' AND t.place = 'leader' AND t.ended_at IS NULL"
    ))
    .await;
}

/// The petitioner was told.
pub async fn replied(city: &City, number: &str) {
    city.force(&format!(
        "INSERT INTO reply (case_id, round_id, answered_at, way, place, content, opinion, signature,
                            recorded_at, recorded_by)
         SELECT t.case_id, t.round_id, '2026-06-12 10:00+08', 'in_person', '本院接访室', '案款已全部发放', '认可',
                'signed', '2026-06-12 10:30+08', t.staff_id
         FROM team_member t JOIN petition_case c ON c.id = t.case_id
         WHERE c.number = '{number}' AND t.place = 'handler' AND t.ended_at IS NULL"
    ))
    .await;
}

/// A case of 东湖 with everything on file but the close report.
pub async fn handled(city: &City, site: &Site) -> String {
    let number = assigned(city, site, "0110").await;
    ledgered(city, &number, [LEADER, "donghu.leader2", HANDLER]).await;
    met(city, &number).await;
    replied(city, &number).await;
    number
}

/// The report in full, with its papers.
pub async fn report(site: &Site, who: &str, number: &str, outcome: &str) -> Page {
    let path = format!("/cases/{number}/closing");
    let page = site.get(Some(who), &path).await.expect(StatusCode::OK);
    let version = page.value("version").unwrap();
    let fields = [
        ("version", version.as_str()),
        ("outcome", outcome),
        ("c1", "信访人张某。"),
        ("c2", "（2023）某0110执1187号已执行完毕。"),
        ("c3", "未申请再审。"),
        ("c4", "执行案款未足额发放。"),
        ("c5", "经查，余款待评估费结算。"),
        ("c6", "自查无误。"),
        ("c7", "评查等次一类。"),
        ("action", "submit"),
    ];
    let files = [
        ("file_review_report", "评查报告.pdf", "application/pdf", PDF),
        ("file_settlement", "息诉承诺书.pdf", "application/pdf", PDF),
        ("file_plan", "化解方案.pdf", "application/pdf", PDF),
        ("file_termination_decision", "终结决定.pdf", "application/pdf", PDF),
        ("file_self_check_report", "自查自纠报告.pdf", "application/pdf", PDF),
    ];
    site.upload(Some(who), &path, &fields, &files).await
}

/// The address of the report that was handed in last.
pub async fn approval(city: &City) -> String {
    city.value::<String>("SELECT '/approvals/' || uuid FROM closing ORDER BY id DESC LIMIT 1").await
}

/// What the page of a signatory sends.
pub fn verdict(
    page: &Page,
    decision: &str,
    opinion: &str,
    password: &str,
) -> Vec<(String, String)> {
    let shown = |field: &str| page.value(field).unwrap_or_default();
    [
        ("step", shown("step")),
        ("seen", shown("seen")),
        ("version", shown("version")),
        ("decision", decision.to_owned()),
        ("opinion", opinion.to_owned()),
        ("password", password.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// Signs as someone does: opens the page, decides, gives the password.
pub async fn sign(site: &Site, who: &str, path: &str, (decision, opinion): (&str, &str)) -> Page {
    let page = site.get(Some(who), path).await.expect(StatusCode::OK);
    let fields = verdict(&page, decision, opinion, PASSWORD);
    send(site, who, path, &fields).await
}

/// Sends a verdict.
pub async fn send(site: &Site, who: &str, path: &str, fields: &[(String, String)]) -> Page {
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    site.post(Some(who), path, &fields).await
}

/// Signs with approval, which must succeed.
pub async fn approve(site: &Site, who: &str, path: &str) {
    sign(site, who, path, ("approve", "同意。")).await.expect(StatusCode::SEE_OTHER);
}

/// The stage of a case.
pub async fn stage(city: &City, number: &str) -> String {
    city.value(&format!(
        "SELECT n.stage FROM petition_case_now n JOIN petition_case c ON c.id = n.case_id
         WHERE c.number = '{number}'"
    ))
    .await
}

/// State and due day of the closing clocks, as one line.
pub async fn closing_clock(city: &City) -> String {
    city.value(
        "SELECT string_agg(state || ' ' || due_on || coalesce(' ' || to_char(
             stopped_at AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI'), ''), '; ' ORDER BY id)
         FROM clock WHERE kind = 'C30'",
    )
    .await
}
