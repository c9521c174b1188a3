//! Whether the process lives and the database answers; for watchers, without signing in.

use axum::extract::State;
use axum::http::StatusCode;

use tokio::time::timeout;

use super::App;
use super::routes::{Table, Who};
use crate::limits;

/// Where watchers ask.
pub const PATHS: [&str; 2] = ["/healthz", "/readyz"];

pub fn routes(table: Table) -> Table {
    let [alive, answering] = PATHS;
    table.get(alive, Who::Everyone, live).get(answering, Who::Everyone, ready)
}

pub async fn live() -> &'static str {
    "ok\n"
}

async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    match timeout(limits::READY, app.db.ready()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(_)) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
