//! 处理结果: how an accusation ended, and what the accuser was told of it.

use axum::response::Response;

use super::show::{self, InspectionForm};
use super::{FINDING, TOLD, field, found, home};
use crate::domain::accusation::{Feedback, OutcomeKind, Refusal, Wanted, conclude};
use crate::domain::calendar::{day_of, read_day};
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
    match conclude(asking.actor(), &accusation, &wanted, now) {
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
