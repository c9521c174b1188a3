//! Files of a case, handed out one by one.

use axum::response::Response;
use uuid::Uuid;

use super::extract::Path;
use super::files::handed_out;
use super::routes::Table;
use super::{AppError, AppResult, Asking, handling};
use crate::store;

pub fn routes(table: Table) -> Table {
    table.get("/cases/{case_no}/documents/{uuid}", handling::INSIDERS, show)
}

async fn show(asking: Asking, Path((number, uuid)): Path<(String, Uuid)>) -> AppResult<Response> {
    let (mut tx, opened) = asking.open(&number).await?;
    let document = store::documents::read(&mut tx, &opened, asking.wanted(uuid))
        .await?
        .ok_or(AppError::NotFound)?;
    tx.commit().await?;
    handed_out(document)
}
