//! Pages: routes, forms, what people see. No SQL; the store's functions are the only way to data.

mod accusations;
mod acknowledgements;
mod admin;
mod again;
pub mod address;
mod approvals;
mod asking;
mod assignments;
mod audits;
mod bulletins;
mod cases;
mod chips;
mod closings;
mod conflict;
mod documents;
mod exclusions;
mod door;
mod drafts;
mod error;
pub mod extract;
mod files;
pub mod form;
mod gate;
mod handling;
mod held;
mod help;
mod health;
mod holds;
mod imports;
mod inspections;
mod interviews;
pub mod layers;
pub mod layout;
mod ledgers;
mod my;
mod paging;
mod policy;
mod people;
mod progress;
mod replies;
mod reports;
mod reviewers;
pub mod routes;
pub mod serving;
pub mod sign_in;
mod signing;
mod static_files;
mod stats;
pub mod strangers;
pub mod traces;
mod typed;
mod urls;
mod visits;
mod waiting;

use axum::Router;

use crate::clock::Clock;
use crate::domain::sign_in::Rules;
use crate::edge::Edge;
use crate::store::Db;
use asking::Asking;
pub use error::{AppError, AppResult};
pub use held::Held;
use routes::{Row, Table};
use sign_in::password::Line;
use strangers::Strangers;
pub use waiting::once_open;

/// What every handler can reach.
#[derive(Debug, Clone)]
pub struct App {
    pub db: Db,
    pub clock: Clock,
    /// What it was started with of signing in; holds until the security administrators set else.
    pub start: Rules,
    /// What they set.
    pub held: Held,
    /// Those whose passwords are being hashed.
    pub line: Line,
    /// The court whose name the sign-in page bears.
    pub court: String,
    /// Those who were turned away and whom nobody knows.
    pub strangers: Strangers,
    /// Where it meets the network.
    pub edge: Edge,
}

/// The whole site, and the table of its routes.
pub fn router(app: App) -> (Router, Vec<Row>) {
    let table = Table::new(app.clone());
    let table = sign_in::routes(table);
    let table = assignments::routes(table);
    let table = cases::routes(table);
    let table = my::routes(table);
    let table = acknowledgements::routes(table);
    let table = ledgers::routes(table);
    let table = interviews::routes(table);
    let table = progress::routes(table);
    let table = reports::routes(table);
    let table = replies::routes(table);
    let table = documents::routes(table);
    let table = exclusions::routes(table);
    let table = holds::routes(table);
    let table = reviewers::routes(table);
    let table = admin::routes(table);
    let table = visits::routes(table);
    let table = accusations::routes(table);
    let table = inspections::routes(table);
    let table = closings::routes(table);
    let table = approvals::routes(table);
    let table = bulletins::routes(table);
    let table = stats::routes(table);
    let table = imports::routes(table);
    let table = audits::routes(table);
    let table = drafts::routes(table);
    let table = help::routes(table);
    let table = health::routes(table);
    let table = policy::routes(table);
    let (router, rows) = table.finish();
    (layers::around(router, app), rows)
}
