//! The written progress report.

use axum::http::StatusCode;

use super::acknowledgements::parallel;
use super::{BUREAU, HANDLER, LEADER, acknowledge, clocks, close, kept, staff, stage, version};
use crate::support::{City, Page, Site, at};

const CODES: [&str; 8] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"];

fn report(version: &str) -> Vec<(&str, &str)> {
    let sections = CODES.map(|code| (code, "已写"));
    [("version", version)].into_iter().chain(sections).collect()
}

/// A case whose report was submitted; its address.
async fn submitted(city: &City, site: &Site) -> (String, String) {
    let number = kept(city, site).await;
    let path = format!("/cases/{number}/report");
    let seen = version(city, &number).await;
    site.act(HANDLER, &path, &report(&seen)).await;
    (number, path)
}

/// The fields of the bureau's decision on the page.
async fn decide(site: &Site, path: &str, decision: &str, reason: &str) -> Page {
    let page = site.get(Some(BUREAU), path).await.expect(StatusCode::OK);
    let (report, version) = (page.value("report").unwrap(), page.value("version").unwrap());
    let fields = [
        ("report", report.as_str()),
        ("version", &version),
        ("decision", decision),
        ("return_reason", reason),
    ];
    site.post(Some(BUREAU), &format!("{path}/review"), &fields).await
}

#[tokio::test]
async fn the_report_is_filled_from_the_file_and_stops_its_clock() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let leader = staff(&city, LEADER).await;
    let meeting = [
        ("kind", "lead_meeting"),
        ("date", "2026-06-15"),
        ("time", "11:30"),
        ("host_id", leader.as_str()),
        ("present", "yes"),
        ("notes", "固定诉求两项"),
        ("no_record_reason", "未制作笔录"),
    ];
    site.act(HANDLER, &format!("/cases/{number}/interviews/new"), &meeting).await;
    let path = format!("/cases/{number}/report");
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".head .sub"), ["6月22日（周一）24:00前报中院信访局"]);
    assert!(
        page.value("s1").unwrap().starts_with(&format!("信访人张某，信访编号{number}。省院交办"))
    );
    assert_eq!(page.value("s2").unwrap(), "1. 案款足额发放 2. 说明扣划依据");
    assert!(page.value("s3").unwrap().starts_with("包案领导："));
    assert_eq!(page.value("s6").unwrap(), "6月15日，包案领导约见：固定诉求两项");
    assert_eq!(page.texts("#s4-hint"), ["待填写"]);
    assert_eq!(page.texts("#s5-hint"), ["已带入，请核对"]);
    assert_eq!(page.texts(".tasks a span:last-child")[3..5], ["待填写", "已填写"]);
    let seen = page.value("version").unwrap();

    let page = site.post(Some(HANDLER), &path, &[("s1", "已写")]).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("s4").unwrap(), "“评查意见”还没有填写");
    assert!(page.problem("s1").is_none());

    assert_eq!(site.act(HANDLER, &path, &report(&seen)).await, path);
    assert_eq!(clocks(&city, "P7").await, ["stopped"]);
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts("[data-standing]"), ["已报送。等待中院信访局审核。"]);
    assert_eq!(stage(&city, &number).await, "in_handling");
}

#[tokio::test]
async fn a_returned_report_is_owed_by_the_day_it_was_first_due() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (number, path) = submitted(&city, &site).await;
    let page = decide(&site, &path, "returned", " ").await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("return_reason").unwrap(), "请写明要补正什么");
    decide(&site, &path, "returned", "补评查意见").await.expect(StatusCode::SEE_OTHER);
    assert_eq!(clocks(&city, "P7").await, ["running"]);
    let due = "SELECT due_on = due_on_original FROM clock WHERE kind = 'P7'";
    assert!(city.value::<bool>(due).await);

    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".notice"), ["中院信访局退回补正：补评查意见"]);
    assert_eq!(page.value("s1").unwrap(), "已写");
    let seen = page.value("version").unwrap();
    site.act(HANDLER, &path, &report(&seen)).await;
    assert_eq!(clocks(&city, "P7").await, ["stopped"]);
    decide(&site, &path, "received", "").await.expect(StatusCode::SEE_OTHER);
    // Two courts, two chains: the unit's and the bureau's.
    let verbs =
        "SELECT array_agg(verb ORDER BY unit_id, seq) FROM audit WHERE verb LIKE 'report.%'";
    assert_eq!(
        city.value::<Vec<String>>(verbs).await,
        ["report.returned", "report.received", "report.submitted", "report.submitted"]
    );
    let page = site.post(Some(HANDLER), &path, &report(&version(&city, &number).await)).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").unwrap(), "已报送。等待中院信访局审核。");
}

#[tokio::test]
async fn a_late_report_says_why() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/report");
    let late = Site::at(&city, at("2026-06-25 09:00")).await;
    let page = late.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".notice"), ["已逾期3天。请在报告末尾说明原因。"]);
    let seen = page.value("version").unwrap();
    let page = late.post(Some(HANDLER), &path, &report(&seen)).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("late_reason").unwrap(), "已逾期3天，请说明原因");
    let mut excused = report(&seen);
    excused.push(("late_reason", "等待评查意见"));
    late.act(HANDLER, &path, &excused).await;
    assert_eq!(
        city.value::<String>("SELECT late_reason FROM progress_report").await,
        "等待评查意见"
    );
}

#[tokio::test]
async fn a_draft_is_private_sealed_and_gone_when_the_report_is_submitted() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/report");
    let seen = version(&city, &number).await;
    let print = format!("{path}/print");
    let draft =
        [("draft_of", path.as_str()), ("version", &seen), ("s7", "首笔已发放"), ("then", &print)];
    let to = site.act(HANDLER, "/drafts", &draft).await;
    assert_eq!(to, print);
    let page = site.get(Some(HANDLER), &to).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".draft"), ["草稿"]);
    assert!(page.texts(".doc h2")[6].starts_with("七、案件进展"));
    assert!(page.texts(".doc p").contains(&"首笔已发放".to_owned()));
    assert!(!city.value::<String>("SELECT body FROM draft").await.contains("首笔"));
    let page = site.get(Some(HANDLER), &path).await;
    assert_eq!(page.value("s7").unwrap(), "首笔已发放");
    let page = site.get(Some(LEADER), &path).await;
    assert_ne!(page.value("s7").unwrap(), "首笔已发放");

    site.act(HANDLER, &path, &report(&seen)).await;
    assert_eq!(city.value::<i64>("SELECT count(*) FROM draft").await, 0);
    let page = site.get(Some(BUREAU), &format!("{path}/print")).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".issuer"), ["东湖区人民法院"]);
    assert_eq!(page.texts(".to"), ["云州市中级人民法院信访局："]);
    assert_eq!(page.texts(".sign time"), ["2026年6月15日"]);
}

#[tokio::test]
async fn one_report_answers_every_assignment_and_a_new_one_is_owed_again() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (number, path) = submitted(&city, &site).await;
    parallel(&city, &number).await;
    acknowledge(&city, &site, &number).await;
    assert_eq!(clocks(&city, "P7").await, ["stopped", "running"]);
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    let seen = page.value("version").unwrap();
    site.act(HANDLER, &path, &report(&seen)).await;
    assert_eq!(clocks(&city, "P7").await, ["stopped", "stopped"]);
    let answers = "SELECT array_agg(report_id || ':' || (assignment_id > 1) ORDER BY report_id) FROM report_answer";
    assert_eq!(city.value::<Vec<String>>(answers).await, ["1:false", "2:true"]);
}

#[tokio::test]
async fn two_who_decide_on_one_reading_decide_once() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/report");
    let page = site.post(Some(HANDLER), &path, &report("1")).await.expect(StatusCode::CONFLICT);
    assert_eq!(page.value("s1").unwrap(), "已写");
    let seen = page.value("version").unwrap();
    let key = uuid::Uuid::new_v4().to_string();
    site.post_again(Some(HANDLER), &path, &report(&seen), &key).await.expect(StatusCode::SEE_OTHER);
    site.post_again(Some(HANDLER), &path, &report(&seen), &key).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM progress_report").await, 1);

    let page = site.get(Some(BUREAU), &path).await;
    let shown = (page.value("report").unwrap(), page.value("version").unwrap());
    let fields = [("report", shown.0.as_str()), ("version", &shown.1), ("decision", "received")];
    let review = format!("{path}/review");
    site.act("zhongyuan.bureau_head", &review, &fields).await;
    let second = site.post(Some(BUREAU), &review, &fields).await;
    assert_eq!(second.problem("").unwrap(), "这份报告已经审核");
    let unknown = [("report", "x"), ("version", &shown.1), ("decision", "received")];
    assert_eq!(site.post(Some(BUREAU), &review, &unknown).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn each_reads_or_writes_the_report_by_their_part_in_it() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (number, path) = submitted(&city, &site).await;
    for (who, method, status) in [
        ("donghu.president", "read", StatusCode::OK),
        ("zhongyuan.bureau", "read", StatusCode::OK),
        ("qingxi.president", "read", StatusCode::NOT_FOUND),
        ("donghu.clerk", "read", StatusCode::FORBIDDEN),
        ("zhongyuan.bureau", "write", StatusCode::FORBIDDEN),
        ("donghu.president", "write", StatusCode::FORBIDDEN),
        ("qingxi.handler", "write", StatusCode::NOT_FOUND),
        ("donghu.handler", "review", StatusCode::FORBIDDEN),
    ] {
        let answer = match method {
            "read" => site.get(Some(who), &path).await,
            "write" => site.post(Some(who), &path, &report("3")).await,
            _ => site.post(Some(who), &format!("{path}/review"), &[]).await,
        };
        assert_eq!(answer.status, status, "{who} {method}");
    }
    let page = site.get(Some("donghu.president"), &path).await;
    assert!(page.texts("button[name=decision]").is_empty());
    close(&city, &number).await;
    let page = site.post(Some(HANDLER), &path, &report(&version(&city, &number).await)).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").unwrap(), "本案已办结归档，内容不能改动。");
    let page = decide(&site, &path, "received", "").await;
    assert_eq!(page.problem("").unwrap(), "本案已办结归档，内容不能改动。");
}
