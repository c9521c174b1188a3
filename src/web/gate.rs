//! The gate in front of every route: who is there, and may they use it.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::routes::Who;
use super::{App, AppError};
use crate::store::{self, Session};

/// The cookie of a session. The prefix makes browsers hold it to this host, this path, and TLS.
pub const SESSION_COOKIE: &str = "__Host-sid";

/// Resumes the session, turns away whoever is not admitted, and hands the session on.
pub async fn gate(
    State((app, who)): State<(App, Who)>,
    mut request: Request,
    next: Next,
) -> Response {
    let session = match resume(&app, request.headers()).await {
        Ok(session) => session,
        Err(error) => return error.into_response(),
    };
    match (&session, who) {
        (_, Who::Everyone) => {}
        (None, _) => return signed_out(&request),
        (Some(session), _) if !who.admits(session.actor().role) => {
            return AppError::Forbidden(who).into_response();
        }
        (Some(session), _) if must_change_first(session, &request) => {
            return Redirect::to(CHANGE).into_response();
        }
        (Some(_), _) => {}
    }
    if let Some(session) = session {
        request.extensions_mut().insert(session);
    }
    next.run(request).await
}

/// The page on which a password is changed; until then whoever must change it sees no other.
const CHANGE: &str = "/account/password";

fn must_change_first(session: &Session, request: &Request) -> bool {
    session.must_change_password() && ![CHANGE, "/logout"].contains(&request.uri().path())
}

async fn resume(app: &App, headers: &HeaderMap) -> Result<Option<Session>, AppError> {
    match cookie(headers, SESSION_COOKIE) {
        Some(token) => {
            Ok(store::sessions::resume(&app.db, token, app.idle, app.clock.now()).await?)
        }
        None => Ok(None),
    }
}

/// A page is asked for again after signing in; a form answers 401, so that nothing typed is lost
/// behind a redirect.
fn signed_out(request: &Request) -> Response {
    if request.method() != Method::GET || request.headers().contains_key("hx-request") {
        return AppError::SignedOut.into_response();
    }
    let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
    let next: String = super::urls::encode(wanted);
    Redirect::to(&format!("/login?next={next}")).into_response()
}

/// A cookie's value.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
