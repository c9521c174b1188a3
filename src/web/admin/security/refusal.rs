//! The second person doesn't agree, or whoever proposed takes it back.

use axum::response::Response;
use uuid::Uuid;

use super::form::SecurityForm;
use super::{decide, proposal};
use crate::domain::security_setting::decline;
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
    let reason = form.fields.reason;
    let decided = decline(asking.actor(), &line.waiting(), &reason, asking.now());
    decide(&asking, tx, (&line, &address.to_string(), reason), decided).await
}
