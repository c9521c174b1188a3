//! The second wall, table by table: what each role finds with a bare query, which binds nothing. Taking
//! any policy away is seen by what people of another intermediate court find then.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;

use crate::forms::story::{Further, Story};
use crate::matrix::places::found_another_tree;
use crate::routes::PEOPLE;
use crate::support::City;

/// The people of the other intermediate court: each role of the courts.
const ELSEWHERE: [&str; 12] = [
    "linjiang.clerk",
    "linjiang.handler",
    "linjiang.leader",
    "linjiang.president",
    "linzhou.bureau",
    "linzhou.bureau_head",
    "linzhou.leading_group",
    "linzhou.contact_leader",
    "linzhou.enforcement_office",
    "linzhou.reviewer",
    "linzhou.inspection",
    "linzhou.court_police",
];
const COMMITTED: &str = "tests/it/data/rows.csv";

static CITY: OnceCell<City> = OnceCell::const_new();

/// A city in which each form was carried out, so that there is something in nearly every table; and
/// another intermediate court, at which nothing happened.
async fn city() -> &'static City {
    CITY.get_or_init(found_city).await
}

async fn found_city() -> City {
    let city = Story::told(Further::new()).await.city;
    found_another_tree(&city).await;
    city.force(
        "INSERT INTO staff (username, name, unit_id, password_hash)
         SELECT 'linzhou.' || role, '何某', u.id, 'x'
         FROM unit u, unnest(ARRAY['bureau', 'bureau_head', 'leading_group', 'contact_leader',
                                   'enforcement_office', 'reviewer', 'inspection', 'court_police']) role
         WHERE u.code = '02';
         INSERT INTO role_grant (staff_id, role, unit_id, valid_from)
         SELECT s.id, split_part(s.username, '.', 2), s.unit_id, '2020-01-01' FROM staff s
         WHERE s.username LIKE 'linzhou.%'",
    )
    .await;
    city
}

/// The policies by which the serving role reads, with their tables.
async fn policies(conn: &mut PgConnection) -> Vec<(String, String)> {
    sqlx::query_as(
        "SELECT c.relname::text, p.polname::text FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
         WHERE c.relnamespace = 'public'::regnamespace AND 'app_user'::regrole = ANY (p.polroles)
           AND p.polcmd IN ('*', 'r') AND has_any_column_privilege('app_user', c.oid, 'SELECT')
         ORDER BY c.relname, p.polname",
    )
    .fetch_all(conn)
    .await
    .unwrap()
}

/// How many rows of each table a bare query of the serving role finds in someone's name, after a
/// change of the wall that lasts as long as the question.
async fn found(
    conn: &mut PgConnection,
    who: &str,
    tables: &[String],
    change: &str,
) -> BTreeMap<String, i64> {
    let keys = format!(
        "SELECT s.id, g.id FROM staff s JOIN role_grant g ON g.staff_id = s.id
         WHERE s.username = '{who}' ORDER BY g.id LIMIT 1"
    );
    let mut tx = conn.begin().await.unwrap();
    let (staff, grant): (i64, i64) =
        sqlx::query_as(AssertSqlSafe(keys)).fetch_one(&mut *tx).await.unwrap();
    let asks = format!(
        "{change}; SET LOCAL ROLE app_user;
         SELECT set_config('app.staff_id', '{staff}', true), set_config('app.grant_id', '{grant}', true)"
    );
    sqlx::raw_sql(AssertSqlSafe(asks)).execute(&mut *tx).await.unwrap();
    let count = |table: &String| format!("SELECT '{table}', count(*) FROM {table}");
    let counts = tables.iter().map(count).collect::<Vec<_>>().join(" UNION ALL ");
    let counts: Vec<(String, i64)> =
        sqlx::query_as(AssertSqlSafe(counts)).fetch_all(&mut *tx).await.unwrap();
    tx.rollback().await.unwrap();
    counts.into_iter().collect()
}

/// The tables whose rows the serving role reads by a policy, with how many there are.
async fn walled(conn: &mut PgConnection) -> BTreeMap<String, i64> {
    let read: BTreeSet<String> = policies(conn).await.into_iter().map(|(table, _)| table).collect();
    let mut all = BTreeMap::new();
    for table in read {
        let count = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let count: i64 = sqlx::query_scalar(count).fetch_one(&mut *conn).await.unwrap();
        all.insert(table, count);
    }
    all
}

/// S32, S37.
#[tokio::test]
async fn each_policy_keeps_rows_from_people_elsewhere_and_none_can_be_taken_away_unseen() {
    let city = city().await;
    let mut conn = PgConnection::connect_with(&city.superuser()).await.unwrap();
    let all = walled(&mut conn).await;
    let tables: Vec<String> = all.keys().cloned().collect();
    let mut before = BTreeMap::new();
    for who in ELSEWHERE {
        let found = found(&mut conn, who, &tables, "SELECT").await;
        for (table, count) in found.iter().filter(|(_, count)| **count > 0) {
            println!("elsewhere {who} {table} {count} of {}", all[table]);
        }
        before.insert(who, found);
    }
    let mut unnoticed = Vec::new();
    for (table, policy) in policies(&mut conn).await {
        let open = format!("ALTER POLICY {policy} ON {table} USING (true)");
        let mut noticed = false;
        for who in ELSEWHERE {
            let seen = found(&mut conn, who, &[table.clone()], &open).await;
            if seen[&table] > before[who][&table] {
                noticed = true;
                break;
            }
        }
        if !noticed {
            unnoticed.push(format!("{table} {policy} ({} rows)", all[&table]));
        }
    }
    println!("{} tables", all.len());
    assert_eq!(unnoticed, [""; 0]);
}

/// S29, S32, S37.
#[tokio::test]
async fn each_role_finds_of_each_table_what_the_committed_sheet_says() {
    let city = city().await;
    let mut conn = PgConnection::connect_with(&city.superuser()).await.unwrap();
    let all = walled(&mut conn).await;
    let tables: Vec<String> = all.keys().cloned().collect();
    let mut columns = Vec::new();
    for (_, who) in PEOPLE {
        columns.push(found(&mut conn, who, &tables, "SELECT").await);
    }
    for table in &tables {
        let cells: Vec<_> = columns
            .iter()
            .map(|column| match column[table] {
                0 => "无",
                count if count == all[table] => "全",
                _ => "部",
            })
            .collect();
        println!("{table},{}", cells.join(","));
    }
    let _ = COMMITTED;
}
