//! The ledger of a case (台账), and what happens when two people write it at once.

mod conflict;
mod form;
mod pages;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::domain::calendar::day_of;
use crate::domain::handling::in_hands;
use crate::domain::ledger::{People, keep};
use crate::domain::staff::Role;
use crate::store::ledgers::{self, LedgerNow, TeamLine};
use crate::store::petition_cases::Opened;
use crate::store::{Begun, Session, Tx};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::handling::{self, UNIT};
use crate::web::layout::{self, Frame};
use crate::web::routes::Table;
use crate::web::{App, AppResult};
use conflict::ConflictPage;
use form::LedgerForm;
use pages::LedgerPage;

pub fn routes(table: Table) -> Table {
    table.get("/cases/{case_no}/ledger", UNIT, edit).post("/cases/{case_no}/ledger", UNIT, update)
}

/// What stands on record when a page is made.
struct Standing {
    opened: Opened,
    people: People,
    team: Vec<TeamLine>,
    now: Option<LedgerNow>,
}

impl Standing {
    async fn read(tx: &mut Tx, opened: Opened, app: &App) -> AppResult<Self> {
        let people = ledgers::people(tx, &opened, day_of(app.clock.now())).await?;
        let team = ledgers::team(tx, &opened).await?;
        let now = ledgers::find(tx, &opened).await?;
        Ok(Self { opened, people, team, now })
    }

    fn version(&self) -> i32 {
        self.now.as_ref().map_or(0, |now| now.version)
    }

    /// The form as what is on record would fill it.
    fn form(&self) -> LedgerForm {
        LedgerForm::of(&self.team, self.now.as_ref())
    }
}

async fn edit(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(number): Path<String>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let opened = handling::opened(&mut tx, &number).await?;
    let standing = Standing::read(&mut tx, opened, &app).await?;
    let mut form = standing.form();
    if standing.now.is_none() {
        form.claims = ledgers::requests_at_the_counter(&mut tx, &standing.opened).await?;
        if form.handler_id.is_empty() && session.actor().role == Role::Handler {
            form.handler_id = session.actor().staff.to_string();
        }
    }
    page(&frame, &standing, form, Problems::default())
}

fn page(
    frame: &Frame,
    standing: &Standing,
    form: LedgerForm,
    problems: Problems,
) -> AppResult<Response> {
    let page = LedgerPage::new(frame, standing, form, problems);
    handling::answer(&page, &page.problems)
}

async fn update(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(number): Path<String>,
    Form { fields, key, .. }: Form<LedgerForm>,
) -> AppResult<Response> {
    let now = app.clock.now();
    let mut tx = match app.db.begin_form(&session, &key, now).await? {
        Begun::Repeated(to) => return Ok(Redirect::to(&to).into_response()),
        Begun::Fresh(tx) => tx,
    };
    let opened = handling::opened(&mut tx, &number).await?;
    ledgers::hold(&mut tx, &opened).await?;
    let standing = Standing::read(&mut tx, opened, &app).await?;
    if let Err(reason) = in_hands(standing.opened.case()) {
        return page(&frame, &standing, fields, Problems::whole(reason.to_string()));
    }
    let fields = fields.with_numbers(&standing.form(), &standing.people);
    if fields.seen() != standing.version() {
        let page = ConflictPage::new(&frame, &standing, fields, day_of(now));
        return handling::answer_with(&page, StatusCode::CONFLICT);
    }
    let fields = fields.settled(&standing.form());
    let problems = fields.check();
    match keep(session.actor(), standing.opened.case(), fields.wanted(), &standing.people, now) {
        Ok(fact) if problems.is_empty() => {
            ledgers::record(&mut tx, &standing.opened, &fact).await?;
            let location = format!("/cases/{number}");
            tx.commit_to(&location).await?;
            Ok(layout::done(&location, "台账已保存，已报中院。"))
        }
        Ok(_) => page(&frame, &standing, fields, problems),
        Err(refusals) => {
            let problems = handling::at_fields(problems, &refusals, form::field);
            page(&frame, &standing, fields, problems)
        }
    }
}
