//! The bulletin (双周通报): the issues, the ranking, the figures and where they come from, the steps
//! from draft to publication, the print.

mod figures;
mod numbers;
mod pages;
mod print;
mod steps;
mod table;

use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::extract::{Form, Path, Query};
use super::form::{Choice, Problems};
use super::layout;
use super::routes::{Table, Who};
use super::{AppError, AppResult, Asking};
use crate::domain::bulletin::{draft, may_edit};
use crate::domain::calendar::day_of;
use crate::domain::figure::Metric;
use crate::domain::period::{Period, day_text};
use crate::domain::staff::Role;
use crate::store::Tx;
use crate::store::bulletins::{self, Issue};
use numbers::Numbers;
use pages::{Head, IssueLine, ListPage, RankingPage, SettlementPage};
use table::{Column, LateLine, ranking, settlement};

const EDITORS: Who = Who::Staff(&[Role::Bureau, Role::BureauHead]);
/// All who work at the courts save the clerks and the court police, who have no work in them.
const READERS: Who = Who::Staff(&[
    Role::Handler,
    Role::Leader,
    Role::President,
    Role::Bureau,
    Role::BureauHead,
    Role::LeadingGroup,
    Role::ContactLeader,
    Role::EnforcementOffice,
    Role::Reviewer,
    Role::Inspection,
]);

pub fn routes(table: Table) -> Table {
    table
        .get("/bulletins", READERS, list)
        .post("/bulletins", EDITORS, create)
        .get("/bulletins/{period}", READERS, show)
        .get("/bulletins/{period}/figures/{court}/{metric}", READERS, figures::show)
        .get("/bulletins/{period}/freeze", EDITORS, steps::new_freeze)
        .post_long("/bulletins/{period}/freeze", EDITORS, steps::create_freeze)
        .get("/bulletins/{period}/publication", EDITORS, steps::new_publication)
        .post_long("/bulletins/{period}/publication", EDITORS, steps::create_publication)
        .get("/bulletins/{period}/print", READERS, print::show)
}

/// How many issues the list shows: two years of them.
const LISTED: i64 = 52;
/// How many past fortnights a draft can be chosen from.
const OFFERED: usize = 6;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DraftForm {
    period: String,
}

async fn list(asking: Asking) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    list_page(&asking, &mut tx, DraftForm::default(), Problems::default()).await
}

async fn list_page(
    asking: &Asking,
    tx: &mut Tx,
    form: DraftForm,
    problems: Problems,
) -> AppResult<Response> {
    let issues = bulletins::list(tx, Some(LISTED)).await?;
    let (shell, now) = (asking.shell("双周通报"), asking.now());
    let periods = if may_edit(asking.actor().role) {
        let made: Vec<_> = issues.iter().map(Issue::period).collect();
        offered(Period::last_ended(now), &made, &form.period)
    } else {
        Vec::new()
    };
    let issues = issues.iter().map(|issue| IssueLine::of(issue, day_of(now))).collect();
    let page = ListPage { shell, issues, periods, empty: empty(now), problems };
    layout::answer(&page, &page.problems)
}

/// The fortnights that are over and have no issue yet, the last one first.
fn offered(last: Period, made: &[Period], chosen: &str) -> Vec<Choice> {
    let past = std::iter::successors(Some(last), |period| Some(period.previous()));
    let open = past.take(OFFERED).filter(|period| !made.contains(period));
    let label = |period: Period| format!("{}（{}）", period.issue(), period.days());
    Choice::list(open.map(|period| (period.to_string(), label(period))), chosen)
}

/// 「还没有通报。第12期将于6月15日生成草稿。」 On the day itself the draft is still to come.
fn empty(now: chrono::DateTime<chrono::Utc>) -> String {
    let last = Period::last_ended(now);
    let next = if last.day_after() == day_of(now) { last } else { last.next() };
    format!("还没有通报。{}将于{}生成草稿。", next.issue(), day_text(next.day_after()))
}

async fn create(asking: Asking, form: Form<DraftForm>) -> AppResult<Response> {
    let now = asking.now();
    let mut tx = asking.act(&form.key).await?;
    let mut problems = Problems::default();
    if let Some(period) = problems.accept("period", form.fields.period.trim().parse::<Period>()) {
        let location = format!("/bulletins/{period}");
        if bulletins::find(&mut tx, period).await?.is_some() {
            return Ok(Redirect::to(&location).into_response());
        }
        match draft(period, asking.actor(), now) {
            Ok(fact) => {
                bulletins::record(&mut tx, &fact).await?;
                return layout::kept(tx, &location, "已生成草稿。").await;
            }
            Err(refusal) => problems = Problems::whole(refusal.to_string()),
        }
    }
    list_page(&asking, &mut tx, form.fields, problems).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    by: String,
    tab: String,
}

/// The issue of an address, or 404: to whoever may not read it, it isn't there.
async fn find(tx: &mut Tx, period: Period) -> AppResult<Issue> {
    bulletins::find(tx, period).await?.ok_or(AppError::NotFound)
}

/// The ranked metric that was asked for, else the first of the method.
fn ranked_by(issue: &Issue, by: &str) -> AppResult<Metric> {
    let ranked = &issue.method.ranked;
    let asked = Metric::from_code(by).filter(|metric| ranked.contains(metric));
    asked.or(ranked.first().copied()).ok_or(AppError::NotFound)
}

async fn show(
    asking: Asking,
    Path(period): Path<Period>,
    Query(asked): Query<Asked>,
) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let issue = find(&mut tx, period).await?;
    let numbers = Numbers::read(&mut tx, &issue).await?;
    let head = Head::of(&issue, asking.actor().role, day_of(asking.now()));
    let shell = asking.shell(head.title.clone());
    if asked.tab == "settlement" {
        let page = SettlementPage { shell, head, table: settlement(&issue, &numbers) };
        return layout::shown(&page);
    }
    let by = ranked_by(&issue, &asked.by)?;
    let earlier = bulletins::earlier(&mut tx, &issue, by, table::ISSUES_BEFORE).await?;
    let page = RankingPage {
        shell,
        columns: Column::all(&issue, by),
        tables: ranking(&issue, &numbers, by, &earlier),
        late: LateLine::list(&issue, &numbers, by),
        by,
        head,
    };
    layout::shown(&page)
}
