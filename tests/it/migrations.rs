//! Each migration is applied on top of rows that the ones before it could have left, as the owner
//! and not as a superuser; and the server refuses to run with more rights than it needs.

use anjie::store::owner::Owner;
use anjie::store::roles::check_server;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::City;

/// Rows written right after the migration with this number, before the next one.
const SAMPLE: &[(i64, &str)] = &[
    (
        3,
        "INSERT INTO unit (parent_id, code, name, short_name, account_name, kind, place, valid_from)
         VALUES (NULL, '01', '中院', '中院', 'a', 'intermediate_court', 0, '2020-01-01'),
                (1, '0110', '东湖', '东湖', 'b', 'base_court', 1, '2020-01-01');
         INSERT INTO hall (unit_id, code, name, address, phone) VALUES (2, '0110', '大厅', '路1号', '0000-1');",
    ),
    (
        4,
        "INSERT INTO staff (username, name, unit_id) VALUES ('a', '张某', 2);
         INSERT INTO role_grant (staff_id, role, unit_id, valid_from) VALUES (1, 'handler', 2, '2020-01-01');",
    ),
    (7, "SELECT next_number('LF'); INSERT INTO draft VALUES (1, 'visit', '', 'x', now());"),
    (
        8,
        "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, previous_hash, hash)
         VALUES (0, 0, now(), 1, 1, 'session.opened', '', '');",
    ),
    (
        9,
        "INSERT INTO petitioner (name, name_key, id_type, recorded_at, recorded_by)
         VALUES ('李某某', '李某某', 'none', now(), 1);",
    ),
    (
        10,
        "INSERT INTO petition_case (number, unit_id, registered_unit_id, category, opened_at, recorded_at, recorded_by)
         VALUES ('XF2026-00001', 2, 2, 'other', now(), now(), 1);
         INSERT INTO round (case_id, number, opened_at, recorded_at, recorded_by) VALUES (1, 1, now(), now(), 1);
         INSERT INTO party (case_id, petitioner_id, part, since) VALUES (1, 1, 'main', now());",
    ),
    (
        12,
        "INSERT INTO assignment_batch (number, unit_id, source, rule_set_id, assigned_at, recorded_at, recorded_by)
         VALUES ('JB2026-0001', 1, 'city_court', 1, now(), now(), 1);
         INSERT INTO assignment (batch_id, case_id, round_id, unit_id, source, rule_set_id, assigned_at, recorded_at,
                                 recorded_by)
         VALUES (1, 1, 1, 2, 'city_court', 1, now(), now(), 1);
         INSERT INTO clock (assignment_id, case_id, kind, origin_at, rule_set_id, calendar_version, due_on_original, due_on)
         VALUES (1, 1, 'L2', now(), 1, 1, '2026-06-11', '2026-06-11');",
    ),
    (
        13,
        "INSERT INTO progress_entry (case_id, round_id, kind, happened_at, text, recorded_at, recorded_by)
         VALUES (1, 1, 'phone', now(), '已联系', now(), 1);",
    ),
];

#[tokio::test]
async fn every_migration_applies_on_top_of_rows_that_were_there() {
    let city = City::empty().await;
    let mut conn = PgConnection::connect_with(&city.owner()).await.unwrap();
    let migrator = sqlx::migrate!();
    for migration in migrator.iter() {
        let mut tx = conn.begin().await.unwrap();
        let statements = AssertSqlSafe(migration.sql.as_str().to_owned());
        if let Err(error) = sqlx::raw_sql(statements).execute(&mut *tx).await {
            panic!("{:04} {}: {error}", migration.version, migration.description);
        }
        tx.commit().await.unwrap();
        for (_, rows) in SAMPLE.iter().filter(|(version, _)| *version == migration.version) {
            sqlx::raw_sql(AssertSqlSafe((*rows).to_owned())).execute(&mut conn).await.unwrap();
        }
    }
    for (table, expected) in [("unit", 2), ("petition_case", 1), ("clock", 1), ("audit", 1)] {
        let count = city.value::<i64>(&format!("SELECT count(*) FROM {table}")).await;
        assert_eq!(count, expected, "{table}");
    }
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    let city = City::empty().await;
    let mut owner = Owner::connect(&city.owner()).await.unwrap();
    owner.migrate().await.unwrap();
    let applied = "SELECT count(*) FROM _sqlx_migrations";
    let first = city.value::<i64>(applied).await;
    owner.migrate().await.unwrap();
    assert_eq!(city.value::<i64>(applied).await, first);
    assert!(owner.is_empty().await.unwrap());
}

#[tokio::test]
async fn the_day_table_knows_the_make_up_days_and_leaves_unknown_years_unknown() {
    let city = City::new().await;
    for day in ["2024-02-04", "2025-09-28", "2025-10-11", "2026-02-14"] {
        let kind = format!("SELECT kind FROM calendar_day WHERE day = '{day}'");
        assert_eq!(city.value::<String>(&kind).await, "make_up_workday", "{day}");
    }
    let beyond =
        "SELECT count(*) FROM calendar_day WHERE day NOT BETWEEN '2021-01-01' AND '2026-12-31'";
    assert_eq!(city.value::<i64>(beyond).await, 0);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM calendar_day").await, 2191);
}

#[tokio::test]
async fn the_server_refuses_to_run_with_more_rights_than_it_needs() {
    let city = City::new().await;
    let why = |answer: Result<(), anjie::store::roles::TooMighty>| answer.unwrap_err().0;
    assert!(why(check_server(&city.superuser()).await.unwrap()).contains("superuser"));
    assert!(why(check_server(&city.owner()).await.unwrap()).contains("owns the tables"));
    assert!(why(check_server(&city.server()).await.unwrap()).contains("demonstration city"));
    city.force("UPDATE staff SET demonstration = false").await;
    assert_eq!(check_server(&city.server()).await.unwrap(), Ok(()));
}
