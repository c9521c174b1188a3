//! One person's sessions, ended by the security administrator.

use axum::response::Response;
use uuid::Uuid;

use super::{HERE, Pressed, refused};
use crate::domain::resetting::{Reset, reset};
use crate::store::account_resets;
use crate::web::extract::{Form, Path};
use crate::web::{AppError, AppResult, Asking, layout};

pub async fn create(
    asking: Asking,
    Path(person): Path<Uuid>,
    form: Form<Pressed>,
) -> AppResult<Response> {
    end(&asking, Some(person), &form).await
}

/// Ends them, and says how many there were.
pub async fn end(
    asking: &Asking,
    person: Option<Uuid>,
    form: &Form<Pressed>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    if let Some(person) = person {
        let found = account_resets::find(&mut tx, person).await?.ok_or(AppError::NotFound)?;
        if let Err(refusal) = reset(asking.actor(), &found, Reset::Sessions, asking.now()) {
            return refused(asking, &mut tx, &refusal).await;
        }
    }
    let ended = account_resets::end_sessions(&mut tx, person, asking.now()).await?;
    layout::kept(tx, HERE, &format!("已结束{ended}个登录。")).await
}
