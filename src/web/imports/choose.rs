//! Steps 1 and 2: choosing a file, and saying what its columns hold.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::form::{self, ChooseForm, Fields};
use super::pages::{EditPage, NewPage};
use super::{reread, sheets, workbook};
use crate::domain::calendar;
use crate::domain::import::Sheets;
use crate::office::faults;
use crate::office::ledger::read_apart;
use crate::store::imports::drafts::{self, Draft};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::layout;
use crate::web::{AppError, AppResult, Asking};

/// An empty ledger to fill in.
pub async fn template() -> AppResult<Response> {
    let bytes = faults::template().map_err(|error| AppError::Office(error.to_string()))?;
    workbook("信访案件台账模板.xlsx", bytes)
}

pub async fn new(asking: Asking) -> AppResult<Response> {
    page(&asking, "", Problems::default()).await
}

async fn page(asking: &Asking, kind: &str, problems: Problems) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let drafts = drafts::list(&mut tx).await?;
    let today = calendar::day_of(asking.now());
    let page = NewPage::of(asking.shell("导入台账"), (kind, drafts), today, problems);
    layout::answer(&page, &page.problems)
}

/// Reads the file and keeps it, so that it is sent once.
pub async fn create(asking: Asking, form: Form<ChooseForm>) -> AppResult<Response> {
    let (fields, now) = (form.fields, asking.now());
    let draft = match read(&fields, form.files).await {
        Ok(draft) => draft,
        Err(problems) => return page(&asking, &fields.kind, problems).await,
    };
    let mut tx = asking.act(&form.key).await?;
    let uuid = drafts::keep(&mut tx, asking.actor().staff, &draft, now).await?;
    let location = format!("/imports/new/{uuid}");
    tx.commit_to(&location).await?;
    Ok(Redirect::to(&location).into_response())
}

/// More rows take longer than a browser waits.
const MOST_ROWS: usize = 1500;

async fn read(
    fields: &ChooseForm,
    files: Vec<crate::web::extract::Upload>,
) -> Result<Draft, Problems> {
    let (file_name, bytes) = ChooseForm::check(files)?;
    let refused = |sentence: String| Problems::at("file", sentence);
    let book = read_apart(bytes.clone()).await.map_err(|error| refused(error.to_string()))?;
    let with_reviews = fields.with_reviews();
    let sheets = Sheets::of(&book.tables, with_reviews).ok_or_else(|| {
        refused("文件中只有评查表，没有台账；评查表要和台账放在同一个文件里".to_owned())
    })?;
    if sheets.ledger.rows.len() > MOST_ROWS {
        let said = "台账超过1500行，请拆成几个文件导入，或由系统管理员用命令行导入";
        return Err(refused(said.to_owned()));
    }
    Ok(Draft { file_name, bytes, with_reviews, mappings: sheets.guess() })
}

pub async fn edit(asking: Asking, Path(uuid): Path<Uuid>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let draft = drafts::find(&mut tx, uuid).await?.ok_or(AppError::NotFound)?;
    let book = reread(draft.bytes).await?;
    let sheets = sheets(&book, draft.with_reviews)?;
    let page = EditPage {
        shell: asking.shell("核对列"),
        draft: uuid,
        file_name: draft.file_name,
        sheets: EditPage::sheets(sheets, &draft.mappings),
        unread: book.unread.clone(),
        problems: Problems::default(),
    };
    layout::shown(&page)
}

pub async fn update(
    asking: Asking,
    Path(uuid): Path<Uuid>,
    form: Form<Fields>,
) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let draft = drafts::find(&mut tx, uuid).await?.ok_or(AppError::NotFound)?;
    let book = reread(draft.bytes).await?;
    let sheets = sheets(&book, draft.with_reviews)?;
    match form::mappings(sheets, &form.fields) {
        Ok(mappings) => {
            drafts::remap(&mut tx, uuid, &mappings, asking.now()).await?;
            tx.commit().await?;
            Ok(Redirect::to(&format!("/imports/new/{uuid}/check")).into_response())
        }
        Err(problems) => {
            let page = EditPage {
                shell: asking.shell("核对列"),
                draft: uuid,
                file_name: draft.file_name,
                sheets: EditPage::sent(sheets, &form.fields),
                unread: book.unread.clone(),
                problems,
            };
            layout::answer_as(&page, StatusCode::UNPROCESSABLE_ENTITY, &page.problems)
        }
    }
}

/// Forgets a file that was chosen.
pub async fn remove(
    asking: Asking,
    Path(uuid): Path<Uuid>,
    form: Form<Fields>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    if !drafts::discard(&mut tx, uuid).await? {
        return Err(AppError::NotFound);
    }
    layout::kept(tx, "/imports/new", "已丢弃，没有导入。").await
}
