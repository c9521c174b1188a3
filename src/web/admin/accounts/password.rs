//! A first password: made by chance, shown once, changed by whoever it is for.

use axum::response::Response;
use uuid::Uuid;

use super::{Asked, HERE, Pressed, page};
use crate::domain::calendar::day_of;
use crate::store::{account_resets, staff};
use crate::web::extract::{Form, Path};
use crate::web::sign_in::password::first;
use crate::web::{AppError, AppResult, Asking};

pub async fn create(
    asking: Asking,
    Path(person): Path<Uuid>,
    form: Form<Pressed>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let account = staff::find(&mut tx, person, day_of(asking.now())).await?;
    let account = account.ok_or(AppError::NotFound)?;
    let password = first();
    let hash = asking.app.line.queue()?.hash(password.clone()).await?;
    account_resets::set_password(&mut tx, person, &hash, asking.now()).await?;
    // A second press leads to the list: what was shown once isn't shown again.
    tx.commit_to(HERE).await?;
    let mut tx = asking.begin().await?;
    let asked = Asked { q: account.username.clone(), after: String::new() };
    page(&asking, &mut tx, asked, Some((account.username, password))).await
}
