//! Undoing an import as a whole.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::form::{REASON_LENGTH, UndoForm};
use super::pages::UndoPage;
use crate::domain::import::{UndoRefusal, undo};
use crate::store::imports::{self, ImportLine, Importer};
use crate::store::{Begun, Session, Tx};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::layout::{Frame, done};
use crate::web::{App, AppError, AppResult};

pub async fn new(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(uuid): Path<Uuid>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let import = imports::find(&mut tx, uuid).await?.ok_or(AppError::NotFound)?;
    page(&mut tx, &frame, import, (String::new(), Problems::default())).await
}

/// The confirming page; where nothing can be undone, it says why instead.
async fn page(
    tx: &mut Tx,
    frame: &Frame,
    import: ImportLine,
    typed: (String, Problems),
) -> AppResult<Response> {
    let standing = imports::standing(tx, import.id).await?;
    let refusal = match undo(import.id, &standing, "") {
        Ok(_) | Err(UndoRefusal::ReasonMissing) => None,
        Err(refusal) => Some(refusal.to_string()),
    };
    let status = if typed.1.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = UndoPage::of(frame.shell("撤销导入"), import, refusal, typed);
    Ok((status, Html(page.render()?)).into_response())
}

pub async fn create(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(uuid): Path<Uuid>,
    form: Form<UndoForm>,
) -> AppResult<Response> {
    let now = app.clock.now();
    let mut tx = match app.db.begin_form(&session, &form.key, now).await? {
        Begun::Repeated(to) => return Ok(Redirect::to(&to).into_response()),
        Begun::Fresh(tx) => tx,
    };
    let import = imports::find(&mut tx, uuid).await?.ok_or(AppError::NotFound)?;
    imports::hold_cases(&mut tx, import.id).await?;
    let standing = imports::standing(&mut tx, import.id).await?;
    let reason = form.fields.reason;
    let mut problems = Problems::default();
    problems.within("reason", &reason, REASON_LENGTH);
    let undone = match undo(import.id, &standing, &reason) {
        Ok(undone) if problems.is_empty() => undone,
        Ok(_) => return page(&mut tx, &frame, import, (reason, problems)).await,
        Err(refusal) => {
            let field = if refusal == UndoRefusal::ReasonMissing { "reason" } else { "" };
            problems.add(field, refusal.to_string());
            return page(&mut tx, &frame, import, (reason, problems)).await;
        }
    };
    imports::record_undo(&mut tx, &Importer::of(&session, now), &import, &undone).await?;
    let location = format!("/imports/{uuid}");
    tx.commit_to(&location).await?;
    Ok(done(&location, &format!("已撤销本次导入，{}件案件作废。", import.imported)))
}
