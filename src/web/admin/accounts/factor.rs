//! A second factor that was lost is set up anew at the next sign-in.

use axum::response::Response;
use uuid::Uuid;

use super::{HERE, Pressed, refused};
use crate::domain::resetting::{Reset, reset};
use crate::store::account_resets;
use crate::store::edits::{self, ADMINISTRATORS};
use crate::web::extract::{Form, Path};
use crate::web::{AppError, AppResult, Asking, layout};

pub async fn create(
    asking: Asking,
    Path(person): Path<Uuid>,
    form: Form<Pressed>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    // Nobody is made an administrator meanwhile.
    edits::hold(&mut tx, ADMINISTRATORS).await?;
    let found = account_resets::find(&mut tx, person).await?.ok_or(AppError::NotFound)?;
    let fact = match reset(asking.actor(), &found, Reset::Factor, asking.now()) {
        Ok(fact) => fact,
        Err(refusal) => return refused(&asking, &mut tx, &refusal).await,
    };
    if !account_resets::reset_factor(&mut tx, person, &fact).await? {
        return Err(AppError::NotFound);
    }
    layout::kept(tx, HERE, "已重置动态口令，下次登录时重新设置。").await
}
