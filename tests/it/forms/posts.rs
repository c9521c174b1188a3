//! The forms about a case, each filled in so that it succeeds where its step is due; and cases at each
//! stage to send them to.

use axum::http::StatusCode;

use crate::support::laid::{self, Laid};
use crate::support::{City, Page, Site, cases, chain, matters};

pub const BUREAU: &str = "zhongyuan.bureau";
pub const HANDLER: &str = "donghu.handler";
const PDF: &[u8] = b"%PDF-1.7 made for a test";
const PASSWORD: &str = "yunzhou-2026";
/// Who signs, in the order of the steps.
pub const SIGNATORIES: [(&str, &str); 4] = [
    ("leader", chain::LEADER),
    ("president", chain::PRESIDENT),
    ("bureau", BUREAU),
    ("leading_group", chain::LEADING_GROUP),
];

pub type Fields = Vec<(String, String)>;
type File = (&'static str, &'static str, &'static str, &'static [u8]);

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

/// What is laid behind the program's back has numbers of its own counting.
pub async fn leave_numbers(city: &City) {
    city.force("SELECT next_number('JB:2026') FROM generate_series(1, 1000)").await;
}

/// A case at a stage.
#[derive(Debug, Clone, Default)]
pub struct Matter {
    pub number: String,
    /// Its close report, and the content that its signatories see.
    pub closing: Option<(String, String)>,
}

pub const STAGES: [&str; 10] = [
    "accepted",
    "assigned",
    "in_handling",
    "replied",
    "handed_in",
    "unit_closed",
    "signed",
    "bureau_checked",
    "returned",
    "confirmed_closed",
];

impl Matter {
    /// A fresh case at a stage.
    pub async fn at(city: &City, site: &Site, stage: &str) -> Self {
        let matter = Self::lay(city, site, stage).await;
        // A report that nobody signed yet leaves its case where it was.
        let expected = if stage == "handed_in" { "replied" } else { stage };
        assert_eq!(chain::stage(city, &matter.number).await, expected);
        matter
    }

    async fn lay(city: &City, site: &Site, stage: &str) -> Self {
        let is_after = |other: &str| {
            let place = |wanted: &str| STAGES.iter().position(|it| *it == wanted).unwrap();
            place(stage) >= place(other)
        };
        if stage == "accepted" {
            return Self { number: cases::accepted(city, "张某").await, closing: None };
        }
        let nobody =
            Laid { acknowledged: false, leader: "", handler: "", done: &[], ..Laid::default() };
        let laid = if is_after("in_handling") { Laid::default() } else { nobody };
        let number = laid::lay(city, laid).await;
        if is_after("in_handling") {
            handle(city, &number).await;
        }
        if stage == "replied" {
            chain::replied(city, &number).await;
        }
        if !is_after("handed_in") {
            return Self { number, closing: None };
        }
        let path = format!("/approvals/{}", laid::apply(city, &number, &[]).await);
        let page = site.get(Some(chain::LEADER), &path).await.expect(StatusCode::OK);
        let matter = Self { number, closing: Some((path.clone(), page.value("seen").unwrap())) };
        let (signed, verdict) = match stage {
            "unit_closed" => (1, "approve"),
            "signed" => (2, "approve"),
            "bureau_checked" => (3, "approve"),
            "confirmed_closed" => (4, "approve"),
            "returned" => (2, "return"),
            _ => (0, ""),
        };
        for (nth, (step, who)) in SIGNATORIES.iter().enumerate().take(signed) {
            let verdict = if nth + 1 == signed { verdict } else { "approve" };
            let post = sign(city, &matter, (step, who), verdict).await.unwrap();
            post.send(site, &[]).await.expect(StatusCode::SEE_OTHER);
        }
        matter
    }
}

/// A line of progress and a report.
async fn handle(city: &City, number: &str) {
    city.force(&format!(
        "INSERT INTO progress_entry (case_id, round_id, kind, happened_at, text, recorded_at, recorded_by)
         SELECT c.id, r.id, 'phone', '2026-06-11 10:00+08', '已电话告知', '2026-06-11 10:00+08', 1
         FROM petition_case c JOIN round r ON r.case_id = c.id WHERE c.number = '{number}'"
    ))
    .await;
    matters::report(city, number, "2026-06-12 10:00", None).await;
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

fn post(route: &'static str, who: &'static str, path: &str, fields: &[(&str, &str)]) -> Post {
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
    let at = |part: &str| format!("/cases/{number}/{part}");
    let version = version(city, number).await;
    let ledger = of_case(
        city,
        number,
        "version::text FROM (SELECT l.version, l.case_id, l.assignment_id AS id FROM ledger l) l",
    )
    .await;
    let ledger = if ledger.len() > 9 { "0".to_owned() } else { ledger };
    let line = of_case(city, number, "uuid::text FROM progress_entry").await;
    let [leader, chief, handler] = [
        staff(city, "donghu.leader").await,
        staff(city, "donghu.leader2").await,
        staff(city, HANDLER).await,
    ];
    let sections = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"].map(|code| (code, "已写"));
    let parts = ["c1", "c2", "c3", "c4", "c5", "c6", "c7"].map(|code| (code, "已写明。"));
    let seen = ("version", version.as_str());
    let report: Vec<_> = [seen].into_iter().chain(sections).collect();
    let closing: Vec<_> = [seen, ("outcome", "settled_written"), ("action", "submit")]
        .into_iter()
        .chain(parts)
        .collect();
    let mut posts = vec![
        post("/cases/{case_no}/acknowledgement", HANDLER, &at("acknowledgement"), &[seen]),
        post(
            "/cases/{case_no}/ledger",
            HANDLER,
            &at("ledger"),
            &[
                ("version", &ledger),
                ("leader_id", &leader),
                ("leader_phone", ""),
                ("chief_id", &chief),
                ("chief_phone", ""),
                ("handler_id", &handler),
                ("handler_phone", ""),
                ("plan", "先发放首笔案款"),
                ("claims[]", "案款足额发放"),
            ],
        ),
        post(
            "/cases/{case_no}/interviews/new",
            HANDLER,
            &at("interviews/new"),
            &[
                ("kind", "lead_meeting"),
                ("date", "2026-06-15"),
                ("time", "11:30"),
                ("place", "第二接访室"),
                ("host_id", &leader),
                ("present", "yes"),
                ("notes", "固定诉求两项"),
                ("claims[]", "案款足额发放"),
                ("told_timetable", "yes"),
                ("opinion", "agree"),
            ],
        ),
        post(
            "/cases/{case_no}/progress/new",
            HANDLER,
            &at("progress/new"),
            &[("kind", "phone"), ("happened_at", "2026-06-15 11:20"), ("text", "已电话告知信访人")],
        ),
        post(
            "/cases/{case_no}/corrections/new",
            HANDLER,
            &at("corrections/new"),
            &[("of", &line), ("reason", "金额有误"), ("text", "首笔42,600元已入专户")],
        ),
        post("/cases/{case_no}/report", HANDLER, &at("report"), &report),
        post(
            "/cases/{case_no}/answer",
            HANDLER,
            &at("answer"),
            &[
                seen,
                ("answered_at", "2026-06-15 11:40"),
                ("way", "in_person"),
                ("place", "第二接访室"),
                ("content", "案款已全部发放"),
                ("opinion", "认可"),
                ("signature", "signed"),
                ("none_reason", ""),
            ],
        ),
        post("/cases/{case_no}/closing", HANDLER, &at("closing"), &closing),
        post(
            "/cases/{case_no}/reveal",
            HANDLER,
            &at("reveal"),
            &[("field", "phone"), ("reason", "contact")],
        ),
    ];
    posts[2].files = vec![("files", "约见笔录.pdf", "application/pdf", PDF)];
    posts[7].files = vec![
        ("file_review_report", "评查报告.pdf", "application/pdf", PDF),
        ("file_settlement", "息诉承诺书.pdf", "application/pdf", PDF),
        ("file_plan", "化解方案.pdf", "application/pdf", PDF),
        ("file_self_check_report", "自查自纠报告.pdf", "application/pdf", PDF),
    ];
    posts
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
    let excluded = [("person", "某法官"), ("reason", "与信访人是亲属")];
    let exclusions = format!("/cases/{number}/exclusions");
    let leader2 =
        city.value::<String>("SELECT name FROM staff WHERE username = 'donghu.leader2'").await;
    let excluded = [("person", leader2.as_str()), excluded[1]];
    posts.push(post("/cases/{case_no}/exclusions", BUREAU, &exclusions, &excluded));
    let exclusion = of_case(city, number, "uuid::text FROM exclusion").await;
    let lifting = format!("{exclusions}/{exclusion}/lifting");
    posts.push(post(
        "/cases/{case_no}/exclusions/{uuid}/lifting",
        BUREAU,
        &lifting,
        &[("lifted_reason", "核实无关")],
    ));
    for signatory in SIGNATORIES {
        posts.extend(sign(city, matter, signatory, "approve").await);
    }
    posts
}
