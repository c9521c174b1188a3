//! Recording a talk with the petitioner (约见、接访).

mod form;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::domain::calendar::day_of;
use crate::domain::document::{DocumentKind, Filing};
use crate::domain::handling::under_way;
use crate::domain::interview::{Hosts, Kind, Opinion, hold};
use crate::store::petition_cases::Opened;
use crate::store::{Begun, Session, Tx, colleagues, interviews, units};
use crate::web::extract::{Form, Path, Query};
use crate::web::form::{Choice, Problems};
use crate::web::handling::{self, UNIT};
use crate::web::layout::{self, Frame, Shell};
use crate::web::routes::Table;
use crate::web::{App, AppResult};
use form::InterviewForm;

pub fn routes(table: Table) -> Table {
    table.get("/cases/{case_no}/interviews/new", UNIT, new).upload(
        "/cases/{case_no}/interviews/new",
        UNIT,
        create,
    )
}

/// The work queue asks for the leader's meeting by name.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    kind: String,
}

#[derive(Template)]
#[template(path = "interviews/new.html")]
struct InterviewPage {
    shell: Shell,
    number: String,
    kinds: Vec<Choice>,
    hosts: Vec<Choice>,
    present: Vec<Choice>,
    opinions: Vec<Choice>,
    claims: Vec<String>,
    form: InterviewForm,
    /// Files were chosen before, and the browser has forgotten them.
    again: bool,
    /// Why the form can't be used; empty when it can.
    locked: String,
    problems: Problems,
}

impl InterviewPage {
    fn new(frame: &Frame, opened: &Opened, hosts: &Hosts, form: InterviewForm) -> Self {
        let case = opened.case();
        Self {
            shell: frame.shell("新增接访、约谈记录"),
            number: case.number.clone(),
            kinds: Choice::list(Kind::ALL.iter().map(|one| (one.code(), one.label())), &form.kind),
            hosts: handling::choices(hosts.people.iter(), &form.host_id),
            present: Choice::list([("yes", "到场"), ("no", "未到场")], &form.present),
            opinions: Choice::list(
                Opinion::ALL.iter().map(|one| (one.code(), one.label())),
                &form.opinion,
            ),
            claims: handling::with_room(&form.claims),
            form,
            again: false,
            locked: under_way(case).err().map(|reason| reason.to_string()).unwrap_or_default(),
            problems: Problems::default(),
        }
    }
}

async fn hosts(tx: &mut Tx, opened: &Opened, form: &InterviewForm, app: &App) -> AppResult<Hosts> {
    let today = day_of(app.clock.now());
    let court = units::court_of(tx, opened.case().unit).await?;
    Ok(Hosts {
        people: colleagues::of_unit(tx, court, today).await?,
        leaders: interviews::leaders(tx, opened, form.held_at(today)).await?,
    })
}

async fn new(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let opened = handling::opened(&mut tx, &number).await?;
    let owed = match Kind::from_code(&asked.kind) {
        Some(kind) => kind == Kind::LeadMeeting,
        None => interviews::meeting_is_owed(&mut tx, &opened).await?,
    };
    let form = InterviewForm::begun(opened.case(), session.actor(), owed, app.clock.now());
    let hosts = hosts(&mut tx, &opened, &form, &app).await?;
    let page = InterviewPage::new(&frame, &opened, &hosts, form);
    handling::answer(&page, &page.problems)
}

async fn create(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(number): Path<String>,
    Form { fields, key, files }: Form<InterviewForm>,
) -> AppResult<Response> {
    let now = app.clock.now();
    let mut tx = match app.db.begin_form(&session, &key, now).await? {
        Begun::Repeated(to) => return Ok(Redirect::to(&to).into_response()),
        Begun::Fresh(tx) => tx,
    };
    let opened = handling::opened(&mut tx, &number).await?;
    let hosts = hosts(&mut tx, &opened, &fields, &app).await?;
    let mut problems = fields.check();
    let filed = handling::filed(DocumentKind::InterviewRecord, &files, &mut problems);
    let wanted = fields.wanted(day_of(now), !filed.is_empty());
    match hold(session.actor(), opened.case(), &wanted, &hosts, now) {
        Ok(fact) if problems.is_empty() => {
            let uuid = interviews::record(&mut tx, &fact).await?;
            let by = session.actor().staff;
            let filing = Filing { belongs_to: uuid.to_string(), by, at: now };
            handling::record_files(&mut tx, &opened, &filed, &filing).await?;
            let location = format!("/cases/{number}/interviews");
            tx.commit_to(&location).await?;
            return Ok(layout::done(&location, "已保存。"));
        }
        Ok(_) => {}
        Err(refusals) => problems = handling::at_fields(problems, &refusals, form::field),
    }
    let page = InterviewPage::new(&frame, &opened, &hosts, fields);
    let page = InterviewPage { again: !files.is_empty(), problems, ..page };
    handling::answer(&page, &page.problems)
}
