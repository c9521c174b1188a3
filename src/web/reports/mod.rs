//! The written progress report (书面进展情况报告): written by the unit, examined by the bureau.

mod create;
mod examine;
mod form;
mod pages;

use axum::response::Response;

use crate::domain::calendar;
use crate::domain::handling::in_hands;
use crate::domain::report::{Decision, Known, Owed, draft};
use crate::domain::staff::{Actor, Role};
use crate::domain::unit::{Unit, UnitKind};
use crate::store::petition_cases::Opened;
use crate::store::reports::{self, ReportNow};
use crate::store::{Tx, known_facts, units};
use crate::web::extract::Path;
use crate::web::handling::{INSIDERS, UNIT};
use crate::web::layout;
use crate::web::routes::{Table, Who};
use crate::web::{AppError, AppResult, Asking};
use form::{ExaminationForm, ReportForm};
use pages::{Letter, PrintPage, ReportPage, WritingPage};

const BUREAU: Who = Who::Staff(&[Role::Bureau, Role::BureauHead]);

pub fn routes(table: Table) -> Table {
    table
        .get("/cases/{case_no}/report", INSIDERS, show)
        .post_long("/cases/{case_no}/report", UNIT, create::create)
        .post("/cases/{case_no}/report/review", BUREAU, examine::create)
        .get("/cases/{case_no}/report/print", INSIDERS, print)
}

/// What stands on record when a page is made.
struct Standing {
    opened: Opened,
    owed: Owed,
    latest: Option<ReportNow>,
    known: Known,
}

impl Standing {
    async fn read(tx: &mut Tx, opened: Opened) -> AppResult<Self> {
        Ok(Self {
            owed: reports::owed(tx, &opened).await?,
            latest: reports::latest(tx, &opened).await?,
            known: known_facts::read(tx, &opened).await?,
            opened,
        })
    }

    /// Whether this person may write: of the unit, while a report is awaited.
    fn is_written_by(&self, actor: &Actor) -> bool {
        UNIT.admits(actor.role) && self.owed.is_awaited() && in_hands(self.opened.case()).is_ok()
    }

    /// What to go on from: the report that came back, else what the file says.
    fn form(&self) -> ReportForm {
        let version = self.opened.case().version;
        let base = self.latest.as_ref().map(|latest| latest.uuid.to_string()).unwrap_or_default();
        let form = match &self.latest {
            Some(latest) => ReportForm::of(&latest.sections, &latest.late_reason),
            None => ReportForm::of(&draft(&self.known), ""),
        };
        ReportForm { version: version.to_string(), base, ..form }
    }
}

async fn show(mut asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let (mut tx, opened) = asking.open(&number).await?;
    let standing = Standing::read(&mut tx, opened).await?;
    if standing.is_written_by(asking.actor()) {
        let version = Some(standing.opened.case().version);
        let unsent = asking.unsent(&mut tx, &format!("/cases/{number}/report"), version).await?;
        let form = unsent.unwrap_or_else(|| standing.form());
        let page = WritingPage::new(&asking.frame, &standing, form, asking.now());
        return layout::shown(&page);
    }
    let examines = BUREAU.admits(asking.actor().role);
    let mut form = ExaminationForm::default();
    if examines && standing.latest.as_ref().is_some_and(|report| report.examined.is_none()) {
        let address = format!("/cases/{number}/report/review");
        form = asking.unsent(&mut tx, &address, None).await?.unwrap_or_default();
    }
    let page = ReportPage::new(&asking.frame, &standing, examines);
    layout::shown(&ReportPage { form, ..page })
}

/// The report as an official document: what was submitted, or the writer's draft of it.
async fn print(mut asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let (mut tx, opened) = asking.open(&number).await?;
    let letter = letter(&mut tx, &opened).await?;
    let standing = Standing::read(&mut tx, opened).await?;
    let page = if standing.is_written_by(asking.actor()) {
        let key = format!("/cases/{number}/report");
        let draft = asking.unsent(&mut tx, &key, None).await?;
        let form = draft.unwrap_or_else(|| standing.form());
        PrintPage::new(&asking.frame, &standing, form, letter)
    } else {
        let report = standing.latest.as_ref().ok_or(AppError::NotFound)?;
        let form = ReportForm::of(&report.sections, &report.late_reason);
        let on = Some(calendar::day_of(report.submitted_at));
        PrintPage::new(&asking.frame, &standing, form, Letter { on, ..letter })
    };
    layout::shown(&page)
}

/// From the case's court to the one petition bureau.
async fn letter(tx: &mut Tx, opened: &Opened) -> AppResult<Letter> {
    let court = units::court_of(tx, opened.case().unit).await?;
    let units = units::list(tx).await?;
    let name = |found: &dyn Fn(&Unit) -> bool| {
        units.iter().find(|unit| found(unit)).map(|unit| unit.name.clone()).unwrap_or_default()
    };
    Ok(Letter {
        from: name(&|unit| unit.id == court),
        to: name(&|unit| unit.kind == UnitKind::PetitionBureau),
        on: None,
    })
}

/// Whether the report that stands was returned.
fn is_returned(report: &ReportNow) -> bool {
    report.examined.as_ref().is_some_and(|examined| examined.decision == Decision::Returned)
}
