//! The forms in which someone writes at length, as they are filled in.

use axum::http::StatusCode;
use uuid::Uuid;

use super::{BUREAU, HANDLER, LEADER, kept, version};
use crate::support::{City, Page, Site, cases, chain, visit};

const CLERK: &str = "donghu.clerk";
pub const TEXT: &str = "经办人写了很久的一段话，“一字不能少”\n第二段";

/// A form as someone fills it in: who, where it is sent, its fields, the page that it stands on and
/// the field of the long text.
pub struct Filled {
    pub who: &'static str,
    pub path: String,
    pub fields: Vec<(String, String)>,
    pub page: String,
    pub field: &'static str,
}

impl Filled {
    pub fn new(who: &'static str, path: String, field: &'static str) -> Self {
        let page = path.clone();
        Self { who, path, fields: Vec::new(), page, field }.and(field, TEXT)
    }

    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn on(self, page: String) -> Self {
        Self { page, ..self }
    }

    pub async fn send(&self, site: &Site, token: &str) -> Page {
        let key = Uuid::new_v4().to_string();
        let mut fields = vec![("csrf_token", token), ("idempotency_key", key.as_str())];
        fields.extend(self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        site.post_as_it_is(Some(self.who), &self.path, &fields).await
    }

    /// Keeps it as the button of the page does: it is not carried out.
    pub async fn keep(&self, site: &Site) -> Page {
        let mut fields = vec![("draft_of", self.path.as_str())];
        fields.extend(self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        site.post(Some(self.who), "/drafts", &fields).await
    }

    /// The page after signing in anew.
    pub async fn look(&self, city: &City) -> Page {
        Site::of(city).await.get(Some(self.who), &self.page).await.expect(StatusCode::OK)
    }

    pub fn typed(&self, page: &Page) -> String {
        let name = self.field;
        let long = page.raw_texts(&format!("textarea[name='{name}']")).pop();
        long.or_else(|| page.value(name)).unwrap_or_default()
    }
}

/// All of them, each with the city that its case is in.
pub struct Forms {
    pub running: City,
    pub ended: City,
    pub of_running: Vec<Filled>,
    pub of_ended: Vec<Filled>,
}

impl Forms {
    pub async fn new() -> Self {
        let (running, ended) = (City::new().await, City::new().await);
        let site = Site::of(&running).await;
        let mut of_running = of_a_case(&running, &site).await;
        of_running.extend(of_others(&running, &site).await);
        let of_ended = of_an_ending(&ended, &Site::of(&ended).await).await;
        Self { running, ended, of_running, of_ended }
    }

    pub fn all(&self) -> impl Iterator<Item = (&City, &Filled)> {
        let running = self.of_running.iter().map(|form| (&self.running, form));
        running.chain(self.of_ended.iter().map(|form| (&self.ended, form)))
    }
}

pub fn report(number: &str) -> Filled {
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
