//! What the clock starts: each due time once whoever is there, and nothing lost with an instance.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use anjie::clock::Clock;
use anjie::domain::job::Job;
use anjie::jobs::schedule::{Schedule, perform};
use anjie::limits::job::{LEASE, LOOK};
use anjie::store::{Db, StoreError};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::{City, Site, at, noon};

const SYSADMIN: &str = "zhongyuan.sysadmin";

/// The database of one instance.
fn db(city: &City) -> Db {
    let pool = PgPoolOptions::new().max_connections(3).connect_lazy_with(city.server());
    Db::with_pool(pool, city.keys.clone())
}

fn instance(db: &Db, now: DateTime<Utc>, lease: Duration) -> Schedule {
    Schedule::new(db.clone(), Clock::fixed(now), lease)
}

/// Each run that is on record, as `job due state tries`.
async fn runs(city: &City) -> Vec<String> {
    city.value(
        "SELECT coalesce(array_agg(concat_ws(' ', job, to_char(due_at AT TIME ZONE 'Asia/Shanghai', 'DD HH24:MI'),
                                             state, tries) ORDER BY due_at, job), '{}') FROM job_run",
    )
    .await
}

/// R15.
#[tokio::test]
async fn each_due_time_is_done_once_by_whichever_of_three_instances_comes_first() {
    let city = City::new().await;
    let dbs = [db(&city), db(&city), db(&city)];
    let done = RefCell::new(BTreeMap::new());
    let work = async |job: Job, at: DateTime<Utc>| {
        tokio::time::sleep(Duration::from_millis(2)).await;
        *done.borrow_mut().entry((job.code(), job.due(at))).or_insert(0) += 1;
        Ok(None)
    };
    // From the evening over midnight to the small hours, each half hour and a little.
    for step in 0..13 {
        let now = at("2026-06-15 22:01") + chrono::Duration::minutes(30 * step);
        let [a, b, c] = dbs.each_ref().map(|db| instance(db, now, LEASE));
        let (a, b, c) = tokio::join!(a.look(work), b.look(work), c.look(work));
        a.unwrap();
        b.unwrap();
        c.unwrap();
    }
    let done = done.into_inner();
    assert!(done.values().all(|times| *times == 1), "{done:?}");
    // Seven hours begin, and each of the four of the night is due twice: yesterday's and today's.
    assert_eq!(done.len(), 15, "{done:?}");
    let runs = runs(&city).await;
    assert_eq!(runs.len(), 15, "{runs:?}");
    assert!(runs.iter().all(|run| run.ends_with("done 1")), "{runs:?}");
    assert!(runs.contains(&"close_unused 16 00:20 done 1".to_owned()), "{runs:?}");
}

/// R15.
#[tokio::test]
async fn what_a_killed_instance_left_is_taken_over_and_what_a_living_one_does_is_not() {
    assert!(LEASE + LOOK < Duration::from_mins(1), "the next instance is there within a minute");
    let city = City::new().await;
    let (one, other) = (db(&city), db(&city));
    let lease = Duration::from_millis(900);
    let (a, b) = (instance(&one, noon(), lease), instance(&other, noon(), lease));
    let endless = async |_: Job, _: DateTime<Utc>| std::future::pending().await;
    let well = async |_: Job, _: DateTime<Utc>| Ok(None);
    let killed = tokio::time::timeout(Duration::from_millis(300), a.look(endless)).await;
    assert!(killed.is_err(), "it was in the middle of its first run");
    assert_eq!(b.look(well).await.unwrap(), 4, "the lease of the first is not out yet");
    tokio::time::sleep(lease).await;
    assert_eq!(b.look(well).await.unwrap(), 1);
    let all = runs(&city).await;
    assert_eq!(all.iter().filter(|run| run.ends_with("done 2")).count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|run| run.ends_with("done 1")).count(), 4, "{all:?}");

    // One that works for longer than its lease gives signs of life.
    let later = noon() + chrono::Duration::hours(1);
    let (a, b) = (instance(&one, later, lease), instance(&other, later, lease));
    let slow = async |_: Job, _: DateTime<Utc>| {
        tokio::time::sleep(lease * 2).await;
        Ok(None)
    };
    let onlooker = async {
        tokio::time::sleep(lease + lease / 2).await;
        b.look(well).await.unwrap()
    };
    let (worked, taken) = tokio::join!(a.look(slow), onlooker);
    assert_eq!((worked.unwrap(), taken), (1, 0));
    let last = runs(&city).await.pop().unwrap();
    assert_eq!(last, "sweep 15 13:00 done 1");
}

/// R15, R16.
#[tokio::test]
async fn a_run_with_which_every_instance_goes_down_is_given_up() {
    let city = City::new().await;
    let db = db(&city);
    instance(&db, noon(), LEASE).look(async |_: Job, _: DateTime<Utc>| Ok(None)).await.unwrap();
    city.force(
        "UPDATE job_run SET state = 'running', tries = 5, leased_until = clock_timestamp() WHERE job = 'sweep'",
    )
    .await;
    let taken = instance(&db, noon(), LEASE).look(async |_: Job, _: DateTime<Utc>| Ok(None)).await;
    assert_eq!(taken.unwrap(), 0);
    let state: String =
        city.value("SELECT state || ' ' || error FROM job_run WHERE job = 'sweep'").await;
    assert_eq!(state, "parked abandoned");
}

/// R16.
#[tokio::test]
async fn a_poisoned_job_is_retried_with_growing_pauses_then_parked_and_the_others_go_on() {
    let city = City::new().await;
    let db = db(&city);
    let poisoned = async |job: Job, _: DateTime<Utc>| match job {
        Job::Sweep => Err(StoreError::Unreadable {
            table: "petitioner",
            column: "name",
            value: "张某".to_owned(),
        }),
        Job::CloseUnused | Job::VerifyAudit | Job::VerifyBulletins | Job::Retention => Ok(Some(0)),
    };
    let noons = "SELECT state || ' ' || tries FROM job_run WHERE job = 'sweep' AND due_at = '2026-06-15 12:00+08'";
    for (minute, expected) in [
        (0, "due 1"),
        (0, "due 1"),
        (1, "due 2"),
        (5, "due 2"),
        (6, "due 3"),
        (20, "due 3"),
        (21, "due 4"),
        (80, "due 4"),
        (81, "parked 5"),
        (600, "parked 5"),
    ] {
        let now = noon() + chrono::Duration::minutes(minute);
        instance(&db, now, LEASE).look(poisoned).await.unwrap();
        assert_eq!(city.value::<String>(noons).await, expected, "after {minute} minutes");
    }
    let others = "SELECT count(*) FROM job_run WHERE job <> 'sweep' AND state = 'done'";
    assert_eq!(city.value::<i64>(others).await, 4);

    let site = Site::at(&city, noon() + chrono::Duration::minutes(90)).await;
    let page = site.get(Some(SYSADMIN), "/admin/jobs").await.expect(StatusCode::OK);
    assert!(page.text().contains("已停止重试"), "{}", page.text());
    assert!(page.text().contains("错误代码：unreadable petitioner.name"), "{}", page.text());
    assert!(!page.text().contains("张某"), "no value of a record");
    let action = page.attributes("main form[action^='/admin/jobs/']", "action").remove(0);
    site.act(SYSADMIN, &action, &[]).await;
    assert_eq!(city.audit_verbs().await, ["job.retried"]);
    let again = site.post(Some(SYSADMIN), &action, &[]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(again.problem("").as_deref(), Some("这项任务没有停止重试，无须重新执行"));
    let now = noon() + chrono::Duration::minutes(91);
    instance(&db, now, LEASE).look(async |_: Job, _: DateTime<Utc>| Ok(None)).await.unwrap();
    assert_eq!(city.value::<String>(noons).await, "done 1");
}

/// S12.
#[tokio::test]
async fn the_night_closes_unused_accounts_and_says_what_it_checked() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    // Someone who works, and someone who was opened again yesterday.
    site.get(Some("donghu.clerk"), "/visits").await.expect(StatusCode::OK);
    city.force(
        "UPDATE staff SET demonstration = false;
         UPDATE staff SET created_at = '2026-01-01', active_since = '2026-01-01', password_set_at = '2026-01-01'
         WHERE username IN ('donghu.clerk', 'donghu.handler', 'donghu.leader', 'zhongyuan.sysadmin')
            OR username LIKE 'job.%';
         UPDATE staff SET active_since = '2026-06-14' WHERE username = 'donghu.leader'",
    )
    .await;
    let db = db(&city);
    let work = async |job, at| perform((&db, None), job, at).await;
    instance(&db, noon(), LEASE).look(work).await.unwrap();
    let closed: Vec<String> = city
        .value("SELECT coalesce(array_agg(username::text), '{}') FROM staff WHERE NOT active")
        .await;
    assert_eq!(closed, ["donghu.handler"]);
    let entry: String = city
        .value(
            "SELECT concat_ws(' ', a.verb, a.detail, s.username) FROM audit a JOIN staff s ON s.id = a.staff_id
             WHERE a.verb = 'staff.deactivated'",
        )
        .await;
    assert_eq!(entry, "staff.deactivated unused job.schedule");
    let said = site.get(Some(SYSADMIN), "/admin/jobs").await.text();
    for expected in ["停用1个账号", "完整", "一致"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    // A chain that somebody changed is seen the next night.
    city.force(
        "SET session_replication_role = replica; UPDATE audit SET detail = 'x' WHERE verb = 'staff.deactivated'",
    )
    .await;
    instance(&db, noon() + chrono::Duration::days(1), LEASE).look(work).await.unwrap();
    let page = site.get(Some(SYSADMIN), "/admin/jobs").await;
    assert!(page.texts(".tag--r").contains(&"发现1处问题".to_owned()), "{}", page.text());
}

/// S12. Who is opened again, and back from a leave, isn't closed the night after.
#[tokio::test]
async fn an_account_that_the_system_administrator_opens_again_stays_open() {
    let city = City::new().await;
    city.force(
        "UPDATE staff SET demonstration = false;
         UPDATE staff SET created_at = '2026-01-01', active_since = '2026-01-01', password_set_at = '2026-01-01',
                          active = false
         WHERE username = 'donghu.handler'",
    )
    .await;
    let site = Site::of(&city).await;
    let uuid: uuid::Uuid =
        city.value("SELECT uuid FROM staff WHERE username = 'donghu.handler'").await;
    let path = format!("/admin/users/{uuid}");
    let page = site.get(Some(SYSADMIN), &path).await.expect(StatusCode::OK);
    let (name, unit) =
        (page.value("name").unwrap(), city.value::<i64>("SELECT id FROM unit WHERE code = '0110'"));
    let unit = unit.await.to_string();
    let seen = page.value("version").unwrap();
    let fields = [("name", name.as_str()), ("unit", &unit), ("active", "yes"), ("version", &seen)];
    site.act(SYSADMIN, &path, &fields).await;
    let db = db(&city);
    let work = async |job, at| perform((&db, None), job, at).await;
    instance(&db, noon() + chrono::Duration::days(1), LEASE).look(work).await.unwrap();
    let open = "SELECT active FROM staff WHERE username = 'donghu.handler'";
    assert!(city.value::<bool>(open).await);
}

/// S31.
#[tokio::test]
async fn runs_are_behind_the_wall_and_changed_by_jobs_alone() {
    let city = City::new().await;
    let db = db(&city);
    instance(&db, noon(), LEASE).look(async |_: Job, _: DateTime<Utc>| Ok(None)).await.unwrap();
    let set = "UPDATE job_run SET state = 'due' WHERE true";
    for (who, seen, changed) in [
        ("donghu.clerk", 0, 0),
        ("zhongyuan.president", 0, 0),
        ("zhongyuan.secadmin", 0, 0),
        ("zhongyuan.auditor", 5, 0),
        (SYSADMIN, 5, 0),
        ("job.schedule", 5, 5),
    ] {
        let keys: String = city
            .value(&format!(
                "SELECT 'SELECT set_config(''app.staff_id'', ''' || s.id || ''', true),
                         set_config(''app.grant_id'', ''' || g.id || ''', true)'
                 FROM staff s JOIN role_grant g ON g.staff_id = s.id WHERE s.username = '{who}'"
            ))
            .await;
        let mut conn = PgConnection::connect_with(&city.server()).await.unwrap();
        let mut tx = conn.begin().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(keys)).execute(&mut *tx).await.unwrap();
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM job_run").fetch_one(&mut *tx).await.unwrap();
        assert_eq!(count, seen, "{who}");
        let done = sqlx::raw_sql(set).execute(&mut *tx).await.unwrap();
        assert_eq!(done.rows_affected(), changed, "{who}");
    }
}
