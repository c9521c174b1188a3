//! Submitting the report, and keeping a draft of it.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::form::{ReportForm, field, subject};
use super::pages::{ReportPage, WritingPage};
use super::{BUREAU, Standing};
use crate::domain::report::submit;
use crate::store::{Begun, Session, drafts, ledgers, reports};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::handling;
use crate::web::layout::{self, Frame};
use crate::web::{App, AppResult};

pub async fn create(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(number): Path<String>,
    Form { fields, key, .. }: Form<ReportForm>,
) -> AppResult<Response> {
    let now = app.clock.now();
    let mut tx = match app.db.begin_form(&session, &key, now).await? {
        Begun::Repeated(to) => return Ok(Redirect::to(&to).into_response()),
        Begun::Fresh(tx) => tx,
    };
    let opened = handling::opened(&mut tx, &number).await?;
    ledgers::hold(&mut tx, &opened).await?;
    let standing = Standing::read(&mut tx, opened).await?;
    let case = standing.opened.case();
    let mut problems = fields.check();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    match submit(session.actor(), case, &standing.owed, fields.wanted(), now) {
        Ok(_) if fields.seen() != case.version => {
            problems.add("", handling::CHANGED);
            status = StatusCode::CONFLICT;
        }
        Ok(fact) if problems.is_empty() => {
            reports::record(&mut tx, &fact).await?;
            drafts::discard(&mut tx, subject(&number)).await?;
            let location = format!("/cases/{number}/report");
            tx.commit_to(&location).await?;
            return Ok(layout::done(&location, "已报送。等待中院信访局审核。"));
        }
        Ok(_) => {}
        Err(refusals) => problems = handling::at_fields(problems, &refusals, field),
    }
    returned(&frame, &session, &standing, (fields, problems, status), now)
}

/// The form as it comes back; where there is nothing to write, the report that stands.
fn returned(
    frame: &Frame,
    session: &Session,
    standing: &Standing,
    (fields, problems, status): (ReportForm, Problems, StatusCode),
    now: chrono::DateTime<chrono::Utc>,
) -> AppResult<Response> {
    if standing.is_written_by(session) {
        let version = standing.opened.case().version.to_string();
        let page = WritingPage::new(frame, standing, ReportForm { version, ..fields }, now);
        return handling::answer_with(&WritingPage { problems, ..page }, status);
    }
    let page = ReportPage::new(frame, standing, BUREAU.admits(session.actor().role));
    handling::answer_with(&ReportPage { problems, ..page }, status)
}

/// A draft may be kept as often as one likes, so the form's key is not used up.
pub async fn keep_draft(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(number): Path<String>,
    Form { fields, .. }: Form<ReportForm>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    handling::opened(&mut tx, &number).await?;
    drafts::keep(&mut tx, subject(&number), &fields.pack(), app.clock.now()).await?;
    tx.commit().await?;
    if headers.contains_key("x-draft") {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    if fields.then == "preview" {
        return Ok(Redirect::to(&format!("/cases/{number}/report/print")).into_response());
    }
    Ok(layout::done(&format!("/cases/{number}/report"), "草稿已保存。"))
}
