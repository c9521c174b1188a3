//! The steps that can't be taken back, each with a page that asks once more: 冻结数据 and 发布.

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::pages::{Head, StepPage};
use super::{AppError, AppResult, Asking, find};
use crate::domain::bulletin::{Contents, Refusal, freeze, publish};
use crate::domain::calendar::day_of;
use crate::domain::period::Period;
use crate::store::Tx;
use crate::store::bulletins::{self, Issue};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::layout;

/// The forms of these steps hold nothing but their tokens.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NoFields {}

/// A step as its page names it.
#[derive(Clone, Copy)]
struct Step {
    what: &'static str,
    action: &'static str,
    warning: &'static str,
}

const FREEZE: Step = Step {
    what: "冻结数据",
    action: "freeze",
    warning: "冻结后本期数字不再改变。之后补录的内容在下一期列为补录，有错另发更正。",
};
const PUBLICATION: Step = Step {
    what: "发布",
    action: "publication",
    warning: "发布后各法院可以查看本期通报，数字不能再改；有错另发更正。",
};

pub async fn new_freeze(asking: Asking, Path(period): Path<Period>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let issue = find(&mut tx, period).await?;
    let contents = contents(&mut tx, &issue).await?;
    let checks = checks(&contents);
    let refusal = freeze(&issue.bulletin, contents, asking.actor(), asking.now()).err();
    page(&asking, &issue, (FREEZE, checks), problems(refusal), StatusCode::OK)
}

pub async fn create_freeze(
    asking: Asking,
    Path(period): Path<String>,
    form: Form<NoFields>,
) -> AppResult<Response> {
    let (mut tx, issue) = act(&asking, &period, &form).await?;
    let contents = contents(&mut tx, &issue).await?;
    let checks = checks(&contents);
    match freeze(&issue.bulletin, contents, asking.actor(), asking.now()) {
        Ok(fact) => {
            bulletins::record_freeze(&mut tx, issue.period(), &fact).await?;
            layout::kept(tx, &location(&issue), "数据已冻结。").await
        }
        Err(refusal) => refused(&asking, &issue, (FREEZE, checks), refusal),
    }
}

pub async fn new_publication(asking: Asking, Path(period): Path<Period>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let issue = find(&mut tx, period).await?;
    let refusal = publish(&issue.bulletin, asking.actor(), asking.now()).err();
    page(&asking, &issue, (PUBLICATION, Vec::new()), problems(refusal), StatusCode::OK)
}

pub async fn create_publication(
    asking: Asking,
    Path(period): Path<String>,
    form: Form<NoFields>,
) -> AppResult<Response> {
    let (mut tx, issue) = act(&asking, &period, &form).await?;
    match publish(&issue.bulletin, asking.actor(), asking.now()) {
        Ok(fact) => {
            bulletins::record_publication(&mut tx, issue.period(), &fact).await?;
            layout::kept(tx, &location(&issue), "已发布，各法院可以查看。").await
        }
        Err(refusal) => refused(&asking, &issue, (PUBLICATION, Vec::new()), refusal),
    }
}

/// The issue that a step is taken on. Its period is read after the form, whose token is checked
/// before all else.
async fn act(asking: &Asking, period: &str, form: &Form<NoFields>) -> AppResult<(Tx, Issue)> {
    let period = period.parse().map_err(|_| AppError::NotFound)?;
    let mut tx = asking.act(&form.key).await?;
    let issue = find(&mut tx, period).await?;
    Ok((tx, issue))
}

fn location(issue: &Issue) -> String {
    format!("/bulletins/{}", issue.period())
}

async fn contents(tx: &mut Tx, issue: &Issue) -> AppResult<Contents> {
    let units = bulletins::units(tx, issue).await?;
    let ids: Vec<_> = units.iter().map(|unit| unit.id).collect();
    Ok(bulletins::derive(tx, issue, &ids).await?)
}

/// The totals that were counted on their own and agree with their parts.
fn checks(contents: &Contents) -> Vec<String> {
    let whole = |whole: &crate::domain::bulletin::Whole| {
        format!("{}：合计{}，总数{}", whole.name, whole.parts, whole.total)
    };
    contents.wholes.iter().filter(|one| one.adds_up()).map(whole).collect()
}

fn problems(refusal: Option<Refusal>) -> Problems {
    refusal.map(|refusal| Problems::whole(refusal.to_string())).unwrap_or_default()
}

fn refused(
    asking: &Asking,
    issue: &Issue,
    step: (Step, Vec<String>),
    refusal: Refusal,
) -> AppResult<Response> {
    page(asking, issue, step, problems(Some(refusal)), StatusCode::UNPROCESSABLE_ENTITY)
}

fn page(
    asking: &Asking,
    issue: &Issue,
    (step, checks): (Step, Vec<String>),
    problems: Problems,
    status: StatusCode,
) -> AppResult<Response> {
    let head = Head::of(issue, asking.actor().role, day_of(asking.now()));
    let Step { what, action, warning } = step;
    let shell = asking.shell(format!("{what}：{}", head.title));
    let page = StepPage { shell, head, what, action, warning, checks, problems };
    layout::answer_as(&page, status, &page.problems)
}
