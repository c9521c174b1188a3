//! The three administrators (三员): who does what, that rights need two, and that none sees a case.

use axum::http::StatusCode;

use crate::support::laid::{self, Laid};
use crate::support::{City, Page, Site};

const SYSADMIN: &str = "zhongyuan.sysadmin";
const SECADMIN: &str = "zhongyuan.secadmin";
const SECOND: &str = "zhongyuan.secadmin2";
const AUDITOR: &str = "zhongyuan.auditor";

fn proposal<'a>(user: &'a str, role: &'a str, unit: &'a str) -> [(&'static str, &'a str); 5] {
    [("user", user), ("role", role), ("unit", unit), ("from", ""), ("until", "")]
}

async fn propose(city: &City, site: &Site, fields: &[(&str, &str)]) -> String {
    site.act(SECADMIN, "/admin/roles", fields).await;
    let uuid: uuid::Uuid =
        city.value("SELECT uuid FROM grant_proposal ORDER BY id DESC LIMIT 1").await;
    format!("/admin/roles/proposals/{uuid}")
}

/// S31.
#[tokio::test]
async fn a_grant_needs_a_second_security_administrator_and_holds_from_then() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let uuid = propose(&city, &site, &proposal("donghu.handler2", "clerk", "0110")).await;
    let grants = "SELECT count(*) FROM role_grant g JOIN staff s ON s.id = g.staff_id
                  WHERE s.username = 'donghu.handler2'";
    assert_eq!(city.value::<i64>(grants).await, 1, "nothing is given yet");
    let confirmation = format!("{uuid}/confirmation");
    let own: Page = site.post(Some(SECADMIN), &confirmation, &[]).await;
    assert_eq!(own.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(own.problem("").as_deref(), Some("须由另一名安全管理员确认"));
    let before = site.cookie("donghu.handler2").await;
    site.act(SECOND, &confirmation, &[]).await;
    assert_eq!(city.value::<i64>(grants).await, 2);
    let ended = "SELECT count(*) FROM session x JOIN staff s ON s.id = x.staff_id
                 WHERE s.username = 'donghu.handler2' AND x.ended_at IS NULL";
    assert_eq!(city.value::<i64>(ended).await, 0, "new rights begin with a new session: {before}");
    let again = site.post(Some(SECOND), &confirmation, &[]).await;
    assert_eq!(again.problem("").as_deref(), Some("这项授权已经处理过"));
    let verbs = city.audit_verbs().await;
    assert_eq!(verbs, ["grant.proposed", "role.granted"]);
    // An ending acts at once.
    let given: i64 = city.value("SELECT grant_id FROM grant_proposal").await;
    site.act(SECADMIN, &format!("/admin/roles/{given}/ending"), &[]).await;
    let running = format!("{grants} AND g.valid_until IS NULL");
    assert_eq!(city.value::<i64>(&running).await, 1);
}

/// S31.
#[tokio::test]
async fn the_database_itself_keeps_the_three_apart_and_asks_for_two() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (user, role, field, problem) in [
        (SECADMIN, "auditor", "user", "本人不能给自己授权"),
        (AUDITOR, "sysadmin", "role", "系统、安全、审计三员彼此分设，也不兼任业务岗位"),
        ("zhongyuan.bureau", "sysadmin", "role", "系统、安全、审计三员彼此分设，也不兼任业务岗位"),
        ("donghu.clerk", "clerk", "role", "在该单位已有这个岗位"),
        ("donghu.clerk", "bureau", "unit", "不能在东湖法院任职，请选择中院信访局"),
        ("nobody.there", "clerk", "user", "没有这个用户，请填写用户名"),
    ] {
        let unit = if role == "clerk" || role == "bureau" { "0110" } else { "01" };
        let page = site.post(Some(SECADMIN), "/admin/roles", &proposal(user, role, unit)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{user} {role}");
        let said = page.problem(field).unwrap_or_default();
        assert!(said.contains(problem), "{user} {role}: {said}");
        assert_eq!(page.value("user").as_deref(), Some(user), "what was typed stays");
    }
    let forced = |role: &str| {
        format!(
            "INSERT INTO role_grant (staff_id, role, unit_id, valid_from)
             SELECT s.id, '{role}', u.id, now() FROM staff s, unit u
             WHERE s.username = '{AUDITOR}' AND u.code = '01'"
        )
    };
    let pool = city.truth();
    for role in ["sysadmin", "secadmin", "clerk", "bureau"] {
        let refused = sqlx::query(sqlx::AssertSqlSafe(forced(role))).execute(&pool).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("role_grant_family_excl"), "{role}: {refused}");
    }
    // Through the serving role, with the context of whoever proposed.
    let uuid = propose(&city, &site, &proposal("donghu.handler2", "clerk", "0110")).await;
    let uuid = uuid.rsplit('/').next().unwrap().to_owned();
    for (who, expected) in [(SECADMIN, None), (SYSADMIN, None), (AUDITOR, None), (SECOND, Some(()))]
    {
        let given = city.as_server(who, &format!("SELECT grant_confirm('{uuid}', now())")).await;
        assert_eq!(given.map(drop), expected, "{who}");
    }
}

/// S8, S31.
#[tokio::test]
async fn the_last_two_security_administrators_stay() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let grant: i64 = city
        .value(&format!(
            "SELECT g.id FROM role_grant g JOIN staff s ON s.id = g.staff_id WHERE s.username = '{SECOND}'"
        ))
        .await;
    let page = site.post(Some(SECADMIN), &format!("/admin/roles/{grant}/ending"), &[]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.problem("").unwrap().contains("最后2名安全管理员"), "{:?}", page.problem(""));
}

#[tokio::test]
async fn a_proposal_is_refused_with_a_reason_or_taken_back() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let wanted = proposal("donghu.handler2", "clerk", "0110");
    let uuid = propose(&city, &site, &wanted).await;
    let page = site.post(Some(SECOND), &format!("{uuid}/refusal"), &[("reason", "")]).await;
    assert_eq!(page.problem("reason").as_deref(), Some("请填写不同意的理由"));
    assert_eq!(page.texts("details[open] summary"), ["不同意"], "its field is in sight");
    site.act(SECOND, &format!("{uuid}/refusal"), &[("reason", "岗位不符")]).await;
    let text = site.get(Some(SECADMIN), "/admin/roles").await.text();
    assert!(text.contains("退回：岗位不符"), "{text}");
    let uuid = propose(&city, &site, &wanted).await;
    site.act(SECADMIN, &format!("{uuid}/refusal"), &[("reason", "填错了")]).await;
    assert!(!site.get(Some(SECOND), "/admin/roles").await.text().contains("确认授权"));
}

#[tokio::test]
async fn the_system_administrator_adds_a_person_who_can_open_nothing_yet() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let unit: i64 = city.value("SELECT id FROM unit WHERE code = '0110'").await;
    let unit = unit.to_string();
    let person = |username: &'static str| {
        [
            ("username", username),
            ("name", "马某某"),
            ("unit", ""),
            ("post", "officer"),
            ("post_title", "书记员"),
            ("phone", "0000-1000099"),
            ("active", "yes"),
        ]
    };
    let page = site.post(Some(SYSADMIN), "/admin/users/new", &person("Bad Name")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.problem("username").is_some() && page.problem("unit").is_some());
    assert_eq!(page.value("name").as_deref(), Some("马某某"));
    let mut fields = person("donghu.clerk9");
    fields[2].1 = &unit;
    let location = site.act(SYSADMIN, "/admin/users/new", &fields).await;
    let taken = site.post(Some(SYSADMIN), "/admin/users/new", &fields).await;
    assert_eq!(taken.problem("username").as_deref(), Some("用户名“donghu.clerk9”已被使用"));
    let grants = "SELECT count(*) FROM role_grant g JOIN staff s ON s.id = g.staff_id
                  WHERE s.username = 'donghu.clerk9'";
    assert_eq!(city.value::<i64>(grants).await, 0);
    // Renamed, then deactivated: gone at once.
    let seen = reading(&site, &location).await;
    let named = [("name", "马某"), ("unit", unit.as_str()), ("active", "yes"), ("version", &seen)];
    site.act(SYSADMIN, &location, &named).await;
    let list = site.get(Some(SYSADMIN), "/admin/users?q=donghu.clerk9").await.text();
    assert!(list.contains("马某") && list.contains("未设密码"), "{list}");
    let clerk: uuid::Uuid =
        city.value("SELECT uuid FROM staff WHERE username = 'donghu.clerk'").await;
    site.get(Some("donghu.clerk"), "/visits").await.expect(StatusCode::OK);
    let seen = reading(&site, &format!("/admin/users/{clerk}")).await;
    let mut gone = [("name", "赵某"), ("unit", &unit), ("active", "no"), ("version", &seen)];
    site.act(SYSADMIN, &format!("/admin/users/{clerk}"), &gone).await;
    site.get(Some("donghu.clerk"), "/visits").await.expect(StatusCode::SEE_OTHER);
    let own: uuid::Uuid =
        city.value(&format!("SELECT uuid FROM staff WHERE username = '{SYSADMIN}'")).await;
    let seen = reading(&site, &format!("/admin/users/{own}")).await;
    gone[3].1 = &seen;
    let page = site.post(Some(SYSADMIN), &format!("/admin/users/{own}"), &gone).await;
    assert_eq!(page.problem("active").as_deref(), Some("本人不能停用自己的账号"));
}

/// What the form of an account or a unit says that it was made from.
async fn reading(site: &Site, path: &str) -> String {
    site.get(Some(SYSADMIN), path).await.expect(StatusCode::OK).value("version").unwrap()
}

/// R3.
///
/// Neither counts versions: the form itself is the reading.
#[tokio::test]
async fn of_two_who_edit_one_account_or_one_court_the_second_chooses_what_stays() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let unit: i64 = city.value("SELECT id FROM unit WHERE code = '0110'").await;
    let uuid: uuid::Uuid =
        city.value("SELECT uuid FROM staff WHERE username = 'donghu.clerk'").await;
    let path = format!("/admin/users/{uuid}");
    let (seen, unit) = (reading(&site, &path).await, unit.to_string());
    let person = |name, phone, version| {
        [
            ("name", name),
            ("unit", unit.as_str()),
            ("phone", phone),
            ("active", "yes"),
            ("version", version),
        ]
    };
    site.act(SYSADMIN, &path, &person("赵某", "0000-1000091", &seen)).await;
    let late = person("钱某", "0000-1000092", &seen);
    let page = site.post(Some(SYSADMIN), &path, &late).await.expect(StatusCode::CONFLICT);
    let by = city.value::<String>("SELECT name FROM staff WHERE username = 'zhongyuan.sysadmin'");
    assert!(page.text().contains(&format!("{}在06-15 12:00保存了", by.await)), "{}", page.text());
    assert!(page.texts("tbody th").starts_with(&["姓名".to_owned()]));
    let now = page.value("version").unwrap();
    let mut chosen = person("钱某", "0000-1000092", &now).to_vec();
    chosen.extend([("choice[name]", "theirs"), ("choice[phone]", "mine")]);
    site.act(SYSADMIN, &path, &chosen).await;
    let saved = "SELECT name || phone FROM staff WHERE username = 'donghu.clerk'";
    assert_eq!(city.value::<String>(saved).await, "赵某0000-1000092");

    let path = "/admin/courts/0110";
    let page = site.get(Some(SYSADMIN), path).await;
    let (seen, order) = (page.value("version").unwrap(), page.value("order").unwrap());
    let court = |name| {
        [("name", "东湖区人民法院"), ("short_name", name), ("order", &*order), ("version", &*seen)]
    };
    site.act(SYSADMIN, path, &court("东湖院")).await;
    let page = site.post(Some(SYSADMIN), path, &court("东湖")).await.expect(StatusCode::CONFLICT);
    assert_eq!(page.texts("tbody th"), ["简称"]);
}

#[tokio::test]
async fn the_system_administrator_keeps_the_courts_and_their_contact_leaders() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let leader: i64 =
        city.value("SELECT id FROM staff WHERE username = 'zhongyuan.contact_leader'").await;
    let leader = leader.to_string();
    let new = [
        ("code", "0114"),
        ("kind", "base_court"),
        ("name", "新城区人民法院"),
        ("short_name", "新城法院"),
        ("contact_leader", leader.as_str()),
    ];
    site.act(SYSADMIN, "/admin/courts/new", &new).await;
    let page = site.post(Some(SYSADMIN), "/admin/courts/new", &new).await;
    assert_eq!(page.problem("code").as_deref(), Some("这个单位代码已被使用"));
    let list = site.get(Some(SYSADMIN), "/admin/courts").await.text();
    assert!(list.contains("新城法院"), "{list}");
    // The contact leader reaches it, and the intermediate court's tree has it.
    let reach: bool = city
        .value(
            "SELECT EXISTS (SELECT FROM unit_path p JOIN unit a ON a.id = p.ancestor_id JOIN unit u ON u.id = p.unit_id
             WHERE a.code = '01' AND u.code = '0114')",
        )
        .await;
    assert!(reach);
    let seen = reading(&site, "/admin/courts/0114").await;
    let renamed = [
        ("name", "新城区人民法院"),
        ("short_name", "新城区法院"),
        ("order", "99"),
        ("version", &seen),
    ];
    site.act(SYSADMIN, "/admin/courts/0114", &renamed).await;
    let contacts: i64 = city
        .value("SELECT count(*) FROM contact_point k JOIN unit u ON u.id = k.unit_id WHERE u.code = '0114'")
        .await;
    assert_eq!(contacts, 0, "a contact of the same day that was taken back leaves no row");
    site.post(Some(SYSADMIN), "/admin/courts/0199", &renamed).await.expect(StatusCode::NOT_FOUND);
}

/// S31.
#[tokio::test]
async fn no_administrator_finds_a_case_or_a_visit_anywhere() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    for who in [SYSADMIN, SECADMIN, AUDITOR] {
        let paths = site.rows.iter().filter(|row| row.method == "GET").map(|row| row.path);
        for path in paths {
            let path = path.replace("{case_no}", &case).replace("{period}", "2026-W24");
            let page = site.get(Some(who), &path).await;
            // The auditor reads of what record an entry tells, and nothing else of it.
            let audits = path.starts_with("/admin/audit");
            assert!(audits || !page.text().contains(&case), "{who} {path}");
            let business = ["/cases", "/visits", "/my", "/assignments", "/bulletins", "/stats"];
            if business.iter().any(|area| path.starts_with(area)) {
                assert_eq!(page.status, StatusCode::FORBIDDEN, "{who} {path}");
            }
        }
    }
}

async fn uuid_of(city: &City, username: &str) -> String {
    city.value(&format!("SELECT uuid::text FROM staff WHERE username = '{username}'")).await
}

/// S31.
/// Whoever sees the first password of the other, and takes the second factor away, is both of the two.
#[tokio::test]
async fn no_administrator_is_opened_by_another() {
    let city = City::new().await;
    city.force(
        "INSERT INTO second_factor (staff_id, secret_sealed, confirmed_at) SELECT id, 'x', now() FROM staff
         ON CONFLICT ON CONSTRAINT second_factor_pkey DO UPDATE SET secret_sealed = 'x', confirmed_at = now()",
    )
    .await;
    let site = Site::of(&city).await;
    let untouched = "SELECT count(*) FROM staff s JOIN second_factor f ON f.staff_id = s.id
                     WHERE NOT s.password_must_change AND f.secret_sealed = 'x'";
    let before = city.value::<i64>(untouched).await;
    for target in [SECOND, SYSADMIN, AUDITOR] {
        let uuid = uuid_of(&city, target).await;
        for act in ["password", "factor"] {
            let path = format!("/admin/accounts/{uuid}/{act}");
            let page = site.post(Some(SECADMIN), &path, &[]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{target} {act}");
            let said = page.problem("").unwrap();
            assert!(said.contains("是管理员") && said.contains("命令行"), "{said}");
        }
        for act in [
            format!("account_password('{uuid}', 'x', now(), now())"),
            format!("account_factor('{uuid}', now())"),
        ] {
            let asked = format!("SELECT coalesce({act}, 0)");
            assert_eq!(city.as_server(SECADMIN, &asked).await, Some(0), "{target} {act}");
        }
        let page = site.get(Some(SECADMIN), &format!("/admin/accounts?q={target}")).await;
        let forms = page.attributes("tbody form", "action");
        assert!(
            !forms.iter().any(|it| it.ends_with("/password") || it.ends_with("/factor")),
            "{forms:?}"
        );
    }
    assert_eq!(city.value::<i64>(untouched).await, before);
    // Somebody of the courts is helped, and told by whom.
    let uuid = uuid_of(&city, "donghu.handler2").await;
    site.act(SECADMIN, &format!("/admin/accounts/{uuid}/factor"), &[]).await;
    let page = site.post(Some(SECADMIN), &format!("/admin/accounts/{uuid}/password"), &[]).await;
    assert_eq!(page.expect(StatusCode::OK).texts("[data-revealed]").len(), 1);
    assert_eq!(city.value::<i64>(untouched).await, before - 1);
    let by = "SELECT password_reset_by <> '' FROM staff WHERE username = 'donghu.handler2'";
    assert!(city.value::<bool>(by).await);
}

/// S31.
#[tokio::test]
async fn what_a_security_administrator_does_to_nobody_or_to_oneself_is_said_and_leaves_no_trace() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let own = uuid_of(&city, SECADMIN).await;
    for act in ["password", "factor", "sessions"] {
        let nobody = format!("/admin/accounts/{}/{act}", uuid::Uuid::new_v4());
        site.post(Some(SECADMIN), &nobody, &[]).await.expect(StatusCode::NOT_FOUND);
        let oneself = format!("/admin/accounts/{own}/{act}");
        let page = site.post(Some(SECADMIN), &oneself, &[]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{act}");
        assert_eq!(page.problem("").as_deref(), Some("本人的账号在个人设置中办理"), "{act}");
    }
    let entries = "SELECT count(*) FROM audit WHERE verb IN ('password.set', 'second_factor.reset', 'session.revoked')
                   AND outcome = 'done'";
    assert_eq!(city.value::<i64>(entries).await, 0);
    site.cookie("donghu.handler").await;
    let uuid = uuid_of(&city, "donghu.handler").await;
    for count in ["count=1", "count=0"] {
        site.act(SECADMIN, &format!("/admin/accounts/{uuid}/sessions"), &[]).await;
        let detail =
            "SELECT detail FROM audit WHERE verb = 'session.revoked' ORDER BY nth DESC LIMIT 1";
        assert_eq!(city.value::<String>(detail).await, count);
    }
}

/// Sends the form of an account with another unit or state; what came back.
async fn edit(city: &City, site: &Site, (who, unit): (&str, &str), active: &str) -> Page {
    let uuid: uuid::Uuid =
        city.value(&format!("SELECT uuid FROM staff WHERE username = '{who}'")).await;
    let unit: i64 = city.value(&format!("SELECT id FROM unit WHERE code = '{unit}'")).await;
    let (path, unit) = (format!("/admin/users/{uuid}"), unit.to_string());
    let seen = reading(site, &path).await;
    let fields =
        [("name", "孙某"), ("unit", unit.as_str()), ("active", active), ("version", &seen)];
    site.post(Some(SYSADMIN), &path, &fields).await
}

/// S8, S31.
#[tokio::test]
async fn nobody_alone_takes_the_last_of_the_three_away() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (who, last) in [(SECOND, "最后2名安全管理员"), (AUDITOR, "最后一名审计员")] {
        let page = edit(&city, &site, (who, "01"), "no").await;
        let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        let said = page.problem("active").unwrap();
        assert!(said.contains(last) && said.ends_with("再停用"), "{said}");
        let page = edit(&city, &site, (who, "0110"), "yes").await;
        let said = page.expect(StatusCode::UNPROCESSABLE_ENTITY).problem("unit").unwrap();
        assert!(said.contains(last) && said.ends_with("再变动单位"), "{said}");
    }
    for (who, last) in [(AUDITOR, "最后一名审计员"), (SYSADMIN, "最后一名系统管理员")]
    {
        let grant: i64 = city
            .value(&format!(
                "SELECT g.id FROM role_grant g JOIN staff s ON s.id = g.staff_id WHERE s.username = '{who}'"
            ))
            .await;
        let page = site.post(Some(SECADMIN), &format!("/admin/roles/{grant}/ending"), &[]).await;
        let said = page.expect(StatusCode::UNPROCESSABLE_ENTITY).problem("").unwrap();
        assert!(said.contains(last) && said.ends_with("再撤销"), "{said}");
    }
    let page = edit(&city, &site, (SYSADMIN, "0110"), "yes").await;
    assert!(page.problem("unit").unwrap().contains("请由另一名系统管理员办理"));
}

/// S27.
#[tokio::test]
async fn whoever_goes_to_another_court_reads_nothing_of_the_former_one() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let case = laid::lay(&city, Laid::default()).await;
    let held = "SELECT count(*) FROM role_grant g JOIN staff s ON s.id = g.staff_id
                WHERE s.username = 'donghu.handler' AND g.valid_until IS NULL";
    assert_eq!(city.value::<i64>(held).await, 1);
    let path = format!("/cases/{case}");
    site.get(Some("donghu.handler"), &path).await.expect(StatusCode::OK);
    let page = edit(&city, &site, ("donghu.handler", "0111"), "yes").await;
    page.expect(StatusCode::SEE_OTHER);
    assert_eq!(city.value::<i64>(held).await, 0);
    let page = site.get(Some("donghu.handler"), &path).await.expect(StatusCode::SEE_OTHER);
    assert!(page.location().starts_with("/login"), "{}", page.location());
    let told: i64 = city.value("SELECT count(*) FROM audit WHERE verb = 'role.ended'").await;
    assert_eq!(told, 1);
    // Moved within the court nothing ends, and no other serving role ends anything so.
    edit(&city, &site, ("qingxi.handler", "0111"), "yes").await.expect(StatusCode::SEE_OTHER);
    let ends =
        "SELECT count(*) FROM staff s, LATERAL grants_leave(s.uuid, court_of(s.unit_id), now())
                WHERE s.username = 'qingxi.handler'";
    assert_eq!(city.as_server(SYSADMIN, ends).await, Some(0), "they are there still");
}

#[tokio::test]
async fn a_court_has_names_that_fit_and_a_place_that_is_a_number() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (path, long) = ("/admin/courts/0110", "某".repeat(41));
    let seen = reading(&site, path).await;
    let named = |name, short, order| {
        [("name", name), ("short_name", short), ("order", order), ("version", seen.as_str())]
    };
    for (fields, field) in [
        (named(&long, "东湖法院", "1"), "name"),
        (named("东湖区人民法院", "某某某某某某某某某某某某某", "1"), "short_name"),
        (named("东湖区人民法院", "东湖法院", "99999999999"), "order"),
        (named("东湖区人民法院", "东湖法院", "第一"), "order"),
    ] {
        let page = site.post(Some(SYSADMIN), path, &fields).await;
        let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.problem(field).is_some(), "{field}");
    }
    // Signs that turn the direction of writing, and those that nobody sees, are not kept.
    let turned = named("东湖\u{202e}区人民\u{2066}法院\u{7}", "东湖法院", "１２");
    site.act(SYSADMIN, path, &turned).await;
    let kept = "SELECT name || place FROM unit WHERE code = '0110'";
    assert_eq!(city.value::<String>(kept).await, "东湖区人民法院12");
}

#[tokio::test]
async fn the_key_of_a_form_carries_out_that_form_and_no_other() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let key = uuid::Uuid::new_v4().to_string();
    let wanted = proposal("donghu.handler2", "clerk", "0110");
    let first = site.post_again(Some(SECADMIN), "/admin/roles", &wanted, &key).await;
    first.expect(StatusCode::SEE_OTHER);
    let again = site.post_again(Some(SECADMIN), "/admin/roles", &wanted, &key).await;
    assert_eq!(again.expect(StatusCode::SEE_OTHER).location(), "/admin/roles");
    let other = site.post_again(Some(SECADMIN), "/admin/accounts/sessions/ending", &[], &key);
    other.await.expect(StatusCode::CONFLICT);
    let page = site.get(Some(SECADMIN), "/admin/roles").await;
    let mut keys = page.attributes("input[name=idempotency_key]", "value");
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert!(all > 2 && keys.len() == all, "each form of a page has its own key");
}

#[tokio::test]
async fn what_is_wrong_with_a_grant_stands_in_the_order_of_the_form_and_in_fitting_words() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let page = site.post(Some(SECADMIN), "/admin/roles", &proposal("", "job", "")).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("role").as_deref(), Some("请选择岗位"));
    let (user, role) = (page.html().find("没有这个用户"), page.html().find("请选择岗位"));
    assert!(user < role, "{user:?} {role:?}");
    let dated =
        [("user", "donghu.handler2"), ("role", "clerk"), ("unit", "0110"), ("until", "9999-12-31")];
    let page = site.post(Some(SECADMIN), "/admin/roles", &dated).await;
    assert_eq!(page.problem("until").as_deref(), Some("日期写成2026-06-15"));
    let uuid = propose(&city, &site, &proposal("donghu.handler2", "clerk", "0110")).await;
    let page = site.post(Some(SECADMIN), &format!("{uuid}/refusal"), &[("reason", "")]).await;
    assert_eq!(page.problem("reason").as_deref(), Some("请填写收回的理由"));
}

/// A page that isn't there is not a case to whoever opens none, and a text is not a file.
#[tokio::test]
async fn what_failed_is_said_in_words_that_fit_the_one_who_reads() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for (who, cases) in [(SYSADMIN, false), (SECADMIN, false), ("donghu.handler", true)] {
        let page = site.get(Some(who), "/no/such/page").await.expect(StatusCode::NOT_FOUND);
        assert_eq!(page.text().contains("案件已并案"), cases, "{who}");
        assert_eq!(
            page.attributes("main a", "href").contains(&"/cases".to_owned()),
            cases,
            "{who}"
        );
    }
    let long = "某".repeat(30_000);
    let page = site.post(Some(SYSADMIN), "/admin/users/new", &[("name", &long)]).await;
    let page = page.expect(StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.text().contains("填写的内容太多") && !page.text().contains("50MB"));
}

#[tokio::test]
async fn an_account_is_found_by_a_part_of_its_name() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    for path in ["/admin/accounts", "/admin/roles"] {
        let text = site.get(Some(SECADMIN), &format!("{path}?q=secadmin2")).await.text();
        assert!(text.contains(SECOND) && !text.contains(AUDITOR), "{path}: {text}");
    }
}

/// S27, S31.
#[tokio::test]
async fn what_waits_for_someone_at_a_court_ends_when_they_leave_it() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let there = propose(&city, &site, &proposal("donghu.handler", "clerk", "0110")).await;
    let elsewhere = propose(&city, &site, &proposal("donghu.handler", "handler", "0112")).await;
    let page = edit(&city, &site, ("donghu.handler", "0111"), "yes").await;
    page.expect(StatusCode::SEE_OTHER);
    let told = "SELECT count(*) FROM audit a JOIN grant_proposal p ON p.uuid::text = a.object
                JOIN staff s ON s.id = p.decided_by AND s.id = a.staff_id
                WHERE a.verb = 'grant.declined' AND s.username = 'zhongyuan.sysadmin'
                  AND p.declined_reason = '被授权人已调离该法院' AND p.grant_id IS NULL";
    assert_eq!(city.value::<i64>(told).await, 1);
    let late = site.post(Some(SECOND), &format!("{there}/confirmation"), &[]).await;
    let late = late.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(late.problem("").as_deref(), Some("这项授权已经处理过"));
    assert!(late.text().contains("被授权人已调离该法院"), "{}", late.text());
    site.act(SECOND, &format!("{elsewhere}/confirmation"), &[]).await;
    // Nobody else of the program declines so.
    propose(&city, &site, &proposal("qingxi.handler", "clerk", "0110")).await;
    let leaves =
        "SELECT count(*) FROM staff s, unit u, LATERAL proposals_leave(s.uuid, u.id, 'x', now())
                  WHERE s.username = 'qingxi.handler' AND u.code = '0110'";
    assert_eq!(city.as_server(SECADMIN, leaves).await, Some(0));
    assert_eq!(city.as_server(SYSADMIN, leaves).await, Some(1));
}

/// S31.
/// One security administrator may have set the password, or signed in with it.
#[tokio::test]
async fn whoever_becomes_an_administrator_is_known_by_nothing_that_another_could_know() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    city.force(
        "INSERT INTO second_factor (staff_id, secret_sealed, confirmed_at)
         SELECT id, 'x', now() FROM staff WHERE username IN ('donghu.handler2', 'donghu.handler')
         ON CONFLICT ON CONSTRAINT second_factor_pkey DO UPDATE SET secret_sealed = 'x', confirmed_at = now();
         UPDATE role_grant g SET valid_until = '2026-06-01' FROM staff s
         WHERE s.id = g.staff_id AND s.username = 'donghu.handler2'",
    )
    .await;
    let opens = |who: &str| {
        format!(
            "SELECT (s.password_hash IS NOT NULL)::int + count(f.secret_sealed)
             FROM staff s LEFT JOIN second_factor f ON f.staff_id = s.id
             WHERE s.username = '{who}' GROUP BY s.id"
        )
    };
    let uuid = uuid_of(&city, "donghu.handler2").await;
    let path = format!("/admin/accounts/{uuid}/password");
    site.post(Some(SECADMIN), &path, &[]).await.expect(StatusCode::OK);
    let waiting = propose(&city, &site, &proposal("donghu.handler2", "auditor", "01")).await;
    assert!(site.get(Some(SECOND), "/admin/roles").await.text().contains("确认后，其原有密码"));
    assert_eq!(city.value::<i64>(&opens("donghu.handler2")).await, 2);
    let page = site.post(Some(SECOND), &format!("{waiting}/confirmation"), &[]).await;
    page.expect(StatusCode::SEE_OTHER);
    assert_eq!(city.value::<i64>(&opens("donghu.handler2")).await, 0);
    // Nor is another one set by them; a role of the courts takes nothing away.
    site.post(Some(SECADMIN), &path, &[]).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    let uuid = uuid_of(&city, "donghu.handler").await;
    let path = format!("/admin/accounts/{uuid}/password");
    site.post(Some(SECADMIN), &path, &[]).await.expect(StatusCode::OK);
    city.force(
        "UPDATE second_factor SET secret_sealed = 'x' FROM staff s
                WHERE s.id = staff_id AND s.username = 'donghu.handler'",
    )
    .await;
    let waiting = propose(&city, &site, &proposal("donghu.handler", "clerk", "0110")).await;
    site.act(SECOND, &format!("{waiting}/confirmation"), &[]).await;
    assert_eq!(city.value::<i64>(&opens("donghu.handler")).await, 2);
}
