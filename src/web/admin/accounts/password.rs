//! A first password: made by chance, shown once, changed by whoever it is for.

use axum::response::Response;
use uuid::Uuid;

use super::{Asked, HERE, Pressed, page, refused};
use crate::domain::calendar::day_of;
use crate::domain::resetting::{Reset, reset};
use crate::store::edits::{self, ADMINISTRATORS};
use crate::store::{account_resets, staff};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::sign_in::password::first;
use crate::web::{AppError, AppResult, Asking};

pub async fn create(
    asking: Asking,
    Path(person): Path<Uuid>,
    form: Form<Pressed>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    // Nobody is made an administrator meanwhile.
    edits::hold(&mut tx, ADMINISTRATORS).await?;
    let account = staff::find(&mut tx, person, day_of(asking.now())).await?;
    let account = account.ok_or(AppError::NotFound)?;
    let found = account_resets::find(&mut tx, person).await?.ok_or(AppError::NotFound)?;
    let fact = match reset(asking.actor(), &found, Reset::Password, asking.now()) {
        Ok(fact) => fact,
        Err(refusal) => return refused(&asking, &mut tx, &refusal).await,
    };
    let password = first();
    let hash = asking.app.line.queue()?.hash(password.clone()).await?;
    account_resets::set_password(&mut tx, person, &hash, &fact).await?;
    // A second press leads to the list: what was shown once isn't shown again.
    tx.commit_to(HERE).await?;
    let mut tx = asking.begin().await?;
    let asked = Asked { q: account.username.clone(), after: String::new() };
    let shown = (Some((account.username, password)), Problems::default());
    page(&asking, &mut tx, asked, shown).await
}
