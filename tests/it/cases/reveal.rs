//! Masked values are opened one at a time, with a purpose, on the record.

use axum::http::StatusCode;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::laid::{self, Laid};
use crate::support::{City, Site};

/// A case whose petitioner showed an identity card.
async fn identified(city: &City) -> String {
    let number = laid::lay(city, Laid::default()).await;
    let person: String = city.value("SELECT uuid::text FROM petitioner").await;
    let id = city.keys.seal_text(("petitioner.id", &person), "990110196801010012").unwrap();
    let phone = city.keys.seal_text(("petitioner.phone", &person), "10000000021").unwrap();
    city.force(&format!(
        "UPDATE petitioner SET id_type = 'id_card', id_sealed = '{id}', id_index = '\\x01', id_tail = '0012',
                id_verified = true, no_id_reason = NULL, phone_sealed = '{phone}', phone_index = '\\x02',
                phone_tail = '0021', sex = 'male', birth_date = '1968-01-01'"
    ))
    .await;
    number
}

#[tokio::test]
async fn the_team_opens_a_value_once_and_the_audit_knows() {
    let city = City::new().await;
    let number = identified(&city).await;
    let site = Site::of(&city).await;
    let page = site.get(Some("donghu.handler"), &format!("/cases/{number}")).await;
    assert!(page.text().contains("尾号0012"));
    assert!(page.text().contains("张某 男 58岁"));
    assert!(!page.html().contains("990110196801010012"));

    let path = format!("/cases/{number}/reveal");
    let key = uuid::Uuid::new_v4().to_string();
    let field = [("field", "id_number")];
    let page = site.post_again(Some("donghu.handler"), &path, &field, &key).await;
    let page = page.expect(StatusCode::OK);
    assert_eq!(page.texts("[data-revealed]"), ["990110196801010012"]);
    assert!(!page.html().contains("10000000021"));
    let again = site.post_again(Some("donghu.handler"), &path, &field, &key).await;
    assert_eq!(again.expect(StatusCode::SEE_OTHER).location(), format!("/cases/{number}"));
    assert_eq!(city.audit_verbs().await, ["identity.revealed"]);
    let told: String = city
        .value("SELECT fields || ' ' || reason FROM audit WHERE verb = 'identity.revealed'")
        .await;
    assert_eq!(told, "id_number own_work");
}

#[tokio::test]
async fn the_bureau_says_what_for() {
    let city = City::new().await;
    let number = identified(&city).await;
    let site = Site::of(&city).await;
    let path = format!("/cases/{number}/reveal");
    let page = site.post(Some("zhongyuan.bureau"), &path, &[("field", "phone")]).await;
    let asking = page.expect(StatusCode::SEE_OTHER).location();
    assert_eq!(asking, format!("{path}?field=phone"), "where the way back leads");
    let page = site.get(Some("zhongyuan.bureau"), &asking).await.expect(StatusCode::OK);
    assert!(page.texts(".errors").is_empty(), "nothing was asked yet");
    let page = site.get(Some("zhongyuan.bureau"), &path).await.expect(StatusCode::SEE_OTHER);
    assert_eq!(page.location(), format!("/cases/{number}"));
    let fields = [("field", "phone"), ("asked", "yes")];
    let page = site.post(Some("zhongyuan.bureau"), &path, &fields).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("reason").unwrap(), "请选择查看原因");
    assert!(city.audit_verbs().await.is_empty());
    let fields = [("field", "phone"), ("reason", "duplicate")];
    let page = site.post(Some("zhongyuan.bureau"), &path, &fields).await.expect(StatusCode::OK);
    assert_eq!(page.texts("[data-revealed]"), ["10000000021"]);
    let told: String = city
        .value("SELECT fields || ' ' || reason FROM audit WHERE verb = 'identity.revealed'")
        .await;
    assert_eq!(told, "phone duplicate");
    let log = site.get(Some("zhongyuan.bureau"), &format!("/cases/{number}/log")).await;
    assert!(log.text().contains("：手机号"), "{}", log.text());
}

#[tokio::test]
async fn before_a_case_is_claimed_its_court_says_what_for() {
    let city = City::new().await;
    let number = identified(&city).await;
    city.force("UPDATE team_member SET ended_at = now() WHERE place = 'handler'").await;
    let site = Site::of(&city).await;
    let path = format!("/cases/{number}/reveal");
    let page = site.post(Some("donghu.handler2"), &path, &[("field", "phone")]).await;
    page.expect(StatusCode::SEE_OTHER);
    let fields = [("field", "phone"), ("reason", "contact")];
    let page = site.post(Some("donghu.handler2"), &path, &fields).await.expect(StatusCode::OK);
    assert_eq!(page.texts("[data-revealed]"), ["10000000021"]);
}

#[tokio::test]
async fn nobody_else_opens_a_value() {
    let city = City::new().await;
    let number = identified(&city).await;
    let site = Site::of(&city).await;
    let path = format!("/cases/{number}/reveal");
    for (who, status) in [
        ("donghu.clerk", StatusCode::FORBIDDEN),
        ("donghu.president", StatusCode::FORBIDDEN),
        ("zhongyuan.leading_group", StatusCode::FORBIDDEN),
        // Of the court, but not of the team.
        ("donghu.handler2", StatusCode::NOT_FOUND),
        ("donghu.leader2", StatusCode::NOT_FOUND),
        ("qingxi.handler", StatusCode::NOT_FOUND),
    ] {
        let fields = [("field", "id_number"), ("reason", "identity")];
        let page = site.post(Some(who), &path, &fields).await;
        assert_eq!(page.status, status, "{who}");
        assert!(!page.html().contains("990110196801010012"), "{who}");
    }
    let page = site.post(Some("donghu.handler"), &path, &[("field", "name")]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(city.audit_verbs().await.is_empty());
}

/// S74, S86.
#[tokio::test]
async fn after_thirty_values_in_an_hour_the_next_one_waits() {
    let city = City::new().await;
    let number = identified(&city).await;
    let site = Site::of(&city).await;
    let path = format!("/cases/{number}/reveal");
    site.post(Some("donghu.handler"), &path, &[("field", "phone")]).await.expect(StatusCode::OK);
    city.force(
        "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, previous_hash, hash)
         SELECT 0, 0, a.at - interval '59 minutes', a.staff_id, a.grant_id, a.verb, '', ''
         FROM audit a, generate_series(1, 29) WHERE a.verb = 'identity.revealed'",
    )
    .await;
    let page = site.post(Some("donghu.handler"), &path, &[("field", "phone")]).await;
    let page = page.expect(StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.problem("").unwrap(), "一小时内查看全号已达30次，请稍后再试");
    assert!(!page.html().contains("10000000021"));
    // The leader of the same case has opened none yet.
    let page = site.post(Some("donghu.leader"), &path, &[("field", "phone")]).await;
    page.expect(StatusCode::OK);
    let later = Site::at(&city, crate::support::at("2026-06-15 13:01")).await;
    let page = later.post(Some("donghu.handler"), &path, &[("field", "phone")]).await;
    page.expect(StatusCode::OK);
}

/// S86.
/// Of many forms that come at once each counts those before it: the second waits for the first.
#[tokio::test]
async fn the_values_of_one_person_are_counted_one_after_another() {
    let city = City::new().await;
    let count = "SELECT own_reveals(now() - interval '1 hour')";
    let who = |username: &str| {
        format!(
            "SELECT set_config('app.staff_id', s.id::text, true), set_config('app.grant_id', g.id::text, true)
             FROM staff s JOIN role_grant g ON g.staff_id = s.id WHERE s.username = '{username}'"
        )
    };
    let mut first = PgConnection::connect_with(&city.server()).await.unwrap();
    let mut first = first.begin().await.unwrap();
    for statement in [who("donghu.handler"), count.to_owned()] {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *first).await.unwrap();
    }
    for (username, waits) in [("donghu.handler", true), ("donghu.leader", false)] {
        let mut other = PgConnection::connect_with(&city.server()).await.unwrap();
        let mut other = other.begin().await.unwrap();
        let asked = format!("SET LOCAL lock_timeout = '300ms'; {}; {count}", who(username));
        let asked = sqlx::raw_sql(AssertSqlSafe(asked)).execute(&mut *other).await;
        assert_eq!(asked.is_err(), waits, "{username}: {asked:?}");
    }
}
