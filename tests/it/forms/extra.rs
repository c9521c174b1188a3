//! Fields that a form doesn't have: who owns a thing, where it belongs, what it has become.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use sqlx::AssertSqlSafe;

use super::posts::{Matter, Post, STAGES, all, leave_numbers};
use crate::support::{City, Page, Site, visit};

const CLERK: &str = "donghu.clerk";
const BUREAU: &str = "zhongyuan.bureau";
const SYSADMIN: &str = "zhongyuan.sysadmin";
const SECADMIN: &str = "zhongyuan.secadmin";
const SECOND: &str = "zhongyuan.secadmin2";
const PDF: &[u8] = b"%PDF-1.7 made for a test";
const BOOK: &[u8] = include_bytes!("../data/ledger-40.xlsx");
const BOOK_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What is not carried out here: one's own keys, codes and sessions, whose values are drawn anew, and
/// what needs something that went wrong before.
const ELSEWHERE: [&str; 17] = [
    "/account/grant",
    "/account/password",
    "/account/recovery-codes",
    "/account/second-factor",
    "/account/second-factor/confirmation",
    "/account/sessions",
    "/admin/accounts/{uuid}/factor",
    "/admin/accounts/{uuid}/password",
    "/admin/jobs/{uuid}/retry",
    "/bulletins/{period}/freeze",
    "/bulletins/{period}/publication",
    "/csp-report",
    "/drafts/removal",
    "/imports/{import}/decisions",
    "/login",
    "/login/code",
    "/logout",
];

/// What someone would send who had read the tables: of another court, another person, the end of the
/// case, a greater role.
async fn extras(city: &City) -> Vec<(&'static str, String)> {
    let court: i64 = city.value("SELECT id FROM unit WHERE code = '0104'").await;
    let staff: i64 = city.value("SELECT id FROM staff WHERE username = 'qingxi.president'").await;
    let (court, staff) = (court.to_string(), staff.to_string());
    let mut extras = Vec::new();
    for name in [
        "unit_id",
        "court_id",
        "registered_unit_id",
        "origin_unit_id",
        "case[unit_id]",
        "unit",
        "court",
    ] {
        extras.push((name, court.clone()));
    }
    for name in [
        "owner",
        "owner_id",
        "staff_id",
        "created_by",
        "recorded_by",
        "updated_by",
        "petitioner[recorded_by]",
    ] {
        extras.push((name, staff.clone()));
    }
    for (name, value) in [
        ("id", "1"),
        ("case_id", "1"),
        ("round_id", "1"),
        ("grant_id", "1"),
        ("uuid", "0198c0de-0000-7000-8000-000000000001"),
        ("number", "XF2026-00001"),
        ("stage", "confirmed_closed"),
        ("state", "stopped"),
        ("is_open", "false"),
        ("role", "sysadmin"),
        ("version", "1"),
        ("recorded_at", "2020-01-01 00:00"),
        ("created_at", "2020-01-01 00:00"),
        ("due_on", "2030-01-01"),
        ("confirmed_at", "2026-06-14 00:00"),
        ("password_hash", "x"),
        ("must_change", "false"),
        ("__proto__", "x"),
    ] {
        extras.push((name, value.to_owned()));
    }
    extras
}

/// A story that sends each form once, in the order of the work; with further fields or without.
struct Story {
    city: City,
    site: Site,
    further: Vec<(&'static str, String)>,
    /// What was answered on each route.
    answers: Vec<(String, StatusCode)>,
}

impl Story {
    async fn new(with_further: bool) -> Self {
        let city = City::new().await;
        let site = Site::of(&city).await;
        leave_numbers(&city).await;
        let further = if with_further { extras(&city).await } else { Vec::new() };
        Self { city, site, further, answers: Vec::new() }
    }

    /// Sends a form with those further fields that it doesn't have by itself.
    async fn send(&mut self, post: &Post) -> Page {
        let own: BTreeSet<&str> = post.fields.iter().map(|(name, _)| name.as_str()).collect();
        let further = self.further.iter().filter(|(name, _)| !own.contains(name));
        let further: Vec<_> = further.map(|(name, value)| (*name, value.as_str())).collect();
        let page = post.send(&self.site, &further).await;
        self.answers.push((post.route.to_owned(), page.status));
        page
    }

    async fn act(
        &mut self,
        route: &'static str,
        who: &'static str,
        (path, fields): (&str, &[(&str, &str)]),
    ) -> Page {
        let fields =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.send(&Post { route, who, path: path.to_owned(), fields, files: Vec::new() }).await
    }

    /// Every form about a case, at the first stage at which it is carried out.
    async fn cases(&mut self) {
        let mut done: BTreeSet<&str> = BTreeSet::new();
        for stage in STAGES {
            let mut matter = Matter::at(&self.city, &self.site, stage).await;
            let count = all(&self.city, &matter).await.len();
            for nth in 0..count {
                let post = all(&self.city, &matter).await.swap_remove(nth);
                if done.contains(post.route) {
                    continue;
                }
                let page = self.send(&post).await;
                if page.status == StatusCode::SEE_OTHER {
                    done.insert(post.route);
                    if !post.route.ends_with("/exclusions") {
                        matter = Matter::at(&self.city, &self.site, stage).await;
                    }
                }
            }
        }
    }

    async fn visits(&mut self) {
        let form = visit(&[]);
        let page = self.act("/visits/new", CLERK, ("/visits/new", &form)).await;
        let path = page.location().split('?').next().unwrap().to_owned();
        self.act("/petitioners/match", CLERK, ("/petitioners/match", &[("name", "张某")])).await;
        let draft = visit(&[("draft", "1"), ("draft_of", "/visits/new")]);
        self.act("/drafts", CLERK, ("/drafts", &draft)).await;
        self.act("/drafts/visit/{sheet}", CLERK, ("/drafts/visit/1", &[])).await;
        let files = vec![("files", "材料.pdf", "application/pdf", PDF)];
        let path_of = format!("{path}/materials");
        let material = Post {
            route: "/visits/{visit_no}/materials",
            who: CLERK,
            path: path_of,
            fields: Vec::new(),
            files,
        };
        self.send(&material).await;
        self.act(
            "/visits/{visit_no}/void",
            CLERK,
            (&format!("{path}/void"), &[("reason", "登记错误")]),
        )
        .await;
        let order = [
            ("source", "province_court"),
            ("rule", "standard"),
            ("assigned_at", "2026-06-15 11:05"),
        ];
        self.act("/assignments/preview", BUREAU, ("/assignments/preview", &order)).await;
    }

    async fn offices(&mut self) {
        let unit: i64 = self.city.value("SELECT id FROM unit WHERE code = '0110'").await;
        let unit = unit.to_string();
        let new = [
            ("username", "donghu.clerk9"),
            ("name", "马某某"),
            ("unit", unit.as_str()),
            ("post", "officer"),
            ("post_title", "书记员"),
            ("phone", "0000-1000099"),
            ("active", "yes"),
        ];
        let page = self.act("/admin/users/new", SYSADMIN, ("/admin/users/new", &new)).await;
        let user = page.location();
        self.act("/admin/users/{uuid}", SYSADMIN, (&user, &new[1..])).await;
        let court = [
            ("code", "0114"),
            ("kind", "base_court"),
            ("name", "新城区人民法院"),
            ("short_name", "新城法院"),
            ("contact_leader", ""),
        ];
        self.act("/admin/courts/new", SYSADMIN, ("/admin/courts/new", &court)).await;
        let renamed = [("name", "新城区人民法院"), ("short_name", "新城区法院"), ("order", "99")];
        self.act("/admin/courts/{code}", SYSADMIN, ("/admin/courts/0114", &renamed)).await;
        for (route, part, fields) in [
            ("/admin/roles/proposals/{uuid}/confirmation", "confirmation", &[][..]),
            ("/admin/roles/proposals/{uuid}/refusal", "refusal", &[("reason", "岗位不符")]),
        ] {
            let (from, until) = (("from", ""), ("until", ""));
            let proposal = [
                ("user", "donghu.handler2"),
                ("role", "clerk"),
                ("unit", "0110"),
                ("reason", ""),
                from,
                until,
            ];
            self.act("/admin/roles", SECADMIN, ("/admin/roles", &proposal)).await;
            let last = "SELECT uuid::text FROM grant_proposal ORDER BY id DESC LIMIT 1";
            let uuid: String = self.city.value(last).await;
            let path = format!("/admin/roles/proposals/{uuid}/{part}");
            self.act(route, SECOND, (&path, fields)).await;
        }
        let given = "SELECT max(grant_id) FROM grant_proposal";
        let given: i64 = self.city.value(given).await;
        self.act(
            "/admin/roles/{grant}/ending",
            SECADMIN,
            (&format!("/admin/roles/{given}/ending"), &[]),
        )
        .await;
        let user: String = self
            .city
            .value("SELECT uuid::text FROM staff WHERE username = 'donghu.handler2'")
            .await;
        let path = format!("/admin/accounts/{user}/sessions");
        self.act("/admin/accounts/{uuid}/sessions", SECADMIN, (&path, &[])).await;
        let ending = "/admin/accounts/sessions/ending";
        self.act(ending, SECADMIN, (ending, &[])).await;
        let asked =
            [("case_no", "XF2026-00001"), ("id_number", ""), ("reason", "petitioner_request")];
        self.act("/admin/audit/accesses", "zhongyuan.auditor", ("/admin/audit/accesses", &asked))
            .await;
        self.act("/bulletins", BUREAU, ("/bulletins", &[("period", "2026-W24")])).await;
    }

    async fn import(&mut self) {
        let choose = Post {
            route: "/imports/new",
            who: BUREAU,
            path: "/imports/new".to_owned(),
            fields: vec![("kind".to_owned(), "all".to_owned())],
            files: vec![("file", "台账.xlsx", BOOK_TYPE, BOOK)],
        };
        let removed = self.send(&choose).await.location();
        self.act("/imports/new/{draft}/removal", BUREAU, (&format!("{removed}/removal"), &[]))
            .await;
        let draft = self.send(&choose).await.location();
        let page = self.site.get(Some(BUREAU), &draft).await;
        let names = page.attributes("select", "name");
        let chosen: Vec<String> = names
            .iter()
            .map(|name| {
                let option = format!("select[name='{name}'] option[selected]");
                page.attributes(&option, "value").into_iter().next().unwrap_or_default()
            })
            .collect();
        let fields: Vec<_> =
            names.iter().map(String::as_str).zip(chosen.iter().map(String::as_str)).collect();
        self.act("/imports/new/{draft}", BUREAU, (&draft, &fields)).await;
        let id = draft.rsplit('/').next().unwrap();
        let page = self
            .act("/imports", BUREAU, ("/imports", &[("draft", id), ("choice", "good_rows")]))
            .await;
        let undo = format!("{}/undo", page.location().split('?').next().unwrap());
        self.act("/imports/{import}/undo", BUREAU, (&undo, &[("reason", "选错了文件")])).await;
    }

    async fn told(with_further: bool) -> Self {
        let mut story = Self::new(with_further).await;
        story.cases().await;
        story.visits().await;
        story.import().await;
        story.offices().await;
        story
    }
}

/// The rows of each table without what is drawn anew: keys of the program, sealed values, hashes.
async fn rows(city: &City) -> BTreeMap<String, Vec<String>> {
    let pool = city.truth();
    let tables: Vec<(String, Vec<String>)> = sqlx::query_as(
        "SELECT c.relname::text, coalesce(array_agg(a.attname::text) FILTER (
                    WHERE a.atttypid IN ('uuid'::regtype, 'bytea'::regtype) OR a.attname ~ 'sealed|^body$|^session$|password'
                       OR c.relname = 'form_receipt' AND a.attname = 'location'), '{}')
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> '_sqlx_migrations'
         GROUP BY c.relname",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let mut found = BTreeMap::new();
    for (table, drawn) in tables {
        let read = format!(
            "SELECT regexp_replace((to_jsonb(t) - $1::text[])::text,
                        '[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}', '#', 'g') AS line
             FROM {table} t ORDER BY line COLLATE \"C\""
        );
        let lines: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(read)).bind(&drawn).fetch_all(&pool).await.unwrap();
        found.insert(table, lines);
    }
    pool.close().await;
    found
}

/// S25.
#[tokio::test]
async fn fields_that_a_form_does_not_have_change_nothing_and_the_audit_is_the_same() {
    let plain = Story::told(false).await;
    let further = Story::told(true).await;
    assert_eq!(further.answers, plain.answers);
    let (expected, found) = (rows(&plain.city).await, rows(&further.city).await);
    assert!(expected["audit"].len() > 40, "{}", expected["audit"].len());
    for (table, lines) in &expected {
        let differ: Vec<_> =
            found[table].iter().zip(lines).filter(|(one, other)| one != other).collect();
        assert!(found[table] == *lines, "{table}: {differ:#?}");
    }
    // Every form of the table was carried out, or is known not to be.
    let is_done = |status: &StatusCode| status.is_success() || status.is_redirection();
    let done: BTreeSet<&str> = plain
        .answers
        .iter()
        .filter(|(_, status)| is_done(status))
        .map(|(route, _)| route.split(' ').next().unwrap())
        .collect();
    let all: BTreeSet<&str> =
        plain.site.rows.iter().filter(|row| row.method == "POST").map(|row| row.path).collect();
    let missing: Vec<_> = all.difference(&done).copied().collect();
    assert_eq!(missing, ELSEWHERE, "{:#?}", plain.answers);
}
