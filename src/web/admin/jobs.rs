//! What the clock starts: what was given up, what waits, what was done last.

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::domain::calendar::{day_of, format_moment};
use crate::domain::job::{Job, RunState, retry};
use crate::store::Tx;
use crate::store::jobs::{self, RunLine};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::layout::{self, Shell};
use crate::web::{AppError, AppResult, Asking};

#[derive(Template)]
#[template(path = "admin/jobs.html")]
struct JobsPage {
    shell: Shell,
    lines: Vec<RunLine>,
    today: NaiveDate,
    problems: Problems,
}

impl JobsPage {
    fn moment(&self, at: &(impl Into<Option<DateTime<Utc>>> + Copy)) -> String {
        let at: Option<DateTime<Utc>> = (*at).into();
        at.map_or_else(|| "—".to_owned(), |at| format_moment(at, self.today))
    }

    fn job(line: &RunLine) -> &str {
        Job::from_code(&line.job).map_or(line.job.as_str(), |job| job.label())
    }

    fn result(line: &RunLine) -> String {
        Job::from_code(&line.job).map(|job| job.result(line.found)).unwrap_or_default()
    }

    fn alarms(line: &RunLine) -> bool {
        Job::from_code(&line.job).is_some_and(|job| job.alarms(line.found))
    }

    const fn is_parked(line: &RunLine) -> bool {
        matches!(line.state, RunState::Parked)
    }

    /// A failed one waits for its next try.
    const fn waits(line: &RunLine) -> bool {
        matches!(line.state, RunState::Due) && line.tries > 0
    }
}

pub async fn list(asking: Asking) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    page(&asking, &mut tx, Problems::default()).await
}

async fn page(asking: &Asking, tx: &mut Tx, problems: Problems) -> AppResult<Response> {
    let lines = jobs::list(tx).await?;
    let (shell, today) = (asking.shell("定时任务"), day_of(asking.now()));
    let page = JobsPage { shell, lines, today, problems };
    layout::answer(&page, &page.problems)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RetryForm {}

pub async fn create(
    asking: Asking,
    Path(run): Path<Uuid>,
    form: Form<RetryForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let state = jobs::state(&mut tx, run).await?.ok_or(AppError::NotFound)?;
    match retry(asking.actor(), state, asking.now()) {
        Ok(fact) => {
            jobs::record_retry(&mut tx, run, &fact).await?;
            layout::kept(tx, "/admin/jobs", "任务将在一分钟内重新执行。").await
        }
        Err(refusal) => page(&asking, &mut tx, Problems::whole(refusal.to_string())).await,
    }
}
