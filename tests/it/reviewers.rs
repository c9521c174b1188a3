//! The bureau gives a case to a reviewer for a time, and takes it back.

use axum::http::StatusCode;

use crate::support::laid::{self, Laid};
use crate::support::{City, Site, at};

const BUREAU: &str = "zhongyuan.bureau";
const REVIEWER: &str = "zhongyuan.reviewer";

async fn name_of(city: &City, username: &str) -> String {
    city.value(&format!("SELECT name FROM staff WHERE username = '{username}'")).await
}

/// Gives someone the role of a reviewer beside what they are.
async fn make_reviewer(city: &City, username: &str) {
    city.force(&format!(
        "INSERT INTO role_grant (staff_id, role, unit_id, valid_from)
         SELECT s.id, 'reviewer', u.id, '2020-01-01' FROM staff s, unit u
         WHERE s.username = '{username}' AND u.code = '01'"
    ))
    .await;
}

/// Both walls, and the first alone; signing in at the one ends the session at the other.
async fn walls(city: &City) -> [Site; 2] {
    [Site::of(city).await, Site::behind_the_first_wall_alone(city).await]
}

async fn give(site: &Site, path: &str, fields: &[(&str, &str)]) {
    site.post(Some(BUREAU), path, fields).await.expect(StatusCode::SEE_OTHER);
}

/// S27, S77.
#[tokio::test]
async fn a_reviewer_finds_and_reads_the_case_until_it_is_taken_back() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let (mine, path) = (format!("/cases/{case}"), format!("/cases/{case}/reviewers"));
    let reviewer = name_of(&city, REVIEWER).await;
    for wall in walls(&city).await {
        wall.get(Some(REVIEWER), &mine).await.expect(StatusCode::NOT_FOUND);
    }
    let wanted = [("reviewer", reviewer.as_str()), ("kind", "spot"), ("until", "2026-06-30")];
    give(&site, &path, &wanted).await;
    for wall in walls(&city).await {
        let list = wall.get(Some(REVIEWER), "/cases?stage=all&mine=no").await;
        assert!(list.expect(StatusCode::OK).text().contains(&case));
        for tab in ["", "/progress", "/documents", "/approvals"] {
            wall.get(Some(REVIEWER), &format!("{mine}{tab}")).await.expect(StatusCode::OK);
        }
    }
    let shown = site.get(Some(BUREAU), &path).await.expect(StatusCode::OK).text();
    assert!(shown.contains("重点抽查") && shown.contains("评查中"), "{shown}");
    let uuid: String = city.value("SELECT uuid::text FROM case_reviewer").await;
    let back = format!("{path}/{uuid}/withdrawal");
    let page = site.post(Some(BUREAU), &back, &[("withdrawn_reason", " ")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("withdrawn_reason").as_deref(), Some("请填写收回的理由"));
    give(&site, &back, &[("withdrawn_reason", "改由他人评查")]).await;
    for wall in walls(&city).await {
        let list = wall.get(Some(REVIEWER), "/cases?stage=all&mine=no").await;
        assert!(!list.expect(StatusCode::OK).text().contains(&case));
        wall.get(Some(REVIEWER), &mine).await.expect(StatusCode::NOT_FOUND);
    }
    let shown = site.get(Some(BUREAU), &path).await.text();
    assert!(shown.contains("改由他人评查"), "{shown}");
    let again = site.post(Some(BUREAU), &back, &[("withdrawn_reason", "再收回一次")]).await;
    assert_eq!(again.problem("").as_deref(), Some("评查已经结束，不必收回"));
    let log = site.get(Some(BUREAU), &format!("{mine}/log")).await.text();
    assert!(log.contains("交给评查员") && log.contains("收回评查"), "{log}");
}

/// S27.
#[tokio::test]
async fn a_review_ends_with_its_last_day() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let reviewer = name_of(&city, REVIEWER).await;
    let wanted = [("reviewer", reviewer.as_str()), ("kind", "cross"), ("until", "2026-06-15")];
    give(&site, &format!("/cases/{case}/reviewers"), &wanted).await;
    for (moment, expected) in
        [("2026-06-15 23:59", StatusCode::OK), ("2026-06-16 00:00", StatusCode::NOT_FOUND)]
    {
        let later = Site::at(&city, at(moment)).await;
        later.get(Some(REVIEWER), &format!("/cases/{case}")).await.expect(expected);
    }
}

/// S28, S30.
#[tokio::test]
async fn nobody_reviews_what_they_handled_or_are_kept_out_of_or_what_is_of_their_own_unit() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let path = format!("/cases/{case}/reviewers");
    for who in ["donghu.handler", "donghu.leader", "donghu.handler2"] {
        make_reviewer(&city, who).await;
    }
    let name = async |who: &str| name_of(&city, who).await;
    let (handler, leader, other, reviewer) = (
        name("donghu.handler").await,
        name("donghu.leader").await,
        name("donghu.handler2").await,
        name(REVIEWER).await,
    );
    city.force(&format!(
        "INSERT INTO exclusion (case_id, staff_id, reason, recorded_at, recorded_by)
         SELECT c.id, s.id, '反映对象', now(), 1 FROM petition_case c, staff s
         WHERE c.number = '{case}' AND s.username = '{REVIEWER}'"
    ))
    .await;
    let until = ("until", "2026-06-30");
    let of_team = format!("{leader}是本案办理人员，不能评查本案");
    let kept_out = format!("{reviewer}应当回避，不能评查本案");
    let own = format!("交叉评查须由其他单位的评查员进行，{other}与本案同属一个单位");
    let table: [(&str, &str, &str); 5] = [
        (&handler, "own_court", "承办人不能评查自己的案件"),
        (&leader, "own_court", &of_team),
        (&reviewer, "spot", &kept_out),
        (&other, "cross", &own),
        ("欧阳某", "spot", "没有这名评查员，请从列表中选择"),
    ];
    for (who, kind, problem) in table {
        let fields = [("reviewer", who), ("kind", kind), until];
        let page = site.post(Some(BUREAU), &path, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(page.problem("reviewer").as_deref(), Some(problem));
        assert_eq!(page.value("reviewer").as_deref(), Some(who), "nothing typed is lost");
    }
    give(&site, &path, &[("reviewer", &other), ("kind", "own_court"), until]).await;
    let twice = [("reviewer", other.as_str()), ("kind", "own_court"), until];
    let page = site.post(Some(BUREAU), &path, &twice).await;
    assert_eq!(page.problem("reviewer"), Some(format!("{other}正在评查本案")));
    let past = [("reviewer", other.as_str()), ("kind", "own_court"), ("until", "2026-06-14")];
    site.post(Some(BUREAU), &path, &past).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    for who in ["donghu.handler", "donghu.president", REVIEWER] {
        site.post(Some(who), &path, &past).await.expect(StatusCode::FORBIDDEN);
    }
}

/// S27, R3.
#[tokio::test]
async fn of_many_who_give_a_case_at_once_one_does() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let path = format!("/cases/{case}/reviewers");
    let reviewer = name_of(&city, REVIEWER).await;
    let wanted = [("reviewer", reviewer.as_str()), ("kind", "spot"), ("until", "2026-06-30")];
    let mut sites = vec![site];
    for minute in 1..6 {
        sites.push(Site::at(&city, at(&format!("2026-06-15 12:0{minute}"))).await);
    }
    // One session, at six instances whose clocks differ.
    let cookie = sites[0].cookie(BUREAU).await;
    let token = sites[0].token(BUREAU).await;
    let presses = sites.iter().map(|site| site.post_with(&cookie, &token, &path, &wanted));
    let pages = futures_util::future::join_all(presses).await;
    let given = pages.iter().filter(|page| page.status == StatusCode::SEE_OTHER).count();
    let refused: Vec<_> = pages.iter().filter_map(|page| page.problem("reviewer")).collect();
    assert_eq!(refused, vec![format!("{reviewer}正在评查本案"); 5]);
    assert_eq!((given, city.value::<i64>("SELECT count(*) FROM case_reviewer").await), (1, 1));
}

/// S27.
#[tokio::test]
async fn of_reviewers_of_one_name_the_unit_says_who_is_meant() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid { unit: "0104", account: "qingxi", ..Laid::default() }).await;
    let path = format!("/cases/{case}/reviewers");
    for who in ["donghu.handler2", "donghu.leader2"] {
        make_reviewer(&city, who).await;
    }
    city.force(&format!(
        "UPDATE staff SET name = '同名某' WHERE username IN ('{REVIEWER}', 'donghu.handler2', 'donghu.leader2')"
    ))
    .await;
    let offered = site.get(Some(BUREAU), &path).await.attributes("datalist option", "value");
    let mut each = offered.clone();
    each.dedup();
    assert_eq!((offered.len(), each.len()), (3, 3), "{offered:?}");
    let wanted = |name| [("reviewer", name), ("kind", "spot"), ("until", "2026-06-30")];
    let page = site.post(Some(BUREAU), &path, &wanted("同名某")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = "有几名同名的评查员，请从列表中选择带单位的一项";
    assert_eq!(page.problem("reviewer").as_deref(), Some(said));
    for (nth, name) in offered.iter().enumerate() {
        give(&site, &path, &wanted(name)).await;
        let given: i64 = city.value("SELECT count(DISTINCT staff_id) FROM case_reviewer").await;
        assert_eq!(given, i64::try_from(nth).unwrap() + 1, "{name}");
    }
}

#[tokio::test]
async fn a_case_is_with_a_reviewer_for_ninety_days_at_most_and_until_the_end_of_a_day() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let path = format!("/cases/{case}/reviewers");
    let reviewer = name_of(&city, REVIEWER).await;
    let wanted = |until| [("reviewer", reviewer.as_str()), ("kind", "spot"), ("until", until)];
    for (until, problem) in [
        ("9999-12-31", "请填写截止日期"),
        ("10000-01-01", "请填写截止日期"),
        ("2026-09-14", "截止日期最晚为2026-09-13"),
    ] {
        let page = site.post(Some(BUREAU), &path, &wanted(until)).await;
        let said = page.expect(StatusCode::UNPROCESSABLE_ENTITY).problem("until").unwrap();
        assert!(said.starts_with(problem), "{until}: {said}");
    }
    give(&site, &path, &wanted("２０２６-０９-１３")).await;
    let text = site.get(Some(BUREAU), &path).await.text();
    assert!(text.contains("2026-09-13 24:00"), "{text}");
}
