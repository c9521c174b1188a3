//! Step 3: what would be imported, and importing it.

use axum::response::Response;
use uuid::Uuid;

use super::form::ImportForm;
use super::pages::CheckPage;
use super::{dry_run, reread, sheets, workbook};
use crate::domain::import::{DryRun, take_in};
use crate::domain::ledger_import::Table;
use crate::office::faults as office;
use crate::office::ledger::Workbook;
use crate::store::Tx;
use crate::store::imports::drafts::{self, Draft};
use crate::store::imports::{self, Importer};
use crate::store::keys::sha256;
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::layout::{self, Frame, done};
use crate::web::{AppError, AppResult, Asking};

/// A file that was chosen, with what it would bring.
struct Checked {
    draft: Draft,
    book: Workbook,
    dry_run: DryRun,
}

/// Reads and checks a file, and compares it with the register; while a needed column is missing,
/// the step before is where to go on.
async fn examine(tx: &mut Tx, asking: &Asking, uuid: Uuid) -> AppResult<Checked> {
    let draft = drafts::find(tx, uuid).await?.ok_or(AppError::NotFound)?;
    let book = reread(draft.bytes.clone()).await?;
    let Ok(mut dry_run) = dry_run(tx, &book, &draft.mappings, asking.now()).await? else {
        return Err(AppError::Elsewhere(format!("/imports/new/{uuid}")));
    };
    imports::compare(tx, &mut dry_run.ledger).await?;
    Ok(Checked { draft, book, dry_run })
}

fn page(
    frame: &Frame,
    (uuid, checked): (Uuid, Checked),
    problems: Problems,
) -> AppResult<Response> {
    let file = (uuid, checked.draft.file_name);
    let page = CheckPage::of(frame.shell("检查台账"), file, &checked.dry_run, problems);
    layout::answer(&page, &page.problems)
}

pub async fn show(asking: Asking, Path(uuid): Path<Uuid>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let checked = examine(&mut tx, &asking, uuid).await?;
    page(&asking.frame, (uuid, checked), Problems::default())
}

/// The rows that can't be imported, with the reasons.
pub async fn faults(asking: Asking, Path(uuid): Path<Uuid>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let Checked { draft, book, dry_run } = examine(&mut tx, &asking, uuid).await?;
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
pub async fn create(asking: Asking, form: Form<ImportForm>) -> AppResult<Response> {
    let (fields, now) = (form.fields, asking.now());
    let mut tx = asking.act(&form.key).await?;
    let held = imports::hold(&mut tx).await?;
    let checked = examine(&mut tx, &asking, fields.draft).await?;
    if !held {
        let problems = Problems::whole("另一份台账正在导入，请稍后再试");
        return page(&asking.frame, (fields.draft, checked), problems);
    }
    let taken = match take_in(&checked.dry_run, fields.choice()) {
        Ok(taken) => taken,
        Err(refusal) => {
            let problems = Problems::whole(refusal.to_string());
            return page(&asking.frame, (fields.draft, checked), problems);
        }
    };
    let file = imports::File {
        name: &checked.draft.file_name,
        bytes: &checked.draft.bytes,
        mappings: &checked.draft.mappings,
    };
    let importer = Importer::of(&asking.session, now);
    let Some(import) = imports::record(&mut tx, &importer, file, &taken).await? else {
        drop(tx);
        return nothing_new(&asking, fields.draft, &checked.draft).await;
    };
    drafts::discard(&mut tx, fields.draft).await?;
    let location = format!("/imports/{}", import.uuid);
    layout::kept(tx, &location, &format!("已导入{}件。", checked.dry_run.ledger.counts().good))
        .await
}

/// The file was imported before: it ends well, at the import that brought it.
async fn nothing_new(asking: &Asking, uuid: Uuid, draft: &Draft) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let before = imports::of_same_file(&mut tx, &sha256(&draft.bytes)).await?;
    drafts::discard(&mut tx, uuid).await?;
    tx.commit().await?;
    let location = before.map_or_else(|| "/imports".to_owned(), |uuid| format!("/imports/{uuid}"));
    Ok(done(&location, "台账中的案件以前都已导入，没有重复登记。"))
}
