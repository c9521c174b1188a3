//! Talks with the petitioner.

use axum::http::StatusCode;

use super::acknowledgements::parallel;
use super::{HANDLER, LEADER, PDF, Sent, acknowledge, acknowledged, clocks, close, kept, staff};
use crate::support::{City, Page, Site, at};

/// The leader's meeting on 2026-06-15 at 11:30, complete but for the record.
fn meeting(leader: &str) -> Vec<(&str, &str)> {
    vec![
        ("kind", "lead_meeting"),
        ("date", "2026-06-15"),
        ("time", "11:30"),
        ("place", "第二接访室"),
        ("host_id", leader),
        ("present", "yes"),
        ("notes", "固定诉求两项"),
        ("claims[]", "案款足额发放"),
        ("claims[]", ""),
        ("told_timetable", "yes"),
        ("opinion", "agree"),
    ]
}

fn with<'a>(
    fields: &[(&'a str, &'a str)],
    changed: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    kept.chain(changed).copied().collect()
}

async fn send(site: &Site, number: &str, fields: &[(&str, &str)]) -> Page {
    let files: &[Sent<'_>] = &[("files", "约见笔录.pdf", "application/pdf", PDF)];
    site.upload(Some(HANDLER), &format!("/cases/{number}/interviews/new"), fields, files).await
}

#[tokio::test]
async fn the_leader_s_meeting_stops_its_clock_when_it_was_held() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let leader = staff(&city, LEADER).await;
    let path = format!("/cases/{number}/interviews/new");
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.attributes("[name=kind][checked]", "value"), ["lead_meeting"]);
    assert_eq!(page.attributes("#host_id option[selected]", "value"), [leader.as_str()]);

    let page = send(&site, &number, &meeting(&leader)).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(page.location(), format!("/cases/{number}/interviews"));
    assert_eq!(clocks(&city, "M2").await, ["stopped"]);
    assert_eq!(clocks(&city, "P7").await, ["running"]);
    let stopped = "SELECT stopped_at FROM clock WHERE kind = 'M2'";
    assert_eq!(city.value::<chrono::DateTime<chrono::Utc>>(stopped).await, at("2026-06-15 11:30"));
    let kept = "SELECT array_agg(kind || ' ' || name || ' ' || (belongs_to = (SELECT uuid::text FROM interview)))
                FROM document";
    assert_eq!(city.value::<Vec<String>>(kept).await, ["interview_record 约见笔录.pdf true"]);
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.attributes("[name=kind][checked]", "value"), ["reception"]);
    let page = site.get(Some(HANDLER), &format!("{path}?kind=lead_meeting")).await;
    assert_eq!(page.attributes("[name=kind][checked]", "value"), ["lead_meeting"]);
    let page = site.get(Some(HANDLER), &format!("/cases/{number}/interviews")).await;
    assert!(page.expect(StatusCode::OK).text().contains("固定诉求：案款足额发放"));
}

#[tokio::test]
async fn an_attempt_is_on_record_when_it_says_when_and_how() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let leader = staff(&city, LEADER).await;
    let path = format!("/cases/{number}/interviews/new");
    let absent = with(&meeting(&leader), &[("present", "no"), ("notes", "")]);
    let page = site.post(Some(LEADER), &path, &absent).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        page.problem("absence_note").unwrap(),
        "请写明联系时间和方式，如“6月11日9时电话通知，本人称在外地”"
    );
    assert_eq!(clocks(&city, "M2").await, ["running"]);
    let noted = with(&absent, &[("absence_note", "6月15日9时电话通知，本人称在外地")]);
    site.act(LEADER, &path, &noted).await;
    assert_eq!(clocks(&city, "M2").await, ["stopped"]);
    assert!(!city.value::<bool>("SELECT present FROM interview").await);
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let (leader, handler) = (staff(&city, LEADER).await, staff(&city, HANDLER).await);
    let full = meeting(&leader);
    for (changed, field, said) in [
        (vec![("kind", "")], "kind", "请选择形式"),
        (vec![("date", "soon")], "date", "日期应写成 2026-06-15、时间应写成 09:30 的样子"),
        (vec![("time", "12:01")], "date", "约见时间不能晚于现在"),
        (
            vec![("host_id", handler.as_str())],
            "host_id",
            "包案领导约见须由包案领导本人主持；由他人代为约见请选“接访”。",
        ),
        (vec![("host_id", "")], "host_id", "请选择主持人"),
        (vec![("present", "")], "present", "请选择信访人是否到场"),
        (vec![("notes", " ")], "notes", "请填写谈话要点"),
        (vec![("opinion", "refuse_sign")], "sign_note", "请由谈话人签字确认并说明"),
    ] {
        let page = send(&site, &number, &with(&full, &changed)).await;
        let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem(field).as_deref(), Some(said));
        assert!(page.text().contains("浏览器不保留所选的文件，请重新选择。"));
    }
    let path = format!("/cases/{number}/interviews/new");
    let page = site.post(Some(HANDLER), &path, &full).await;
    assert_eq!(page.problem("files").unwrap(), "请上传笔录，或写明没有笔录的原因");
    assert_eq!(page.value("place").unwrap(), "第二接访室");
    assert_eq!(city.value::<i64>("SELECT count(*) FROM interview").await, 0);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM document").await, 0);

    let alone = with(&full, &[("no_record_reason", "电话沟通，未制作笔录"), ("kind", "phone")]);
    site.act(HANDLER, &path, &with(&alone, &[("host_id", handler.as_str())])).await;
    assert_eq!(
        clocks(&city, "M2").await,
        ["running"],
        "a handler's call is not the leader's meeting"
    );
}

#[tokio::test]
async fn a_meeting_serves_only_what_was_assigned_before_it() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    parallel(&city, &number).await;
    acknowledge(&city, &site, &number).await;
    let leader = staff(&city, LEADER).await;
    send(&site, &number, &meeting(&leader)).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(clocks(&city, "M2").await, ["stopped", "running"]);
    let later = with(&meeting(&leader), &[("time", "11:50")]);
    send(&site, &number, &later).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(clocks(&city, "M2").await, ["stopped", "stopped"]);
}

#[tokio::test]
async fn a_talk_is_recorded_once_and_only_by_those_who_hold_the_case() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let leader = staff(&city, LEADER).await;
    let path = format!("/cases/{number}/interviews/new");
    let fields = with(&meeting(&leader), &[("no_record_reason", "未制作笔录")]);
    let key = uuid::Uuid::new_v4().to_string();
    let first = site.post_again(Some(HANDLER), &path, &fields, &key).await;
    let second = site.post_again(Some(HANDLER), &path, &fields, &key).await;
    assert_eq!(first.location(), second.location());
    assert_eq!(city.value::<i64>("SELECT count(*) FROM interview").await, 1);
    for (who, status) in [
        ("qingxi.handler", StatusCode::NOT_FOUND),
        ("donghu.handler2", StatusCode::NOT_FOUND),
        ("donghu.president", StatusCode::FORBIDDEN),
        ("zhongyuan.bureau", StatusCode::FORBIDDEN),
    ] {
        assert_eq!(site.post(Some(who), &path, &fields).await.status, status, "{who}");
    }
    close(&city, &number).await;
    let page = site.post(Some(HANDLER), &path, &fields).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").unwrap(), "本案已办结归档，内容不能改动。");
}

#[tokio::test]
async fn before_a_ledger_names_a_leader_nobody_can_have_met_as_one() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = acknowledged(&city, &site).await;
    let leader = staff(&city, LEADER).await;
    let page = send(&site, &number, &meeting(&leader)).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("host_id").unwrap(), "请先在台账中明确包案领导");
}
