//! The stage that is kept for the lists is that of the facts, whoever adds them at the same time.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::{City, matters};

const LEADER_NAMED: &str =
    "INSERT INTO team_member (case_id, round_id, place, staff_id, name, since, recorded_at, recorded_by)
     SELECT a.case_id, a.round_id, 'leader', s.id, s.name, a.assigned_at, a.assigned_at, s.id
     FROM assignment a, staff s WHERE s.username = 'donghu.leader'";
const ACKNOWLEDGED: &str =
    "INSERT INTO acknowledgement (assignment_id, case_id, recorded_at, recorded_by, acknowledged_at)
     SELECT a.id, a.case_id, a.assigned_at, a.recorded_by, a.assigned_at FROM assignment a";

async fn begin(city: &City, fact: &str) -> PgConnection {
    let mut conn = PgConnection::connect_with(&city.superuser()).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {fact}"))).execute(&mut conn).await.unwrap();
    conn
}

#[tokio::test]
async fn of_two_facts_at_once_neither_is_lost_to_the_lists() {
    let city = City::new().await;
    let number = matters::assigned(&city, "0110", "2026-06-09 17:05").await;
    let mut one = begin(&city, LEADER_NAMED).await;
    let mut two = begin(&city, ACKNOWLEDGED).await;
    // What a commit does, with the row held until the commit itself.
    sqlx::raw_sql("SET CONSTRAINTS ALL IMMEDIATE").execute(&mut one).await.unwrap();
    let second = async {
        sqlx::raw_sql("COMMIT").execute(&mut two).await.unwrap();
    };
    let first = async {
        let waiting = "SELECT count(*) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        for tries in 0.. {
            assert!(tries < 500, "the second doesn't wait for the first");
            if city.value::<i64>(waiting).await > 0 {
                break;
            }
        }
        sqlx::raw_sql("COMMIT").execute(&mut one).await.unwrap();
    };
    tokio::join!(second, first);
    let kept: (String, Option<String>) =
        sqlx::query_as("SELECT stage, leader FROM petition_case_now WHERE number = $1")
            .bind(&number)
            .fetch_one(&city.truth())
            .await
            .unwrap();
    let leader = city.value::<String>("SELECT name FROM staff WHERE username = 'donghu.leader'");
    assert_eq!(kept, ("in_handling".to_owned(), Some(leader.await)));
}
