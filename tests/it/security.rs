//! What the security administrators set: two agree on it, it holds at once, and nothing falls below
//! what the law asks for.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use sqlx::AssertSqlSafe;

use crate::support::{City, Site, at};

const SECADMIN: &str = "zhongyuan.secadmin";
const SECOND: &str = "zhongyuan.secadmin2";
const HERE: &str = "/admin/security";

/// The settings as a form sends them, some of them changed.
pub fn settings<'a>(changed: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
    let mut fields = vec![
        ("profile", "dengbao"),
        ("shortest", "12"),
        ("days", "90"),
        ("history", "5"),
        ("tries", "5"),
        ("idle_minutes", "30"),
        ("longest_hours", "8"),
        ("devices", "1"),
        ("second_factor", "all"),
        ("reach", "nobody"),
        ("ranges", ""),
    ];
    for (name, value) in changed {
        fields.iter_mut().find(|field| field.0 == *name).unwrap().1 = value;
    }
    fields
}

async fn propose(city: &City, site: &Site, fields: &[(&str, &str)]) -> String {
    site.act(SECADMIN, HERE, fields).await;
    let last = "SELECT uuid FROM security_setting ORDER BY id DESC LIMIT 1";
    format!("{HERE}/{}", city.value::<uuid::Uuid>(last).await)
}

/// Proposes settings and has them confirmed.
pub async fn set(city: &City, site: &Site, fields: &[(&str, &str)]) {
    let proposal = propose(city, site, fields).await;
    site.act(SECOND, &format!("{proposal}/confirmation"), &[]).await;
}

/// S15, S31.
#[tokio::test]
async fn settings_need_a_second_security_administrator_and_hold_from_then() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let proposal = propose(&city, &site, &settings(&[("idle_minutes", "15")])).await;
    let confirmation = format!("{proposal}/confirmation");
    let own = site.post(Some(SECADMIN), &confirmation, &[]).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(own.problem("").as_deref(), Some("须由另一名安全管理员确认"));
    assert_eq!(site.app.rules().idle_minutes, 30, "nothing holds yet");
    let twice = site.post(Some(SECADMIN), HERE, &settings(&[("tries", "3")])).await;
    assert_eq!(twice.problem("").as_deref(), Some("已有一项待确认的设置，请先确认或退回"));
    let text = site.get(Some(SECOND), HERE).await.text();
    assert!(text.contains("空闲退出30分钟15分钟") && text.contains("确认生效"), "{text}");
    let cookie = site.cookie("donghu.handler").await;
    site.act(SECOND, &confirmation, &[]).await;
    let again = site.post(Some(SECOND), &confirmation, &[]).await;
    assert_eq!(again.problem("").as_deref(), Some("这项设置已经处理过"));
    assert_eq!(city.audit_verbs().await, ["security.proposed", "security.confirmed"]);
    // A session rests fifteen minutes now, at an instance that was started with thirty.
    for (moment, status) in [("12:16", StatusCode::SEE_OTHER), ("12:14", StatusCode::OK)] {
        let site = Site::at(&city, at(&format!("2026-06-15 {moment}"))).await;
        let request = Request::builder().uri("/my").header("cookie", &cookie);
        site.send(None, request, Body::empty()).await.expect(status);
    }
}

/// S15.
/// What is confirmed may be read a moment later; until then what held goes on.
#[tokio::test]
async fn between_a_confirmation_and_the_next_reading_the_former_settings_hold() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    set(&city, &site, &settings(&[("idle_minutes", "15")])).await;
    site.get(Some(SECOND), HERE).await.expect(StatusCode::OK);
    assert_eq!(site.app.rules().idle_minutes, 15);
    set(&city, &site, &settings(&[("idle_minutes", "10")])).await;
    assert_eq!(site.app.rules().idle_minutes, 15, "not the thirty of the start");
    site.get(Some(SECOND), HERE).await.expect(StatusCode::OK);
    assert_eq!(site.app.rules().idle_minutes, 10);
}

/// S15.
#[tokio::test]
async fn settings_that_were_confirmed_stay_so_however_many_are_declined_after_them() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    set(&city, &site, &settings(&[("idle_minutes", "15")])).await;
    for _ in 0..12 {
        let proposal = propose(&city, &site, &settings(&[("idle_minutes", "10")])).await;
        site.act(SECOND, &format!("{proposal}/refusal"), &[("reason", "太短")]).await;
    }
    let text = site.get(Some(SECOND), HERE).await.text();
    assert!(text.contains("按最近一次确认的设置"), "{text}");
}

/// R3.
#[tokio::test]
async fn of_many_who_propose_at_once_one_does_and_the_others_are_told() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let fields = settings(&[("idle_minutes", "15")]);
    site.token(SECADMIN).await;
    let presses = (0..6).map(|_| site.post(Some(SECADMIN), HERE, &fields));
    let pages = futures_util::future::join_all(presses).await;
    let told: Vec<_> = pages.iter().filter_map(|page| page.problem("")).collect();
    assert_eq!(told, ["已有一项待确认的设置，请先确认或退回"; 5]);
}

/// S15.
#[tokio::test]
async fn the_longest_a_session_lasts_is_what_is_set() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    set(&city, &site, &settings(&[("longest_hours", "1")])).await;
    let cookie = site.cookie("donghu.handler").await;
    for (moment, status) in [
        ("12:20", StatusCode::OK),
        ("12:40", StatusCode::OK),
        ("12:59", StatusCode::OK),
        ("13:00", StatusCode::SEE_OTHER),
    ] {
        let site = Site::at(&city, at(&format!("2026-06-15 {moment}"))).await;
        let request = Request::builder().uri("/my").header("cookie", &cookie);
        site.send(None, request, Body::empty()).await.expect(status);
    }
}

/// S3.
#[tokio::test]
async fn what_is_too_weak_is_refused_beside_its_field_and_by_the_database() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (name, value, field, said) in [
        ("shortest", "11", "shortest", "密码长度应在12到64位之间，不能低于等级保护的要求"),
        ("shortest", "很长", "shortest", "密码长度请填写整数"),
        ("days", "", "days", "更换密码请填写整数"),
        ("days", "180", "days", "等级保护要求密码至多90天更换一次，请填写1到90"),
        ("history", "2", "history", "等级保护要求新密码不同于最近的5次，请填写5到24"),
        ("tries", "50", "tries", "连续失败应在3到5次之间"),
        ("idle_minutes", "60", "idle_minutes", "空闲退出应在5到30分钟之间"),
        ("longest_hours", "24", "longest_hours", "最长登录应在1到8小时之间"),
        ("devices", "9", "devices", "同时登录的设备应在1到3台之间"),
        (
            "second_factor",
            "off",
            "second_factor",
            "等级保护要求两种以上的鉴别方式，动态口令不能对管理员停用",
        ),
        (
            "ranges",
            "10.1.0.0/99",
            "ranges",
            "第1行“10.1.0.0/99”不是地址或网段，例如10.0.0.1或10.1.0.0/16",
        ),
        ("reach", "all", "ranges", "请填写允许登录的地址或网段"),
    ] {
        let page = site.post(Some(SECADMIN), HERE, &settings(&[(name, value)])).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name} {value}");
        assert_eq!(page.problem(field).as_deref(), Some(said), "{name} {value}");
        if !["second_factor", "reach"].contains(&name) {
            assert_eq!(page.value(name).as_deref(), Some(value), "what was typed stays");
        }
    }
    let elsewhere = settings(&[("reach", "administrators"), ("ranges", "10.1.0.0/16")]);
    let page = site.post(Some(SECADMIN), HERE, &elsewhere).await;
    let said = page.problem("").unwrap();
    assert!(said.starts_with("您现在的地址127.0.0.1不在允许的网段内"), "{said}");
    assert_eq!(city.value::<i64>("SELECT count(*) FROM security_setting").await, 0);
    // The database asks for the same once more.
    let proposal = propose(&city, &site, &settings(&[("idle_minutes", "15")])).await;
    for weak in
        ["idle_minutes = 31", "shortest = 8", "days = NULL", "second_factor = 'off'", "tries = 6"]
    {
        let weakened = format!("UPDATE security_setting SET {weak}");
        let refused = sqlx::query(AssertSqlSafe(weakened)).execute(&city.truth()).await;
        assert!(refused.unwrap_err().to_string().contains("check constraint"), "{weak}");
    }
    let uuid = proposal.rsplit('/').next().unwrap();
    let decide = format!("SELECT coalesce(security_decide('{uuid}', '', now()), 0)");
    for who in [SECADMIN, "zhongyuan.sysadmin", "zhongyuan.auditor", "donghu.clerk"] {
        assert_eq!(city.as_server(who, &decide).await, Some(0), "{who}");
    }
    let page = site.post(Some(SECOND), &format!("{proposal}/refusal"), &[("reason", " ")]).await;
    assert_eq!(page.problem("reason").as_deref(), Some("请填写退回的理由"));
    site.act(SECOND, &format!("{proposal}/refusal"), &[("reason", "太短")]).await;
    assert!(site.get(Some(SECADMIN), HERE).await.text().contains("退回：太短"));
    assert_eq!(site.app.rules().idle_minutes, 30);
}

#[tokio::test]
async fn the_form_as_first_shown_can_be_sent_and_every_address_is_no_restriction() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let page = site.get(Some(SECADMIN), HERE).await;
    assert!(page.value("days").is_some_and(|days| !days.is_empty()), "it is asked for");
    let everyone = settings(&[("reach", "all"), ("ranges", "0.0.0.0/0"), ("tries", "4")]);
    let page = site.post(Some(SECADMIN), HERE, &everyone).await;
    let said = page.expect(StatusCode::UNPROCESSABLE_ENTITY).problem("ranges").unwrap();
    assert!(said.contains("包含所有地址"), "{said}");
    let page = site.post(Some(SECADMIN), HERE, &settings(&[("tries", "三")])).await;
    assert_eq!(page.problem("tries").as_deref(), Some("连续失败请填写整数"));
    let uuid = propose(&city, &site, &settings(&[("tries", "４")])).await;
    let page = site.post(Some(SECADMIN), &format!("{uuid}/refusal"), &[("reason", "")]).await;
    assert_eq!(page.problem("reason").as_deref(), Some("请填写收回的理由"));
}
