//! What a handler may ask for: the session, a path, a form.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use uuid::Uuid;

use super::drafts::Late;
use super::routes::Row;
use super::typed::Typed;
use super::{App, AppError, door, drafts, gate, sign_in, urls};
use crate::domain::document::{self, DocumentKind, Filed, Refusal};
use crate::domain::scan::Scan;
use crate::limits;
use crate::scanner;
use crate::store::{FormKey, Session};

impl FromRequestParts<App> for Session {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, AppError> {
        parts.extensions.get::<Self>().cloned().ok_or(AppError::SignedOut)
    }
}

/// The one character that PostgreSQL keeps in no text. Nobody types it.
const NUL: &str = "%00";

/// The parameters of an address; what can't be read is a page that doesn't exist.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        #[expect(clippy::disallowed_types, reason = "this is the house's Path")]
        let path = axum::extract::Path::<T>::from_request_parts(parts, app).await;
        let has_nul = parts.uri.path().contains(NUL);
        path.ok().filter(|_| !has_nul).map(|path| Self(path.0)).ok_or(AppError::NotFound)
    }
}

/// The query of an address; repeated fields become a `Vec`, and nonsense is ignored by `default`.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Default + Send> FromRequestParts<App> for Query<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        if parts.uri.query().is_some_and(|query| query.contains(NUL)) {
            return Ok(Self(T::default()));
        }
        let query = axum_extra::extract::Query::<T>::from_request_parts(parts, app).await;
        Ok(Self(query.map(|query| query.0).unwrap_or_default()))
    }
}

/// A file that came with a form.
#[derive(Debug, Clone)]
pub struct Upload {
    pub field: String,
    pub name: String,
    pub media_type: String,
    pub bytes: Bytes,
    /// What a scanner for malware said of it, where one is named.
    pub scan: Scan,
    /// Its part of the memory that files may take, given back when it is dropped.
    pub room: Room,
}

impl Upload {
    /// What it holds, to be read here and now: nothing that bears malware, or that a scanner which is
    /// named has not seen.
    pub fn content(&self) -> Result<&Bytes, Refusal> {
        document::readable(&self.scan)?;
        Ok(&self.bytes)
    }

    /// The file as one of a dossier, if it may be filed.
    pub fn file(&self, kind: DocumentKind) -> Result<Filed<'_>, Refusal> {
        document::file(kind, &self.name, &self.bytes)?.scanned(&self.scan)
    }
}

/// The memory that all files together may take while they are received and sealed, in pieces.
static MEMORY: Semaphore = Semaphore::const_new(limits::FILES_AT_ONCE / limits::FILE_PIECE);

/// What a file takes of it.
#[derive(Debug, Clone, Default)]
pub struct Room(
    #[expect(dead_code, reason = "held, and given back when dropped")]
    Option<Arc<SemaphorePermit<'static>>>,
);

/// The forms that may come twice: who signs in twice or leaves twice is where they want to be.
const COUNTED_BY_NOBODY: [&str; 3] = ["/login", sign_in::CODE_PAGE, "/logout"];

/// A form whose token was checked; with files where it had any.
#[derive(Debug)]
pub struct Form<T> {
    pub fields: T,
    pub key: FormKey,
    pub files: Vec<Upload>,
    /// All its fields as they came.
    pub typed: Typed,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Tokens {
    csrf_token: String,
    idempotency_key: Option<Uuid>,
}

impl<T: DeserializeOwned + Send> FromRequest<App> for Form<T> {
    type Rejection = AppError;

    async fn from_request(request: Request, app: &App) -> Result<Self, AppError> {
        let binding = binding(&request);
        let path = request.uri().path().to_owned();
        let typed = request.extensions().get::<Typed>().cloned();
        let session = request.extensions().get::<Session>().cloned();
        let route = request.extensions().get::<Row>().map_or("", |row| row.path);
        let (body, mut files) = read(request, app).await.map_err(|(error, body)| {
            if let Some(typed) = &typed {
                typed.leave(&body, true);
            }
            error
        })?;
        let typed = typed.unwrap_or_default();
        typed.leave(&body, !files.is_empty());
        let tokens: Tokens = parse(&body, app).await?;
        if binding.is_none_or(|binding| !app.db.keys().is_csrf(&tokens.csrf_token, &binding)) {
            let late = Late { path: &path, typed: &typed };
            return Err(not_of_this_session(app, session.as_ref(), &late).await?);
        }
        let key = match tokens.idempotency_key {
            Some(key) => key,
            None if COUNTED_BY_NOBODY.contains(&route) => Uuid::new_v4(),
            None => return Err(AppError::Malformed),
        };
        if session.is_some_and(|session| session.is_whole()) {
            scan(app, &mut files).await;
        }
        let key = FormKey { key, draft: drafts::key(&path, &typed), path };
        Ok(Self { fields: parse(&body, app).await?, key, files, typed })
    }
}

/// What is answered to a form that another session's page made: it is refused; if that was the same
/// person's, it waits for them on its page.
async fn not_of_this_session(
    app: &App,
    session: Option<&Session>,
    late: &Late<'_>,
) -> Result<AppError, AppError> {
    let Some(session) = session.filter(|session| session.is_whole()) else {
        return Ok(AppError::Forged);
    };
    Ok(late.take_over(app, session).await?.map_or(AppError::Forged, AppError::Kept))
}

/// Reads the form of a request that is turned away, so that its page can give it back.
pub async fn leave(request: Request, app: &App) {
    let Some(typed) = request.extensions().get::<Typed>().cloned() else { return };
    if request.method() == Method::POST {
        match read(request, app).await {
            Ok((body, files)) => typed.leave(&body, !files.is_empty()),
            Err((_, body)) => typed.leave(&body, true),
        }
    }
}

/// What the token of this request's form must be bound to: the session, or before there is one
/// the cookie of the sign-in page.
fn binding(request: &Request) -> Option<String> {
    request
        .extensions()
        .get::<Session>()
        .map(|session| session.binding().to_owned())
        .or_else(|| gate::cookie(request.headers(), sign_in::PAGE_COOKIE).map(str::to_owned))
}

/// The fields as an urlencoded body, and the files. What can't be read to its end comes back as far
/// as it was read, so that its page can give it back.
async fn read(request: Request, app: &App) -> Result<(Bytes, Vec<Upload>), (AppError, Bytes)> {
    if !is_multipart(request.headers()) {
        let body = Bytes::from_request(request, app).await;
        let body = body.map_err(|error| (too_large(error.status()), Bytes::new()))?;
        return Ok((without_unseen(body), Vec::new()));
    }
    let (mut body, mut files) = (String::new(), Vec::new());
    let end = match Multipart::from_request(request, app).await {
        Ok(parts) => read_parts(parts, &mut body, &mut files).await,
        Err(_) => Err(AppError::Malformed),
    };
    let body = without_unseen(Bytes::from(body.trim_start_matches('&').to_owned()));
    match end {
        Ok(()) => Ok((body, files)),
        Err(error) => Err((error, body)),
    }
}

/// Whether a form comes part by part, as those with files do.
pub fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

async fn read_parts(
    mut parts: Multipart,
    body: &mut String,
    files: &mut Vec<Upload>,
) -> Result<(), AppError> {
    while let Some(part) = parts.next_field().await.map_err(|error| too_large(error.status()))? {
        let field = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(|name| name.replace(is_unseen, ""));
        let media_type = part.content_type().unwrap_or_default().to_owned();
        let (bytes, room) = if file.is_some() {
            receive(part).await?
        } else {
            let bytes = part.bytes().await.map_err(|error| too_large(error.status()))?;
            (bytes, Room::default())
        };
        match file {
            Some(name) if !name.is_empty() => {
                if files.len() == limits::FILES {
                    return Err(AppError::Malformed);
                }
                let scan = Scan::default();
                files.push(Upload { field, name, media_type, bytes, scan, room });
            }
            Some(_) => {}
            None => {
                let value = std::str::from_utf8(&bytes).map_err(|_| AppError::Malformed)?;
                body.extend(["&", &urls::encode(&field), "=", &urls::encode(value)]);
            }
        }
    }
    Ok(())
}

/// Receives a file piece by piece, no further than a file may be long and no faster than there is
/// room for it: what came of one that is refused is dropped at once.
async fn receive(mut part: Field<'_>) -> Result<(Bytes, Room), AppError> {
    let (mut bytes, mut held) = (Vec::new(), None::<SemaphorePermit<'static>>);
    while let Some(piece) = part.chunk().await.map_err(|error| too_large(error.status()))? {
        if bytes.len() + piece.len() > limits::FILE {
            return Err(AppError::TooLarge);
        }
        // By doubling it would take up to twice what is counted.
        if bytes.capacity() - bytes.len() < piece.len() {
            bytes.reserve_exact(piece.len().max(limits::FILE_PIECE));
        }
        bytes.extend_from_slice(&piece);
        let pieces = bytes.len() / limits::FILE_PIECE;
        let more = pieces.saturating_sub(held.as_ref().map_or(0, SemaphorePermit::num_permits));
        if let Some(more) = u32::try_from(more).ok().filter(|more| *more > 0) {
            let more = MEMORY.try_acquire_many(more).map_err(|_| AppError::Crowded)?;
            match &mut held {
                Some(held) => held.merge(more),
                None => held = Some(more),
            }
        }
    }
    Ok((Bytes::from(bytes), Room(held.map(Arc::new))))
}

/// Has the files of someone who is signed in scanned before anything is made of them. Those without
/// an answer in time wait for one.
async fn scan(app: &App, files: &mut [Upload]) {
    let Some(scanner) = &app.edge.scanner else { return };
    let until = Instant::now() + app.edge.limits.scan;
    for file in files {
        file.scan = Scan::Unscanned;
        let patience = until.saturating_duration_since(Instant::now());
        match scanner::scan(scanner, &file.bytes, patience).await {
            Ok(found) => file.scan = Scan::of(found, app.clock.now()),
            Err(error) => tracing::warn!(%error, "a file waits for the scanner"),
        }
        if let Scan::Infected(found) = &file.scan {
            tracing::warn!(found, "a file that someone sent bears malware");
        }
    }
}

/// What is seen nowhere and turns around what stands beside it: control signs but tabs and ends of
/// lines, and the signs that change the direction of writing.
fn is_unseen(sign: char) -> bool {
    matches!(sign, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        || sign.is_control() && !matches!(sign, '\t' | '\n' | '\r')
}

/// The body without such signs, in names and values.
fn without_unseen(body: Bytes) -> Bytes {
    // What is no text is read as such a one all the same.
    let text = String::from_utf8_lossy(&body);
    let plain = |part: &str| urls::decode(part).contains(is_unseen);
    if !text.split(['&', '=']).any(plain) {
        return body;
    }
    let part = |part: &str| match urls::decode(&part.replace('+', "%20")) {
        text if text.contains(is_unseen) => urls::encode(&text.replace(is_unseen, "")),
        _ => part.to_owned(),
    };
    let pair = |pair: &str| pair.split('=').map(part).collect::<Vec<_>>().join("=");
    Bytes::from(text.split('&').map(pair).collect::<Vec<_>>().join("&"))
}

fn too_large(status: axum::http::StatusCode) -> AppError {
    if status == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        AppError::TooLarge
    } else {
        AppError::Malformed
    }
}

/// The fields of a form that was kept as it was sent.
pub async fn read_fields<T: DeserializeOwned>(body: &str, app: &App) -> Result<T, AppError> {
    parse(&Bytes::from(body.to_owned()), app).await
}

async fn parse<T: DeserializeOwned>(body: &Bytes, app: &App) -> Result<T, AppError> {
    if door::has_too_many_parts(body) {
        return Err(AppError::Malformed);
    }
    let mut request = Request::new(axum::body::Body::from(body.clone()));
    *request.method_mut() = Method::POST;
    request.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    axum_extra::extract::Form::<T>::from_request(request, app)
        .await
        .map(|form| form.0)
        .map_err(|_| AppError::Malformed)
}
