//! The board (统计看板): how petition cases ended, and how the court cases behind them were graded.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::extract::Query;
use super::layout::{Frame, Shell};
use super::routes::{Table, Who};
use super::{App, AppError, AppResult};
use crate::domain::calendar::{clock_time, day_of};
use crate::domain::ids::ImportId;
use crate::domain::period::day_text;
use crate::domain::staff::Role;
use crate::domain::summary::{By, Summary};
use crate::store::{Session, Tx, outcomes, sessions};

const READERS: Who =
    Who::Staff(&[Role::President, Role::Bureau, Role::BureauHead, Role::LeadingGroup]);

pub fn routes(table: Table) -> Table {
    table.get("/stats", READERS, show)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    by: String,
    import: String,
}

#[derive(Template)]
#[template(path = "stats/show.html")]
struct StatsPage {
    shell: Shell,
    summary: Summary,
    /// `&import=3`, or nothing.
    only: String,
    import: Option<ImportId>,
    /// 「截至6月15日12:00」
    as_of: String,
}

async fn show(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> AppResult<Response> {
    let import = match asked.import.trim() {
        "" => None,
        number => Some(number.parse().map_err(|_| AppError::NotFound)?),
    };
    let by = if asked.by == By::Court.code() { By::Court } else { By::Source };
    let mut tx = begin(&app, &session).await?;
    let summary = outcomes::summary(&mut tx, by, import).await?;
    let now = app.clock.now();
    let page = StatsPage {
        shell: frame.shell("统计看板"),
        summary,
        only: import.map(|import| format!("&import={import}")).unwrap_or_default(),
        import,
        as_of: format!("截至{}{}", day_text(day_of(now)), clock_time(now)),
    };
    Ok(Html(page.render()?).into_response())
}

/// The leading group opens only the cases that were submitted to it, and reads the figures of all:
/// they are counted under the identity that figures are computed with.
async fn begin(app: &App, session: &Session) -> AppResult<Tx> {
    if session.actor().role != Role::LeadingGroup {
        return Ok(app.db.begin(session).await?);
    }
    let figures = sessions::required(sessions::of_job(&app.db, "job.figures").await?)?;
    Ok(app.db.begin(&figures).await?)
}
