//! Taking a registration back (撤销登记): a page of its own that asks for the reason.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::company;
use super::form::REASON;
use crate::domain::visit::{Refusal, void};
use crate::store::visit_lists::{self, VisitFile};
use crate::store::{Tx, visit_voids};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::layout::{self, Frame, Shell};
use crate::web::{AppError, AppResult, Asking};

#[derive(Template)]
#[template(path = "visits/void.html")]
struct VoidPage {
    shell: Shell,
    visit: VisitFile,
    form: VoidForm,
    problems: Problems,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct VoidForm {
    reason: String,
}

pub async fn new(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let standing = visit_voids::standing(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    let refusal = standing.may_be_taken_back(asking.actor(), asking.now()).err();
    let problems = refusal.map_or_else(Problems::default, |no| Problems::whole(no.to_string()));
    page(&mut tx, &asking.frame, &number, (VoidForm::default(), problems)).await
}

async fn page(
    tx: &mut Tx,
    frame: &Frame,
    number: &str,
    (form, problems): (VoidForm, Problems),
) -> AppResult<Response> {
    let visit = visit_lists::find(tx, number).await?.ok_or(AppError::NotFound)?;
    let page = VoidPage { shell: frame.shell("撤销登记"), visit, form, problems };
    layout::answer(&page, &page.problems)
}

pub async fn create(
    asking: Asking,
    Path(number): Path<String>,
    form: Form<VoidForm>,
) -> AppResult<Response> {
    let now = asking.now();
    let mut tx = asking.act(&form.key).await?;
    let mut problems = Problems::default();
    company::limit(&mut problems, ("reason", "撤销理由"), &form.fields.reason, REASON);
    if !problems.is_empty() {
        return page(&mut tx, &asking.frame, &number, (form.fields, problems)).await;
    }
    visit_voids::hold(&mut tx, &number).await?;
    let standing = visit_voids::standing(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    let fact = match void(asking.actor(), &standing, &form.fields.reason, now) {
        Ok(fact) => fact,
        Err(refusal) => {
            let field = if refusal == Refusal::NoReason { "reason" } else { "" };
            let problems = Problems::at(field, refusal.to_string());
            return page(&mut tx, &asking.frame, &number, (form.fields, problems)).await;
        }
    };
    visit_voids::record(&mut tx, &fact).await?;
    let location = format!("/visits/{number}");
    layout::kept(tx, &location, &format!("已撤销{number}，编号保留，不再使用。")).await
}
