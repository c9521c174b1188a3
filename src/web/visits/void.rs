//! Taking a registration back (撤销登记): a page of its own that asks for the reason.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::company;
use super::form::REASON;
use crate::domain::visit::{Refusal, void};
use crate::store::visit_lists::{self, VisitFile};
use crate::store::{Begun, Session, Tx, visit_voids};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::layout::{Frame, Shell, done};
use crate::web::{App, AppError, AppResult};

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

pub async fn new(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(number): Path<String>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let standing = visit_voids::standing(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    let refusal = standing.may_be_taken_back(session.actor(), app.clock.now()).err();
    let problems = refusal.map_or_else(Problems::default, |no| Problems::whole(no.to_string()));
    page(&mut tx, &frame, &number, (VoidForm::default(), problems)).await
}

async fn page(
    tx: &mut Tx,
    frame: &Frame,
    number: &str,
    (form, problems): (VoidForm, Problems),
) -> AppResult<Response> {
    let visit = visit_lists::find(tx, number).await?.ok_or(AppError::NotFound)?;
    let status =
        if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = VoidPage { shell: frame.shell("撤销登记"), visit, form, problems };
    Ok((status, Html(page.render()?)).into_response())
}

pub async fn create(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(number): Path<String>,
    form: Form<VoidForm>,
) -> AppResult<Response> {
    let now = app.clock.now();
    let mut tx = match app.db.begin_form(&session, &form.key, now).await? {
        Begun::Fresh(tx) => tx,
        Begun::Repeated(first) => return Ok(Redirect::to(&first).into_response()),
    };
    let mut problems = Problems::default();
    company::limit(&mut problems, ("reason", "撤销理由"), &form.fields.reason, REASON);
    if !problems.is_empty() {
        return page(&mut tx, &frame, &number, (form.fields, problems)).await;
    }
    visit_voids::hold(&mut tx, &number).await?;
    let standing = visit_voids::standing(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    let fact = match void(session.actor(), &standing, &form.fields.reason, now) {
        Ok(fact) => fact,
        Err(refusal) => {
            let mut problems = Problems::default();
            let field = if refusal == Refusal::NoReason { "reason" } else { "" };
            problems.add(field, refusal.to_string());
            return page(&mut tx, &frame, &number, (form.fields, problems)).await;
        }
    };
    visit_voids::record(&mut tx, &fact).await?;
    let location = format!("/visits/{number}");
    tx.commit_to(&location).await?;
    Ok(done(&location, &format!("已撤销{number}，编号保留，不再使用。")))
}
