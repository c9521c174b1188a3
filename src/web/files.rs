//! Files that were kept, as they are handed out and listed.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::{AppResult, policy, urls};
use crate::store::StoreError;
use crate::store::documents::Document;

/// Always a download under the type that was found when it was filed: nothing that someone
/// uploaded is ever shown as a page of this site, and where a browser opens it, it is alone.
pub fn handed_out(document: Document) -> AppResult<Response> {
    let bytes = document.bytes.ok_or(StoreError::Sealed)?;
    let disposition = format!("attachment; filename*=UTF-8''{}", urls::encode(&document.name));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(document.media_type.code()));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy::SANDBOX));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok((headers, bytes).into_response())
}

/// 「120KB」
pub fn file_size(bytes: i32) -> String {
    match bytes {
        small @ ..=1023 => format!("{small}字节"),
        medium @ 1024..=1_048_575 => format!("{}KB", medium / 1024),
        large => format!("{}.{}MB", large / 1_048_576, large % 1_048_576 * 10 / 1_048_576),
    }
}
