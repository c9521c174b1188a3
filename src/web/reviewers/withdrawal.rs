//! That a case is taken back from a reviewer.

use axum::response::Response;
use uuid::Uuid;

use super::{REASON, ReviewerForm, field, found, page};
use crate::domain::reviewing::withdraw;
use crate::store::reviewers;
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::{AppError, AppResult, Asking, layout};

pub async fn create(
    asking: Asking,
    Path((number, given)): Path<(String, Uuid)>,
    form: Form<ReviewerForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let case = found(&mut tx, &number).await?;
    let lines = reviewers::list(&mut tx, case.id).await?;
    let line = lines.iter().find(|line| line.uuid == given).ok_or(AppError::NotFound)?;
    let (form, now) = (form.fields, asking.now());
    let mut problems = Problems::default();
    problems.within("withdrawn_reason", &form.withdrawn_reason, REASON);
    let given_to = (case.id, line.is_running(now));
    match withdraw(asking.actor(), given_to, &form.withdrawn_reason, now) {
        Ok(fact) if problems.is_empty() => {
            reviewers::record_withdrawal(&mut tx, given, &fact).await?;
            let said = format!("已收回，{}不能再查阅本案。", line.name);
            return layout::kept(tx, &format!("/cases/{number}/reviewers"), &said).await;
        }
        Ok(_) => {}
        Err(refusal) => problems.add(field(&refusal), refusal.to_string()),
    }
    page(&asking, &mut tx, &case, (form, problems)).await
}
