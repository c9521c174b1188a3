//! Signing in and out.

mod addresses;
mod attempts;
mod command_line;
mod devices;
mod passwords;
pub mod second_factor;

use std::net::SocketAddr;

use anjie::domain::sign_in::Rules;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};

use crate::support::{City, Page, Site};

/// A browser at an address, with what it was given to keep.
pub struct Browser<'a> {
    site: &'a Site,
    address: SocketAddr,
    cookie: String,
}

impl<'a> Browser<'a> {
    pub fn new(site: &'a Site) -> Self {
        Self::at(site, "192.0.2.1")
    }

    fn at(site: &'a Site, address: &str) -> Self {
        let address = SocketAddr::new(address.parse().unwrap(), 40_000);
        Self { site, address, cookie: String::new() }
    }

    /// The same browser before the site of another moment.
    fn before<'b>(&self, site: &'b Site) -> Browser<'b> {
        Browser { site, address: self.address, cookie: self.cookie.clone() }
    }

    async fn ask(&mut self, method: &str, path: &str, body: String) -> Page {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .extension(ConnectInfo(self.address))
            .header("user-agent", "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36")
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        let page = self.site.send(None, request, Body::from(body)).await;
        for cookie in page.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            if !cookie.starts_with("__Host-flash") {
                cookie.clone_into(&mut self.cookie);
            }
        }
        page
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, String::new()).await
    }

    /// Sends the form of the page at an address, with its tokens.
    pub async fn post(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let form = self.get(page).await.expect(StatusCode::OK);
        let key = uuid::Uuid::new_v4();
        let token = form.value("csrf_token").unwrap();
        let mut body = format!("csrf_token={token}&idempotency_key={key}");
        for (name, value) in fields {
            body.push_str(&format!(
                "&{name}={}",
                value.replace('%', "%25").replace('&', "%26").replace('+', "%2B")
            ));
        }
        self.ask("POST", path, body).await
    }

    async fn sign_in(&mut self, username: &str, password: &str) -> Page {
        self.post("/login", "/login", &[("username", username), ("password", password)]).await
    }
}

/// Signs in through the page, as a browser does: with the page's cookie and token.
async fn sign_in(site: &Site, username: &str, password: &str) -> Page {
    Browser::new(site).sign_in(username, password).await
}

/// The rules of the tests, changed.
pub fn rules(change: impl FnOnce(&mut Rules)) -> Rules {
    let mut rules = Rules { demonstration: false, ..anjie::demo::rules() };
    change(&mut rules);
    rules
}

#[tokio::test]
async fn each_role_begins_at_its_own_page() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (username, home) in [
        ("donghu.clerk", "/visits/new"),
        ("donghu.handler", "/my"),
        ("donghu.president", "/approvals"),
        ("zhongyuan.bureau", "/my"),
    ] {
        let page = sign_in(&site, username, "yunzhou-2026").await.expect(StatusCode::SEE_OTHER);
        assert_eq!(page.location(), home, "{username}");
    }
    assert_eq!(
        city.value::<i64>("SELECT count(*) FROM audit WHERE verb = 'session.opened'").await,
        4
    );
}

#[tokio::test]
async fn a_page_asked_for_without_a_session_is_shown_after_signing_in() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let page = site.get(None, "/account/grant").await.expect(StatusCode::SEE_OTHER);
    assert_eq!(page.location(), "/login?next=%2Faccount%2Fgrant");
    let posted = site.post(None, "/account/password", &[]).await;
    assert_eq!(posted.status, StatusCode::UNAUTHORIZED);
    let twice = site.post(None, "/logout", &[]).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(
        twice.location(),
        "/login",
        "whoever is signed out already is where they wanted to be"
    );
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    site.get(Some("donghu.handler"), "/account/grant").await.expect(StatusCode::OK);
    assert_eq!(site.act("donghu.handler", "/logout", &[]).await, "/login");
    let page = site.get(Some("donghu.handler"), "/account/grant").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_without_the_sessions_token_changes_nothing() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let request = Request::builder()
        .method("POST")
        .uri("/logout")
        .header("content-type", "application/x-www-form-urlencoded");
    let page = site.send(Some("donghu.handler"), request, Body::from("csrf_token=made-up")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    site.get(Some("donghu.handler"), "/account/grant").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_grant_that_ended_opens_nothing_with_the_next_request() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    site.get(Some("zhongyuan.bureau"), "/assignments").await.expect(StatusCode::OK);
    city.force(
        "UPDATE role_grant SET valid_until = '2026-06-15 11:59+08'
         WHERE staff_id = (SELECT id FROM staff WHERE username = 'zhongyuan.bureau')",
    )
    .await;
    let page = site.get(Some("zhongyuan.bureau"), "/assignments").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}
