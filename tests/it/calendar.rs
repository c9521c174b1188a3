//! The day table as the system administrator keeps it: what a change moves is said before it counts,
//! and nothing that has ended moves.

use axum::http::StatusCode;
use sqlx::AssertSqlSafe;

use crate::support::laid::{self, Laid};
use crate::support::{City, Page, Site, at};

const SYSADMIN: &str = "zhongyuan.sysadmin";
const HERE: &str = "/admin/calendar";
const NOTICE: &str = "国办发明电〔2026〕9号";

fn one_day<'a>(date: &'a str, kind: &'a str, name: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![("what", "day"), ("date", date), ("kind", kind), ("name", name), ("day_source", NOTICE)]
}

fn a_year<'a>(year: &'a str, rows: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![("what", "year"), ("year", year), ("rows", rows), ("source", NOTICE)]
}

/// Looks at what a change moves, and confirms it as it was shown.
async fn change(site: &Site, mut fields: Vec<(&str, &str)>) -> Page {
    let preview = site.post(Some(SYSADMIN), HERE, &fields).await.expect(StatusCode::OK);
    let seen = preview.value("seen").unwrap();
    fields.extend([("action", "confirm"), ("seen", seen.as_str())]);
    site.act(SYSADMIN, HERE, &fields).await;
    preview
}

async fn due(city: &City, case: &str, kind: &str) -> String {
    city.value(&format!(
        "SELECT k.due_on || ' ' || k.due_on_original || ' ' || k.calendar_version || ' ' || k.provisional
         FROM clock k JOIN petition_case c ON c.id = k.case_id WHERE c.number = '{case}' AND k.kind = '{kind}'"
    ))
    .await
}

#[tokio::test]
async fn a_changed_day_says_whom_it_moves_and_counts_once_it_is_confirmed() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let first = laid::lay(&city, Laid::default()).await;
    let second = laid::lay(&city, Laid { name: "李某某", ..Laid::default() }).await;
    let all = ["L2", "M2", "P7", "C30", "O5"];
    let ended = laid::lay(&city, Laid { name: "王某", done: &all, ..Laid::default() }).await;
    let preview = change(&site, one_day("2026-06-16", "holiday", "抗洪")).await;
    let text = preview.text();
    assert_eq!(
        preview.texts("[data-impact]"),
        ["影响2件案件的到期日：2件推后。已经完成、已经过期的期限和已冻结的通报不变。"]
    );
    assert!(text.contains("东湖法院2") && text.contains("工作日节假日（抗洪）"), "{text}");
    assert!(![&first, &second, &ended].iter().any(|case| text.contains(case.as_str())), "{text}");
    for case in [&first, &second] {
        assert_eq!(due(&city, case, "P7").await, "2026-06-17 2026-06-16 2 false");
        assert_eq!(due(&city, case, "O5").await, "2026-06-17 2026-06-16 2 false");
        assert_eq!(due(&city, case, "C30").await, "2026-07-09 2026-07-09 1 false");
        assert_eq!(due(&city, case, "L2").await, "2026-06-11 2026-06-11 1 false");
    }
    assert_eq!(due(&city, &ended, "P7").await, "2026-06-16 2026-06-16 1 false");
    let listed =
        "SELECT string_agg(due_on::text, ' ' ORDER BY number) FROM petition_case_now WHERE is_open";
    assert!(city.value::<String>(listed).await.starts_with("2026-06-17 2026-06-17"));
    let verbs = city.audit_verbs().await;
    let expected = ["deadline.recalculated", "deadline.recalculated", "calendar.changed"];
    assert_eq!(verbs[verbs.len() - 3..], expected);
    // And back again: earlier than it was.
    let preview = change(&site, one_day("2026-06-16", "workday", "")).await;
    assert!(preview.texts("[data-impact]")[0].starts_with("影响2件案件的到期日：2件提前。"));
    assert_eq!(due(&city, &first, "P7").await, "2026-06-16 2026-06-16 3 false");
    let page = site.get(Some(SYSADMIN), HERE).await.text();
    assert!(page.contains(&format!("修改2026-06-16：{NOTICE}")), "{page}");
}

/// R17.
#[tokio::test]
async fn loading_a_year_settles_what_was_provisional_and_says_so_first() {
    let city = City::new().await;
    let case = laid::lay(&city, Laid::default()).await;
    city.force(
        "UPDATE clock SET origin_at = '2026-12-03 09:00+08', due_on_original = '2027-01-02', due_on = '2027-01-02',
                          provisional = true WHERE kind = 'C30'",
    )
    .await;
    let site = Site::at(&city, at("2026-12-20 09:00")).await;
    let before = site.get(Some(SYSADMIN), "/admin/calendar?year=2027").await.text();
    assert!(before.contains("2027年（暂定）"), "{before}");
    let rows =
        "日期,类别,节日\n2027-01-01,节假日,元旦\n2027-01-02,节假日,元旦\n2027-01-03,节假日,元旦\n";
    let preview = change(&site, a_year("2027", rows)).await;
    let said = preview.texts("[data-impact]").remove(0);
    assert!(said.starts_with("影响1件案件的到期日：1件推后。"), "{said}");
    assert!(preview.text().contains("其余362天按星期"), "{}", preview.text());
    assert_eq!(due(&city, &case, "C30").await, "2027-01-04 2027-01-02 2 false");
    let after = site.get(Some(SYSADMIN), "/admin/calendar?year=2027").await;
    assert!(!after.text().contains("2027年（暂定）") && after.text().contains("2028年（暂定）"));
    assert_eq!(after.texts(".year .off").len(), 3);
    // A clock by the former table is refused: it is computed anew by the present one.
    let late = "INSERT INTO clock (assignment_id, case_id, kind, origin_at, rule_set_id, calendar_version,
                                   due_on_original, due_on)
                SELECT max(assignment_id), max(case_id), 'O5', now(), 2, 1, '2027-01-02', '2027-01-02' FROM clock";
    city.force("DELETE FROM clock WHERE kind = 'O5'").await;
    let refused = sqlx::query(AssertSqlSafe(late)).execute(&city.truth()).await.unwrap_err();
    assert!(refused.to_string().contains("the day table changed"), "{refused}");
}

#[tokio::test]
async fn what_is_wrong_with_a_change_is_said_beside_its_field_and_changes_nothing() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (fields, field, said) in [
        (one_day("", "", ""), "date", "请填写日期，例如2026-10-08"),
        (
            one_day("2026-06-15", "holiday", "抗洪"),
            "date",
            "2026-06-15已到或已过，不能改动；请填写明天以后的日子",
        ),
        (one_day("2026-06-16", "holiday", ""), "name", "请写明是哪个节日，例如国庆节"),
        (
            one_day("2026-06-16", "weekend", ""),
            "kind",
            "2026-06-16是周二，不是双休日，放假请选“节假日”",
        ),
        (a_year("27", "2027-01-01,休,元旦"), "year", "请填写年份，例如2027"),
        (a_year("2027", " "), "rows", "请粘贴放假安排，或选择文件"),
        (
            a_year("2027", "2027-01-01,休,元旦\n2027-1-32,休,元旦"),
            "rows",
            "第2行：日期“2027-1-32”无法识别，请写成2027-01-01",
        ),
        (a_year("2027", "2027-01-09,班,元旦"), "rows", "表中没有放假的日子，请核对"),
    ] {
        let page = site.post(Some(SYSADMIN), HERE, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert_eq!(page.problem(field).as_deref(), Some(said), "{fields:?}");
        let typed = fields[2].1;
        assert!(typed.trim().is_empty() || page.html().contains(typed), "what was typed stays");
    }
    // A file that isn't text, and one that is.
    let year = [("what", "year"), ("year", "2027"), ("rows", ""), ("source", NOTICE)];
    let file = |bytes: &'static [u8]| [("file", "安排.csv", "text/csv", bytes)];
    let page = site.upload(Some(SYSADMIN), HERE, &year, &file(&[0xb7, 0xc5, 0xbc, 0xd9])).await;
    assert!(page.problem("file").unwrap().contains("CSV UTF-8"));
    let text = "2027-01-01,休,元旦\n".as_bytes();
    let page = site.upload(Some(SYSADMIN), HERE, &year, &file(text)).await.expect(StatusCode::OK);
    assert_eq!(page.texts("[data-impact]"), ["不影响在办案件的到期日。"]);
    // Confirmed after something changed: shown again, nothing saved.
    let mut fields = one_day("2026-06-16", "holiday", "抗洪");
    fields.extend([("action", "confirm"), ("seen", "1 7 0 7 0")]);
    let page = site.post(Some(SYSADMIN), HERE, &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.problem("").unwrap().contains("没有保存"));
    assert_eq!(city.value::<i64>("SELECT count(*) FROM calendar_version").await, 1);
}

/// S31.
#[tokio::test]
async fn the_database_hands_out_clocks_and_takes_days_for_the_system_administrator_alone() {
    let city = City::new().await;
    laid::lay(&city, Laid::default()).await;
    let clocks = "SELECT count(*) FROM calendar_clocks('2026-01-01', '2026-12-31')";
    let change = "SELECT coalesce(calendar_change(1, 'x', 'x', '[]', now()), 0)::bigint";
    for (who, sees) in
        [("zhongyuan.secadmin", 0), ("zhongyuan.bureau", 0), ("donghu.clerk", 0), (SYSADMIN, 3)]
    {
        assert_eq!(city.as_server(who, clocks).await, Some(sees), "{who}");
        let taken = if who == SYSADMIN { 2 } else { 0 };
        assert_eq!(city.as_server(who, change).await, Some(taken), "{who}");
    }
}

/// What was shown is these cases; as many others are another thing.
#[tokio::test]
async fn a_change_that_moves_other_cases_than_those_shown_is_shown_again() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let first = laid::lay(&city, Laid::default()).await;
    let second = laid::lay(&city, Laid { name: "李某某", ..Laid::default() }).await;
    let runs = async |case: &str, state: &str| {
        city.force(&format!(
            "UPDATE clock k SET state = '{state}' FROM petition_case c
             WHERE c.id = k.case_id AND c.number = '{case}' AND k.kind IN ('P7', 'C30', 'O5')"
        ))
        .await;
    };
    runs(&second, "cancelled").await;
    let mut fields = one_day("2026-06-16", "holiday", "抗洪");
    let preview = site.post(Some(SYSADMIN), HERE, &fields).await.expect(StatusCode::OK);
    let seen = preview.value("seen").unwrap();
    fields.extend([("action", "confirm"), ("seen", seen.as_str())]);
    runs(&first, "cancelled").await;
    runs(&second, "running").await;
    let page = site.post(Some(SYSADMIN), HERE, &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.problem("").unwrap().starts_with("核对之后，日历或受影响的案件有变化"));
    let seen = page.value("seen").unwrap();
    fields.pop();
    fields.push(("seen", seen.as_str()));
    site.act(SYSADMIN, HERE, &fields).await;
}
