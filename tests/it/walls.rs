//! Two walls in front of every case, each tested with the other one down: the scope that queries
//! bind (asked as the cluster's superuser, whom row security doesn't bind), and row security
//! (asked with a bare query that binds nothing).

use std::collections::BTreeMap;

use anjie::domain::access::Depth;
use anjie::store::sessions::NewSession;
use anjie::store::{Db, accounts, petition_cases, sessions};
use chrono::Duration;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::{City, cases, noon};

/// The people of the matrix.
pub const PEOPLE: &[&str] = &[
    "donghu.clerk",
    "donghu.handler",
    "donghu.handler2",
    "donghu.leader",
    "donghu.leader2",
    "donghu.president",
    "qingxi.clerk",
    "qingxi.handler",
    "qingxi.leader",
    "qingxi.president",
    "gaoxin.handler",
    "zhiyi.handler",
    "zhier.handler",
    "zhongyuan.clerk",
    "zhongyuan.handler",
    "zhongyuan.leader",
    "zhongyuan.president",
    "zhongyuan.bureau",
    "zhongyuan.bureau_head",
    "zhongyuan.leading_group",
    "zhongyuan.contact_leader",
    "zonghe.enforcement_office",
    "zhongyuan.reviewer",
    "zhongyuan.inspection",
    "zhongyuan.court_police",
    "zhongyuan.sysadmin",
    "zhongyuan.secadmin",
    "zhongyuan.auditor",
];

/// One case of each kind: waiting at the intermediate court; at a court, claimed and unclaimed; at
/// a division; and one that was submitted to the leading group.
async fn a_case_of_each_kind(city: &City) {
    for (name, unit, claimed) in [
        ("张某", None, false),
        ("李某某", Some("0110"), true),
        ("王某", Some("0110"), false),
        ("赵某", Some("0104"), true),
        ("钱某", Some("01Z1"), false),
        ("孙某", Some("0110"), true),
    ] {
        let number = cases::accepted(city, name).await;
        if let Some(unit) = unit {
            give(city, &number, unit, claimed).await;
        }
        if name == "孙某" {
            submit(city, &number).await;
        }
    }
}

async fn give(city: &City, number: &str, unit: &str, claimed: bool) {
    city.force(&format!(
        "UPDATE petition_case SET unit_id = (SELECT id FROM unit WHERE code = '{unit}') WHERE number = '{number}'"
    ))
    .await;
    if claimed {
        let account = if unit == "0110" { "donghu" } else { "qingxi" };
        city.force(&format!(
            "INSERT INTO team_member (case_id, round_id, place, staff_id, name, since, recorded_at, recorded_by)
             SELECT c.id, r.id, p.place, s.id, s.name, now(), now(), s.id
             FROM petition_case c JOIN round r ON r.case_id = c.id
             CROSS JOIN (VALUES ('leader'), ('handler')) p (place)
             JOIN staff s ON s.username = '{account}.' || p.place
             WHERE c.number = '{number}'"
        ))
        .await;
    }
}

async fn submit(city: &City, number: &str) {
    city.force(&format!(
        "WITH told AS (
             INSERT INTO reply (case_id, round_id, none_reason, recorded_at, recorded_by)
             SELECT c.id, r.id, 'anonymous', now(), c.recorded_by
             FROM petition_case c JOIN round r ON r.case_id = c.id WHERE c.number = '{number}'
             RETURNING *),
         filed AS (
             INSERT INTO closing (case_id, round_id, unit_id, outcome, sections, reply_id, content_hash,
                                  needs_leading_group, applied_at, recorded_at, recorded_by)
             SELECT c.id, t.round_id, c.unit_id, 'settled_written', array_fill('x'::text, ARRAY[7]), t.id, 'h', true,
                    now(), now(), c.recorded_by
             FROM told t JOIN petition_case c ON c.id = t.case_id
             RETURNING *)
         SELECT 1 FROM filed"
    ))
    .await;
    city.force(&format!(
        "INSERT INTO closing_signature (closing_id, step, case_id, decision, capacity, content_hash, signed_at,
                                        recorded_at, recorded_by)
         SELECT k.id, 'bureau', c.id, 'approve', '信访局', 'h', now(), now(), c.recorded_by
         FROM closing k JOIN petition_case c ON c.id = k.case_id WHERE c.number = '{number}'"
    ))
    .await;
}

/// What each person reaches, as `XF2026-00001` and how deep: `.` head, `n` narrative, `C` content.
pub type Reach = BTreeMap<String, String>;

/// The first wall alone: the store's own query, in a database role that row security passes by.
pub async fn by_scope(city: &City, username: &str) -> Reach {
    let pool = city.truth();
    let db = Db::with_pool(pool, city.keys.clone());
    let session = session(&db, username).await;
    let mut tx = db.begin(&session).await.unwrap();
    let numbers: Vec<String> = (1..=60).map(|n| format!("XF2026-{n:05}")).collect();
    let found = petition_cases::find_all(&mut tx, &numbers).await.unwrap();
    let depth = |depth| match depth {
        Depth::Head => ".",
        Depth::Narrative => "n",
        Depth::Content => "C",
    };
    let reach = found.into_iter().map(|case| (case.number, depth(case.depth).to_owned())).collect();
    drop(tx);
    db.close().await;
    reach
}

/// The second wall alone: a bare query of the serving role.
pub async fn by_row_security(city: &City, username: &str) -> Reach {
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(city.server());
    let db = Db::with_pool(pool.clone(), city.keys.clone());
    let actor = session(&db, username).await.actor().clone();
    let mut conn = PgConnection::connect_with(&city.server()).await.unwrap();
    // Probes: the narrative stands in `grounds`, the content in a progress entry of each case.
    let rows: Vec<(String, bool, bool)> = {
        let mut tx = conn.begin().await.unwrap();
        let context = format!(
            "SELECT set_config('app.staff_id', '{}', true), set_config('app.grant_id', '{}', true)",
            actor.staff, actor.grant
        );
        sqlx::raw_sql(AssertSqlSafe(context)).execute(&mut *tx).await.unwrap();
        sqlx::query_as(
            "SELECT number, EXISTS (SELECT FROM grounds g WHERE g.case_id = c.id),
                    EXISTS (SELECT FROM progress_entry p WHERE p.case_id = c.id)
             FROM petition_case c",
        )
        .fetch_all(&mut *tx)
        .await
        .unwrap()
    };
    let depth = |narrative, content| match (narrative, content) {
        (_, true) => "C",
        (true, false) => "n",
        (false, false) => ".",
    };
    rows.into_iter().map(|(number, n, c)| (number, depth(n, c).to_owned())).collect()
}

/// Someone's session; that of 「A for B」 is A's in the place of B.
pub async fn session(db: &Db, username: &str) -> anjie::store::Session {
    let (username, principal) = username.split_once(" for ").unwrap_or((username, ""));
    let staff = accounts::find(db, username).await.unwrap().unwrap().staff;
    let mut grants = sessions::grants(db, staff, noon()).await.unwrap();
    grants.retain(|grant| grant.principal.is_none() == principal.is_empty());
    let grant = grants.remove(0).id;
    let new = NewSession { staff, grant, whole: true, address: "", device: "", at: noon() };
    let token = sessions::open(db, new, 1).await.unwrap();
    sessions::resume(db, &token, Duration::minutes(30), noon()).await.unwrap().unwrap()
}

/// S32, S37.
#[tokio::test]
async fn each_wall_alone_lets_the_same_people_reach_the_same_cases() {
    let city = City::new().await;
    a_case_of_each_kind(&city).await;
    city.force(
        "INSERT INTO progress_entry (case_id, round_id, kind, happened_at, text, recorded_at, recorded_by)
         SELECT c.id, r.id, 'phone', now(), 'probe', now(), c.recorded_by
         FROM petition_case c JOIN round r ON r.case_id = c.id",
    )
    .await;
    let mut matrix = String::new();
    for username in PEOPLE {
        let (scope, rows) =
            (by_scope(&city, username).await, by_row_security(&city, username).await);
        assert_eq!(scope, rows, "{username}: the scope against row security");
        let cells: String = (1..=6)
            .map(|n| scope.get(&format!("XF2026-{n:05}")).map_or("-", String::as_str))
            .collect();
        matrix.push_str(&format!("{username:<26}{cells}\n"));
    }
    // 1 waiting at 中院 · 2 donghu, claimed · 3 donghu, unclaimed · 4 qingxi, claimed · 5 执行一庭 · 6 submitted
    insta::assert_snapshot!(matrix, @r"
    donghu.clerk              -nn--n
    donghu.handler            -CC--C
    donghu.handler2           -.C--.
    donghu.leader             -C.--C
    donghu.leader2            -..--.
    donghu.president          -CC--C
    qingxi.clerk              ---n--
    qingxi.handler            ---C--
    qingxi.leader             ---C--
    qingxi.president          ---C--
    gaoxin.handler            ------
    zhiyi.handler             ----C-
    zhier.handler             ------
    zhongyuan.clerk           n---n-
    zhongyuan.handler         C---C-
    zhongyuan.leader          .---.-
    zhongyuan.president       CCCCCC
    zhongyuan.bureau          CCCCCC
    zhongyuan.bureau_head     CCCCCC
    zhongyuan.leading_group   -----C
    zhongyuan.contact_leader  -nnn-n
    zonghe.enforcement_office CCCCCC
    zhongyuan.reviewer        ------
    zhongyuan.inspection      ------
    zhongyuan.court_police    ------
    zhongyuan.sysadmin        ------
    zhongyuan.secadmin        ------
    zhongyuan.auditor         ------
    ");
}

#[tokio::test]
async fn without_a_context_the_serving_role_sees_nothing() {
    let city = City::new().await;
    a_case_of_each_kind(&city).await;
    let mut conn = PgConnection::connect_with(&city.server()).await.unwrap();
    for table in ["petition_case", "petitioner", "grounds", "petition_case_now", "audit", "party"] {
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .fetch_one(&mut conn)
            .await
            .unwrap();
        assert_eq!(count, 0, "{table}");
    }
}

/// Tables that everyone who is signed in may read whole, or that hold no court data. Reviewed.
const SHARED: &[&str] = &[
    "_sqlx_migrations",
    "calendar_day",
    "calendar_version",
    "clock_rule",
    "contact_point",
    "court_case",
    "hall",
    "key_check",
    "method",
    "number_series",
    "post",
    "retention_rule",
    "role_grant",
    "rule_set",
    "session",
    "sign_in_address",
    "sign_in_attempt",
    "staff",
    "unit",
    "unit_path",
];

/// S38.
#[tokio::test]
async fn every_table_is_behind_the_wall_or_on_the_reviewed_list() {
    let city = City::new().await;
    let open: Vec<String> = city
        .value(
            "SELECT coalesce(array_agg(relname::text ORDER BY relname), '{}') FROM pg_class c
             JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'public' AND c.relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity)",
        )
        .await;
    assert_eq!(open, SHARED);
    let loose: Vec<String> = city
        .value(
            "SELECT coalesce(array_agg(relname::text), '{}') FROM pg_class c
             JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = 'public' AND c.relkind = 'v'
               AND NOT coalesce(reloptions::text LIKE '%security_invoker=true%', false)",
        )
        .await;
    assert_eq!(loose, [""; 0], "views without security_invoker");
    let unpinned: Vec<String> = city
        .value(
            "SELECT coalesce(array_agg(proname::text), '{}') FROM pg_proc p
             JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname = 'public' AND prosecdef
               AND NOT coalesce(proconfig::text LIKE '%search_path=public%', false)",
        )
        .await;
    assert_eq!(unpinned, [""; 0], "definer functions without a fixed search_path");
}

/// S38, S80.
#[tokio::test]
async fn nobody_who_serves_requests_can_rewrite_history() {
    let city = City::new().await;
    let changeable: Vec<String> = city
        .value(
            "SELECT coalesce(array_agg(DISTINCT table_name::text || ' ' || privilege_type), '{}')
             FROM information_schema.role_table_grants
             WHERE grantee = 'app_user' AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')
               AND table_name NOT IN ('draft', 'import_draft', 'sign_in_attempt')",
        )
        .await;
    assert_eq!(changeable, [""; 0], "UPDATE is granted by column, DELETE not at all");
    for statement in [
        "UPDATE audit SET verb = 'x.y'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "UPDATE petition_case_now SET stage = 'void'",
        "DELETE FROM visit",
        "DELETE FROM erasure",
        "SELECT erase_matter('case_file', 1, '', now(), NULL, now())",
        "SELECT retention_erase_again('case_file', 'XF2026-00001', now(), now())",
        "UPDATE clock SET due_on = now()",
        "UPDATE bulletin_figure SET numerator = 0",
        "SET ROLE postgres",
    ] {
        let mut conn = PgConnection::connect_with(&city.server()).await.unwrap();
        let refused = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut conn).await;
        assert!(refused.is_err(), "{statement}");
    }
}

/// S26, S27.
#[tokio::test]
async fn with_the_first_wall_down_the_log_of_a_case_is_open_to_whom_the_case_is() {
    let city = City::new().await;
    let case = crate::support::laid::lay(&city, crate::support::laid::Laid::default()).await;
    city.force(
        "UPDATE petition_case SET category = 'trial_substance';
         INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, case_id, previous_hash, hash)
         SELECT 0, 0, now(), g.staff_id, g.id, 'case.assigned', c.id, '', ''
         FROM petition_case c, role_grant g JOIN staff s ON s.id = g.staff_id WHERE s.username = 'zhongyuan.bureau'",
    )
    .await;
    let log = format!(
        "SELECT count(*) FROM petition_case c, log_of_case(c.id, true) WHERE c.number = '{case}'"
    );
    // The policy of the case is asked too: its key is written into the question.
    let id: i64 =
        city.value(&format!("SELECT id FROM petition_case WHERE number = '{case}'")).await;
    let bare = format!("SELECT count(*) FROM log_of_case({id}, true)");
    for (who, entries) in [
        ("zhongyuan.bureau", 1),
        ("donghu.handler", 1),
        ("zhongyuan.leading_group", 0),
        ("zonghe.enforcement_office", 0),
        ("zhongyuan.reviewer", 0),
        ("zhongyuan.inspection", 0),
        ("qingxi.president", 0),
    ] {
        for question in [&log, &bare] {
            assert_eq!(city.as_server(who, question).await, Some(entries), "{who}");
        }
    }
}
