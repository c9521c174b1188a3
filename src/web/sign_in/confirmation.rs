//! Asking for the password again, where something is signed.

use super::{App, AppError, AppResult, delay, password};
use crate::store::{Session, passwords, sessions};

/// Whether whoever is signed in knows their password, or the sentence that says why not. A failure
/// counts like one at the sign-in page, and brings the same delay.
pub async fn confirm(
    app: &App,
    session: &Session,
    password: String,
) -> AppResult<Result<(), String>> {
    let (db, now) = (&app.db, app.clock.now());
    let own = passwords::own(db, session).await?;
    let (username, hash) = own.ok_or(AppError::SignedOut)?;
    if let Some(wait) = delay(db, &username, now).await? {
        return Ok(Err(wait));
    }
    if !password::verify(password, Some(hash)).await {
        sessions::failed(db, &username, now).await?;
        return Ok(Err("密码不正确".to_owned()));
    }
    sessions::succeeded(db, &username).await?;
    Ok(Ok(()))
}
