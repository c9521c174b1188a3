//! What surrounds every request: headers, request ids, logs, the page of a failure.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use tracing::Instrument;

use super::door::door;
use super::error::Asked;
use super::typed::Typed;
use super::{App, AppError, error, layout, policy, static_files, strangers, traces};
use crate::edge::PublicUrl;

/// Where style, script and icons stand.
const STATIC: &str = "/static/";

/// The finished site.
pub fn around(router: Router<App>, app: App) -> Router {
    let secure = app.edge.public.as_ref().is_some_and(PublicUrl::is_secure);
    let between_pieces = app.edge.limits.body;
    let shared = Arc::new(app.clone());
    router.route("/static/{*path}", get(static_files::serve)).with_state(app).layer(
        ServiceBuilder::new()
            .layer(CompressionLayer::new())
            .layer(from_fn_with_state(secure, outermost))
            .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
                AppError::Office("a handler panicked".to_owned()).into_response()
            }))
            .layer(from_fn_with_state(shared, door))
            .layer(RequestBodyTimeoutLayer::new(between_pieces)),
    )
}

/// Gives the request its id, logs it once, dresses a failure in its page, sets the headers that
/// every answer bears.
async fn outermost(State(secure): State<bool>, mut request: Request, next: Next) -> Response {
    let id = format!("{:08x}", rand::random::<u32>());
    let (method, shown) = (strangers::method(request.method()), Shown::of(&request));
    let flash = layout::has_flash(request.headers());
    let private = !request.uri().path().starts_with(STATIC);
    let span = tracing::info_span!("request", request.id = %id);
    let started = Instant::now();
    let typed = Typed::default();
    request.extensions_mut().insert(typed.clone());
    let asked = Asked { id, path: request.uri().path().to_owned(), typed };
    let response = next.run(request).instrument(span.clone()).await;
    let mut response = error::render(response, &asked);
    let duration_ms = started.elapsed().as_millis();
    span.in_scope(|| {
        let Shown { route, number } = &shown;
        let status = response.status().as_u16();
        tracing::info!(method, route, number, status, duration_ms, "answered");
    });
    if flash && private && response.status() == StatusCode::OK {
        layout::forget_flash(&mut response);
    }
    let headers = response.headers_mut();
    policy::set_headers(headers, secure);
    keep_nowhere(headers, private);
    if let Ok(id) = HeaderValue::from_str(&asked.id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}

/// An address as the log shows it: the route that it met, and the number that it names. What else was
/// typed there may be anybody's name or identity number.
struct Shown {
    route: String,
    number: String,
}

impl Shown {
    fn of(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str);
        let (_, number) = traces::named(route, request.uri().path());
        Self { route: route.to_owned(), number }
    }
}

/// Nothing private stays in a browser or on the way; nor does a failure, wherever it stands.
fn keep_nowhere(headers: &mut HeaderMap, private: bool) {
    if private || !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
