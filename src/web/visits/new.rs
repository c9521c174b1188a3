//! Registering: the empty sheet, a draft that is taken up again, a card that is taken, the fact.

use axum::response::Response;
use serde::Deserialize;

use super::form::VisitForm;
use super::materials;
use super::panel::{self, Hits};
use super::window::{self, SHEETS, take};
use crate::domain::document::DocumentKind;
use crate::domain::visit::{Refusal, Registered, register};
use crate::store::visits::{self, Person};
use crate::store::{Tx, petitioners};
use crate::web::extract::{Form, Query};
use crate::web::form::Problems;
use crate::web::handling::filed;
use crate::web::layout;
use crate::web::{AppResult, Asking};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The sheet whose draft is taken up again.
    draft: String,
}

pub async fn new(mut asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let drafts = window::drafts(&mut tx).await?;
    let free = SHEETS.iter().find(|sheet| !drafts.iter().any(|(taken, _)| taken == *sheet));
    let unsent = asking.unsent(&mut tx, &window::key(&asked.draft), None).await?;
    let form = match unsent {
        Some(form) => VisitForm { draft: asked.draft, ..form },
        None => VisitForm::blank(free.copied().unwrap_or_default()),
    };
    // Whoever takes a sheet up again knows what is on it.
    asking.frame.unsent.take_if(|notice| !notice.is_late);
    let hits = panel::search(&mut tx, &form).await?;
    window::page(&asking, tx, form, Problems::default(), hits).await
}

pub async fn create(asking: Asking, form: Form<VisitForm>) -> AppResult<Response> {
    let Form { fields: mut form, key, files, .. } = form;
    form.files_again = !files.is_empty();
    if !form.take.is_empty() {
        return fill(&asking, &mut form).await;
    }
    let mut tx = asking.act(&key).await?;
    let hits = panel::search(&mut tx, &form).await?;
    let mut problems = Problems::default();
    let filed = filed(DocumentKind::VisitMaterial, &files, &mut problems);
    match decide(&asking, &mut tx, &form, &hits).await? {
        Ok((fact, person)) if problems.is_empty() => {
            let hall = asking.session.hall();
            let recorded = visits::record(&mut tx, &fact, &person, hall).await?;
            materials::keep(&mut tx, asking.actor(), (&fact, &recorded), filed).await?;
            saved(tx, &form, &recorded.visit_number).await
        }
        Ok(_) => window::page(&asking, tx, form, problems, hits).await,
        Err(mut wrong) => {
            wrong.append(problems);
            window::page(&asking, tx, form, wrong, hits).await
        }
    }
}

/// A card was taken: the same sheet comes back with what the courts know filled in, and the audit
/// knows of whom.
async fn fill(asking: &Asking, form: &mut VisitForm) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let hits = panel::search(&mut tx, form).await?;
    let dismissed = form.take == "none";
    if let Some(person) = take(&mut tx, form, &hits).await? {
        petitioners::note_filled(&mut tx, person, asking.now()).await?;
    }
    tx.commit().await?;
    let tx = asking.begin().await?;
    let hits = if dismissed { Hits::default() } else { hits };
    window::page(asking, tx, form.clone(), Problems::default(), hits).await
}

/// The rule's fact and whose visit it is, or everything that is wrong.
async fn decide(
    asking: &Asking,
    tx: &mut Tx,
    form: &VisitForm,
    hits: &Hits,
) -> AppResult<Result<(Registered, Person), Problems>> {
    let desk = window::desk(asking, tx).await?;
    let found = window::found(asking, tx, form, hits).await?;
    let (person, entry) = match form.check(&desk, &found) {
        Ok(read) => read,
        Err(problems) => return Ok(Err(problems)),
    };
    match register(asking.actor(), entry, found.same.as_ref(), desk.now) {
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
    Problems::at(field, refusal.to_string())
}

async fn saved(tx: Tx, form: &VisitForm, number: &str) -> AppResult<Response> {
    let printing = form.action == "save_print";
    let page = format!("/visits/{number}");
    let location = if printing { format!("{page}/receipt") } else { page.clone() };
    let said = if printing { "，登记单正在打印。" } else { "。" };
    layout::kept(tx, &location, &format!("已登记{number}{said}|撤销登记|{page}/void")).await
}
