//! Assigning (交办): the waiting cases, a batch, what became of it.

mod draft;
mod form;
mod pages;
mod pasting;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::extract::{Form, Path, Query};
use super::form::Problems;
use super::layout::{self, Frame};
use super::paging::rest;
use super::routes::{Table, Who};
use super::{AppError, AppResult, Asking};
use crate::domain::assignment::{Assigned, Order, assign};
use crate::domain::calendar::{self, Calendar};
use crate::domain::deadline::RuleSet;
use crate::domain::petition_case::PetitionCase;
use crate::domain::staff::Role;
use crate::domain::unit::Unit;
use crate::store::assignments::CaseLine;
use crate::store::{self, Session, Tx, assignments, deadlines, petition_cases};
use form::{AssignForm, Wanted};
use pages::{BatchPage, ConfirmPage, CourtOfBatch, ListPage, NewPage, Preview, Row};

const ASSIGNERS: Who = Who::Staff(&[Role::Bureau, Role::BureauHead]);
const NEW: &str = "/assignments/new";
const PAGE: i64 = 50;

pub fn routes(table: Table) -> Table {
    table
        .get("/assignments", ASSIGNERS, list)
        .get("/assignments/new", ASSIGNERS, new)
        .post_long("/assignments/new", ASSIGNERS, create)
        .get("/assignments/preview", ASSIGNERS, confirm)
        .post_long("/assignments/preview", ASSIGNERS, preview)
        .get("/assignments/{batch_no}", ASSIGNERS, show)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Listing {
    tab: String,
    after: String,
}

async fn list(asking: Asking, Query(listing): Query<Listing>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let show_batches = listing.tab == "batches";
    let after = if is_number(&listing.after) { listing.after.as_str() } else { "" };
    let count_waiting = assignments::count_waiting(&mut tx).await?;
    let (mut waiting, mut batches) = (Vec::new(), Vec::new());
    let next = if show_batches {
        batches = assignments::batches(&mut tx, after, PAGE + 1).await?;
        rest(&mut batches, PAGE).map(|last| last.number.clone())
    } else {
        waiting = assignments::waiting(&mut tx, after, PAGE + 1).await?;
        rest(&mut waiting, PAGE).map(|last| last.number.clone())
    };
    let tab = if show_batches { "batches" } else { "waiting" };
    let next = next.map(|after| format!("/assignments?tab={tab}&after={after}"));
    let today = calendar::day_of(asking.now());
    let shell = asking.shell("交办");
    let page = ListPage { shell, today, waiting, count_waiting, batches, show_batches, next };
    layout::naming(layout::shown(&page), page.waiting.iter().map(|line| line.number.as_str()))
}

/// A page begins after a number (`XF2026-00128`, `JB2026-0041`); after anything else it is the first.
fn is_number(after: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let running = after.strip_prefix("XF").or_else(|| after.strip_prefix("JB"));
    running
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(year, nth)| digits(year) && digits(nth))
}

/// What every step of the form needs: cases, units, rule sets, the calendar.
struct Desk {
    lines: Vec<CaseLine>,
    units: Vec<Unit>,
    rule_sets: Vec<RuleSet>,
    calendar: Calendar,
    /// How many cases another order of the same person, still unissued, is about.
    waiting: Option<usize>,
}

impl Desk {
    async fn read(tx: &mut Tx, numbers: &[String], now: DateTime<Utc>) -> AppResult<Self> {
        let year_ago = calendar::day_of(now) - chrono::Days::new(400);
        let draft = draft::find(tx, now).await?;
        let waiting = draft.filter(|draft| !draft.is_about(numbers)).map(|draft| draft.cases.len());
        Ok(Self {
            lines: assignments::chosen(tx, numbers).await?,
            units: store::units::list(tx).await?,
            rule_sets: deadlines::rule_sets(tx).await?,
            calendar: deadlines::calendar(tx, year_ago).await?,
            waiting: waiting.filter(|cases| *cases > 0),
        })
    }

    /// Whether each of these is there for the one who asks: an order is about all its cases.
    fn has_all(&self, numbers: &[String]) -> bool {
        numbers.iter().all(|number| self.lines.iter().any(|line| line.number == *number))
    }

    fn unit(&self, id: crate::domain::ids::UnitId) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == id)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    #[serde(rename = "case_no[]", alias = "case_no")]
    cases: Vec<String>,
}

async fn new(mut asking: Asking, Query(chosen): Query<Chosen>) -> AppResult<Response> {
    let now = asking.now();
    let mut tx = asking.begin().await?;
    // Whoever comes back to the same cases, or without having chosen any, goes on where they were.
    let cases = &chosen.cases;
    let draft = draft::find(&mut tx, now).await?;
    let draft = draft.filter(|form| cases.is_empty() || form.is_about(cases));
    let mut form = match unsent(&mut asking, &mut tx, cases).await? {
        Some(form) => form,
        None => draft.unwrap_or_else(|| AssignForm::begin(chosen.cases, now)),
    };
    form.settle();
    let desk = Desk::read(&mut tx, &form.cases, now).await?;
    page(&asking.frame, desk, form, Problems::default(), now)
}

/// The order that was not carried out, if it is about these cases or none were chosen.
async fn unsent(
    asking: &mut Asking,
    tx: &mut Tx,
    cases: &[String],
) -> AppResult<Option<AssignForm>> {
    let Some(form) = asking.unsent::<AssignForm>(tx, NEW, None).await? else { return Ok(None) };
    let typed_at = asking.frame.unsent.as_ref().map(|notice| notice.saved_at);
    if !cases.is_empty() && !form.is_about(cases) {
        asking.frame.unsent = None;
        return Ok(None);
    }
    Ok(Some(draft::of_today(form, typed_at.unwrap_or_default(), asking.now())))
}

/// Makes rows of what was pasted, unless a line is wrong: then the box stays as it is, so that the
/// lines keep the places by which their faults are told.
async fn gather(tx: &mut Tx, form: &mut AssignForm) -> AppResult<Problems> {
    let lines = pasting::lines(&form.pasted);
    let numbers: Vec<String> = lines.iter().map(|line| line.text.clone()).collect();
    let cases = petition_cases::find_all(tx, &numbers).await?;
    let faults = pasting::faults(&form.pasted, &lines, &cases);
    if faults.is_empty() {
        form.take(lines);
    }
    form.settle();
    Ok(faults)
}

/// The page of three blocks: for the first visit, and for a form that came back.
fn page(
    frame: &Frame,
    desk: Desk,
    form: AssignForm,
    problems: Problems,
    now: DateTime<Utc>,
) -> AppResult<Response> {
    let rules = form.rules(&desk.rule_sets, &mut Problems::default());
    let at = form.moment(now, &mut Problems::default());
    let preview = rules.zip(at).map(|(rules, at)| Preview::of(&rules, at, &desk.calendar));
    let unknown: Vec<String> = form
        .cases
        .iter()
        .filter(|number| !desk.lines.iter().any(|line| line.number == **number))
        .cloned()
        .collect();
    let all_courts = pages::court_choices(&desk.units, "");
    let sources = pages::source_choices(&form.source);
    let rules = pages::rule_choices(&desk.rule_sets, &form.rule);
    let waiting = desk.waiting;
    let rows = rows(desk, &form, &problems);
    let shell = frame.shell("交办");
    let page = NewPage {
        shell,
        rows,
        unknown,
        all_courts,
        sources,
        rules,
        form,
        preview,
        waiting,
        problems,
    };
    let response = layout::answer(&page, &page.problems);
    layout::naming(response, page.rows.iter().map(|row| row.line.number.as_str()))
}

/// The rows as sent; a court that nobody chose is the suggested one, until it was asked for.
fn rows(desk: Desk, form: &AssignForm, problems: &Problems) -> Vec<Row> {
    let Desk { lines, units, .. } = desk;
    let chosen: Vec<_> = form.cases.iter().zip(&form.courts).enumerate().collect();
    lines
        .into_iter()
        .map(|line| {
            let place = chosen.iter().find(|(_, (number, _))| **number == line.number);
            let (nth, court) = place.map_or((0, ""), |(nth, (_, court))| (*nth, court.as_str()));
            let field = format!("court-{nth}");
            let origin = line.origin.map(|unit| unit.to_string()).unwrap_or_default();
            let open = court.is_empty() && problems.of(&field).is_none();
            let court = if open { origin.as_str() } else { court };
            Row {
                field,
                courts: pages::court_choices(&units, court),
                suggested: line.origin_name.clone().unwrap_or_default(),
                line,
            }
        })
        .collect()
}

async fn preview(asking: Asking, form: Form<AssignForm>) -> AppResult<Response> {
    let now = asking.now();
    let mut tx = asking.begin().await?;
    let desk = Desk::read(&mut tx, &[], now).await?;
    let mut problems = Problems::default();
    let rules = form.fields.rules(&desk.rule_sets, &mut problems);
    let at = form.fields.moment(now, &mut problems);
    if let Some((rules, at)) = rules.zip(at) {
        return layout::shown(&Preview::of(&rules, at, &desk.calendar));
    }
    let said = problems.list().first().map(|problem| problem.message.clone());
    Ok((StatusCode::UNPROCESSABLE_ENTITY, said.unwrap_or_default()).into_response())
}

async fn create(asking: Asking, form: Form<AssignForm>) -> AppResult<Response> {
    let Form { fields, key, .. } = form;
    if fields.action == "issue" {
        let tx = asking.act(&key).await?;
        issue(&asking, tx, fields).await
    } else {
        prepare(&asking, fields).await
    }
}

/// What will be issued. It has an address of its own, so that the browser's way back leads to what
/// was typed and sends nothing again.
async fn confirm(asking: Asking) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let Some(form) = draft::find(&mut tx, asking.now()).await? else {
        return Ok(Redirect::to(NEW).into_response());
    };
    let desk = Desk::read(&mut tx, &form.cases, asking.now()).await?;
    match decided(&asking, &mut tx, &desk, &form).await? {
        Ok((wanted, _)) => confirm_page(&asking.frame, &desk, form, &wanted),
        Err(problems) => page(&asking.frame, desk, form, problems, asking.now()),
    }
}

/// Everything but the issuing: what was typed is kept, and the answer has an address.
async fn prepare(asking: &Asking, mut form: AssignForm) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    if form.action == "restart" {
        draft::discard(&mut tx).await?;
        tx.commit().await?;
        return Ok(Redirect::to(NEW).into_response());
    }
    let faults = gather(&mut tx, &mut form).await?;
    draft::keep(&mut tx, &form, asking.now()).await?;
    let desk = Desk::read(&mut tx, &form.cases, asking.now()).await?;
    let next = if !faults.is_empty() {
        Err(faults)
    } else if form.action == "check" {
        decided(asking, &mut tx, &desk, &form).await?.map(|_| "/assignments/preview")
    } else {
        Ok(NEW)
    };
    tx.commit().await?;
    match next {
        Ok(next) => Ok(Redirect::to(next).into_response()),
        Err(problems) => page(&asking.frame, desk, form, problems, asking.now()),
    }
}

async fn issue(asking: &Asking, mut tx: Tx, mut form: AssignForm) -> AppResult<Response> {
    form.settle();
    let desk = Desk::read(&mut tx, &form.cases, asking.now()).await?;
    if !desk.has_all(&form.cases) {
        return Err(AppError::NotFound);
    }
    let (wanted, facts) = match decided(asking, &mut tx, &desk, &form).await? {
        Ok(decided) => decided,
        Err(problems) => return page(&asking.frame, desk, form, problems, asking.now()),
    };
    let order = form.order(&wanted, asking.now());
    let version = desk.calendar.version();
    let batch = assignments::record(&mut tx, &order, version, &facts).await?;
    if draft::find(&mut tx, asking.now()).await?.is_some_and(|draft| draft.is_about(&form.cases)) {
        draft::discard(&mut tx).await?;
    }
    let location = format!("/assignments/{batch}");
    layout::kept(tx, &location, &format!("已下发{}件，批次{batch}。", facts.len())).await
}

/// What is wanted with every row's decision, or what is wrong.
async fn decided(
    asking: &Asking,
    tx: &mut Tx,
    desk: &Desk,
    form: &AssignForm,
) -> AppResult<Result<(Wanted, Vec<Assigned>), Problems>> {
    let wanted = match form.check(&desk.rule_sets, asking.now()) {
        Ok(wanted) => wanted,
        Err(problems) => return Ok(Err(problems)),
    };
    let cases = petition_cases::find_all(tx, &form.cases).await?;
    let order = form.order(&wanted, asking.now());
    let facts = decide(&asking.session, desk, &wanted, (&cases, &order));
    Ok(facts.map(|facts| (wanted.clone(), facts)))
}

/// Every row's decision, or every row's refusal.
fn decide(
    session: &Session,
    desk: &Desk,
    wanted: &Wanted,
    (cases, order): (&[PetitionCase], &Order<'_>),
) -> Result<Vec<Assigned>, Problems> {
    let (mut facts, mut problems) = (Vec::new(), Problems::default());
    for (nth, (number, unit)) in wanted.rows.iter().enumerate() {
        let field = format!("court-{nth}");
        let case = cases.iter().find(|case| case.number == *number);
        let case = problems.take(&field, case, &format!("没有找到{number}"));
        let missing = format!("请为{number}选择责任法院");
        let unit = problems.take(&field, desk.unit(*unit), &missing);
        if let Some((case, unit)) = case.zip(unit) {
            let fact = assign(session.actor(), case, unit, order, &desk.calendar);
            facts.extend(problems.accept(&field, fact));
        }
    }
    if problems.is_empty() { Ok(facts) } else { Err(problems) }
}

fn confirm_page(
    frame: &Frame,
    desk: &Desk,
    form: AssignForm,
    wanted: &Wanted,
) -> AppResult<Response> {
    let names = wanted.rows.iter().filter_map(|(_, unit)| desk.unit(*unit));
    let court = |line: &CaseLine| {
        let row = wanted.rows.iter().find(|(number, _)| *number == line.number);
        row.and_then(|(_, unit)| desk.unit(*unit)).map(|unit| unit.short_name.clone())
    };
    let lines = desk.lines.iter().map(|line| (line.clone(), court(line).unwrap_or_default()));
    let page = ConfirmPage {
        lines: lines.collect(),
        shell: frame.shell("核对交办"),
        source: wanted.source.label(),
        courts: pages::by_court(names.map(|unit| unit.short_name.clone())),
        preview: Preview::of(&wanted.rules, wanted.at, &desk.calendar),
        form,
    };
    let response = layout::shown(&page);
    layout::naming(response, page.lines.iter().map(|(line, _)| line.number.as_str()))
}

async fn show(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let batch = assignments::batch(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    let lines = assignments::deliveries(&mut tx, &number).await?;
    let page = BatchPage {
        shell: asking.shell(format!("交办批次{number}")),
        today: calendar::day_of(asking.now()),
        batch,
        courts: CourtOfBatch::of(lines),
    };
    let lines = page.courts.iter().flat_map(|court| &court.lines);
    layout::naming(layout::shown(&page), lines.map(|one| one.line.case_number.as_str()))
}
