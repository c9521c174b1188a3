//! What is refused leaves a trace, and a flood of it can't fill the disk.

use anjie::edge::{Edge, PublicUrl};
use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::{count, entries};
use crate::support::laid::{self, Laid};
use crate::support::{City, Site};

const CLERK: &str = "donghu.clerk";
const HANDLER: &str = "donghu.handler";
const ID: &str = "99011019680101001X";

/// S77.
#[tokio::test]
async fn each_kind_of_refusal_leaves_one_entry() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let site = Site::of(&city).await;
    let reveal = format!("/cases/{number}/reveal");
    for who in ["donghu.clerk", "qingxi.handler", "donghu.handler"] {
        site.cookie(who).await;
    }
    site.get(Some("donghu.clerk"), "/imports").await.expect(StatusCode::FORBIDDEN);
    assert_eq!(entries(&city, "access.refused").await, ["refused|GET /imports|403||"]);
    let page = site.get(Some("qingxi.handler"), &format!("/cases/{number}")).await;
    page.expect(StatusCode::NOT_FOUND);
    let told = entries(&city, "access.refused").await;
    assert_eq!(told[1], format!("refused|GET /cases/{number}|404||"));
    assert_eq!(entries(&city, "case.read").await, [""; 0], "what was not shown was not read");
    let page = site.post_as_it_is(Some("donghu.handler"), &reveal, &[("field", "phone")]).await;
    page.expect(StatusCode::FORBIDDEN);
    let told = entries(&city, "access.refused").await;
    assert_eq!(told[2], format!("refused|POST /cases/{number}/reveal|csrf||"));
    assert_eq!(told.len(), 3);
    // A name typed in the place of a number stays out; so does an address that isn't there.
    let before = count(&city).await;
    site.get(Some("donghu.handler"), "/cases/%E5%BC%A0%E6%9F%90")
        .await
        .expect(StatusCode::NOT_FOUND);
    let told = entries(&city, "access.refused").await;
    assert_eq!(told.len(), 3, "the second of a minute is counted, not written");
    site.get(Some("donghu.handler"), "/nothing").await.expect(StatusCode::NOT_FOUND);
    assert_eq!(count(&city).await, before);
}

/// S77.
#[tokio::test]
async fn a_flood_of_refusals_leaves_few_entries_and_its_count() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for _ in 0..120 {
        site.get(Some("donghu.clerk"), "/imports").await.expect(StatusCode::FORBIDDEN);
    }
    let first = "refused|GET /imports|403||".to_owned();
    let told = entries(&city, "access.refused").await;
    assert_eq!(told, [first.clone(), format!("{first}times=10"), format!("{first}times=100")]);
    assert_eq!(city.value::<i64>("SELECT sum(times) FROM refusal").await, 120);
    let later = Site::at(&city, crate::support::at("2026-06-15 12:01")).await;
    later.get(Some("donghu.clerk"), "/imports").await.expect(StatusCode::FORBIDDEN);
    assert_eq!(entries(&city, "access.refused").await.len(), 4, "another minute");
}

/// Who, where from, what, of which case, the fields and the reason of the entries after some.
async fn left(city: &City, after: i64) -> Vec<String> {
    city.value(&format!(
        "SELECT coalesce(array_agg(concat_ws('|', s.username, a.address, a.verb, a.outcome, a.object, c.number,
                                             a.fields, a.reason, a.detail) ORDER BY a.nth), '{{}}')
         FROM audit a JOIN staff s ON s.id = a.staff_id LEFT JOIN petition_case c ON c.id = a.case_id
         WHERE a.nth IN (SELECT nth FROM audit ORDER BY nth OFFSET {after})"
    ))
    .await
}

/// What is sent: who, the method and the address, further headers, the body.
struct Sent<'a> {
    who: Option<&'a str>,
    method: &'a str,
    path: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: String,
}

impl<'a> Sent<'a> {
    fn post(who: Option<&'a str>, path: &'a str, body: &str) -> Self {
        let headers = &[("content-type", "application/x-www-form-urlencoded")];
        Self { who, method: "POST", path, headers, body: body.to_owned() }
    }

    fn with(self, headers: &'a [(&'a str, &'a str)]) -> Self {
        Self { headers, ..self }
    }

    async fn to(self, site: &Site) -> StatusCode {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(*name, *value);
        }
        site.send(self.who, request, Body::from(self.body)).await.status
    }
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// S77.
/// Each is one entry with all its fields: at the door, without a session, by its size, by its
/// token, by a rule; and of what was typed nothing but the names of the fields.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table of what is refused")]
async fn whatever_is_refused_leaves_one_entry_wherever_it_is_refused() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let public = PublicUrl::parse("http://127.0.0.1:8080");
    let site = Site::with_edge(&city, Edge { public, ..Edge::default() });
    let path = format!("/cases/{number}/progress/new");
    let token = site.token(HANDLER).await;
    let key = uuid::Uuid::new_v4();
    let typed = format!("csrf_token={token}&idempotency_key={key}&kind=phone&text={ID}");
    let many = format!("/cases?{}", "a&".repeat(6000));
    let large = [FORM, ("content-length", "99999999")];
    let by = |who: &'static str| move |rest: String| format!("{who}|127.0.0.1|{rest}");
    let (nobody, handler) = (by("job.admin"), by(HANDLER));
    let turned = |why: &str| {
        nobody(
            format!("request.refused|refused|POST /cases/{{case_no}}/progress/new|||{why}|")
                .replace("|||", "||"),
        )
    };
    let stands = |verb: &str, fields: &str, reason: &str| {
        let case = if verb == "act.refused" { format!("|{number}") } else { String::new() };
        handler(format!("{verb}|refused|POST {path}{case}|{fields}|{reason}|"))
    };
    let known = Some(HANDLER);
    let table = [
        (
            "another host",
            Sent::post(known, &path, "").with(&[FORM, ("host", "elsewhere.example")]),
            421,
            turned("host"),
        ),
        (
            "a packed body",
            Sent::post(known, &path, "").with(&[FORM, ("content-encoding", "gzip")]),
            415,
            turned("packed"),
        ),
        (
            "parameters without end",
            Sent { method: "GET", ..Sent::post(None, &many, "") },
            400,
            nobody("request.refused|refused|GET /cases||parameters|".to_owned()),
        ),
        (
            "another site",
            Sent::post(known, &path, "").with(&[FORM, ("sec-fetch-site", "cross-site")]),
            403,
            turned("site"),
        ),
        (
            "another origin",
            Sent::post(known, &path, "").with(&[FORM, ("origin", "https://x.example")]),
            403,
            turned("origin"),
        ),
        ("signed out", Sent::post(None, &path, &typed), 401, turned("401")),
        (
            "too large, signed out",
            Sent::post(None, "/login", "").with(&large),
            413,
            nobody("session.refused|refused|POST /login||413|".to_owned()),
        ),
        (
            "signing in without a token",
            Sent::post(None, "/login", "username=x&password=y"),
            403,
            nobody("session.refused|refused|POST /login||csrf|".to_owned()),
        ),
        (
            "too large",
            Sent::post(known, &path, "").with(&large),
            413,
            stands("request.refused", "", "413"),
        ),
        (
            "without a token",
            Sent::post(known, &path, &format!("text={ID}")),
            403,
            stands("access.refused", "", "csrf"),
        ),
        (
            "by a rule",
            Sent::post(known, &path, &typed),
            422,
            stands("act.refused", "happened_at", "422"),
        ),
    ];
    for (what, sent, status, expected) in table {
        let before = count(&city).await;
        assert_eq!(sent.to(&site).await.as_u16(), status, "{what}");
        assert_eq!(left(&city, before).await, [expected], "{what}");
    }
    let all: String = city.value("SELECT string_agg(audit::text, ' ') FROM audit").await;
    assert!(!all.contains(ID));
    // Whoever saw the form come back saw what its page shows.
    let fields = [("case_no", number.as_str()), ("reason", "petitioner_request")];
    let page = site.post(Some("zhongyuan.auditor"), "/admin/audit/accesses", &fields).await;
    let lines = page.expect(StatusCode::OK).texts("[data-accesses] tbody tr");
    assert!(
        lines.iter().any(|line| line.contains("提交未通过核对") && line.contains("姓名")),
        "{lines:?}"
    );
}

/// S77.
/// A flood at the door costs an entry of each tenfold; of a form each record leaves its own.
#[tokio::test]
async fn a_flood_of_strangers_and_of_forms_that_come_back_leaves_few_entries() {
    let city = City::new().await;
    let numbers =
        [laid::lay(&city, Laid::default()).await, laid::lay(&city, Laid::default()).await];
    let site = Site::of(&city).await;
    let foreign = [FORM, ("sec-fetch-site", "cross-site")];
    for nth in 0..120 {
        let path = format!("/cases/{ID}{nth}/ledger");
        Sent::post(Some(HANDLER), &path, "").with(&foreign).to(&site).await;
    }
    let first = "refused|POST /cases/{case_no}/ledger|site||";
    let told = entries(&city, "request.refused").await;
    assert_eq!(told, [first.to_owned(), format!("{first}times=10"), format!("{first}times=100")]);
    for _ in 0..12 {
        for number in &numbers {
            let path = format!("/cases/{number}/progress/new");
            let page = site.post(Some(HANDLER), &path, &[("kind", "phone")]).await;
            page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        }
    }
    let told = entries(&city, "act.refused").await;
    assert_eq!(told.len(), 4, "the first and the tenth of each: {told:?}");
    // A method or an address that was made up stands nowhere.
    let request = Request::builder().method("X990110196801").uri("/zhangsan");
    let request = request.header("sec-fetch-site", "cross-site");
    let later = Site::at(&city, crate::support::at("2026-06-15 12:01")).await;
    later.send(None, request, Body::empty()).await.expect(StatusCode::FORBIDDEN);
    assert_eq!(entries(&city, "request.refused").await[3], "refused|- -|site||");
}

/// S77, S78.
/// The page of a form that came back shows what the form's page shows.
#[tokio::test]
async fn a_form_that_came_back_is_not_shown_where_that_cannot_be_noted() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let site = Site::of(&city).await;
    site.cookie(HANDLER).await;
    city.force("ALTER TABLE audit ADD CONSTRAINT audit_full CHECK (false) NOT VALID").await;
    let path = format!("/cases/{number}/progress/new");
    let page = site.post(Some(HANDLER), &path, &[("text", "写了很久")]).await;
    assert!(page.status.is_server_error(), "{}", page.status);
    assert!(!page.text().contains("张某") && page.html().contains("写了很久"), "{}", page.text());
}

/// S77.
/// Whoever signs in, out, or under another right is noted with where from; so is who is not
/// let in.
#[tokio::test]
async fn signing_in_and_being_turned_away_there_are_noted_with_the_address() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let page = site.get(None, "/login").await;
    let cookie = page.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let token = page.value("csrf_token").unwrap();
    let sign_in = async |password: &str| {
        let body = format!("csrf_token={token}&username={CLERK}&password={password}");
        let headers = [FORM, ("cookie", cookie.as_str())];
        Sent::post(None, "/login", &body).with(&headers).to(&site).await
    };
    sign_in("wrong-1").await;
    sign_in("yunzhou-2026").await;
    city.force("UPDATE role_grant SET valid_until = '2026-06-14' WHERE staff_id = (SELECT id FROM staff WHERE username = 'donghu.clerk')").await;
    sign_in("yunzhou-2026").await;
    assert_eq!(
        left(&city, 0).await,
        [
            "donghu.clerk|127.0.0.1|session.refused|refused||||password",
            "donghu.clerk|127.0.0.1|session.opened|done||||",
            "donghu.clerk|127.0.0.1|session.refused|refused||||no_grant",
        ]
    );
}
