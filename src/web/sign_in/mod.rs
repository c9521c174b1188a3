//! Signing in and out, and switching between grants (切换身份).

mod account;
mod admission;
mod change;
mod code;
mod confirmation;
pub mod password;
mod second_factor;
mod substitutions;
mod visitor;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::address::Address;
use super::extract::{Form, Query};
use super::form::Problems;
use super::layout::{self, Shell, home};
use super::routes::{Table, Who};
use super::{App, AppError, AppResult, Asking, gate, urls};
use crate::domain::ids::GrantId;
use crate::store::accounts::{self, Gone};
use crate::store::sessions::{self, GrantLine};
use crate::store::{Session, keys};
pub use confirmation::confirm;
pub use password::hash_here as hash_password;
use visitor::Visitor;

/// What the token of the sign-in form is bound to, before there is a session.
pub const PAGE_COOKIE: &str = "__Host-page";
/// Where the second factor is asked for.
pub const CODE_PAGE: &str = "/login/code";

pub fn routes(table: Table) -> Table {
    table
        .get("/", Who::SignedIn, start)
        .get("/login", Who::Everyone, show)
        .post("/login", Who::Everyone, create)
        .get(CODE_PAGE, Who::Halfway, code::show)
        .post(CODE_PAGE, Who::Halfway, code::create)
        .post("/logout", Who::Halfway, end)
        .get("/account", Who::SignedIn, account::show)
        .post("/account/sessions", Who::SignedIn, account::end_sessions)
        .get("/account/grant", Who::SignedIn, choose)
        .post("/account/grant", Who::SignedIn, switch)
        .get("/account/substitutions", Who::Court, substitutions::list)
        .post("/account/substitutions", Who::Court, substitutions::create)
        .post("/account/substitutions/{uuid}/ending", Who::Court, substitutions::end)
        .get("/account/password", Who::SignedIn, change::edit)
        .post("/account/password", Who::SignedIn, change::update)
        .get("/account/second-factor", Who::SignedIn, second_factor::show)
        .post("/account/second-factor", Who::SignedIn, second_factor::create)
        .post("/account/second-factor/confirmation", Who::SignedIn, second_factor::confirm)
        .get("/account/recovery-codes", Who::SignedIn, second_factor::codes)
        .post("/account/recovery-codes", Who::SignedIn, second_factor::forget_codes)
        .get("/help/shortcuts", Who::SignedIn, account::shortcuts)
}

#[derive(Template)]
#[template(path = "sign_in/show.html")]
struct SignInPage {
    court: String,
    csrf: String,
    next: String,
    username: String,
    problems: Problems,
    /// Why the last session is gone.
    gone: String,
    demonstration: Option<&'static str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    next: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SignInForm {
    username: String,
    password: String,
    next: String,
}

async fn start(session: Session) -> Redirect {
    Redirect::to(home(session.actor().role))
}

async fn show(
    State(app): State<App>,
    session: Option<Extension<Session>>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> AppResult<Response> {
    if session.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    let nonce = keys::hex(&rand::random::<[u8; 16]>());
    let form = SignInForm { next: asked.next, ..SignInForm::default() };
    let mut page = page(&app, &nonce, form, Problems::default());
    page.gone = gone(&app, &headers).await?;
    let cookie = format!("{PAGE_COOKIE}={nonce}; Path=/; Secure; HttpOnly; SameSite=Lax");
    Ok(with_cookie(layout::shown(&page)?, &cookie))
}

/// Why the session whose cookie is still there is gone; nothing where it was signed out of.
async fn gone(app: &App, headers: &HeaderMap) -> AppResult<String> {
    let Some(token) = gate::cookie(headers, gate::SESSION_COOKIE) else {
        return Ok(String::new());
    };
    Ok(match accounts::gone(&app.db, token, app.clock.now()).await? {
        None => String::new(),
        Some(Gone::Ended(ending)) => ending.label().to_owned(),
        Some(Gone::Lapsed) => "岗位授权或者代理已经到期，请重新登录。".to_owned(),
        Some(Gone::Rested) => "为安全起见，长时间没有操作已退出，请重新登录。".to_owned(),
    })
}

fn page(app: &App, nonce: &str, form: SignInForm, problems: Problems) -> SignInPage {
    SignInPage {
        court: app.court.clone(),
        csrf: app.db.keys().csrf(nonce),
        next: form.next,
        username: form.username,
        problems,
        gone: String::new(),
        demonstration: layout::demonstration(app),
    }
}

async fn create(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form<SignInForm>,
) -> AppResult<Response> {
    let form = form.fields;
    let nonce = gate::cookie(&headers, PAGE_COOKIE).unwrap_or_default().to_owned();
    let mut problems = Problems::default();
    problems.required("username", &form.username, "请输入用户名");
    if form.password.is_empty() {
        problems.add("password", "请输入密码");
    }
    if problems.is_empty() {
        let asked = (form.username.trim(), form.password.as_str());
        match admission::admit(&app, asked, &visitor).await? {
            Ok(admitted) => {
                let to = if admitted.whole {
                    onwards(&form.next, home(admitted.role)).to_owned()
                } else {
                    format!("{CODE_PAGE}?next={}", urls::encode(&form.next))
                };
                let response = Redirect::to(&to).into_response();
                return Ok(with_cookie(response, &session_cookie(&admitted.token)));
            }
            Err(sentence) => problems = Problems::whole(sentence),
        }
    }
    let page = page(&app, &nonce, form, problems);
    layout::answer(&page, &page.problems)
}

/// The page first asked for, else where the role begins.
fn onwards<'a>(next: &'a str, home: &'a str) -> &'a str {
    urls::within(next).filter(|next| *next != "/").unwrap_or(home)
}

async fn trace(app: &App, token: &str, verb: &str, Address(from): Address) -> AppResult<()> {
    let now = app.clock.now();
    if let Some(session) = admission::resumed(app, token, from).await? {
        let mut tx = app.db.begin(&session).await?;
        sessions::record(&mut tx, verb, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn end(
    State(app): State<App>,
    from: Address,
    headers: HeaderMap,
    _: Form<std::collections::HashMap<String, String>>,
) -> AppResult<Response> {
    if let Some(token) = gate::cookie(&headers, gate::SESSION_COOKIE) {
        trace(&app, token, "session.ended", from).await?;
        sessions::end(&app.db, token, app.clock.now()).await?;
    }
    let gone =
        format!("{}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0", gate::SESSION_COOKIE);
    Ok(with_cookie(Redirect::to("/login").into_response(), &gone))
}

#[derive(Template)]
#[template(path = "sign_in/grants.html")]
struct GrantsPage {
    shell: Shell,
    grants: Vec<GrantLine>,
    held: GrantId,
}

async fn choose(asking: Asking) -> AppResult<Response> {
    let actor = asking.actor();
    let grants = sessions::grants(&asking.app.db, actor.staff, asking.now()).await?;
    let page = GrantsPage { shell: asking.shell("切换身份"), grants, held: actor.grant };
    layout::shown(&page)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SwitchForm {
    grant: String,
}

async fn switch(
    State(app): State<App>,
    session: Session,
    from: Address,
    form: Form<SwitchForm>,
) -> AppResult<Response> {
    let grant: GrantId = form.fields.grant.parse().map_err(|_| AppError::NotFound)?;
    let now = app.clock.now();
    let held = sessions::grants(&app.db, session.actor().staff, now).await?;
    if !held.iter().any(|line| line.id == grant) {
        return Err(AppError::NotFound);
    }
    let token = sessions::renew(&app.db, &session, grant, (app.rules().devices, now)).await?;
    let token = token.ok_or(AppError::SignedOut)?;
    trace(&app, &token, "session.switched", from).await?;
    Ok(with_cookie(Redirect::to("/").into_response(), &session_cookie(&token)))
}

fn session_cookie(token: &str) -> String {
    format!("{}={token}; Path=/; Secure; HttpOnly; SameSite=Lax", gate::SESSION_COOKIE)
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
