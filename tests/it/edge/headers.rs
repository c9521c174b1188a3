//! What every answer tells the browser.

use std::fs;
use std::path::PathBuf;

use anjie::edge::{Edge, PublicUrl};
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};

use super::admitted;
use crate::routes::address;
use crate::support::{City, Page, Site};

const CLERK: Option<&str> = Some("donghu.clerk");

/// Asks from a page of another site, to see whether it may read the answer.
async fn asked(site: &Site, who: Option<&str>, method: &str, path: &str) -> Page {
    let request =
        Request::builder().method(method).uri(path).header("origin", "https://elsewhere.example");
    site.send(who, request, Body::empty()).await
}

fn bears_all(headers: &HeaderMap, what: &str) {
    for (name, expected) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ] {
        assert_eq!(
            headers.get(name).map(|it| it.to_str().unwrap()),
            Some(expected),
            "{what}: {name}"
        );
    }
    assert_eq!(headers.get_all("content-security-policy").iter().count(), 1, "{what}");
    let policy = headers["content-security-policy"].to_str().unwrap();
    let parts: Vec<_> = policy.split("; ").collect();
    for part in [
        "default-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "report-uri /csp-report",
    ] {
        assert!(parts.contains(&part), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{what}: {policy}");
    for (name, _) in headers {
        assert!(!name.as_str().starts_with("access-control-"), "{what}: {name}");
        assert!(!["server", "x-powered-by"].contains(&name.as_str()), "{what}: {name}");
    }
}

/// S65, S66, S67, S69.
#[tokio::test]
async fn every_answer_bears_the_headers_whatever_its_status() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (who, method, path, status) in [
        (None, "GET", "/login", 200),
        (None, "GET", "/healthz", 200),
        (None, "GET", "/", 303),
        (None, "GET", "/nowhere", 404),
        (None, "PUT", "/login", 403),
        (CLERK, "GET", "/", 303),
        (CLERK, "GET", "/visits/new", 200),
        (CLERK, "HEAD", "/visits/new", 200),
        (CLERK, "GET", "/assignments", 403),
        (CLERK, "GET", "/nowhere", 404),
        (CLERK, "POST", "/logout", 403),
        (CLERK, "GET", "/static/", 404),
        (CLERK, "GET", "/static/nothing.css", 404),
    ] {
        let page = asked(&site, who, method, path).await;
        let what = format!("{method} {path}");
        assert_eq!(page.status, status, "{what}");
        bears_all(&page.headers, &what);
        assert_eq!(page.headers["cache-control"], "no-store", "{what}");
        assert!(!page.headers.contains_key("strict-transport-security"), "{what}");
    }
    for (header, value, status) in
        [("content-length", "99999999", 413), ("content-encoding", "gzip", 415)]
    {
        let request = Request::builder().method("POST").uri("/login").header(header, value);
        let page = site.send(None, request, Body::empty()).await;
        assert_eq!(page.status, status);
        bears_all(&page.headers, header);
    }
}

/// S66, S67, S69.
#[tokio::test]
async fn every_page_of_the_table_is_kept_nowhere_and_shared_with_nobody() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for row in site.rows.iter().filter(|row| row.method == "GET") {
        let path = address(row.path);
        for who in [admitted(row), None] {
            let page = asked(&site, who, "GET", &path).await;
            bears_all(&page.headers, &path);
            assert_eq!(page.headers["cache-control"], "no-store", "{path}");
        }
    }
}

/// S66.
#[tokio::test]
async fn under_an_https_address_browsers_are_told_to_stay_with_it() {
    let city = City::new().await;
    for (url, expected) in [("https://anjie.example", true), ("http://anjie.example", false)] {
        let public = PublicUrl::parse(url);
        let site = Site::with_edge(&city, Edge { public, ..Edge::default() });
        for (path, host) in
            [("/login", "anjie.example"), ("/static/app.css", "anjie.example"), ("/login", "evil")]
        {
            let request = Request::builder().uri(path).header("host", host);
            let page = site.send(None, request, Body::empty()).await;
            let told = page.headers.get("strict-transport-security");
            assert_eq!(told.is_some(), expected, "{url} {path} {host}");
            assert!(told.is_none_or(|it| it == "max-age=31536000"));
            bears_all(&page.headers, path);
        }
    }
}

/// S67.
#[tokio::test]
async fn a_file_that_is_addressed_with_its_version_is_kept_for_good_and_any_other_asked_for_again()
{
    let city = City::new().await;
    let site = Site::of(&city).await;
    let page = site.get(CLERK, "/visits/new").await;
    let mut files = page.attributes("link[rel=stylesheet]", "href");
    files.extend(page.attributes("script", "src"));
    files.extend(page.attributes("use", "href"));
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        let (path, _) = file.split_once('#').unwrap_or((&file, ""));
        let (plain, version) = path.split_once("?v=").unwrap();
        assert_eq!(version.len(), 6, "{file}");
        for (path, kept) in [
            (path.to_owned(), "public, max-age=31536000, immutable"),
            (plain.to_owned(), "public, no-cache"),
            (format!("{plain}?v=00000000"), "public, no-cache"),
        ] {
            let answer = site.get(None, &path).await.expect(StatusCode::OK);
            assert_eq!(answer.headers["cache-control"], kept, "{path}");
            bears_all(&answer.headers, &path);
            let tag = answer.headers["etag"].to_str().unwrap();
            let again = Request::builder().uri(&path).header("if-none-match", tag);
            let again = site.send(None, again, Body::empty()).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED);
            assert_eq!(again.headers["cache-control"], kept, "{path}");
            bears_all(&again.headers, &path);
        }
    }
}

/// S67.
#[tokio::test]
async fn a_page_is_not_to_be_had_under_the_name_of_a_file() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for row in site.rows.iter().filter(|row| row.method == "GET") {
        let (path, who) = (address(row.path), admitted(row));
        if path == "/" {
            continue;
        }
        for false_name in ["/x.css", "/x.js", ".css", ";x.css", "%2Fx.css", "%3Bx.css", "%00.css"] {
            let page = site.get(who, &format!("{path}{false_name}")).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}{false_name}");
            assert_eq!(page.headers["cache-control"], "no-store", "{path}{false_name}");
        }
    }
    for path in ["/cases/x.css", "/cases/XF2026-00001/x.css", "/visits/x.js", "/my/x.css"] {
        let page = site.get(Some("zhongyuan.bureau"), path).await;
        assert_eq!(
            (page.status, page.headers["cache-control"].to_str().unwrap()),
            (StatusCode::NOT_FOUND, "no-store"),
            "{path}"
        );
        let page = site.get(None, path).await;
        assert_eq!(page.headers["cache-control"], "no-store", "{path}");
        assert!(!page.status.is_success(), "{path}");
    }
}

fn templates() -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::from("templates")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// S65, S68.
#[test]
fn no_template_needs_what_the_policy_forbids() {
    let mut found = Vec::new();
    for path in templates() {
        let text = fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices('=') {
            let name = text[..at].rsplit(|it: char| it.is_whitespace() || "\"'<>{}%".contains(it));
            let name = name.into_iter().next().unwrap_or_default();
            let handler = name.len() > 4
                && name.starts_with("on")
                && name.chars().all(|it| it.is_ascii_lowercase());
            if handler || name == "style" || name.starts_with("hx-on") {
                found.push(format!("{}: {name}=", path.display()));
            }
        }
        for word in
            ["<style", "<script>", "javascript:", "http://", "https://", "src=\"//", "href=\"//"]
        {
            if text.contains(word) {
                found.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert_eq!(found, [""; 0]);
}
