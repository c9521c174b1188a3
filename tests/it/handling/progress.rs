//! Lines of progress and their corrections.

use axum::http::StatusCode;

use super::{HANDLER, LEADER, PDF, Sent, acknowledged, close, kept, stage};
use crate::support::{City, Site};

const LINE: &[(&str, &str)] = &[
    ("kind", "phone"),
    ("happened_at", "2026-06-15 11:20"),
    ("text", "已电话告知信访人，首笔42,000元已入专户"),
    ("next", "核对余款"),
    ("reply_to_public", "首笔案款将于本月发放"),
];

#[tokio::test]
async fn a_line_is_added_with_its_files_and_never_changed() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = acknowledged(&city, &site).await;
    let path = format!("/cases/{number}/progress/new");
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.value("happened_at").unwrap(), "2026-06-15 12:00");
    assert_eq!(page.texts("[name=kind] + span").len(), 6);
    let files: &[Sent<'_>] = &[("files", "案款分配表.pdf", "application/pdf", PDF)];
    let page = site.upload(Some(HANDLER), &path, LINE, files).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(page.location(), format!("/cases/{number}/progress"));
    assert_eq!(stage(&city, &number).await, "in_handling");
    assert_eq!(
        city.audit_verbs().await,
        ["case.assigned", "assignment.acknowledged", "progress.added", "document.filed"]
    );
    let told = "SELECT text || next || reply_to_public FROM progress_entry";
    assert_eq!(
        city.value::<String>(told).await,
        "已电话告知信访人，首笔42,000元已入专户核对余款首笔案款将于本月发放"
    );
}

#[tokio::test]
async fn a_line_that_says_nothing_or_is_yet_to_happen_comes_back() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = acknowledged(&city, &site).await;
    let path = format!("/cases/{number}/progress/new");
    let long = "答".repeat(201);
    for (fields, field, said) in [
        (vec![("happened_at", "2026-06-15 12:01")], "happened_at", "时间不能晚于现在"),
        (vec![("happened_at", "")], "happened_at", "时间应写成 2026-06-15 09:30 的样子"),
        (vec![("happened_at", "2026.13.5")], "happened_at", "时间应写成 2026-06-15 09:30 的样子"),
        (vec![("text", "")], "text", "请写明做了什么、结果如何"),
        (vec![("kind", "imported")], "kind", "请选择类别"),
        (vec![("reply_to_public", long.as_str())], "reply_to_public", "超出1字，请精简"),
    ] {
        let page = site.post(Some(HANDLER), &path, &fields).await;
        let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem(field).as_deref(), Some(said), "{fields:?}");
    }
    assert_eq!(city.value::<i64>("SELECT count(*) FROM progress_entry").await, 0);
}

#[tokio::test]
async fn a_correction_is_a_line_of_its_own_and_both_stay() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    site.act(HANDLER, &format!("/cases/{number}/progress/new"), LINE).await;
    let uuid = city.value::<String>("SELECT uuid::text FROM progress_entry").await;
    let path = format!("/cases/{number}/corrections/new");
    let asked = format!("{path}?of={uuid}");
    let page = site.get(Some(LEADER), &asked).await.expect(StatusCode::OK);
    assert_eq!(page.value("text").unwrap(), LINE[2].1);
    let fields = [("of", uuid.as_str()), ("reason", "金额有误"), ("text", "首笔42,600元已入专户")];
    let page = site.post(Some(LEADER), &path, &[("of", &uuid)]).await;
    assert_eq!(page.problem("reason").unwrap(), "请写明更正的原因");
    site.act(LEADER, &path, &fields).await;
    let lines = "SELECT array_agg(text || correction_reason ORDER BY id) FROM progress_entry";
    assert_eq!(city.value::<Vec<String>>(lines).await, [LINE[2].1, "首笔42,600元已入专户金额有误"]);
    let same = site.post(Some(HANDLER), &path, &fields).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(same.location(), format!("/cases/{number}/progress"));
    assert_eq!(city.value::<Vec<String>>(lines).await.len(), 2, "the same is not written twice");
    let nothing = site.get(Some(HANDLER), &path).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn of_two_who_correct_one_line_at_once_the_second_reads_the_first() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    site.act(HANDLER, &format!("/cases/{number}/progress/new"), LINE).await;
    let uuid = city.value::<String>("SELECT uuid::text FROM progress_entry").await;
    let path = format!("/cases/{number}/corrections/new");
    site.token(LEADER).await;
    let post = async |who, text: &'static str| {
        let fields = [("of", uuid.as_str()), ("reason", "金额有误"), ("text", text)];
        (text, site.post(Some(who), &path, &fields).await)
    };
    let answers: [_; 4] = tokio::join!(
        post(HANDLER, "首笔42,600元"),
        post(LEADER, "首笔42,700元"),
        post(HANDLER, "首笔42,800元"),
        post(LEADER, "首笔42,900元"),
    )
    .into();
    let (done, late): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|(_, page)| page.status == StatusCode::SEE_OTHER);
    assert_eq!(done.len(), 1);
    for (text, page) in late {
        let page = page.expect(StatusCode::CONFLICT);
        assert_eq!(page.value("text").as_deref(), Some(text), "nothing typed is lost");
    }
    assert_eq!(city.value::<i64>("SELECT count(*) FROM progress_entry").await, 2);
}

#[tokio::test]
async fn a_line_of_another_case_is_not_corrected_here() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (one, other) = (kept(&city, &site).await, kept(&city, &site).await);
    site.act(HANDLER, &format!("/cases/{one}/progress/new"), LINE).await;
    let uuid = city.value::<String>("SELECT uuid::text FROM progress_entry").await;
    let page = site.get(Some(HANDLER), &format!("/cases/{other}/corrections/new?of={uuid}")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn progress_is_recorded_by_the_team_while_the_round_is_open() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/progress/new");
    for (who, status) in [
        ("qingxi.handler", StatusCode::NOT_FOUND),
        ("donghu.handler2", StatusCode::NOT_FOUND),
        ("donghu.clerk", StatusCode::FORBIDDEN),
        ("zhongyuan.bureau", StatusCode::FORBIDDEN),
    ] {
        assert_eq!(site.post(Some(who), &path, LINE).await.status, status, "{who}");
    }
    let key = uuid::Uuid::new_v4().to_string();
    site.post_again(Some(HANDLER), &path, LINE, &key).await.expect(StatusCode::SEE_OTHER);
    site.post_again(Some(HANDLER), &path, LINE, &key).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM progress_entry").await, 1);
    close(&city, &number).await;
    let page = site.post(Some(HANDLER), &path, LINE).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").unwrap(), "本案已办结归档，内容不能改动。");
}
