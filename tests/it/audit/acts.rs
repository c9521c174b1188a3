//! Each kind of act leaves one entry, with everything that it consists of.

use axum::http::StatusCode;

use super::count;
use crate::support::{City, Site, visit};

const CLERK: &str = "donghu.clerk";
const HANDLER: &str = "donghu.handler";
const BUREAU: &str = "zhongyuan.bureau";
const FROM: &str = "127.0.0.1";

/// What was left since a moment, each with the person, the outcome, the case or object, the fields
/// and the reason; and whether each has a session and an address.
async fn left(city: &City, after: i64) -> Vec<String> {
    let told = format!(
        "SELECT coalesce(array_agg(concat_ws(' ', s.username, a.verb, a.outcome,
                    CASE WHEN a.object <> '' OR a.case_id IS NOT NULL THEN 'of' END,
                    nullif(a.fields, ''), nullif(a.reason, '')) ORDER BY a.nth), '{{}}')
         FROM audit a JOIN staff s ON s.id = a.staff_id
         WHERE a.nth IN (SELECT nth FROM audit ORDER BY nth OFFSET {after})"
    );
    let whole = format!(
        "SELECT coalesce(bool_and(length(session) = 12 AND address = '{FROM}' AND length(hash) = 33), true)
         FROM audit WHERE nth IN (SELECT nth FROM audit ORDER BY nth OFFSET {after})"
    );
    assert!(city.value::<bool>(&whole).await, "session, address and hash");
    city.value(&told).await
}

/// S77.
#[tokio::test]
async fn each_kind_of_act_leaves_one_entry() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let mut seen = 0;
    let mut expect = async |what: &str, entries: &[&str]| {
        assert_eq!(left(&city, seen).await, entries, "{what}");
        seen = count(&city).await;
    };
    site.act(CLERK, "/visits/new", &visit(&[])).await;
    expect("create", &["donghu.clerk visit.registered done of"]).await;
    let number: String = city.value("SELECT number FROM petition_case").await;
    site.post(Some(CLERK), "/petitioners/match", &[("name", "张某")]).await.expect(StatusCode::OK);
    let fields = "name id_tail phone_tail summary";
    expect("search", &[&format!("donghu.clerk petitioner.searched done {fields}")]).await;
    let court: i64 = city.value("SELECT id FROM unit WHERE code = '0110'").await;
    let order = [
        ("case_no[]", number.as_str()),
        ("court[]", &court.to_string()),
        ("source", "province_court"),
        ("rule", "standard"),
        ("assigned_at", "2026-06-15 12:00"),
        ("action", "issue"),
    ];
    site.act(BUREAU, "/assignments/new", &order).await;
    expect("assign", &["zhongyuan.bureau case.assigned done of"]).await;
    let version: i32 = city.value("SELECT version FROM petition_case").await;
    let path = format!("/cases/{number}/acknowledgement");
    site.act(HANDLER, &path, &[("version", &version.to_string())]).await;
    expect("transition", &["donghu.handler assignment.acknowledged done of"]).await;
    let line = [("kind", "phone"), ("happened_at", "2026-06-15 12:00"), ("text", "已电话告知")];
    site.act(HANDLER, &format!("/cases/{number}/progress/new"), &line).await;
    expect("change", &["donghu.handler progress.added done of"]).await;
    let reveal = format!("/cases/{number}/reveal");
    let field = [("field", "phone"), ("reason", "contact")];
    site.post(Some(HANDLER), &reveal, &field).await.expect(StatusCode::OK);
    expect("reveal", &["donghu.handler identity.revealed done of phone contact"]).await;
    let issue = site.act(BUREAU, "/bulletins", &[("period", "2026-W24")]).await;
    expect("draft", &["zhongyuan.bureau bulletin.drafted done of"]).await;
    site.act(BUREAU, &format!("{issue}/freeze"), &[]).await;
    expect("freeze", &["zhongyuan.bureau bulletin.frozen done of"]).await;
    site.post(Some(HANDLER), "/bulletins", &[]).await.expect(StatusCode::FORBIDDEN);
    expect("denial", &["donghu.handler access.refused refused of 403"]).await;
}

/// S77.
#[tokio::test]
async fn a_changed_contact_leaves_keyed_digests_of_what_it_was_and_became() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let with_id =
        [("id_type", "id_card"), ("id_number", "99011019680101001X"), ("no_id_reason", "")];
    site.act(CLERK, "/visits/new", &visit(&with_id)).await;
    let moved =
        [with_id.as_slice(), &[("phone", "10000000022"), ("disposition", "accepted")]].concat();
    site.act(CLERK, "/visits/new", &visit(&moved)).await;
    let told =
        "SELECT fields || ' ' || (before_digest <> after_digest) || ' ' || length(after_digest)
                FROM audit WHERE verb = 'petitioner.contact'";
    assert_eq!(city.value::<String>(told).await, "phone true 37");
}
