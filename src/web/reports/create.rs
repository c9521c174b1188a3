//! Submitting the report, and keeping a draft of it.

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};

use super::form::{ReportForm, field, subject};
use super::pages::{ReportPage, WritingPage};
use super::{BUREAU, Standing};
use crate::domain::report::submit;
use crate::store::{drafts, ledgers, reports};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::handling;
use crate::web::layout;
use crate::web::{AppResult, Asking};

pub async fn create(
    asking: Asking,
    Path(number): Path<String>,
    Form { fields, key, .. }: Form<ReportForm>,
) -> AppResult<Response> {
    let now = asking.now();
    let (mut tx, opened) = asking.act_on(&number, &key).await?;
    ledgers::hold(&mut tx, &opened).await?;
    let standing = Standing::read(&mut tx, opened).await?;
    let case = standing.opened.case();
    let mut problems = fields.check();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    match submit(asking.actor(), case, &standing.owed, fields.wanted(), now) {
        Ok(_) if fields.seen() != case.version => {
            problems.add("", handling::CHANGED);
            status = StatusCode::CONFLICT;
        }
        Ok(fact) if problems.is_empty() => {
            reports::record(&mut tx, &fact).await?;
            drafts::discard(&mut tx, subject(&number)).await?;
            let location = format!("/cases/{number}/report");
            return layout::kept(tx, &location, "已报送。等待中院信访局审核。").await;
        }
        Ok(_) => {}
        Err(refusals) => problems = handling::at_fields(problems, &refusals, field),
    }
    returned(&asking, &standing, (fields, problems, status), now)
}

/// The form as it comes back; where there is nothing to write, the report that stands.
fn returned(
    asking: &Asking,
    standing: &Standing,
    (fields, problems, status): (ReportForm, Problems, StatusCode),
    now: DateTime<Utc>,
) -> AppResult<Response> {
    if standing.is_written_by(asking.actor()) {
        let version = standing.opened.case().version.to_string();
        let page = WritingPage::new(&asking.frame, standing, ReportForm { version, ..fields }, now);
        let page = WritingPage { problems, ..page };
        return layout::answer_as(&page, status, &page.problems);
    }
    let page = ReportPage::new(&asking.frame, standing, BUREAU.admits(asking.actor().role));
    let page = ReportPage { problems, ..page };
    layout::answer_as(&page, status, &page.problems)
}

/// A draft may be kept as often as one likes, so the form's key is not used up.
pub async fn keep_draft(
    asking: Asking,
    headers: HeaderMap,
    Path(number): Path<String>,
    Form { fields, .. }: Form<ReportForm>,
) -> AppResult<Response> {
    let (mut tx, _) = asking.open(&number).await?;
    drafts::discard(&mut tx, drafts::unsent(&format!("/cases/{number}/report"))).await?;
    drafts::keep(&mut tx, subject(&number), &fields.pack(), asking.now()).await?;
    tx.commit().await?;
    if headers.contains_key("x-draft") {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    if fields.then == "preview" {
        return Ok(Redirect::to(&format!("/cases/{number}/report/print")).into_response());
    }
    Ok(layout::done(&format!("/cases/{number}/report"), "草稿已保存。"))
}
