//! The second person agrees.

use axum::response::Response;
use uuid::Uuid;

use super::form::SecurityForm;
use super::{decide, proposal};
use crate::domain::security_setting::confirm;
use crate::web::address::Address;
use crate::web::extract::{Form, Path};
use crate::web::{AppResult, Asking};

pub async fn create(
    asking: Asking,
    Address(address): Address,
    Path(uuid): Path<Uuid>,
    form: Form<SecurityForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let line = proposal(&mut tx, uuid).await?;
    let decided = confirm(asking.actor(), &line.waiting(), address, asking.now());
    decide(&asking, tx, (&line, &address.to_string(), String::new()), decided).await
}
