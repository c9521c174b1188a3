//! That someone is no longer kept out of a case.

use axum::response::Response;
use uuid::Uuid;

use super::{ExclusionForm, REASON, field, page, told};
use crate::domain::exclusion::lift;
use crate::store::exclusions;
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::{AppError, AppResult, Asking, layout};

pub async fn create(
    asking: Asking,
    Path((number, exclusion)): Path<(String, Uuid)>,
    form: Form<ExclusionForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let case = told(&mut tx, &number).await?;
    let lines = exclusions::list(&mut tx, case.id).await?;
    lines.iter().find(|line| line.uuid == exclusion).ok_or(AppError::NotFound)?;
    let form = form.fields;
    let mut problems = Problems::default();
    problems.within("lifted_reason", &form.lifted_reason, REASON);
    let fact = match lift(asking.actor(), case.id, &form.lifted_reason, asking.now()) {
        Ok(fact) if problems.is_empty() => fact,
        Ok(_) => return page(&asking, &mut tx, &case, (form, problems)).await,
        Err(refusal) => {
            problems.add(field(&refusal), refusal.to_string());
            return page(&asking, &mut tx, &case, (form, problems)).await;
        }
    };
    exclusions::record_lifting(&mut tx, exclusion, &fact).await?;
    layout::kept(tx, &format!("/cases/{number}/exclusions"), "已解除回避，记录保留。").await
}
