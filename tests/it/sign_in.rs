//! Signing in and out.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::support::{City, Page, Site};

/// Signs in through the page, as a browser does: with the page's cookie and token.
async fn sign_in(site: &Site, username: &str, password: &str) -> Page {
    let page = site.get(None, "/login").await.expect(StatusCode::OK);
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let body = format!(
        "csrf_token={}&username={username}&password={password}",
        page.value("csrf_token").unwrap()
    );
    let request = Request::builder()
        .method("POST")
        .uri("/login")
        .header("cookie", cookie)
        .header("content-type", "application/x-www-form-urlencoded");
    site.send(None, request, Body::from(body)).await
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
async fn a_wrong_password_and_an_unknown_name_are_answered_alike() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for username in ["donghu.clerk", "nobody"] {
        let page = sign_in(&site, username, "wrong").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem("").unwrap(), "用户名或密码不正确。还可以试4次。");
        assert!(page.texts("title")[0].starts_with("有误："));
    }
}

#[tokio::test]
async fn after_five_failures_a_name_rests_and_is_never_locked_for_good() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for _ in 0..5 {
        sign_in(&site, "donghu.clerk", "wrong").await;
    }
    let page = sign_in(&site, "donghu.clerk", "yunzhou-2026").await;
    assert_eq!(page.problem("").unwrap(), "请1分钟后再试（12:01）。");
    let later = Site::at(&city, crate::support::at("2026-06-15 12:01")).await;
    sign_in(&later, "donghu.clerk", "yunzhou-2026").await.expect(StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_page_asked_for_without_a_session_is_shown_after_signing_in() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let page = site.get(None, "/account/grant").await.expect(StatusCode::SEE_OTHER);
    assert_eq!(page.location(), "/login?next=%2Faccount%2Fgrant");
    let posted = site.post(None, "/logout", &[]).await;
    assert_eq!(posted.status, StatusCode::UNAUTHORIZED);
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
