//! The gate in front of every route: who is there, and may they use it.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::address::Address;
use super::drafts::Late;
use super::layout::{Frame, done};
use super::routes::{Row, Who, is_larger};
use super::sign_in::CODE_PAGE;
use super::strangers::Knock;
use super::traces::Trace;
use super::typed::Typed;
use super::{App, AppError, error, extract, urls};
use crate::limits;
use crate::store::accounts::Gone;
use crate::store::{self, Session, StoreResult};

/// The cookie of a session. The prefix makes browsers hold it to this host, this path, and TLS.
pub const SESSION_COOKIE: &str = "__Host-sid";
/// What a page asks for by itself, with nobody at the keys, bears this header and lets the session
/// go on resting.
const BY_ITSELF: &str = "x-by-itself";

/// How long the fields of a form that is too large are waited for.
const FIELDS_COME: Duration = Duration::from_secs(1);

/// Resumes the session, turns away whoever is not admitted, and hands the session on. The page of
/// a failure gets the shell of whoever is there, and what they typed.
pub async fn gate(State((app, row)): State<(App, Row)>, request: Request, next: Next) -> Response {
    let takes_files = row.body > limits::LONG_FORM;
    let mut response = pass(app, row, request, next).await;
    if !takes_files {
        error::say_text_is_long(&mut response);
    }
    response
}

async fn pass(app: App, row: Row, mut request: Request, next: Next) -> Response {
    let who = row.who;
    if let Some(clean) = without_numbers(&request) {
        return done(&clean, NUMBER_IN_ADDRESS);
    }
    request.extensions_mut().insert(row);
    let session = match resume(&app, request.headers()).await {
        Ok(session) => session,
        Err(error) => return turned_away(error.into(), request, &app).await,
    };
    let is_larger = is_larger(request.headers(), row.body.max(limits::FORM));
    let Some(session) = session else {
        let knock = Knock::of(&request);
        let response = match who {
            Who::Everyone if is_larger => too_large(request, &app).await,
            Who::Everyone => next.run(request).await,
            Who::Halfway | Who::SignedIn | Who::Court | Who::Staff(_) => {
                signed_out(request, &app).await
            }
        };
        return knock.leave(&app, response).await;
    };
    let session = session.from_address(Address::noted(&request));
    if !session.is_whole() {
        let knock = Knock::of(&request);
        let response = if is_larger {
            too_large(request, &app).await
        } else {
            halfway(session, who, request, next).await
        };
        return knock.leave(&app, response).await;
    }
    let trace = Trace::of(&app, &session, row, &request);
    let frame = Frame::new(&app, &session, &request);
    let mut response = if !who.admits(session.actor().role) {
        turned_away(AppError::Forbidden(who), request, &app).await
    } else if is_larger {
        too_large(request, &app).await
    } else if who != Who::Everyone && must_change_first(&app, &session, &request) {
        Redirect::to(CHANGE).into_response()
    } else {
        request.extensions_mut().insert(frame.clone());
        request.extensions_mut().insert(session);
        next.run(request).await
    };
    response = trace.leave(response).await;
    if response.status().is_client_error() || response.status().is_server_error() {
        response.extensions_mut().insert(frame);
    }
    response
}

/// What whoever typed a number of a person into a search is told.
const NUMBER_IN_ADDRESS: &str = "证件号码和电话不能放在网址里检索，没有按它查找。请改用姓名或信访编号；按证件号码查重请到来访登记页填写。";

/// The address of a page without the numbers of people that it was asked for with: it would stay in
/// the history of the browser, and in every link of the page.
fn without_numbers(request: &Request) -> Option<String> {
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    is_read.then(|| urls::without_personal_numbers(request.uri())).flatten()
}

/// Until the second factor is given a session opens its page and the way out, and is nobody's
/// anywhere else.
async fn halfway(session: Session, who: Who, mut request: Request, next: Next) -> Response {
    match who {
        Who::Everyone => next.run(request).await,
        Who::Halfway => {
            request.extensions_mut().insert(session);
            next.run(request).await
        }
        Who::SignedIn | Who::Court | Who::Staff(_) if is_page(&request) => {
            Redirect::to(CODE_PAGE).into_response()
        }
        Who::SignedIn | Who::Court | Who::Staff(_) => AppError::SignedOut.into_response(),
    }
}

async fn turned_away(error: AppError, request: Request, app: &App) -> Response {
    extract::leave(request, app).await;
    error.into_response()
}

/// Not read to its end. Of a form with files the fields come first, and what was typed is given
/// back if it is there already.
async fn too_large(request: Request, app: &App) -> Response {
    if extract::is_multipart(request.headers()) {
        let _ = tokio::time::timeout(FIELDS_COME, extract::leave(request, app)).await;
    }
    AppError::TooLarge.into_response()
}

/// The page on which a password is changed; until then whoever must change it sees no other.
const CHANGE: &str = "/account/password";

/// Whoever leaves without a session has left.
const LOG_OUT: &str = "/logout";

/// And what must be possible until then: out, and the codes that are shown once.
const OPEN: [&str; 4] = [CHANGE, LOG_OUT, CODE_PAGE, "/account/recovery-codes"];

fn must_change_first(app: &App, session: &Session, request: &Request) -> bool {
    let old = app.rules().passwords.is_old(session.password_set_at(), app.clock.now());
    (session.must_change_password() || old) && !OPEN.contains(&request.uri().path())
}

async fn resume(app: &App, headers: &HeaderMap) -> StoreResult<Option<Session>> {
    let Some(token) = cookie(headers, SESSION_COOKIE) else { return Ok(None) };
    app.refresh().await?;
    if headers.contains_key(BY_ITSELF) {
        store::sessions::look_up(&app.db, token, app.rest(), app.clock.now()).await
    } else {
        store::sessions::resume(&app.db, token, app.rest(), app.clock.now()).await
    }
}

/// A page is asked for again after signing in; a form answers 401, so that nothing typed is lost
/// behind a redirect.
async fn signed_out(request: Request, app: &App) -> Response {
    if !is_page(&request) {
        return too_late(request, app).await;
    }
    let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
    let wanted = if urls::has_personal_number(&urls::decode(wanted)) { "/" } else { wanted };
    let next: String = urls::encode(wanted);
    Redirect::to(&format!("/login?next={next}")).into_response()
}

/// Keeps what was typed for whoever's session it was.
async fn too_late(request: Request, app: &App) -> Response {
    let token = cookie(request.headers(), SESSION_COOKIE).map(str::to_owned);
    let path = request.uri().path().to_owned();
    let typed = request.extensions().get::<Typed>().cloned().unwrap_or_default();
    if path == LOG_OUT {
        return Redirect::to("/login").into_response();
    }
    let mut response = turned_away(AppError::SignedOut, request, app).await;
    let gone =
        store::accounts::gone(&app.db, token.as_deref().unwrap_or_default(), app.clock.now());
    if let Ok(Some(Gone::Ended(ending))) = gone.await
        && !ending.label().is_empty()
    {
        error::say_why_gone(&mut response, ending.label());
    }
    let late = Late { path: &path, typed: &typed };
    if let Some(waiting) = late.keep(app, token.as_deref()).await {
        response.extensions_mut().insert(waiting);
    }
    response
}

fn is_page(request: &Request) -> bool {
    [Method::GET, Method::HEAD].contains(request.method())
        && !request.headers().contains_key("hx-request")
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
