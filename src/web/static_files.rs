//! Style, script and icons. Release builds carry them inside.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};

use super::AppError;
use crate::store::keys::hex;

#[derive(Embed)]
#[folder = "static/"]
struct Files;

/// What an address with the present version of a file stands for never changes.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// Any other is asked for again, with its tag.
const ASK_AGAIN: &str = "public, no-cache";

/// The address of each file, with its version.
static ADDRESSES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let files = Files::iter().filter_map(|name| Some((Files::get(&name)?, name)));
    files
        .map(|(file, name)| (name.to_string(), format!("/static/{name}?v={}", version(&file))))
        .collect()
});

/// Where pages find a file.
pub fn address(name: &str) -> &'static str {
    ADDRESSES.get(name).map_or("/static/", String::as_str)
}

fn version(file: &EmbeddedFile) -> String {
    hex(&file.metadata.sha256_hash()[..3])
}

/// One file.
pub async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    let name = uri.path().trim_start_matches("/static/");
    let Some(file) = Files::get(name) else { return AppError::NotFound.into_response() };
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..8]));
    let asked = uri.query().and_then(|query| query.strip_prefix("v="));
    let kept = if asked == Some(&version(&file)) { FOR_GOOD } else { ASK_AGAIN };
    let kept = (header::CACHE_CONTROL, kept.to_owned());
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [kept]).into_response();
    }
    let kind = file.metadata.mimetype().to_owned();
    ([(header::CONTENT_TYPE, kind), (header::ETAG, tag), kept], file.data).into_response()
}
