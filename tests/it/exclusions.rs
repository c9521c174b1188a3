//! Whoever a petition names doesn't find it, on no path (回避).

use axum::http::StatusCode;

use crate::support::laid::{self, Laid};
use crate::support::{City, Site, visit};

const CLERK: &str = "donghu.clerk";
const HANDLER: &str = "donghu.handler";
const BUREAU: &str = "zhongyuan.bureau";

/// What is sent, the field that is wrong, and what its problem says.
type Row<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);

/// The pages on which someone of the court would meet the case.
const PATHS: &[&str] = &["/cases?mine=no", "/cases?q=XF2026-00001&mine=no", "/my"];

async fn name_of(city: &City, username: &str) -> String {
    city.value(&format!("SELECT name FROM staff WHERE username = '{username}'")).await
}

async fn note(site: &Site, who: &str, case: &str, fields: &[(&str, &str)]) {
    let page = site.post(Some(who), &format!("/cases/{case}/exclusions"), fields).await;
    page.expect(StatusCode::SEE_OTHER);
}

/// S26, S30.
#[tokio::test]
async fn a_judge_who_is_named_finds_the_case_on_no_path_and_the_others_do() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let said = visit(&[("disposition", "joined_to_case"), ("merge_case_no", case.as_str())]);
    let visited = site.act(CLERK, "/visits/new", &said).await;
    let (mine, visit_no) = (format!("/cases/{case}"), visited.trim_start_matches("/visits/"));
    let handler = name_of(&city, HANDLER).await;
    site.get(Some(HANDLER), &mine).await.expect(StatusCode::OK);
    site.get(Some(HANDLER), &visited).await.expect(StatusCode::OK);
    note(&site, CLERK, &case, &[("person", &handler), ("reason", "反映执行员收款后不办事")]).await;
    for wall in [Site::of(&city).await, Site::behind_the_first_wall_alone(&city).await] {
        for path in PATHS {
            let rows = wall.get(Some(HANDLER), path).await.expect(StatusCode::OK).texts("tbody tr");
            assert!(!rows.iter().any(|row| row.contains(&case)), "{path}: {rows:?}");
        }
        let sections = ["", "/progress", "/documents", "/ledger", "/exclusions", "/report", "/log"];
        for section in sections {
            let page = wall.get(Some(HANDLER), &format!("{mine}{section}")).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{section}");
        }
        wall.get(Some(HANDLER), &visited).await.expect(StatusCode::NOT_FOUND);
        let day = wall.get(Some(HANDLER), "/visits").await.expect(StatusCode::OK).text();
        assert!(!day.contains(visit_no), "{day}");
        let fields = [("name", "张某"), ("origin_case_no", ""), ("merge_case_no", case.as_str())];
        let found = wall.upload(Some(HANDLER), "/petitioners/match", &fields, &[]).await;
        assert!(!found.text().contains(&case), "{}", found.text());
    }
    // The superior sees it, and that it is so.
    for who in ["donghu.leader", "donghu.president", BUREAU] {
        site.get(Some(who), &mine).await.expect(StatusCode::OK);
    }
    let list = site.get(Some(BUREAU), &format!("{mine}/exclusions")).await.text();
    assert!(list.contains(&handler) && list.contains("反映执行员收款后不办事"), "{list}");
    assert_eq!(city.audit_verbs().await.last().map(String::as_str), Some("exclusion.noted"));
}

/// S30.
#[tokio::test]
async fn a_unit_that_is_named_loses_the_case_until_the_bureau_lifts_it() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let (mine, list) = (format!("/cases/{case}"), format!("/cases/{case}/exclusions"));
    let unit: i64 = city.value("SELECT id FROM unit WHERE code = '0110'").await;
    let unit = unit.to_string();
    note(&site, BUREAU, &case, &[("unit", &unit), ("reason", "反映该院拖延")]).await;
    for who in [HANDLER, CLERK, "donghu.leader", "donghu.president"] {
        site.get(Some(who), &mine).await.expect(StatusCode::NOT_FOUND);
    }
    let uuid: uuid::Uuid = city.value("SELECT uuid FROM exclusion").await;
    let lifting = format!("{list}/{uuid}/lifting");
    let page = site.post(Some(BUREAU), &lifting, &[("lifted_reason", " ")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("lifted_reason").as_deref(), Some("请填写解除回避的理由"));
    assert_eq!(page.texts("details[open] summary"), ["解除回避"]);
    site.post(Some(HANDLER), &lifting, &[("lifted_reason", "x")])
        .await
        .expect(StatusCode::FORBIDDEN);
    site.act(BUREAU, &lifting, &[("lifted_reason", "经核实与该院无关")]).await;
    site.get(Some(HANDLER), &mine).await.expect(StatusCode::OK);
    let text = site.get(Some(BUREAU), &list).await.text();
    assert!(text.contains("经核实与该院无关"), "{text}");
    // The row stays, and a second lifting finds nothing to lift.
    let page = site.post(Some(BUREAU), &lifting, &[("lifted_reason", "再解除一次")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn what_is_wrong_with_an_exclusion_stands_beside_its_field_and_nothing_is_lost() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let path = format!("/cases/{case}/exclusions");
    let court: i64 = city.value("SELECT id FROM unit WHERE code = '0104'").await;
    let (court, handler) = (court.to_string(), name_of(&city, HANDLER).await);
    let table: &[Row<'_>] = &[
        (&[("reason", "反映")], "person", "请选择回避的人员，或回避的单位"),
        (
            &[("person", "欧阳某"), ("reason", "反映")],
            "person",
            "本院和办理法院没有这个人，请从列表中选择",
        ),
        (
            &[("person", &handler), ("unit", &court), ("reason", "反映")],
            "unit",
            "人员和单位请分两次记明，每次填写一项",
        ),
        (&[("person", &handler), ("reason", " ")], "reason", "请填写回避事由"),
    ];
    for (fields, field, problem) in table {
        let page = site.post(Some(CLERK), &path, fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(page.problem(field).as_deref(), Some(*problem));
        let typed = fields.iter().find(|(name, _)| *name == "person").map_or("", |field| field.1);
        assert_eq!(page.value("person").as_deref(), Some(typed));
    }
    let named = [("person", handler.as_str()), ("reason", "反映")];
    note(&site, CLERK, &case, &named).await;
    let page = site.post(Some(CLERK), &path, &named).await;
    assert_eq!(page.problem("").as_deref(), Some(format!("已经记明{handler}回避").as_str()));
    // Who keeps themselves out is told, and is out.
    let clerk = name_of(&city, CLERK).await;
    let page =
        site.post(Some(CLERK), &path, &[("person", &clerk), ("reason", "与信访人是亲属")]).await;
    assert_eq!(page.location(), "/cases");
    site.get(Some(CLERK), &format!("/cases/{case}")).await.expect(StatusCode::NOT_FOUND);
}

/// S30.
/// Whoever is kept out stands in the team until the ledger names another.
#[tokio::test]
async fn the_court_is_asked_for_another_in_the_place_of_whoever_is_kept_out() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let mine = format!("/cases/{case}");
    let handler = name_of(&city, HANDLER).await;
    let president = Some("donghu.president");
    let asked = format!("责任人{handler}已回避，请更换责任人");
    for who in [president, Some("donghu.leader"), Some(BUREAU)] {
        let page = site.get(who, &mine).await.expect(StatusCode::OK);
        assert!(page.texts("[data-kept-out]").is_empty());
    }
    note(&site, CLERK, &case, &[("person", &handler), ("reason", "反映执行员拖延")]).await;
    let page = site.get(president, "/my").await.expect(StatusCode::OK);
    assert_eq!(page.texts(".q .q-act a"), [&*asked]);
    assert_eq!(page.attributes(".q .q-act a", "href"), [&*mine]);
    for who in [president, Some("donghu.leader"), Some(BUREAU)] {
        let page = site.get(who, &mine).await.expect(StatusCode::OK);
        let said = page.texts("[data-kept-out]");
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with(&asked), "{said:?}");
    }
    for who in ["qingxi.president", "zhongyuan.president", "donghu.leader", BUREAU] {
        let page = site.get(Some(who), "/my").await.expect(StatusCode::OK);
        assert!(!page.text().contains("已回避"), "{who}");
    }
    city.force(
        "UPDATE team_member SET ended_at = '2026-06-15 12:00+08' WHERE place = 'handler';
         INSERT INTO team_member (case_id, round_id, place, staff_id, name, since, recorded_at, recorded_by)
         SELECT t.case_id, t.round_id, 'handler', s.id, s.name, t.since, t.since, s.id
         FROM team_member t, staff s WHERE t.place = 'handler' AND s.username = 'donghu.handler2'",
    )
    .await;
    let page = site.get(president, "/my").await.expect(StatusCode::OK);
    assert!(!page.text().contains("已回避"));
    let page = site.get(president, &mine).await.expect(StatusCode::OK);
    assert!(page.texts("[data-kept-out]").is_empty());
}

/// S30.
#[tokio::test]
async fn of_people_of_one_name_the_list_says_who_is_meant() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let path = format!("/cases/{case}/exclusions");
    let same = ["donghu.handler", "donghu.handler2", "zhongyuan.handler"];
    city.force(
        "UPDATE staff SET name = '同名某'
         WHERE username IN ('donghu.handler', 'donghu.handler2', 'zhongyuan.handler')",
    )
    .await;
    let page = site.get(Some(BUREAU), &path).await.expect(StatusCode::OK);
    let offered = page.attributes("datalist option", "value");
    let offered: Vec<_> = offered.into_iter().filter(|it| it.starts_with("同名某")).collect();
    let mut each = offered.clone();
    each.sort();
    each.dedup();
    assert_eq!(each.len(), same.len(), "{offered:?}");
    let wanted = |name| [("person", name), ("reason", "反映其收受财物")];
    let page = site.post(Some(BUREAU), &path, &wanted("同名某")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = "有几个人同名，请从列表中选择带单位的一项";
    assert_eq!(page.problem("person").as_deref(), Some(said));
    for name in &offered {
        note(&site, BUREAU, &case, &wanted(name)).await;
    }
    let named =
        "SELECT count(DISTINCT e.staff_id) FROM exclusion e JOIN staff s ON s.id = e.staff_id
                 WHERE s.name = '同名某'";
    assert_eq!(city.value::<i64>(named).await, 3);
}

/// R2.
#[tokio::test]
async fn each_form_of_the_page_counts_by_itself() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let path = format!("/cases/{case}/exclusions");
    for who in ["donghu.handler", "donghu.handler2"] {
        let name = name_of(&city, who).await;
        note(&site, BUREAU, &case, &[("person", &name), ("reason", "反映其拖延")]).await;
    }
    let page = site.get(Some(BUREAU), &path).await.expect(StatusCode::OK);
    let mut keys = page.attributes("main input[name=idempotency_key]", "value");
    assert_eq!(keys.len(), 3);
    keys.dedup();
    assert_eq!(keys.len(), 3, "two liftings and one more exclusion");
}

/// R3.
#[tokio::test]
async fn of_many_who_note_the_same_at_once_one_does_and_the_others_are_told() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let path = format!("/cases/{case}/exclusions");
    let name = name_of(&city, HANDLER).await;
    let fields = [("person", name.as_str()), ("reason", "反映其拖延")];
    site.token(BUREAU).await;
    let presses = (0..6).map(|_| site.post(Some(BUREAU), &path, &fields));
    let pages = futures_util::future::join_all(presses).await;
    let told: Vec<_> = pages.iter().filter_map(|page| page.problem("")).collect();
    assert_eq!(told, vec![format!("已经记明{name}回避"); 5]);
}

/// S30.
#[tokio::test]
async fn the_court_that_a_case_is_with_is_kept_out_by_the_bureau_alone() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let path = format!("/cases/{case}/exclusions");
    let court: i64 = city.value("SELECT id FROM unit WHERE code = '0110'").await;
    let court = court.to_string();
    let own = [("unit", court.as_str()), ("reason", "反映该院")];
    let page = site.post(Some(HANDLER), &path, &own).await;
    let said = page.expect(StatusCode::UNPROCESSABLE_ENTITY).problem("unit").unwrap();
    assert!(said.contains("请报中院信访局记明并改交"), "{said}");
    let page = site.post(Some(HANDLER), &path, &[]).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.problem("person").is_some() && page.problem("reason").is_some(), "both at once");
    let page = site.post(Some(BUREAU), &path, &own).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(page.location(), path, "the bureau goes on seeing it");
    site.get(Some(HANDLER), &format!("/cases/{case}")).await.expect(StatusCode::NOT_FOUND);
}

/// S30.
#[tokio::test]
async fn where_the_president_is_kept_out_the_bureau_finds_the_case_and_is_told() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    laid::apply(&city, &case, &[("leader", "approve", "donghu.leader")]).await;
    city.force(
        "INSERT INTO exclusion (case_id, staff_id, reason, recorded_at, recorded_by)
         SELECT c.id, s.id, '反映', now(), s.id FROM petition_case c, staff s
         WHERE s.username = 'donghu.president'",
    )
    .await;
    for (who, settles) in [(BUREAU, "请与东湖法院商定"), (HANDLER, "请由中院信访局商定")]
    {
        let text = site.get(Some(who), &format!("/cases/{case}")).await.text();
        let expected = format!("东湖法院院长已回避，{settles}代为签批的院领导");
        assert!(text.contains(&expected), "{who}: {text}");
    }
    let queue = site.get(Some(BUREAU), "/my").await;
    assert_eq!(queue.texts(".q .q-act a"), ["东湖法院院长已回避，请商定代为签批的院领导"]);
    city.force(
        "UPDATE exclusion SET lifted_at = now(), lifted_by = recorded_by, lifted_reason = '无关'",
    )
    .await;
    let text = site.get(Some(BUREAU), &format!("/cases/{case}")).await.text();
    assert!(text.contains("等待东湖法院院长签批"), "{text}");
    assert!(site.get(Some(BUREAU), "/my").await.texts(".q .q-act a").is_empty());
}
