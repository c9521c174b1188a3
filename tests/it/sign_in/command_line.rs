//! What an administrator does about an account at the command line.

use axum::http::StatusCode;

use super::{Browser, rules, sign_in};
use crate::commands::{refused, well};
use crate::support::{City, Site};
use anjie::domain::sign_in::SecondFactor;

/// The database's own time: the commands have no other.
async fn today(city: &City, change: impl FnOnce(&mut anjie::domain::sign_in::Rules)) -> Site {
    let now = city.value("SELECT now()").await;
    Site::under(city, now, rules(change)).await
}

/// S9, S14.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_set_anew_is_random_ends_the_sessions_and_must_be_changed() {
    let city = City::new().await;
    let site = today(&city, |_| {}).await;
    let mut browser = Browser::new(&site);
    browser.sign_in("donghu.handler", "yunzhou-2026").await.expect(StatusCode::SEE_OTHER);
    let password = |said: String| {
        let line = said.lines().next().unwrap().to_owned();
        line.strip_prefix("First password of donghu.handler: ").unwrap().to_owned()
    };
    let first = password(well(&city, "user password donghu.handler"));
    let second = password(well(&city, "user password donghu.handler"));
    assert!(first != second && first.len() >= 14, "{first} {second}");
    assert_eq!(browser.get("/my").await.status, StatusCode::SEE_OTHER);
    assert!(browser.get("/login").await.text().contains("管理员重置了您的密码"));
    assert_eq!(
        sign_in(&site, "donghu.handler", &first).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    browser.sign_in("donghu.handler", &second).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/my").await.location(), "/account/password");
    assert!(browser.get("/account/password").await.text().contains("由服务器命令行"));
    let hours = "SELECT extract(epoch FROM password_expires_at - password_set_at)::int / 3600
                 FROM staff WHERE username = 'donghu.handler'";
    assert_eq!(city.value::<i32>(hours).await, 72);
}

/// S7.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_taken_away_is_set_up_anew() {
    let city = City::new().await;
    refused(&city, "user second-factor-reset donghu.handler", "has no second factor");
    let site = today(&city, |rules| rules.second_factor = SecondFactor::All).await;
    let mut browser = Browser::new(&site);
    browser.sign_in("donghu.handler", "yunzhou-2026").await.expect(StatusCode::SEE_OTHER);
    let former = browser.get("/login/code").await.texts("code");
    well(&city, "user second-factor-reset donghu.handler");
    assert_eq!(browser.get("/login/code").await.status, StatusCode::SEE_OTHER);
    browser.sign_in("donghu.handler", "yunzhou-2026").await.expect(StatusCode::SEE_OTHER);
    assert_ne!(browser.get("/login/code").await.texts("code"), former);
    assert_eq!(city.audit_verbs().await, ["second_factor.reset"]);
}

/// S8.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrators_are_added_once() {
    let city = City::new().await;
    let add = |login: &str, role: &str| {
        format!("administrator add {login} --name 卫某 --role {role} --unit zhongyuan")
    };
    let filled = "From now on the security administrators give this role";
    refused(&city, &add("wei", "secadmin"), filled);
    city.force(
        "UPDATE role_grant SET valid_until = now() - interval '1 hour'
         WHERE role IN ('secadmin', 'sysadmin', 'auditor')",
    )
    .await;
    refused(&city, &add("wei", "clerk"), "The administrators are");
    let said = well(&city, &add("wei", "secadmin"));
    assert!(said.contains("First password of wei: "), "{said}");
    refused(&city, &add("wei", "auditor"), "wei exists already");
    well(&city, &add("jiang", "secadmin"));
    refused(&city, &add("shen", "secadmin"), filled);
    well(&city, &add("shen", "sysadmin"));
    refused(&city, &add("han", "sysadmin"), filled);
    refused(&city, "user grant wei --role auditor --unit zhongyuan", "anjie administrator add");
    let made = "SELECT count(*) FROM staff WHERE password_must_change AND NOT demonstration";
    assert_eq!(city.value::<i64>(made).await, 3);
}

/// S8.
#[tokio::test]
async fn a_new_database_has_no_account_that_anyone_could_use() {
    let city = City::empty().await;
    well(&city, "migrate");
    well(
        &city,
        "unit add 01 --name 云州市中级人民法院 --short-name 中院 --kind intermediate_court",
    );
    let usable = "SELECT count(*) FROM staff WHERE password_hash IS NOT NULL";
    assert_eq!(city.value::<i64>(usable).await, 0);
}
