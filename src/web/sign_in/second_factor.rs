//! One's own second factor: set, renewed, taken away; the codes for the day without a telephone.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::code::{NOT_A_CODE, RECOVERY_PAGE, ToScan, check, confirmed, to_scan};
use super::confirm as confirm_password;
use crate::domain::calendar;
use crate::domain::one_time_code::{bare, grouped, is_code};
use crate::domain::sign_in::SecondFactor as Binding;
use crate::domain::sign_in::{again, wait};
use crate::store::second_factors::{self, SecondFactor};
use crate::store::sessions;
use crate::store::sign_in_attempts::{self as attempts, Counter};
use crate::web::extract::Form;
use crate::web::form::Problems;
use crate::web::layout::{self, Shell, home};
use crate::web::{AppError, AppResult, Asking};

const PAGE: &str = "/account/second-factor";
const SETTING_UP: &str = "请用手机扫描，再输入6位动态口令确认。";
const GONE: &str = "动态口令已取消，其他设备上的登录已退出。";

#[derive(Template)]
#[template(path = "sign_in/second_factor.html")]
struct FactorPage {
    shell: Shell,
    /// Since when it is set.
    since: Option<String>,
    left: i64,
    scan: Option<ToScan>,
    /// Whether it may be taken away.
    optional: bool,
    /// Whether the settings ask nobody for a code.
    off: bool,
    problems: Problems,
}

pub async fn show(asking: Asking) -> AppResult<Response> {
    page(&asking, Problems::default()).await
}

async fn page(asking: &Asking, problems: Problems) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let known = second_factors::find(&mut tx, asking.actor().staff).await?;
    let pending = known.as_ref().and_then(|known| known.pending.clone());
    let scan = match pending {
        Some(secret) => Some(to_scan(&asking.app, &mut tx, &asking.session, &secret).await?),
        None => None,
    };
    let since = known.as_ref().and_then(|known| known.confirmed_at).map(calendar::format_full);
    let page = FactorPage {
        shell: asking.shell("动态口令"),
        since,
        left: known.map_or(0, |known| known.recovery_codes_left),
        scan,
        optional: !is_bound(asking).await?,
        off: asking.app.rules().second_factor == Binding::Off,
        problems,
    };
    layout::answer(&page, &page.problems)
}

async fn is_bound(asking: &Asking) -> AppResult<bool> {
    let (app, staff) = (&asking.app, asking.actor().staff);
    let grants = sessions::grants(&app.db, staff, asking.now()).await?;
    Ok(app.rules().second_factor.binds(grants.iter().map(|grant| grant.role)))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct FactorForm {
    act: String,
    password: String,
    otp: String,
}

/// Setting it (up or anew) and taking it away ask for the password, and for a code of the present one.
pub async fn create(asking: Asking, form: Form<FactorForm>) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let (form, now) = (form.fields, asking.now());
    let (app, session) = (&asking.app, &asking.session);
    let known = second_factors::find(&mut tx, asking.actor().staff).await?;
    if let Err(problem) = may(&asking, &mut tx, known.as_ref(), &form).await? {
        drop(tx);
        return page(&asking, problem).await;
    }
    match form.act.as_str() {
        "set" => {
            second_factors::propose(&mut tx, session).await?;
            sessions::record(&mut tx, "second_factor.proposed", now).await?;
            layout::kept(tx, PAGE, SETTING_UP).await
        }
        "remove" if !is_bound(&asking).await? => {
            second_factors::remove(&mut tx, session, now).await?;
            attempts::forget(&app.db, &Counter::of_codes(&app.db, asking.actor().staff)).await?;
            layout::kept(tx, PAGE, GONE).await
        }
        _ => Err(AppError::NotFound),
    }
}

async fn may(
    asking: &Asking,
    tx: &mut crate::store::Tx,
    known: Option<&SecondFactor>,
    form: &FactorForm,
) -> AppResult<Result<(), Problems>> {
    let (app, session) = (&asking.app, &asking.session);
    if form.password.is_empty() {
        return Ok(Err(Problems::at("password", "请输入密码")));
    }
    if let Err(sentence) = confirm_password(app, session, form.password.clone()).await? {
        return Ok(Err(Problems::at("password", sentence)));
    }
    match known.filter(|known| known.is_set()) {
        Some(known) => {
            let checked = check(app, tx, (session, known), &form.otp).await?;
            Ok(checked.map_err(|sentence| Problems::at("otp", sentence)))
        }
        None => Ok(Ok(())),
    }
}

/// A code of the new secret puts it in the place of the former one.
pub async fn confirm(asking: Asking, form: Form<FactorForm>) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let (app, staff, now) = (&asking.app, asking.actor().staff, asking.now());
    let known = second_factors::find(&mut tx, staff).await?.ok_or(AppError::NotFound)?;
    let typed = bare(&form.fields.otp);
    if !is_code(&typed) {
        drop(tx);
        return page(&asking, Problems::at("confirmation", NOT_A_CODE)).await;
    }
    let counter = Counter::of_codes(&app.db, staff);
    let problem = match attempts::begin(&app.db, &counter, (app.rules().tries, now)).await? {
        Err(until) => Some(wait(until, now)),
        Ok(tries) => {
            let right = confirmed(&mut tx, (&asking.session, &known), &typed, now).await?;
            (!right).then(|| format!("动态口令不正确。{}", again(tries, app.rules().tries)))
        }
    };
    if let Some(sentence) = problem {
        drop(tx);
        return page(&asking, Problems::at("confirmation", sentence)).await;
    }
    attempts::forget(&app.db, &counter).await?;
    layout::kept(tx, RECOVERY_PAGE, "动态口令已设置，其他设备上的登录已退出。").await
}

#[derive(Template)]
#[template(path = "sign_in/recovery_codes.html")]
struct CodesPage {
    shell: Shell,
    codes: Vec<String>,
}

pub async fn codes(asking: Asking) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let Some(codes) = second_factors::fresh_codes(&mut tx, asking.actor().staff).await? else {
        return Ok(Redirect::to(PAGE).into_response());
    };
    let codes = codes.iter().map(|code| grouped(code)).collect();
    layout::shown(&CodesPage { shell: asking.shell("恢复码"), codes })
}

pub async fn forget_codes(asking: Asking, form: Form<FactorForm>) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    second_factors::forget_codes(&mut tx, asking.actor().staff).await?;
    let home = home(asking.actor().role);
    layout::kept(tx, home, "恢复码不再显示。").await
}
