//! What the office does with an accusation: notes that it came, opens who accuses, says how it ended.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::Duration;

use super::show::{self, InspectionForm};
use super::{FINDING, TOLD};
use crate::domain::accusation::{
    AccuserField, Feedback, OutcomeKind, Refusal, Wanted, conclude as decide, receive as note,
    unmask,
};
use crate::domain::calendar::{day_of, read_day};
use crate::domain::reveal::Purpose;
use crate::store::reveals::{self, Value};
use crate::store::{Tx, accusations, inspections};
use crate::web::extract::{Form, Path};
use crate::web::form::Problems;
use crate::web::layout;
use crate::web::{AppError, AppResult, Asking};

async fn found(tx: &mut Tx, number: &str) -> AppResult<crate::domain::accusation::Accusation> {
    accusations::find(tx, number).await?.ok_or(AppError::NotFound)
}

fn home(number: &str) -> String {
    format!("/inspections/{number}")
}

pub async fn receive(
    asking: Asking,
    Path(number): Path<String>,
    form: Form<InspectionForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let accusation = found(&mut tx, &number).await?;
    match note(asking.actor(), &accusation, asking.now()) {
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

pub async fn conclude(
    asking: Asking,
    Path(number): Path<String>,
    form: Form<InspectionForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let accusation = found(&mut tx, &number).await?;
    let (form, now) = (form.fields, asking.now());
    let mut problems = Problems::default();
    problems.within("finding", &form.finding, FINDING);
    problems.within("told", &form.told, TOLD);
    let told_on = read_day(&form.told_on, day_of(now));
    if told_on.is_none() && !form.told_on.trim().is_empty() {
        problems.add("told_on", Refusal::NoDay.to_string());
    }
    let wanted = Wanted {
        kind: OutcomeKind::from_code(&form.kind),
        finding: form.finding.clone(),
        feedback: Feedback::from_code(&form.feedback),
        told_on,
        told: form.told.clone(),
    };
    match decide(asking.actor(), &accusation, &wanted, now) {
        Ok(fact) if problems.is_empty() => {
            inspections::record_outcome(&mut tx, &fact, &number).await?;
            return layout::kept(tx, &home(&number), "已登记处理结果。").await;
        }
        Ok(_) => {}
        Err(refusals) => {
            for refusal in refusals {
                if problems.of(field(refusal)).is_none() {
                    problems.add(field(refusal), refusal.to_string());
                }
            }
        }
    }
    drop(tx);
    show::page(&asking, &number, (form, problems), None).await
}

pub async fn reveal(
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

/// The field that a refusal is about.
const fn field(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoKind => "kind",
        Refusal::NoFinding => "finding",
        Refusal::NoFeedback | Refusal::Named => "feedback",
        Refusal::NoDay | Refusal::Future | Refusal::TooEarly | Refusal::DayOfNothing => "told_on",
        Refusal::NoField => "field",
        Refusal::NoReason => "reason",
        Refusal::NotTheBureau
        | Refusal::Void
        | Refusal::AlreadySent
        | Refusal::NotTheInspection
        | Refusal::AlreadyReceived
        | Refusal::NotReceived
        | Refusal::Concluded
        | Refusal::TooMany => "",
    }
}
