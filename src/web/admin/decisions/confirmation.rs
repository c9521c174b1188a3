//! The second person agrees.

use axum::response::Response;
use uuid::Uuid;

use super::{GrantForm, decide, proposal};
use crate::domain::granting::confirm;
use crate::store::edits::{self, ADMINISTRATORS};
use crate::web::extract::{Form, Path};
use crate::web::{AppResult, Asking};

pub async fn create(
    asking: Asking,
    Path(uuid): Path<Uuid>,
    form: Form<GrantForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    edits::hold(&mut tx, ADMINISTRATORS).await?;
    let line = proposal(&asking, &mut tx, uuid).await?;
    let decided = confirm(asking.actor(), &line.waiting(), asking.now());
    let said = format!("已确认：{}任{}。", line.name, line.role.label());
    decide(&asking, tx, (uuid, form.fields), (decided, &said)).await
}
