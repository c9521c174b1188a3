//! The intake desk: registering, the duplicate check across courts, taking back, the receipt.

mod first_wall;
mod identity;
mod joining;
mod materials;
mod numbers;
mod plan;
mod sums;
mod taking_back;

use axum::http::StatusCode;

use crate::support::{City, Site, at, visit};

const CLERK: &str = "donghu.clerk";
pub const NEW: &str = "/visits/new";

/// An invented number of a region that doesn't exist, with its right check digit.
pub fn id_number(birth: &str, order: u32) -> String {
    let number = format!("990110{birth}{order:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = number.chars().map(|digit| digit.to_digit(10).unwrap());
    let sum: u32 = digits.zip(weights).map(|(digit, weight)| digit * weight).sum();
    let check = "10X98765432".chars().nth((sum % 11) as usize).unwrap();
    format!("{number}{check}")
}

/// A visit with an ID card, and then some.
pub fn visit_with_id<'a>(id: &'a str, changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![("id_type", "id_card"), ("id_number", id), ("no_id_reason", "")];
    all.extend_from_slice(changed);
    visit(&all)
}

async fn register(site: &Site, who: &str, fields: &[(&str, &str)]) -> String {
    let location = site.act(who, NEW, fields).await;
    location.trim_start_matches("/visits/").to_owned()
}

#[tokio::test]
async fn a_visit_gets_its_number_and_opens_a_case_that_waits_for_assignment() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    let number = register(&site, CLERK, &visit_with_id(&id, &[])).await;
    assert_eq!(number, "LF20260615-0110-001");
    let page =
        site.get(Some(CLERK), &format!("/visits/{number}")).await.expect(StatusCode::OK).text();
    for said in ["XF2026-00001", "张某", "受理待交办", "执行案款未足额发放，要求书面说明", "初访"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains(&id) && page.contains(&id[14..]), "the number shows its last four");
    let stage = city.value::<String>("SELECT stage FROM petition_case_now").await;
    assert_eq!(stage, "accepted");
    assert_eq!(city.audit_verbs().await, ["visit.registered"]);
}

#[tokio::test]
async fn what_is_missing_is_told_at_once_and_nothing_typed_is_lost() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let fields = visit(&[
        ("no_id_reason", ""),
        ("name", "张3"),
        ("sex", ""),
        ("phone", "1000000"),
        ("visit_form", "group"),
        ("people_count", "6"),
        ("appeal_category", ""),
        ("origin_court", ""),
        ("summary", "案款"),
        ("disposition", ""),
        ("urgent", "1"),
        ("address", "东湖区某街道"),
    ]);
    let page = site.post(Some(CLERK), NEW, &fields).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    for (field, message) in [
        ("no_id_reason", "请选择没有证件的原因"),
        ("name", "姓名不能含数字"),
        ("sex", "请选择性别"),
        ("phone", "手机号应为11位"),
        ("appeal_category", "请选择诉求类别"),
        ("origin_court", "请选择原审法院；没有诉讼案件请选“无”。"),
        ("summary", "请写明什么案、什么问题、要什么"),
        ("disposition", "请选择处理方式"),
        ("urgent_reason", "请写明紧急情况"),
    ] {
        assert_eq!(page.problem(field).as_deref(), Some(message), "{field}");
    }
    for (field, value) in [("name", "张3"), ("phone", "1000000"), ("address", "东湖区某街道")]
    {
        assert_eq!(page.value(field).as_deref(), Some(value));
    }
    assert_eq!(page.value("summary").as_deref(), Some("案款"));
    let chosen = page.attributes("input[name=visit_form][checked]", "value");
    assert_eq!(chosen, ["group"]);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM visit").await, 0);
}

#[tokio::test]
async fn each_way_of_dealing_with_it_asks_for_what_it_needs() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (disposition, field, message) in [
        ("resolved_on_spot", "answer_text", "请填写答复内容，登记单会打印"),
        ("not_accepted", "answer_text", "请填写答复内容，登记单会打印"),
        ("joined_to_case", "merge_case_no", "请选择要并入的案件"),
        ("transferred_out", "transfer_organ", "请填写转送机关"),
    ] {
        let fields = visit(&[("disposition", disposition)]);
        let page =
            site.post(Some(CLERK), NEW, &fields).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem(field).as_deref(), Some(message), "{disposition}");
    }
    for (disposition, field, value, stage) in [
        ("resolved_on_spot", "answer_text", "已当面说明", "resolved_on_spot"),
        ("not_accepted", "answer_text", "不属法院职责", "not_accepted"),
        ("routed_to_litigation", "litigation_route", "retrial", "routed_to_litigation"),
        ("transferred_out", "transfer_organ", "市人社局", "transferred_out"),
    ] {
        register(&site, CLERK, &visit(&[("disposition", disposition), (field, value)])).await;
        let latest = "SELECT stage FROM petition_case_now ORDER BY case_id DESC LIMIT 1";
        assert_eq!(city.value::<String>(latest).await, stage);
    }
}

#[tokio::test]
async fn a_doubtful_id_number_is_asked_about_once_and_then_registered_as_unverified() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let right = id_number("19680312", 1);
    let last = if right.ends_with('1') { '2' } else { '1' };
    let wrong = format!("{}{last}", &right[..17]);
    for (number, message) in [
        (&right[..17], "证件号码应为18位，现在是17位。"),
        (wrong.as_str(), "证件号码校验不通过，请核对最后一位。"),
        ("990110196813120010", "出生日期不存在，请核对第7至14位。"),
    ] {
        let page = site
            .post(Some(CLERK), NEW, &visit_with_id(number, &[]))
            .await
            .expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem("id_number").as_deref(), Some(message));
        assert_eq!(page.value("id_number").as_deref(), Some(number));
        assert!(page.text().contains("确认无误，仍按此登记"));
        let reasons = page.attributes("[name=id_override_reason]", "value");
        for reason in ["old_card", "as_shown", "reader_failed"] {
            assert!(reasons.iter().any(|it| it == reason), "{reason}: {reasons:?}");
        }
    }
    let stands = visit_with_id(&wrong, &[("id_override_reason", "as_shown")]);
    let number = register(&site, CLERK, &stands).await;
    assert!(!city.value::<bool>("SELECT id_verified FROM petitioner").await);
    let page = site.get(Some(CLERK), &format!("/visits/{number}")).await.expect(StatusCode::OK);
    assert!(page.text().contains("身份未核实"), "{}", page.text());
}

#[tokio::test]
async fn a_registration_that_fails_half_way_gives_its_number_back() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    city.force("ALTER TABLE visit_text ADD CONSTRAINT unlucky CHECK (summary !~ '坏')").await;
    site.post(Some(CLERK), NEW, &visit(&[("summary", "坏的一次，什么都没有留下")]))
        .await
        .expect(StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM petitioner").await, 0);
    assert_eq!(register(&site, CLERK, &visit(&[])).await, "LF20260615-0110-001");
}

#[tokio::test]
async fn pressing_twice_registers_once() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let key = uuid::Uuid::new_v4().to_string();
    let first = site.post_again(Some(CLERK), NEW, &visit(&[]), &key).await;
    let second = site.post_again(Some(CLERK), NEW, &visit(&[]), &key).await;
    assert_eq!(first.location(), second.location());
    assert_eq!(city.value::<i64>("SELECT count(*) FROM visit").await, 1);
}

#[tokio::test]
async fn a_registration_is_taken_back_within_ten_minutes_and_keeps_its_number() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = register(&site, CLERK, &visit(&[])).await;
    let void = format!("/visits/{number}/void");
    let page = site.post(Some(CLERK), &void, &[("reason", " ")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("请写明撤销的理由"));

    let late = Site::at(&city, at("2026-06-15 12:11")).await;
    let page = late.post(Some(CLERK), &void, &[("reason", "录错了人")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = site.post(Some("donghu.handler"), &void, &[("reason", "录错了人")]).await;
    assert_ne!(page.status, StatusCode::SEE_OTHER, "only who recorded it takes it back");

    let in_time = Site::at(&city, at("2026-06-15 12:10")).await;
    in_time.act(CLERK, &void, &[("reason", "录错了人")]).await;
    let page = in_time.get(Some(CLERK), &format!("/visits/{number}")).await.expect(StatusCode::OK);
    assert!(page.text().contains("已撤销") && page.text().contains("录错了人"));
    assert_eq!(city.value::<String>("SELECT stage FROM petition_case_now").await, "void");
    assert_eq!(register(&in_time, CLERK, &visit(&[])).await, "LF20260615-0110-002");
}

#[tokio::test]
async fn the_match_panel_shows_of_other_courts_no_word_of_what_was_said() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    let foreign = visit_with_id(
        &id,
        &[
            ("summary", "青溪法院的案款迟迟没有发放"),
            ("disposition", "resolved_on_spot"),
            ("answer_text", "待评估费结算后发放余款"),
            ("address", "青溪区某某路"),
        ],
    );
    register(&site, "qingxi.clerk", &foreign).await;
    for asked in [("id_number", id.as_str()), ("name", "张某"), ("phone", "10000000021")] {
        let page =
            site.post(Some(CLERK), "/petitioners/match", &[asked]).await.expect(StatusCode::OK);
        let (text, html) = (page.text(), page.html());
        for shown in ["张某", "2026-06-15", "XF2026-00001", "当场化解"] {
            assert!(text.contains(shown), "{asked:?} {shown}: {text}");
        }
        for hidden in ["迟迟没有发放", "评估费", "某某路", &id, "10000000021"] {
            let typed = hidden == asked.1;
            assert!(typed || !html.contains(hidden), "{asked:?} shows {hidden}");
        }
    }
    let page =
        site.post(Some("qingxi.clerk"), "/petitioners/match", &[("id_number", id.as_str())]).await;
    assert!(page.text().contains("迟迟没有发放") || page.text().contains("评估费"));
}

#[tokio::test]
async fn the_head_of_the_match_panel_says_by_what_it_found_whom() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (one, other) = (id_number("19680312", 1), id_number("19700101", 3));
    register(&site, CLERK, &visit_with_id(&one, &[])).await;
    register(&site, CLERK, &visit_with_id(&other, &[("phone", "10000000022")])).await;
    for (field, value, said) in [
        ("id_number", one.as_str(), "按证件号码找到1人"),
        ("name", "张某", "按姓名找到2人，请核对"),
        ("phone", "10000000022", "按手机号找到1人"),
        ("case_no", "XF2026-00002", "找到1人"),
        ("name", "李某某", "没有找到，按首次来访登记"),
    ] {
        let page = site.post(Some(CLERK), "/petitioners/match", &[(field, value)]).await;
        let head = page.expect(StatusCode::OK).texts("[role=status]").join(" ").replace(' ', "");
        assert!(head.contains(said), "{field}: {head}");
    }
    let page = site.post(Some("donghu.leader"), "/petitioners/match", &[("name", "张某")]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_visit_joined_to_a_case_of_another_court_counts_across_courts() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    register(&site, "qingxi.clerk", &visit_with_id(&id, &[])).await;
    let again =
        visit_with_id(&id, &[("disposition", "joined_to_case"), ("merge_case_no", "XF2026-00001")]);
    let number = register(&site, CLERK, &again).await;
    let page = site.get(Some(CLERK), &format!("/visits/{number}")).await.expect(StatusCode::OK);
    assert!(page.text().contains("重复访·第2次"), "{}", page.text());
    assert_eq!(city.value::<i64>("SELECT count(*) FROM petition_case").await, 1);
    assert_eq!(city.value::<i64>("SELECT visits FROM petition_case_now").await, 2);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM petitioner").await, 1);
}

#[tokio::test]
async fn the_same_matter_is_joined_or_its_difference_explained() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    let about = [("origin_case_no", "2023 某0110执1187")];
    register(&site, CLERK, &visit_with_id(&id, &about)).await;
    let page = site
        .post(Some(CLERK), NEW, &visit_with_id(&id, &about))
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text().contains("XF2026-00001") && page.text().contains("不是同一事项"));
}

#[tokio::test]
async fn an_accusation_is_sealed_and_opens_no_case() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let secret = "反映某法官收受财物的情况";
    let fields = visit(&[("visit_kind", "accusation"), ("summary", secret), ("name", "司马某某")]);
    let number = register(&site, CLERK, &fields).await;
    assert_eq!(city.value::<i64>("SELECT count(*) FROM petition_case").await, 0);
    assert!(city.value::<bool>("SELECT sealed FROM visit_text").await);

    let receipt = site.get(Some(CLERK), &format!("/visits/{number}/receipt")).await;
    let receipt = receipt.expect(StatusCode::OK).text();
    assert!(receipt.contains(&number));
    for hidden in [secret, "司马某某", "检举", "查询码", "联络人"] {
        assert!(!receipt.contains(hidden), "the receipt shows the number alone: {hidden}");
    }
    for who in [CLERK, "donghu.handler", "donghu.leader", "zhongyuan.bureau"] {
        for path in ["/visits".to_owned(), format!("/visits/{number}")] {
            let page = site.get(Some(who), &path).await;
            assert!(!page.html().contains(secret), "{who} {path}");
        }
    }
    // The receipt is for whoever came: nobody but the recorder hands it out.
    let receipt = site.get(Some("zhongyuan.bureau"), &format!("/visits/{number}/receipt")).await;
    assert_eq!(receipt.status, StatusCode::NOT_FOUND);
    assert!(
        !site.get(Some(CLERK), "/visits").await.text().contains("司马某某"),
        "nor is a name listed"
    );
    for who in ["donghu.handler", "donghu.leader"] {
        let page = site.get(Some(who), &format!("/visits/{number}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{who}");
        assert!(!site.get(Some(who), "/visits").await.text().contains("司马某某"), "{who}");
    }
    let page = site.post(Some("qingxi.clerk"), "/petitioners/match", &[("name", "司马某某")]).await;
    assert!(page.text().contains("没有找到"), "that someone accused is nobody's business");
}

#[tokio::test]
async fn personal_numbers_stand_sealed_and_in_no_address() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    let fields = visit_with_id(&id, &[("address", "东湖区某街道")]);
    let location = site.act(CLERK, NEW, &fields).await;
    assert!(!location.contains(&id));
    let stored = city.value::<String>("SELECT row_to_json(p)::text FROM petitioner p").await;
    for plain in [&id, "10000000021", "东湖区某街道"] {
        assert!(!stored.contains(plain), "{plain}");
    }
    assert!(stored.contains(&id[14..]), "the last four are shown everywhere");
    let audit = city.value::<String>("SELECT string_agg(audit::text, '') FROM audit").await;
    assert!(!audit.contains(&id) && !audit.contains("张某"));
}

#[tokio::test]
async fn the_receipt_has_two_parts_a_code_and_the_next_date() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let fields = visit(&[("origin_court", "东湖区人民法院")]);
    let number = register(&site, CLERK, &fields).await;
    let page = site.get(Some(CLERK), &format!("/visits/{number}/receipt")).await;
    let page = page.expect(StatusCode::OK);
    assert_eq!(page.attributes("body", "class"), ["paper paper--halves"], "one sheet");
    let text = page.text();
    for said in ["来访登记单", "信访人联", "存根联", &number, "XF2026-00001", "6月15日", "7月"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    let codes = page.texts(".receipt .code");
    assert_eq!(codes.len(), 2);
    assert_eq!(codes[0], codes[1]);
    let groups: Vec<&str> = codes[0].split('-').collect();
    assert!(groups.len() == 3 && groups.iter().all(|group| group.len() == 4), "{codes:?}");
    assert!(page.html().contains("<svg"), "and a picture of it");
    let again = site.get(Some(CLERK), &format!("/visits/{number}/receipt")).await;
    assert_eq!(again.texts(".receipt .code"), codes, "a second print bears the same code");
    let other = site.get(Some("qingxi.clerk"), &format!("/visits/{number}/receipt")).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_refusal_prints_its_notice() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let refused = visit(&[
        ("disposition", "not_accepted"),
        ("answer_text", "属行政机关职责范围"),
        ("appeal_category", "filing"),
    ]);
    let number = register(&site, CLERK, &refused).await;
    let page = site.get(Some(CLERK), &format!("/visits/{number}/notice")).await;
    let text = page.expect(StatusCode::OK).text();
    assert!(text.contains("不予受理告知单") && text.contains("属行政机关职责范围"), "{text}");
    assert!(text.contains("十日内") && !text.contains("申请再审"), "{text}");
    let routed = visit(&[("disposition", "routed_to_litigation"), ("litigation_route", "retrial")]);
    let number = register(&site, CLERK, &routed).await;
    let page = site.get(Some(CLERK), &format!("/visits/{number}/notice")).await;
    let text = page.expect(StatusCode::OK).text();
    assert!(text.contains("诉讼程序告知单") && text.contains("申请再审"), "{text}");
    let accepted = register(&site, CLERK, &visit(&[])).await;
    let page = site.get(Some(CLERK), &format!("/visits/{accepted}/notice")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND, "nothing to give notice of");
}

#[tokio::test]
async fn the_day_shows_each_role_its_own_halls() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let group = [("visit_form", "group"), ("people_count", "6")];
    register(&site, CLERK, &visit(&group)).await;
    register(&site, "qingxi.clerk", &visit(&[("name", "李某某")])).await;
    for (who, own, foreign) in [
        (CLERK, true, false),
        ("donghu.leader", true, false),
        ("donghu.handler", true, false),
        ("zhongyuan.bureau", true, true),
    ] {
        let text = site.get(Some(who), "/visits").await.expect(StatusCode::OK).text();
        assert_eq!(text.contains("LF20260615-0110-001"), own, "{who}");
        assert_eq!(text.contains("LF20260615-0104-001"), foreign, "{who}");
    }
    let text = site.get(Some(CLERK), "/visits").await.text();
    assert!(text.contains("今日1批6人，初访1，重复访0，集体访1"), "{text}");
    let text = site.get(Some(CLERK), "/visits?visit_form=individual").await.text();
    assert!(!text.contains("LF20260615-0110-001"));
    let text = site.get(Some(CLERK), "/visits?date=2026-06-14").await.text();
    assert!(!text.contains("LF20260615-0110-001"));
}

#[tokio::test]
async fn every_role_of_the_window_registers_at_the_hall_of_its_court() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (who, hall) in [
        ("donghu.clerk", "0110"),
        ("donghu.handler", "0110"),
        ("zhongyuan.clerk", "01"),
        ("zhiyi.handler", "01"),
        ("zhongyuan.bureau", "01"),
        ("zhongyuan.bureau_head", "01"),
    ] {
        let number = register(&site, who, &visit(&[])).await;
        assert!(number.starts_with(&format!("LF20260615-{hall}-")), "{who}: {number}");
        site.get(Some(who), &format!("/visits/{number}")).await.expect(StatusCode::OK);
    }
}

/// Keeps a sheet that is not finished.
async fn keep(site: &Site, typed: &[(&str, &str)]) {
    let fields = [&[("draft_of", NEW)], typed].concat();
    site.act(CLERK, "/drafts", &fields).await;
}

#[tokio::test]
async fn a_draft_comes_back_to_its_writer_until_its_form_is_sent() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let typed = visit(&[("draft", "1"), ("summary", "只写了一半的事由")]);
    keep(&site, &typed).await;
    let body = city.value::<String>("SELECT body FROM draft").await;
    assert!(!body.contains("只写了一半") && !body.contains("%E5"), "it is kept sealed");
    let page = site.get(Some(CLERK), NEW).await.expect(StatusCode::OK);
    assert!(page.text().contains("有未提交的草稿（张某，今天12:00）"), "{}", page.text());
    assert!(page.text().contains("继续填写") && page.text().contains("丢弃"));
    assert_ne!(page.value("summary").as_deref(), Some("只写了一半的事由"));
    let other = site.get(Some("donghu.handler"), NEW).await.expect(StatusCode::OK);
    assert!(!other.text().contains("有未提交的草稿"));
    let page = site.get(Some(CLERK), "/visits/new?draft=1").await.expect(StatusCode::OK);
    assert_eq!(page.value("summary").as_deref(), Some("只写了一半的事由"));
    assert_eq!(page.value("draft").as_deref(), Some("1"));
    register(&site, CLERK, &typed).await;
    assert_eq!(city.value::<i64>("SELECT count(*) FROM draft").await, 0);
}

#[tokio::test]
async fn a_save_under_way_does_not_bring_a_sent_form_back() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (typed, key) = (visit(&[("draft", "1")]), uuid::Uuid::new_v4().to_string());
    site.post_again(Some(CLERK), NEW, &typed, &key).await.expect(StatusCode::SEE_OTHER);
    let late = [&[("draft_of", NEW)], &typed[..]].concat();
    site.post_again(Some(CLERK), "/drafts", &late, &key).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM draft").await, 0);
}

#[tokio::test]
async fn a_second_visitor_gets_a_sheet_of_their_own_and_a_draft_is_thrown_away_on_a_page() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    keep(&site, &visit(&[("draft", "1")])).await;
    let page = site.get(Some(CLERK), NEW).await;
    assert_eq!(page.value("draft").as_deref(), Some("2"));
    assert!(page.text().contains("草稿2"));
    let second = visit(&[("draft", "2"), ("name", "李某某")]);
    keep(&site, &second).await;
    let page = site.get(Some(CLERK), NEW).await;
    assert_eq!(page.value("draft").as_deref(), Some(""), "a third sheet is not kept");
    let notices = page.texts(".notice");
    let said = "有未提交的草稿（张某，今天12:00） 继续填写 丢弃 另有1份（李某某，今天12:00）";
    assert_eq!(notices.len(), 1);
    assert!(notices[0].contains(said), "{notices:?}");
    let page = site.get(Some(CLERK), "/drafts/visit/1").await.expect(StatusCode::OK);
    assert!(page.text().contains("确认丢弃"));
    site.act(CLERK, "/drafts/visit/1", &[]).await;
    let left = city.value::<String>("SELECT string_agg(subject, '') FROM draft").await;
    assert_eq!(left, "/visits/new?draft=2");
}

#[tokio::test]
async fn taking_a_card_fills_the_form_and_joins_the_case_with_the_same_claim() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    let first = [
        ("address", "东湖区某街道"),
        ("origin_court", "东湖区人民法院"),
        ("origin_case_no", "（2023）某0110执1187号"),
    ];
    register(&site, CLERK, &visit_with_id(&id, &first)).await;
    let uuid = city.value::<String>("SELECT uuid::text FROM petitioner").await;
    let take = format!("{uuid}|XF2026-00001|join");
    let typed = [("id_number", id.as_str()), ("take", &take), ("draft", "1")];
    let page = site.post(Some(CLERK), NEW, &typed).await.expect(StatusCode::OK);
    for (field, value) in [
        ("name", "张某"),
        ("phone", ""),
        ("address", ""),
        ("origin_court", "东湖区人民法院"),
        ("origin_case_no", "（2023）某0110执1187号"),
        ("merge_case_no", "XF2026-00001"),
        ("petitioner_id", &uuid),
    ] {
        assert_eq!(page.value(field).as_deref(), Some(value), "{field}");
    }
    let chosen = page.attributes("[name=disposition][checked]", "value");
    assert_eq!(chosen, ["joined_to_case"]);
    assert_eq!(page.attributes("[name=same_claim][autofocus]", "value"), ["1"]);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM visit").await, 1, "nothing is saved yet");

    let again = visit_with_id(
        &id,
        &[
            ("petitioner_id", &uuid),
            ("disposition", "joined_to_case"),
            ("merge_case_no", "XF2026-00001"),
            ("same_claim", "1"),
            ("summary", ""),
        ],
    );
    let number = register(&site, CLERK, &again).await;
    let page = site.get(Some(CLERK), &format!("/visits/{number}")).await.expect(StatusCode::OK);
    assert!(page.text().contains("诉求同上次，见LF20260615-0110-001"), "{}", page.text());
    assert!(page.text().contains("执行案款未足额发放，要求书面说明"));
}

#[tokio::test]
async fn the_open_page_gets_the_panel_alone() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let token = site.token(CLERK).await;
    let request = axum::http::Request::builder()
        .method("POST")
        .uri("/petitioners/match")
        .header("hx-request", "true")
        .header("content-type", "application/x-www-form-urlencoded");
    let key = uuid::Uuid::new_v4();
    let number = id_number("19680312", 1);
    let body = format!("csrf_token={token}&idempotency_key={key}&id_number={number}");
    let page = site.send(Some(CLERK), request, body.into()).await.expect(StatusCode::OK);
    assert!(page.texts("h1").is_empty());
    assert!(page.text().contains("没有找到，按首次来访登记") && page.text().contains("校验通过"));
    assert_eq!(page.attributes("[data-read]", "data-birth"), ["1968-03-12"]);
}

#[tokio::test]
async fn a_place_that_the_number_does_not_tell_is_asked_for_until_it_is_filled_in() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    for (region, asked) in [("", true), ("东湖区", false)] {
        let fields = [("id_number", id.as_str()), ("id_type", "id_card"), ("region", region)];
        let page = site.post(Some(CLERK), "/petitioners/match", &fields).await;
        let said = page.expect(StatusCode::OK).text();
        assert!(said.contains("校验通过"), "{said}");
        assert_eq!(said.contains("区划代码未收录，请手工填写"), asked, "{region}");
    }
}

#[tokio::test]
async fn an_unsigned_letter_is_registered_without_a_person() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let letter = visit(&[
        ("channel", "letter"),
        ("name", ""),
        ("sex", ""),
        ("phone", ""),
        ("no_id_reason", ""),
        ("posted_on", "2026-06-12"),
    ]);
    let number = register(&site, CLERK, &letter).await;
    let page = site.get(Some(CLERK), &format!("/visits/{number}")).await.expect(StatusCode::OK);
    assert!(page.text().contains("未具名") && page.text().contains("邮戳2026-06-12"));
    assert_eq!(city.value::<i64>("SELECT count(*) FROM petitioner").await, 0);
}

#[tokio::test]
async fn an_earlier_day_is_kept_beside_the_time_of_entry() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let page = site
        .post(Some(CLERK), NEW, &visit(&[("received_at", "2026-06-15 12:01")]))
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("received_at").as_deref(), Some("来访时间不能晚于现在"));
    let letter = [("channel", "letter"), ("posted_on", "2021-06-14")];
    for (changed, field, said) in [
        (
            vec![("received_at", "0001-01-01")],
            "received_at",
            "来访时间不能早于2021-06-15，请核对年份",
        ),
        (
            vec![("received_at", "1900-01-01 09:30")],
            "received_at",
            "来访时间不能早于2021-06-15，请核对年份",
        ),
        (letter.to_vec(), "posted_on", "邮戳日期不能早于2021-06-15，请核对年份"),
        (
            vec![("birth_date", "1899-12-31")],
            "birth_date",
            "出生日期不能早于1900-01-01，请核对年份",
        ),
    ] {
        let page = site.post(Some(CLERK), NEW, &visit(&changed)).await;
        let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem(field).as_deref(), Some(said), "{changed:?}");
    }
    let late = visit(&[("received_at", "2026-06-12 09:30")]);
    let number = register(&site, CLERK, &late).await;
    assert_eq!(number, "LF20260615-0110-001", "the number is that of the day of entry");
    let page = site.get(Some(CLERK), &format!("/visits/{number}")).await.expect(StatusCode::OK);
    assert!(page.text().contains("补录"));
    let also = format!("另有1批补录：{number}");
    for (who, path, shown) in [
        (CLERK, "/visits", true),
        (CLERK, "/visits?date=2026-06-12", false),
        ("qingxi.clerk", "/visits", false),
    ] {
        let text = site.get(Some(who), path).await.expect(StatusCode::OK).text();
        assert_eq!(text.contains(&also), shown, "{who} {path}: {text}");
    }
    let text = site.get(Some(CLERK), "/visits?date=2025-06-14").await.text();
    assert!(text.contains("2025年6月14日（周六）0批0人"), "{text}");
}

#[tokio::test]
async fn a_visit_dated_before_all_years_leaves_its_case_readable() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    register(&site, CLERK, &visit(&[])).await;
    city.force("ALTER TABLE visit DISABLE TRIGGER ALL").await;
    city.force("UPDATE visit SET received_at = '0001-12-31 16:00+00 BC'").await;
    let page = site.get(Some("donghu.leader"), "/cases/XF2026-00001").await;
    page.expect(StatusCode::OK);
}

#[tokio::test]
async fn what_is_too_long_to_keep_is_told_beside_its_field() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let long = "某".repeat(203);
    let id = id_number("19680312", 1);
    let about = ("origin_case_no", "2023 某0110执1187");
    let number = register(&site, CLERK, &visit_with_id(&id, &[about])).await;
    let transferred = ("disposition", "transferred_out");
    let name = "张".repeat(300);
    for (sent, field, said) in [
        (vec![("name", name.as_str())], "name", "姓名应为2至30个字"),
        (
            vec![transferred, ("transfer_organ", &long)],
            "transfer_organ",
            "转送机关最多60字，现在多出143字，请精简",
        ),
        (
            vec![("origin_case_no", &long)],
            "origin_case_no",
            "原审案号最多60字，现在多出143字，请精简",
        ),
        (
            vec![("urgent", "1"), ("urgent_reason", &long)],
            "urgent_reason",
            "紧急情况最多200字，现在多出3字，请精简",
        ),
        (
            vec![about, ("not_same_reason", &long)],
            "not_same_reason",
            "理由最多200字，现在多出3字，请精简",
        ),
    ] {
        let page = site.post(Some(CLERK), NEW, &visit_with_id(&id, &sent)).await;
        let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.problem(field).as_deref(), Some(said));
        let typed = sent.iter().find(|(name, _)| *name == field).map(|(_, value)| *value);
        assert_eq!(page.value(field).as_deref(), typed, "it stays to be shortened");
    }
    let page =
        site.post(Some(CLERK), &format!("/visits/{number}/void"), &[("reason", &long)]).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("reason").as_deref(), Some("撤销理由最多200字，现在多出3字，请精简"));
}
