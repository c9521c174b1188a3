//! Opening a masked value (查看全号): the answer shows it once; a reload shows the case without it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Duration;
use serde::Deserialize;

use super::file::{Head, Tab, handles};
use super::sections::BasicsPage;
use crate::domain::calendar;
use crate::domain::reveal::{MaskedField, Purpose, Refusal, reveal};
use crate::store::case_files::{self, Purpose as For};
use crate::store::reveals::{self, Value};
use crate::web::extract::{Form, Path, Query};
use crate::web::form::{Choice, Problems};
use crate::web::layout::{self, Frame, Shell};
use crate::web::{AppError, AppResult, Asking};

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RevealForm {
    field: String,
    reason: String,
    /// Sent by the page that asks what for; the case page only opens it.
    asked: String,
}

/// Asks what for.
#[derive(Template)]
#[template(path = "cases/reveal.html")]
struct RevealPage {
    shell: Shell,
    number: String,
    field: MaskedField,
    reasons: Vec<Choice>,
    problems: Problems,
}

/// The page that asks what for, where the browser's way back leads after a value was shown.
pub async fn new(
    asking: Asking,
    Path(number): Path<String>,
    Query(asked): Query<RevealForm>,
) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let today = calendar::day_of(asking.now());
    let file =
        case_files::find(&mut tx, &number, today, For::Act).await?.ok_or(AppError::NotFound)?;
    file.opened().ok_or(AppError::NotFound)?;
    match MaskedField::from_code(&asked.field) {
        Some(field) => ask(&asking.frame, number, field, Problems::default()),
        None => Err(AppError::Elsewhere(format!("/cases/{number}"))),
    }
}

pub async fn create(
    asking: Asking,
    Path(number): Path<String>,
    form: Form<RevealForm>,
) -> AppResult<Response> {
    let (now, home) = (asking.now(), format!("/cases/{number}"));
    let field = MaskedField::from_code(&form.fields.field).ok_or(AppError::NotFound)?;
    let mut tx = asking.act(&form.key).await?;
    let today = calendar::day_of(now);
    let file =
        case_files::find(&mut tx, &number, today, For::Act).await?.ok_or(AppError::NotFound)?;
    file.opened().ok_or(AppError::NotFound)?;
    let own_work = file.in_team && handles(&file, asking.actor());
    let reason = Purpose::from_code(&form.fields.reason);
    let asks = form.fields.asked.is_empty() && form.fields.reason.is_empty();
    let this_hour = reveals::since(&mut tx, now - Duration::hours(1)).await?;
    let work = (own_work, this_hour);
    let fact = match reveal(asking.actor(), &file.case, (field, reason), work, now) {
        Ok(fact) => fact,
        Err(Refusal::NoReason) if asks => {
            return Err(AppError::Elsewhere(format!("{home}/reveal?field={}", field.code())));
        }
        Err(refusal) => {
            let mut response = ask(&asking.frame, number, field, problems(refusal))?;
            if refusal == Refusal::TooMany {
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            }
            return Ok(response);
        }
    };
    let value = reveals::record(&mut tx, &file, &fact).await?;
    let basics = case_files::basics(&mut tx, &file, today).await?;
    tx.commit_to(&home).await?;
    let head = Head::of(&file, asking.actor(), Tab::Basics, today);
    let mut page =
        BasicsPage::of(asking.shell(head.title()), head, (&file, basics), asking.actor());
    page.revealed = Some((field.code(), shown(value)));
    layout::shown(&page)
}

fn shown(value: Option<Value>) -> String {
    match value {
        Some(Value::Open(value)) => value,
        Some(Value::Broken) => "无法解密，请告知系统管理员".to_owned(),
        None => "没有登记".to_owned(),
    }
}

fn problems(refusal: Refusal) -> Problems {
    match refusal {
        Refusal::NoReason => Problems::at("reason", refusal.to_string()),
        Refusal::Masked | Refusal::TooMany => Problems::whole(refusal.to_string()),
    }
}

fn ask(
    frame: &Frame,
    number: String,
    field: MaskedField,
    problems: Problems,
) -> AppResult<Response> {
    let reasons = Purpose::ALL.iter().map(|purpose| (purpose.code(), purpose.label()));
    let reasons = Choice::list(reasons, "");
    let shell = frame.shell(format!("查看{}", field.label()));
    let page = RevealPage { shell, number, field, reasons, problems };
    layout::answer(&page, &page.problems)
}
