//! The chain itself: who may touch it, what concurrency and the clock do to it.

use std::time::Instant;

use anjie::jobs::verify_audit;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::{City, Site, at};
use crate::walls::session;

const BUREAU: &str = "zhongyuan.bureau";

/// S80.
#[tokio::test]
async fn neither_the_serving_role_nor_the_owner_changes_an_entry_unseen() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    site.act(BUREAU, "/bulletins", &[("period", "2026-W22")]).await;
    site.act(BUREAU, "/bulletins", &[("period", "2026-W24")]).await;
    let change = "UPDATE audit SET verb = 'x.y'";
    for statement in
        [change, "DELETE FROM audit", "TRUNCATE audit", "UPDATE audit_head SET seq = 0"]
    {
        let mut conn = PgConnection::connect_with(&city.server()).await.unwrap();
        let refused = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut conn).await;
        assert!(refused.is_err(), "{statement}");
    }
    let mut owner = PgConnection::connect_with(&city.owner()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(change.to_owned())).execute(&mut owner).await.unwrap();
    let report = verify_audit::run(&site.app.db, None).await.unwrap();
    assert!(!report.is_sound(), "the owner can, and it is found");
}

/// S80.
#[tokio::test]
async fn nobody_adds_an_entry_in_the_name_of_another() {
    let city = City::new().await;
    let insert =
        "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, previous_hash, hash)
                  SELECT 0, 0, now(), s.id, g.id, 'case.read', '', '' FROM staff s
                  JOIN role_grant g ON g.staff_id = s.id WHERE s.username = 'donghu.handler'";
    let mut conn = PgConnection::connect_with(&city.server()).await.unwrap();
    let refused = sqlx::raw_sql(AssertSqlSafe(insert.to_owned())).execute(&mut conn).await;
    assert!(refused.unwrap_err().to_string().contains("row-level security"));
}

/// S81.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the rate is for whoever measures")]
async fn sixteen_clients_leave_one_unbroken_chain() {
    const CLIENTS: u32 = 16;
    const EACH: u32 = 25;
    let city = City::new().await;
    let pool = PgPoolOptions::new().max_connections(16).connect_lazy_with(city.server());
    let site = Site::with_pool(&city, pool, at("2026-06-15 12:00"));
    let session = session(&site.app.db, "donghu.handler").await;
    let started = Instant::now();
    let clients = (0..CLIENTS).map(|client| {
        let (db, session) = (site.app.db.clone(), session.clone());
        async move {
            for nth in 0..EACH {
                let mut tx = db.begin(&session).await.unwrap();
                anjie::store::sessions::record(&mut tx, "session.opened", at("2026-06-15 12:00"))
                    .await
                    .unwrap();
                // Every fifth is undone, and leaves no gap.
                if (client + nth) % 5 > 0 {
                    tx.commit().await.unwrap();
                }
            }
        }
    });
    futures_util::future::join_all(clients).await;
    let (took, kept) = (started.elapsed().as_millis(), CLIENTS * EACH * 4 / 5);
    println!("{} entries a second on one chain", u128::from(kept) * 1000 / took.max(1));
    let report = verify_audit::run(&site.app.db, None).await.unwrap();
    assert!(report.is_sound(), "{report}");
    assert_eq!(report.entries(), i64::from(kept));
    let places = "SELECT max(seq) - count(*) FROM audit";
    assert_eq!(city.value::<i64>(places).await, 0);
    site.app.db.close().await;
}

/// S85.
#[tokio::test]
async fn a_clock_that_jumps_back_leaves_the_order_of_the_entries_as_it_was() {
    let city = City::new().await;
    let now = Site::of(&city).await;
    now.act(BUREAU, "/bulletins", &[("period", "2026-W22")]).await;
    let earlier = Site::at(&city, at("2026-06-15 09:00")).await;
    earlier.act(BUREAU, "/bulletins", &[("period", "2026-W24")]).await;
    let report = verify_audit::run(&now.app.db, None).await.unwrap();
    assert!(report.is_sound(), "{report}");
    let order = "SELECT array_agg(object ORDER BY seq) FROM audit WHERE verb = 'bulletin.drafted'";
    assert_eq!(city.value::<Vec<String>>(order).await, ["2026-W22", "2026-W24"]);
    let page = now.get(Some("zhongyuan.auditor"), "/admin/audit?action=bulletin.drafted").await;
    let times = page.texts("tbody tr td:first-child");
    assert!(times[0].contains("09:00") && times[1].contains("12:00"), "{times:?}");
}
