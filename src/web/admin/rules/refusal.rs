//! The head of the bureau doesn't agree, or the system administrator withdraws a proposal.

use axum::response::Response;
use uuid::Uuid;

use super::form::RuleForm;
use super::{decide, proposal};
use crate::domain::rule_change::decline;
use crate::web::extract::{Form, Path};
use crate::web::{AppResult, Asking};

pub async fn create(
    asking: Asking,
    Path(uuid): Path<Uuid>,
    form: Form<RuleForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let line = proposal(&mut tx, uuid).await?;
    let reason = form.fields.reason;
    let decided = decline(asking.actor(), &line.waiting(), &reason, asking.now());
    decide(&asking, tx, (&line, reason), decided).await
}
