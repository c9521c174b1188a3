//! Fields that a form doesn't have: who owns a thing, where it belongs, what it has become.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AssertSqlSafe;

use super::story::{Further, Story, is_done};
use crate::support::City;

/// What a browser sends of itself, and what is no form.
const NO_FORM: [&str; 1] = ["/csp-report"];

/// What someone would send who had read the tables: of another court, another person, the end of the
/// case, a greater role; and every column that says where a row belongs, whose it is and when it was.
async fn extras() -> Further {
    let city = City::new().await;
    let court = "SELECT id::text FROM unit WHERE code = '0104'";
    let staff = "SELECT id::text FROM staff WHERE username = 'qingxi.president'";
    let (court, staff) = (city.value::<String>(court).await, city.value::<String>(staff).await);
    let columns: Vec<String> = city
        .value(
            "SELECT array_agg(DISTINCT column_name::text) FROM information_schema.columns
             WHERE table_schema = 'public' AND column_name ~ '_(id|by|at|on|hash|until|from|version)$'",
        )
        .await;
    let mut extras: BTreeMap<String, String> = BTreeMap::new();
    for column in columns {
        let value = match column.rsplit('_').next() {
            Some("id") if column.contains("unit") => court.as_str(),
            Some("id" | "by") => &staff,
            Some("at") => "2020-01-01 00:00",
            Some("on" | "until" | "from") => "2030-01-01",
            _ => "1",
        };
        extras.insert(column, value.to_owned());
    }
    for name in ["case[unit_id]", "court_id", "unit", "court", "tenant"] {
        extras.insert(name.to_owned(), court.clone());
    }
    for name in ["owner", "owner_id", "updated_by", "petitioner[recorded_by]", "actor", "user_id"] {
        extras.insert(name.to_owned(), staff.clone());
    }
    for (name, value) in [
        ("id", "1"),
        ("uuid", "0198c0de-0000-7000-8000-000000000001"),
        ("number", "XF2026-00001"),
        ("stage", "confirmed_closed"),
        ("state", "stopped"),
        ("status", "closed"),
        ("is_open", "false"),
        ("role", "sysadmin"),
        ("version", "1"),
        ("must_change", "false"),
        ("password_must_change", "false"),
        ("whole", "true"),
        ("__proto__", "x"),
    ] {
        extras.insert(name.to_owned(), value.to_owned());
    }
    extras.into_iter().collect()
}

/// The rows of each table without what is drawn anew: keys of the program, sealed values, hashes, and
/// the present moment where the database notes it by its own clock.
async fn rows(city: &City) -> BTreeMap<String, Vec<String>> {
    let pool = city.truth();
    let tables: Vec<(String, Vec<String>)> = sqlx::query_as(
        "SELECT c.relname::text, coalesce(array_agg(a.attname::text) FILTER (
                    WHERE a.atttypid IN ('uuid'::regtype, 'bytea'::regtype) OR a.attname ~ 'sealed|^body$|^session$|password'
                       OR c.relname = 'form_receipt' AND a.attname = 'location'), '{}')
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> '_sqlx_migrations'
         GROUP BY c.relname",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let mut found = BTreeMap::new();
    for (table, drawn) in tables {
        let read = format!(
            "SELECT line FROM (
                 SELECT regexp_replace((to_jsonb(t) - $1::text[])::text,
                            '[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|' || to_char(now(), 'YYYY-MM-DD') || 'T[^\"]*',
                            '#', 'g') AS line
                 FROM {table} t) lines ORDER BY line COLLATE \"C\""
        );
        let lines: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(read)).bind(&drawn).fetch_all(&pool).await.unwrap();
        found.insert(table, lines);
    }
    pool.close().await;
    found
}

/// S25.
///
/// The same story twice, told with the fields of each form and told with many others besides: every
/// answer and every row is the same, those of the audit among them.
#[tokio::test]
async fn fields_that_a_form_does_not_have_change_nothing_and_the_audit_is_the_same() {
    let extras = extras().await;
    assert!(extras.len() > 100, "{}", extras.len());
    let (plain, further) = tokio::join!(Story::told(Further::new()), Story::told(extras));
    for (one, other) in further.answers.iter().zip(&plain.answers) {
        assert_eq!(one, other, "with further fields, and without");
    }
    assert_eq!(further.answers.len(), plain.answers.len());
    let (expected, found) = (rows(&plain.city).await, rows(&further.city).await);
    assert!(expected["audit"].len() > 100, "{}", expected["audit"].len());
    for (table, lines) in &expected {
        let differ: Vec<_> =
            found[table].iter().zip(lines).filter(|(one, other)| one != other).collect();
        assert!(found[table] == *lines, "{table}: {differ:#?}");
    }
    let all: BTreeSet<&str> =
        plain.site.rows.iter().filter(|row| row.method == "POST").map(|row| row.path).collect();
    let done: BTreeSet<&str> = plain
        .answers
        .iter()
        .filter(|(_, status)| is_done(*status))
        .map(|(route, _)| route.split(' ').next().unwrap())
        .collect();
    let missing: Vec<_> = all.difference(&done).copied().collect();
    assert_eq!(missing, NO_FORM, "a form that no story carries out: {:#?}", plain.answers);
}
