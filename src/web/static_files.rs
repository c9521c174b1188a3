//! Style, script and icons. Release builds carry them inside.

use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

use super::AppError;
use crate::store::keys::hex;

#[derive(Embed)]
#[folder = "static/"]
struct Files;

/// One file; browsers ask again with its tag and are told that nothing changed.
pub async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    let name = uri.path().trim_start_matches("/static/");
    let Some(file) = Files::get(name) else { return AppError::NotFound.into_response() };
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..8]));
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let kind = file.metadata.mimetype().to_owned();
    let kept = "public, max-age=300".to_owned();
    ([(header::CONTENT_TYPE, kind), (header::ETAG, tag), (header::CACHE_CONTROL, kept)], file.data)
        .into_response()
}
