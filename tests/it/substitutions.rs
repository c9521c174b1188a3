//! Substitution (代理): a colleague acts under another's role for a time, and everything says so.

use axum::http::StatusCode;
use chrono::{DateTime, Duration, Utc};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::chain::{HANDLER, LEADER, PRESIDENT, approval, handled, report, verdict};
use crate::support::laid::{self, Laid};
use crate::support::{City, Page, Site, at, noon};

const SUBSTITUTE: &str = "donghu.handler2";
const SECADMIN: &str = "zhongyuan.secadmin";
const SYSADMIN: &str = "zhongyuan.sysadmin";
const HOME: &str = "/account/substitutions";

async fn name_of(city: &City, username: &str) -> String {
    city.value(&format!("SELECT name FROM staff WHERE username = '{username}'")).await
}

async fn uuid_of(city: &City, username: &str) -> String {
    city.value(&format!("SELECT uuid::text FROM staff WHERE username = '{username}'")).await
}

/// The grant that someone holds for themselves.
async fn grant_of(city: &City, username: &str) -> String {
    city.value(&format!(
        "SELECT g.id::text FROM role_grant g JOIN staff s ON s.id = g.staff_id
         WHERE s.username = '{username}' AND g.stands_in_for IS NULL"
    ))
    .await
}

async fn last(city: &City) -> String {
    city.value("SELECT uuid::text FROM grant_proposal ORDER BY id DESC LIMIT 1").await
}

/// The leader asks for the substitute until 06-20, or for what is said instead.
async fn propose(city: &City, site: &Site, more: &[(&str, &str)]) -> Page {
    let (role, person) = (grant_of(city, LEADER).await, uuid_of(city, SUBSTITUTE).await);
    let mut fields = vec![
        ("role", role.as_str()),
        ("person", person.as_str()),
        ("from", ""),
        ("until", "2026-06-20"),
    ];
    for (name, value) in more {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    site.post(Some(LEADER), HOME, &fields).await
}

async fn confirm(city: &City, site: &Site) {
    let uuid = last(city).await;
    site.act(SECADMIN, &format!("/admin/roles/proposals/{uuid}/confirmation"), &[]).await;
}

/// The substitute works under what was granted last.
async fn switch(city: &City, site: &Site, who: &str) {
    let grant: String =
        city.value("SELECT max(id)::text FROM role_grant WHERE stands_in_for IS NOT NULL").await;
    site.token(who).await;
    site.switch(who, &[("grant", &grant)]).await;
}

/// The leader is away until 06-20; the substitute works in the leader's place from here on.
async fn stand_in(city: &City, site: &Site) {
    propose(city, site, &[]).await.expect(StatusCode::SEE_OTHER);
    confirm(city, site).await;
    switch(city, site, SUBSTITUTE).await;
}

/// What a bare statement answers within the substitution, at a moment.
async fn behind_row_security(city: &City, moment: DateTime<Utc>) -> i64 {
    let mut conn = PgConnection::connect_with(&city.server()).await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    let context = format!(
        "SELECT begin_asking(staff_id, id, '', '', '{moment}') FROM role_grant
         WHERE stands_in_for IS NOT NULL ORDER BY id DESC LIMIT 1"
    );
    sqlx::raw_sql(AssertSqlSafe(context)).execute(&mut *tx).await.unwrap();
    sqlx::query_scalar("SELECT count(*) FROM grounds").fetch_one(&mut *tx).await.unwrap()
}

/// S27, S77.
#[tokio::test]
async fn a_substitute_has_the_rights_that_were_granted_and_everything_says_for_whom() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let (progress, leader) = (format!("/cases/{case}/progress"), name_of(&city, LEADER).await);
    site.get(Some(SUBSTITUTE), &progress).await.expect(StatusCode::NOT_FOUND);
    stand_in(&city, &site).await;
    let banner = format!("代理{leader}（至2026-06-20 24:00）");
    for path in ["/my", "/cases", "/account", HOME, &progress] {
        let page = site.get(Some(SUBSTITUTE), path).await.expect(StatusCode::OK);
        assert_eq!(page.texts("[data-stands-in] span"), [banner.as_str()], "{path}");
    }
    let first = Site::behind_the_first_wall_alone(&city).await;
    first.adopt(SUBSTITUTE, site.cookie(SUBSTITUTE).await);
    first.get(Some(SUBSTITUTE), &progress).await.expect(StatusCode::OK);
    assert_eq!(behind_row_security(&city, noon()).await, 1, "and the second wall lets in alone");
    let line = [("kind", "file_review"), ("happened_at", "2026-06-15 11:20"), ("text", "已阅卷")];
    let done = site.upload(Some(SUBSTITUTE), &format!("{progress}/new"), &line, &[]).await;
    done.expect(StatusCode::SEE_OTHER);
    for table in
        ["progress_entry x ON x.recorded_by", "audit x ON x.verb = 'progress.added' AND x.staff_id"]
    {
        let said: String = city
            .value(&format!(
                "SELECT s.username || ' ' || p.username FROM staff s JOIN {table} = s.id
                 JOIN staff p ON p.id = x.on_behalf_of"
            ))
            .await;
        assert_eq!(said, format!("{SUBSTITUTE} {LEADER}"));
    }
    let who = format!("{}代{leader}", name_of(&city, SUBSTITUTE).await);
    for path in [progress.clone(), format!("/cases/{case}/log")] {
        let text = site.get(Some(LEADER), &path).await.expect(StatusCode::OK).text();
        assert!(text.contains(&who), "{path}: {text}");
    }
    let read = "SELECT count(*) FROM audit WHERE verb = 'case.read' AND on_behalf_of IS NOT NULL";
    assert!(city.value::<i64>(read).await > 0, "what was read is said to be read for the other");
    let report = anjie::jobs::verify_audit::run(&site.app.db, None).await.unwrap();
    assert!(report.is_sound(), "{report}");
    let own = grant_of(&city, SUBSTITUTE).await;
    site.switch(SUBSTITUTE, &[("grant", &own)]).await;
    let page = site.get(Some(SUBSTITUTE), "/my").await.expect(StatusCode::OK);
    assert!(page.texts("[data-stands-in]").is_empty());
    site.get(Some(SUBSTITUTE), &progress).await.expect(StatusCode::NOT_FOUND);
}

/// S27.
#[tokio::test]
async fn it_ends_that_second_when_it_is_taken_back_and_with_its_last_day() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let progress = format!("/cases/{case}/progress");
    stand_in(&city, &site).await;
    site.get(Some(SUBSTITUTE), &progress).await.expect(StatusCode::OK);
    assert_eq!(behind_row_security(&city, at("2026-06-20 23:59")).await, 1);
    assert_eq!(behind_row_security(&city, at("2026-06-21 00:00")).await, 0, "the second wall");
    let ending = format!("{HOME}/{}/ending", last(&city).await);
    // Neither the substitute nor anyone else takes it back.
    for who in [SUBSTITUTE, HANDLER] {
        site.post(Some(who), &ending, &[]).await.expect(StatusCode::NOT_FOUND);
    }
    site.act(LEADER, &ending, &[]).await;
    let page = site.get(Some(SUBSTITUTE), &progress).await;
    assert!(page.location().starts_with("/login"), "the session is gone with it");
    assert_eq!(behind_row_security(&city, noon() + Duration::minutes(1)).await, 0);
    let later = Site::at(&city, noon() + Duration::minutes(1)).await;
    let page = later.post(Some(LEADER), &ending, &[]).await;
    assert_eq!(page.problem("").as_deref(), Some("代理已经结束，不必收回"));
    // The next one ends with its last day, in the middle of a session.
    let evening = Site::at(&city, at("2026-06-20 23:50")).await;
    stand_in(&city, &evening).await;
    let night = Site::at(&city, at("2026-06-21 00:00")).await;
    night.adopt(SUBSTITUTE, evening.cookie(SUBSTITUTE).await);
    let page = night.get(Some(SUBSTITUTE), "/my").await;
    assert!(page.location().starts_with("/login"), "{:?}", page.status);
    let page = night.get(Some(SUBSTITUTE), "/login").await.expect(StatusCode::OK);
    assert!(page.text().contains("岗位授权或者代理已经到期，请重新登录。"), "{}", page.text());
}

/// S27.
#[tokio::test]
async fn it_is_worth_no_more_than_the_right_of_the_absent_person() {
    for gone in [
        "UPDATE role_grant SET valid_until = '2026-06-15 10:10+08' WHERE id = GRANT",
        "UPDATE staff SET active = false WHERE id = (SELECT staff_id FROM role_grant WHERE id = GRANT)",
    ] {
        let city = City::new().await;
        let site = Site::of(&city).await;
        let case = laid::lay(&city, Laid::default()).await;
        stand_in(&city, &site).await;
        let progress = format!("/cases/{case}/progress");
        site.get(Some(SUBSTITUTE), &progress).await.expect(StatusCode::OK);
        let moment = noon() + Duration::minutes(1);
        assert_eq!(behind_row_security(&city, moment).await, 1);
        city.force(&gone.replace("GRANT", &grant_of(&city, LEADER).await)).await;
        let page = site.get(Some(SUBSTITUTE), &progress).await;
        assert!(page.location().starts_with("/login"), "{gone}: {:?}", page.status);
        assert_eq!(behind_row_security(&city, moment).await, 0, "{gone}");
        // Nor can it be chosen again.
        let grant: String = city
            .value("SELECT max(id)::text FROM role_grant WHERE stands_in_for IS NOT NULL")
            .await;
        let fresh = Site::of(&city).await;
        let page = fresh.post(Some(SUBSTITUTE), "/account/grant", &[("grant", &grant)]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{gone}");
    }
}

/// S30.
#[tokio::test]
async fn whoever_of_the_two_is_named_by_a_petition_does_not_find_it() {
    for named in [LEADER, SUBSTITUTE] {
        let city = City::new().await;
        let site = Site::of(&city).await;
        let case = laid::lay(&city, Laid::default()).await;
        stand_in(&city, &site).await;
        site.get(Some(SUBSTITUTE), &format!("/cases/{case}")).await.expect(StatusCode::OK);
        city.force(&format!(
            "INSERT INTO exclusion (case_id, staff_id, reason, recorded_at, recorded_by)
             SELECT c.id, s.id, '反映对象', now(), 1 FROM petition_case c, staff s
             WHERE c.number = '{case}' AND s.username = '{named}'"
        ))
        .await;
        let first = Site::behind_the_first_wall_alone(&city).await;
        first.adopt(SUBSTITUTE, site.cookie(SUBSTITUTE).await);
        for wall in [&site, &first] {
            let page = wall.get(Some(SUBSTITUTE), &format!("/cases/{case}")).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{named}");
        }
        assert_eq!(behind_row_security(&city, noon()).await, 0, "{named}");
    }
}

/// S31.
#[tokio::test]
async fn it_waits_for_a_security_administrator_and_gives_nothing_until_then() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let empty = site.get(Some(LEADER), HOME).await.expect(StatusCode::OK).text();
    assert!(empty.contains("没有委托过代理，也没有代理他人。"), "{empty}");
    propose(&city, &site, &[]).await.expect(StatusCode::SEE_OTHER);
    for who in [LEADER, SUBSTITUTE] {
        let page = site.get(Some(who), HOME).await.expect(StatusCode::OK).text();
        assert!(page.contains("待安全管理员确认"), "{page}");
    }
    assert!(!site.get(Some(HANDLER), HOME).await.text().contains("待安全管理员确认"));
    let given = "SELECT count(*) FROM role_grant WHERE stands_in_for IS NOT NULL";
    let proposal = format!("/admin/roles/proposals/{}", last(&city).await);
    for who in [LEADER, SUBSTITUTE, SYSADMIN] {
        let page = site.post(Some(who), &format!("{proposal}/confirmation"), &[]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{who}");
    }
    assert_eq!(city.value::<i64>(given).await, 0);
    let listed = site.get(Some(SECADMIN), "/admin/roles").await.text();
    assert!(listed.contains(&format!("代理{}", name_of(&city, LEADER).await)), "{listed}");
    // What nobody confirmed in time is confirmed no more.
    let late = Site::at(&city, at("2026-06-21 08:00")).await;
    let page = late.post(Some(SECADMIN), &format!("{proposal}/confirmation"), &[]).await;
    let lapsed = "这项授权的期限已过，或者委托人的岗位已经失效，请退回";
    assert_eq!(page.problem("").as_deref(), Some(lapsed));
    // Whoever asked takes it back; it can be asked for anew.
    site.act(LEADER, &format!("{HOME}/{}/ending", last(&city).await), &[]).await;
    let page = site.get(Some(LEADER), HOME).await.text();
    assert!(page.contains("未生效：本人收回"), "{page}");
    propose(&city, &site, &[]).await.expect(StatusCode::SEE_OTHER);
    confirm(&city, &site).await;
    assert_eq!(city.value::<i64>(given).await, 1);
    let verbs = city.audit_verbs().await;
    // Each on the chain of the court at which it was done.
    let expected =
        ["role.granted", "substitution.proposed", "substitution.ended", "substitution.proposed"];
    assert_eq!(verbs, expected);
}

/// What is sent instead, the field at fault, and what is said of it.
type Refused<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);

/// S31.
#[tokio::test]
async fn what_cannot_be_is_refused_in_a_sentence_beside_its_field() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (leader, elsewhere) =
        (uuid_of(&city, LEADER).await, uuid_of(&city, "qingxi.president").await);
    let presidents = grant_of(&city, PRESIDENT).await;
    let table: [Refused<'_>; 8] = [
        (&[("person", &leader)], "person", "请从列表中选择本单位的代理人"),
        (&[("person", &elsewhere)], "person", "请从列表中选择本单位的代理人"),
        (&[("role", &presidents)], "role", "请选择委托哪个岗位"),
        (&[("until", "")], "until", "请填写截止日期，如2026-06-15"),
        (&[("from", "昨天前")], "from", "日期写成2026-06-15"),
        (&[("until", "2026-06-14")], "until", "截止日期不能早于开始日期"),
        (&[("from", "2026-06-14")], "from", "开始日期不能早于今天"),
        (&[("until", "2026-09-15")], "until", "代理一次不超过92天，到期可以再委托"),
    ];
    for (more, field, problem) in table {
        let page = propose(&city, &site, more).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(page.problem(field).as_deref(), Some(problem));
        assert!(page.value("until").is_some(), "nothing typed is lost");
    }
    for who in [SYSADMIN, SECADMIN, "zhongyuan.auditor"] {
        site.get(Some(who), HOME).await.expect(StatusCode::FORBIDDEN);
    }
    stand_in(&city, &site).await;
    let taken = "这个岗位在这段时间已经委托代理，请改日期，或者先收回";
    let again = propose(&city, &site, &[("until", "2026-06-18")]).await;
    assert_eq!(again.problem("from").as_deref(), Some(taken));
    // Whoever stands in for one names nobody, not even for a role of their own.
    let (own, other) = (grant_of(&city, SUBSTITUTE).await, uuid_of(&city, HANDLER).await);
    let fields = [("role", own.as_str()), ("person", &other), ("until", "2026-06-18")];
    let chain = site.post(Some(SUBSTITUTE), HOME, &fields).await;
    let sentence = "正在代他人办理，不能再委托代理；请先切换回本人的岗位";
    assert_eq!(chain.problem("").as_deref(), Some(sentence));
    // Someone else's substitution opens nothing.
    let grant: String =
        city.value("SELECT max(id)::text FROM role_grant WHERE stands_in_for IS NOT NULL").await;
    let stolen = site.post(Some(HANDLER), "/account/grant", &[("grant", &grant)]).await;
    assert_eq!(stolen.status, StatusCode::NOT_FOUND);
}

/// S31.
#[tokio::test]
async fn the_database_itself_lets_nobody_stand_in_for_an_administrator_in_a_chain_or_beside_another()
 {
    let city = City::new().await;
    let site = Site::of(&city).await;
    stand_in(&city, &site).await;
    let given = "INSERT INTO role_grant (staff_id, role, unit_id, valid_from, valid_until, stands_in_for)
                 SELECT s.id, g.role, g.unit_id, '2026-06-15 10:10+08', UNTIL, g.id FROM role_grant g, staff s
                 WHERE s.username = 'donghu.clerk' AND g.stands_in_for IS NULL AND g.role = 'ROLE'
                   AND g.unit_id IN (SELECT id FROM unit WHERE code IN ('01', '0110')) ORDER BY g.id LIMIT 1";
    for (role, until, constraint) in [
        ("secadmin", "'2026-06-20'", "role_grant_stands_in_for_check"),
        ("reviewer", "'2026-06-20'", "role_grant_stands_in_for_check"),
        ("president", "NULL", "role_grant_stands_in_for_check"),
    ] {
        let statement = given.replace("UNTIL", until).replace("ROLE", role);
        let refused = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&city.truth()).await;
        let refused = refused.unwrap_err().into_database_error().unwrap();
        assert_eq!(refused.constraint(), Some(constraint), "{role}");
    }
    // Who asks the function directly for what no page offers gets nothing.
    let mut conn = PgConnection::connect_with(&city.server()).await.unwrap();
    let mut tx = conn.begin().await.unwrap();
    let context = format!(
        "SELECT begin_asking(staff_id, id, '', '', '{}') FROM role_grant WHERE stands_in_for IS NOT NULL",
        noon()
    );
    sqlx::raw_sql(AssertSqlSafe(context)).execute(&mut *tx).await.unwrap();
    let chained: Option<uuid::Uuid> = sqlx::query_scalar(
        "SELECT substitution_propose(g.id, s.id, '2026-07-01', '2026-07-02', asking_now())
         FROM role_grant g, staff s
         WHERE g.staff_id = asking_staff() AND g.stands_in_for IS NULL AND s.username = 'donghu.clerk'",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    assert_eq!(chained, None);
}

#[tokio::test]
async fn of_two_who_ask_at_once_one_is_granted_and_the_other_is_told() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let other = uuid_of(&city, HANDLER).await;
    site.cookie(LEADER).await;
    let person = [("person", other.as_str())];
    let (one, two) = tokio::join!(propose(&city, &site, &[]), propose(&city, &site, &person));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    let waiting = "SELECT count(*) FROM grant_proposal WHERE stands_in_for IS NOT NULL";
    assert_eq!(city.value::<i64>(waiting).await, 1);
    // The same form pressed twice is one.
    site.act(LEADER, &format!("{HOME}/{}/ending", last(&city).await), &[]).await;
    let (role, person) = (grant_of(&city, LEADER).await, uuid_of(&city, SUBSTITUTE).await);
    let fields = [("role", role.as_str()), ("person", &person), ("until", "2026-06-20")];
    let key = uuid::Uuid::new_v4().to_string();
    for _ in 0..2 {
        let page = site.post_again(Some(LEADER), HOME, &fields, &key).await;
        page.expect(StatusCode::SEE_OTHER);
    }
    assert_eq!(city.value::<i64>(waiting).await, 2);
}

/// S77.
#[tokio::test]
async fn a_substitute_signs_with_a_password_of_their_own_and_the_signature_says_for_whom() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = handled(&city, &site).await;
    report(&site, HANDLER, &number, "settled_oral_provisional").await.expect(StatusCode::SEE_OTHER);
    let path = approval(&city).await;
    stand_in(&city, &site).await;
    city.force(&format!("UPDATE staff SET password_hash = 'x' WHERE username = '{LEADER}'")).await;
    let waiting = site.get(Some(SUBSTITUTE), "/approvals").await.expect(StatusCode::OK);
    assert_eq!(waiting.texts(".tbl .caseno"), [number.as_str()]);
    let page = site.get(Some(SUBSTITUTE), &path).await.expect(StatusCode::OK);
    sign(&site, SUBSTITUTE, &path, &page).await.expect(StatusCode::SEE_OTHER);
    let leader = name_of(&city, LEADER).await;
    let said: String = city
        .value(
            "SELECT s.username || ' ' || p.username || ' ' || g.capacity FROM closing_signature g
             JOIN staff s ON s.id = g.recorded_by JOIN staff p ON p.id = g.on_behalf_of",
        )
        .await;
    assert_eq!(said, format!("{SUBSTITUTE} {LEADER} 包案领导（副院长）"));
    let who = format!("{}代{leader}", name_of(&city, SUBSTITUTE).await);
    let printed = site.get(Some(LEADER), &format!("/cases/{number}/closing/print")).await;
    let printed = printed.expect(StatusCode::OK).text();
    assert!(printed.contains(&who), "{printed}");
}

async fn sign(site: &Site, who: &str, path: &str, page: &Page) -> Page {
    let fields = verdict(page, "approve", "同意。", "yunzhou-2026");
    let fields: Vec<_> = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    site.post(Some(who), path, &fields).await
}

/// S28.
#[tokio::test]
async fn nobody_signs_their_own_work_in_the_place_of_another() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = handled(&city, &site).await;
    report(&site, HANDLER, &number, "settled_oral_provisional").await.expect(StatusCode::SEE_OTHER);
    let path = approval(&city).await;
    let seen = site.get(Some(LEADER), &path).await.expect(StatusCode::OK);
    let handler = uuid_of(&city, HANDLER).await;
    propose(&city, &site, &[("person", &handler)]).await.expect(StatusCode::SEE_OTHER);
    confirm(&city, &site).await;
    switch(&city, &site, HANDLER).await;
    let refusal = "代理人办理过本案，或者已在前一环节签字，不能代他人签字";
    let page = site.get(Some(HANDLER), &path).await.expect(StatusCode::OK);
    assert!(page.text().contains(refusal), "{}", page.text());
    let page = sign(&site, HANDLER, &path, &seen).await;
    assert_ne!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM closing_signature").await, 0);
}

/// S77.
#[tokio::test]
async fn every_table_of_facts_says_for_whom_and_forgets_it_when_the_absent_person_writes_again() {
    let city = City::new().await;
    let silent: Vec<String> = city
        .value(
            "SELECT coalesce(array_agg(DISTINCT table_name::text), '{}') FROM information_schema.columns c
             WHERE table_schema = 'public' AND column_name = 'recorded_by'
               AND table_name IN (SELECT relname FROM pg_class WHERE relkind = 'r')
               AND NOT EXISTS (SELECT FROM information_schema.columns o WHERE o.table_name = c.table_name
                               AND o.column_name = 'on_behalf_of')",
        )
        .await;
    assert_eq!(silent, [""; 0], "add the column on_behalf_of as 0025 does");
    let site = Site::of(&city).await;
    laid::lay(&city, Laid::default()).await;
    stand_in(&city, &site).await;
    for (own, expected) in [("IS NOT NULL", true), ("IS NULL", false)] {
        let mut conn = PgConnection::connect_with(&city.server()).await.unwrap();
        let mut tx = conn.begin().await.unwrap();
        let context = format!(
            "SELECT begin_asking(g.staff_id, g.id, '', '', '{}') FROM role_grant g JOIN staff s ON s.id = g.staff_id
             WHERE s.username IN ('{LEADER}', '{SUBSTITUTE}') AND g.role = 'leader' AND g.stands_in_for {own}",
            noon()
        );
        sqlx::raw_sql(AssertSqlSafe(context)).execute(&mut *tx).await.unwrap();
        let said: bool = sqlx::query_scalar(
            "UPDATE grounds SET recorded_by = asking_staff() RETURNING on_behalf_of IS NOT NULL",
        )
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        assert_eq!(said, expected);
        tx.commit().await.unwrap();
    }
}
