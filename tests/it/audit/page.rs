//! The auditor's page, and that nobody else reads the audit.

use anjie::domain::audit_reach::Watch;
use anjie::jobs::watch::check;
use anjie::store::Db;
use anjie::store::audit_export;
use anjie::store::audit_lists::{self, Filter};
use anjie::store::cursor::Place;
use anjie::store::keys::hex;
use axum::http::StatusCode;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use super::entries;
use crate::routes::PEOPLE;
use crate::support::{City, Page, Site, noon};
use crate::walls::session;

const BUREAU: &str = "zhongyuan.bureau";
const AUDITOR: Option<&str> = Some("zhongyuan.auditor");

async fn some_acts(city: &City) -> Site {
    let site = Site::of(city).await;
    site.act(BUREAU, "/bulletins", &[("period", "2026-W22")]).await;
    site.act(BUREAU, "/bulletins", &[("period", "2026-W24")]).await;
    site.get(Some("donghu.handler"), "/cases").await.expect(StatusCode::OK);
    site
}

/// S82.
#[tokio::test]
async fn the_auditor_filters_by_person_act_record_time_and_address() {
    let city = City::new().await;
    let site = some_acts(&city).await;
    for (query, found) in [
        ("actor=zhongyuan.bureau&action=bulletin.drafted", 2),
        ("actor=donghu.handler", 1),
        ("actor=nobody", 0),
        ("object=2026-W24", 1),
        ("object=W2&from=2026-06-15&to=2026-06-15", 2),
        ("object=W2&to=2026-06-14", 0),
        ("ip=127.0.0.1&action=case.listed", 1),
        ("ip=10.9.9.9", 0),
    ] {
        let page = site.get(AUDITOR, &format!("/admin/audit?{query}")).await.expect(StatusCode::OK);
        assert_eq!(page.texts("tbody tr").len(), found, "{query}");
        if found == 0 {
            assert!(page.text().contains("没有符合条件的记录"), "{query}");
        }
    }
    let page = site.get(AUDITOR, "/admin/audit?object=2026-W24").await;
    let line = page.texts("tbody tr").remove(0);
    for part in ["信访局", "中院", "生成通报", "2026-W24", "完成", "127.0.0.1"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    let page = site.get(AUDITOR, "/admin/audit?from=someday").await.expect(StatusCode::OK);
    assert!(page.text().contains("读不出日期"));
    // The reading is noted, by the names of what was asked.
    let told = entries(&city, "audit.read").await;
    assert!(told.contains(&"done|||object from to|".to_owned()), "{told:?}");
    assert!(told.iter().all(|line| !line.contains("W2")));
}

/// S82.
#[tokio::test]
async fn a_long_list_goes_on_on_further_pages_and_comes_back() {
    let city = City::new().await;
    let site = some_acts(&city).await;
    city.force(
        "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, object, previous_hash, hash)
         SELECT 0, 0, a.at, a.staff_id, a.grant_id, 'case.listed', 'n' || n, '', ''
         FROM (SELECT * FROM audit WHERE verb = 'case.listed' LIMIT 1) a, generate_series(1, 150) n",
    )
    .await;
    let first = site.get(AUDITOR, "/admin/audit?object=n").await.expect(StatusCode::OK);
    assert_eq!(first.texts("tbody tr").len(), 100);
    let next = first.attributes("a[rel=next]", "href").remove(0);
    let second = site.get(AUDITOR, &next).await.expect(StatusCode::OK);
    assert_eq!(second.texts("tbody tr").len(), 50);
    let back = second.attributes("a[rel=prev]", "href").remove(0);
    let again = site.get(AUDITOR, &back).await.expect(StatusCode::OK);
    assert_eq!(again.texts("tbody tr"), first.texts("tbody tr"));
    let page = site.get(AUDITOR, "/admin/audit?after=made-up").await.expect(StatusCode::OK);
    assert_eq!(page.texts("tbody tr").len(), 100);
}

/// S79, S82.
#[tokio::test]
async fn the_page_says_what_the_last_check_of_the_chains_found() {
    let city = City::new().await;
    let site = some_acts(&city).await;
    let page = site.get(AUDITOR, "/admin/audit").await.expect(StatusCode::OK);
    assert!(page.texts("[data-check]")[0].contains("还没有校验过"));
    let found = check(&site.app.db, None, noon()).await.unwrap();
    let page = site.get(AUDITOR, "/admin/audit").await;
    let said = format!("完整性校验通过，共{}条", found.entries);
    assert!(page.texts("[data-check]")[0].contains(&said), "{:?}", page.texts("[data-check]"));
    city.force(
        "UPDATE audit SET object = 'x' WHERE verb = 'bulletin.drafted' AND object = '2026-W22'",
    )
    .await;
    check(&site.app.db, None, noon()).await.unwrap();
    let page = site.get(AUDITOR, "/admin/audit").await;
    let said = &page.texts("[data-check]")[0];
    assert!(said.contains("完整性校验未通过，发现1处问题"), "{said}");
    assert!(said.contains("内容与写入时的校验值不符"), "{said}");
}

/// S82.
#[tokio::test]
async fn what_is_handed_out_bears_the_heads_of_the_chains_and_a_seal() {
    let city = City::new().await;
    let site = some_acts(&city).await;
    let page = site.get(AUDITOR, "/admin/audit/export?object=W2").await.expect(StatusCode::OK);
    assert_eq!(page.headers["content-type"], "text/csv; charset=utf-8");
    let text = String::from_utf8(page.body).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[1].contains("生成通报") && lines[2].contains("生成通报"));
    assert!(lines[3].starts_with("链尾,01,\"云州市中级人民法院\",2,"), "{}", lines[3]);
    let (body, last) = text.split_at(text.find("校验码,").unwrap());
    let seal = hex(&city.keys.index("audit.export", body));
    assert_eq!(last.trim_end(), format!("校验码,{seal}"));
    assert!(audit_export::holds(&city.keys, &text) && !audit_export::holds(&city.keys, body));
    let told = entries(&city, "audit.exported").await;
    assert_eq!(told, [format!("done|{seal}||object|count=2")]);
}

/// S31, S37, S82.
#[tokio::test]
async fn each_wall_alone_keeps_the_audit_from_those_who_may_not_read_it() {
    let city = City::new().await;
    some_acts(&city).await;
    let truth = Db::with_pool(city.truth(), city.keys.clone());
    let all = city.value::<i64>("SELECT count(*) FROM audit").await;
    let mut conn = PgConnection::connect_with(&city.server()).await.unwrap();
    for (role, username) in PEOPLE {
        let session = session(&truth, username).await;
        let own = format!("SELECT count(*) FROM audit WHERE staff_id = {}", session.actor().staff);
        let own = city.value::<i64>(&own).await;
        let expected = match role.code() {
            "auditor" | "inspection" => all,
            "bureau" | "bureau_head" => own,
            _ => 0,
        };
        let mut tx = conn.begin().await.unwrap();
        let context = format!(
            "SELECT set_config('app.staff_id', '{}', true), set_config('app.grant_id', '{}', true)",
            session.actor().staff,
            session.actor().grant
        );
        sqlx::raw_sql(AssertSqlSafe(context)).execute(&mut *tx).await.unwrap();
        let row = sqlx::query("SELECT count(*) FROM audit").fetch_one(&mut *tx).await.unwrap();
        assert_eq!(row.get::<i64, _>(0), expected, "row security: {username}");
        tx.rollback().await.unwrap();
        let listed = match Watch::of(session.actor()) {
            Some(watch) => {
                let mut tx = truth.begin(&session).await.unwrap();
                let filter = Filter::default();
                let place = (&Place::First, 1000);
                audit_lists::list(&mut tx, watch, &filter, place).await.unwrap().rows.len()
            }
            None => 0,
        };
        assert_eq!(i64::try_from(listed).unwrap(), expected, "the list: {username}");
    }
    truth.close().await;
    let site = Site::of(&city).await;
    for path in ["/admin/audit", "/admin/audit/export", "/admin/audit/accesses"] {
        site.get(Some("zhongyuan.sysadmin"), path).await.expect(StatusCode::FORBIDDEN);
        let status = if path == "/admin/audit" { StatusCode::OK } else { StatusCode::FORBIDDEN };
        site.get(Some(BUREAU), path).await.expect(status);
        site.get(Some("zhongyuan.inspection"), path).await.expect(status);
    }
    let page = site.get(Some(BUREAU), "/admin/audit").await;
    let text = page.text();
    assert!(
        text.contains("本人操作记录") && !text.contains("完整性校验") && !text.contains("导出CSV")
    );
    let asks_for_people = |page: &Page| page.html().contains("name=\"actor\"");
    assert!(!asks_for_people(&page));
    assert!(asks_for_people(&site.get(Some("zhongyuan.inspection"), "/admin/audit").await));
    assert!(site.get(Some(BUREAU), "/account").await.text().contains("本人操作记录"));
}
