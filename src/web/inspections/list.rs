//! What was sent to the office.

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar::{day_of, format_day, format_moment};
use crate::store::inspections::{self, InspectionLine};
use crate::web::extract::Query;
use crate::web::layout::{self, Shell};
use crate::web::paging::Turn;
use crate::web::{AppResult, Asking};

const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "inspections/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<InspectionLine>,
    prev: Option<String>,
    next: Option<String>,
    today: NaiveDate,
}

impl ListPage {
    fn day(&self, at: &DateTime<Utc>) -> String {
        format_day(day_of(*at), self.today)
    }

    fn moment(&self, at: &DateTime<Utc>) -> String {
        format_moment(*at, self.today)
    }

    /// Tone and word of where it stands.
    fn state(line: &InspectionLine) -> (&'static str, &'static str) {
        match (line.outcome, line.received_at) {
            (Some(outcome), _) => ("g", outcome.label()),
            (None, Some(_)) => ("b", "办理中"),
            (None, None) if line.is_void => ("", "登记已撤销"),
            (None, None) => ("a", "待登记收到"),
        }
    }
}

pub async fn list(asking: Asking, Query(turn): Query<Turn>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let found = inspections::list(&mut tx, (&turn.place(), PAGE)).await?;
    let (prev, next) = Turn::hrefs("/inspections", &found);
    let page = ListPage {
        shell: asking.shell("检举控告"),
        lines: found.rows,
        prev,
        next,
        today: day_of(asking.now()),
    };
    layout::shown(&page)
}
