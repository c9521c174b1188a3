//! Drafts of the window, thrown away on a page that asks.

use axum::response::Response;
use std::collections::HashMap;

use super::pages::DiscardPage;
use super::window;
use crate::store::drafts;
use crate::web::extract::{Form, Path};
use crate::web::layout::{self, done};
use crate::web::{AppError, AppResult, Asking};

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
    drafts::discard(&mut tx, drafts::of_form(&window::key(&sheet))).await?;
    tx.commit().await?;
    Ok(done("/visits/new", "草稿已丢弃。"))
}
