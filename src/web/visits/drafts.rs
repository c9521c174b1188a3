//! Drafts of the window: kept while someone types, thrown away on a page that asks.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;

use super::pages::DiscardPage;
use super::window::{self, SHEETS};
use crate::store::drafts;
use crate::web::extract::{Form, Path};
use crate::web::layout::{self, done};
use crate::web::typed::OF_THE_PAGE;
use crate::web::{AppError, AppResult, Asking, urls};

pub async fn create(asking: Asking, form: Form<Vec<(String, String)>>) -> AppResult<Response> {
    let typed = form.fields.iter().filter(|(name, _)| !OF_THE_PAGE.contains(&name.as_str()));
    let body: Vec<String> = typed
        .map(|(name, value)| format!("{}={}", urls::encode(name), urls::encode(value)))
        .collect();
    let wanted = form.fields.iter().find(|(name, _)| name == "draft").map(|(_, sheet)| sheet);
    let sheet = SHEETS.into_iter().find(|sheet| Some(*sheet) == wanted.map(String::as_str));
    let subject = window::subject(sheet.unwrap_or("1"));
    let mut tx = asking.begin().await?;
    drafts::discard(&mut tx, drafts::unsent("/visits/new")).await?;
    drafts::keep_unless_sent(&mut tx, subject, (&body.join("&"), &form.key), asking.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Asks before a draft is thrown away.
pub async fn edit(asking: Asking, Path(sheet): Path<String>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let waiting = window::drafts(&mut tx).await?;
    let notes = window::waiting(&asking, &waiting, "").await?;
    let note = notes.into_iter().find(|note| note.sheet == sheet).ok_or(AppError::NotFound)?;
    let page = DiscardPage { shell: asking.shell("丢弃草稿"), note };
    layout::shown(&page)
}

pub async fn update(
    asking: Asking,
    Path(sheet): Path<String>,
    _: Form<HashMap<String, String>>,
) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    drafts::discard(&mut tx, window::subject(&sheet)).await?;
    tx.commit().await?;
    Ok(done("/visits/new", "草稿已丢弃。"))
}
