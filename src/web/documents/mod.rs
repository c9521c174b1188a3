//! Files of a case, handed out one by one.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::extract::Path;
use super::routes::Table;
use super::{AppError, AppResult, Asking, handling, urls};
use crate::store;
use crate::store::documents::Document;

pub fn routes(table: Table) -> Table {
    table.get("/cases/{case_no}/documents/{uuid}", handling::INSIDERS, show)
}

async fn show(asking: Asking, Path((number, uuid)): Path<(String, Uuid)>) -> AppResult<Response> {
    let (mut tx, opened) = asking.open(&number).await?;
    let document = store::documents::read(&mut tx, &opened, uuid, asking.now())
        .await?
        .ok_or(AppError::NotFound)?;
    tx.commit().await?;
    Ok(handed_out(document))
}

/// Always a download under the type that was found when it was filed: nothing that someone
/// uploaded is ever shown as a page of this site.
pub fn handed_out(document: Document) -> Response {
    let disposition = format!("attachment; filename*=UTF-8''{}", urls::encode(&document.name));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(document.media_type.code()));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    (headers, document.bytes).into_response()
}

/// 「120KB」
pub fn file_size(bytes: i32) -> String {
    match bytes {
        small @ ..=1023 => format!("{small}字节"),
        medium @ 1024..=1_048_575 => format!("{}KB", medium / 1024),
        large => format!("{}.{}MB", large / 1_048_576, large % 1_048_576 * 10 / 1_048_576),
    }
}
