//! Submitting the report.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::form::{ReportForm, field};
use super::pages::{ReportPage, WritingPage};
use super::{BUREAU, Standing};
use crate::domain::report::submit;
use crate::store::reports;
use crate::web::conflict::{self, Choices, Conflict, Place};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::handling;
use crate::web::layout;
use crate::web::{AppResult, Asking};

pub async fn create(
    asking: Asking,
    Path(number): Path<String>,
    Form { mut fields, key, typed, .. }: Form<ReportForm>,
) -> AppResult<Response> {
    let now = asking.now();
    let (mut tx, opened) = asking.act_alone_on(&number, &key).await?;
    let standing = Standing::read(&mut tx, opened).await?;
    let case = standing.opened.case();
    let (location, version) = (format!("/cases/{number}/report"), case.version);
    let stale = fields.seen() != version;
    let choices = Choices::of(&typed, &key);
    let theirs = standing.latest.as_ref().map(|latest| ReportForm::standing(latest, version));
    if let Some(theirs) = theirs.filter(|_| standing.is_written_by(asking.actor())) {
        if stale && theirs.base != fields.base {
            // Someone else's report went to the bureau meanwhile, and came back.
            let page = differing(&asking, &standing, (&theirs, &fields), &choices)?;
            return conflict::answer(tx, page, &location).await;
        }
        fields = conflict::settled(fields, &theirs, &choices);
    }
    let mut problems = fields.check();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    match submit(asking.actor(), case, &standing.owed, fields.wanted(), now) {
        Ok(_) if stale => {
            problems.add("", handling::CHANGED);
            fields.version = version.to_string();
            status = StatusCode::CONFLICT;
        }
        Ok(fact) if problems.is_empty() => {
            reports::record(&mut tx, &fact).await?;
            return layout::kept(tx, &location, "已报送。等待中院信访局审核。").await;
        }
        Ok(_) => {}
        Err(refusals) => problems = handling::at_fields(problems, &refusals, field),
    }
    returned(&asking, &standing, (fields, problems, status), now)
}

/// Where the report that was sent meanwhile differs from the one that was being written.
fn differing(
    asking: &Asking,
    standing: &Standing,
    (theirs, mine): (&ReportForm, &ReportForm),
    choices: &Choices,
) -> AppResult<Option<Response>> {
    let latest = standing.latest.as_ref();
    let saved = latest.map(|latest| (latest.submitted_by.clone(), latest.submitted_at));
    let at = Place::of_case(&standing.opened.case().number, "report");
    Conflict { theirs, mine, choices, saved, at }.page(asking, |_, value| value)
}

/// The form as it comes back; where there is nothing to write, the report that stands.
fn returned(
    asking: &Asking,
    standing: &Standing,
    (fields, problems, status): (ReportForm, Problems, StatusCode),
    now: DateTime<Utc>,
) -> AppResult<Response> {
    if standing.is_written_by(asking.actor()) {
        let page = WritingPage::new(&asking.frame, standing, fields, now);
        let page = WritingPage { problems, ..page };
        return layout::answer_as(&page, status, &page.problems);
    }
    let page = ReportPage::new(&asking.frame, standing, BUREAU.admits(asking.actor().role));
    let page = ReportPage { problems, ..page };
    layout::answer_as(&page, status, &page.problems)
}
