//! Signing in and out, and switching between grants (切换身份).

mod account;
mod confirmation;
pub mod password;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::Duration;
use serde::Deserialize;

use super::extract::{Form, Query};
use super::form::Problems;
use super::layout::{self, Shell, home};
use super::routes::{Table, Who};
use super::{App, AppError, AppResult, Asking, gate, urls};
use crate::domain::calendar;
use crate::domain::ids::GrantId;
use crate::store::sessions::{self, GrantLine};
use crate::store::{Db, Session, keys};
pub use confirmation::confirm;
pub use password::hash as hash_password;

/// What the token of the sign-in form is bound to, before there is a session.
pub const PAGE_COOKIE: &str = "__Host-page";

pub fn routes(table: Table) -> Table {
    table
        .get("/", Who::SignedIn, start)
        .get("/login", Who::Everyone, show)
        .post("/login", Who::Everyone, create)
        .post("/logout", Who::SignedIn, end)
        .get("/account/grant", Who::SignedIn, choose)
        .post("/account/grant", Who::SignedIn, switch)
        .get("/account/password", Who::SignedIn, account::edit)
        .post("/account/password", Who::SignedIn, account::update)
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

async fn show(State(app): State<App>, Query(asked): Query<Asked>) -> AppResult<Response> {
    let nonce = keys::hex(&rand::random::<[u8; 16]>());
    let form = SignInForm { next: asked.next, ..SignInForm::default() };
    let page = page(&app, &nonce, form, Problems::default())?;
    Ok(with_cookie(page, &format!("{PAGE_COOKIE}={nonce}; Path=/; Secure; HttpOnly; SameSite=Lax")))
}

fn page(app: &App, nonce: &str, form: SignInForm, problems: Problems) -> AppResult<Response> {
    let page = SignInPage {
        court: app.court.clone(),
        csrf: app.db.keys().csrf(nonce),
        next: form.next,
        username: form.username,
        problems,
    };
    layout::answer(&page, &page.problems)
}

async fn create(
    State(app): State<App>,
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
    if !problems.is_empty() {
        return page(&app, &nonce, form, problems);
    }
    match admit(&app, form.username.trim(), &form.password).await? {
        Ok((token, grant)) => {
            let to =
                urls::within(&form.next).filter(|next| *next != "/").unwrap_or(home(grant.role));
            Ok(with_cookie(Redirect::to(to).into_response(), &session_cookie(&token)))
        }
        Err(sentence) => page(&app, &nonce, form, Problems::whole(sentence)),
    }
}

/// A token and the grant it stands for, or the sentence that says why not. The sentence is the
/// same whether the name is unknown or the password wrong.
async fn admit(
    app: &App,
    username: &str,
    password: &str,
) -> AppResult<Result<(String, GrantLine), String>> {
    let (db, now) = (&app.db, app.clock.now());
    if let Some(wait) = delay(db, username, now).await? {
        return Ok(Err(wait));
    }
    let account = sessions::account(db, username).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    if !password::verify(password.to_owned(), hash).await {
        let left = FREE_TRIES - sessions::failed(db, username, now).await?;
        let again = if left > 0 {
            format!("还可以试{left}次。")
        } else {
            "请1分钟后再试。".to_owned()
        };
        return Ok(Err(format!("用户名或密码不正确。{again}")));
    }
    let Some(account) = account else {
        return Ok(Err("用户名或密码不正确。".to_owned()));
    };
    sessions::succeeded(db, username).await?;
    let Some(grant) = sessions::grants(db, account.staff, now).await?.into_iter().next() else {
        return Ok(Err("您的账号还没有分配岗位，请联系本院管理员。".to_owned()));
    };
    let token = sessions::open(db, account.staff, grant.id, now).await?;
    trace(app, &token, "session.opened").await?;
    Ok(Ok((token, grant)))
}

const FREE_TRIES: i32 = 5;

/// After five failures the name rests: a minute, then two, four … at most an hour; never for good.
async fn delay(
    db: &Db,
    username: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> AppResult<Option<String>> {
    let Some(failures) = sessions::failures(db, username).await? else { return Ok(None) };
    if failures.count < FREE_TRIES {
        return Ok(None);
    }
    let doublings = u32::try_from(failures.count - FREE_TRIES).unwrap_or(0).min(6);
    let until = failures.last_at + Duration::minutes(i64::from(2_u32.pow(doublings)).min(60));
    if now >= until {
        return Ok(None);
    }
    let minutes = ((until - now).num_seconds() + 59) / 60;
    Ok(Some(format!("请{minutes}分钟后再试（{}）。", calendar::clock_time(until))))
}

async fn trace(app: &App, token: &str, verb: &str) -> AppResult<()> {
    let now = app.clock.now();
    if let Some(session) = sessions::resume(&app.db, token, app.idle, now).await? {
        let mut tx = app.db.begin(&session).await?;
        sessions::record(&mut tx, verb, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn end(
    State(app): State<App>,
    headers: HeaderMap,
    _: Form<std::collections::HashMap<String, String>>,
) -> AppResult<Response> {
    if let Some(token) = gate::cookie(&headers, gate::SESSION_COOKIE) {
        trace(&app, token, "session.ended").await?;
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
    form: Form<SwitchForm>,
) -> AppResult<Response> {
    let grant = form.fields.grant.parse().map_err(|_| AppError::NotFound)?;
    let now = app.clock.now();
    let token = sessions::switch(&app.db, &session, grant, now).await?.ok_or(AppError::NotFound)?;
    trace(&app, &token, "session.switched").await?;
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
