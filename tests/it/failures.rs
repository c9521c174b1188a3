//! The pages of what went wrong: they say what to do, and give back what was typed.

use axum::http::StatusCode;

use crate::support::{City, Site, visit};

const CLERK: &str = "donghu.clerk";
const SUMMARY: &str = "执行案款未足额发放，要求“书面”说明\n并告知何时发放";

fn typed<'a>(token: &'a str, key: &'a str) -> Vec<(&'a str, &'a str)> {
    let tokens = [("csrf_token", token), ("idempotency_key", key)];
    tokens.into_iter().chain(visit(&[("summary", SUMMARY)])).collect()
}

#[tokio::test]
async fn while_the_database_is_away_a_form_waits_on_its_page_and_then_counts_once() {
    let city = City::alone().await;
    let site = Site::of(&city).await;
    let token = site.token(CLERK).await;
    let key = "0198c0de-0000-7000-8000-000000000001";
    city.go_away().await;
    let read = site.get(Some(CLERK), "/cases").await.expect(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(read.texts("h1"), ["系统维护中"]);
    assert_eq!(read.headers["retry-after"], "30");

    let sent = site.post_as_it_is(Some(CLERK), "/visits/new", &typed(&token, key)).await;
    let page = sent.expect(StatusCode::SERVICE_UNAVAILABLE);
    let text = page.text();
    for said in ["暂时连不上数据库，没有保存", "先用纸质登记单", "再试一次", "错误编号"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(page.attributes("form.again", "action"), ["/visits/new"]);
    let names = page.attributes("form.again textarea", "name");
    let values = page.raw_texts("form.again textarea");
    let kept: Vec<_> =
        names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
    assert_eq!(kept, typed(&token, key), "every field, and the key that counts once");

    city.come_back();
    for _press in 0..2 {
        let saved = site.post_as_it_is(Some(CLERK), "/visits/new", &kept).await;
        let saved = saved.expect(StatusCode::SEE_OTHER);
        assert_eq!(saved.location(), "/visits/LF20260615-0110-001");
    }
    assert_eq!(city.value::<i64>("SELECT count(*) FROM visit").await, 1);
}

#[tokio::test]
async fn a_password_is_not_given_back() {
    let city = City::alone().await;
    let site = Site::of(&city).await;
    let token = site.token(CLERK).await;
    city.go_away().await;
    let key = "0198c0de-0000-7000-8000-000000000002";
    let fields = [
        ("csrf_token", token.as_str()),
        ("idempotency_key", key),
        ("old_password", "yunzhou-2026"),
    ];
    let page = site.post_as_it_is(Some(CLERK), "/account/password", &fields).await;
    city.come_back();
    let page = page.expect(StatusCode::SERVICE_UNAVAILABLE);
    assert!(!page.html().contains("yunzhou-2026"));
    assert_eq!(page.attributes("form.again input[type=password]", "name"), ["old_password"]);
}

#[tokio::test]
async fn whoever_is_signed_in_keeps_the_menu_on_the_page_of_a_failure() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (path, status, title) in [
        ("/nowhere", StatusCode::NOT_FOUND, "没有找到这一页"),
        ("/cases/XF2026-99999", StatusCode::NOT_FOUND, "没有找到这一页"),
        ("/assignments", StatusCode::FORBIDDEN, "没有权限查看"),
        ("/logout", StatusCode::METHOD_NOT_ALLOWED, "没有找到这一页"),
    ] {
        let page = site.get(Some(CLERK), path).await.expect(status);
        assert_eq!(page.texts("h1"), [title], "{path}");
        assert!(page.texts("nav.side a").contains(&"来访登记".to_owned()), "{path}");
        assert!(page.texts("title")[0].contains("东湖区人民法院"), "{path}");
    }
    let page = site.get(None, "/nowhere").await.expect(StatusCode::NOT_FOUND);
    assert!(page.texts("nav").is_empty(), "a stranger learns nothing of the menu");
}

#[tokio::test]
async fn a_form_of_a_session_that_ended_is_shown_to_be_copied() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let page = site.post_as_it_is(None, "/visits/new", &typed("old", "old")).await;
    let page = page.expect(StatusCode::UNAUTHORIZED);
    assert_eq!(page.texts("h1"), ["登录已过期"]);
    let typed = page.raw_texts("#typed").remove(0);
    assert!(typed.contains(SUMMARY) && typed.contains("张某") && typed.contains("10000000021"));
    assert!(!typed.contains("enforcement_payment"), "codes are nobody's words");
    assert_eq!(page.attributes(".actions a", "href")[0], "/login?next=%2Fvisits%2Fnew");
}
