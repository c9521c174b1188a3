//! Who accuses, opened for a purpose that is on record.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::Duration;

use super::show::{self, InspectionForm};
use super::{field, found, home};
use crate::domain::accusation::{AccuserField, Refusal, unmask};
use crate::domain::reveal::Purpose;
use crate::store::inspections;
use crate::store::reveals::{self, Value};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::{AppResult, Asking};

pub async fn create(
    asking: Asking,
    Path(number): Path<String>,
    form: Form<InspectionForm>,
) -> AppResult<Response> {
    let now = asking.now();
    let mut tx = asking.act(&form.key).await?;
    let accusation = found(&mut tx, &number).await?;
    let form = form.fields;
    let asked = (AccuserField::from_code(&form.field), Purpose::from_code(&form.reason));
    let this_hour = reveals::since(&mut tx, now - Duration::hours(1)).await?;
    let fact = match unmask(asking.actor(), &accusation, asked, this_hour, now) {
        Ok(fact) => fact,
        Err(refusal) => {
            drop(tx);
            let problems = Problems::at(field(refusal), refusal.to_string());
            let mut response = show::page(&asking, &number, (form, problems), None).await?;
            if refusal == Refusal::TooMany {
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            }
            return Ok(response);
        }
    };
    let value = match inspections::unmask(&mut tx, &fact).await? {
        Some(Value::Open(value)) => value,
        Some(Value::Broken) => "无法解密，请告知系统管理员".to_owned(),
        None => "没有登记".to_owned(),
    };
    tx.commit_to(&home(&number)).await?;
    let opened = Some((fact.field().label(), value));
    show::page(&asking, &number, (InspectionForm::default(), Problems::default()), opened).await
}
