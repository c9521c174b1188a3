//! Whether the process lives and the database answers; for watchers, without signing in.

use axum::extract::State;
use axum::http::StatusCode;

use super::App;
use super::routes::{Table, Who};

/// Where watchers ask.
pub const PATHS: [&str; 2] = ["/healthz", "/readyz"];

pub fn routes(table: Table) -> Table {
    let [alive, answering] = PATHS;
    table.get(alive, Who::Everyone, live).get(answering, Who::Everyone, ready)
}

async fn live() -> &'static str {
    "ok\n"
}

async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.db.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
