//! The steps that can't be taken back, each with a page that asks once more: 冻结数据 and 发布.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::pages::{Head, StepPage};
use super::{App, AppError, AppResult, find};
use crate::domain::bulletin::{Contents, freeze, publish};
use crate::domain::calendar::day_of;
use crate::domain::period::Period;
use crate::store::bulletins::{self, Issue};
use crate::store::{Begun, Session, Tx};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::layout::{Frame, done};

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

pub async fn new_freeze(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(period): Path<Period>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let issue = find(&mut tx, period).await?;
    let contents = contents(&mut tx, &issue).await?;
    let checks = checks(&contents);
    let now = app.clock.now();
    let refusal = freeze(&issue.bulletin, contents, session.actor(), now).err();
    let problems = refusal.map(|refusal| Problems::whole(refusal.to_string())).unwrap_or_default();
    let head = Head::of(&issue, session.actor().role, day_of(now));
    page(&frame, head, (FREEZE, checks), problems, StatusCode::OK)
}

pub async fn create_freeze(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(period): Path<String>,
    form: Form<NoFields>,
) -> AppResult<Response> {
    let period = read(&period)?;
    let now = app.clock.now();
    let mut tx = match app.db.begin_form(&session, &form.key, now).await? {
        Begun::Repeated(to) => return Ok(Redirect::to(&to).into_response()),
        Begun::Fresh(tx) => tx,
    };
    let issue = find(&mut tx, period).await?;
    let contents = contents(&mut tx, &issue).await?;
    let checks = checks(&contents);
    match freeze(&issue.bulletin, contents, session.actor(), now) {
        Ok(fact) => {
            bulletins::record_freeze(&mut tx, period, &fact).await?;
            let location = format!("/bulletins/{period}");
            tx.commit_to(&location).await?;
            Ok(done(&location, "数据已冻结。"))
        }
        Err(refusal) => {
            let head = Head::of(&issue, session.actor().role, day_of(now));
            let problems = Problems::whole(refusal.to_string());
            page(&frame, head, (FREEZE, checks), problems, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

pub async fn new_publication(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(period): Path<Period>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let issue = find(&mut tx, period).await?;
    let now = app.clock.now();
    let refusal = publish(&issue.bulletin, session.actor(), now).err();
    let problems = refusal.map(|refusal| Problems::whole(refusal.to_string())).unwrap_or_default();
    let head = Head::of(&issue, session.actor().role, day_of(now));
    page(&frame, head, (PUBLICATION, Vec::new()), problems, StatusCode::OK)
}

pub async fn create_publication(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(period): Path<String>,
    form: Form<NoFields>,
) -> AppResult<Response> {
    let period = read(&period)?;
    let now = app.clock.now();
    let mut tx = match app.db.begin_form(&session, &form.key, now).await? {
        Begun::Repeated(to) => return Ok(Redirect::to(&to).into_response()),
        Begun::Fresh(tx) => tx,
    };
    let issue = find(&mut tx, period).await?;
    match publish(&issue.bulletin, session.actor(), now) {
        Ok(fact) => {
            bulletins::record_publication(&mut tx, period, &fact).await?;
            let location = format!("/bulletins/{period}");
            tx.commit_to(&location).await?;
            Ok(done(&location, "已发布，各法院可以查看。"))
        }
        Err(refusal) => {
            let head = Head::of(&issue, session.actor().role, day_of(now));
            let problems = Problems::whole(refusal.to_string());
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            page(&frame, head, (PUBLICATION, Vec::new()), problems, status)
        }
    }
}

/// The period of an act's address: read after the form, whose token is checked before all else.
fn read(period: &str) -> AppResult<Period> {
    period.parse().map_err(|_| AppError::NotFound)
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

fn page(
    frame: &Frame,
    head: Head,
    (step, checks): (Step, Vec<String>),
    problems: Problems,
    status: StatusCode,
) -> AppResult<Response> {
    let Step { what, action, warning } = step;
    let shell = frame.shell(format!("{what}：{}", head.title));
    let page = StepPage { shell, head, what, action, warning, checks, problems };
    Ok((status, Html(page.render()?)).into_response())
}
