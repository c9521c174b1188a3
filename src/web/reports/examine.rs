//! The bureau receives a report or returns it (接收、退回补正).

use axum::response::Response;

use super::Standing;
use super::form::{ExaminationForm, field};
use super::pages::ReportPage;
use crate::domain::report::{Decision, examine};
use crate::store::{StoreError, ledgers, reports};
use crate::web::extract::{Form, Path};
use crate::web::handling;
use crate::web::layout;
use crate::web::{AppError, AppResult, Asking};

pub async fn create(
    asking: Asking,
    Path(number): Path<String>,
    Form { fields, key, .. }: Form<ExaminationForm>,
) -> AppResult<Response> {
    let now = asking.now();
    let (mut tx, opened) = asking.act_on(&number, &key).await?;
    ledgers::hold(&mut tx, &opened).await?;
    let standing = Standing::read(&mut tx, opened).await?;
    let report = standing.latest.as_ref().ok_or(AppError::NotFound)?;
    if report.uuid.to_string() != fields.report {
        return Err(StoreError::Stale.into());
    }
    let pending = reports::pending(&mut tx, &standing.opened, report).await?;
    let case = standing.opened.case();
    let mut problems = fields.check();
    match examine(asking.actor(), case, &pending, &fields.verdict(), now) {
        Ok(fact) if problems.is_empty() => {
            reports::record_examination(&mut tx, &fact).await?;
            let location = format!("/cases/{number}/report");
            let said = match fact.examination().decision {
                Decision::Received => "已接收。",
                Decision::Returned => "已退回补正。",
            };
            return layout::kept(tx, &location, said).await;
        }
        Ok(_) => {}
        Err(refusal) => problems = handling::at_fields(problems, &[refusal], field),
    }
    let page = ReportPage::new(&asking.frame, &standing, true);
    let page = ReportPage { form: fields, problems, ..page };
    layout::answer(&page, &page.problems)
}
