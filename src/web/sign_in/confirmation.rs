//! Asking for the password again, where something is signed.

use super::{App, AppError, AppResult};
use crate::domain::sign_in;
use crate::store::sign_in_attempts::{self as attempts, Counter};
use crate::store::{Session, passwords};

/// Whether whoever is signed in knows their password, or the sentence that says why not. A failure
/// counts like one at the sign-in page, and brings the same delay.
pub async fn confirm(
    app: &App,
    session: &Session,
    password: String,
) -> AppResult<Result<(), String>> {
    let (db, now) = (&app.db, app.clock.now());
    let own = passwords::own(db, session).await?;
    let (_, hash) = own.ok_or(AppError::SignedOut)?;
    let place = app.line.queue()?;
    let counter = Counter::of_signatures(db, session.actor().staff);
    if let Err(until) = attempts::begin(db, &counter, now).await? {
        return Ok(Err(sign_in::wait(until, now)));
    }
    if !place.verify(password, Some(hash)).await {
        let staff = Some(session.actor().staff);
        attempts::refused(db, staff, ("signature", session.address()), now).await?;
        return Ok(Err("密码不正确".to_owned()));
    }
    attempts::forget(db, &counter).await?;
    Ok(Ok(()))
}
