//! Whom the bureau gives a case to, to review it (评查员), and that it takes it back.

mod withdrawal;

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::extract::{Form, Path};
use super::form::{Choice, Problems};
use super::layout::{self, Shell};
use super::people::{Missed, People, Someone};
use super::routes::{Table, Who};
use super::{AppError, AppResult, Asking};
use crate::domain::calendar::{day_of, format_full, format_until, read_day};
use crate::domain::petition_case::PetitionCase;
use crate::domain::reviewing::{Candidate, Refusal, ReviewKind, give};
use crate::domain::staff::Role;
use crate::store::reviewers::{self, ReviewerLine};
use crate::store::{Tx, petition_cases};

const GIVERS: Who = Who::Staff(&[Role::Bureau, Role::BureauHead]);
/// The longest reason.
const REASON: usize = 200;

pub fn routes(table: Table) -> Table {
    table
        .get("/cases/{case_no}/reviewers", GIVERS, list)
        .post("/cases/{case_no}/reviewers", GIVERS, create)
        .post("/cases/{case_no}/reviewers/{uuid}/withdrawal", GIVERS, withdrawal::create)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReviewerForm {
    reviewer: String,
    kind: String,
    until: String,
    withdrawn_reason: String,
}

#[derive(Template)]
#[template(path = "reviewers/list.html")]
struct ReviewersPage {
    shell: Shell,
    number: String,
    lines: Vec<ReviewerLine>,
    reviewers: Vec<Choice>,
    kinds: Vec<Choice>,
    now: DateTime<Utc>,
    form: ReviewerForm,
    problems: Problems,
}

impl ReviewersPage {
    fn moment(at: &DateTime<Utc>) -> String {
        format_full(*at)
    }

    fn until(at: &DateTime<Utc>) -> String {
        format_until(*at)
    }

    fn runs(&self, line: &ReviewerLine) -> bool {
        line.is_running(self.now)
    }
}

async fn found(tx: &mut Tx, number: &str) -> AppResult<PetitionCase> {
    petition_cases::find(tx, number).await?.ok_or(AppError::NotFound)
}

/// Each as 「钱某　中院」.
fn people(candidates: &[Candidate]) -> People {
    People::of(candidates.iter().map(|one| Someone {
        id: one.staff,
        name: &one.name,
        more: one.unit.clone(),
        username: &one.username,
    }))
}

pub async fn list(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let case = found(&mut tx, &number).await?;
    page(&asking, &mut tx, &case, (ReviewerForm::default(), Problems::default())).await
}

async fn page(
    asking: &Asking,
    tx: &mut Tx,
    case: &PetitionCase,
    (form, problems): (ReviewerForm, Problems),
) -> AppResult<Response> {
    let candidates = reviewers::candidates(tx, case.id, asking.now()).await?;
    let kinds = ReviewKind::ALL.iter().map(|kind| (kind.code(), kind.label()));
    let page = ReviewersPage {
        shell: asking.shell(format!("{} 评查员", case.number)),
        number: case.number.clone(),
        lines: reviewers::list(tx, case.id).await?,
        reviewers: people(&candidates).choices(),
        kinds: Choice::list(kinds, &form.kind),
        now: asking.now(),
        form,
        problems,
    };
    layout::answer(&page, &page.problems)
}

pub async fn create(
    asking: Asking,
    Path(number): Path<String>,
    form: Form<ReviewerForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let case = found(&mut tx, &number).await?;
    let (form, now) = (form.fields, asking.now());
    reviewers::lock(&mut tx, case.id).await?;
    let candidates = reviewers::candidates(&mut tx, case.id, now).await?;
    let meant = people(&candidates).find(&form.reviewer);
    let one = meant.ok().and_then(|id| candidates.iter().find(|one| one.staff == id));
    let mut problems = Problems::default();
    let missed = match meant {
        Err(Missed::Several) => "有几名同名的评查员，请从列表中选择带单位的一项",
        _ => "没有这名评查员，请从列表中选择",
    };
    let one = problems.take("reviewer", one, missed);
    let kind = problems.take("kind", ReviewKind::from_code(&form.kind), "请选择评查类型");
    let last = read_day(&form.until, day_of(now));
    let last = problems.take("until", last, "请填写截止日期，如2026-06-30");
    let (Some(one), Some(kind), Some(last)) = (one, kind, last) else {
        return page(&asking, &mut tx, &case, (form, problems)).await;
    };
    match give(asking.actor(), &case, one, (kind, last), now) {
        Ok(fact) => {
            reviewers::record(&mut tx, &fact).await?;
            let said = format!("已交{}评查，{last}24:00前可以查阅本案。", one.name);
            layout::kept(tx, &format!("/cases/{number}/reviewers"), &said).await
        }
        Err(refusal) => {
            let problems = Problems::at(field(&refusal), refusal.to_string());
            page(&asking, &mut tx, &case, (form, problems)).await
        }
    }
}

const fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Handler
        | Refusal::OfTheTeam(_)
        | Refusal::Excluded(_)
        | Refusal::OwnUnit(..)
        | Refusal::Already(_) => "reviewer",
        Refusal::InThePast | Refusal::TooFar(_) => "until",
        Refusal::NoReason => "withdrawn_reason",
        Refusal::NotTheBureau | Refusal::NotRunning => "",
    }
}
