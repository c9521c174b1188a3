//! The forms about a case, each filled in so that it succeeds where its step is due.

use super::stages::Matter;
use crate::support::{City, Page, Site, chain};

pub const BUREAU: &str = "zhongyuan.bureau";
pub const HANDLER: &str = "donghu.handler";
pub const PDF: &[u8] = b"%PDF-1.7 made for a test";
const PASSWORD: &str = "yunzhou-2026";
/// Who signs, in the order of the steps.
pub const SIGNATORIES: [(&str, &str); 4] = [
    ("leader", chain::LEADER),
    ("president", chain::PRESIDENT),
    ("bureau", BUREAU),
    ("leading_group", chain::LEADING_GROUP),
];

pub type Fields = Vec<(String, String)>;
pub type File = (&'static str, &'static str, &'static str, &'static [u8]);

/// A form, ready to be sent.
#[derive(Debug, Clone)]
pub struct Post {
    /// The route, and where it has several, which of them.
    pub route: &'static str,
    pub who: &'static str,
    pub path: String,
    pub fields: Fields,
    pub files: Vec<File>,
}

impl Post {
    /// Sends it, with further fields.
    pub async fn send(&self, site: &Site, further: &[(&str, &str)]) -> Page {
        let fields = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> = fields.chain(further.iter().copied()).collect();
        if self.files.is_empty() {
            site.post(Some(self.who), &self.path, &fields).await
        } else {
            site.upload(Some(self.who), &self.path, &fields, &self.files).await
        }
    }
}

fn owned(fields: &[(&str, &str)]) -> Fields {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A value of the case, or a made-up key where there is none.
async fn of_case(city: &City, number: &str, what: &str) -> String {
    city.value(&format!(
        "SELECT coalesce((SELECT {what} WHERE case_id = (SELECT id FROM petition_case WHERE number = '{number}')
                          ORDER BY id DESC LIMIT 1), '00000000-0000-4000-8000-000000000000')"
    ))
    .await
}

pub async fn version(city: &City, number: &str) -> String {
    city.value(&format!("SELECT version::text FROM petition_case WHERE number = '{number}'")).await
}

async fn staff(city: &City, username: &str) -> String {
    city.value(&format!("SELECT id::text FROM staff WHERE username = '{username}'")).await
}

/// The order that gives the case to its court.
pub async fn assign(city: &City, number: &str) -> Post {
    let court = city.value::<i64>("SELECT id FROM unit WHERE code = '0110'").await.to_string();
    let fields = [
        ("case_no[]", number),
        ("court[]", &court),
        ("source", "province_court"),
        ("rule", "standard"),
        ("assigned_at", "2026-06-15 11:05"),
        ("action", "issue"),
    ];
    post("/assignments/new", BUREAU, "/assignments/new", &fields)
}

pub fn post(route: &'static str, who: &'static str, path: &str, fields: &[(&str, &str)]) -> Post {
    Post { route, who, path: path.to_owned(), fields: owned(fields), files: Vec::new() }
}

/// A signature, whoever's turn it is.
pub async fn sign(
    city: &City,
    matter: &Matter,
    (step, who): (&'static str, &'static str),
    decision: &str,
) -> Option<Post> {
    let (path, seen) = matter.closing.as_ref()?;
    let version = version(city, &matter.number).await;
    let fields = [
        ("step", step),
        ("seen", seen),
        ("version", &version),
        ("decision", decision),
        ("opinion", "缺答复笔录"),
        ("password", PASSWORD),
    ];
    let route = match step {
        "leader" => "/approvals/{uuid} leader",
        "president" => "/approvals/{uuid} president",
        "bureau" => "/approvals/{uuid} bureau",
        _ => "/approvals/{uuid} leading_group",
    };
    Some(post(route, who, path, &fields))
}

/// What the unit's people send.
async fn of_unit(city: &City, number: &str) -> Vec<Post> {
    let version = version(city, number).await;
    let mut posts = vec![team(city, number).await];
    posts.extend(work(city, number, &version).await);
    posts.extend(papers(number, &version));
    posts
}

async fn team(city: &City, number: &str) -> Post {
    let version = of_case(
        city,
        number,
        "version::text FROM (SELECT l.version, l.case_id, l.assignment_id AS id FROM ledger l) l",
    )
    .await;
    let version = if version.len() > 9 { "0".to_owned() } else { version };
    let [leader, chief, handler] = [
        staff(city, "donghu.leader").await,
        staff(city, "donghu.leader2").await,
        staff(city, HANDLER).await,
    ];
    let fields = [
        ("version", version.as_str()),
        ("leader_id", &leader),
        ("leader_phone", ""),
        ("chief_id", &chief),
        ("chief_phone", ""),
        ("handler_id", &handler),
        ("handler_phone", ""),
        ("plan", "先发放首笔案款"),
        ("claims[]", "案款足额发放"),
    ];
    of_handler("/cases/{case_no}/ledger", number, &fields)
}

fn of_handler(route: &'static str, number: &str, fields: &[(&str, &str)]) -> Post {
    post(route, HANDLER, &route.replace("{case_no}", number), fields)
}

/// What is done day by day.
async fn work(city: &City, number: &str, version: &str) -> [Post; 5] {
    let line = of_case(city, number, "uuid::text FROM progress_entry").await;
    let leader = staff(city, "donghu.leader").await;
    let met = [
        ("kind", "lead_meeting"),
        ("date", "2026-06-15"),
        ("time", "11:30"),
        ("place", "第二接访室"),
        ("host_id", leader.as_str()),
        ("present", "yes"),
        ("notes", "固定诉求两项"),
        ("claims[]", "案款足额发放"),
        ("told_timetable", "yes"),
        ("opinion", "agree"),
    ];
    let done =
        [("kind", "phone"), ("happened_at", "2026-06-15 11:20"), ("text", "已电话告知信访人")];
    let amended = [("of", line.as_str()), ("reason", "金额有误"), ("text", "首笔42,600元已入专户")];
    let mut met = of_handler("/cases/{case_no}/interviews/new", number, &met);
    met.files = vec![("files", "约见笔录.pdf", "application/pdf", PDF)];
    let shown = [("field", "phone"), ("reason", "contact")];
    [
        of_handler("/cases/{case_no}/acknowledgement", number, &[("version", version)]),
        met,
        of_handler("/cases/{case_no}/progress/new", number, &done),
        of_handler("/cases/{case_no}/corrections/new", number, &amended),
        of_handler("/cases/{case_no}/reveal", number, &shown),
    ]
}

/// The report, the answer and the application to close.
fn papers(number: &str, version: &str) -> [Post; 3] {
    let sections = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"].map(|code| (code, "已写"));
    let parts = ["c1", "c2", "c3", "c4", "c5", "c6", "c7"].map(|code| (code, "已写明。"));
    let seen = ("version", version);
    let report: Vec<_> =
        [seen, ("late_reason", "等待评估机构的结算")].into_iter().chain(sections).collect();
    let applied = [seen, ("outcome", "settled_written"), ("action", "submit")];
    let applied: Vec<_> = applied.into_iter().chain(parts).collect();
    let answer = [
        seen,
        ("answered_at", "2026-06-15 11:40"),
        ("way", "in_person"),
        ("place", "第二接访室"),
        ("content", "案款已全部发放"),
        ("opinion", "认可"),
        ("signature", "signed"),
        ("none_reason", ""),
    ];
    let mut closing = of_handler("/cases/{case_no}/closing", number, &applied);
    closing.files = vec![
        ("file_review_report", "评查报告.pdf", "application/pdf", PDF),
        ("file_settlement", "息诉承诺书.pdf", "application/pdf", PDF),
        ("file_plan", "化解方案.pdf", "application/pdf", PDF),
        ("file_self_check_report", "自查自纠报告.pdf", "application/pdf", PDF),
    ];
    [
        of_handler("/cases/{case_no}/report", number, &report),
        of_handler("/cases/{case_no}/answer", number, &answer),
        closing,
    ]
}

/// What the bureau decides about a case beside its steps, and takes back.
async fn of_bureau(city: &City, number: &str) -> Vec<Post> {
    let name = async |who: &str| -> String {
        city.value(&format!("SELECT name FROM staff WHERE username = '{who}'")).await
    };
    let (kept_out, reviewer) = (name("donghu.leader2").await, name("zhongyuan.reviewer").await);
    let [exclusion, hold, review] = [
        of_case(city, number, "uuid::text FROM exclusion").await,
        of_case(city, number, "uuid::text FROM legal_hold").await,
        of_case(
            city,
            number,
            "uuid::text FROM (SELECT r.uuid, r.case_id, 1 AS id FROM case_reviewer r) r",
        )
        .await,
    ];
    let at = |part: &str| format!("/cases/{number}/{part}");
    let lifted = [("lifted_reason", "核实无关")];
    vec![
        post(
            "/cases/{case_no}/exclusions",
            BUREAU,
            &at("exclusions"),
            &[("person", &kept_out), ("reason", "与信访人是亲属")],
        ),
        post(
            "/cases/{case_no}/exclusions/{uuid}/lifting",
            BUREAU,
            &at(&format!("exclusions/{exclusion}/lifting")),
            &lifted,
        ),
        post("/cases/{case_no}/holds", BUREAU, &at("holds"), &[("reason", "诉讼未结")]),
        post(
            "/cases/{case_no}/holds/{uuid}/lifting",
            BUREAU,
            &at(&format!("holds/{hold}/lifting")),
            &lifted,
        ),
        post(
            "/cases/{case_no}/reviewers",
            BUREAU,
            &at("reviewers"),
            &[("reviewer", &reviewer), ("kind", "spot"), ("until", "2026-06-30")],
        ),
        post(
            "/cases/{case_no}/reviewers/{uuid}/withdrawal",
            BUREAU,
            &at(&format!("reviewers/{review}/withdrawal")),
            &[("withdrawn_reason", "改由他人评查")],
        ),
    ]
}

/// Every form about a case, in the order of the work.
pub async fn all(city: &City, matter: &Matter) -> Vec<Post> {
    let number = &matter.number;
    let mut posts = vec![assign(city, number).await];
    posts.extend(of_unit(city, number).await);
    let report = of_case(city, number, "uuid::text FROM progress_report").await;
    let version = version(city, number).await;
    let examined = [
        ("report", report.as_str()),
        ("version", &version),
        ("decision", "received"),
        ("return_reason", ""),
    ];
    let review = format!("/cases/{number}/report/review");
    posts.push(post("/cases/{case_no}/report/review", BUREAU, &review, &examined));
    posts.extend(of_bureau(city, number).await);
    for signatory in SIGNATORIES {
        posts.extend(sign(city, matter, signatory, "approve").await);
    }
    posts
}
