//! Acknowledging an assignment (签收).

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::acknowledgement::{Refusal, acknowledge, may_acknowledge};
use crate::domain::calendar;
use crate::domain::ids::UnitId;
use crate::domain::petition_case::PetitionCase;
use crate::domain::staff::Role;
use crate::store::acknowledgements::AssignedLine;
use crate::store::{self, Tx};
use crate::web::extract::{Form, Path};
use crate::web::layout::{self, Frame, Shell};
use crate::web::routes::{Table, Who};
use crate::web::{AppError, AppResult, Asking};

const UNIT: Who = Who::Staff(&[Role::Handler, Role::Leader, Role::President]);

pub fn routes(table: Table) -> Table {
    table.get("/cases/{case_no}/acknowledgement", UNIT, show).post(
        "/cases/{case_no}/acknowledgement",
        UNIT,
        create,
    )
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct AcknowledgementForm {
    version: String,
}

#[derive(Template)]
#[template(path = "acknowledgements/show.html")]
struct AcknowledgementPage {
    shell: Shell,
    number: String,
    version: i32,
    assigned: Vec<Assigned>,
    /// Why there is nothing to acknowledge; empty when there is.
    locked: String,
}

/// An assignment as the page tells it.
struct Assigned {
    line: AssignedLine,
    issued_at: String,
    acknowledged_at: String,
    dues: Vec<(&'static str, String)>,
}

impl Assigned {
    fn of(line: AssignedLine) -> Self {
        let dues = line.dues.iter().map(|(kind, due_on)| {
            (kind.label(), format!("{}24:00前", calendar::format_md(*due_on)))
        });
        Self {
            issued_at: calendar::format_full(line.assigned_at),
            acknowledged_at: line.acknowledged_at.map(calendar::format_full).unwrap_or_default(),
            dues: dues.collect(),
            line,
        }
    }
}

async fn show(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let (case, court) = find(&mut tx, &number).await?;
    let may = may_acknowledge(asking.actor(), &case, court);
    page(tx, asking.frame, &case, may, StatusCode::OK).await
}

async fn create(
    asking: Asking,
    Path(number): Path<String>,
    Form { fields, key, .. }: Form<AcknowledgementForm>,
) -> AppResult<Response> {
    let now = asking.now();
    let mut tx = asking.act(&key).await?;
    let (case, court) = find(&mut tx, &number).await?;
    let seen = fields.version.parse().map_err(|_| AppError::Malformed)?;
    match acknowledge(asking.actor(), &case, court, seen, now) {
        Ok(fact) => {
            store::acknowledgements::record(&mut tx, &fact).await?;
            let location = format!("/cases/{number}");
            layout::kept(tx, &location, "已签收。").await
        }
        Err(refusal) => {
            page(tx, asking.frame, &case, Err(refusal), StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

/// The row of the case is enough to acknowledge it: nobody holds it yet.
async fn find(tx: &mut Tx, number: &str) -> AppResult<(PetitionCase, UnitId)> {
    let case = store::petition_cases::find(tx, number).await?.ok_or(AppError::NotFound)?;
    let court = store::units::court_of(tx, case.unit).await?;
    Ok((case, court))
}

async fn page(
    mut tx: Tx,
    frame: Frame,
    case: &PetitionCase,
    may: Result<(), Refusal>,
    status: StatusCode,
) -> AppResult<Response> {
    let assigned = store::acknowledgements::assigned(&mut tx, case).await?;
    let page = AcknowledgementPage {
        shell: frame.shell("签收交办"),
        number: case.number.clone(),
        version: case.version,
        assigned: assigned.into_iter().map(Assigned::of).collect(),
        locked: may.err().map(|refusal| refusal.to_string()).unwrap_or_default(),
    };
    layout::answer_with(&page, status)
}
