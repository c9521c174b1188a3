//! Whom the program answers, and whom it takes the speaker for.

use std::net::SocketAddr;

use anjie::edge::{Edge, Proxies, PublicUrl};
use anjie::web::App;
use anjie::web::address::Address;
use anjie::web::layers;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::support::{City, Site};

async fn asked(site: &Site, peer: &str, path: &str, hosts: &[&str]) -> StatusCode {
    let peer: SocketAddr = peer.parse().unwrap();
    let mut request = Request::builder().uri(path).extension(ConnectInfo(peer));
    for host in hosts {
        request = request.header("host", *host);
    }
    let request = request.body(Body::empty()).unwrap();
    site.router().oneshot(request).await.unwrap().status()
}

/// S95.
#[tokio::test]
async fn under_a_public_address_another_host_is_not_answered() {
    let city = City::new().await;
    let public = PublicUrl::parse("https://anjie.example");
    let site = Site::with_edge(&city, Edge { public, ..Edge::default() });
    let outside = "10.0.0.1:5000";
    for (path, hosts, expected) in [
        ("/login", &["anjie.example"][..], StatusCode::OK),
        ("/login", &["Anjie.Example:443"][..], StatusCode::OK),
        ("https://anjie.example/login", &["anjie.example"][..], StatusCode::OK),
        ("/login", &["evil.example"][..], StatusCode::MISDIRECTED_REQUEST),
        ("/login", &[][..], StatusCode::MISDIRECTED_REQUEST),
        ("/login", &["anjie.example", "evil.example"][..], StatusCode::MISDIRECTED_REQUEST),
        ("https://evil.example/login", &["anjie.example"][..], StatusCode::MISDIRECTED_REQUEST),
        ("/static/app.css", &["evil.example"][..], StatusCode::MISDIRECTED_REQUEST),
        ("/healthz", &["evil.example"][..], StatusCode::MISDIRECTED_REQUEST),
    ] {
        assert_eq!(asked(&site, outside, path, hosts).await, expected, "{path} {hosts:?}");
    }
    let watcher = "127.0.0.1:5000";
    assert_eq!(asked(&site, watcher, "/healthz", &[]).await, StatusCode::OK);
    assert_eq!(asked(&site, watcher, "/readyz", &["localhost:8080"]).await, StatusCode::OK);
    let page = asked(&site, watcher, "/login", &["localhost:8080"]).await;
    assert_eq!(page, StatusCode::MISDIRECTED_REQUEST);
}

/// S95.
#[tokio::test]
async fn without_a_public_address_one_host_is_answered_whatever_its_name() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (hosts, expected) in [
        (&["10.0.0.7:8080"][..], StatusCode::OK),
        (&[][..], StatusCode::OK),
        (&["a", "b"][..], StatusCode::MISDIRECTED_REQUEST),
    ] {
        assert_eq!(asked(&site, "10.0.0.1:5000", "/login", hosts).await, expected, "{hosts:?}");
    }
}

async fn speaker(app: &App, trusted: &str, peer: Option<&str>, forwarded: &[&str]) -> String {
    let mut app = app.clone();
    app.edge.proxies = Proxies::parse(trusted).unwrap();
    let page = |address: Address| async move { address.0.to_string() };
    let router = layers::around(Router::new().route("/", get(page)), app);
    let mut request = Request::builder().uri("/");
    if let Some(peer) = peer {
        request = request.extension(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
    }
    for line in forwarded {
        request = request.header("x-forwarded-for", line.as_bytes());
    }
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

/// S95.
#[tokio::test]
async fn a_handler_learns_the_address_of_the_peer_or_of_whom_a_trusted_proxy_speaks_for() {
    let city = City::new().await;
    let app = Site::of(&city).await.app;
    let peer = Some("10.0.0.1:5000");
    for (trusted, peer, forwarded, expected) in [
        ("", None, &["1.2.3.4"][..], "127.0.0.1"),
        ("", peer, &["1.2.3.4"][..], "10.0.0.1"),
        ("10.0.0.9", peer, &["1.2.3.4"][..], "10.0.0.1"),
        ("10.0.0.0/8", peer, &["6.6.6.6, 1.2.3.4"][..], "1.2.3.4"),
        ("10.0.0.0/8", peer, &["6.6.6.6", "1.2.3.4, 10.0.0.3"][..], "1.2.3.4"),
        ("10.0.0.0/8", peer, &["2001:db8::7"][..], "2001:db8::7"),
        ("10.0.0.0/8", peer, &["; DROP TABLE audit"][..], "10.0.0.1"),
        ("10.0.0.0/8", peer, &["1.2.3.4", "张某"][..], "10.0.0.1"),
        ("::1", Some("[::1]:5000"), &["1.2.3.4"][..], "1.2.3.4"),
        ("10.0.0.1", Some("[::ffff:10.0.0.1]:5000"), &["1.2.3.4"][..], "1.2.3.4"),
    ] {
        let said = speaker(&app, trusted, peer, forwarded).await;
        assert_eq!(said, expected, "{trusted} {peer:?} {forwarded:?}");
    }
}
