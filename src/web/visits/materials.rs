//! What was handed in with a visit: adding to it, and handing one file out.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::show;
use super::window::Window;
use crate::domain::document::{DocumentKind, Filed};
use crate::domain::material::{Receiving, Refusal, add};
use crate::domain::visit::Registered;
use crate::store::visits::Recorded;
use crate::store::{Begun, Session, Tx, materials};
use crate::web::documents::handed_out;
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::handling::{FILES, filed};
use crate::web::layout::{Frame, done};
use crate::web::{App, AppError, AppResult};

/// A form of nothing but files.
#[derive(Debug, Deserialize)]
pub struct FilesForm {}

pub async fn create(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(number): Path<String>,
    Form { key, files, .. }: Form<FilesForm>,
) -> AppResult<Response> {
    let now = app.clock.now();
    let mut tx = match app.db.begin_form(&session, &key, now).await? {
        Begun::Repeated(to) => return Ok(Redirect::to(&to).into_response()),
        Begun::Fresh(tx) => tx,
    };
    let to = materials::receiving(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    let mut problems = Problems::default();
    let filed = filed(DocumentKind::VisitMaterial, &files, &mut problems);
    if problems.is_empty() {
        match add(session.actor(), &to, filed, now) {
            Ok(fact) => {
                let said = format!("已上传{}份材料。", fact.files().len());
                materials::record(&mut tx, &fact).await?;
                let location = format!("/visits/{number}");
                tx.commit_to(&location).await?;
                return Ok(done(&location, &said));
            }
            Err(Refusal::Nothing) => problems.add(FILES, Refusal::Nothing.to_string()),
            Err(refusal) => problems = Problems::whole(refusal.to_string()),
        }
    }
    let window = Window { app, session, frame };
    show::page(&window, tx, &number, (problems, !files.is_empty())).await
}

pub async fn show(
    State(app): State<App>,
    session: Session,
    Path((number, uuid)): Path<(String, Uuid)>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let found = materials::read(&mut tx, (&number, uuid), app.clock.now()).await?;
    let document = found.ok_or(AppError::NotFound)?;
    tx.commit().await?;
    Ok(handed_out(document))
}

/// Keeps what came with the registration itself.
pub async fn keep(
    tx: &mut Tx,
    session: &Session,
    (fact, recorded): (&Registered, &Recorded),
    files: Vec<Filed<'_>>,
) -> AppResult<()> {
    let to = Receiving {
        visit: recorded.visit,
        number: recorded.visit_number.clone(),
        recorded_by: fact.by(),
        is_sealed: fact.is_sealed(),
        is_void: false,
    };
    match add(session.actor(), &to, files, fact.at()) {
        Ok(added) => Ok(materials::record(tx, &added).await?),
        // A visit that was just registered is its recorder's and stands: nothing was handed in.
        Err(Refusal::Nothing | Refusal::Void | Refusal::NotTheRecorder) => Ok(()),
    }
}
