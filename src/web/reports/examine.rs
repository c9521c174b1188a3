//! The bureau receives a report or returns it (接收、退回补正).

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::Standing;
use super::form::{ExaminationForm, field};
use super::pages::ReportPage;
use crate::domain::report::{Decision, examine};
use crate::store::{Begun, Session, StoreError, ledgers, reports};
use crate::web::extract::{Form, Path};
use crate::web::handling;
use crate::web::layout::{self, Frame};
use crate::web::{App, AppError, AppResult};

pub async fn create(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(number): Path<String>,
    Form { fields, key, .. }: Form<ExaminationForm>,
) -> AppResult<Response> {
    let now = app.clock.now();
    let mut tx = match app.db.begin_form(&session, &key, now).await? {
        Begun::Repeated(to) => return Ok(Redirect::to(&to).into_response()),
        Begun::Fresh(tx) => tx,
    };
    let opened = handling::opened(&mut tx, &number).await?;
    ledgers::hold(&mut tx, &opened).await?;
    let standing = Standing::read(&mut tx, opened).await?;
    let report = standing.latest.as_ref().ok_or(AppError::NotFound)?;
    if report.uuid.to_string() != fields.report {
        return Err(StoreError::Stale.into());
    }
    let pending = reports::pending(&mut tx, &standing.opened, report).await?;
    let case = standing.opened.case();
    let mut problems = fields.check();
    match examine(session.actor(), case, &pending, &fields.verdict(), now) {
        Ok(fact) if problems.is_empty() => {
            reports::record_examination(&mut tx, &fact).await?;
            let location = format!("/cases/{number}/report");
            tx.commit_to(&location).await?;
            let said = match fact.examination().decision {
                Decision::Received => "已接收。",
                Decision::Returned => "已退回补正。",
            };
            return Ok(layout::done(&location, said));
        }
        Ok(_) => {}
        Err(refusal) => problems = handling::at_fields(problems, &[refusal], field),
    }
    let page = ReportPage::new(&frame, &standing, true);
    let page = ReportPage { form: fields, problems, ..page };
    handling::answer(&page, &page.problems)
}
