//! The imports so far, the result of one of them, and the rows that wait for a decision.

use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::check::not_imported;
use super::form::DecisionForm;
use super::pages::{ListPage, RowView, ShowPage, WaitingView, sentence};
use super::{dry_run, find, reread, sheets};
use crate::domain::calendar;
use crate::domain::import::{self, Decision, DryRun, State as RowState};
use crate::domain::ledger_import::{Kind, Weight};
use crate::store::Tx;
use crate::store::imports::{self, ImportLine, Importer, RowLine};
use crate::store::keys::hex;
use crate::web::extract::{Form, Path, Query};
use crate::web::form::Problems;
use crate::web::layout;
use crate::web::paging::rest;
use crate::web::{AppError, AppResult, Asking};

const PAGE: i64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Listing {
    after: Option<Uuid>,
}

pub async fn list(asking: Asking, Query(listing): Query<Listing>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let mut imports = imports::list(&mut tx, listing.after, PAGE + 1).await?;
    let next = rest(&mut imports, PAGE).map(|last| format!("/imports?after={}", last.uuid));
    let today = calendar::day_of(asking.now());
    let page = ListPage { shell: asking.shell("导入记录"), imports, today, next };
    layout::shown(&page)
}

pub async fn show(asking: Asking, Path(uuid): Path<Uuid>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let import = find(&mut tx, uuid).await?;
    page(&mut tx, &asking, (import, Problems::default())).await
}

async fn page(
    tx: &mut Tx,
    asking: &Asking,
    (import, problems): (ImportLine, Problems),
) -> AppResult<Response> {
    let rows = imports::rows(tx, import.id).await?;
    let waits = import.undone_at.is_none() && import.waiting > 0;
    let file = if waits { Some(reopen(tx, asking, &import).await?) } else { None };
    let waiting = file.map(|file| waiting(&rows, &file)).unwrap_or_default();
    let today = calendar::day_of(asking.now());
    let sha256 = hex(&import.sha256);
    let shell = asking.shell("导入结果");
    let page = ShowPage { shell, import, sha256, today, waiting, rows, problems };
    layout::answer(&page, &page.problems)
}

/// What the file says, as it was imported.
async fn reopen(tx: &mut Tx, asking: &Asking, import: &ImportLine) -> AppResult<DryRun> {
    let file = imports::file(tx, import.id).await?.ok_or(AppError::NotFound)?;
    let book = reread(file.bytes).await?;
    let dry_run = dry_run(tx, &book, &file.mappings, asking.now()).await?;
    dry_run.map_err(|refusal| AppError::Office(refusal.to_string()))
}

fn waiting(rows: &[RowLine], file: &DryRun) -> Vec<WaitingView> {
    let view = |sheet_row: u32| {
        let line = rows.iter().find(|row| is_ledger_row(row, sheet_row))?;
        let (row, _) = file.content(sheet_row)?;
        Some(RowView::of(line.place.to_string(), row))
    };
    rows.iter()
        .filter(|row| row.state == RowState::Waiting)
        .map(|row| WaitingView {
            sheet_row: row.place.sheet_row,
            row: view(row.place.sheet_row)
                .unwrap_or_else(|| RowView { place: row.place.to_string(), ..RowView::default() }),
            like: row.like_row.and_then(view),
            like_case: row.like_case.clone(),
        })
        .collect()
}

fn is_ledger_row(row: &RowLine, sheet_row: u32) -> bool {
    row.kind == Kind::Ledger && row.place.sheet_row == sheet_row
}

/// The rows that are not imported yet, with the reasons.
pub async fn faults(asking: Asking, Path(uuid): Path<Uuid>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let import = find(&mut tx, uuid).await?;
    let rows = imports::rows(&mut tx, import.id).await?;
    let file = imports::file(&mut tx, import.id).await?.ok_or(AppError::NotFound)?;
    let book = reread(file.bytes).await?;
    let sheets = sheets(&book, file.mappings.reviews.is_some())?;
    let reasons = |kind| {
        let of_kind = rows.iter().filter(|row| row.kind == kind);
        of_kind.filter_map(|row| Some((row.place.sheet_row, reason(row)?))).collect::<Vec<_>>()
    };
    let ledger = (sheets.ledger, reasons(Kind::Ledger));
    let reviews = sheets.reviews.map(|table| (table, reasons(Kind::Review)));
    not_imported([ledger].into_iter().chain(reviews).collect())
}

fn reason(row: &RowLine) -> Option<String> {
    match row.state {
        RowState::Stopped => {
            let stops = row.remarks.iter().filter(|remark| remark.weight == Weight::Stop);
            Some(stops.map(sentence).collect::<Vec<_>>().join("；"))
        }
        RowState::Waiting => {
            let row_like = row.like_row.map(|like| format!("第{like}行"));
            let like = row_like.or_else(|| row.like_case.clone()).unwrap_or_default();
            Some(format!("疑似与{like}重复：请核对后决定是否导入"))
        }
        RowState::Imported | RowState::Known | RowState::Skipped => None,
    }
}

/// Decides whether a waiting row is the same case as another.
pub async fn decide(
    asking: Asking,
    Path(uuid): Path<Uuid>,
    form: Form<DecisionForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let import = find(&mut tx, uuid).await?;
    let decision = Decision::from_code(&form.fields.decision).ok_or(AppError::Malformed)?;
    let sheet_row = form.fields.row.parse().map_err(|_| AppError::Malformed)?;
    let rows = imports::rows(&mut tx, import.id).await?;
    let row = rows.into_iter().find(|row| is_ledger_row(row, sheet_row));
    let row = row.ok_or(AppError::NotFound)?;
    let file = reopen(&mut tx, &asking, &import).await?;
    match import::decide(&row.waiting(&import), decision, &file) {
        Err(refusal) => {
            let problems = Problems::whole(refusal.to_string());
            page(&mut tx, &asking, (import, problems)).await
        }
        Ok(fact) => {
            let importer = Importer::of(&asking.session, asking.now());
            let number = imports::record_decision(&mut tx, &importer, &import, &fact).await?;
            let location = format!("/imports/{uuid}");
            let said = number.map_or_else(
                || format!("已确认{}是同一件，没有导入。", row.place),
                |number| format!("已导入{}，编号{number}。", row.place),
            );
            layout::kept(tx, &location, &said).await
        }
    }
}
