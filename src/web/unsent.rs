//! What was typed into a long form and not carried out, because its session was over: it is kept as
//! the draft of whoever typed it, and stands in the form again once they are back.

use std::collections::HashMap;

use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::extract::{self, Form};
use super::layout::done;
use super::routes::{Table, Who};
use super::typed::Typed;
use super::{App, AppResult, Asking, urls};
use crate::domain::calendar::{day_of, format_moment};
use crate::store::{Session, StoreResult, Tx, drafts};

/// The long forms: where each is sent, and the page on which it stands. What is in braces is part
/// of the address, or a field of the form.
pub const FORMS: [(&str, &str); 11] = [
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
    ("/visits/new", "/visits/new?draft={draft}"),
];

/// The field of a draft that says that files had come along.
const WITH_FILES: &str = "unsent_files";

pub fn routes(table: Table) -> Table {
    table.post("/drafts/removal", Who::SignedIn, remove)
}

/// A form that came too late.
pub struct Late<'a> {
    pub route: &'static str,
    pub path: &'a str,
    pub typed: &'a Typed,
}

/// Where a form waits for whoever typed it.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub page: String,
    pub with_files: bool,
}

impl Late<'_> {
    /// The page on which the form stands, if it is one that is kept.
    fn page(&self) -> Option<String> {
        let (_, page) = FORMS.iter().find(|(route, _)| *route == self.route)?;
        let parts = self.route.split('/').zip(self.path.split('/'));
        let mut page = parts
            .filter(|(name, _)| name.starts_with('{'))
            .fold((*page).to_owned(), |page, (name, part)| page.replace(name, part));
        if let Some((before, name)) = page.clone().split_once("={") {
            let name = name.trim_end_matches('}');
            let value = self.typed.field(name).unwrap_or_default();
            page = format!("{before}={}", urls::encode(&value));
        }
        urls::within(&page).map(str::to_owned)
    }

    /// What is kept of it.
    fn body(&self) -> Option<(String, bool)> {
        let (body, with_files) = self.typed.body()?;
        Some(if with_files { (format!("{body}&{WITH_FILES}=1"), true) } else { (body, false) })
    }

    /// Keeps the form of a session that is over, if the cookie says whose that was and the form
    /// was made for it. What can't be kept is given back to be copied.
    pub async fn keep(&self, app: &App, cookie: Option<&str>) -> Option<Waiting> {
        let (page, (body, with_files)) = (self.page()?, self.body()?);
        let kept = self.keep_of(app, cookie?, &body).await;
        kept.unwrap_or_else(|error| {
            tracing::warn!(%error, "a form that came too late was not kept");
            false
        })
        .then_some(Waiting { page, with_files })
    }

    async fn keep_of(&self, app: &App, cookie: &str, body: &str) -> StoreResult<bool> {
        let now = app.clock.now();
        let Some(over) = drafts::over(&app.db, cookie, now).await? else { return Ok(false) };
        let token = self.typed.field("csrf_token").unwrap_or_default();
        if !app.db.keys().is_csrf(&token, &over.binding) {
            return Ok(false);
        }
        drafts::keep_unsent(&app.db, &over, (self.path, body), now).await?;
        Ok(true)
    }

    /// Keeps the form that was opened before its person signed in anew; the page where it waits.
    pub async fn take_over(&self, app: &App, session: &Session) -> StoreResult<Option<String>> {
        let Some((page, (body, _))) = self.page().zip(self.body()) else { return Ok(None) };
        let now = app.clock.now();
        let mut tx = app.db.begin(session).await?;
        let own = drafts::own_bindings(&mut tx, now).await?;
        let token = self.typed.field("csrf_token").unwrap_or_default();
        if !own.iter().any(|binding| app.db.keys().is_csrf(&token, binding)) {
            return Ok(None);
        }
        drafts::keep(&mut tx, drafts::unsent(self.path), &body, now).await?;
        tx.commit().await?;
        Ok(Some(page))
    }
}

/// What the page says above a form that was taken up again.
#[derive(Debug, Clone)]
pub struct Notice {
    pub address: String,
    pub saved: String,
    pub saved_at: DateTime<Utc>,
    /// The record went on since.
    pub is_old: bool,
    pub with_files: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct About {
    version: String,
    unsent_files: String,
}

impl Asking {
    /// What was typed into the form of this address and not carried out; its page will say so.
    pub async fn unsent<T: DeserializeOwned>(
        &mut self,
        tx: &mut Tx,
        address: &str,
        version: Option<i32>,
    ) -> AppResult<Option<T>> {
        let Some(draft) = drafts::find(tx, drafts::unsent(address)).await? else {
            return Ok(None);
        };
        let about: About = extract::read_fields(&draft.body, &self.app).await?;
        // A form of an earlier version of the program may not be readable.
        let Ok(form) = extract::read_fields(&draft.body, &self.app).await else { return Ok(None) };
        self.frame.unsent = Some(Notice {
            address: address.to_owned(),
            saved: format_moment(draft.saved_at, day_of(self.now())),
            saved_at: draft.saved_at,
            is_old: version.is_some_and(|now| about.version.trim() != now.to_string()),
            with_files: !about.unsent_files.is_empty(),
        });
        Ok(Some(form))
    }
}

/// Throws away what was taken up again.
async fn remove(asking: Asking, form: Form<HashMap<String, String>>) -> AppResult<Response> {
    let field = |name: &str| form.fields.get(name).map_or("", String::as_str);
    let mut tx = asking.begin().await?;
    drafts::discard(&mut tx, drafts::unsent(field("address"))).await?;
    tx.commit().await?;
    Ok(done(urls::within(field("back")).unwrap_or("/"), "草稿已丢弃。"))
}
