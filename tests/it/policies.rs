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
    city.force(LEFT_OVER).await;
    city
}

/// What the story leaves nothing of: what was taken up again, what went wrong, what was destroyed.
const LEFT_OVER: &str = "
    SET session_replication_role = replica;
    INSERT INTO alert (kind, hour, raised_at, times) VALUES ('refusals', now(), now(), 20);
    INSERT INTO audit_check (checked_at, entries, findings) VALUES (now(), 1, '{}');
    INSERT INTO draft SELECT id, 'form', '/visits/new', '', now() FROM staff WHERE username = 'donghu.clerk';
    INSERT INTO import_draft (staff_id, file_name, sealed, with_reviews, mapping, saved_at)
    SELECT id, 'x', '', false, '{}', now() FROM staff WHERE username = 'zhongyuan.bureau';
    INSERT INTO bulletin_item SELECT b.id, u.id, 'I01', 1, 1, 'XF2026-00001', NULL, 'counted', ''
    FROM bulletin b, unit u WHERE u.code = '0110';
    INSERT INTO bulletin_change SELECT b.id, 1, b.id, u.id, 'I01', 1, 'XF2026-00001', NULL, 'counted', 'missing', ''
    FROM bulletin b, unit u WHERE u.code = '0110';
    INSERT INTO repeat_correction SELECT min(id), 1, 'x', now(), 1 FROM visit;
    INSERT INTO visit_representative SELECT min(id), 1, '李某某', NULL FROM visit;
    INSERT INTO erasure (class, visit_id, since, erased_at, counts) SELECT 'visit', min(id), now(), now(), '{}' FROM visit";

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

/// What is done in someone's name from here on, as the serving role, after a change of the wall.
async fn enter(tx: &mut PgConnection, who: &str, change: &str) {
    let keys = format!(
        "SELECT coalesce(max(s.id)::text, ''), coalesce(min(g.id)::text, '')
         FROM staff s JOIN role_grant g ON g.staff_id = s.id WHERE s.username = '{who}'"
    );
    let (staff, grant): (String, String) =
        sqlx::query_as(AssertSqlSafe(keys)).fetch_one(&mut *tx).await.unwrap();
    let asks = format!(
        "{change}; SET LOCAL ROLE app_user;
         SELECT set_config('app.staff_id', '{staff}', true), set_config('app.grant_id', '{grant}', true)"
    );
    sqlx::raw_sql(AssertSqlSafe(asks)).execute(tx).await.unwrap();
}

/// How many rows of each table a bare query finds in someone's name, after a change that lasts as long
/// as the question.
async fn found(
    conn: &mut PgConnection,
    who: &str,
    tables: &[String],
    change: &str,
) -> BTreeMap<String, i64> {
    let mut tx = conn.begin().await.unwrap();
    enter(&mut tx, who, change).await;
    let count = |table: &String| format!("SELECT '{table}', count(*) FROM {table}");
    let counts = tables.iter().map(count).collect::<Vec<_>>().join(" UNION ALL ");
    let counts: Vec<(String, i64)> =
        sqlx::query_as(AssertSqlSafe(counts)).fetch_all(&mut *tx).await.unwrap();
    tx.rollback().await.unwrap();
    counts.into_iter().collect()
}

/// How many rows a statement writes in someone's name; none where row security refuses it.
async fn written(conn: &mut PgConnection, who: &str, change: &str, statement: &str) -> u64 {
    let mut tx = conn.begin().await.unwrap();
    enter(&mut tx, who, change).await;
    let done = sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut *tx).await;
    tx.rollback().await.unwrap();
    match done {
        Ok(done) => done.rows_affected(),
        Err(error) => {
            let text = error.to_string();
            assert!(text.contains("row-level security policy"), "{statement}: {text}");
            0
        }
    }
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

/// What is one for all courts of a database: the rules, and what the inspection office reads of the
/// audit (privacy.md 8.4 of the domain book).
const OF_ALL: [(&str, &str); 3] = [
    ("linzhou.bureau_head", "rule_proposal"),
    ("linzhou.inspection", "audit"),
    ("linzhou.inspection", "audit_head"),
];

/// S32, S37, S38.
///
/// Each policy is taken away for the time of a question: somebody elsewhere finds rows then.
#[tokio::test]
async fn each_policy_keeps_rows_from_people_elsewhere_and_none_can_be_taken_away_unseen() {
    let city = city().await;
    let mut conn = PgConnection::connect_with(&city.superuser()).await.unwrap();
    let all = walled(&mut conn).await;
    let tables: Vec<String> = all.keys().cloned().collect();
    let empty: Vec<_> = all.iter().filter(|(_, count)| **count == 0).collect();
    assert!(empty.is_empty(), "there is nothing to find in {empty:?}");
    let (mut reached, mut before) = (Vec::new(), BTreeMap::new());
    for who in ELSEWHERE {
        let found = found(&mut conn, who, &tables, KEPT).await;
        reached.extend(
            found.iter().filter(|(_, count)| **count > 0).map(|(table, _)| (who, table.clone())),
        );
        before.insert(who, found);
    }
    let reached: Vec<_> = reached.iter().map(|(who, table)| (*who, table.as_str())).collect();
    assert_eq!(reached, OF_ALL, "what people of another intermediate court find");
    let policies = policies(&mut conn).await;
    assert!(policies.len() > 65, "{}", policies.len());
    for (table, policy) in policies {
        let open = format!("ALTER POLICY {policy} ON {table} USING (true)");
        let mut noticed = false;
        for who in ELSEWHERE {
            let seen = found(&mut conn, who, std::slice::from_ref(&table), &open).await;
            noticed |= seen[&table] > before[who][&table];
        }
        assert!(noticed, "{policy} can be taken from {table}");
    }
}

/// A policy about writing, who tries, what had to be out of the way, and what they try.
const WRITES: [(&str, &str, &str, &str); 8] = [
    (
        "accusation_routing_sending ON accusation_routing WITH CHECK (true)",
        "donghu.clerk",
        "DELETE FROM accusation_routing",
        "INSERT INTO accusation_routing (visit_id, straight, routed_at, routed_by)
         SELECT id, false, now(), asking_staff() FROM visit WHERE visit_kind = 'accusation'",
    ),
    (
        "audit_addition ON audit WITH CHECK (true)",
        "nobody",
        KEPT,
        "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, previous_hash, hash)
         VALUES (0, 0, now(), 1, 1, 'x.y', '', '')",
    ),
    (
        "case_reviewer_giving ON case_reviewer WITH CHECK (true)",
        "donghu.handler",
        KEPT,
        "INSERT INTO case_reviewer (case_id, staff_id, since, recorded_by, kind)
         SELECT min(c.id), min(s.id), now(), asking_staff(), 'spot' FROM petition_case c, staff s
         WHERE s.username = 'zhongyuan.reviewer'",
    ),
    (
        "case_reviewer_taking ON case_reviewer USING (true)",
        "donghu.handler",
        KEPT,
        "UPDATE case_reviewer SET withdrawn_reason = 'x'",
    ),
    (
        "job_run_entry ON job_run WITH CHECK (true)",
        "zhongyuan.sysadmin",
        KEPT,
        "INSERT INTO job_run (job, due_at, next_try_at) VALUES ('sweep', '2026-01-01', '2026-01-01')",
    ),
    (
        "job_run_work ON job_run USING (true) WITH CHECK (true)",
        "zhongyuan.auditor",
        KEPT,
        "UPDATE job_run SET tries = 9",
    ),
    (
        "visit_material_seal ON visit_material WITH CHECK (true)",
        "donghu.handler",
        KEPT,
        "INSERT INTO visit_material (uuid, visit_id, name, media_type, size, sha256, sealed, recorded_at, recorded_by)
         VALUES (gen_random_uuid(), {visit}, 'x', 'x', 1, '', '', now(), asking_staff())",
    ),
    (
        "visit_text_seal ON visit_text WITH CHECK (true)",
        "donghu.handler",
        "DELETE FROM visit_text WHERE visit_id = {visit}",
        "INSERT INTO visit_text (visit_id, summary, sealed) VALUES ({visit}, 'x', true)",
    ),
];

/// S37, S38.
///
/// What may be read may not be written by all who read it: each of these policies refuses somebody, who
/// writes as soon as it is taken away.
#[tokio::test]
async fn no_policy_about_writing_can_be_taken_away_unseen() {
    let city = city().await;
    let mut conn = PgConnection::connect_with(&city.superuser()).await.unwrap();
    let known: Vec<String> = city
        .value(
            "SELECT array_agg(polname::text ORDER BY polname) FROM pg_policy
             WHERE 'app_user'::regrole = ANY (polroles) AND polcmd IN ('a', 'w', 'd')",
        )
        .await;
    let named = WRITES.map(|(policy, ..)| policy.split(' ').next().unwrap());
    assert_eq!(known, named, "each policy about writing is tried");
    let visit: i64 = city.value("SELECT id FROM visit WHERE visit_kind = 'accusation'").await;
    for (policy, who, first, statement) in WRITES {
        let visit = |text: &str| text.replace("{visit}", &visit.to_string());
        let (first, statement) = (visit(first), visit(statement));
        assert_eq!(written(&mut conn, who, &first, &statement).await, 0, "{policy}");
        let open = format!("{first}; ALTER POLICY {policy}");
        assert!(written(&mut conn, who, &open, &statement).await > 0, "{policy}");
    }
}

/// Nothing is changed.
const KEPT: &str = "SELECT";
const LEGEND: &str = "\
# 第二道墙：不带任何条件的查询，各岗位在每张表里查到多少行。全=全部；部=一部分；无=没有。
# 库中是东湖法院和中院办过一遍全部表单后的数据；末列“外地”是另一个中级人民法院的各岗位，有人查到即记“有”。
";

/// The file as it would be.
async fn sheet(city: &City) -> String {
    let mut conn = PgConnection::connect_with(&city.superuser()).await.unwrap();
    let all = walled(&mut conn).await;
    let tables: Vec<String> = all.keys().cloned().collect();
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    for (_, who) in PEOPLE {
        here.push(found(&mut conn, who, &tables, KEPT).await);
    }
    for who in ELSEWHERE {
        elsewhere.push(found(&mut conn, who, &tables, KEPT).await);
    }
    let labels: Vec<_> = PEOPLE.iter().map(|(role, _)| role.label()).collect();
    let mut text = format!("{LEGEND}表,{},外地\n", labels.join(","));
    for table in &tables {
        let cell = |found: &BTreeMap<String, i64>| match found[table] {
            0 => "无",
            count if count == all[table] => "全",
            _ => "部",
        };
        let cells: Vec<_> = here.iter().map(cell).collect();
        let is_reached = elsewhere.iter().any(|found| found[table] > 0);
        let last = if is_reached { "有" } else { "无" };
        text.push_str(&format!("{table},{},{last}\n", cells.join(",")));
    }
    text
}

/// S21, S32, S37.
#[tokio::test]
async fn each_role_finds_of_each_table_behind_the_second_wall_what_the_committed_sheet_says() {
    let found = sheet(city().await).await;
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    let path = format!("{}/rows.csv", env!("CARGO_TARGET_TMPDIR"));
    if found != committed {
        std::fs::write(&path, &found).unwrap();
    }
    let differ: Vec<_> =
        found.lines().filter(|line| !committed.lines().any(|known| known == *line)).collect();
    let lines = differ.join("\n");
    assert!(found == committed, "{lines}\nTo accept what was found: cp {path} {COMMITTED}");
}

/// S20.
/// Offices that have to do with some cases of a court find the people of these, and not those of its
/// other cases.
#[tokio::test]
async fn a_person_is_found_by_whoever_finds_a_case_of_theirs_alone() {
    let city = city().await;
    let all: i64 = city.value("SELECT count(*) FROM petitioner").await;
    for (who, finds_some) in [
        ("zhongyuan.leading_group", true),
        ("zonghe.enforcement_office", true),
        ("zhongyuan.reviewer", false),
    ] {
        let found = city.as_server(who, "SELECT count(*) FROM petitioner").await.unwrap();
        let of_cases = "SELECT count(DISTINCT petitioner_id) FROM party";
        assert_eq!(Some(found), city.as_server(who, of_cases).await, "{who}");
        assert!((found > 0) == finds_some && found < all, "{who} finds {found} of {all}");
    }
}
