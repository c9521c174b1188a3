//! Accusations as the bureau sends them on: number, court, day and state. What they say, and who says
//! it, isn't shown here.

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::extract::{Form, Path, Query};
use super::form::Problems;
use super::layout::{self, Shell};
use super::paging::Turn;
use super::routes::{Table, Who};
use super::{AppError, AppResult, Asking};
use crate::domain::accusation::send;
use crate::domain::calendar::{day_of, format_day, format_moment};
use crate::domain::staff::Role;
use crate::store::accusations::{self, AccusationLine};

const SENDERS: Who = Who::Staff(&[Role::Bureau, Role::BureauHead]);
const HOME: &str = "/accusations";
const PAGE: usize = 50;

pub fn routes(table: Table) -> Table {
    table.get(HOME, SENDERS, list).post("/accusations/{visit_no}/routing", SENDERS, create)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// `sent`; anything else is what waits.
    state: String,
    #[serde(flatten)]
    turn: Turn,
}

#[derive(Template)]
#[template(path = "accusations/list.html")]
struct ListPage {
    shell: Shell,
    sent: bool,
    lines: Vec<AccusationLine>,
    prev: Option<String>,
    next: Option<String>,
    today: NaiveDate,
    problems: Problems,
}

impl ListPage {
    fn day(&self, at: &DateTime<Utc>) -> String {
        format_day(day_of(*at), self.today)
    }

    fn moment(&self, at: &DateTime<Utc>) -> String {
        format_moment(*at, self.today)
    }
}

pub async fn list(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    page(&asking, &asked, Problems::default()).await
}

async fn page(asking: &Asking, asked: &Asked, problems: Problems) -> AppResult<Response> {
    let sent = asked.state == "sent";
    let mut tx = asking.begin().await?;
    let found = accusations::list(&mut tx, sent, (&asked.turn.place(), PAGE)).await?;
    let home = if sent { "/accusations?state=sent" } else { HOME };
    let (prev, next) = Turn::hrefs(home, &found);
    let page = ListPage {
        shell: asking.shell("检举控告"),
        sent,
        lines: found.rows,
        prev,
        next,
        today: day_of(asking.now()),
        problems,
    };
    layout::answer(&page, &page.problems)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SendForm {}

async fn create(
    asking: Asking,
    Path(number): Path<String>,
    form: Form<SendForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let found = accusations::find(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    match send(asking.actor(), &found, asking.now()) {
        Ok(fact) => {
            accusations::record(&mut tx, &fact, &number).await?;
            let said = format!("{number}已转督察部门。");
            layout::kept(tx, HOME, &said).await
        }
        Err(refusal) => {
            drop(tx);
            page(&asking, &Asked::default(), Problems::whole(refusal.to_string())).await
        }
    }
}
