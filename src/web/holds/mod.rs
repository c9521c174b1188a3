//! 暂缓销毁: the bureau says that nothing of a case is destroyed, and that something may be again.

mod lifting;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::extract::{Form, Path};
use super::form::Problems;
use super::layout::{self, Shell};
use super::routes::{Table, Who};
use super::{AppError, AppResult, Asking};
use crate::domain::calendar::format_full;
use crate::domain::legal_hold::{Refusal, hold};
use crate::domain::petition_case::PetitionCase;
use crate::domain::staff::Role;
use crate::store::legal_holds::{self, HoldLine};
use crate::store::{Tx, petition_cases};

const HOLDERS: Who = Who::Staff(&[Role::Bureau, Role::BureauHead]);
/// The longest reason.
const REASON: usize = 200;

pub fn routes(table: Table) -> Table {
    table
        .get("/cases/{case_no}/holds", HOLDERS, list)
        .post("/cases/{case_no}/holds", HOLDERS, create)
        .post("/cases/{case_no}/holds/{uuid}/lifting", HOLDERS, lifting::create)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HoldForm {
    reason: String,
    lifted_reason: String,
}

#[derive(Template)]
#[template(path = "holds/list.html")]
struct HoldsPage {
    shell: Shell,
    number: String,
    lines: Vec<HoldLine>,
    form: HoldForm,
    problems: Problems,
}

impl HoldsPage {
    fn moment(at: &chrono::DateTime<chrono::Utc>) -> String {
        format_full(*at)
    }
}

async fn found(tx: &mut Tx, number: &str) -> AppResult<PetitionCase> {
    petition_cases::find(tx, number).await?.ok_or(AppError::NotFound)
}

pub async fn list(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let case = found(&mut tx, &number).await?;
    page(&asking, &mut tx, &case, (HoldForm::default(), Problems::default())).await
}

async fn page(
    asking: &Asking,
    tx: &mut Tx,
    case: &PetitionCase,
    (form, problems): (HoldForm, Problems),
) -> AppResult<Response> {
    let page = HoldsPage {
        shell: asking.shell(format!("{} 暂缓销毁", case.number)),
        number: case.number.clone(),
        lines: legal_holds::list(tx, case.id).await?,
        form,
        problems,
    };
    layout::answer(&page, &page.problems)
}

pub async fn create(
    asking: Asking,
    Path(number): Path<String>,
    form: Form<HoldForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let case = found(&mut tx, &number).await?;
    let form = form.fields;
    let mut problems = Problems::default();
    problems.within("reason", &form.reason, REASON);
    let erased = legal_holds::is_erased(&mut tx, case.id).await?;
    let fact = match hold(asking.actor(), (case.id, erased), &form.reason, asking.now()) {
        Ok(fact) if problems.is_empty() => fact,
        Ok(_) => return page(&asking, &mut tx, &case, (form, problems)).await,
        Err(refusal) => {
            problems.add(field(refusal), refusal.to_string());
            return page(&asking, &mut tx, &case, (form, problems)).await;
        }
    };
    legal_holds::record(&mut tx, &fact).await?;
    let said = "已记明暂缓销毁，解除之前本案材料不因期满销毁。";
    layout::kept(tx, &format!("/cases/{number}/holds"), said).await
}

const fn field(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoReason => "reason",
        Refusal::NoGrounds => "lifted_reason",
        Refusal::NotTheBureau | Refusal::Destroyed => "",
    }
}
