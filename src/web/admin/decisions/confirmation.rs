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
    // Nobody sets the password of a new administrator meanwhile.
    edits::hold(&mut tx, ADMINISTRATORS).await?;
    let line = proposal(&asking, &mut tx, uuid).await?;
    let decided = confirm(asking.actor(), &line.waiting(), asking.now());
    let shut = if line.role.is_administrator() {
        "其原有密码、动态口令和会话已作废，首次密码由系统维护人员在服务器上用命令行设置。"
    } else {
        ""
    };
    let said = format!("已确认：{}任{}。{shut}", line.name, line.role.label());
    decide(&asking, tx, (uuid, form.fields), (decided, &said)).await
}
