//! What was handed in with a visit: adding to it, and handing one file out.

use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::show;
use crate::domain::document::{DocumentKind, Filed};
use crate::domain::material::{Receiving, Refusal, add};
use crate::domain::staff::Actor;
use crate::domain::visit::Registered;
use crate::store::visits::Recorded;
use crate::store::{Tx, materials};
use crate::web::extract::{Form, Path};
use crate::web::files::handed_out;
use crate::web::form::Problems;
use crate::web::handling::{FILES, filed};
use crate::web::layout;
use crate::web::{AppError, AppResult, Asking};

/// A form of nothing but files.
#[derive(Debug, Deserialize)]
pub struct FilesForm {}

pub async fn create(
    asking: Asking,
    Path(number): Path<String>,
    Form { key, files, .. }: Form<FilesForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&key).await?;
    let to = materials::receiving(&mut tx, &number).await?.ok_or(AppError::NotFound)?;
    let mut problems = Problems::default();
    let filed = filed(DocumentKind::VisitMaterial, &files, &mut problems);
    if problems.is_empty() {
        match add(asking.actor(), &to, filed, asking.now()) {
            Ok(fact) => {
                let said = format!("已上传{}份材料。", fact.files().len());
                materials::record(&mut tx, &fact).await?;
                return layout::kept(tx, &format!("/visits/{number}"), &said).await;
            }
            Err(Refusal::Nothing) => problems.add(FILES, Refusal::Nothing.to_string()),
            Err(refusal) => problems = Problems::whole(refusal.to_string()),
        }
    }
    show::page(&asking, tx, &number, (problems, !files.is_empty())).await
}

pub async fn show(
    asking: Asking,
    Path((number, uuid)): Path<(String, Uuid)>,
) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let found = materials::read(&mut tx, &number, asking.wanted(uuid)).await?;
    let document = found.ok_or(AppError::NotFound)?;
    tx.commit().await?;
    handed_out(document)
}

/// Keeps what came with the registration itself.
pub async fn keep(
    tx: &mut Tx,
    actor: &Actor,
    (fact, recorded): (&Registered, &Recorded),
    files: Vec<Filed<'_>>,
) -> AppResult<()> {
    if files.is_empty() {
        return Ok(());
    }
    let to = Receiving {
        visit: recorded.visit,
        number: recorded.visit_number.clone(),
        case: recorded.case,
        recorded_by: fact.by(),
        is_sealed: fact.is_sealed(),
        is_void: false,
        is_erased: false,
        is_open: true,
    };
    let added = add(actor, &to, files, fact.at()).map_err(|_| AppError::NotFound)?;
    Ok(materials::record(tx, &added).await?)
}
