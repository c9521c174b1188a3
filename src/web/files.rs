//! Files that were kept, as they are handed out and listed.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::{AppError, AppResult, Asking, policy, urls};
use crate::domain::scan::Standing;
use crate::store::documents::{Document, Wanted};

impl Asking {
    /// A file, as it is asked for now.
    pub const fn wanted(&self, uuid: Uuid) -> Wanted {
        Wanted { uuid, at: self.now(), has_scanner: self.has_scanner() }
    }

    /// Whether files are looked at for malware.
    pub const fn has_scanner(&self) -> bool {
        self.app.edge.scanner.is_some()
    }
}

/// Always a download under the type that was found when it was filed: nothing that someone
/// uploaded is ever shown as a page of this site, and where a browser opens it, it is alone.
pub fn handed_out(document: Document) -> AppResult<Response> {
    let bytes = document.bytes.map_err(AppError::Withheld)?;
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

/// 「　待查毒」, after what is said of a file that can't be downloaded.
pub fn withheld(standing: Standing, has_scanner: bool) -> String {
    standing.note(has_scanner).map(|why| format!("　{why}")).unwrap_or_default()
}
