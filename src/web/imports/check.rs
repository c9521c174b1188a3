//! Step 3: what would be imported, and importing it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::form::ImportForm;
use super::pages::CheckPage;
use super::{dry_run, reread, sheets, workbook};
use crate::domain::import::{DryRun, take_in};
use crate::domain::ledger_import::Table;
use crate::office::faults as office;
use crate::office::ledger::Workbook;
use crate::store::imports::drafts::{self, Draft};
use crate::store::imports::{self, Importer};
use crate::store::keys::sha256;
use crate::store::{Begun, Session, Tx};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::layout::{Frame, done};
use crate::web::{App, AppError, AppResult};

/// A file that was chosen, with what it would bring.
struct Checked {
    draft: Draft,
    book: Workbook,
    dry_run: DryRun,
}

/// Reads and checks a file, and compares it with the register; none while a needed column is
/// missing.
async fn examine(tx: &mut Tx, app: &App, uuid: Uuid) -> AppResult<Option<Checked>> {
    let draft = drafts::find(tx, uuid).await?.ok_or(AppError::NotFound)?;
    let book = reread(draft.bytes.clone()).await?;
    let Ok(mut dry_run) = dry_run(tx, &book, &draft.mappings, app.clock.now()).await? else {
        return Ok(None);
    };
    imports::compare(tx, &mut dry_run.ledger).await?;
    Ok(Some(Checked { draft, book, dry_run }))
}

fn to_columns(uuid: Uuid) -> Response {
    Redirect::to(&format!("/imports/new/{uuid}")).into_response()
}

fn page(
    frame: &Frame,
    (uuid, checked): (Uuid, Checked),
    problems: Problems,
) -> AppResult<Response> {
    let status =
        if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let file = (uuid, checked.draft.file_name);
    let page = CheckPage::of(frame.shell("检查台账"), file, &checked.dry_run, problems);
    Ok((status, Html(page.render()?)).into_response())
}

pub async fn show(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(uuid): Path<Uuid>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    match examine(&mut tx, &app, uuid).await? {
        Some(checked) => page(&frame, (uuid, checked), Problems::default()),
        None => Ok(to_columns(uuid)),
    }
}

/// The rows that can't be imported, with the reasons.
pub async fn faults(
    State(app): State<App>,
    session: Session,
    Path(uuid): Path<Uuid>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let Some(Checked { draft, book, dry_run }) = examine(&mut tx, &app, uuid).await? else {
        return Ok(to_columns(uuid));
    };
    let sheets = sheets(&book, draft.with_reviews)?;
    let ledger = (sheets.ledger, dry_run.ledger.reasons());
    let reviews = sheets.reviews.map(|table| (table, dry_run.reviews.reasons()));
    not_imported([ledger].into_iter().chain(reviews).collect())
}

/// The workbook of what was not imported; sheets without such rows are left out.
pub fn not_imported(mut sheets: Vec<(&Table, Vec<(u32, String)>)>) -> AppResult<Response> {
    sheets.retain(|(_, reasons)| !reasons.is_empty());
    if sheets.is_empty() {
        return Err(AppError::NotFound);
    }
    let bytes =
        office::not_imported(&sheets).map_err(|error| AppError::Office(error.to_string()))?;
    workbook("未导入的行.xlsx", bytes)
}

/// Imports a file that was checked; the check is made again, in the transaction that imports.
pub async fn create(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    form: Form<ImportForm>,
) -> AppResult<Response> {
    let (fields, now) = (form.fields, app.clock.now());
    let mut tx = match app.db.begin_form(&session, &form.key, now).await? {
        Begun::Repeated(to) => return Ok(Redirect::to(&to).into_response()),
        Begun::Fresh(tx) => tx,
    };
    let held = imports::hold(&mut tx).await?;
    let Some(checked) = examine(&mut tx, &app, fields.draft).await? else {
        return Ok(to_columns(fields.draft));
    };
    if !held {
        let problems = Problems::whole("另一份台账正在导入，请稍后再试");
        return page(&frame, (fields.draft, checked), problems);
    }
    let taken = match take_in(&checked.dry_run, fields.choice()) {
        Ok(taken) => taken,
        Err(refusal) => {
            let problems = Problems::whole(refusal.to_string());
            return page(&frame, (fields.draft, checked), problems);
        }
    };
    let file = imports::File {
        name: &checked.draft.file_name,
        bytes: &checked.draft.bytes,
        mappings: &checked.draft.mappings,
    };
    let importer = Importer::of(&session, now);
    let Some(import) = imports::record(&mut tx, &importer, file, &taken).await? else {
        drop(tx);
        return nothing_new(&app, &session, (fields.draft, &checked.draft)).await;
    };
    drafts::discard(&mut tx, fields.draft).await?;
    let location = format!("/imports/{}", import.uuid);
    tx.commit_to(&location).await?;
    Ok(done(&location, &format!("已导入{}件。", checked.dry_run.ledger.counts().good)))
}

/// The file was imported before: it ends well, at the import that brought it.
async fn nothing_new(
    app: &App,
    session: &Session,
    (uuid, draft): (Uuid, &Draft),
) -> AppResult<Response> {
    let mut tx = app.db.begin(session).await?;
    let before = imports::of_same_file(&mut tx, &sha256(&draft.bytes)).await?;
    drafts::discard(&mut tx, uuid).await?;
    tx.commit().await?;
    let location = before.map_or_else(|| "/imports".to_owned(), |uuid| format!("/imports/{uuid}"));
    Ok(done(&location, "台账中的案件以前都已导入，没有重复登记。"))
}
