//! The second step of signing in: a code of the second factor; the first time, its setting up.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;

use super::{onwards, session_cookie, with_cookie};
use crate::domain::one_time_code::{self, bare};
use crate::domain::sign_in::{again, wait};
use crate::store::second_factors::{self, SecondFactor};
use crate::store::sign_in_attempts::{self as attempts, Counter};
use crate::store::{Session, Tx, accounts, sessions};
use crate::web::extract::{Form, Query};
use crate::web::form::Problems;
use crate::web::layout::{self, home};
use crate::web::{App, AppError, AppResult, urls};

/// Where the codes for the day without a telephone are shown.
pub const RECOVERY_PAGE: &str = "/account/recovery-codes";

/// What isn't even like a code takes no try.
pub const NOT_A_CODE: &str = "请输入6位动态口令";

/// A secret to be taken over by a telephone.
pub struct ToScan {
    pub qr: String,
    pub spelled: String,
}

#[derive(Template)]
#[template(path = "sign_in/code.html")]
struct CodePage {
    court: String,
    csrf: String,
    next: String,
    /// The first time.
    scan: Option<ToScan>,
    problems: Problems,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct CodeForm {
    otp: String,
    next: String,
}

pub async fn show(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<CodeForm>,
) -> AppResult<Response> {
    if session.is_whole() {
        return Ok(Redirect::to("/").into_response());
    }
    page(&app, &session, asked.next, Problems::default()).await
}

async fn page(
    app: &App,
    session: &Session,
    next: String,
    problems: Problems,
) -> AppResult<Response> {
    let mut tx = app.db.begin(session).await?;
    let known = second_factors::find(&mut tx, session.actor().staff).await?;
    let scan = match known {
        Some(SecondFactor { pending: Some(secret), confirmed_at: None, .. }) => {
            Some(to_scan(app, &mut tx, session, &secret).await?)
        }
        _ => None,
    };
    let csrf = app.db.keys().csrf(session.binding());
    let page = CodePage { court: app.court.clone(), csrf, next, scan, problems };
    layout::answer(&page, &page.problems)
}

/// The picture of a secret, and the secret in letters.
pub async fn to_scan(
    app: &App,
    tx: &mut Tx,
    session: &Session,
    secret: &[u8],
) -> AppResult<ToScan> {
    let own = accounts::own(tx, session.actor().staff).await?;
    let (issuer, name) =
        (urls::encode(&format!("案结 {}", app.court)), urls::encode(&own.username));
    let spelled = one_time_code::spelled(secret);
    let address = format!(
        "otpauth://totp/{issuer}:{name}?secret={spelled}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
    );
    let code = QrCode::new(address).map_err(|error| AppError::Office(error.to_string()))?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // The declaration of an XML file has no place inside a page.
    let start = picture.find("<svg").unwrap_or_default();
    let qr = picture.get(start..).unwrap_or_default().to_owned();
    Ok(ToScan { qr, spelled: one_time_code::grouped(&spelled) })
}

pub async fn create(
    State(app): State<App>,
    session: Session,
    form: Form<CodeForm>,
) -> AppResult<Response> {
    if session.is_whole() {
        return Ok(Redirect::to("/").into_response());
    }
    let (form, now) = (form.fields, app.clock.now());
    let mut tx = app.db.begin(&session).await?;
    let known = second_factors::find(&mut tx, session.actor().staff).await?;
    let known = known.ok_or(AppError::SignedOut)?;
    let first = !known.is_set();
    if let Err(sentence) = check(&app, &mut tx, (&session, &known), &form.otp).await? {
        drop(tx);
        return page(&app, &session, form.next, Problems::at("otp", sentence)).await;
    }
    sessions::record(&mut tx, "session.opened", now).await?;
    tx.commit().await?;
    let devices = app.rules().devices;
    let token = sessions::renew(&app.db, &session, session.actor().grant, (devices, now)).await?;
    let token = token.ok_or(AppError::SignedOut)?;
    let home = home(session.actor().role);
    let to = if first { RECOVERY_PAGE } else { onwards(&form.next, home) };
    Ok(with_cookie(Redirect::to(to).into_response(), &session_cookie(&token)))
}

/// Whether a code is right, or the sentence that says why not. A right one is used up; that of a
/// secret that waits confirms it.
pub async fn check(
    app: &App,
    tx: &mut Tx,
    (session, known): (&Session, &SecondFactor),
    typed: &str,
) -> AppResult<Result<(), String>> {
    let (db, now, staff) = (&app.db, app.clock.now(), session.actor().staff);
    let typed = bare(typed);
    let is_recovery_code = known.is_set() && one_time_code::is_recovery_code(&typed);
    if !one_time_code::is_code(&typed) && !is_recovery_code {
        return Ok(Err(NOT_A_CODE.to_owned()));
    }
    let counter = Counter::of_codes(db, staff);
    let tries = match attempts::begin(db, &counter, (app.rules().tries, now)).await? {
        Ok(tries) => tries,
        Err(until) => {
            if app.strangers.count("resting", now).is_some() {
                attempts::refused(db, Some(staff), ("resting", session.address()), now).await?;
            }
            return Ok(Err(wait(until, now)));
        }
    };
    let right = if is_recovery_code {
        second_factors::spend_recovery(tx, staff, &typed, now).await?
    } else if let Some(step) = known.step_of(&typed, now) {
        second_factors::spend(tx, staff, step).await?
    } else {
        !known.is_set() && confirmed(tx, (session, known), &typed, now).await?
    };
    if !right {
        attempts::refused(db, Some(staff), ("code", session.address()), now).await?;
        return Ok(Err(format!("动态口令不正确，或已用过。{}", again(tries, app.rules().tries))));
    }
    attempts::forget(db, &counter).await?;
    Ok(Ok(()))
}

/// Whether a code is one of the secret that waits, which it then confirms.
pub async fn confirmed(
    tx: &mut Tx,
    (session, known): (&Session, &SecondFactor),
    typed: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> AppResult<bool> {
    let Some(pending) = &known.pending else { return Ok(false) };
    let Some(step) = one_time_code::step_of(pending, typed, now) else { return Ok(false) };
    second_factors::confirm(tx, session, step, now).await?;
    Ok(true)
}
