//! The board (统计看板): how petition cases ended, and how the court cases behind them were graded.

mod cases;
mod reviews;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::extract::Query;
use super::layout::{self, Shell};
use super::routes::{Table, Who};
use super::{AppError, AppResult, Asking};
use crate::domain::calendar::{clock_time, day_of};
use crate::domain::composition::Ending;
use crate::domain::ids::ImportId;
use crate::domain::period::day_text;
use crate::domain::staff::Role;
use crate::domain::summary::{By, Reviewed, Summary};
use crate::store::outcomes::{self, Base};
use crate::store::{Tx, sessions};

/// Whoever may read statistics (privacy.md 8.4 of the domain book).
const READERS: Who = Who::Staff(&[
    Role::Clerk,
    Role::Handler,
    Role::Leader,
    Role::President,
    Role::Bureau,
    Role::BureauHead,
    Role::LeadingGroup,
    Role::ContactLeader,
    Role::Inspection,
]);

/// Who reads the figures of all courts, and opens few or none of the cases behind them.
const fn counts_all(role: Role) -> bool {
    matches!(role, Role::LeadingGroup | Role::Inspection)
}

/// Whose figures are those of the cases in whose teams they are.
const fn counts_own(role: Role) -> bool {
    matches!(role, Role::Handler | Role::Leader)
}

/// Reviews are of a case's content, which is not open at the desk, nor to the contact leader.
const fn counts_reviews(role: Role) -> bool {
    !matches!(role, Role::Clerk | Role::ContactLeader)
}

pub fn routes(table: Table) -> Table {
    table.get("/stats", READERS, show).get("/stats/cases", READERS, cases::list)
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
    /// Whether the figures of the reviews are shown, and open: what is behind them is of a case's
    /// content.
    reviews: bool,
    opens_reviews: bool,
    /// Whether the figures are of the reader's own cases alone.
    own: bool,
}

async fn show(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let (import, by) = (import_of(&asked.import)?, by_of(&asked.by));
    let mut tx = begin(&asking).await?;
    let (now, role) = (asking.now(), asking.actor().role);
    let own = counts_own(role);
    let summary = outcomes::summary(&mut tx, by, Base { import, own }).await?;
    let page = StatsPage {
        shell: asking.shell("统计看板"),
        summary,
        only: import.map(|import| format!("&import={import}")).unwrap_or_default(),
        import,
        as_of: format!("截至{}{}", day_text(day_of(now)), clock_time(now)),
        reviews: counts_reviews(role),
        opens_reviews: !counts_all(role),
        own,
    };
    layout::shown(&page)
}

fn import_of(text: &str) -> AppResult<Option<ImportId>> {
    match text.trim() {
        "" => Ok(None),
        number => Ok(Some(number.parse().map_err(|_| AppError::NotFound)?)),
    }
}

fn by_of(code: &str) -> By {
    if code == By::Court.code() { By::Court } else { By::Source }
}

impl StatsPage {
    /// The cases behind a figure.
    fn cases(&self, group: &str, part: &str) -> String {
        format!("/stats/cases?by={}&of={group}&part={part}{}", self.summary.by.code(), self.only)
    }
}

/// The leading group opens only the cases that were submitted to it, the inspection none, and both
/// read the figures of all: they are counted under the identity that figures are computed with.
async fn begin(asking: &Asking) -> AppResult<Tx> {
    if !counts_all(asking.actor().role) {
        return asking.begin().await;
    }
    let db = &asking.app.db;
    let figures = sessions::required(sessions::of_job(db, "job.figures").await?)?;
    Ok(db.begin(&figures).await?)
}
