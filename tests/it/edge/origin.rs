//! An act comes from a page of this program, in this session, or it isn't carried out.

use std::collections::HashMap;

use anjie::edge::{Edge, PublicUrl};
use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::admitted;
use crate::routes::{PEOPLE, address};
use crate::support::{City, Page, Site};

const CLERK: &str = "donghu.clerk";
const HERE: &str = "http://127.0.0.1:8080";
const ELSEWHERE: &str = "https://elsewhere.example";

/// Sends a form whose token is right, with these headers.
async fn sent(site: &Site, who: &str, path: &str, headers: &[(&str, &str)]) -> Page {
    let token = site.token(who).await;
    let key = uuid::Uuid::new_v4();
    let body = format!("csrf_token={token}&idempotency_key={key}");
    form(site, Some(who), (path, &body), headers).await
}

async fn form(
    site: &Site,
    who: Option<&str>,
    (path, body): (&str, &str),
    headers: &[(&str, &str)],
) -> Page {
    let mut request = Request::builder()
        .method("POST")
        .uri(path)
        .header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    site.send(who, request, Body::from(body.to_owned())).await
}

/// What a browser says of a form on another site, one way or the other.
const FOREIGN: &[&[(&str, &str)]] = &[
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "anything")],
    &[("sec-fetch-site", "")],
    &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "cross-site"), ("origin", HERE)],
    &[("origin", ELSEWHERE)],
    &[("origin", "null")],
    &[("origin", "")],
    &[("origin", "http://127.0.0.1")],
    &[("origin", "http://127.0.0.1:8080.elsewhere.example")],
    &[("origin", "http://127.0.0.1:8080@elsewhere.example")],
    &[("origin", HERE), ("origin", ELSEWHERE)],
    &[("sec-fetch-site", "same-origin"), ("origin", "null")],
    &[("sec-fetch-site", "same-origin"), ("origin", ELSEWHERE)],
];

/// S41.
#[tokio::test]
async fn every_act_from_another_site_is_refused_even_with_the_right_token() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for row in site.rows.iter().filter(|row| row.method == "POST") {
        let path = address(row.path);
        for headers in FOREIGN {
            let page = sent(&site, admitted(row).unwrap(), &path, headers).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
    }
    let still = site.get(Some(CLERK), "/account/grant").await;
    assert_eq!(still.status, StatusCode::OK, "nobody was signed out");
}

/// S41.
#[tokio::test]
async fn an_act_of_this_site_or_of_a_browser_that_says_nothing_is_looked_at() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for headers in [
        &[][..],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "none")],
        &[("origin", HERE)],
        &[("sec-fetch-site", "same-origin"), ("origin", HERE)],
    ] {
        // No such grant: the handler was reached.
        let page = sent(&site, CLERK, "/account/grant", headers).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{headers:?}");
    }
}

/// S41.
#[tokio::test]
async fn under_a_public_address_its_scheme_counts_too() {
    let city = City::new().await;
    let public = PublicUrl::parse("https://anjie.example");
    let site = Site::with_edge(&city, Edge { public, ..Edge::default() });
    for (origin, expected) in [
        ("https://anjie.example", StatusCode::NOT_FOUND),
        ("https://anjie.example:443", StatusCode::NOT_FOUND),
        ("http://anjie.example", StatusCode::FORBIDDEN),
        ("https://anjie.example:8443", StatusCode::FORBIDDEN),
        ("https://x.anjie.example", StatusCode::FORBIDDEN),
        ("null", StatusCode::FORBIDDEN),
    ] {
        let headers = [("host", "anjie.example"), ("origin", origin)];
        let page = sent(&site, CLERK, "/account/grant", &headers).await;
        assert_eq!(page.status, expected, "{origin}");
    }
}

/// S34, S41, S97.
#[tokio::test]
async fn no_other_method_is_an_act() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for row in &site.rows {
        let who = admitted(row);
        for method in ["OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "PROPFIND", "QUERY"] {
            let request = |site| {
                let request = Request::builder().method(method).uri(address(row.path));
                request.header("sec-fetch-site", site)
            };
            let page = site.send(who, request("same-origin"), Body::empty()).await;
            // Where an act beside the page is for others, its gate answers.
            let refused = [StatusCode::METHOD_NOT_ALLOWED, StatusCode::FORBIDDEN];
            assert!(refused.contains(&page.status), "{method} {}: {}", row.path, page.status);
            let page = site.send(who, request("cross-site"), Body::empty()).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{method} {}", row.path);
        }
    }
}

/// S41.
#[tokio::test]
async fn every_act_is_refused_without_a_token_of_this_session() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let earlier = Site::of(&city).await;
    let (mut stale, mut sent) = (HashMap::new(), 0);
    for (_, who) in PEOPLE {
        stale.insert(*who, earlier.token(who).await);
    }
    for row in site.rows.iter().filter(|row| row.method == "POST" && row.path != "/csp-report") {
        let who = admitted(row).unwrap();
        let stranger = if who == CLERK { "zhongyuan.bureau" } else { CLERK };
        let (foreign, stale) = (site.token(stranger).await, &stale[who]);
        let own = site.token(who).await;
        assert_ne!(own, *stale);
        for token in ["", "made-up", &foreign, stale, &own[1..], &format!("{own}0")] {
            let body = format!("csrf_token={token}");
            let page = form(&site, Some(who), (&address(row.path), &body), &[]).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{} {token}", row.path);
            sent += 1;
        }
        let page = form(&site, Some(who), (&address(row.path), ""), &[]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", row.path);
        sent += 1;
    }
    let told = "SELECT sum(times) FROM refusal WHERE verb = 'access.refused'";
    assert_eq!(city.value::<i64>(told).await, sent, "each was counted");
    let reasons = "SELECT array_agg(DISTINCT reason) FROM audit WHERE verb = 'access.refused'";
    assert_eq!(city.value::<Vec<String>>(reasons).await, ["csrf"]);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM form_receipt").await, 0, "nothing was done");
}

/// S41.
#[tokio::test]
async fn signing_in_needs_the_token_of_the_sign_in_page_that_was_opened() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let pages = [site.get(None, "/login").await, site.get(None, "/login").await];
    let [(cookie, token), (other_cookie, other_token)] = pages.map(|page| {
        let cookie = page.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap();
        (cookie.to_owned(), page.value("csrf_token").unwrap())
    });
    for (cookie, token, expected) in [
        (&cookie, &token, StatusCode::SEE_OTHER),
        (&other_cookie, &token, StatusCode::FORBIDDEN),
        (&cookie, &other_token, StatusCode::FORBIDDEN),
        (&String::new(), &token, StatusCode::FORBIDDEN),
        (&cookie, &String::new(), StatusCode::FORBIDDEN),
    ] {
        let body = format!("csrf_token={token}&username={CLERK}&password=yunzhou-2026");
        let page = form(&site, None, ("/login", &body), &[("cookie", cookie)]).await;
        assert_eq!(page.status, expected, "{cookie} {token}");
    }
}
