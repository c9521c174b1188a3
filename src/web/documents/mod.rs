//! Files of a case, handed out one by one.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::extract::Path;
use super::routes::Table;
use super::{AppError, AppResult, Asking, handling, urls};
use crate::store;

pub fn routes(table: Table) -> Table {
    table.get("/cases/{case_no}/documents/{uuid}", handling::INSIDERS, show)
}

/// Always a download under the type that was found when it was filed: nothing that someone
/// uploaded is ever shown as a page of this site.
async fn show(asking: Asking, Path((number, uuid)): Path<(String, Uuid)>) -> AppResult<Response> {
    let (mut tx, opened) = asking.open(&number).await?;
    let document = store::documents::read(&mut tx, &opened, uuid, asking.now())
        .await?
        .ok_or(AppError::NotFound)?;
    tx.commit().await?;
    let disposition = format!("attachment; filename*=UTF-8''{}", urls::encode(&document.name));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(document.media_type.code()));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok((headers, document.bytes).into_response())
}
