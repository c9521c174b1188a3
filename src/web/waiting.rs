//! What is answered before the database was found for the first time.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::{Request, State};
use axum::routing::get;
use tower::{ServiceExt, service_fn};

use super::{App, AppError, extract, health, layers};
use crate::store::StoreError;

/// The site; until it is there, a page that says so.
pub fn once_open(site: Arc<OnceLock<Router>>, app: App) -> Router {
    let waiting = waiting(app);
    Router::new().fallback_service(service_fn(move |request: Request| {
        let router = site.get().unwrap_or(&waiting).clone();
        router.oneshot(request)
    }))
}

fn waiting(app: App) -> Router {
    let [alive, _] = health::PATHS;
    let router = Router::new().route(alive, get(health::live)).fallback(closed);
    layers::around(router, app)
}

/// A form that was open from before gets back what was typed, to be sent again.
async fn closed(State(app): State<App>, request: Request) -> AppError {
    extract::leave(request, &app).await;
    AppError::Store(StoreError::NotYet)
}
