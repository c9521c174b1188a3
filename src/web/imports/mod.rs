//! Importing ledgers (导入台账): the file, its columns, the check, the result and its undoing.

mod check;
mod choose;
mod form;
mod pages;
mod result;
mod undo;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::routes::{Table, Who};
use super::{AppError, AppResult, urls};
use crate::domain::calendar;
use crate::domain::import::{DryRun, Mappings, Sheets};
use crate::domain::ledger_import::{Directory, Refusal};
use crate::domain::staff::Role;
use crate::office::ledger::{NotRead, Workbook, read_apart};
use crate::store::imports::{self, ImportLine};
use crate::store::{Tx, units};

const IMPORTERS: Who = Who::Staff(&[Role::Bureau, Role::BureauHead]);

pub fn routes(table: Table) -> Table {
    table
        .get("/imports", IMPORTERS, result::list)
        .post_long("/imports", IMPORTERS, check::create)
        .get("/imports/template.xlsx", IMPORTERS, choose::template)
        .get("/imports/new", IMPORTERS, choose::new)
        .upload("/imports/new", IMPORTERS, choose::create)
        .get("/imports/new/{draft}", IMPORTERS, choose::edit)
        .post_long("/imports/new/{draft}", IMPORTERS, choose::update)
        .get("/imports/new/{draft}/check", IMPORTERS, check::show)
        .get("/imports/new/{draft}/faults.xlsx", IMPORTERS, check::faults)
        .post("/imports/new/{draft}/removal", IMPORTERS, choose::remove)
        .get("/imports/{import}", IMPORTERS, result::show)
        .get("/imports/{import}/faults.xlsx", IMPORTERS, result::faults)
        .post_long("/imports/{import}/decisions", IMPORTERS, result::decide)
        .get("/imports/{import}/undo", IMPORTERS, undo::new)
        .post("/imports/{import}/undo", IMPORTERS, undo::create)
}

/// The import of an address, or 404.
async fn find(tx: &mut Tx, uuid: Uuid) -> AppResult<ImportLine> {
    imports::find(tx, uuid).await?.ok_or(AppError::NotFound)
}

/// A file that was read before is read again.
async fn reread(bytes: Vec<u8>) -> AppResult<Workbook> {
    read_apart(bytes).await.map_err(|error| match error {
        NotRead::TooSlow => AppError::Busy(30),
        NotRead::Unreadable(error) => AppError::Office(error.to_string()),
    })
}

/// The dry run of a file's sheets, with the units of today.
async fn dry_run(
    tx: &mut Tx,
    book: &Workbook,
    mappings: &Mappings,
    now: DateTime<Utc>,
) -> AppResult<Result<DryRun, Refusal>> {
    let sheets = sheets(book, mappings.reviews.is_some())?;
    let directory = Directory::of(&units::list(tx).await?);
    Ok(sheets.dry_run(mappings, &directory, calendar::day_of(now)))
}

fn sheets(book: &Workbook, with_reviews: bool) -> AppResult<Sheets<'_>> {
    let missing = || AppError::Office("the file lost its ledger".to_owned());
    Sheets::of(&book.tables, with_reviews).ok_or_else(missing)
}

/// A workbook to be saved.
fn workbook(name: &str, bytes: Vec<u8>) -> AppResult<Response> {
    let disposition = format!("attachment; filename*=UTF-8''{}", urls::encode(name));
    let disposition = HeaderValue::from_str(&disposition)
        .map_err(|_| AppError::Office("the file has no name".to_owned()))?;
    let kind = HeaderValue::from_static(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    );
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, bytes).into_response())
}
