//! The second factor: whom it binds, how it is set up, what a code is good for.

use anjie::domain::one_time_code;
use anjie::domain::sign_in::SecondFactor;
use anjie::store::keys::hex;
use anjie::web::routes::Who;
use axum::http::StatusCode;
use chrono::{DateTime, Duration, Utc};

use super::{Browser, rules};
use crate::support::{City, Page, Site, noon};

const WHO: &str = "donghu.handler";
const RIGHT: &str = "yunzhou-2026";

async fn site(city: &City, at: DateTime<Utc>) -> Site {
    Site::under(city, at, rules(|rules| rules.second_factor = SecondFactor::All)).await
}

/// The secret as the page spells it.
pub fn secret(page: &Page) -> Vec<u8> {
    let spelled = page.texts("code").remove(0);
    let letters: Vec<u32> = spelled
        .chars()
        .filter_map(|letter| match letter {
            'A'..='Z' => Some(letter as u32 - 'A' as u32),
            '2'..='7' => Some(letter as u32 - '2' as u32 + 26),
            _ => None,
        })
        .collect();
    letters
        .chunks(8)
        .flat_map(|eight| {
            let bits = eight.iter().fold(0u64, |bits, letter| bits << 5 | u64::from(*letter));
            bits.to_be_bytes()[3..].to_vec()
        })
        .collect()
}

pub fn code(secret: &[u8], at: DateTime<Utc>) -> String {
    one_time_code::code_at(secret, at).unwrap()
}

async fn give(browser: &mut Browser<'_>, code: &str) -> Page {
    browser.post("/login/code", "/login/code", &[("otp", code)]).await
}

/// Sets the second factor up at the first sign-in; its secret and the recovery codes.
async fn enrolled(city: &City) -> (Vec<u8>, Vec<String>) {
    let site = site(city, noon() - Duration::minutes(5)).await;
    let mut browser = Browser::new(&site);
    let page = browser.sign_in(WHO, RIGHT).await.expect(StatusCode::SEE_OTHER);
    assert!(page.location().starts_with("/login/code"), "{}", page.location());
    let page = browser.get("/login/code").await.expect(StatusCode::OK);
    assert_eq!(page.texts("svg").len(), 2, "the mark and the picture to scan");
    let secret = secret(&page);
    let page = give(&mut browser, &code(&secret, site.app.clock.now())).await;
    assert_eq!(page.expect(StatusCode::SEE_OTHER).location(), "/account/recovery-codes");
    let page = browser.get("/account/recovery-codes").await.expect(StatusCode::OK);
    let codes = page.texts("code");
    assert_eq!(codes.len(), 10);
    let page = browser.post("/account/recovery-codes", "/account/recovery-codes", &[]).await;
    assert_eq!(page.expect(StatusCode::SEE_OTHER).location(), "/my");
    let page = browser.get("/account/recovery-codes").await;
    assert_eq!(page.location(), "/account/second-factor", "they are shown once");
    (secret, codes)
}

/// S7, S13.
#[tokio::test]
async fn a_code_opens_the_session_once_and_under_a_new_id() {
    let city = City::new().await;
    let (secret, _) = enrolled(&city).await;
    let site = site(&city, noon()).await;
    let mut browser = Browser::new(&site);
    let page = browser
        .post(
            "/login?next=%2Fcases",
            "/login",
            &[("username", WHO), ("password", RIGHT), ("next", "/cases")],
        )
        .await;
    assert_eq!(page.location(), "/login/code?next=%2Fcases");
    let half = browser.cookie.clone();
    let right = code(&secret, noon());
    let form = [("otp", right.as_str()), ("next", "/cases")];
    let page = browser.post("/login/code", "/login/code", &form).await;
    assert_eq!(page.expect(StatusCode::SEE_OTHER).location(), "/cases");
    assert_ne!(browser.cookie, half);
    browser.get("/my").await.expect(StatusCode::OK);
    let mut former = Browser { cookie: half, ..browser.before(&site) };
    assert_eq!(former.get("/login/code").await.location(), "/login?next=%2Flogin%2Fcode");

    let mut again = Browser::new(&site);
    again.sign_in(WHO, RIGHT).await;
    let page = give(&mut again, &right).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("otp").unwrap(), "动态口令不正确，或已用过。还可以试4次。");
    browser.get("/my").await.expect(StatusCode::OK);
}

/// S7.
#[tokio::test]
async fn before_the_code_no_page_opens_but_the_one_that_asks_for_it_and_the_way_out() {
    let city = City::new().await;
    enrolled(&city).await;
    let site = site(&city, noon()).await;
    let mut browser = Browser::new(&site);
    browser.sign_in(WHO, RIGHT).await;
    let token = browser.get("/login/code").await.value("csrf_token").unwrap();
    for row in &site.rows {
        let path = row.path.replace(['{', '}'], "");
        if [Who::Everyone, Who::Halfway].contains(&row.who) {
            continue;
        }
        let body = format!("csrf_token={token}");
        let page = browser.ask(row.method, &path, body).await;
        if row.method == "GET" {
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
            assert_eq!(page.location(), "/login/code", "{path}");
        } else {
            assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{path}");
        }
    }
    let page = browser.ask("POST", "/logout", format!("csrf_token={token}")).await;
    assert_eq!(page.expect(StatusCode::SEE_OTHER).location(), "/login");
}

/// S7.
#[tokio::test]
async fn five_wrong_codes_bring_a_rest_that_a_new_sign_in_does_not_end() {
    let city = City::new().await;
    let (secret, _) = enrolled(&city).await;
    let now = site(&city, noon()).await;
    let mut browser = Browser::new(&now);
    browser.sign_in(WHO, RIGHT).await;
    for _ in 0..5 {
        give(&mut browser, "000000").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    }
    browser = Browser::new(&now);
    browser.sign_in(WHO, RIGHT).await;
    let page = give(&mut browser, &code(&secret, noon())).await;
    assert_eq!(page.problem("otp").unwrap(), "请1分钟后再试（12:01）。");
    let later = site(&city, noon() + Duration::minutes(1)).await;
    let mut browser = browser.before(&later);
    let page = give(&mut browser, &code(&secret, noon() + Duration::seconds(30))).await;
    page.expect(StatusCode::SEE_OTHER);
}

/// S7.
#[tokio::test]
async fn a_recovery_code_stands_for_one_code() {
    let city = City::new().await;
    let (_, codes) = enrolled(&city).await;
    let site = site(&city, noon()).await;
    for expected in [StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY] {
        let mut browser = Browser::new(&site);
        browser.sign_in(WHO, RIGHT).await;
        let page = give(&mut browser, &codes[3]).await;
        assert_eq!(page.status, expected, "{}", page.text());
        if expected == StatusCode::SEE_OTHER {
            let page = browser.get("/account").await.expect(StatusCode::OK);
            assert!(page.text().contains("恢复码还有9个"), "{}", page.text());
        }
    }
}

/// S7.
#[tokio::test]
async fn neither_secret_nor_recovery_codes_stand_in_the_database() {
    let city = City::new().await;
    let (secret, codes) = enrolled(&city).await;
    let all: String = city
        .value(
            "SELECT concat((SELECT string_agg(f::text, ' ') FROM second_factor f),
                           (SELECT string_agg(r::text, ' ') FROM recovery_code r))",
        )
        .await;
    assert!(all.len() > 500);
    assert!(!all.contains(&hex(&secret)));
    let code = one_time_code::bare(&codes[0]);
    assert!(!all.contains(&code) && !all.contains(&hex(code.as_bytes())));
}

const PAGE: &str = "/account/second-factor";

/// S7, S10.
#[tokio::test]
async fn a_new_telephone_asks_for_password_and_code_and_ends_the_other_sessions() {
    let city = City::new().await;
    let (old, _) = enrolled(&city).await;
    let two = rules(|rules| {
        rules.second_factor = SecondFactor::Administrators;
        rules.devices = 2;
    });
    let now = noon();
    let site = Site::under(&city, now, two).await;
    let (mut desk, mut other) = (Browser::new(&site), Browser::new(&site));
    desk.sign_in(WHO, RIGHT).await;
    give(&mut desk, &code(&old, now - Duration::seconds(30))).await.expect(StatusCode::SEE_OTHER);
    other.sign_in(WHO, RIGHT).await;
    give(&mut other, &code(&old, now)).await.expect(StatusCode::SEE_OTHER);

    let set = |password, otp| [("act", "set"), ("password", password), ("otp", otp)];
    let page = desk.post(PAGE, PAGE, &set("wrong", "000000")).await;
    assert_eq!(page.problem("password").unwrap(), "密码不正确");
    let page = desk.post(PAGE, PAGE, &set(RIGHT, "000000")).await;
    assert_eq!(page.problem("otp").unwrap(), "动态口令不正确，或已用过。还可以试4次。");
    let next = code(&old, now + Duration::seconds(30));
    desk.post(PAGE, PAGE, &set(RIGHT, &next)).await.expect(StatusCode::SEE_OTHER);
    other.get("/my").await.expect(StatusCode::OK);
    let new = secret(&desk.get(PAGE).await);
    let confirmation = format!("{PAGE}/confirmation");
    for typed in ["", "12345", "abcdef"] {
        let page = desk.post(PAGE, &confirmation, &[("otp", typed)]).await;
        assert_eq!(page.problem("confirmation").unwrap(), "请输入6位动态口令", "{typed:?}");
    }
    let page = desk.post(PAGE, &confirmation, &[("otp", "000000")]).await;
    assert_eq!(page.problem("confirmation").unwrap(), "动态口令不正确。还可以试4次。");
    let wide = |digit: char| char::from_u32(u32::from(digit) + 0xFEE0).unwrap();
    let code_of_now: String = code(&new, now).chars().map(wide).collect();
    let page = desk.post(PAGE, &confirmation, &[("otp", &code_of_now)]).await;
    assert_eq!(page.expect(StatusCode::SEE_OTHER).location(), "/account/recovery-codes");
    assert_eq!(other.get("/my").await.status, StatusCode::SEE_OTHER);
    assert!(other.get("/login").await.text().contains("动态口令已重新设置"));

    // Whoever needn't have it may take it away, with the same.
    let last = code(&new, now + Duration::seconds(30));
    let remove = [("act", "remove"), ("password", RIGHT), ("otp", last.as_str())];
    desk.post(PAGE, PAGE, &remove).await.expect(StatusCode::SEE_OTHER);
    let page = Browser::new(&site).sign_in(WHO, RIGHT).await;
    assert_eq!(page.expect(StatusCode::SEE_OTHER).location(), "/my");
}

/// S7.
#[tokio::test]
async fn whom_the_setting_binds_cannot_take_it_away() {
    let city = City::new().await;
    let (secret, _) = enrolled(&city).await;
    let site = site(&city, noon()).await;
    let mut browser = Browser::new(&site);
    browser.sign_in(WHO, RIGHT).await;
    give(&mut browser, &code(&secret, noon())).await.expect(StatusCode::SEE_OTHER);
    let later = code(&secret, noon() + Duration::seconds(30));
    let form = [("act", "remove"), ("password", RIGHT), ("otp", later.as_str())];
    let page = browser.post("/account/second-factor", "/account/second-factor", &form).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_demonstration_says_on_every_page_that_it_has_no_second_factor() {
    let city = City::new().await;
    let site = Site::under(&city, noon(), anjie::demo::rules()).await;
    for (who, path) in [(None, "/login"), (Some(WHO), "/my"), (Some(WHO), "/account")] {
        let page = site.get(who, path).await.expect(StatusCode::OK);
        assert!(page.texts(".demo")[0].contains("未启用动态口令"), "{path}");
    }
    let mut switched_on = anjie::demo::rules();
    switched_on.second_factor = SecondFactor::Administrators;
    let site = Site::under(&city, noon(), switched_on).await;
    let said = site.get(None, "/login").await.texts(".demo").concat();
    assert!(said.contains("数据均为虚构") && !said.contains("未启用"), "{said}");
    let production = Site::of(&city).await;
    assert_eq!(production.get(None, "/login").await.texts(".demo"), [""; 0]);
}
