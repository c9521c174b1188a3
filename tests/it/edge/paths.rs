//! A page has one address, one method and no other way in.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::admitted;
use super::world::World;
use crate::support::{City, Site};

/// Other spellings of an address.
fn spellings(path: &str) -> Vec<String> {
    let inner = path.trim_start_matches('/');
    let first = inner.split('/').next().unwrap();
    let mut large = inner.to_owned();
    large[..1].make_ascii_uppercase();
    vec![
        format!("//{inner}"),
        format!("/.//{inner}"),
        format!("/./{inner}"),
        format!("/{first}/../{inner}"),
        format!("/static/../{inner}"),
        format!("/static/..%2f{inner}"),
        format!("/login/..;/{inner}"),
        format!("/%2e/{inner}"),
        format!("/%2F{inner}"),
        format!("/{large}"),
        format!("{path}/"),
        format!("{path}//"),
        format!("{path}/."),
        format!("{path}%2f"),
        format!("{path}%20"),
        format!("{path}.json"),
        format!("{path}.html"),
        format!("{path};a=b"),
        format!("{path}/%2e%2e"),
    ]
}

/// S34.
#[tokio::test]
async fn another_spelling_of_an_address_shows_nothing() {
    let world = World::with("张某").await;
    for row in world.site.rows.iter().filter(|row| row.method == "GET" && row.path != "/") {
        for path in spellings(&world.address(row)) {
            for who in [admitted(row), None] {
                let page = world.site.get(who, &path).await;
                let nothing = [StatusCode::NOT_FOUND, StatusCode::SEE_OTHER, StatusCode::FORBIDDEN];
                assert!(nothing.contains(&page.status), "{path} as {who:?}: {}", page.status);
                if page.status == StatusCode::SEE_OTHER {
                    assert!(page.location().starts_with("/login?next="), "{path}");
                }
            }
        }
    }
}

/// S34.
#[tokio::test]
async fn a_header_or_a_field_does_not_make_another_method_of_a_request() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let who = Some("donghu.clerk");
    for name in ["x-http-method-override", "x-http-method", "x-method-override", "_method"] {
        for (method, path, expected) in [
            ("GET", "/logout", StatusCode::METHOD_NOT_ALLOWED),
            ("GET", "/visits/new", StatusCode::OK),
        ] {
            let request = Request::builder().method(method).uri(format!("{path}?{name}=POST"));
            let page = site.send(who, request.header(name, "POST"), Body::empty()).await;
            assert_eq!(page.status, expected, "{name} {path}");
        }
    }
    for name in ["x-original-url", "x-rewrite-url", "x-forwarded-prefix"] {
        let request = Request::builder().uri("/login").header(name, "/visits/new");
        let page = site.send(None, request, Body::empty()).await;
        assert_eq!(
            page.texts("h1").len(),
            site.get(None, "/login").await.texts("h1").len(),
            "{name}"
        );
        let request = Request::builder().uri("/assignments").header(name, "/visits/new");
        let page = site.send(who, request, Body::empty()).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{name}");
    }
}

/// S45, S48.
#[tokio::test]
async fn signing_in_leads_nowhere_else_whatever_the_address_says() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for next in [
        "//evil.example",
        "///evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        "@evil.example",
        ".evil.example",
        "/\r\nSet-Cookie: a=b",
        "/\n/evil",
        "/\u{0}",
        "/\u{7f}",
        "/ x",
        "/张某",
        "",
        "?x",
        "#x",
        "/\u{feff}/evil.example",
    ] {
        let page = site.get(None, "/login").await;
        let cookie = page.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap();
        let body = format!(
            "csrf_token={}&username=donghu.clerk&password=yunzhou-2026&next={}",
            page.value("csrf_token").unwrap(),
            super::hostile::encode(next),
        );
        let request = Request::builder()
            .method("POST")
            .uri("/login")
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        let page = site.send(None, request, Body::from(body)).await.expect(StatusCode::SEE_OTHER);
        let location = page.location();
        // The escaped tab stays escaped: a browser takes it for a part of a path.
        assert!(
            ["/visits/new", "/%09/evil.example"].contains(&location.as_str()),
            "{next:?}: {location}"
        );
        assert_eq!(page.headers.get_all("set-cookie").iter().count(), 1, "{next:?}");
    }
}
