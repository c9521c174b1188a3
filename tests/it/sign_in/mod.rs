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

#[tokio::test]
async fn a_first_password_is_changed_before_anything_else() {
    let city = City::new().await;
    city.force("UPDATE staff SET password_must_change = true WHERE username = 'donghu.handler'")
        .await;
    let site = Site::of(&city).await;
    let who = Some("donghu.handler");
    assert_eq!(site.get(who, "/account/grant").await.location(), "/account/password");

    let change = |old: &'static str, new: &'static str, again: &'static str| {
        [("old_password", old), ("new_password", new), ("confirm", again)]
    };
    let good = "湖边有一棵会唱歌的老柳树";
    for (form, field, message) in [
        (change("wrong", good, good), "old_password", "原密码不正确"),
        (change("yunzhou-2026", "short", "short"), "new_password", "新密码至少12位"),
        (change("yunzhou-2026", good, "other"), "confirm", "两次输入不一致"),
        (
            change("yunzhou-2026", "2026-donghu.handler", "2026-donghu.handler"),
            "new_password",
            "新密码不能含用户名或法院名称",
        ),
    ] {
        let page = site.post(who, "/account/password", &form).await;
        assert_eq!(page.problem(field).as_deref(), Some(message));
    }
    assert_eq!(
        site.act("donghu.handler", "/account/password", &change("yunzhou-2026", good, good)).await,
        "/my"
    );
    site.get(who, "/account/grant").await.expect(StatusCode::OK);
    let page = site.post(who, "/account/password", &change(good, good, good)).await;
    assert_eq!(page.problem("new_password").as_deref(), Some("不能与最近5次相同"));
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
