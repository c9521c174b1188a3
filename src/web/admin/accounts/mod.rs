//! Accounts as the security administrator sees them: first passwords, second factors, sessions.

pub mod everyone;
pub mod factor;
pub mod password;
pub mod sessions;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::PAGE;
use crate::domain::resetting::Refusal;
use crate::domain::sign_in::FIRST_PASSWORD_HOURS;
use crate::store::Tx;
use crate::store::account_resets::{self, AccountLine};
use crate::web::extract::Query;
use crate::web::form::Problems;
use crate::web::layout::{self, Shell};
use crate::web::urls::encode;
use crate::web::{AppResult, Asking, paging};

const HERE: &str = "/admin/accounts";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    after: String,
}

/// A form whose buttons say everything.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pressed {}

#[derive(Template)]
#[template(path = "admin/accounts.html")]
struct AccountsPage {
    shell: Shell,
    asked: Asked,
    lines: Vec<AccountLine>,
    next: Option<String>,
    /// A first password, shown this once, and whose it is.
    password: Option<(String, String)>,
    hours: i64,
    problems: Problems,
}

pub async fn list(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    page(&asking, &mut tx, asked, (None, Problems::default())).await
}

/// The list, with why an account was left as it is.
async fn refused(asking: &Asking, tx: &mut Tx, refusal: &Refusal) -> AppResult<Response> {
    page(asking, tx, Asked::default(), (None, Problems::whole(refusal.to_string()))).await
}

async fn page(
    asking: &Asking,
    tx: &mut Tx,
    asked: Asked,
    (password, problems): (Option<(String, String)>, Problems),
) -> AppResult<Response> {
    let since = asking.now() - asking.app.rest().idle;
    let mut lines = account_resets::list(tx, (&asked.q, since), (&asked.after, PAGE + 1)).await?;
    let next = paging::rest(&mut lines, PAGE)
        .map(|last| format!("{HERE}?q={}&after={}", encode(&asked.q), encode(&last.username)));
    let (shell, hours) = (asking.shell("账号安全"), FIRST_PASSWORD_HOURS);
    let page = AccountsPage { shell, asked, lines, next, password, hours, problems };
    layout::answer(&page, &page.problems)
}
