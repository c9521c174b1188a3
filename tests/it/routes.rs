//! The route table: who is admitted where, and that everyone else is turned away.

use anjie::domain::staff::Role;
use anjie::web::routes::Who;
use axum::http::StatusCode;

use crate::support::{City, Site};

/// Somebody in each role.
pub const PEOPLE: &[(Role, &str)] = &[
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
pub fn address(path: &str) -> String {
    path.split('/')
        .map(|part| match part {
            "{period}" => "2026-W24",
            "{grant}" => "999999",
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

/// R2.
///
/// A form without its key is refused like one without its token, by every route of the table.
#[tokio::test]
async fn a_form_without_the_key_that_makes_it_count_once_is_refused() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let exempt = ["/login", "/login/code", "/logout", "/csp-report"];
    for row in site.rows.iter().filter(|row| row.method == "POST") {
        if exempt.contains(&row.path) {
            continue;
        }
        let who = PEOPLE.iter().find(|(role, _)| row.who.admits(*role)).map(|(_, name)| *name);
        let token = site.token(who.unwrap()).await;
        let fields = [("csrf_token", token.as_str())];
        let page = site.post_as_it_is(who, &address(row.path), &fields).await;
        let expected = if is_found_first(row.path) {
            &[StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND][..]
        } else {
            &[StatusCode::BAD_REQUEST][..]
        };
        assert!(expected.contains(&page.status), "{}: {}", row.path, page.status);
    }
}

/// Whether the address is read before the form, and isn't one that can be there.
fn is_found_first(path: &str) -> bool {
    path.contains('{')
}
