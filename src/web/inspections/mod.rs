//! The inspection office (督察部门): the accusations that were sent to it, what they say, what came of
//! them. Nobody else's routes lead here, and both walls ask for the role again.

mod list;
mod outcome;
mod receipt;
mod reveal;
mod show;

use super::routes::{Table, Who};
use super::{AppError, AppResult};
use crate::domain::accusation::{Accusation, Refusal};
use crate::domain::staff::Role;
use crate::store::{Tx, accusations};

const INSPECTORS: Who = Who::Staff(&[Role::Inspection]);
/// The longest finding, and the longest note of what the accuser was told.
const FINDING: usize = 5000;
const TOLD: usize = 500;

pub fn routes(table: Table) -> Table {
    table
        .get("/inspections", INSPECTORS, list::list)
        .get("/inspections/{visit_no}", INSPECTORS, show::show)
        .get("/inspections/{visit_no}/print", INSPECTORS, show::print)
        .get("/inspections/{visit_no}/materials/{uuid}", INSPECTORS, show::material)
        .post("/inspections/{visit_no}/receipt", INSPECTORS, receipt::create)
        .post_long("/inspections/{visit_no}/outcome", INSPECTORS, outcome::create)
        .post("/inspections/{visit_no}/reveal", INSPECTORS, reveal::create)
}

async fn found(tx: &mut Tx, number: &str) -> AppResult<Accusation> {
    accusations::find(tx, number).await?.ok_or(AppError::NotFound)
}

fn home(number: &str) -> String {
    format!("/inspections/{number}")
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
