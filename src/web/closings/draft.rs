//! The draft of a close report: one's own, kept while it is being written.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::form::ClosingForm;
use crate::store::Tx;
use crate::store::drafts::{self, Subject};
use crate::store::petition_cases::Opened;
use crate::web::extract::{Form, Path};
use crate::web::{AppError, AppResult, Asking};

fn subject(opened: &Opened) -> Subject<'_> {
    Subject { form: "closing", of: &opened.case().number }
}

/// The draft, and when it was saved. One that can't be read any more is as good as none.
pub async fn find(tx: &mut Tx, opened: &Opened) -> AppResult<Option<(ClosingForm, DateTime<Utc>)>> {
    let draft = drafts::find(tx, subject(opened)).await?;
    Ok(draft.and_then(|draft| Some((serde_json::from_str(&draft.body).ok()?, draft.saved_at))))
}

/// Keeps what is typed so far.
pub async fn keep(
    tx: &mut Tx,
    opened: &Opened,
    form: &Form<ClosingForm>,
    at: DateTime<Utc>,
) -> AppResult<()> {
    let body =
        serde_json::to_string(&form.fields).map_err(|error| AppError::Office(error.to_string()))?;
    drafts::discard(tx, drafts::unsent(&super::location(&opened.case().number))).await?;
    Ok(drafts::keep_unless_sent(tx, subject(opened), (&body, &form.key), at).await?)
}

/// Throws the draft away: the report was handed in.
pub async fn discard(tx: &mut Tx, opened: &Opened) -> AppResult<()> {
    Ok(drafts::discard(tx, subject(opened)).await?)
}

/// Saves the draft while its writer goes on.
pub async fn update(
    asking: Asking,
    Path(number): Path<String>,
    form: Form<ClosingForm>,
) -> AppResult<Response> {
    let (mut tx, opened) = asking.open(&number).await?;
    keep(&mut tx, &opened, &form, asking.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
