//! The reply to the petitioner.

use axum::http::StatusCode;

use super::{HANDLER, PDF, Sent, close, kept, stage, version};
use crate::support::{City, Site};

fn told(version: &str) -> Vec<(&str, &str)> {
    vec![
        ("version", version),
        ("answered_at", "2026-06-15 11:40"),
        ("way", "in_person"),
        ("place", "第二接访室"),
        ("content", "案款已全部发放"),
        ("opinion", "认可"),
        ("signature", "signed"),
        ("none_reason", ""),
    ]
}

#[tokio::test]
async fn a_reply_in_person_answers_the_case() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/answer");
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    let seen = page.value("version").unwrap();
    let to = site.act(HANDLER, &path, &told(&seen)).await;
    assert_eq!(to, format!("/cases/{number}"));
    assert_eq!(stage(&city, &number).await, "replied");
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts("section h2"), ["当面 2026-06-15 11:40"]);
}

#[tokio::test]
async fn a_reply_by_telephone_needs_its_evidence() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/answer");
    let seen = version(&city, &number).await;
    let mut fields = told(&seen);
    fields[2] = ("way", "phone");
    let page = site.post(Some(HANDLER), &path, &fields).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("files").unwrap(), "请上传录音、短信截图等答复材料");
    assert_eq!(stage(&city, &number).await, "in_handling");
    let files: &[Sent<'_>] = &[("files", "短信截图.pdf", "application/pdf", PDF)];
    site.upload(Some(HANDLER), &path, &fields, files).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(city.value::<String>("SELECT kind FROM document").await, "reply_evidence");
}

/// Attempts to meet the petitioner of the one case, at these times.
async fn attempts(city: &City, times: &[&str]) {
    for time in times {
        city.force(&format!(
            "INSERT INTO interview (case_id, round_id, kind, held_at, place, host_id, present, absence_note,
                                    recorded_at, recorded_by)
             SELECT r.case_id, r.id, 'lead_meeting', '{time}+08', '信访大厅', r.recorded_by, false, '电话无人接听',
                    '{time}+08', r.recorded_by
             FROM round r"
        ))
        .await;
    }
}

#[tokio::test]
async fn where_nobody_can_be_told_the_reason_stands_for_the_reply() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/answer");
    let page = site.post(Some(HANDLER), &path, &[("answered_at", "2026-06-15 12:30")]).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    for (field, said) in [
        ("answered_at", "答复时间不能晚于现在"),
        ("way", "请选择答复方式"),
        ("content", "请填写答复内容"),
        ("signature", "请选择签字情况"),
    ] {
        assert_eq!(page.problem(field).unwrap(), said);
    }
    let seen = version(&city, &number).await;
    let none = |reason| [("version", seen.as_str()), ("none_reason", reason)];
    for (reason, said) in [
        ("anonymous", "本案有具名的信访人，不能以匿名为由不答复；联系不上的，请选“地址不明”"),
        (
            "address_unknown",
            "以地址不明为由不答复，须有三个不同日期联系未果的记录，现有2个。请先在“约见”中逐次登记时间和联系方式",
        ),
    ] {
        // Twice on one day is once.
        if reason == "address_unknown" {
            attempts(&city, &["2026-06-10 09:00", "2026-06-10 17:00", "2026-06-11 09:00"]).await;
        }
        let page = site.post(Some(HANDLER), &path, &none(reason)).await;
        let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem("none_reason").as_deref(), Some(said));
    }
    attempts(&city, &["2026-06-12 09:00"]).await;
    site.act(HANDLER, &path, &none("address_unknown")).await;
    assert_eq!(stage(&city, &number).await, "replied");
}

#[tokio::test]
async fn a_reply_written_on_an_older_page_is_not_lost() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/answer");
    let page = site.post(Some(HANDLER), &path, &told("1")).await.expect(StatusCode::CONFLICT);
    assert_eq!(page.value("content").unwrap(), "案款已全部发放");
    let seen = page.value("version").unwrap();
    let key = uuid::Uuid::new_v4().to_string();
    let fields = told(&seen);
    let first = site.post_again(Some(HANDLER), &path, &fields, &key).await;
    let second = site.post_again(Some(HANDLER), &path, &fields, &key).await;
    assert_eq!(first.location(), second.location());
    assert_eq!(city.value::<i64>("SELECT count(*) FROM reply").await, 1);
}

#[tokio::test]
async fn others_do_not_reply_and_a_closed_case_stands() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/answer");
    for (who, status) in [
        ("qingxi.leader", StatusCode::NOT_FOUND),
        ("donghu.clerk", StatusCode::FORBIDDEN),
        ("zhongyuan.bureau_head", StatusCode::FORBIDDEN),
    ] {
        assert_eq!(site.post(Some(who), &path, &told("2")).await.status, status, "{who}");
    }
    close(&city, &number).await;
    let page = site.post(Some(HANDLER), &path, &told("2")).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").unwrap(), "本案已办结归档，内容不能改动。");
    // The one that the closing rests on, and none after it.
    assert_eq!(city.value::<i64>("SELECT count(*) FROM reply").await, 1);
}
