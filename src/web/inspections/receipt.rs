//! 登记收到: the office notes that an accusation came.

use axum::response::Response;

use super::show::{self, InspectionForm};
use super::{found, home};
use crate::domain::accusation::receive;
use crate::store::inspections;
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::layout;
use crate::web::{AppResult, Asking};

pub async fn create(
    asking: Asking,
    Path(number): Path<String>,
    form: Form<InspectionForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let accusation = found(&mut tx, &number).await?;
    match receive(asking.actor(), &accusation, asking.now()) {
        Ok(fact) => {
            inspections::record_receipt(&mut tx, &fact, &number).await?;
            layout::kept(tx, &home(&number), "已登记收到。").await
        }
        Err(refusal) => {
            drop(tx);
            let problems = Problems::whole(refusal.to_string());
            show::page(&asking, &number, (form.fields, problems), None).await
        }
    }
}
