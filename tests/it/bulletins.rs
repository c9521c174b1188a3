//! The bulletin: from facts to figures, from a draft to what the courts read.

use anjie::jobs::verify_bulletins;
use anjie::store::{Db, bulletins, sessions};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use sqlx::{Connection, PgConnection};

use crate::support::{City, Page, Site, at, matters};

const BUREAU: &str = "zhongyuan.bureau";
const ISSUE: &str = "/bulletins/2026-W24";

/// So many matters of a unit that fell due in the fortnight, the first of them closed in time.
async fn due(city: &City, unit: &str, (closed, all): (usize, usize)) -> Vec<String> {
    let mut numbers = Vec::new();
    for nth in 0..all {
        let number = matters::assigned(city, unit, "2026-05-08 09:00").await;
        if nth < closed {
            matters::closed(city, &number, "2026-06-05", "settled_written").await;
        }
        numbers.push(number);
    }
    numbers
}

/// The site at noon of the day after the fortnight, with the draft made.
async fn drafted(city: &City) -> Site {
    let site = Site::of(city).await;
    assert_eq!(site.act(BUREAU, "/bulletins", &[("period", "2026-W24")]).await, ISSUE);
    site
}

async fn step(site: &Site, issue: &str, action: &str) -> Page {
    site.post(Some(BUREAU), &format!("{issue}/{action}"), &[]).await
}

async fn published(city: &City) -> Site {
    let site = drafted(city).await;
    for action in ["freeze", "publication"] {
        step(&site, ISSUE, action).await.expect(StatusCode::SEE_OTHER);
    }
    site
}

/// 「n/d」 and the items with their reasons, as the page of a figure shows them.
async fn figure(site: &Site, who: &str, path: &str) -> (String, Vec<String>) {
    let page = site.get(Some(who), &format!("{ISSUE}/figures/{path}")).await;
    let page = page.expect(StatusCode::OK);
    let parts: Vec<_> =
        page.texts(".parts dd").iter().map(|one| one.trim_end_matches('件').to_owned()).collect();
    (parts.join("/"), page.texts(".cs li span"))
}

#[tokio::test]
async fn a_draft_ranks_the_courts_by_one_indicator_at_a_time() {
    let city = City::new().await;
    due(&city, "0104", (5, 5)).await;
    due(&city, "0105", (6, 6)).await;
    due(&city, "0110", (3, 6)).await;
    due(&city, "0106", (2, 3)).await;
    due(&city, "01Z1", (5, 5)).await;
    let site = drafted(&city).await;

    let page = site.get(Some(BUREAU), ISSUE).await.expect(StatusCode::OK);
    assert_eq!(page.texts("h1"), ["2026年第12期双周通报6月1日—6月14日"]);
    assert_eq!(page.texts(".snap"), ["截至6月14日24:00，未冻结"]);
    let courts = page.texts("table:first-of-type tbody th");
    assert_eq!(&courts[..4], ["白石法院", "青溪法院", "东湖法院", "长桥法院"]);
    let ranks = page.texts("table:first-of-type .rk");
    assert_eq!(&ranks[..5], ["1", "1", "3", "—", "—"]);
    assert_eq!(page.texts(".key")[..3], ["100.0%6/6", "100.0%5/5", "50.0%3/6"]);
    assert!(page.text().contains("基数小不排名（不足5件）"));
    assert!(page.text().contains("无此类事项"));
    assert!(page.texts("caption").contains(&"中院各部门按期办结率位次".to_owned()));
    assert!(page.text().contains("并列的位次相同，其后顺延。"));
    assert_eq!(page.texts(".by a[aria-current]"), ["按期办结率"]);

    let page = site.get(Some(BUREAU), &format!("{ISSUE}?by=I08a")).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".by a[aria-current]"), ["息诉率"]);
    let page = site.get(Some(BUREAU), &format!("{ISSUE}?tab=settlement")).await;
    let page = page.expect(StatusCode::OK);
    assert_eq!(page.texts("tfoot td"), ["100.0% 21/21", "0.0% 0/21", "100.0% 21/21", "0"]);
}

#[tokio::test]
async fn each_figure_counts_what_its_rule_says() {
    let city = City::new().await;
    let [first, second, third] = [
        matters::assigned(&city, "0110", "2026-06-02 09:00").await,
        matters::assigned(&city, "0110", "2026-06-02 10:00").await,
        matters::assigned(&city, "0110", "2026-05-01 09:00").await,
    ];
    matters::ledger(&city, &first, "donghu", "2026-06-03 10:00").await;
    matters::meeting(&city, &first, "2026-06-04 09:00", true).await;
    matters::report(&city, &first, "2026-06-08 09:00", None).await;
    matters::ledger(&city, &second, "donghu", "2026-06-05 10:00").await;
    matters::meeting(&city, &second, "2026-06-04 10:00", false).await;
    matters::report(&city, &second, "2026-06-08 09:00", Some("2026-06-09 12:00")).await;
    let site = drafted(&city).await;
    for (metric, fraction, reasons) in [
        ("I03", "1/2", &["迟1天建账", "提前1天建账"][..]),
        ("I04", "2/2", &["到期当天约见", "到期当天联系，未见面（已联系未见面）"]),
        ("I05", "1/2", &["退回补正，未重报", "提前1天报送"]),
        ("I07", "0/0", &[]),
        ("I34", "1/3", &["未到期", "未到期", "超期15天"]),
        (
            "I14",
            "1/3",
            &[
                "2日内没有确定合格的包案领导；近14日没有包案领导本人行动",
                "2日内没有确定合格的包案领导；包案领导没有约见；没有化解方案；近14日没有包案领导本人行动",
                "四项齐全",
            ],
        ),
    ] {
        let found = figure(&site, BUREAU, &format!("0110/{metric}")).await;
        assert_eq!((found.0.as_str(), &found.1[..]), (fraction, &own(reasons)[..]), "{metric}");
    }
    let page = site.get(Some(BUREAU), &format!("{ISSUE}/figures/0110/I34")).await;
    assert_eq!(page.texts(".cs li a"), [first, second, third]);
    let page = site.get(Some(BUREAU), ISSUE).await;
    assert_eq!(page.texts("td .od"), ["1"]);
    // The column that opens the leaders' duties is named after them.
    let columns = page.texts("table:first-of-type th[class=r]");
    assert_eq!(columns[0], "应包案");
    let href = format!("{ISSUE}/figures/0110/I14");
    assert!(page.attributes("td.r:not(.key) a[data-drawer]", "href").contains(&href));
}

#[tokio::test]
async fn what_is_counted_apart_stands_beside_the_figure() {
    let city = City::new().await;
    let numbers = due(&city, "0110", (0, 5)).await;
    matters::unit_closed(&city, &numbers[1], "2026-06-06 09:00", "terminated").await;
    city.force(&format!(
        "INSERT INTO clock_event (clock_id, case_id, kind, at, recorded_at, recorded_by, new_due_on)
         SELECT k.id, k.case_id, 'extended', '2026-06-03 09:00+08', '2026-06-03 09:00+08', 1, '2026-06-10'
         FROM clock k JOIN petition_case c ON c.id = k.case_id WHERE c.number = '{}' AND k.kind = 'C30'",
        numbers[3]
    ))
    .await;
    let tried = matters::assigned(&city, "0110", "2026-06-02 09:00").await;
    matters::ledger(&city, &tried, "donghu", "2026-06-03 10:00").await;
    matters::meeting(&city, &tried, "2026-06-04 10:00", false).await;
    let site = drafted(&city).await;
    let closings = "批准延期1/5（20.0%），按期报结、待审核认定1/5（20.0%）";
    let meetings = "已联系未见面1/1（100.0%）";
    for is_frozen in [false, true] {
        if is_frozen {
            step(&site, ISSUE, "freeze").await.expect(StatusCode::SEE_OTHER);
        }
        for (metric, said) in [("I07", closings), ("I04", meetings)] {
            let page = site.get(Some(BUREAU), &format!("{ISSUE}?by={metric}")).await;
            assert_eq!(page.texts(".beside li"), [format!("东湖法院 {said}")], "{is_frozen}");
            let page = site.get(Some(BUREAU), &format!("{ISSUE}/figures/0110/{metric}")).await;
            assert_eq!(page.texts(".beside"), [format!("其中：{said}")], "{is_frozen}");
        }
        let page = site.get(Some(BUREAU), &format!("{ISSUE}?by=I03")).await;
        assert!(page.texts(".beside").is_empty());
        let page = site.get(Some(BUREAU), &format!("{ISSUE}/print")).await;
        for said in [closings, meetings] {
            assert!(page.text().contains(&format!("东湖法院 {said}。")), "{is_frozen}, {said}");
        }
    }
}

/// Gives a clock another original due day, as another rule set does.
async fn due_on(city: &City, number: &str, clock: &str, day: &str) {
    city.force(&format!(
        "UPDATE clock SET due_on_original = '{day}', due_on = '{day}'
         WHERE kind = '{clock}' AND case_id = (SELECT id FROM petition_case WHERE number = '{number}')"
    ))
    .await;
}

#[tokio::test]
async fn the_leader_is_named_in_two_days_whatever_the_rule_set_gives_the_ledger() {
    let city = City::new().await;
    let [urgent, custom] = [
        matters::assigned(&city, "0110", "2026-06-02 09:00").await,
        matters::assigned(&city, "0110", "2026-06-02 09:00").await,
    ];
    due_on(&city, &urgent, "L2", "2026-06-03").await;
    due_on(&city, &custom, "L2", "2026-06-07").await;
    for (number, kept, met) in [
        (&urgent, "2026-06-04 10:00", "2026-06-04 11:00"),
        (&custom, "2026-06-05 10:00", "2026-06-05 11:00"),
    ] {
        matters::ledger(&city, number, "donghu", kept).await;
        matters::meeting(&city, number, met, true).await;
    }
    let site = drafted(&city).await;
    let (_, ledgers) = figure(&site, BUREAU, "0110/I03").await;
    assert_eq!(ledgers, ["迟1天建账", "提前2天建账"]);
    let (fraction, leaders) = figure(&site, BUREAU, "0110/I14").await;
    assert_eq!(fraction, "1/2");
    assert_eq!(leaders, ["2日内没有确定合格的包案领导", "四项齐全"]);
}

#[tokio::test]
async fn a_leader_who_took_over_answers_for_acts_of_their_own() {
    let city = City::new().await;
    for nth in 0..2 {
        let number = matters::assigned(&city, "0110", "2026-06-01 09:00").await;
        matters::ledger(&city, &number, "donghu", "2026-06-02 10:00").await;
        matters::meeting(&city, &number, "2026-06-04 10:00", true).await;
        city.force(&format!(
            "UPDATE team_member SET ended_at = '2026-06-08 09:00+08'
             WHERE case_id = (SELECT id FROM petition_case WHERE number = '{number}');
             INSERT INTO team_member (case_id, round_id, place, staff_id, name, since, recorded_at, recorded_by)
             SELECT a.case_id, a.round_id, 'leader', s.id, s.name, '2026-06-08 09:00+08', '2026-06-08 09:00+08', s.id
             FROM assignment a JOIN petition_case c ON c.id = a.case_id, staff s
             WHERE c.number = '{number}' AND s.username = 'donghu.leader2';
             INSERT INTO progress_entry (case_id, round_id, kind, happened_at, text, recorded_at, recorded_by)
             SELECT a.case_id, a.round_id, 'study', x.at, '已研究', x.at, s.id
             FROM assignment a JOIN petition_case c ON c.id = a.case_id,
                  (VALUES ('donghu.leader', '2026-06-10 09:00+08'::timestamptz, 0),
                          ('donghu.leader2', '2026-06-10 09:00+08', 1)) AS x (username, at, nth)
             JOIN staff s ON s.username = x.username
             WHERE c.number = '{number}' AND x.nth = {nth}"
        ))
        .await;
    }
    let site = drafted(&city).await;
    let (fraction, reasons) = figure(&site, BUREAU, "0110/I14").await;
    assert_eq!(fraction, "1/2");
    assert_eq!(reasons, ["近14日没有包案领导本人行动", "四项齐全"]);
}

fn own(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[tokio::test]
async fn a_closing_counts_once_it_is_confirmed_and_an_extension_moves_the_due_day() {
    let city = City::new().await;
    let numbers = due(&city, "0110", (0, 5)).await;
    matters::closed(&city, &numbers[0], "2026-06-07", "settled_written").await;
    matters::unit_closed(&city, &numbers[1], "2026-06-06 09:00", "terminated").await;
    matters::unit_closed(&city, &numbers[2], "2026-06-06 09:00", "terminated").await;
    matters::returned(&city, &numbers[2], "2026-06-08 09:00").await;
    city.force(&format!(
        "INSERT INTO clock_event (clock_id, case_id, kind, at, recorded_at, recorded_by, new_due_on)
         SELECT k.id, k.case_id, 'extended', '2026-06-03 09:00+08', '2026-06-03 09:00+08', 1, '2026-07-07'
         FROM clock k JOIN petition_case c ON c.id = k.case_id WHERE c.number = '{}' AND k.kind = 'C30'",
        numbers[3]
    ))
    .await;
    let site = drafted(&city).await;
    let (fraction, reasons) = figure(&site, BUREAU, "0110/I07").await;
    assert_eq!(fraction, "1/4");
    assert_eq!(
        reasons,
        [
            "按期报结，待审核认定（按期报结、待审核认定）",
            "退回补正，未结",
            "未办结",
            "到期当天办结"
        ]
    );
    let (fraction, _) = figure(&site, BUREAU, "0110/I34").await;
    assert_eq!(fraction, "2/4", "the returned one and the open one are over");
}

#[tokio::test]
async fn what_is_recorded_after_the_cut_off_shows_in_the_next_issue() {
    let city = City::new().await;
    let numbers = due(&city, "0110", (3, 6)).await;
    matters::unit_closed(&city, &numbers[3], "2026-06-05 09:00", "settled_written").await;
    let site = drafted(&city).await;
    step(&site, ISSUE, "freeze").await.expect(StatusCode::SEE_OTHER);
    let before = site.get(Some(BUREAU), ISSUE).await.expect(StatusCode::OK);
    assert_eq!(before.texts(".key")[0], "50.0%3/6");
    let mark = before.attributes(".snap", "title");
    assert!(before.texts(".snap")[0].contains("数据快照2026-06-14 24:00已冻结"));
    assert!(mark[0].starts_with("校验码") && mark[0].chars().count() == 11);

    matters::confirmed(&city, &numbers[3], "2026-06-16 09:00", None).await;
    let after = site.get(Some(BUREAU), ISSUE).await.expect(StatusCode::OK);
    assert_eq!(after.texts("td"), before.texts("td"));
    assert_eq!(after.attributes(".snap", "title"), mark);

    let later = Site::at(&city, at("2026-06-29 09:00")).await;
    let next = later.act(BUREAU, "/bulletins", &[("period", "2026-W26")]).await;
    let page = later.get(Some(BUREAU), &next).await.expect(StatusCode::OK);
    let late = page.texts("section tbody tr");
    assert_eq!(late, [format!("第12期东湖法院{}未计入已计入提前2天办结", numbers[3])]);
    step(&later, &next, "freeze").await.expect(StatusCode::SEE_OTHER);
    let page = later.get(Some(BUREAU), &next).await.expect(StatusCode::OK);
    assert_eq!(page.texts("section tbody tr"), late);
    assert_eq!(page.texts("section h2"), ["往期补录"]);
}

#[tokio::test]
async fn a_fact_about_any_issue_is_printed_once_however_late_it_comes() {
    let city = City::new().await;
    let number = matters::assigned(&city, "0110", "2026-04-08 09:00").await;
    matters::unit_closed(&city, &number, "2026-05-07 09:00", "settled_written").await;
    let mut printed = Vec::new();
    for (day, period) in [
        ("2026-05-18", "2026-W20"),
        ("2026-06-01", "2026-W22"),
        ("2026-06-15", "2026-W24"),
        ("2026-06-29", "2026-W26"),
    ] {
        if period == "2026-W24" {
            matters::confirmed(&city, &number, "2026-06-02 09:00", None).await;
        }
        let site = Site::at(&city, at(&format!("{day} 09:00"))).await;
        let issue = site.act(BUREAU, "/bulletins", &[("period", period)]).await;
        let draft = site.get(Some(BUREAU), &issue).await.expect(StatusCode::OK);
        step(&site, &issue, "freeze").await.expect(StatusCode::SEE_OTHER);
        let frozen = site.get(Some(BUREAU), &issue).await.expect(StatusCode::OK);
        let late = frozen.texts("section tbody tr");
        assert_eq!(draft.texts("section tbody tr"), late, "{period}");
        let print = site.get(Some(BUREAU), &format!("{issue}/print")).await.expect(StatusCode::OK);
        let line = format!("第10期东湖法院{number}：由“未计入”变为“已计入”，提前1天办结。");
        assert_eq!(print.text().contains(&line), period == "2026-W24", "{period}");
        printed.extend(late.into_iter().map(|line| (period, line)));
        let report = verify_bulletins::run(&site.app.db).await.unwrap();
        assert!(report.is_sound(), "{report}");
    }
    let line = format!("第10期东湖法院{number}未计入已计入提前1天办结");
    assert_eq!(printed, [("2026-W24", line)]);
    let forged = "SET session_replication_role = replica;
                  UPDATE bulletin_change SET about_id = (SELECT id FROM bulletin WHERE period = '2026-W22');
                  RESET session_replication_role";
    city.force(forged).await;
    let site = Site::at(&city, at("2026-06-29 10:00")).await;
    let report = verify_bulletins::run(&site.app.db).await.unwrap().to_string();
    assert!(report.contains("2026-W24 往期补录：冻结1条，重算1条，内容不一致"), "{report}");
}

#[tokio::test]
async fn the_ranking_says_how_a_court_moved_and_draws_the_issues_before() {
    let city = City::new().await;
    due(&city, "0104", (5, 5)).await;
    due(&city, "0110", (4, 5)).await;
    let site = drafted(&city).await;
    step(&site, ISSUE, "freeze").await.expect(StatusCode::SEE_OTHER);
    for (unit, closed) in [("0104", 1), ("0110", 5)] {
        for nth in 0..5 {
            let number = matters::assigned(&city, unit, "2026-05-20 09:00").await;
            if nth < closed {
                matters::closed(&city, &number, "2026-06-18", "settled_written").await;
            }
        }
    }
    let later = Site::at(&city, at("2026-06-29 09:00")).await;
    let next = later.act(BUREAU, "/bulletins", &[("period", "2026-W26")]).await;
    let page = later.get(Some(BUREAU), &next).await.expect(StatusCode::OK);
    assert_eq!(page.texts("table:first-of-type tbody th")[..2], ["东湖法院", "青溪法院"]);
    assert_eq!(page.texts(".mv"), ["1位上升", "1位下降"]);
    let lines = page.attributes(".spark", "aria-label");
    assert_eq!(lines[0], "近2期按期办结率：80.0%、100.0%");
    assert_eq!(page.attributes(".spark polyline", "points")[0], "50.0,7.0 62.0,3.0");
}

#[tokio::test]
async fn a_frozen_issue_takes_nothing_in_whoever_asks() {
    let city = City::new().await;
    due(&city, "0110", (3, 6)).await;
    let site = drafted(&city).await;
    step(&site, ISSUE, "freeze").await.expect(StatusCode::SEE_OTHER);
    let pool = city.truth();
    for statement in [
        "UPDATE bulletin_figure SET numerator = 0",
        "DELETE FROM bulletin_item",
        "INSERT INTO bulletin_item SELECT bulletin_id, unit_id, metric, 99, case_id, case_number, assignment_id,
                                         bucket, reason, marks FROM bulletin_item LIMIT 1",
        "INSERT INTO bulletin_change SELECT bulletin_id, 99, bulletin_id, unit_id, metric, case_id, case_number, assignment_id,
                                           bucket, NULL, reason FROM bulletin_item LIMIT 1",
    ] {
        let refused = sqlx::query(statement).execute(&pool).await.unwrap_err();
        let refused = refused.into_database_error().unwrap();
        assert_eq!(refused.constraint(), Some("bulletin_frozen_check"), "{statement}");
    }
    let page = step(&site, ISSUE, "freeze").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").unwrap(), "本期数据已经冻结，不能再次冻结。");
    let verbs = city.audit_verbs().await;
    assert_eq!(verbs, ["bulletin.drafted", "bulletin.frozen"]);
}

#[tokio::test]
async fn of_two_who_freeze_at_once_one_wins() {
    let city = City::new().await;
    due(&city, "0110", (3, 6)).await;
    let site = drafted(&city).await;
    let path = format!("{ISSUE}/freeze");
    let (one, other) = tokio::join!(
        site.post(Some(BUREAU), &path, &[]),
        site.post(Some("zhongyuan.bureau_head"), &path, &[]),
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses[0], StatusCode::SEE_OTHER);
    assert!([StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY].contains(&statuses[1]));
    assert_eq!(city.value::<i64>("SELECT count(*) FROM bulletin_freeze").await, 1);

    let key = uuid::Uuid::new_v4().to_string();
    let path = format!("{ISSUE}/publication");
    for _ in 0..2 {
        let page = site.post_again(Some(BUREAU), &path, &[], &key).await;
        assert_eq!(page.expect(StatusCode::SEE_OTHER).location(), ISSUE);
    }
    assert_eq!(city.value::<i64>("SELECT count(*) FROM bulletin_publication").await, 1);
}

#[tokio::test]
async fn an_issue_is_made_when_its_fortnight_is_over_and_only_once() {
    let city = City::new().await;
    let site = Site::at(&city, at("2026-06-14 23:59")).await;
    let page = site.post(Some(BUREAU), "/bulletins", &[("period", "2026-W24")]).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").unwrap(), "本期还没有结束，6月15日起可以生成。");
    let page = site.post(Some(BUREAU), "/bulletins", &[("period", "2026-W23")]).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.problem("period").unwrap().starts_with("没有这一期通报"));

    let site = drafted(&city).await;
    assert_eq!(site.act(BUREAU, "/bulletins", &[("period", "2026-W24")]).await, ISSUE);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM bulletin").await, 1);
    let page = step(&site, ISSUE, "publication").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").unwrap(), "本期数据还没有冻结，请先冻结数据。");
}

#[tokio::test]
async fn an_issue_is_frozen_when_what_was_sent_before_the_cut_off_is_on_record() {
    let city = City::new().await;
    let site = Site::at(&city, at("2026-06-15 00:00")).await;
    assert_eq!(site.act(BUREAU, "/bulletins", &[("period", "2026-W24")]).await, ISSUE);
    let said = "截止前提交的内容可能还在保存，6月15日00:15起可以冻结。";
    let page = site.get(Some(BUREAU), &format!("{ISSUE}/freeze")).await.expect(StatusCode::OK);
    assert_eq!(page.problem("").unwrap(), said);
    let page = step(&site, ISSUE, "freeze").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").unwrap(), said);
    let site = Site::at(&city, at("2026-06-15 00:15")).await;
    step(&site, ISSUE, "freeze").await.expect(StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_case_that_no_unit_of_the_issue_answers_for_stops_the_freeze() {
    let city = City::new().await;
    let numbers = due(&city, "0110", (1, 1)).await;
    city.force("UPDATE unit SET valid_until = '2026-06-01' WHERE code = '0110'").await;
    let site = drafted(&city).await;
    let page = site.get(Some(BUREAU), &format!("{ISSUE}/freeze")).await.expect(StatusCode::OK);
    let expected = format!("按期办结率合计0，总数1，差1件：{}未归类。", numbers[0]);
    assert_eq!(page.problem("").unwrap(), expected);
    let page = step(&site, ISSUE, "freeze").await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").unwrap(), expected);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM bulletin_figure").await, 0);
}

#[tokio::test]
async fn the_courts_read_an_issue_once_it_is_published() {
    let city = City::new().await;
    due(&city, "0110", (3, 6)).await;
    let readers = ["donghu.handler", "donghu.leader", "zhiyi.handler", "zhongyuan.president"];
    let site = drafted(&city).await;
    let pages = ["", "/figures/0110/I07", "/print"].map(|rest| format!("{ISSUE}{rest}"));
    for action in ["freeze", "publication"] {
        for reader in readers {
            for path in &pages {
                site.get(Some(reader), path).await.expect(StatusCode::NOT_FOUND);
            }
            let page = site.get(Some(reader), "/bulletins").await.expect(StatusCode::OK);
            let empty = "还没有通报。第12期将于6月15日生成草稿。";
            assert_eq!(page.texts(".empty"), [empty]);
            assert!(page.texts("main form").is_empty());
        }
        step(&site, ISSUE, action).await.expect(StatusCode::SEE_OTHER);
    }
    for reader in readers {
        let page = site.get(Some(reader), ISSUE).await.expect(StatusCode::OK);
        assert_eq!(page.texts(".key")[0], "50.0%3/6");
        assert!(page.attributes(".act a", "href").iter().all(|href| href.ends_with("/print")));
        let page = site.get(Some(reader), "/bulletins").await.expect(StatusCode::OK);
        assert_eq!(page.texts("tbody th"), ["2026年第12期双周通报"]);
    }
    let page = site.get(Some("zhongyuan.leading_group"), ISSUE).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".flow .done").len(), 3);
    // No item of theirs leads here.
    for path in [String::from("/bulletins")].iter().chain(&pages) {
        site.get(Some("donghu.clerk"), path).await.expect(StatusCode::FORBIDDEN);
    }
}

/// How many issues someone reaches: by the store's own query in a role that row security passes
/// by, and by a bare query of the serving role.
async fn reach(city: &City, site: &Site, who: &str) -> (usize, i64) {
    let session = sessions::of_demonstration(&site.app.db, who).await.unwrap().unwrap();
    let beyond = Db::with_pool(city.truth(), city.keys.clone());
    let mut tx = beyond.begin(&session).await.unwrap();
    let by_scope = bulletins::list(&mut tx, None).await.unwrap().len();
    drop(tx);
    beyond.close().await;
    let mut conn = PgConnection::connect_with(&city.server()).await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    sqlx::query(
        "SELECT set_config('app.staff_id', $1, true), set_config('app.grant_id', $2, true)",
    )
    .bind(session.actor().staff.to_string())
    .bind(session.actor().grant.to_string())
    .execute(&mut *tx)
    .await
    .unwrap();
    let count = "SELECT count(*) FROM bulletin";
    (by_scope, sqlx::query_scalar(count).fetch_one(&mut *tx).await.unwrap())
}

/// S33.
#[tokio::test]
async fn each_wall_alone_keeps_a_draft_at_the_bureau() {
    let city = City::new().await;
    let site = drafted(&city).await;
    let people = [
        ("zhongyuan.bureau", (1, 1)),
        ("zhongyuan.bureau_head", (1, 1)),
        ("zhongyuan.president", (0, 0)),
        ("zhongyuan.leading_group", (0, 0)),
        ("donghu.president", (0, 0)),
        ("zhiyi.handler", (0, 0)),
    ];
    for (who, expected) in people {
        assert_eq!(reach(&city, &site, who).await, expected, "{who}, draft");
    }
    for action in ["freeze", "publication"] {
        step(&site, ISSUE, action).await.expect(StatusCode::SEE_OTHER);
    }
    for (who, _) in people {
        assert_eq!(reach(&city, &site, who).await, (1, 1), "{who}, published");
    }
}

#[tokio::test]
async fn a_figure_opens_to_its_cases_and_a_number_opens_nothing_by_itself() {
    let city = City::new().await;
    let mine = due(&city, "0110", (4, 6)).await;
    let other = due(&city, "0104", (5, 5)).await;
    let site = published(&city).await;

    let page = site.get(Some(BUREAU), ISSUE).await.expect(StatusCode::OK);
    let links = page.attributes(".key a[data-drawer]", "href");
    let href = format!("{ISSUE}/figures/0110/I07");
    assert!(links.contains(&href));

    let request = || Request::builder().method("GET").uri(&href).header("hx-request", "true");
    let drawer = site.send(Some("donghu.president"), request(), Body::empty()).await;
    let drawer = drawer.expect(StatusCode::OK);
    assert!(drawer.texts("nav").is_empty(), "the drawer is a part of a page");
    assert_eq!(drawer.texts("h2"), ["这个数怎么来的"]);
    assert_eq!(drawer.texts(".big-n"), ["66.7%东湖法院 按期办结率"]);
    assert_eq!(drawer.texts(".parts dd"), ["4件", "6件"]);
    assert!(drawer.texts(".rule")[0].starts_with("按交办件计数：到期日在本期内的交办件"));
    assert_eq!(drawer.texts("h3"), ["没有按期办结的2件", "按期办结的4件"]);
    assert_eq!(drawer.texts(".cs a")[..2], mine[4..]);
    assert_eq!(drawer.attributes("a.btn", "href"), std::slice::from_ref(&href));
    assert!(!drawer.text().contains("张某"), "a bulletin names no petitioner");

    let page = site.get(Some("donghu.president"), &format!("{ISSUE}/figures/0104/I07")).await;
    let page = page.expect(StatusCode::OK);
    assert!(page.text().contains(&other[0]));
    assert!(page.texts(".cs a").is_empty(), "another court's cases do not open");
    for path in ["0110/I99", "9999/I07"] {
        let page = site.get(Some(BUREAU), &format!("{ISSUE}/figures/{path}")).await;
        page.expect(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_print_bears_the_red_header_only_when_published() {
    let city = City::new().await;
    due(&city, "0110", (3, 6)).await;
    let site = drafted(&city).await;
    let path = format!("{ISSUE}/print");
    let page = site.get(Some(BUREAU), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".draft"), ["草稿"]);
    assert!(page.texts(".redline").is_empty() && page.texts(".issuer").is_empty());
    for action in ["freeze", "publication"] {
        step(&site, ISSUE, action).await.expect(StatusCode::SEE_OTHER);
    }
    let page = site.get(Some("donghu.handler"), &path).await.expect(StatusCode::OK);
    assert_eq!(page.texts(".issuer"), ["云州市中级人民法院"]);
    assert_eq!(page.texts(".sign time"), ["2026年6月15日"]);
    assert!(page.text().contains("数据快照2026-06-14 24:00已冻结，校验码"));
    assert!(page.text().contains("依法退出率") && !page.text().contains("张某"));
}
