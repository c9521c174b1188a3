//! Drafts of the long forms: what someone types is kept while they type it, sealed and theirs alone;
//! it stands in the form when they open it again, and goes when the form is carried out. Passwords
//! are never kept, nor anything that a page only showed.

mod late;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::extract::{self, Form};
use super::layout::done;
use super::routes::{Table, Who};
use super::typed::Typed;
use super::{AppError, AppResult, Asking, urls};
use crate::domain::calendar::{clock_time, day_of, format_moment, format_second};
use crate::store::{FormKey, Tx, drafts};
pub use late::{Late, Waiting};

/// The long forms: where each is sent, and the page on which it stands. What is in braces is part
/// of the address, or a field of the form that tells forms of one address apart.
const FORMS: [(&str, &str); 13] = [
    ("/approvals/{uuid}", "/approvals/{uuid}"),
    ("/assignments/new", "/assignments/new"),
    ("/cases/{case_no}/answer", "/cases/{case_no}/answer"),
    ("/cases/{case_no}/closing", "/cases/{case_no}/closing"),
    ("/cases/{case_no}/corrections/new", "/cases/{case_no}/corrections/new?of={of}"),
    ("/cases/{case_no}/interviews/new", "/cases/{case_no}/interviews/new"),
    ("/cases/{case_no}/ledger", "/cases/{case_no}/ledger"),
    ("/cases/{case_no}/progress/new", "/cases/{case_no}/progress/new"),
    ("/cases/{case_no}/report", "/cases/{case_no}/report"),
    ("/cases/{case_no}/report/review", "/cases/{case_no}/report"),
    ("/imports/{import}/undo", "/imports/{import}/undo"),
    ("/inspections/{visit_no}/outcome", "/inspections/{visit_no}"),
    ("/visits/new", "/visits/new?draft={draft}"),
];

/// The longest address of a form; what is longer leads nowhere.
const LONGEST: usize = 200;

/// Where a form is sent to be kept and not carried out; `draft_of` says where it is sent else.
const KEEP: &str = "/drafts";

pub fn routes(table: Table) -> Table {
    table.post_long(KEEP, Who::Court, keep).post("/drafts/removal", Who::SignedIn, remove)
}

/// A long form about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// Under what its draft is kept.
    key: String,
    /// The page on which it stands.
    page: String,
}

impl Place {
    /// Of a form that came to this address.
    fn of(path: &str, typed: &Typed) -> Option<Self> {
        let field = |name: &str| typed.field(name).unwrap_or_default();
        let path = if path == KEEP { field("draft_of") } else { path.to_owned() };
        let (route, page) = FORMS.iter().find(|(route, _)| leads(route, &path))?;
        let parts = route.split('/').zip(path.split('/'));
        let mut page = parts
            .filter(|(name, _)| name.starts_with('{'))
            .fold((*page).to_owned(), |page, (name, part)| page.replace(name, part));
        let told_apart = page.contains('?');
        if let Some((before, name)) = page.clone().split_once("={") {
            let value = field(name.trim_end_matches('}'));
            page = format!("{before}={}", urls::encode(&value));
        }
        urls::within(&page).filter(|page| page.len() <= LONGEST)?;
        Some(Self { key: if told_apart { page.clone() } else { path }, page })
    }
}

/// Whether an address is one of a route's.
fn leads(route: &str, path: &str) -> bool {
    let fits = |(part, name): (&str, &str)| {
        part == name || name.starts_with('{') && (1..=40).contains(&part.len())
    };
    route.split('/').count() == path.split('/').count()
        && path.split('/').zip(route.split('/')).all(fits)
}

/// Under what the draft of a form is kept. The page of a conflict sends a form on that was typed on
/// another reading: it says whose place it takes.
pub fn key(path: &str, typed: &Typed) -> String {
    let taken_from = typed.field("draft_key").filter(|key| key.starts_with(path));
    let own = || Place::of(path, typed).map_or_else(|| path.to_owned(), |place| place.key);
    taken_from.unwrap_or_else(own)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Saving {
    /// Where whoever pressed a button goes: to the form again, unless this says elsewhere.
    then: String,
}

/// Keeps what is typed so far: of a page's script, which goes on, or of whoever pressed 「存草稿」.
async fn keep(asking: Asking, headers: HeaderMap, form: Form<Saving>) -> AppResult<Response> {
    let place = Place::of(KEEP, &form.typed).ok_or(AppError::Malformed)?;
    let mut tx = asking.begin().await?;
    save(&mut tx, &form.typed, &form.key, asking.now()).await?;
    tx.commit().await?;
    if headers.contains_key("x-draft") {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let at = format_second(asking.now());
    Ok(match urls::within(&form.fields.then) {
        Some(then) => Redirect::to(then).into_response(),
        None => done(&place.page, &format!("草稿已存{at}。")),
    })
}

/// Keeps what is typed so far, unless the form was carried out meanwhile.
pub async fn save(tx: &mut Tx, typed: &Typed, key: &FormKey, at: DateTime<Utc>) -> AppResult<()> {
    let (body, with_files) = typed.body().ok_or(AppError::Malformed)?;
    let body = if with_files { format!("{body}&{WITH_FILES}=1") } else { body };
    Ok(drafts::keep_unless_sent(tx, drafts::of_form(&key.draft), (&body, key), at).await?)
}

/// The fields of a draft that say that files had come along, and that its session was over.
const WITH_FILES: &str = "unsent_files";
const LATE: &str = "unsent_late";

/// What the page says above a form that was taken up again.
#[derive(Debug, Clone)]
pub struct Notice {
    pub key: String,
    /// 「今天10:42」
    pub saved: String,
    pub saved_at: DateTime<Utc>,
    /// It was sent, and its session was over.
    pub is_late: bool,
    /// The record went on since.
    pub is_old: bool,
    pub with_files: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct About {
    version: String,
    unsent_files: String,
    unsent_late: String,
}

impl Asking {
    /// What was typed into a form and not carried out; its page will say so.
    pub async fn unsent<T: DeserializeOwned>(
        &mut self,
        tx: &mut Tx,
        key: &str,
        version: Option<i32>,
    ) -> AppResult<Option<T>> {
        let Some(draft) = drafts::find(tx, drafts::of_form(key)).await? else { return Ok(None) };
        let about: About = extract::read_fields(&draft.body, &self.app).await?;
        // A form of an earlier version of the program may not be readable.
        let Ok(form) = extract::read_fields(&draft.body, &self.app).await else { return Ok(None) };
        let today = day_of(self.now());
        let saved = if day_of(draft.saved_at) == today {
            format!("今天{}", clock_time(draft.saved_at))
        } else {
            format_moment(draft.saved_at, today)
        };
        self.frame.unsent = Some(Notice {
            key: key.to_owned(),
            saved,
            saved_at: draft.saved_at,
            is_late: !about.unsent_late.is_empty(),
            is_old: version.is_some_and(|now| about.version.trim() != now.to_string()),
            with_files: !about.unsent_files.is_empty(),
        });
        Ok(Some(form))
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Removal {
    key: String,
    back: String,
}

/// Throws away what was taken up again.
async fn remove(asking: Asking, form: Form<Removal>) -> AppResult<Response> {
    let Removal { key, back } = form.fields;
    let mut tx = asking.begin().await?;
    drafts::discard(&mut tx, drafts::of_form(&key)).await?;
    tx.commit().await?;
    Ok(done(urls::within(&back).unwrap_or("/"), "草稿已丢弃。"))
}
