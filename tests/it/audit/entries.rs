//! Each act and each reading leaves one entry with all its parts; what can't be noted isn't shown.

use anjie::web::traces::{Shows, shows};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode};
use std::net::SocketAddr;

use super::{count, entries};
use crate::support::laid::{self, Laid};
use crate::support::{City, Site, visit};

/// Reads a page as somebody at 10.0.0.7.
async fn read(site: &Site, who: &str, path: &str) -> StatusCode {
    let from: SocketAddr = "10.0.0.7:40000".parse().unwrap();
    let request = Request::builder().method(Method::GET).uri(path).extension(ConnectInfo(from));
    site.send(Some(who), request, Body::empty()).await.status
}

/// S77.
#[tokio::test]
async fn each_page_with_personal_data_leaves_one_entry_with_all_its_parts() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let site = Site::of(&city).await;
    let registered = site.act("donghu.clerk", "/visits/new", &visit(&[])).await;
    let visit = registered.trim_start_matches("/visits/").split('?').next().unwrap().to_owned();
    let case = |path: &str| format!("/cases/{number}{path}");
    let receipt = format!("/visits/{visit}/receipt");
    for (who, path, verb, object) in [
        ("donghu.handler", case(""), "case.read", number.as_str()),
        ("donghu.handler", case("/interviews"), "case.read", &number),
        ("donghu.handler", case("/progress"), "case.read", &number),
        ("donghu.handler", case("/documents"), "case.read", &number),
        ("donghu.handler", case("/review"), "case.read", &number),
        ("donghu.handler", case("/approvals"), "case.read", &number),
        ("donghu.handler", case("/log"), "case.read", &number),
        ("donghu.handler", case("/ledger"), "case.read", &number),
        ("donghu.handler", "/cases".to_owned(), "case.listed", ""),
        ("donghu.handler", "/cases?q=XF2026".to_owned(), "case.searched", ""),
        ("donghu.handler", "/cases?print=yes".to_owned(), "case.printed", ""),
        ("donghu.handler", "/my".to_owned(), "work.listed", ""),
        ("donghu.handler", "/my?print=yes".to_owned(), "work.listed", ""),
        ("donghu.clerk", "/visits".to_owned(), "visit.listed", ""),
        ("donghu.clerk", format!("/visits/{visit}"), "visit.read", &visit),
        ("donghu.clerk", receipt, "visit.printed", &visit),
        ("zhongyuan.bureau", "/assignments".to_owned(), "case.listed", ""),
        ("zhongyuan.president", "/approvals".to_owned(), "case.listed", ""),
        ("zhongyuan.auditor", "/admin/audit".to_owned(), "audit.read", ""),
        ("zhongyuan.auditor", "/admin/audit/export".to_owned(), "audit.exported", "*"),
    ] {
        site.cookie(who).await;
        let before = count(&city).await;
        let status = read(&site, who, &path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(count(&city).await, before + 1, "{path}");
        let told: String = city
            .value(
                "SELECT concat_ws(' ', s.username, a.verb, a.outcome, a.address, length(a.session),
                                  a.at = '2026-06-15 12:00+08', a.object)
                 FROM audit a JOIN staff s ON s.id = a.staff_id ORDER BY nth DESC LIMIT 1",
            )
            .await;
        let expected = format!("{who} {verb} done 10.0.0.7 12 t {object}");
        assert!(
            told == expected || object == "*" && told.starts_with(&expected[..expected.len() - 1]),
            "{path}: {told}"
        );
    }
    let sections = entries(&city, "case.read").await;
    let first = format!("done|{number}||name sex birth_date id_tail phone_tail summary|basics");
    assert_eq!(sections[0], first);
    assert_eq!(
        entries(&city, "case.searched").await,
        ["done||||name summary|q".replace("||||", "|||")]
    );
    let about = format!(
        "SELECT count(DISTINCT case_id) FROM audit WHERE verb IN ('case.read', 'case.printed') AND object = '{number}'"
    );
    assert_eq!(city.value::<i64>(&about).await, 1);
}

/// S77.
#[tokio::test]
async fn every_page_says_whether_it_shows_personal_data() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let silent: Vec<_> = site
        .rows
        .iter()
        .filter(|row| row.method == "GET" && shows(row.method, row.path).is_none())
        .map(|row| row.path)
        .collect();
    assert_eq!(silent, [""; 0], "say it in src/web/traces.rs");
    let verbs: Vec<_> = anjie::domain::audit_verb::all().map(|(verb, _)| verb).collect();
    for row in &site.rows {
        if let Some(Shows::Personal(verb, _)) = shows(row.method, row.path) {
            assert!(verbs.contains(&verb), "{verb}");
        }
    }
}

/// S78.
#[tokio::test]
async fn a_page_whose_reading_cannot_be_noted_is_not_sent() {
    let city = City::new().await;
    let number = laid::lay(&city, Laid::default()).await;
    let site = Site::of(&city).await;
    for who in ["donghu.handler", "donghu.clerk"] {
        site.cookie(who).await;
    }
    city.force("ALTER TABLE audit ADD CONSTRAINT audit_full CHECK (false) NOT VALID").await;
    for (who, path) in [
        ("donghu.handler", format!("/cases/{number}")),
        ("donghu.handler", format!("/cases/{number}/log")),
        ("donghu.handler", format!("/cases/{number}/ledger")),
        ("donghu.handler", "/cases".to_owned()),
        ("donghu.handler", "/my".to_owned()),
        ("donghu.clerk", "/visits".to_owned()),
    ] {
        let page = site.get(Some(who), &path).await;
        assert!(page.status.is_server_error(), "{path}: {}", page.status);
        assert!(!page.text().contains("张某") && !page.text().contains(&number), "{path}");
    }
}

/// S78.
#[tokio::test]
async fn an_act_that_is_undone_leaves_one_failure_and_no_success() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    site.cookie("donghu.clerk").await;
    city.force(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room'; END $$;
         CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON visit_text DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    .await;
    let page = site.post(Some("donghu.clerk"), "/visits/new", &visit(&[])).await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(entries(&city, "visit.registered").await, [""; 0]);
    assert_eq!(entries(&city, "act.failed").await, ["failed|POST /visits/new|500||"]);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM visit").await, 0);
}

/// S77.
#[test]
fn every_act_that_the_program_writes_has_a_name() {
    let named: Vec<_> = anjie::domain::audit_verb::all().map(|(verb, _)| verb).collect();
    let mut nameless = Vec::new();
    let mut folders = vec![std::path::PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap();
                nameless
                    .extend(verbs(code).into_iter().filter(|verb| !named.contains(&verb.as_str())));
            }
        }
    }
    assert_eq!(nameless, [""; 0], "name them in src/domain/audit_verb.rs");
}

/// What a case's timeline calls a line that is no act of the audit's.
const OF_THE_TIMELINE: &str = "ledger.completed";

/// The verbs in a text: `noun.participle` in quotes.
fn verbs(code: &str) -> Vec<String> {
    let participles = [
        "ed", "read", "kept", "held", "begun", "broken", "set", "ended", "frozen", "done",
        "accesses",
    ];
    code.split(['"', '\''])
        .filter(|text| {
            text.split_once('.').is_some_and(|(noun, participle)| {
                let plain = |part: &str| {
                    !part.is_empty()
                        && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                };
                plain(noun)
                    && plain(participle)
                    && *text != OF_THE_TIMELINE
                    && participles.iter().any(|end| participle.ends_with(end))
            })
        })
        .map(str::to_owned)
        .collect()
}
