//! What becomes of a grant: confirmed or refused by the second person, and ended.

pub mod confirmation;
pub mod ending;
pub mod refusal;

use axum::response::Response;
use uuid::Uuid;

use super::roles::{GrantForm, again, field};
use crate::domain::granting::{Decided, Refusal};
use crate::store::Tx;
use crate::store::grants::{self, ProposalLine};
use crate::web::form::Problems;
use crate::web::{AppError, AppResult, Asking, layout};

async fn proposal(asking: &Asking, tx: &mut Tx, uuid: Uuid) -> AppResult<ProposalLine> {
    let all = grants::proposals(tx, asking.now()).await?;
    all.into_iter().find(|line| line.uuid == uuid).ok_or(AppError::NotFound)
}

async fn decide(
    asking: &Asking,
    mut tx: Tx,
    (uuid, form): (Uuid, GrantForm),
    (decided, said): (Result<Decided, Refusal>, &str),
) -> AppResult<Response> {
    match decided {
        Ok(fact) => {
            grants::record_decision(&mut tx, uuid, &fact).await?;
            layout::kept(tx, "/admin/roles", said).await
        }
        Err(refusal) => refused(asking, &mut tx, form, &refusal).await,
    }
}

async fn refused(
    asking: &Asking,
    tx: &mut Tx,
    form: GrantForm,
    refusal: &Refusal,
) -> AppResult<Response> {
    let fault = refusal.to_string();
    // The other fields of the page belong to another proposal.
    let problems = match field(refusal) {
        "reason" => Problems::at("reason", fault),
        _ => Problems::whole(fault),
    };
    again(asking, tx, form, problems).await
}
