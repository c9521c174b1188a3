//! Writing the close report and handing it in.

use axum::http::StatusCode;

use crate::support::chain::{
    HANDLER, LEADER, approval, approve, assigned, handled, ledgered, report, sign, stage,
};
use crate::support::{City, Site};

#[tokio::test]
async fn a_report_with_all_that_is_needed_goes_to_the_leader() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = handled(&city, &site).await;
    let path = format!("/cases/{number}/closing");
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.value("c1").unwrap(), "信访人：张某。");
    assert_eq!(page.value("c4").unwrap(), "执行案款未足额发放 1. 案款足额发放");
    assert_eq!(page.texts("#c4-hint"), ["已带入，请核对"]);
    assert_eq!(page.texts("#c6-hint"), ["待填写"]);
    assert!(page.text().contains("06-12 10:00 当面 本院接访室 已签字"));

    let done = report(&site, HANDLER, &number, "settled_written").await;
    assert_eq!(done.expect(StatusCode::SEE_OTHER).location(), path);
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".notice"), ["办结报告正在签批，退回前不能改动"]);
    assert_eq!(
        page.texts(".flow li").first().map(String::as_str),
        Some("起草报送周某 06-15 12:00（已完成）")
    );
    assert_eq!(page.texts(".flow .now"), ["包案领导签字"]);
    assert_eq!(stage(&city, &number).await, "replied");
    let papers: i64 = city.value("SELECT count(*) FROM closing_document").await;
    assert_eq!((papers, city.value::<i64>("SELECT count(*) FROM document").await), (3, 5));
    let verbs = city.audit_verbs().await;
    assert_eq!(verbs.last().map(String::as_str), Some("closing.applied"));
}

#[tokio::test]
async fn each_paper_has_a_label_and_says_what_may_be_uploaded() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = handled(&city, &site).await;
    let path = format!("/cases/{number}/closing");
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    let inputs = page.attributes("input[type=file]", "id");
    assert!(inputs.len() >= 3, "{inputs:?}");
    for input in &inputs {
        let label = page.texts(&format!("label[for='{input}']:not(.sr)"));
        assert!(label.len() == 1 && label[0].starts_with("上传"), "{label:?}");
    }
    let said = page.attributes("input[type=file].in", "aria-describedby");
    assert_eq!(said, vec!["papers-hint"; inputs.len()]);
    assert!(page.texts("#papers-hint")[0].starts_with("PDF、图片、Word，单个不超过50MB"));
}

#[tokio::test]
async fn what_is_missing_is_shown_at_once_and_nothing_is_lost() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = assigned(&city, &site, "0110").await;
    ledgered(&city, &number, [LEADER, "donghu.leader2", HANDLER]).await;
    let path = format!("/cases/{number}/closing");
    let version = site.get(Some(HANDLER), &path).await.value("version").unwrap();
    let fields = [
        ("version", version.as_str()),
        ("outcome", "settled_written"),
        ("c1", "信访人张某。"),
        ("c5", "经查，余款待评估费结算。"),
        ("action", "submit"),
    ];
    let files: [(&str, &str, &str, &[u8]); 2] = [
        ("file_plan", "化解方案.pdf", "application/pdf", b"%PDF-1.7"),
        ("file_settlement", "息诉承诺书.exe", "application/pdf", b"MZ"),
    ];
    for again in [false, true] {
        let page = site.upload(Some(HANDLER), &path, &fields, &files).await;
        let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            page.texts(".errors li"),
            [
                "息诉承诺书.exe：只能上传PDF、图片（JPG、PNG）和Word（.docx）文件",
                "还没有约见记录，请先录入约见；未能约见的，请录入联系经过",
                "还没有答复记录，请先录入答复",
                "缺少评查报告，请上传",
                "缺少息诉材料，请上传",
                "“原审处理经过和裁判情况”还没有填写",
                "“申请再审或申诉复查情况”还没有填写",
                "“信访事由”还没有填写",
                "“自查意见”还没有填写",
                "“评查结论”还没有填写",
            ],
            "again: {again}"
        );
        assert_eq!(page.value("c5").unwrap(), "经查，余款待评估费结算。");
        assert_eq!(page.texts("[data-papers=plan] .att"), ["化解方案.pdf"], "kept, and once");
    }
    assert_eq!(city.value::<i64>("SELECT count(*) FROM closing").await, 0);
}

#[tokio::test]
async fn without_a_plan_there_is_no_report() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = handled(&city, &site).await;
    let said = "台账里还没有化解方案，请先在台账中填写";
    // As a ledger that was imported leaves it.
    city.force("UPDATE ledger SET plan = ' '").await;
    let page = report(&site, HANDLER, &number, "settled_written").await;
    assert_eq!(page.expect(StatusCode::UNPROCESSABLE_ENTITY).problem("").unwrap(), said);
    city.force("UPDATE ledger SET plan = '先核实执行款'").await;
    let page = report(&site, HANDLER, &number, "settled_written").await;
    page.expect(StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_draft_is_found_again_by_its_writer_alone() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = handled(&city, &site).await;
    let path = format!("/cases/{number}/closing");
    let seen = site.get(Some(HANDLER), &path).await.value("version").unwrap();
    let fields =
        [("outcome", "terminated"), ("c6", "自查中"), ("action", "draft"), ("version", &seen)];
    assert_eq!(site.act(HANDLER, &path, &fields).await, path);
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert_eq!(page.value("c6").unwrap(), "自查中");
    assert_eq!(page.attributes("input[name=outcome][checked]", "value"), ["terminated"]);
    assert_eq!(page.texts("[data-unsent]"), ["有未提交的草稿（今天12:00），已填入本页。"]);
    let other = site.get(Some(LEADER), &path).await.expect(StatusCode::OK);
    assert_eq!(other.value("c6").unwrap(), "");
    let sealed: String = city.value("SELECT body FROM draft").await;
    assert!(!sealed.contains("自查中"));

    let more = [("draft_of", path.as_str()), ("c6", "自查完毕"), ("version", &seen)];
    site.act(HANDLER, "/drafts", &more).await;
    let print = site.get(Some(HANDLER), &format!("{path}/print")).await.expect(StatusCode::OK);
    assert_eq!(print.texts(".draft"), [format!("草稿 信访编号 {number}")]);
    assert!(print.text().contains("自查完毕"));

    report(&site, HANDLER, &number, "terminated").await.expect(StatusCode::SEE_OTHER);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM draft").await, 0);
    let key: String = city
        .value("SELECT key::text FROM form_receipt WHERE path LIKE '%/closing' ORDER BY received_at DESC LIMIT 1")
        .await;
    site.post_again(Some(HANDLER), "/drafts", &more, &key).await;
    assert_eq!(city.value::<i64>("SELECT count(*) FROM draft").await, 0, "sent is sent");
}

#[tokio::test]
async fn a_returned_report_comes_back_with_its_reason_and_is_handed_in_anew() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = handled(&city, &site).await;
    let path = format!("/cases/{number}/closing");
    report(&site, HANDLER, &number, "settled_written").await.expect(StatusCode::SEE_OTHER);
    let first = approval(&city).await;
    sign(&site, LEADER, &first, ("return", "答复笔录缺签名")).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(stage(&city, &number).await, "returned");

    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    let notice = &page.texts(".notice")[0];
    assert!(notice.starts_with("包案领导签字退回（"), "{notice}");
    assert!(notice.ends_with("：答复笔录缺签名"), "{notice}");
    assert_eq!(page.value("c6").unwrap(), "自查无误。");
    assert_eq!(page.attributes("input[name=outcome][checked]", "value"), ["settled_written"]);

    report(&site, HANDLER, &number, "settled_written").await.expect(StatusCode::SEE_OTHER);
    let second = approval(&city).await;
    assert_ne!(first, second);
    let old = site.get(Some(LEADER), &first).await.expect(StatusCode::OK);
    assert_eq!(old.texts(".notice"), ["责任单位已另报一份办结报告，这一份不再签批。"]);
    approve(&site, LEADER, &second).await;
    assert_eq!(stage(&city, &number).await, "unit_closed");
}

#[tokio::test]
async fn a_report_written_on_an_old_reading_conflicts_and_keeps_what_was_typed() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = handled(&city, &site).await;
    let path = format!("/cases/{number}/closing");
    let fields = [("version", "0"), ("outcome", "terminated"), ("c6", "自查无误。")];
    let page = site.post(Some(HANDLER), &path, &fields).await.expect(StatusCode::CONFLICT);
    assert_eq!(page.value("c6").unwrap(), "自查无误。");
    assert_ne!(page.value("version").unwrap(), "0");
    assert_eq!(city.value::<i64>("SELECT count(*) FROM closing").await, 0);
}

#[tokio::test]
async fn outside_the_team_there_is_no_report() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = handled(&city, &site).await;
    let path = format!("/cases/{number}/closing");
    for (who, status) in [
        ("donghu.handler2", StatusCode::NOT_FOUND),
        ("qingxi.handler", StatusCode::NOT_FOUND),
        ("donghu.leader", StatusCode::OK),
        ("donghu.clerk", StatusCode::FORBIDDEN),
        ("donghu.president", StatusCode::FORBIDDEN),
    ] {
        site.get(Some(who), &path).await.expect(status);
    }
    let print = format!("{path}/print");
    site.get(Some("donghu.president"), &print).await.expect(StatusCode::NOT_FOUND);
    report(&site, HANDLER, &number, "settled_written").await.expect(StatusCode::SEE_OTHER);
    for (who, status) in [
        ("donghu.president", StatusCode::OK),
        ("qingxi.president", StatusCode::NOT_FOUND),
        ("zhongyuan.bureau", StatusCode::OK),
        ("zhongyuan.leading_group", StatusCode::NOT_FOUND),
    ] {
        site.get(Some(who), &print).await.expect(status);
    }
}
