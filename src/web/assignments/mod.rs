//! Assigning (交办): the waiting cases, a batch, what became of it.

mod draft;
mod form;
mod pages;
mod pasting;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::extract::{Form, Path, Query};
use super::form::Problems;
use super::layout::{Frame, done};
use super::routes::{Table, Who};
use super::{App, AppError, AppResult};
use crate::domain::assignment::{Assigned, Order, assign};
use crate::domain::calendar::{self, Calendar};
use crate::domain::deadline::RuleSet;
use crate::domain::petition_case::PetitionCase;
use crate::domain::staff::Role;
use crate::domain::unit::Unit;
use crate::store::{self, Begun, Session, Tx, assignments, deadlines, petition_cases};
use form::{AssignForm, Wanted};
use pages::{BatchPage, ConfirmPage, CourtOfBatch, ListPage, NewPage, Preview, Row};

const ASSIGNERS: Who = Who::Staff(&[Role::Bureau, Role::BureauHead]);
const NEW: &str = "/assignments/new";
const PAGE: i64 = 50;

pub fn routes(table: Table) -> Table {
    table
        .get("/assignments", ASSIGNERS, list)
        .get("/assignments/new", ASSIGNERS, new)
        .post("/assignments/new", ASSIGNERS, create)
        .get("/assignments/preview", ASSIGNERS, confirm)
        .post("/assignments/preview", ASSIGNERS, preview)
        .get("/assignments/{batch_no}", ASSIGNERS, show)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Listing {
    tab: String,
    after: String,
}

async fn list(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Query(listing): Query<Listing>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let show_batches = listing.tab == "batches";
    let after = if is_number(&listing.after) { listing.after.as_str() } else { "" };
    let count_waiting = assignments::count_waiting(&mut tx).await?;
    let (mut waiting, mut batches) = (Vec::new(), Vec::new());
    let next = if show_batches {
        batches = assignments::batches(&mut tx, after, PAGE + 1).await?;
        rest(&mut batches).map(|last| last.number.clone())
    } else {
        waiting = assignments::waiting(&mut tx, after, PAGE + 1).await?;
        rest(&mut waiting).map(|last| last.number.clone())
    };
    let tab = if show_batches { "batches" } else { "waiting" };
    let next = next.map(|after| format!("/assignments?tab={tab}&after={after}"));
    let today = calendar::day_of(app.clock.now());
    let shell = frame.shell("交办");
    let page = ListPage { shell, today, waiting, count_waiting, batches, show_batches, next };
    Ok(Html(page.render()?).into_response())
}

/// A page begins after a number (`XF2026-00128`, `JB2026-0041`); after anything else it is the first.
fn is_number(after: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let running = after.strip_prefix("XF").or_else(|| after.strip_prefix("JB"));
    running
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(year, nth)| digits(year) && digits(nth))
}

/// Cuts the line that only tells that there are more; the last one shown, if there are.
fn rest<T>(lines: &mut Vec<T>) -> Option<&T> {
    let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
    (lines.len() > size).then(|| lines.truncate(size))?;
    lines.last()
}

/// What every step of the form needs: cases, units, rule sets, the calendar.
struct Desk {
    lines: Vec<assignments::CaseLine>,
    units: Vec<Unit>,
    rule_sets: Vec<RuleSet>,
    calendar: Calendar,
}

impl Desk {
    async fn read(tx: &mut Tx, numbers: &[String], now: DateTime<Utc>) -> AppResult<Self> {
        let year_ago = calendar::day_of(now) - chrono::Days::new(400);
        Ok(Self {
            lines: assignments::chosen(tx, numbers).await?,
            units: store::units::list(tx).await?,
            rule_sets: deadlines::rule_sets(tx).await?,
            calendar: deadlines::calendar(tx, year_ago).await?,
        })
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

async fn new(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Query(chosen): Query<Chosen>,
) -> AppResult<Response> {
    let now = app.clock.now();
    let mut tx = app.db.begin(&session).await?;
    // Whoever comes back to the same cases goes on where they were.
    let draft = draft::find(&mut tx, now).await?.filter(|form| form.holds(&chosen.cases));
    let mut form = draft.unwrap_or_else(|| AssignForm::begin(chosen.cases, now));
    form.settle();
    let desk = Desk::read(&mut tx, &form.cases, now).await?;
    page(&frame, desk, form, Problems::default(), now)
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
    let status =
        if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
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
    let rows = rows(desk, &form);
    let shell = frame.shell("交办");
    let page =
        NewPage { shell, rows, unknown, all_courts, sources, rules, form, preview, problems };
    Ok((status, Html(page.render()?)).into_response())
}

fn rows(desk: Desk, form: &AssignForm) -> Vec<Row> {
    let Desk { lines, units, .. } = desk;
    let chosen: Vec<_> = form.cases.iter().zip(&form.courts).enumerate().collect();
    lines
        .into_iter()
        .map(|line| {
            let place = chosen.iter().find(|(_, (number, _))| **number == line.number);
            let (nth, court) = place.map_or((0, ""), |(nth, (_, court))| (*nth, court.as_str()));
            let origin = line.origin.map(|unit| unit.to_string()).unwrap_or_default();
            let court = if court.is_empty() { origin.as_str() } else { court };
            Row {
                field: format!("court-{nth}"),
                courts: pages::court_choices(&units, court),
                suggested: line.origin_name.clone().unwrap_or_default(),
                line,
            }
        })
        .collect()
}

async fn preview(
    State(app): State<App>,
    session: Session,
    form: Form<AssignForm>,
) -> AppResult<Response> {
    let now = app.clock.now();
    let mut tx = app.db.begin(&session).await?;
    let desk = Desk::read(&mut tx, &[], now).await?;
    let mut problems = Problems::default();
    let rules = form.fields.rules(&desk.rule_sets, &mut problems);
    let at = form.fields.moment(now, &mut problems);
    if let Some((rules, at)) = rules.zip(at) {
        return Ok(Html(Preview::of(&rules, at, &desk.calendar).render()?).into_response());
    }
    let said = problems.list().first().map(|problem| problem.message.clone());
    Ok((StatusCode::UNPROCESSABLE_ENTITY, said.unwrap_or_default()).into_response())
}

async fn create(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    form: Form<AssignForm>,
) -> AppResult<Response> {
    let asking = Asking { session: &session, frame: &frame, now: app.clock.now() };
    if form.fields.action != "issue" {
        return asking.prepare(app.db.begin(&session).await?, form.fields).await;
    }
    match app.db.begin_form(&session, &form.key, asking.now).await? {
        Begun::Fresh(tx) => asking.issue(tx, form.fields).await,
        Begun::Repeated(first) => Ok(Redirect::to(&first).into_response()),
    }
}

/// What will be issued. It has an address of its own, so that the browser's way back leads to what
/// was typed and sends nothing again.
async fn confirm(State(app): State<App>, session: Session, frame: Frame) -> AppResult<Response> {
    let asking = Asking { session: &session, frame: &frame, now: app.clock.now() };
    let mut tx = app.db.begin(&session).await?;
    let Some(form) = draft::find(&mut tx, asking.now).await? else {
        return Ok(Redirect::to(NEW).into_response());
    };
    let desk = Desk::read(&mut tx, &form.cases, asking.now).await?;
    match asking.decide(&mut tx, &desk, &form).await? {
        Ok((wanted, _)) => confirm_page(&frame, &desk, form, &wanted),
        Err(problems) => page(&frame, desk, form, problems, asking.now),
    }
}

/// Who asks, and when.
struct Asking<'a> {
    session: &'a Session,
    frame: &'a Frame,
    now: DateTime<Utc>,
}

impl Asking<'_> {
    /// Everything but the issuing: what was typed is kept, and the answer has an address.
    async fn prepare(&self, mut tx: Tx, mut form: AssignForm) -> AppResult<Response> {
        if form.action == "restart" {
            draft::discard(&mut tx).await?;
            tx.commit().await?;
            return Ok(Redirect::to(NEW).into_response());
        }
        let faults = gather(&mut tx, &mut form).await?;
        draft::keep(&mut tx, &form, self.now).await?;
        let desk = Desk::read(&mut tx, &form.cases, self.now).await?;
        let decided = if !faults.is_empty() {
            Err(faults)
        } else if form.action == "check" {
            self.decide(&mut tx, &desk, &form).await?.map(|_| "/assignments/preview")
        } else {
            Ok(NEW)
        };
        tx.commit().await?;
        match decided {
            Ok(next) => Ok(Redirect::to(next).into_response()),
            Err(problems) => page(self.frame, desk, form, problems, self.now),
        }
    }

    async fn issue(&self, mut tx: Tx, mut form: AssignForm) -> AppResult<Response> {
        form.settle();
        let desk = Desk::read(&mut tx, &form.cases, self.now).await?;
        let (wanted, facts) = match self.decide(&mut tx, &desk, &form).await? {
            Ok(decided) => decided,
            Err(problems) => return page(self.frame, desk, form, problems, self.now),
        };
        let order = form.order(&wanted, self.now);
        let version = desk.calendar.version();
        let batch = assignments::record(&mut tx, &order, version, &facts).await?;
        draft::discard(&mut tx).await?;
        let location = format!("/assignments/{batch}");
        tx.commit_to(&location).await?;
        Ok(done(&location, &format!("已下发{}件，批次{batch}。", facts.len())))
    }

    async fn decide(
        &self,
        tx: &mut Tx,
        desk: &Desk,
        form: &AssignForm,
    ) -> AppResult<Result<(Wanted, Vec<Assigned>), Problems>> {
        let wanted = match form.check(&desk.rule_sets, self.now) {
            Ok(wanted) => wanted,
            Err(problems) => return Ok(Err(problems)),
        };
        let cases = petition_cases::find_all(tx, &form.cases).await?;
        let order = form.order(&wanted, self.now);
        let facts = decide(self.session, desk, &wanted, (&cases, &order));
        Ok(facts.map(|facts| (wanted.clone(), facts)))
    }
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
    let page = ConfirmPage {
        shell: frame.shell("核对交办"),
        source: wanted.source.label(),
        courts: pages::by_court(names.map(|unit| unit.short_name.clone())),
        preview: Preview::of(&wanted.rules, wanted.at, &desk.calendar),
        form,
    };
    Ok(Html(page.render()?).into_response())
}

async fn show(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(number): Path<String>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let batch = assignments::batch(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    let lines = assignments::deliveries(&mut tx, &number).await?;
    let page = BatchPage {
        shell: frame.shell(format!("交办批次{number}")),
        today: calendar::day_of(app.clock.now()),
        batch,
        courts: CourtOfBatch::of(lines),
    };
    Ok(Html(page.render()?).into_response())
}
