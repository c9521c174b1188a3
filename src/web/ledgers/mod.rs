//! The ledger of a case (台账), and what happens when two people write it at once.

mod form;
mod pages;

use axum::response::Response;
use chrono::{DateTime, Utc};

use crate::domain::calendar::day_of;
use crate::domain::handling::in_hands;
use crate::domain::ledger::{People, keep};
use crate::domain::staff::Role;
use crate::store::Tx;
use crate::store::ledgers::{self, LedgerNow, TeamLine};
use crate::store::petition_cases::Opened;
use crate::web::conflict::{self, Choices, Conflict, Place};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::handling::{self, UNIT};
use crate::web::layout::{self, Frame};
use crate::web::routes::Table;
use crate::web::{AppResult, Asking};
use form::LedgerForm;
use pages::LedgerPage;

pub fn routes(table: Table) -> Table {
    table.get("/cases/{case_no}/ledger", UNIT, edit).post_long(
        "/cases/{case_no}/ledger",
        UNIT,
        update,
    )
}

/// What stands on record when a page is made.
struct Standing {
    opened: Opened,
    people: People,
    team: Vec<TeamLine>,
    now: Option<LedgerNow>,
}

impl Standing {
    async fn read(tx: &mut Tx, opened: Opened, now: DateTime<Utc>) -> AppResult<Self> {
        let people = ledgers::people(tx, &opened, day_of(now)).await?;
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

async fn edit(mut asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let (mut tx, opened) = asking.open(&number).await?;
    let standing = Standing::read(&mut tx, opened, asking.now()).await?;
    let mut form = standing.form();
    if standing.now.is_none() {
        form.claims = ledgers::requests_at_the_counter(&mut tx, &standing.opened).await?;
        if form.handler_id.is_empty() && asking.actor().role == Role::Handler {
            form.handler_id = asking.actor().holder().to_string();
        }
    }
    let address = format!("/cases/{number}/ledger");
    let unsent = asking.unsent(&mut tx, &address, Some(standing.version())).await?;
    page(&asking.frame, &standing, unsent.unwrap_or(form), Problems::default())
}

fn page(
    frame: &Frame,
    standing: &Standing,
    form: LedgerForm,
    problems: Problems,
) -> AppResult<Response> {
    let page = LedgerPage::new(frame, standing, form, problems);
    layout::answer(&page, &page.problems)
}

async fn update(
    asking: Asking,
    Path(number): Path<String>,
    Form { fields, key, typed, .. }: Form<LedgerForm>,
) -> AppResult<Response> {
    let now = asking.now();
    let (mut tx, opened) = asking.act_alone_on(&number, &key).await?;
    let standing = Standing::read(&mut tx, opened, now).await?;
    if let Err(reason) = in_hands(standing.opened.case()) {
        return page(&asking.frame, &standing, fields, Problems::whole(reason.to_string()));
    }
    let theirs = standing.form();
    let fields = fields.with_numbers(&theirs, &standing.people);
    let choices = Choices::of(&typed, &key);
    if fields.seen() != standing.version() {
        let page = differing(&asking, &standing, (&theirs, &fields), &choices)?;
        return conflict::answer(tx, page, &format!("/cases/{number}")).await;
    }
    let fields = conflict::settled(fields, &theirs, &choices);
    let problems = fields.check();
    match keep(asking.actor(), standing.opened.case(), fields.wanted(), &standing.people, now) {
        Ok(fact) if problems.is_empty() => {
            ledgers::record(&mut tx, &standing.opened, &fact).await?;
            let location = format!("/cases/{number}");
            layout::kept(tx, &location, "台账已保存，已报中院。").await
        }
        Ok(_) => page(&asking.frame, &standing, fields, problems),
        Err(refusals) => {
            let problems = handling::at_fields(problems, &refusals, form::field);
            page(&asking.frame, &standing, fields, problems)
        }
    }
}

/// Where the two differ; people are said by their names.
fn differing(
    asking: &Asking,
    standing: &Standing,
    (theirs, mine): (&LedgerForm, &LedgerForm),
    choices: &Choices,
) -> AppResult<Option<Response>> {
    let People { court, unit } = &standing.people;
    let name = |field: &str, value: String| {
        if !field.ends_with("_id") {
            return value;
        }
        let found = court.iter().chain(unit).find(|one| one.id.to_string() == value);
        found.map_or_else(|| "（未选）".to_owned(), |one| one.name.clone())
    };
    let saved = standing.now.as_ref().map(|now| (now.recorded_by.clone(), now.recorded_at));
    let at = Place::of_case(&standing.opened.case().number, "ledger");
    Conflict { theirs, mine, choices, saved, at }.page(asking, name)
}
