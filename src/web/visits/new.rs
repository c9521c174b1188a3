//! Registering: the empty sheet, a draft that is taken up again, a card that is taken, the fact.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::VisitForm;
use super::materials;
use super::panel::{self, Hits};
use super::window::{SHEETS, Window, take};
use crate::domain::document::DocumentKind;
use crate::domain::visit::{Refusal, Registered, register};
use crate::store::visits::{self, Person};
use crate::store::{Begun, Session, Tx, drafts, petitioners};
use crate::web::extract::{self, Form, Query};
use crate::web::form::Problems;
use crate::web::handling::filed;
use crate::web::layout::{Frame, done};
use crate::web::{App, AppResult};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The sheet whose draft is taken up again.
    draft: String,
}

pub async fn new(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> AppResult<Response> {
    let window = Window { app, session, frame };
    let mut tx = window.app.db.begin(&window.session).await?;
    let drafts = window.drafts(&mut tx).await?;
    let wanted = drafts.iter().find(|(sheet, _)| *sheet == asked.draft);
    let free = SHEETS.iter().find(|sheet| !drafts.iter().any(|(taken, _)| taken == *sheet));
    let form = match wanted {
        Some((sheet, draft)) => {
            let form: VisitForm = extract::read_fields(&draft.body, &window.app).await?;
            VisitForm { draft: (*sheet).to_owned(), ..form }
        }
        None => VisitForm::blank(free.copied().unwrap_or_default()),
    };
    let hits = panel::search(&mut tx, &form).await?;
    window.page(tx, form, Problems::default(), hits).await
}

pub async fn create(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    form: Form<VisitForm>,
) -> AppResult<Response> {
    let window = Window { app, session, frame };
    let Form { fields: mut form, key, files } = form;
    form.files_again = !files.is_empty();
    if !form.take.is_empty() {
        return fill(&window, &mut form).await;
    }
    let (db, now) = (&window.app.db, window.now());
    let mut tx = match db.begin_form(&window.session, &key, now).await? {
        Begun::Fresh(tx) => tx,
        Begun::Repeated(first) => return Ok(Redirect::to(&first).into_response()),
    };
    let hits = panel::search(&mut tx, &form).await?;
    let mut problems = Problems::default();
    let filed = filed(DocumentKind::VisitMaterial, &files, &mut problems);
    match decide(&window, &mut tx, &form, &hits).await? {
        Ok((fact, person)) if problems.is_empty() => {
            let hall = window.session.hall();
            let recorded = visits::record(&mut tx, &fact, &person, hall).await?;
            materials::keep(&mut tx, &window.session, (&fact, &recorded), filed).await?;
            drafts::discard(&mut tx, super::window::subject(&form.draft)).await?;
            saved(tx, &form, &recorded.visit_number).await
        }
        Ok(_) => window.page(tx, form, problems, hits).await,
        Err(mut wrong) => {
            wrong.append(problems);
            window.page(tx, form, wrong, hits).await
        }
    }
}

/// A card was taken: the same sheet comes back with what the courts know filled in, and the audit
/// knows of whom.
async fn fill(window: &Window, form: &mut VisitForm) -> AppResult<Response> {
    let mut tx = window.app.db.begin(&window.session).await?;
    let hits = panel::search(&mut tx, form).await?;
    let dismissed = form.take == "none";
    if let Some(person) = take(&mut tx, form, &hits).await? {
        petitioners::note_filled(&mut tx, person, window.now()).await?;
    }
    tx.commit().await?;
    let tx = window.app.db.begin(&window.session).await?;
    let hits = if dismissed { Hits::default() } else { hits };
    window.page(tx, form.clone(), Problems::default(), hits).await
}

/// The rule's fact and whose visit it is, or everything that is wrong.
async fn decide(
    window: &Window,
    tx: &mut Tx,
    form: &VisitForm,
    hits: &Hits,
) -> AppResult<Result<(Registered, Person), Problems>> {
    let desk = window.desk(tx).await?;
    let found = window.found(tx, form, hits).await?;
    let (person, entry) = match form.check(&desk, &found) {
        Ok(read) => read,
        Err(problems) => return Ok(Err(problems)),
    };
    match register(window.session.actor(), entry, found.same.as_ref(), desk.now) {
        Ok(fact) => Ok(Ok((fact, person))),
        Err(refusal) => Ok(Err(at_its_field(&refusal))),
    }
}

/// A refusal beside the field that it is about.
fn at_its_field(refusal: &Refusal) -> Problems {
    let field = match refusal {
        Refusal::InTheFuture | Refusal::TooEarly(_) => "received_at",
        Refusal::PostedTooEarly(_) => "posted_on",
        Refusal::TooManyRepresentatives => "representatives[]",
        Refusal::SameMatter { .. } => "not_same_reason",
        Refusal::NotYours
        | Refusal::NotTheRecorder
        | Refusal::TooLate
        | Refusal::AlreadyVoid
        | Refusal::NoReason
        | Refusal::WorkHasBegun => "",
    };
    let mut problems = Problems::default();
    problems.add(field, refusal.to_string());
    problems
}

async fn saved(tx: Tx, form: &VisitForm, number: &str) -> AppResult<Response> {
    let printing = form.action == "save_print";
    let page = format!("/visits/{number}");
    let location = if printing { format!("{page}/receipt") } else { page.clone() };
    tx.commit_to(&location).await?;
    let said = if printing { "，登记单正在打印。" } else { "。" };
    Ok(done(&location, &format!("已登记{number}{said}|撤销登记|{page}/void")))
}
