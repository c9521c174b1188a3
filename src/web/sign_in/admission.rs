//! Whether someone is let in: the counters, the password, what else is asked for.

use std::net::IpAddr;

use super::visitor::Visitor;
use super::{App, AppError, AppResult, password};
use crate::domain::sign_in::{SecondFactor, again, wait};
use crate::domain::staff::Role;
use crate::store::accounts::{self, Account};
use crate::store::sessions::{self, GrantLine, NewSession};
use crate::store::sign_in_attempts::{self as attempts, Counter};
use crate::store::{Session, passwords, second_factors};

const WRONG: &str = "用户名或密码不正确。";
const NO_GRANT: &str = "您的账号还没有分配岗位，请联系本院管理员。";
const TOO_LATE: &str = "管理员设置的密码已过72小时，请联系本院管理员重新设置。";

/// Someone who was let in.
pub struct Admitted {
    pub token: String,
    pub role: Role,
    /// Whether nothing more is asked for.
    pub whole: bool,
}

/// Whoever was let in, or the sentence that says why not. The sentence, and the work until it is
/// said, are the same whether the name is unknown, the account closed or the password wrong.
pub async fn admit(
    app: &App,
    (username, password): (&str, &str),
    visitor: &Visitor,
) -> AppResult<Result<Admitted, String>> {
    let (db, now, from) = (&app.db, app.clock.now(), visitor.address.to_string());
    let place = app.line.queue()?;
    attempts::begin_at(db, visitor.address, now).await?.map_err(AppError::Busy)?;
    let counter = Counter::of_name(db, username, visitor.address, now).await?;
    let tries = match attempts::begin(db, &counter, now).await? {
        Ok(tries) => tries,
        Err(until) => {
            if app.strangers.count("resting", now).is_some() {
                let account = accounts::find(db, username).await?;
                attempts::refused(db, account.map(|it| it.staff), ("resting", &from), now).await?;
            }
            return Ok(Err(wait(until, now)));
        }
    };
    let account = accounts::find(db, username).await?;
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let right = place.verify(password.to_owned(), hash.clone()).await;
    let (Some(account), Some(hash), true) = (&account, hash, right) else {
        let why = if account.is_some() { "password" } else { "unknown" };
        attempts::refused(db, account.map(|it| it.staff), (why, &from), now).await?;
        return Ok(Err(format!("{WRONG}{}", again(tries))));
    };
    attempts::forget(db, &counter).await?;
    attempts::give_back(db, visitor.address, now).await?;
    if password::is_of_old(&hash) {
        let fresh = place.hash(password.to_owned()).await?;
        passwords::rehash(db, account.staff, &hash, &fresh).await?;
    }
    drop(place);
    open(app, account, visitor).await
}

async fn open(
    app: &App,
    account: &Account,
    visitor: &Visitor,
) -> AppResult<Result<Admitted, String>> {
    let (db, now, from) = (&app.db, app.clock.now(), visitor.address.to_string());
    if account.password_expires_at.is_some_and(|until| now >= until) {
        attempts::refused(db, Some(account.staff), ("expired", &from), now).await?;
        return Ok(Err(TOO_LATE.to_owned()));
    }
    let grants = sessions::grants(db, account.staff, now).await?;
    let Some(grant) = grants.first() else {
        attempts::refused(db, Some(account.staff), ("no_grant", &from), now).await?;
        return Ok(Err(NO_GRANT.to_owned()));
    };
    let whole = !asks_for_code(app, account, &grants);
    let new = NewSession {
        staff: account.staff,
        grant: grant.id,
        whole,
        address: &visitor.place(),
        device: &visitor.device,
        at: now,
    };
    let token = sessions::open(db, new, app.rules.devices).await?;
    begin(app, &token, visitor.address, whole).await?;
    Ok(Ok(Admitted { token, role: grant.role, whole }))
}

/// Whoever must have the second factor, and whoever has chosen to.
fn asks_for_code(app: &App, account: &Account, grants: &[GrantLine]) -> bool {
    let setting = app.rules.second_factor;
    let chosen = account.has_second_factor && setting != SecondFactor::Off;
    chosen || setting.binds(grants.iter().map(|grant| grant.role))
}

/// The trace of it; and for someone who has no second factor yet and must, one to be confirmed.
async fn begin(app: &App, token: &str, from: IpAddr, whole: bool) -> AppResult<()> {
    let now = app.clock.now();
    let Some(session) = resumed(app, token, from).await? else { return Ok(()) };
    let mut tx = app.db.begin(&session).await?;
    if !whole {
        second_factors::propose_first(&mut tx, &session).await?;
    }
    sessions::record(&mut tx, if whole { "session.opened" } else { "session.begun" }, now).await?;
    Ok(tx.commit().await?)
}

/// The session of a token, as it asks from an address.
pub async fn resumed(app: &App, token: &str, from: IpAddr) -> AppResult<Option<Session>> {
    let session = sessions::resume(&app.db, token, app.idle, app.clock.now()).await?;
    Ok(session.map(|session| session.from_address(from)))
}
