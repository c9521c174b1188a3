//! What surrounds every request: limits, headers, request ids, logs, the page of a failure.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::time::{Duration, Instant};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::Instrument;

use super::error::Asked;
use super::typed::Typed;
use super::{App, AppError, error, layout, static_files};

/// A page of text; uploads set their own limit.
const BODY_LIMIT: usize = 1024 * 1024;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// The finished site.
pub fn around(router: Router<App>, app: App) -> Router {
    router.route("/static/{*path}", get(static_files::serve)).with_state(app).layer(
        ServiceBuilder::new()
            .layer(CompressionLayer::new())
            .layer(from_fn(outermost))
            .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
                AppError::Office("a handler panicked".to_owned()).into_response()
            }))
            .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT))
            .layer(CsrfLayer::new())
            .layer(DefaultBodyLimit::max(BODY_LIMIT)),
    )
}

/// Gives the request its id, logs it once, dresses a failure in its page, sets the headers that
/// every answer bears.
async fn outermost(mut request: Request, next: Next) -> Response {
    let id = format!("{:08x}", rand::random::<u32>());
    let (method, path) = (request.method().clone(), shown_path(request.uri().path()));
    let flash = layout::has_flash(request.headers());
    let private = !request.uri().path().starts_with("/static/");
    let span = tracing::info_span!("request", request.id = %id);
    let started = Instant::now();
    let typed = Typed::default();
    request.extensions_mut().insert(typed.clone());
    let asked = Asked { id, path: request.uri().path().to_owned(), typed };
    let response = next.run(request).instrument(span.clone()).await;
    let mut response = error::render(response, &asked);
    let duration_ms = started.elapsed().as_millis();
    span.in_scope(|| {
        tracing::info!(%method, path, status = response.status().as_u16(), duration_ms, "answered");
    });
    if flash && private && response.status() == StatusCode::OK {
        layout::forget_flash(&mut response);
    }
    set_headers(&mut response, private, &asked.id);
    response
}

/// The path as the log shows it: numbers of cases and visits stay, long tokens don't occur.
fn shown_path(path: &str) -> String {
    path.chars().take(120).filter(|letter| !letter.is_control()).collect()
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn set_headers(response: &mut Response, private: bool, id: &str) {
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
        (HeaderName::from_static("x-ua-compatible"), "IE=edge"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if private {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}
