//! What a password must be, how long it holds, and who set it.

use anjie::domain::password::Policy;
use axum::http::StatusCode;

use super::{Browser, rules, sign_in};
use crate::support::{City, Site, at, noon};

const GOOD: &str = "湖边有一棵会唱歌的老柳树 Lv7";

/// S3, S4, S10.
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
    let good = GOOD;
    for (form, field, message) in [
        (change("wrong", good, good), "old_password", "原密码不正确"),
        (change("yunzhou-2026", "short", "short"), "new_password", "新密码至少12位"),
        (change("yunzhou-2026", good, "other"), "confirm", "两次输入不一致"),
        (
            change("yunzhou-2026", "2026-donghu.handler", "2026-donghu.handler"),
            "new_password",
            "新密码不能含用户名或法院名称",
        ),
        (
            change("yunzhou-2026", "Qingxi 青溪法院 2026", "Qingxi 青溪法院 2026"),
            "new_password",
            "新密码不能含用户名或法院名称",
        ),
        (
            change("yunzhou-2026", "P@ssw0rd2026!", "P@ssw0rd2026!"),
            "new_password",
            "新密码太常见，容易被猜到，请换一个",
        ),
        (
            change("yunzhou-2026", "湖边有一棵会唱歌的老柳树", "湖边有一棵会唱歌的老柳树"),
            "new_password",
            "新密码要有大写字母、小写字母、数字、其他字符中的至少三种",
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

/// S3.
#[tokio::test]
async fn the_other_profile_asks_for_no_kinds_of_characters_and_no_change() {
    let city = City::new().await;
    city.force("UPDATE staff SET password_set_at = '2020-01-01'").await;
    let site = Site::under(&city, noon(), rules(|rules| rules.passwords = Policy::ASVS)).await;
    let phrase = "湖边有一棵会唱歌的老柳树";
    let form = [("old_password", "yunzhou-2026"), ("new_password", phrase), ("confirm", phrase)];
    assert_eq!(site.act("donghu.handler", "/account/password", &form).await, "/account");
}

/// S3.
#[tokio::test]
async fn a_password_of_ninety_days_is_changed_before_anything_else() {
    let city = City::new().await;
    city.force("UPDATE staff SET password_set_at = '2026-03-17 12:00+08'").await;
    let rules = rules(|rules| rules.passwords = Policy::DENGBAO);
    let before = Site::under(&city, at("2026-06-15 11:59"), rules).await;
    before.get(Some("donghu.handler"), "/my").await.expect(StatusCode::OK);
    let site = Site::under(&city, noon(), rules).await;
    let page = site.get(Some("donghu.handler"), "/my").await;
    assert_eq!(page.location(), "/account/password");
    let page = site.get(Some("donghu.handler"), "/account/password").await;
    assert!(page.text().contains("密码已满90天，请更换。"));
    let form = [("old_password", "yunzhou-2026"), ("new_password", GOOD), ("confirm", GOOD)];
    assert_eq!(site.act("donghu.handler", "/account/password", &form).await, "/my");
    site.get(Some("donghu.handler"), "/my").await.expect(StatusCode::OK);
}

/// S2.
#[tokio::test]
async fn a_password_kept_under_an_older_scheme_is_kept_under_the_present_one_after_signing_in() {
    let city = City::new().await;
    // The same password with less work: m=8192, t=1.
    let params = argon2::Params::new(8192, 1, 1, None).unwrap();
    let argon = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let old = argon2::PasswordHasher::hash_password(&argon, b"yunzhou-2026").unwrap().to_string();
    city.force(&format!(
        "UPDATE staff SET password_hash = '{old}' WHERE username = 'donghu.clerk'"
    ))
    .await;
    let hash = "SELECT password_hash FROM staff WHERE username = 'donghu.clerk'";
    let site = Site::of(&city).await;
    sign_in(&site, "donghu.clerk", "wrong").await;
    assert_eq!(city.value::<String>(hash).await, old);
    for _ in 0..2 {
        sign_in(&site, "donghu.clerk", "yunzhou-2026").await.expect(StatusCode::SEE_OTHER);
        let now = city.value::<String>(hash).await;
        assert!(now.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{now}");
    }
}

/// S10, S14.
#[tokio::test]
async fn changing_the_password_ends_every_other_session() {
    let city = City::new().await;
    let site = Site::under(&city, noon(), rules(|rules| rules.devices = 2)).await;
    let (mut desk, mut other) = (Browser::new(&site), Browser::new(&site));
    desk.sign_in("donghu.handler", "yunzhou-2026").await.expect(StatusCode::SEE_OTHER);
    other.sign_in("donghu.handler", "yunzhou-2026").await.expect(StatusCode::SEE_OTHER);
    let form = [("old_password", "yunzhou-2026"), ("new_password", GOOD), ("confirm", GOOD)];
    desk.post("/account/password", "/account/password", &form).await.expect(StatusCode::SEE_OTHER);
    desk.get("/my").await.expect(StatusCode::OK);
    assert_eq!(other.get("/my").await.status, StatusCode::SEE_OTHER);
    assert!(other.get("/login").await.text().contains("密码已修改，请用新密码登录。"));
}

/// S9.
#[tokio::test]
async fn a_password_that_an_administrator_set_says_who_did_and_holds_three_days() {
    let city = City::new().await;
    city.force(
        "UPDATE staff SET password_must_change = true, password_set_at = '2026-06-12 12:00+08',
                          password_reset_by = '服务器命令行（root）', password_expires_at = '2026-06-15 12:00+08'
         WHERE username = 'donghu.handler'",
    )
    .await;
    let before = Site::at(&city, at("2026-06-15 11:59")).await;
    let mut browser = Browser::new(&before);
    browser.sign_in("donghu.handler", "yunzhou-2026").await.expect(StatusCode::SEE_OTHER);
    let page = browser.get("/account/password").await.expect(StatusCode::OK);
    assert!(
        page.text()
            .contains("您的密码于2026-06-12 12:00由服务器命令行（root）设置，修改后才能继续。"),
        "{}",
        page.text()
    );
    let site = Site::of(&city).await;
    let page = sign_in(&site, "donghu.handler", "yunzhou-2026").await;
    assert_eq!(page.problem("").unwrap(), "管理员设置的密码已过72小时，请联系本院管理员重新设置。");
}

/// S9, S31.
#[tokio::test]
async fn whose_password_another_set_reads_when_and_by_whom_also_after_they_changed_it() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let own = site.get(Some("donghu.handler2"), "/account").await.expect(StatusCode::OK);
    assert!(!own.text().contains("最近由他人设置"), "{}", own.text());
    let name: String =
        city.value("SELECT name FROM staff WHERE username = 'zhongyuan.secadmin'").await;
    let uuid = city
        .value::<String>("SELECT uuid::text FROM staff WHERE username = 'donghu.handler2'")
        .await;
    let path = format!("/admin/accounts/{uuid}/password");
    let page = site.post(Some("zhongyuan.secadmin"), &path, &[]).await.expect(StatusCode::OK);
    let first = page.texts("[data-revealed]").remove(0);
    let mut browser = Browser::new(&site);
    browser.sign_in("donghu.handler2", &first).await.expect(StatusCode::SEE_OTHER);
    let page = browser.get("/account/password").await.expect(StatusCode::OK);
    let told = format!("您的密码于2026-06-15 12:00由安全管理员{name}设置，修改后才能继续。");
    assert!(page.text().contains(&told), "{}", page.text());
    let form = [("old_password", first.as_str()), ("new_password", GOOD), ("confirm", GOOD)];
    browser
        .post("/account/password", "/account/password", &form)
        .await
        .expect(StatusCode::SEE_OTHER);
    let page = browser.get("/account").await.expect(StatusCode::OK);
    let told =
        format!("2026-06-15 12:00由安全管理员{name}设置。如果不是您要求的，请告诉本院管理员。");
    assert!(page.text().contains(&told), "{}", page.text());
}
