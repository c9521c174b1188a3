//! Reading changes nothing.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;
use sqlx::AssertSqlSafe;

use super::world::World;
use crate::routes::PEOPLE;
use crate::support::City;

/// What reading may leave behind: the trail of who read what, with the heads of its chains; and the
/// session, which notes that it was used.
const EXEMPT: &[&str] = &["audit", "audit_head", "refusal", "session"];

/// A print of the rows of each table.
pub async fn prints(city: &City) -> BTreeMap<String, String> {
    let pool = city.truth();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let read = |table: &String| {
        format!(
            "SELECT '{table}', coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') FROM {table} t"
        )
    };
    let tables = tables.iter().filter(|table| !EXEMPT.contains(&table.as_str()));
    let query = tables.map(read).collect::<Vec<_>>().join(" UNION ALL ");
    let prints: Vec<(String, String)> =
        sqlx::query_as(AssertSqlSafe(query)).fetch_all(&pool).await.unwrap();
    pool.close().await;
    prints.into_iter().collect()
}

/// S42.
#[tokio::test]
async fn no_page_that_is_read_and_no_head_of_one_changes_a_row() {
    let world = World::with("张某").await;
    let before = prints(&world.city).await;
    assert!(before.len() > 50, "{}", before.len());
    let mut shown = Vec::new();
    for (role, who) in PEOPLE {
        for row in world.site.rows.iter().filter(|row| row.method == "GET") {
            if !row.who.admits(*role) {
                continue;
            }
            let path = world.address(row);
            for method in ["GET", "HEAD"] {
                let request = Request::builder().method(method).uri(&path);
                let page = world.site.send(Some(who), request, Body::empty()).await;
                assert!(!page.status.is_server_error(), "{path}: {}", page.status);
                if page.status.is_success() {
                    shown.push(row.path);
                }
            }
        }
        assert_eq!(prints(&world.city).await, before, "after the pages of {who}");
    }
    shown.sort_unstable();
    shown.dedup();
    let all = world.site.rows.iter().filter(|row| row.method == "GET").count();
    assert!(shown.len() * 4 >= all * 3, "{} of {all} pages had something: {shown:?}", shown.len());
}

/// S34.
#[tokio::test]
async fn the_head_of_a_page_is_for_those_whom_the_page_is_for() {
    let world = World::with("张某").await;
    let people = PEOPLE.iter().map(|(_, who)| Some(*who)).chain([None]);
    for who in people {
        for row in world.site.rows.iter().filter(|row| row.method == "GET") {
            let path = world.address(row);
            let page = world.site.get(who, &path).await;
            let request = Request::builder().method("HEAD").uri(&path);
            let head = world.site.send(who, request, Body::empty()).await;
            assert_eq!(head.status, page.status, "{path} as {who:?}");
            assert!(head.body.is_empty(), "{path} as {who:?}");
        }
    }
}
