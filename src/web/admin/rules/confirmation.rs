//! The head of the bureau agrees.

use axum::response::Response;
use uuid::Uuid;

use super::form::RuleForm;
use super::{decide, proposal};
use crate::domain::rule_change::confirm;
use crate::web::extract::{Form, Path};
use crate::web::{AppResult, Asking};

pub async fn create(
    asking: Asking,
    Path(uuid): Path<Uuid>,
    form: Form<RuleForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let line = proposal(&mut tx, uuid).await?;
    let decided = confirm(asking.actor(), &line.waiting(), asking.now());
    decide(&asking, tx, (&line, String::new()), decided).await
}
