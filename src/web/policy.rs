//! What browsers may do with our pages, and what they report of what they stopped.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::routes::{Table, is_larger};
use super::{App, AppError, AppResult};
use crate::limits;

/// No inline style, no inline script, nothing of others. Reports go by `report-uri` alone: browsers
/// that know `report-to` would drop it, and send theirs later, in pieces and without an origin.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; \
     frame-ancestors 'none'; report-uri /csp-report";
/// For what others uploaded: it is nobody's page, wherever it is opened.
pub const SANDBOX: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";
/// A year, and this host only: others of the court may not speak TLS yet.
const STAY_WITH_TLS: &str = "max-age=31536000";

/// Sets what every answer bears: pages, failures, redirects, files.
pub fn set_headers(headers: &mut HeaderMap, secure: bool) {
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    let fixed = [
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
    if secure {
        let value = HeaderValue::from_static(STAY_WITH_TLS);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
}

pub fn routes(table: Table) -> Table {
    let counted = Arc::new(Violations::default());
    table.report("/csp-report", move |State(app): State<App>, request: Request| {
        let counted = Arc::clone(&counted);
        async move { report(&app, &counted, request).await }
    })
}

/// How many reports were logged since when.
#[derive(Default)]
struct Violations(Mutex<Option<(DateTime<Utc>, u32)>>);

impl Violations {
    /// Whether one more is logged; the seconds to wait if not.
    fn admit(&self, now: DateTime<Utc>) -> Result<(), u32> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let running = counted.filter(|(since, _)| now - *since < TimeDelta::minutes(1));
        let (since, count) = running.unwrap_or((now, 0));
        if count >= limits::VIOLATIONS_A_MINUTE {
            let left = TimeDelta::minutes(1) - (now - since);
            return Err(u32::try_from(left.num_seconds()).unwrap_or(0).max(1));
        }
        *counted = Some((since, count + 1));
        Ok(())
    }
}

#[derive(Deserialize)]
struct Sent {
    #[serde(rename = "csp-report")]
    report: Violation,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "kebab-case")]
struct Violation {
    document_uri: String,
    effective_directive: String,
    violated_directive: String,
    blocked_uri: String,
    line_number: u32,
}

/// One line of the log for a report, and nothing kept. Whoever sends it is not known, so it says
/// nothing that isn't cut short and escaped, and no parameter of an address.
async fn report(app: &App, counted: &Violations, request: Request) -> AppResult<Response> {
    if is_larger(request.headers(), limits::VIOLATION) {
        return Err(AppError::TooLarge);
    }
    counted.admit(app.clock.now()).map_err(AppError::Busy)?;
    let body = to_bytes(request.into_body(), limits::VIOLATION).await;
    let body = body.map_err(|_| AppError::TooLarge)?;
    let Sent { report } = serde_json::from_slice(&body).map_err(|_| AppError::Malformed)?;
    let directive = [&report.effective_directive, &report.violated_directive];
    let directive = directive.into_iter().find(|it| !it.is_empty()).map_or("", |it| shown(it));
    tracing::warn!(
        directive = ?directive,
        blocked = ?bare(&report.blocked_uri),
        page = ?bare(&report.document_uri),
        line = report.line_number,
        "a browser stopped what the policy forbids"
    );
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The beginning of a text, without the parameters of an address.
fn shown(text: &str) -> &str {
    let plain = text.split(['?', '#']).next().unwrap_or_default();
    let end = plain.char_indices().nth(120).map_or(plain.len(), |(at, _)| at);
    plain.get(..end).unwrap_or_default()
}

/// An address without what may have been typed there: names come escaped, and the digits of an
/// identity number or a telephone in one run.
fn bare(address: &str) -> String {
    let plain = |part: &&str| {
        let mut runs = part.split(|letter: char| !letter.is_ascii_digit());
        !part.contains('%') && part.is_ascii() && runs.all(|run| run.len() < LONG_RUN)
    };
    let parts = shown(address).split('/');
    parts.map(|part| if plain(&part) { part } else { "*" }).collect::<Vec<_>>().join("/")
}

/// Digits in a run that no number of a case or a visit has.
const LONG_RUN: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    /// S65.
    #[test]
    fn a_minute_has_so_many_reports_and_the_next_begins_anew() {
        let violations = Violations::default();
        let start = DateTime::UNIX_EPOCH;
        for _ in 0..limits::VIOLATIONS_A_MINUTE {
            assert_eq!(violations.admit(start), Ok(()));
        }
        assert_eq!(violations.admit(start + TimeDelta::seconds(50)), Err(10));
        assert_eq!(violations.admit(start + TimeDelta::seconds(60)), Ok(()));
    }

    #[test]
    fn a_reported_address_is_shown_short_and_without_its_parameters() {
        assert_eq!(shown("https://a.example/visits?name=张某"), "https://a.example/visits");
        assert_eq!(shown("/a#b"), "/a");
        assert_eq!(shown(&"张".repeat(500)).chars().count(), 120);
        for (address, said) in [
            ("https://a.example/cases/XF2026-00128?q=1", "https://a.example/cases/XF2026-00128"),
            (
                "https://a.example/visits/LF20260615-0110-018",
                "https://a.example/visits/LF20260615-0110-018",
            ),
            ("https://a.example/cases/99011019680101001X/log", "https://a.example/cases/*/log"),
            ("https://a.example/cases/%E5%BC%A0", "https://a.example/cases/*"),
        ] {
            assert_eq!(bare(address), said);
        }
    }
}
