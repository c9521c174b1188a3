//! Whether the process lives and the database answers; for watchers, without signing in.

use axum::extract::State;
use axum::http::StatusCode;

use super::App;
use super::routes::{Table, Who};

pub fn routes(table: Table) -> Table {
    table.get("/healthz", Who::Everyone, live).get("/readyz", Who::Everyone, ready)
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
