//! Assigning cases to courts.

use axum::http::StatusCode;

use crate::support::{City, Site, cases};

const BUREAU: &str = "zhongyuan.bureau";

async fn unit(city: &City, code: &str) -> String {
    city.value::<i64>(&format!("SELECT id FROM unit WHERE code = '{code}'")).await.to_string()
}

#[tokio::test]
async fn a_batch_gives_its_cases_to_their_courts_and_starts_the_clocks() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let first = cases::accepted(&city, "张某").await;
    let second = cases::accepted(&city, "李某某").await;
    let (donghu, qingxi) = (unit(&city, "0110").await, unit(&city, "0104").await);

    let fields = [
        ("case_no[]", first.as_str()),
        ("court[]", &donghu),
        ("case_no[]", &second),
        ("court[]", &qingxi),
        ("source", "province_court"),
        ("rule", "standard"),
        ("assigned_at", "2026-06-15 11:05"),
        ("action", "check"),
    ];
    let preview = site.act(BUREAU, "/assignments/new", &fields).await;
    let page = site.get(Some(BUREAU), &preview).await.expect(StatusCode::OK);
    assert_eq!(page.texts("h1"), ["确认下发2件"]);
    assert_eq!(page.texts(".preview td"), ["06-17 周三", "06-17 周三", "06-22 周一", "07-15 周三"]);
    assert!(city.audit_verbs().await.is_empty(), "nothing is issued before it is confirmed");

    let mut issued = fields;
    issued[7] = ("action", "issue");
    let location = site.act(BUREAU, "/assignments/new", &issued).await;
    assert_eq!(location, "/assignments/JB2026-0001");
    assert_eq!(city.audit_verbs().await, ["case.assigned", "case.assigned"]);
    let stages = city
        .value::<Vec<String>>("SELECT array_agg(stage ORDER BY case_id) FROM petition_case_now")
        .await;
    assert_eq!(stages, ["assigned", "assigned"]);
    let page = site.get(Some(BUREAU), &location).await.expect(StatusCode::OK);
    assert_eq!(page.texts("section h2 .tag"), ["已送达", "已送达"]);
    assert!(page.text().contains("已下发") || page.texts(".flash").is_empty());
}

#[tokio::test]
async fn an_assignment_without_a_court_comes_back_and_changes_nothing() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = cases::accepted(&city, "张某").await;
    let page = site
        .post(
            Some(BUREAU),
            "/assignments/new",
            &[
                ("case_no[]", case.as_str()),
                ("court[]", ""),
                ("note", "尽快办理"),
                ("action", "issue"),
            ],
        )
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("court-0").unwrap(), format!("请为{case}选择责任法院"));
    assert_eq!(page.problem("source").unwrap(), "请选择来源");
    assert_eq!(page.value("note").unwrap(), "尽快办理");
    assert!(city.audit_verbs().await.is_empty());
}

#[tokio::test]
async fn one_court_is_set_for_all_rows_at_once() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let first = cases::accepted(&city, "张某").await;
    let second = cases::accepted(&city, "李某某").await;
    let donghu = unit(&city, "0110").await;
    let fields = [
        ("case_no[]", first.as_str()),
        ("court[]", ""),
        ("case_no[]", &second),
        ("court[]", ""),
        ("all_courts", &donghu),
        ("action", "set_all"),
    ];
    let back = site.act(BUREAU, "/assignments/new", &fields).await;
    let page = site.get(Some(BUREAU), &back).await.expect(StatusCode::OK);
    let chosen = page.attributes("select[name='court[]'] option[selected]", "value");
    assert_eq!(chosen, [donghu.as_str(), donghu.as_str()]);
}

#[tokio::test]
async fn every_line_that_was_pasted_wrong_is_told_at_once_with_its_remedy() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let waiting = cases::accepted(&city, "张某").await;
    let given = cases::accepted(&city, "李某某").await;
    let donghu = unit(&city, "0110").await;
    site.act(BUREAU, "/assignments/new", &order(&given, &donghu)).await;
    let pasted = format!("{waiting}\nXF2026-0128\n\nxf2026-99999\n{given}");
    let fields = [
        ("pasted", pasted.as_str()),
        ("note", "尽快办理"),
        ("source_no", "7号"),
        ("action", "add"),
    ];
    let page = site
        .post(Some(BUREAU), "/assignments/new", &fields)
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        page.texts("[data-problem=pasted]"),
        [
            "第2行“XF2026-0128”不是有效编号，请改成XF、四位年份、短横、五位数字，如“XF2026-00128”",
            "第4行XF2026-99999没有找到，请核对编号",
            &format!("第5行{given}已经交办给东湖法院，请删去这一行"),
        ]
    );
    assert_eq!(page.texts(".errors li").len(), 3);
    assert_eq!(page.raw_texts("textarea[name=pasted]")[0].trim(), pasted);
    assert_eq!(page.value("note").as_deref(), Some("尽快办理"));
    assert_eq!(page.value("source_no").as_deref(), Some("7号"));
    let mended = [("pasted", waiting.as_str()), ("action", "add")];
    let back = site.act(BUREAU, "/assignments/new", &mended).await;
    let page = site.get(Some(BUREAU), &back).await.expect(StatusCode::OK);
    assert_eq!(page.attributes("[name='case_no[]']", "value"), [waiting]);
    assert_eq!(page.value("pasted").as_deref(), Some(""));
}

#[tokio::test]
async fn going_back_from_the_preview_finds_all_that_was_typed_until_it_is_issued() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = cases::accepted(&city, "张某").await;
    let other = cases::accepted(&city, "李某某").await;
    let qingxi = unit(&city, "0104").await;
    let typed = [
        ("case_no[]", case.as_str()),
        ("court[]", &qingxi),
        ("source", "province_court"),
        ("source_no", "7号"),
        ("rule", "urgent"),
        ("note", "尽快办理"),
        ("action", "check"),
    ];
    let preview = site.act(BUREAU, "/assignments/new", &typed).await;
    assert_eq!(preview, "/assignments/preview");
    let began = format!("/assignments/new?case_no[]={case}");
    for back in [began.as_str(), "/assignments/new"] {
        let page = site.get(Some(BUREAU), back).await.expect(StatusCode::OK);
        assert_eq!(page.attributes("[name='court[]'] [selected]", "value"), [qingxi.as_str()]);
        assert_eq!(page.attributes("#source [selected]", "value"), ["province_court"]);
        assert_eq!(page.attributes("[name=rule][checked]", "value"), ["urgent"]);
        assert_eq!(page.value("source_no").as_deref(), Some("7号"));
        assert_eq!(page.value("note").as_deref(), Some("尽快办理"));
    }
    // Other cases begin an order of their own, and a draft is its writer's.
    let others = format!("/assignments/new?case_no[]={other}");
    let page = site.get(Some(BUREAU), &others).await.expect(StatusCode::OK);
    assert_eq!(page.value("note").as_deref(), Some(""));
    let head = Some("zhongyuan.bureau_head");
    let page = site.get(head, "/assignments/new").await.expect(StatusCode::OK);
    assert_eq!(page.value("note").as_deref(), Some(""));
    let mut issued = typed;
    issued[6] = ("action", "issue");
    site.act(BUREAU, "/assignments/new", &issued).await;
    let page = site.get(Some(BUREAU), "/assignments/new").await.expect(StatusCode::OK);
    assert_eq!(page.value("note").as_deref(), Some(""));
    assert_eq!(site.get(Some(BUREAU), &preview).await.location(), "/assignments/new");
}

#[tokio::test]
async fn a_draft_comes_back_for_its_own_cases_alone_and_another_order_leaves_it() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = cases::accepted(&city, "张某").await;
    let other = cases::accepted(&city, "李某某").await;
    let qingxi = unit(&city, "0104").await;
    let both = [
        ("case_no[]", case.as_str()),
        ("case_no[]", other.as_str()),
        ("note", "两件一并办理"),
        ("action", "add"),
    ];
    site.act(BUREAU, "/assignments/new", &both).await;
    let note = async |chosen: &str| {
        let page = site.get(Some(BUREAU), &format!("/assignments/new{chosen}")).await;
        page.expect(StatusCode::OK).value("note")
    };
    let page = site.get(Some(BUREAU), &format!("/assignments/new?case_no[]={case}")).await;
    assert_eq!(page.value("note").as_deref(), Some(""));
    assert!(page.text().contains("您有另一份没有下发的交办（2件），在本页核对后将被替换。"));
    let turned = format!("?case_no[]={other}&case_no[]={case}");
    assert_eq!(note(&turned).await.as_deref(), Some("两件一并办理"));
    let one = [
        ("case_no[]", case.as_str()),
        ("court[]", &qingxi),
        ("source", "city_court"),
        ("rule", "standard"),
        ("assigned_at", "2026-06-15 11:05"),
        ("action", "issue"),
    ];
    site.act(BUREAU, "/assignments/new", &one).await;
    assert_eq!(note("").await.as_deref(), Some("两件一并办理"));
}

#[tokio::test]
async fn a_draft_of_another_day_is_issued_as_of_now() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = cases::accepted(&city, "张某").await;
    let typed =
        [("case_no[]", case.as_str()), ("assigned_at", "2026-06-15 09:00"), ("action", "check")];
    site.post(Some(BUREAU), "/assignments/new", &typed).await;
    let page = site.get(Some(BUREAU), "/assignments/new").await;
    assert_eq!(page.value("assigned_at").as_deref(), Some("2026-06-15 09:00"));
    city.force("UPDATE draft SET saved_at = saved_at - interval '1 day'").await;
    let page = site.get(Some(BUREAU), "/assignments/new").await;
    assert_eq!(page.value("assigned_at").as_deref(), Some("2026-06-15 12:00"));
}

#[tokio::test]
async fn the_days_of_an_order_share_one_hint_and_stand_in_one_row() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let page = site.get(Some(BUREAU), "/assignments/new").await.expect(StatusCode::OK);
    let days = page.attributes("fieldset[aria-describedby=days-hint] .g--row input", "name");
    assert_eq!(days, ["days_ledger", "days_meeting", "days_report", "days_close"]);
    assert_eq!(page.texts("#days-hint"), ["只在选“自定义”时填写"]);
    assert!(page.texts(".g--row .hint").is_empty(), "a hint moves its input out of the row");
}

#[tokio::test]
async fn pressing_twice_issues_once() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = cases::accepted(&city, "张某").await;
    let donghu = unit(&city, "0110").await;
    let fields = order(&case, &donghu);
    let key = uuid::Uuid::new_v4().to_string();
    let first = site.post_again(Some(BUREAU), "/assignments/new", &fields, &key).await;
    let second = site.post_again(Some(BUREAU), "/assignments/new", &fields, &key).await;
    assert_eq!(first.location(), second.location());
    assert_eq!(city.value::<i64>("SELECT count(*) FROM assignment").await, 1);
}

#[tokio::test]
async fn of_two_bureau_clerks_who_assign_the_same_case_one_is_told() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = cases::accepted(&city, "张某").await;
    let donghu = unit(&city, "0110").await;
    let fields = order(&case, &donghu);
    let (one, other) = tokio::join!(
        site.post(Some(BUREAU), "/assignments/new", &fields),
        site.post(Some("zhongyuan.bureau_head"), "/assignments/new", &fields),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    // The slower one either decided on the same reading (409) or read the first one's fact (422).
    assert_eq!(statuses[0], 303);
    assert!([409, 422].contains(&statuses[1]), "{statuses:?}");
    assert_eq!(city.value::<i64>("SELECT count(*) FROM assignment").await, 1);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM assignment_batch").await, 1);
}

#[tokio::test]
async fn a_case_that_was_given_is_named_with_its_court() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = cases::accepted(&city, "张某").await;
    let donghu = unit(&city, "0110").await;
    site.act(BUREAU, "/assignments/new", &order(&case, &donghu)).await;
    let page = site
        .post(Some(BUREAU), "/assignments/new", &order(&case, &donghu))
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("court-0").unwrap(), format!("{case}已经交办给东湖法院"));
}

#[tokio::test]
async fn batch_numbers_have_no_gap_when_one_is_refused() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let donghu = unit(&city, "0110").await;
    for expected in ["/assignments/JB2026-0001", "/assignments/JB2026-0002"] {
        let case = cases::accepted(&city, "张某").await;
        assert_eq!(site.act(BUREAU, "/assignments/new", &order(&case, &donghu)).await, expected);
        let refused = site.post(Some(BUREAU), "/assignments/new", &order(&case, &donghu)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

fn order<'a>(case: &'a str, court: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("case_no[]", case),
        ("court[]", court),
        ("source", "city_court"),
        ("rule", "standard"),
        ("action", "issue"),
    ]
}
