//! Names, numbers and passwords that are typed stand neither in the audit nor in the log.

use tracing::instrument::WithSubscriber;

use crate::support::laid::{self, Laid};
use crate::support::{City, Log, Site, visit};

const NAME: &str = "欧阳某某";
const ID: &str = "99011019680101001X";
const PHONE: &str = "10000000021";
const ADDRESS: &str = "哨兵路9号";
const WORDS: &str = "哨兵陈述内容";
const TYPED: [&str; 7] = [NAME, ID, PHONE, ADDRESS, WORDS, "wrong-canary-1", "new-canary-2026-pw"];

async fn story(city: &City, site: &Site) {
    let form = [
        ("name", NAME),
        ("id_type", "id_card"),
        ("id_number", ID),
        ("no_id_reason", ""),
        ("phone", PHONE),
        ("address", ADDRESS),
        ("summary", WORDS),
    ];
    let registered = site.act("donghu.clerk", "/visits/new", &visit(&form)).await;
    let path = registered.split('?').next().unwrap().to_owned();
    let matched = [("name", NAME), ("id_number", ID), ("phone", PHONE)];
    site.post(Some("donghu.clerk"), "/petitioners/match", &matched).await;
    site.get(Some("donghu.clerk"), &path).await;
    site.get(Some("donghu.clerk"), &format!("{path}/receipt")).await;
    site.get(Some("donghu.clerk"), "/visits").await;
    let number = laid::lay(city, Laid { name: NAME, ..Laid::default() }).await;
    for path in
        ["/cases?q=%E6%AC%A7%E9%98%B3%E6%9F%90%E6%9F%90", "/my", &format!("/cases/{number}")]
    {
        site.get(Some("donghu.handler"), path).await;
    }
    // What is typed where it doesn't belong.
    for path in [format!("/cases/{ID}"), format!("/visits/{PHONE}"), format!("/approvals/{NAME}")] {
        let path = path.replace(NAME, "%E6%AC%A7%E9%98%B3%E6%9F%90%E6%9F%90");
        site.get(Some("zhongyuan.bureau"), &path).await;
    }
    let steps = [("kind", "phone"), ("happened_at", "2026-06-15 10:00"), ("text", WORDS)];
    site.post(Some("donghu.handler"), &format!("/cases/{number}/progress/new"), &steps).await;
    for field in ["id_number", "phone", "address"] {
        let reveal = format!("/cases/{number}/reveal");
        site.post(Some("donghu.handler"), &reveal, &[("field", field)]).await;
    }
    let asked = [("id_number", ID), ("reason", "petitioner_request")];
    site.post(Some("zhongyuan.auditor"), "/admin/audit/accesses", &asked).await;
    site.get(
        Some("zhongyuan.auditor"),
        "/admin/audit?actor=%E6%AC%A7%E9%98%B3%E6%9F%90%E6%9F%90&object=99011019680101001X",
    )
    .await;
    let wrong = [("username", NAME), ("password", "wrong-canary-1"), ("next", "")];
    site.post(None, "/login", &wrong).await;
    let change = [
        ("old_password", "yunzhou-2026"),
        ("new_password", "new-canary-2026-pw"),
        ("confirm", "new-canary-2026-pw"),
    ];
    site.post(Some("donghu.leader"), "/account/password", &change).await;
}

/// S83, S92.
#[tokio::test]
async fn nothing_that_was_typed_of_a_person_stands_in_the_audit_or_in_the_log() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (log, to_log) = Log::new();
    story(&city, &site).with_subscriber(to_log).await;
    let audit: String = city.value("SELECT string_agg(audit::text, E'\\n') FROM audit").await;
    assert!(audit.contains("visit.registered") && audit.contains("petitioner.searched"));
    let log = log.text();
    assert!(log.contains("/cases/{case_no}") && log.contains("answered"), "{log}");
    for typed in TYPED {
        let encoded = typed.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
        for form in [typed, &encoded] {
            assert!(!audit.contains(form), "audit: {form}");
            assert!(!log.contains(form), "log: {form}");
        }
    }
    let cookies = site.cookie("donghu.clerk").await;
    let token = cookies.split('=').next_back().unwrap();
    assert!(!audit.contains(token) && !log.contains(token), "a token");
}
