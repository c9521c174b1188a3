//! Steps 1 and 2: choosing a file, and saying what its columns hold.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::form::{self, ChooseForm, Fields};
use super::pages::{EditPage, NewPage};
use super::{reread, sheets, workbook};
use crate::domain::calendar;
use crate::domain::import::Sheets;
use crate::office::faults;
use crate::office::ledger::read_apart;
use crate::store::imports::drafts::{self, Draft};
use crate::store::{Begun, Session};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::layout::{Frame, done};
use crate::web::{App, AppError, AppResult};

/// An empty ledger to fill in.
pub async fn template() -> AppResult<Response> {
    let bytes = faults::template().map_err(|error| AppError::Office(error.to_string()))?;
    workbook("信访案件台账模板.xlsx", bytes)
}

pub async fn new(State(app): State<App>, session: Session, frame: Frame) -> AppResult<Response> {
    page(&app, &session, &frame, ("", Problems::default())).await
}

async fn page(
    app: &App,
    session: &Session,
    frame: &Frame,
    (kind, problems): (&str, Problems),
) -> AppResult<Response> {
    let mut tx = app.db.begin(session).await?;
    let drafts = drafts::list(&mut tx).await?;
    let status =
        if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let today = calendar::day_of(app.clock.now());
    let page = NewPage::of(frame.shell("导入台账"), (kind, drafts), today, problems);
    Ok((status, Html(page.render()?)).into_response())
}

/// Reads the file and keeps it, so that it is sent once.
pub async fn create(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    form: Form<ChooseForm>,
) -> AppResult<Response> {
    let (fields, now) = (form.fields, app.clock.now());
    let draft = match read(&fields, form.files).await {
        Ok(draft) => draft,
        Err(problems) => return page(&app, &session, &frame, (&fields.kind, problems)).await,
    };
    let mut tx = match app.db.begin_form(&session, &form.key, now).await? {
        Begun::Repeated(to) => return Ok(Redirect::to(&to).into_response()),
        Begun::Fresh(tx) => tx,
    };
    let uuid = drafts::keep(&mut tx, session.actor().staff, &draft, now).await?;
    let location = format!("/imports/new/{uuid}");
    tx.commit_to(&location).await?;
    Ok(Redirect::to(&location).into_response())
}

async fn read(
    fields: &ChooseForm,
    files: Vec<crate::web::extract::Upload>,
) -> Result<Draft, Problems> {
    let (file_name, bytes) = ChooseForm::check(files)?;
    let refused = |sentence: String| {
        let mut problems = Problems::default();
        problems.add("file", sentence);
        problems
    };
    let book = read_apart(bytes.clone()).await.map_err(|error| refused(error.to_string()))?;
    let with_reviews = fields.with_reviews();
    let sheets = Sheets::of(&book.tables, with_reviews).ok_or_else(|| {
        refused("文件中只有评查表，没有台账；评查表要和台账放在同一个文件里".to_owned())
    })?;
    Ok(Draft { file_name, bytes, with_reviews, mappings: sheets.guess() })
}

pub async fn edit(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(uuid): Path<Uuid>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let draft = drafts::find(&mut tx, uuid).await?.ok_or(AppError::NotFound)?;
    let book = reread(draft.bytes).await?;
    let sheets = sheets(&book, draft.with_reviews)?;
    let page = EditPage {
        shell: frame.shell("核对列"),
        draft: uuid,
        file_name: draft.file_name,
        sheets: EditPage::sheets(sheets, &draft.mappings),
        unread: book.unread.clone(),
        problems: Problems::default(),
    };
    Ok(Html(page.render()?).into_response())
}

pub async fn update(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Path(uuid): Path<Uuid>,
    form: Form<Fields>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let draft = drafts::find(&mut tx, uuid).await?.ok_or(AppError::NotFound)?;
    let book = reread(draft.bytes).await?;
    let sheets = sheets(&book, draft.with_reviews)?;
    match form::mappings(sheets, &form.fields) {
        Ok(mappings) => {
            drafts::remap(&mut tx, uuid, &mappings, app.clock.now()).await?;
            tx.commit().await?;
            Ok(Redirect::to(&format!("/imports/new/{uuid}/check")).into_response())
        }
        Err(problems) => {
            let page = EditPage {
                shell: frame.shell("核对列"),
                draft: uuid,
                file_name: draft.file_name,
                sheets: EditPage::sent(sheets, &form.fields),
                unread: book.unread.clone(),
                problems,
            };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
    }
}

/// Forgets a file that was chosen.
pub async fn remove(
    State(app): State<App>,
    session: Session,
    Path(uuid): Path<Uuid>,
    _: Form<Fields>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    drafts::discard(&mut tx, uuid).await?;
    tx.commit().await?;
    Ok(done("/imports/new", "已丢弃，没有导入。"))
}
