//! Where someone is signed in, how long, and how it ends.

use axum::http::StatusCode;
use chrono::Duration;

use super::{Browser, rules, sign_in};
use crate::support::{City, Site, at, noon};

const WHO: &str = "donghu.handler";
const RIGHT: &str = "yunzhou-2026";

/// S17.
#[tokio::test]
async fn a_second_device_ends_the_first_which_is_told_why() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (mut first, mut second) = (Browser::new(&site), Browser::new(&site));
    first.sign_in(WHO, RIGHT).await.expect(StatusCode::SEE_OTHER);
    first.get("/my").await.expect(StatusCode::OK);
    second.sign_in(WHO, RIGHT).await.expect(StatusCode::SEE_OTHER);
    second.get("/my").await.expect(StatusCode::OK);
    assert_eq!(first.get("/my").await.location(), "/login?next=%2Fmy");
    let page = first.get("/login?next=%2Fmy").await.expect(StatusCode::OK);
    assert_eq!(page.texts(".gone"), ["您的账号在另一台设备上登录，本机已退出。"]);
    assert_eq!(Browser::new(&site).get("/login").await.texts(".gone"), [""; 0]);
}

/// S17.
#[tokio::test]
async fn a_form_that_comes_after_a_second_device_is_told_why_and_leaving_twice_leads_to_the_door() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (mut first, mut second) = (Browser::new(&site), Browser::new(&site));
    first.sign_in(WHO, RIGHT).await.expect(StatusCode::SEE_OTHER);
    second.sign_in(WHO, RIGHT).await.expect(StatusCode::SEE_OTHER);
    let page = first.ask("POST", "/account/sessions", String::new()).await;
    let said = page.expect(StatusCode::UNAUTHORIZED).text();
    assert!(said.contains("您的账号在另一台设备上登录，本机已退出。"), "{said}");
    assert!(!said.contains("长时间没有操作"), "{said}");
    let page = first.ask("POST", "/logout", String::new()).await;
    assert_eq!(page.expect(StatusCode::SEE_OTHER).location(), "/login");
}

/// S17.
#[tokio::test]
async fn the_setting_says_at_how_many_devices_someone_is_signed_in() {
    let city = City::new().await;
    let site = Site::under(&city, noon(), rules(|rules| rules.devices = 2)).await;
    let mut browsers = [Browser::new(&site), Browser::new(&site), Browser::new(&site)];
    for browser in &mut browsers {
        browser.sign_in(WHO, RIGHT).await.expect(StatusCode::SEE_OTHER);
    }
    let mut open = Vec::new();
    for browser in &mut browsers {
        open.push(browser.get("/my").await.status == StatusCode::OK);
    }
    assert_eq!(open, [false, true, true]);
}

/// S15.
#[tokio::test]
async fn a_session_rests_thirty_minutes_and_lasts_eight_hours_to_the_minute() {
    let city = City::new().await;
    let site = Site::at(&city, at("2026-06-15 09:00")).await;
    let mut browser = Browser::new(&site);
    browser.sign_in(WHO, RIGHT).await.expect(StatusCode::SEE_OTHER);
    for (moment, holds) in [("09:29", true), ("09:58", true), ("10:27", true)] {
        let site = Site::at(&city, at(&format!("2026-06-15 {moment}"))).await;
        let status = browser.before(&site).get("/my").await.status;
        assert_eq!(status == StatusCode::OK, holds, "{moment}");
    }
    let site = Site::at(&city, at("2026-06-15 10:57")).await;
    assert_eq!(browser.before(&site).get("/my").await.status, StatusCode::SEE_OTHER);
    let page = browser.before(&site).get("/login").await;
    assert_eq!(page.texts(".gone"), ["为安全起见，长时间没有操作已退出，请重新登录。"]);

    let site = Site::at(&city, at("2026-06-15 11:00")).await;
    browser = browser.before(&site);
    browser.sign_in(WHO, RIGHT).await.expect(StatusCode::SEE_OTHER);
    let mut moment = at("2026-06-15 11:00");
    let end = moment + Duration::hours(8);
    while moment < end {
        let site = Site::at(&city, moment).await;
        browser.before(&site).get("/my").await.expect(StatusCode::OK);
        moment += Duration::minutes(29);
    }
    let site = Site::at(&city, end - Duration::minutes(1)).await;
    let page = browser.before(&site).get("/my").await.expect(StatusCode::OK);
    assert_eq!(
        page.attributes("body", "data-session"),
        ["1"],
        "the warning knows the end of the day"
    );
    let site = Site::at(&city, end).await;
    assert_eq!(browser.before(&site).get("/my").await.status, StatusCode::SEE_OTHER);
}

/// S15.
#[tokio::test]
async fn what_a_page_asks_by_itself_is_no_use_of_the_session() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let mut browser = Browser::new(&site);
    browser.sign_in(WHO, RIGHT).await.expect(StatusCode::SEE_OTHER);
    let later = Site::at(&city, noon() + Duration::minutes(20)).await;
    let request = axum::http::Request::builder()
        .uri("/my")
        .header("x-by-itself", "1")
        .header("cookie", &browser.cookie);
    let page = later.send(None, request, axum::body::Body::empty()).await;
    page.expect(StatusCode::OK);
    let end = Site::at(&city, noon() + Duration::minutes(30)).await;
    assert_eq!(browser.before(&end).get("/my").await.status, StatusCode::SEE_OTHER);
}

/// S13.
#[tokio::test]
async fn a_session_gets_a_new_id_with_every_change_and_shows_it_nowhere() {
    let city = City::new().await;
    city.force(
        "INSERT INTO role_grant (staff_id, role, unit_id, valid_from)
         SELECT g.staff_id, 'clerk', g.unit_id, g.valid_from FROM role_grant g
         JOIN staff s ON s.id = g.staff_id WHERE s.username = 'donghu.handler'",
    )
    .await;
    let site = Site::of(&city).await;
    let mut browser = Browser::new(&site);
    let page = browser.sign_in(WHO, RIGHT).await;
    let cookie = page.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
    assert!(!page.location().contains(&browser.cookie["__Host-sid=".len()..]));
    let former = browser.cookie.clone();
    let page = browser.get("/account/grant").await.expect(StatusCode::OK);
    assert!(!page.text().contains(&former["__Host-sid=".len()..]));
    let grant = page.attributes("button[name='grant']", "value").pop().unwrap();
    let page = browser.post("/account/grant", "/account/grant", &[("grant", &grant)]).await;
    page.expect(StatusCode::SEE_OTHER);
    assert_ne!(browser.cookie, former);
    assert_eq!(browser.get("/").await.location(), "/visits/new");
    let mut left = Browser { cookie: former, ..browser.before(&site) };
    assert_eq!(left.get("/my").await.status, StatusCode::SEE_OTHER);
    // Under another grant the eight hours go on.
    let begun = "SELECT count(DISTINCT created_at) FROM session";
    assert_eq!(city.value::<i64>(begun).await, 1);
}

/// S16.
#[tokio::test]
async fn the_database_holds_a_hash_of_the_cookie_alone() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let mut browser = Browser::new(&site);
    browser.sign_in(WHO, RIGHT).await.expect(StatusCode::SEE_OTHER);
    let token = browser.cookie.strip_prefix("__Host-sid=").unwrap().to_owned();
    assert_eq!(token.len(), 64);
    let row: String = city.value("SELECT string_agg(s::text, ' ') FROM session s").await;
    assert!(!row.contains(&token));
    let held =
        format!("SELECT count(*) FROM session WHERE token_hash = sha256(decode('{token}', 'hex'))");
    assert_eq!(city.value::<i64>(&held).await, 1);
}

/// S14.
#[tokio::test]
async fn a_closed_account_and_a_changed_right_end_the_session_with_the_next_request() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (change, told) in [
        (
            "UPDATE staff SET active = false WHERE username = 'donghu.handler'",
            "您的岗位授权有变动，请重新登录。",
        ),
        (
            "UPDATE staff SET active = true WHERE username = 'donghu.handler';
             INSERT INTO role_grant (staff_id, role, unit_id, valid_from)
             SELECT id, 'clerk', unit_id, '2026-01-01' FROM staff WHERE username = 'donghu.clerk'
             ON CONFLICT DO NOTHING",
            "",
        ),
        (
            "UPDATE role_grant SET valid_until = '2026-07-01' FROM staff s
             WHERE s.id = staff_id AND s.username = 'donghu.handler'",
            "您的岗位授权有变动，请重新登录。",
        ),
    ] {
        city.force("UPDATE staff SET active = true WHERE username = 'donghu.handler'").await;
        let mut browser = Browser::new(&site);
        browser.sign_in(WHO, RIGHT).await.expect(StatusCode::SEE_OTHER);
        city.force(change).await;
        let page = browser.get("/my").await;
        if told.is_empty() {
            page.expect(StatusCode::OK);
        } else {
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{change}");
            assert_eq!(browser.get("/login").await.texts(".gone"), [told]);
        }
    }
}

/// S14, S27.
#[tokio::test]
async fn a_grant_ends_to_the_second_before_either_wall() {
    let city = City::new().await;
    city.force(
        "UPDATE role_grant SET valid_until = '2026-06-15 12:00:01+08'
         WHERE staff_id = (SELECT id FROM staff WHERE username = 'donghu.handler')",
    )
    .await;
    let site = Site::of(&city).await;
    let mut browser = Browser::new(&site);
    browser.sign_in(WHO, RIGHT).await.expect(StatusCode::SEE_OTHER);
    // The clock of the first wall.
    let first = Site::behind_the_first_wall_alone(&city).await;
    browser.before(&first).get("/my").await.expect(StatusCode::OK);
    let later = Site::at(&city, noon() + Duration::seconds(1)).await;
    assert_eq!(browser.before(&later).get("/my").await.status, StatusCode::SEE_OTHER);
    let page = sign_in(&later, WHO, RIGHT).await;
    assert_eq!(page.problem("").unwrap(), "您的账号还没有分配岗位，请联系本院管理员。");
    // The second asks the database what time it is.
    let reach = |until: &str| {
        format!(
            "WITH told AS (SELECT set_config('app.staff_id', s.id::text, true), set_config('app.grant_id', g.id::text, true)
                           FROM staff s JOIN role_grant g ON g.staff_id = s.id WHERE s.username = 'donghu.handler'),
                  dated AS (SELECT count(*) FROM told)
             SELECT coalesce(asking_role(), 'nobody') FROM dated WHERE {until}"
        )
    };
    assert_eq!(city.value::<String>(&reach("count = 1")).await, "nobody");
}

/// S18.
#[tokio::test]
async fn the_account_page_lists_ones_devices_and_ends_them() {
    let city = City::new().await;
    let site = Site::under(&city, noon(), rules(|rules| rules.devices = 3)).await;
    let mut browsers = [
        Browser::at(&site, "192.0.2.1"),
        Browser::at(&site, "192.0.2.2"),
        Browser::at(&site, "2001:db8:1:2:3::4"),
    ];
    for browser in &mut browsers {
        browser.sign_in(WHO, RIGHT).await.expect(StatusCode::SEE_OTHER);
    }
    let [first, second, here] = &mut browsers;
    let page = here.get("/account").await.expect(StatusCode::OK);
    let text = page.text();
    for said in
        ["东湖区人民法院", "责任人", "长期", "本机", "192.0.2.2", "2001:db8:1:2::/64", "Chrome 126"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    let buttons = page.attributes("button[name='session']", "value");
    assert_eq!(buttons.len(), 3, "two devices, and all others");
    let page = here.post("/account", "/account/sessions", &[("session", &buttons[0])]).await;
    page.expect(StatusCode::SEE_OTHER);
    assert_eq!(second.get("/my").await.status, StatusCode::SEE_OTHER);
    assert_eq!(second.get("/login").await.texts(".gone"), ["您在另一台设备上退出了本机。"]);
    first.get("/my").await.expect(StatusCode::OK);
    here.post("/account", "/account/sessions", &[("session", "others")]).await;
    assert_eq!(first.get("/my").await.status, StatusCode::SEE_OTHER);
    here.get("/my").await.expect(StatusCode::OK);

    // Nobody ends another's.
    let mut stranger = Browser::new(&site);
    stranger.sign_in("qingxi.handler", RIGHT).await;
    let theirs: String = city.value("SELECT max(uuid::text) FROM session WHERE ended_at IS NULL AND staff_id = (SELECT id FROM staff WHERE username = 'donghu.handler')").await;
    let page = stranger.post("/account", "/account/sessions", &[("session", &theirs)]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    here.get("/my").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_session_is_forgotten_half_a_year_after_it_ended() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    sign_in(&site, WHO, RIGHT).await;
    sign_in(&site, WHO, RIGHT).await;
    let count = "SELECT count(*) FROM session";
    crate::retention::machine_says(&city, "2027-01-01 12:00").await;
    for (day, left) in [(182, 2), (183, 2), (184, 0)] {
        anjie::store::drafts::sweep(&site.app.db, noon() + Duration::days(day)).await.unwrap();
        assert_eq!(city.value::<i64>(count).await, left, "{day}");
    }
}
