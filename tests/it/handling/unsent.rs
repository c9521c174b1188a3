//! What was typed into a form whose session was over by the time it was sent.

use axum::http::StatusCode;
use uuid::Uuid;

use super::{BUREAU, HANDLER, LEADER, Team, kept, version};
use crate::support::{City, Page, Site, cases, chain, visit};

const CLERK: &str = "donghu.clerk";
const TEXT: &str = "经办人写了很久的一段话，“一字不能少”\n第二段";

/// A form as someone fills it in: who, where it is sent, its fields, the page that it stands on and
/// the field of the long text.
struct Filled {
    who: &'static str,
    path: String,
    fields: Vec<(String, String)>,
    page: String,
    field: &'static str,
}

impl Filled {
    fn new(who: &'static str, path: String, field: &'static str) -> Self {
        let page = path.clone();
        Self { who, path, fields: Vec::new(), page, field }.and(field, TEXT)
    }

    fn and(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    fn on(self, page: String) -> Self {
        Self { page, ..self }
    }

    /// Sends it when everyone's session is over.
    async fn send_late(&self, city: &City, why: &str) -> Page {
        let site = Site::of(city).await;
        let token = site.token(self.who).await;
        end_sessions(city, why).await;
        self.send(&site, &token).await
    }

    async fn send(&self, site: &Site, token: &str) -> Page {
        let key = Uuid::new_v4().to_string();
        let mut fields = vec![("csrf_token", token), ("idempotency_key", key.as_str())];
        fields.extend(self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        site.post_as_it_is(Some(self.who), &self.path, &fields).await
    }

    /// The page after signing in anew.
    async fn look(&self, city: &City) -> Page {
        Site::of(city).await.get(Some(self.who), &self.page).await.expect(StatusCode::OK)
    }

    fn typed(&self, page: &Page) -> String {
        let name = self.field;
        let long = page.raw_texts(&format!("textarea[name='{name}']")).pop();
        long.or_else(|| page.value(name)).unwrap_or_default()
    }
}

async fn end_sessions(city: &City, why: &str) {
    city.force(&format!(
        "UPDATE session SET ended_at = '2026-06-15 12:00+08', ended_why = '{why}' WHERE ended_at IS NULL"
    ))
    .await;
}

async fn drafts(city: &City) -> i64 {
    city.value("SELECT count(*) FROM draft WHERE form = 'unsent'").await
}

fn encode(text: &str) -> String {
    text.replace('/', "%2F").replace('?', "%3F").replace('=', "%3D")
}

fn report(number: &str) -> Filled {
    Filled::new(HANDLER, format!("/cases/{number}/report"), "s8").and("s1", "已写")
}

/// What is written on a case that is being handled, at its court.
async fn of_a_case(city: &City, site: &Site) -> Vec<Filled> {
    let number = kept(city, site).await;
    let version = version(city, &number).await;
    let at = |rest: &str| format!("/cases/{number}/{rest}");
    let line =
        [("kind", "phone"), ("happened_at", "2026-06-15 11:20"), ("text", "已电话告知信访人")];
    site.act(HANDLER, &at("progress/new"), &line).await;
    let of = city.value::<String>("SELECT uuid::text FROM progress_entry").await;
    vec![
        report(&number).and("version", &version),
        Filled::new(HANDLER, at("answer"), "content").and("version", &version),
        Filled::new(HANDLER, at("ledger"), "plan").and("version", "1").and("claims[]", "诉求"),
        Filled::new(HANDLER, at("interviews/new"), "notes").and("present", "yes"),
        Filled::new(HANDLER, at("progress/new"), "text").and("kind", "phone"),
        Filled::new(LEADER, at("corrections/new"), "text")
            .and("of", &of)
            .on(format!("{}?of={of}", at("corrections/new"))),
    ]
}

/// What the bureau writes, and the window.
async fn of_others(city: &City, site: &Site) -> Vec<Filled> {
    let number = kept(city, site).await;
    let seen = version(city, &number).await;
    let path = format!("/cases/{number}/report");
    let mut fields = vec![("version", seen.as_str())];
    fields.extend(["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"].map(|code| (code, "已写")));
    site.act(HANDLER, &path, &fields).await;
    let of = site.get(Some(BUREAU), &path).await.value("report").unwrap();
    let waiting = cases::accepted(city, "张某").await;
    let mut registered = Filled::new(CLERK, "/visits/new".to_owned(), "summary")
        .on("/visits/new?draft=1".to_owned())
        .and("draft", "1");
    for (name, value) in visit(&[]).into_iter().filter(|(name, _)| *name != "summary") {
        registered = registered.and(name, value);
    }
    vec![
        Filled::new(BUREAU, format!("{path}/review"), "return_reason")
            .and("report", &of)
            .and("decision", "returned")
            .on(path),
        Filled::new(BUREAU, "/assignments/new".to_owned(), "note")
            .and("case_no[]", &waiting)
            .and("action", "check"),
        registered,
    ]
}

/// A close report, and a signature under another.
async fn of_an_ending(city: &City, site: &Site) -> Vec<Filled> {
    let written = chain::handled(city, site).await;
    let version = version(city, &written).await;
    let signed = chain::handled(city, site).await;
    chain::report(site, HANDLER, &signed, "settled_written").await.expect(StatusCode::SEE_OTHER);
    vec![
        Filled::new(HANDLER, format!("/cases/{written}/closing"), "c6").and("version", &version),
        Filled::new(LEADER, chain::approval(city).await, "opinion").and("password", "geheim"),
    ]
}

/// Every form in which someone writes at length.
#[tokio::test]
async fn a_long_form_whose_session_was_over_stands_filled_in_after_signing_in() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let mut forms = of_a_case(&city, &site).await;
    forms.extend(of_others(&city, &site).await);
    let ended = City::new().await;
    let ending = of_an_ending(&ended, &Site::of(&ended).await).await;
    let all = forms.iter().map(|form| (&city, form)).chain(ending.iter().map(|one| (&ended, one)));
    for (city, form) in all {
        let page = form.send_late(city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
        assert!(page.text().contains("已存为草稿"), "{}: {}", form.path, page.text());
        let leads = page.attributes(".actions a", "href").remove(0);
        assert_eq!(leads, format!("/login?next={}", encode(&form.page)));
        let page = form.look(city).await;
        assert_eq!(form.typed(&page), TEXT, "{}", form.path);
        assert_eq!(page.texts("[data-unsent]").len(), 1, "{}", form.path);
        assert!(!page.html().contains("geheim"), "a password is kept nowhere");
    }
}

#[tokio::test]
async fn a_form_that_was_taken_up_again_and_sent_is_a_draft_no_more() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/progress/new");
    let form = Filled::new(HANDLER, path.clone(), "text")
        .and("kind", "phone")
        .and("happened_at", "2026-06-15 11:20");
    form.send_late(&city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
    let site = Site::of(&city).await;
    let token = site.token(HANDLER).await;
    form.send(&site, &token).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(drafts(&city).await, 0);
    assert!(form.look(&city).await.texts("[data-unsent]").is_empty());

    form.send_late(&city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
    let site = Site::of(&city).await;
    let page = site.get(Some(HANDLER), &path).await;
    let (address, back) = (page.value("address").unwrap(), page.value("back").unwrap());
    let fields = [("address", address.as_str()), ("back", &back)];
    assert_eq!(site.act(HANDLER, "/drafts/removal", &fields).await, path);
    assert_eq!(drafts(&city).await, 0, "and it can be thrown away");
}

/// S27. Nobody else reads it, the database neither; it is kept for nobody who can't be known.
#[tokio::test]
async fn what_is_kept_of_a_late_form_is_its_writers_alone() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let form = report(&kept(&city, &site).await);
    let forged = {
        let site = Site::of(&city).await;
        site.token(HANDLER).await;
        end_sessions(&city, "elsewhere").await;
        form.send(&site, "forged").await.expect(StatusCode::UNAUTHORIZED)
    };
    assert!(!forged.text().contains("已存为草稿"), "not a form of that session");
    assert_eq!(forged.raw_texts("#typed").len(), 1, "it is given back to be copied");
    form.send_late(&city, "revoked").await.expect(StatusCode::UNAUTHORIZED);
    form.send_late(&city, "administrator").await.expect(StatusCode::UNAUTHORIZED);
    assert_eq!(drafts(&city).await, 0, "a device that was put out keeps nothing");

    form.send_late(&city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
    let body = city.value::<String>("SELECT body FROM draft WHERE form = 'unsent'").await;
    assert!(!body.contains("s8"), "sealed");
    let page = Site::of(&city).await.get(Some(LEADER), &form.page).await.expect(StatusCode::OK);
    assert!(!page.html().contains(TEXT) && page.texts("[data-unsent]").is_empty());
}

#[tokio::test]
async fn a_late_form_of_the_greatest_length_is_kept_and_the_oldest_of_many_go() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let long = "信".repeat(110_000);
    let form = report(&number).and("s7", &long);
    form.send_late(&city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
    assert_eq!(form.look(&city).await.raw_texts("textarea[name='s7']"), [long]);
    for nth in 0..20 {
        let other = report(&format!("XF2026-9{nth:04}"));
        other.send_late(&city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
    }
    assert_eq!(drafts(&city).await, 20);
}

#[tokio::test]
async fn a_form_opened_before_its_person_signed_in_anew_is_taken_over() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let form = report(&kept(&city, &site).await);
    let token = site.token(HANDLER).await;
    end_sessions(&city, "elsewhere").await;
    let again = Site::of(&city).await;
    let page = form.send(&again, &token).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(page.location(), form.page);
    assert_eq!(form.typed(&form.look(&city).await), TEXT);

    let others = Filled { who: LEADER, ..form };
    others.send(&again, &token).await.expect(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_late_form_says_when_its_record_went_on_and_that_its_files_are_gone() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let form = Filled::new(HANDLER, format!("/cases/{number}/ledger"), "plan").and("version", "1");
    form.send_late(&city, "elsewhere").await.expect(StatusCode::UNAUTHORIZED);
    assert!(!form.look(&city).await.text().contains("此后已有新的记录"));
    let site = Site::of(&city).await;
    let team = Team::of(&city).await;
    site.act(LEADER, &form.path, &team.ledger("1", "他人的方案")).await;
    let page = form.look(&city).await;
    assert!(page.text().contains("此后已有新的记录"));
    assert_eq!(page.value("version").unwrap(), "1", "so that its conflict is settled, not hidden");

    let path = format!("/cases/{number}/progress/new");
    let site = Site::of(&city).await;
    site.token(HANDLER).await;
    let cookie = site.cookie(HANDLER).await;
    let token = site.token(HANDLER).await;
    end_sessions(&city, "elsewhere").await;
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n{token}\r\n\
         --x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{TEXT}\r\n\
         --x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.pdf\"\r\n\r\n%PDF\r\n--x--\r\n"
    );
    let request = axum::http::Request::builder()
        .method("POST")
        .uri(&path)
        .header("cookie", cookie)
        .header("content-type", "multipart/form-data; boundary=x");
    let page = site.send(None, request, body.into()).await.expect(StatusCode::UNAUTHORIZED);
    assert!(page.text().contains("文件没有留下"), "{}", page.text());
    let page = Site::of(&city).await.get(Some(HANDLER), &path).await;
    assert!(page.text().contains("文件没有留下，请重新选择"));
    assert_eq!(page.raw_texts("textarea[name='text']"), [TEXT]);
}
