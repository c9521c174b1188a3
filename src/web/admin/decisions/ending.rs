//! A grant ends at once.

use axum::response::Response;

use super::{GrantForm, refused};
use crate::domain::granting::end;
use crate::domain::ids::GrantId;
use crate::store::grants;
use crate::web::extract::{Form, Path};
use crate::web::{AppError, AppResult, Asking, layout};

pub async fn create(
    asking: Asking,
    Path(grant): Path<i64>,
    form: Form<GrantForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let now = asking.now();
    let line = grants::find(&mut tx, GrantId(grant), now).await?.ok_or(AppError::NotFound)?;
    let others = grants::others(&mut tx, (line.staff, line.role), now).await?;
    match end(asking.actor(), (line.staff, line.role), others, now) {
        Ok(fact) => {
            grants::record_end(&mut tx, line.id, &fact).await?;
            let said = format!("已撤销{}的{}岗位，立即生效。", line.name, line.role.label());
            layout::kept(tx, "/admin/roles", &said).await
        }
        Err(refusal) => refused(&asking, &mut tx, form.fields, &refusal).await,
    }
}
