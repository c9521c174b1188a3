//! The second person doesn't agree, or whoever proposed takes it back.

use axum::response::Response;
use uuid::Uuid;

use super::{GrantForm, decide, proposal};
use crate::domain::granting::decline;
use crate::store::edits::{self, ADMINISTRATORS};
use crate::web::extract::{Form, Path};
use crate::web::{AppResult, Asking};

pub async fn create(
    asking: Asking,
    Path(uuid): Path<Uuid>,
    form: Form<GrantForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    // It is not declined by a move at the same moment.
    edits::hold(&mut tx, ADMINISTRATORS).await?;
    let line = proposal(&asking, &mut tx, uuid).await?;
    let decided = decline(asking.actor(), &line.waiting(), &form.fields.reason, asking.now());
    decide(&asking, tx, (uuid, form.fields), (decided, "已退回，记录保留。")).await
}
