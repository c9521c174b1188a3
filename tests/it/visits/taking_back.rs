//! Taking a registration back while somebody else decides about the same case.

use std::sync::Arc;

use axum::http::StatusCode;
use sqlx::{Connection, PgConnection};
use tokio::task::JoinSet;

use super::{CLERK, register, visit};
use crate::support::{City, Page, Site};

const REASON: &[(&str, &str)] = &[("reason", "录错了人")];

/// Waits until so many of this city's connections wait for a lock.
pub(super) async fn until_waiting(city: &City, how_many: i64) {
    let waiting = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..2_000 {
        if city.value::<i64>(waiting).await >= how_many {
            return;
        }
    }
    panic!("{how_many} did not come to wait");
}

/// Somebody who holds a row until they are dropped or commit.
pub(super) async fn holder(city: &City, statement: &str) -> PgConnection {
    let mut conn = PgConnection::connect_with(&city.superuser()).await.unwrap();
    let statement = format!("BEGIN; {statement}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut conn).await.unwrap();
    conn
}

pub(super) async fn commit(mut conn: PgConnection) {
    sqlx::raw_sql("COMMIT").execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

/// The clerk's form, on its way.
fn taking_back(site: &Arc<Site>, number: &str) -> JoinSet<Page> {
    let (site, path) = (Arc::clone(site), format!("/visits/{number}/void"));
    let mut void = JoinSet::new();
    void.spawn(async move { site.post(Some(CLERK), &path, REASON).await });
    void
}

/// A case that the bureau gives to 青溪法院, in words of the database.
const ASSIGNING: &str = "
    UPDATE petition_case SET unit_id = (SELECT id FROM unit WHERE code = '0104'), version = version + 1;
    WITH b AS (INSERT INTO assignment_batch (number, unit_id, source, rule_set_id, assigned_at, recorded_at,
                                             recorded_by)
               SELECT 'JB2026-0001', unit_id, 'city_court', 1, now(), now(), recorded_by FROM petition_case
               RETURNING id)
    INSERT INTO assignment (batch_id, case_id, round_id, unit_id, source, rule_set_id, assigned_at, recorded_at,
                            recorded_by)
    SELECT b.id, c.id, r.id, c.unit_id, 'city_court', 1, now(), now(), c.recorded_by
    FROM b, petition_case c JOIN round r ON r.case_id = c.id";

#[tokio::test]
async fn a_registration_is_not_taken_back_under_an_assignment_that_is_being_written() {
    let city = City::new().await;
    let site = Arc::new(Site::of(&city).await);
    let number = register(&site, CLERK, &visit(&[])).await;
    let bureau = holder(&city, ASSIGNING).await;
    let mut void = taking_back(&site, &number);
    until_waiting(&city, 1).await;
    commit(bureau).await;
    let page = void.join_next().await.unwrap().unwrap().expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("").as_deref(), Some("并入的案件已经作出办理，不能撤销"));
    assert_eq!(city.value::<i64>("SELECT count(*) FROM case_void").await, 0);
}

#[tokio::test]
async fn a_case_is_not_assigned_under_a_registration_that_is_being_taken_back() {
    let city = City::new().await;
    let site = Arc::new(Site::of(&city).await);
    let number = register(&site, CLERK, &visit(&[])).await;
    // The last thing that taking back does waits for the chain of its court.
    let chain = holder(
        &city,
        "SELECT FROM audit_head WHERE unit_id = (SELECT id FROM unit WHERE code = '0110') FOR UPDATE",
    )
    .await;
    let mut void = taking_back(&site, &number);
    until_waiting(&city, 1).await;
    let court = city.value::<i64>("SELECT id FROM unit WHERE code = '0104'").await.to_string();
    let mut assign = JoinSet::new();
    assign.spawn(async move {
        let fields = [
            ("case_no[]", "XF2026-00001"),
            ("court[]", &court),
            ("source", "province_court"),
            ("rule", "standard"),
            ("assigned_at", "2026-06-15 12:00"),
            ("action", "issue"),
        ];
        site.post(Some("zhongyuan.bureau"), "/assignments/new", &fields).await
    });
    until_waiting(&city, 2).await;
    commit(chain).await;
    void.join_next().await.unwrap().unwrap().expect(StatusCode::SEE_OTHER);
    assign.join_next().await.unwrap().unwrap().expect(StatusCode::CONFLICT);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM assignment").await, 0);
}

#[tokio::test]
async fn a_case_that_goes_with_its_registration_stands_in_the_audit_by_itself() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = register(&site, CLERK, &visit(&[])).await;
    site.act(CLERK, &format!("/visits/{number}/void"), REASON).await;
    assert_eq!(city.audit_verbs().await, ["visit.registered", "visit.voided", "case.voided"]);
    let voided = "SELECT c.number FROM audit a JOIN petition_case c ON c.id = a.case_id WHERE a.verb = 'case.voided'";
    assert_eq!(city.value::<String>(voided).await, "XF2026-00001");
}

#[tokio::test]
async fn a_case_that_a_ledger_brought_does_not_go_with_its_first_visit() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = crate::support::cases::accepted(&city, "张某").await;
    let joined = visit(&[("disposition", "joined_to_case"), ("merge_case_no", &case)]);
    let number = register(&site, CLERK, &joined).await;
    site.act(CLERK, &format!("/visits/{number}/void"), REASON).await;
    assert_eq!(city.value::<i64>("SELECT count(*) FROM case_void").await, 0);
}
