//! What browsers report of the policy: a line of the log, and nothing else.

use anjie::limits;
use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::support::{City, Log, Page, Site};

async fn reported(site: &Site, body: impl Into<Body>) -> Page {
    let request = Request::builder()
        .method("POST")
        .uri("/csp-report")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/csp-report");
    site.send(None, request, body.into()).await
}

/// S48, S65.
#[tokio::test]
async fn a_report_is_one_escaped_line_without_parameters_of_addresses() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (log, listening) = Log::listen();
    let body = r#"{"csp-report": {"document-uri": "http://x/visits?name=%E5%BC%A0",
        "effective-directive": "script-src\n2026-06-15 ERROR forged \u001b[31m line",
        "blocked-uri": "inline", "line-number": 7, "anything": {"else": 1}}}"#;
    let page = reported(&site, body).await;
    drop(listening);
    assert_eq!(page.status, StatusCode::NO_CONTENT);
    let lines = log.lines();
    let said: Vec<_> = lines.iter().filter(|line| line.contains("policy forbids")).collect();
    assert_eq!(said.len(), 1, "{lines:?}");
    assert!(said[0].contains(r"script-src\n2026-06-15 ERROR forged \u{1b}[31m line"), "{said:?}");
    assert!(said[0].contains("\"http://x/visits\"") && !said[0].contains("name="), "{said:?}");
    assert!(lines.iter().all(|line| !line.starts_with("2026-06-15 ERROR")), "{lines:?}");
}

/// S65, S75.
#[tokio::test]
async fn what_is_no_report_or_too_large_a_one_is_refused_and_too_many_wait() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let deep = format!("{}1{}", "[".repeat(4000), "]".repeat(4000));
    let large = format!("{{\"csp-report\": {{\"x\": \"{}\"}}}}", "x".repeat(limits::VIOLATION));
    for (body, expected) in [
        ("", StatusCode::BAD_REQUEST),
        ("{}", StatusCode::BAD_REQUEST),
        ("\u{0}", StatusCode::BAD_REQUEST),
        (deep.as_str(), StatusCode::BAD_REQUEST),
        (large.as_str(), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        assert_eq!(reported(&site, body.to_owned()).await.status, expected, "{} bytes", body.len());
    }
    for _ in 0..limits::VIOLATIONS_A_MINUTE {
        reported(&site, "{}").await;
    }
    let page = reported(&site, "{}").await.expect(StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.headers["retry-after"], "60");
}
