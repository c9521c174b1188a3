//! Each migration is applied on top of rows that the ones before it could have left, as the owner
//! and not as a superuser; and the server refuses to run with more rights than it needs.

use anjie::store::form::check_form;
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

/// All that makes up the form of the database: columns, constraints, indexes, functions, policies,
/// triggers and rights.
const FORM: &str = "
    SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
        SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS line
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT p.oid::regprocedure || coalesce(p.prosrc, '') || coalesce(p.proacl::text, '') FROM pg_proc p
        WHERE pronamespace = 'public'::regnamespace AND prolang <> 13
        UNION ALL SELECT format('%s %s %s %s', tablename, policyname, qual, with_check) FROM pg_policies
        UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT format('%s %s %s', table_name, grantee, privilege_type)
        FROM information_schema.role_table_grants WHERE grantee = 'app_user'
    ) all_lines";

async fn migrated(city: &City) -> Result<(), String> {
    let mut owner = Owner::connect(&city.owner()).await.unwrap();
    let migrated = owner.migrate().await;
    owner.close().await.unwrap();
    migrated.map_err(|error| error.to_string())
}

/// R13.
#[tokio::test]
async fn of_two_that_migrate_at_once_one_waits_and_finds_the_work_done() {
    let (alone, both) = (City::empty().await, City::empty().await);
    migrated(&alone).await.unwrap();
    let (one, other) = tokio::join!(migrated(&both), migrated(&both));
    assert_eq!((one, other), (Ok(()), Ok(())));
    assert_eq!(both.value::<String>(FORM).await, alone.value::<String>(FORM).await);
    let applied = "SELECT count(*) FROM _sqlx_migrations";
    assert_eq!(both.value::<i64>(applied).await, alone.value::<i64>(applied).await);
}

/// R13. The connection goes without a farewell, as with a process that is killed.
#[tokio::test]
async fn a_migration_that_is_killed_anywhere_is_finished_by_the_next() {
    let whole = City::empty().await;
    let start = std::time::Instant::now();
    migrated(&whole).await.unwrap();
    let takes = start.elapsed();
    let expected = whole.value::<String>(FORM).await;
    let mut halfway = 0;
    for nth in 1..=4_u32 {
        let city = City::empty().await;
        for part in 0..2 {
            let mut owner = Owner::connect(&city.owner()).await.unwrap();
            let luck =
                takes * nth / 6 + std::time::Duration::from_micros(u64::from(rand_below(20_000)));
            let killed = tokio::time::timeout(luck, owner.migrate()).await.is_err();
            drop(owner);
            halfway += u32::from(killed && part == 0);
        }
        migrated(&city).await.unwrap();
        assert_eq!(city.value::<String>(FORM).await, expected, "killed after {nth} sixths");
    }
    assert!(halfway > 0, "none was killed");
}

fn rand_below(limit: u16) -> u16 {
    let [a, b, ..] = *uuid::Uuid::new_v4().as_bytes();
    u16::from_be_bytes([a, b]) % limit
}

/// R13. A migration doesn't stand in the way of those who work.
#[tokio::test]
async fn a_migration_that_meets_a_table_in_use_gives_up_in_time() {
    let city = City::new().await;
    city.force(
        "DELETE FROM _sqlx_migrations WHERE version = 20; DROP TABLE job_run CASCADE;
                DROP FUNCTION staff_close_unused",
    )
    .await;
    let mut worker = PgConnection::connect_with(&city.superuser()).await.unwrap();
    let mut tx = worker.begin().await.unwrap();
    // What the migration reads last.
    sqlx::raw_sql("LOCK TABLE _sqlx_migrations IN SHARE MODE").execute(&mut *tx).await.unwrap();
    let start = std::time::Instant::now();
    assert_eq!(migrated(&city).await, Err("the database is busy".to_owned()));
    assert!(start.elapsed() < std::time::Duration::from_secs(10));
    tx.rollback().await.unwrap();
    migrated(&city).await.unwrap();
}

/// What a newer version's migration leaves behind.
const FURTHER: &str = "INSERT INTO _sqlx_migrations
    SELECT 9999, description, installed_on, success, checksum, execution_time
    FROM _sqlx_migrations WHERE version = 20";

/// What a migration puts there that takes away what older versions need.
fn oldest(form: i64) -> String {
    format!(
        "CREATE OR REPLACE FUNCTION oldest_form_served() RETURNS bigint LANGUAGE sql IMMUTABLE
         SET search_path = public RETURN {form}"
    )
}

/// R12, R13.
#[tokio::test]
async fn an_older_program_serves_on_a_newer_form_as_long_as_that_says_so() {
    let city = City::new().await;
    city.force(FURTHER).await;
    assert!(check_form(&city.server()).await.is_ok(), "it only added");
    let last = "SELECT max(version) FROM _sqlx_migrations WHERE version < 9999";
    let last = city.value::<i64>(last).await;
    city.force(&oldest(last)).await;
    assert!(check_form(&city.server()).await.is_ok(), "what it took away this version never had");
    city.force(&oldest(last + 1)).await;
    let why = check_form(&city.server()).await.unwrap_err().to_string();
    assert!(why.contains("its migration 9999 is not the one"), "{why}");
    // Nor does an older program migrate what a newer one made.
    assert!(migrated(&city).await.is_err());
}

/// R13.
#[tokio::test]
async fn the_server_starts_on_the_form_that_it_knows_and_on_no_other() {
    let city = City::new().await;
    assert!(check_form(&city.server()).await.is_ok());
    let why = async || check_form(&city.server()).await.unwrap_err().to_string();
    for (change, expected) in [
        (
            "UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 3",
            "its migration 3 is not the one",
        ),
        ("DELETE FROM _sqlx_migrations WHERE version = 3", "migration 3 is missing. Make a"),
    ] {
        city.force(change).await;
        assert!(why().await.contains(expected), "{change}: {}", why().await);
    }
    let empty = City::empty().await;
    let lacking = check_form(&empty.server()).await.unwrap_err().to_string();
    assert!(lacking.contains("migration 1 is missing"), "{lacking}");
}
