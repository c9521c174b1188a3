//! That something of a case may be destroyed again.

use axum::response::Response;
use uuid::Uuid;

use super::{HoldForm, REASON, field, found, page};
use crate::domain::legal_hold::lift;
use crate::store::legal_holds;
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::{AppError, AppResult, Asking, layout};

pub async fn create(
    asking: Asking,
    Path((number, hold)): Path<(String, Uuid)>,
    form: Form<HoldForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let case = found(&mut tx, &number).await?;
    let lines = legal_holds::list(&mut tx, case.id).await?;
    lines.iter().find(|line| line.uuid == hold).ok_or(AppError::NotFound)?;
    let form = form.fields;
    let mut problems = Problems::default();
    problems.within("lifted_reason", &form.lifted_reason, REASON);
    let fact = match lift(asking.actor(), case.id, &form.lifted_reason, asking.now()) {
        Ok(fact) if problems.is_empty() => fact,
        Ok(_) => return page(&asking, &mut tx, &case, (form, problems)).await,
        Err(refusal) => {
            problems.add(field(refusal), refusal.to_string());
            return page(&asking, &mut tx, &case, (form, problems)).await;
        }
    };
    legal_holds::record_lifting(&mut tx, hold, &fact).await?;
    layout::kept(tx, &format!("/cases/{number}/holds"), "已解除暂缓销毁，记录保留。").await
}
