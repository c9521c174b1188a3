//! Recording a talk with the petitioner (约见、接访).

mod form;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::calendar::day_of;
use crate::domain::document::{DocumentKind, Filing};
use crate::domain::handling::under_way;
use crate::domain::interview::{Hosts, Kind, Opinion, hold};
use crate::store::petition_cases::Opened;
use crate::store::{Tx, colleagues, interviews, units};
use crate::web::extract::{Form, Path, Query};
use crate::web::form::{Choice, Problems};
use crate::web::handling::{self, UNIT};
use crate::web::layout::{self, Frame, Shell};
use crate::web::routes::Table;
use crate::web::{AppResult, Asking};
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

async fn hosts(
    asking: &Asking,
    tx: &mut Tx,
    opened: &Opened,
    form: &InterviewForm,
) -> AppResult<Hosts> {
    let today = day_of(asking.now());
    let court = units::court_of(tx, opened.case().unit).await?;
    Ok(Hosts {
        people: colleagues::of_unit(tx, court, today).await?,
        leaders: interviews::leaders(tx, opened, form.held_at(today)).await?,
    })
}

async fn new(
    mut asking: Asking,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> AppResult<Response> {
    let (mut tx, opened) = asking.open(&number).await?;
    let owed = match Kind::from_code(&asked.kind) {
        Some(kind) => kind == Kind::LeadMeeting,
        None => interviews::meeting_is_owed(&mut tx, &opened).await?,
    };
    let address = format!("/cases/{number}/interviews/new");
    let form = match asking.unsent(&mut tx, &address, None).await? {
        Some(form) => form,
        None => InterviewForm::begun(opened.case(), asking.actor(), owed, asking.now()),
    };
    let hosts = hosts(&asking, &mut tx, &opened, &form).await?;
    let page = InterviewPage::new(&asking.frame, &opened, &hosts, form);
    layout::answer(&page, &page.problems)
}

async fn create(
    asking: Asking,
    Path(number): Path<String>,
    Form { fields, key, files, .. }: Form<InterviewForm>,
) -> AppResult<Response> {
    let now = asking.now();
    let (mut tx, opened) = asking.act_on(&number, &key).await?;
    let hosts = hosts(&asking, &mut tx, &opened, &fields).await?;
    let mut problems = fields.check();
    let filed = handling::filed(DocumentKind::InterviewRecord, &files, &mut problems);
    let wanted = fields.wanted(day_of(now), !filed.is_empty());
    match hold(asking.actor(), opened.case(), &wanted, &hosts, now) {
        Ok(fact) if problems.is_empty() => {
            let uuid = interviews::record(&mut tx, &fact).await?;
            let filing = Filing { belongs_to: uuid.to_string(), by: asking.actor().staff, at: now };
            handling::record_files(&mut tx, &opened, &filed, &filing).await?;
            let location = format!("/cases/{number}/interviews");
            return layout::kept(tx, &location, "已保存。").await;
        }
        Ok(_) => {}
        Err(refusals) => problems = handling::at_fields(problems, &refusals, form::field),
    }
    let page = InterviewPage::new(&asking.frame, &opened, &hosts, fields);
    let page = InterviewPage { again: !files.is_empty(), problems, ..page };
    layout::answer(&page, &page.problems)
}
