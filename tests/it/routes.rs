//! The route table: who is admitted where, and that everyone else is turned away.

use anjie::domain::staff::Role;
use anjie::web::routes::Who;
use axum::http::StatusCode;

use crate::support::{City, Site};

/// Somebody in each role.
const PEOPLE: &[(Role, &str)] = &[
    (Role::Clerk, "donghu.clerk"),
    (Role::Handler, "donghu.handler"),
    (Role::Leader, "donghu.leader"),
    (Role::President, "donghu.president"),
    (Role::Bureau, "zhongyuan.bureau"),
    (Role::BureauHead, "zhongyuan.bureau_head"),
    (Role::LeadingGroup, "zhongyuan.leading_group"),
    (Role::ContactLeader, "zhongyuan.contact_leader"),
    (Role::EnforcementOffice, "zonghe.enforcement_office"),
    (Role::Reviewer, "zhongyuan.reviewer"),
    (Role::Inspection, "zhongyuan.inspection"),
    (Role::CourtPolice, "zhongyuan.court_police"),
    (Role::Sysadmin, "zhongyuan.sysadmin"),
    (Role::Secadmin, "zhongyuan.secadmin"),
    (Role::Auditor, "zhongyuan.auditor"),
];

/// An address of the route: each parameter filled with something that can't be there.
fn address(path: &str) -> String {
    path.split('/')
        .map(|part| match part {
            "{period}" => "2026-W24",
            _ if part.starts_with('{') => "00000000-0000-0000-0000-000000000000",
            _ => part,
        })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn whoever_is_not_admitted_is_turned_away_from_every_route() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for row in &site.rows {
        let path = address(row.path);
        for (role, username) in PEOPLE {
            if row.who.admits(*role) {
                continue;
            }
            let page = match row.method {
                "GET" => site.get(Some(username), &path).await,
                _ => site.post(Some(username), &path, &[]).await,
            };
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{} {path} as {username}", row.method);
        }
        if row.who == Who::Everyone {
            continue;
        }
        let page = match row.method {
            "GET" => site.get(None, &path).await,
            _ => site.post(None, &path, &[]).await,
        };
        let turned = [StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED];
        assert!(turned.contains(&page.status), "{} {path} signed out: {}", row.method, page.status);
    }
}

#[tokio::test]
async fn every_act_is_refused_without_the_sessions_token() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for row in site.rows.iter().filter(|row| row.method == "POST" && row.path != "/login") {
        let Some((_, username)) = PEOPLE.iter().find(|(role, _)| row.who.admits(*role)) else {
            continue;
        };
        let request = axum::http::Request::builder()
            .method("POST")
            .uri(address(row.path))
            .header("content-type", "application/x-www-form-urlencoded");
        let body = axum::body::Body::from("csrf_token=made-up");
        let page = site.send(Some(username), request, body).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", row.path);
    }
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_even_with_the_right_token() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let token = site.token("donghu.clerk").await;
    for (origin, expected) in [
        ("https://elsewhere.example", StatusCode::FORBIDDEN),
        ("http://127.0.0.1:8080", StatusCode::SEE_OTHER),
    ] {
        let request = axum::http::Request::builder()
            .method("POST")
            .uri("/logout")
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded");
        let body = axum::body::Body::from(format!("csrf_token={token}"));
        let page = site.send(Some("donghu.clerk"), request, body).await;
        assert_eq!(page.status, expected, "{origin}");
    }
}

#[tokio::test]
async fn every_page_bears_the_headers_that_keep_it_private() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (who, path) in [
        (None, "/login"),
        (None, "/nowhere"),
        (Some("donghu.clerk"), "/account/grant"),
        (Some("donghu.clerk"), "/assignments"),
    ] {
        let page = site.get(who, path).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(page.headers["cache-control"], "no-store", "{path}");
        assert_eq!(page.headers["x-content-type-options"], "nosniff", "{path}");
    }
}
