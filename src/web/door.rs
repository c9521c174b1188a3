//! What is turned away before anyone looks at who is there: another host's requests, bodies that
//! would have to be unpacked, addresses with parameters without end, acts from other sites.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::address::{self, Address};
use super::strangers::Knock;
use super::{App, health};
use crate::edge::PublicUrl;
use crate::limits;

const FETCH_SITE: &str = "sec-fetch-site";

/// Lets a request in, and notes the address that it comes from.
pub async fn door(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let address = Address::of(&request, &app.edge.proxies);
    request.extensions_mut().insert(address);
    if let Err(why) = examine(&request, app.edge.public.as_ref()) {
        tracing::warn!(address = %address.0, why = why.code(), "turned away at the door");
        Knock::of(&request).turned_away(&app, why.code()).await;
        return why.status().into_response();
    }
    next.run(request).await
}

/// Why a request is not let in.
#[derive(Debug, Clone, Copy)]
enum TurnedAway {
    /// It means another host than this program's.
    Host,
    /// Its body is packed.
    Packed,
    /// Its address has more parameters than any page.
    Parameters,
    /// An act from another site.
    Site,
    /// An act from another origin.
    Origin,
}

impl TurnedAway {
    /// As the log and the audit have it.
    const fn code(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Packed => "packed",
            Self::Parameters => "parameters",
            Self::Site => "site",
            Self::Origin => "origin",
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Packed => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Parameters => StatusCode::BAD_REQUEST,
            Self::Site | Self::Origin => StatusCode::FORBIDDEN,
        }
    }
}

fn examine(request: &Request, public: Option<&PublicUrl>) -> Result<(), TurnedAway> {
    if !is_host_known(request, public) {
        return Err(TurnedAway::Host);
    }
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(TurnedAway::Packed);
    }
    let query = request.uri().query().unwrap_or_default();
    if has_too_many_parts(query.as_bytes()) {
        return Err(TurnedAway::Parameters);
    }
    if [Method::GET, Method::HEAD].contains(request.method()) {
        return Ok(());
    }
    is_own_site(request, public)
}

/// Whether a query or a form has more fields than any page.
pub fn has_too_many_parts(pairs: &[u8]) -> bool {
    pairs.split(|byte| *byte == b'&').nth(limits::PARAMETERS).is_some()
}

/// Whether a request means this program. Watchers on this machine ask by whatever name they have.
fn is_host_known(request: &Request, public: Option<&PublicUrl>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (host, further) = (hosts.next(), hosts.next());
    let Some(public) = public else { return further.is_none() };
    let watches = health::PATHS.contains(&request.uri().path());
    if watches && address::peer(request.extensions()).is_loopback() {
        return true;
    }
    let is_ours = |host: &str| public.is_host(host);
    let named = host.and_then(|host| host.to_str().ok()).is_some_and(is_ours);
    let in_the_line = request.uri().authority().is_none_or(|it| is_ours(it.as_str()));
    further.is_none() && named && in_the_line
}

/// Whether an act comes from a page of this program, as the browser says it.
///
/// `Sec-Fetch-Site` and `Origin` each have to agree where they are there; a browser sends neither
/// only when it is an old one (the IE modes of browsers in use send no `Origin` with a form of the
/// same site), so then the token bound to the session decides alone, which every form needs in any
/// case. tower-http's `CsrfLayer` is not enough: it stops at `Sec-Fetch-Site` and lets
/// `Origin: null` pass behind it, compares hosts without the scheme, and lets OPTIONS and TRACE
/// through.
fn is_own_site(request: &Request, public: Option<&PublicUrl>) -> Result<(), TurnedAway> {
    let headers = request.headers();
    for site in headers.get_all(FETCH_SITE) {
        if ![&b"same-origin"[..], b"none"].contains(&site.as_bytes()) {
            return Err(TurnedAway::Site);
        }
    }
    for origin in headers.get_all(header::ORIGIN) {
        let is_ours = origin.to_str().is_ok_and(|origin| match public {
            Some(public) => public.is_origin(origin),
            None => is_at_host(origin, request),
        });
        if !is_ours {
            return Err(TurnedAway::Origin);
        }
    }
    Ok(())
}

/// Without a setting the host that was asked is the only one to compare with.
fn is_at_host(origin: &str, request: &Request) -> bool {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let asked = request.uri().authority().map(Authority::as_str).or(host);
    let named = PublicUrl::parse(origin);
    asked.is_some_and(|asked| named.is_some_and(|origin| origin.is_host(asked)))
}
