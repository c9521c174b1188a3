//! Undoing an import as a whole.

use axum::response::Response;
use uuid::Uuid;

use super::find;
use super::form::{REASON_LENGTH, UndoForm};
use super::pages::UndoPage;
use crate::domain::import::{UndoRefusal, undo};
use crate::store::Tx;
use crate::store::imports::{self, ImportLine, Importer};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::layout::{self, Frame};
use crate::web::{AppResult, Asking};

pub async fn new(mut asking: Asking, Path(uuid): Path<Uuid>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let import = find(&mut tx, uuid).await?;
    let unsent = asking.unsent(&mut tx, &format!("/imports/{uuid}/undo"), None).await?;
    let UndoForm { reason } = unsent.unwrap_or_default();
    page(&mut tx, &asking.frame, import, (reason, Problems::default())).await
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
    let page = UndoPage::of(frame.shell("撤销导入"), import, refusal, typed);
    layout::answer(&page, &page.problems)
}

pub async fn create(
    asking: Asking,
    Path(uuid): Path<Uuid>,
    form: Form<UndoForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let import = find(&mut tx, uuid).await?;
    imports::hold_cases(&mut tx, import.id).await?;
    let standing = imports::standing(&mut tx, import.id).await?;
    let reason = form.fields.reason;
    let mut problems = Problems::default();
    problems.within("reason", &reason, REASON_LENGTH);
    let undone = match undo(import.id, &standing, &reason) {
        Ok(undone) if problems.is_empty() => undone,
        Ok(_) => return page(&mut tx, &asking.frame, import, (reason, problems)).await,
        Err(refusal) => {
            let field = if refusal == UndoRefusal::ReasonMissing { "reason" } else { "" };
            problems.add(field, refusal.to_string());
            return page(&mut tx, &asking.frame, import, (reason, problems)).await;
        }
    };
    imports::record_undo(&mut tx, &Importer::of(&asking.session, asking.now()), &import, &undone)
        .await?;
    let location = format!("/imports/{uuid}");
    layout::kept(tx, &location, &format!("已撤销本次导入，{}件案件作废。", import.imported)).await
}
