//! Drafts of the window: kept while someone types, thrown away on a page that asks.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use std::collections::HashMap;

use super::pages::DiscardPage;
use super::window::{SHEETS, Window};
use crate::store::{Session, drafts};
use crate::web::extract::{Form, Path};
use crate::web::layout::{Frame, done};
use crate::web::{App, AppError, AppResult, urls};

/// What belongs to the page and not to what was typed.
const OF_THE_PAGE: [&str; 3] = ["csrf_token", "idempotency_key", "take"];

pub async fn create(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    form: Form<Vec<(String, String)>>,
) -> AppResult<Response> {
    let window = Window { app, session, frame };
    let typed = form.fields.iter().filter(|(name, _)| !OF_THE_PAGE.contains(&name.as_str()));
    let body: Vec<String> = typed
        .map(|(name, value)| format!("{}={}", urls::encode(name), urls::encode(value)))
        .collect();
    let wanted = form.fields.iter().find(|(name, _)| name == "draft").map(|(_, sheet)| sheet);
    let sheet = SHEETS.into_iter().find(|sheet| Some(*sheet) == wanted.map(String::as_str));
    let subject = super::window::subject(sheet.unwrap_or("1"));
    let mut tx = window.app.db.begin(&window.session).await?;
    drafts::keep_unless_sent(&mut tx, subject, (&body.join("&"), &form.key), window.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Asks before a draft is thrown away.
pub async fn edit(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(sheet): Path<String>,
) -> AppResult<Response> {
    let window = Window { app, session, frame };
    let mut tx = window.app.db.begin(&window.session).await?;
    let waiting = window.drafts(&mut tx).await?;
    let notes = window.waiting(&waiting, "").await?;
    let note = notes.into_iter().find(|note| note.sheet == sheet).ok_or(AppError::NotFound)?;
    let page = DiscardPage { shell: window.frame.shell("丢弃草稿"), note };
    Ok(Html(page.render()?).into_response())
}

pub async fn update(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(sheet): Path<String>,
    _: Form<HashMap<String, String>>,
) -> AppResult<Response> {
    let window = Window { app, session, frame };
    let mut tx = window.app.db.begin(&window.session).await?;
    drafts::discard(&mut tx, super::window::subject(&sheet)).await?;
    tx.commit().await?;
    Ok(done("/visits/new", "草稿已丢弃。"))
}
