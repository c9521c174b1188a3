//! Failures say what to do, and nothing of what broke; and one failure is one failure.

use anjie::web::layers;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::support::{City, Site};

/// S76, S97.
#[tokio::test]
async fn a_handler_that_panics_costs_its_own_request_only() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let app = site.app.clone();
    let held = move || {
        let db = app.db.clone();
        async move {
            db.ready().await.unwrap();
            let number: u8 = "secret of the inside".parse().unwrap();
            number.to_string()
        }
    };
    let router = Router::new().route("/boom", get(held)).route("/fine", get(|| async { "fine" }));
    let router = layers::around(router, site.app.clone());
    let asked = |path: &str| {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        router.clone().oneshot(request)
    };
    for _ in 0..20 {
        let response = asked("/boom").await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
        assert_eq!(response.headers()["cache-control"], "no-store");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains(&id), "{body}");
        for inside in ["secret", "panick", ".rs", "unwrap"] {
            assert!(!body.contains(inside), "{inside}: {body}");
        }
        assert_eq!(asked("/fine").await.unwrap().status(), StatusCode::OK);
    }
    // The pool has four connections, and all of them came back.
    let page = site.get(Some("donghu.clerk"), "/visits").await;
    assert_eq!(page.status, StatusCode::OK);
}

/// S97.
#[tokio::test]
async fn there_is_nothing_under_the_addresses_that_searchers_try() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for path in [
        "/.git/config",
        "/.git/HEAD",
        "/.env",
        "/.sqlx",
        "/.well-known/security.txt",
        "/metrics",
        "/debug",
        "/debug/pprof",
        "/actuator",
        "/actuator/env",
        "/server-status",
        "/status",
        "/admin",
        "/api",
        "/swagger.json",
        "/openapi.json",
        "/phpinfo.php",
        "/wp-login.php",
        "/backup.sql",
        "/config.json",
        "/Cargo.toml",
        "/README.md",
        "/static",
        "/static/",
        "/static/app.js.map",
        "/static/app.css.map",
        "/static/..%2fCargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static//etc/passwd",
        "/static/app.css/",
        "/robots.txt",
        "/master.key",
    ] {
        for who in [None, Some("donghu.clerk"), Some("zhongyuan.bureau_head")] {
            let page = site.get(who, path).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path} as {who:?}");
            let html = page.html();
            for inside in [env!("CARGO_PKG_VERSION"), "axum", "hyper", "src/", "postgres"] {
                assert!(!html.contains(inside), "{path} as {who:?}: {inside}");
            }
        }
    }
}
