//! What nobody types: markup, bytes that are no text, places in lists that were made up.

use std::time::Instant;

use axum::body::Body;
use axum::http::Request;

use super::admitted;
use super::world::{World, names};
use crate::routes::PEOPLE;
use crate::support::{Log, Page};

/// Percent-encodes every byte: nothing of it means anything to an address or a form.
pub fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02X}"))
}

/// Ends an attribute, an element, a text field, a script; hides and turns letters around.
const CANARY: &str =
    "\"><svg onload=ca()></textarea></title><script>ca()</script>'{{7*7}}\u{2028}\u{202e}";
/// What of it must never stand in a page.
const ALIVE: &[&str] = &["<svg onload", "</textarea></title>", "<script>ca", "49\u{2028}"];

fn is_harmless(page: &Page, what: &str) {
    let html = page.html();
    for alive in ALIVE {
        assert!(!html.contains(alive), "{what}: {alive}");
    }
}

/// As they stand in an address or a form.
fn poisons() -> Vec<String> {
    let nines = "9".repeat(40);
    let texts = ["%_\\' OR 1=1 --", "\u{ffff}", nines.as_str(), "-1", CANARY].map(encode);
    // A NUL byte, a lone surrogate, half a letter, half an escape.
    let raw = ["a%00b", "%ED%A0%80", "%E5%BC", "%zz", ""].map(str::to_owned);
    texts.into_iter().chain(raw).collect()
}

/// S47.
#[tokio::test]
async fn no_parameter_of_an_address_breaks_a_page() {
    let world = World::with("张某").await;
    let names = names(|text| text.contains("Query(") || text.contains("fn fields(&self) -> ["));
    assert!(names.len() > 20 && names.len() < 70, "{names:?}");
    for row in world.site.rows.iter().filter(|row| row.method == "GET") {
        let (who, path) = (admitted(row), world.address(row));
        for poison in poisons() {
            let all: Vec<_> = names.iter().map(|name| format!("{name}={poison}")).collect();
            let page = world.site.get(who, &format!("{path}?{}", all.join("&"))).await;
            assert!(!page.status.is_server_error(), "{path} {poison}: {}", page.status);
            is_harmless(&page, &path);
        }
        // One field that can't be read must not hide the next: lists are asked with each alone.
        let is_list =
            ["/cases", "/visits", "/my", "/stats/cases", "/visits/new"].contains(&row.path);
        for name in names.iter().filter(|_| is_list) {
            let worst = encode(&format!("{CANARY}%_\\"));
            let page = world.site.get(who, &format!("{path}?{name}={worst}")).await;
            assert!(!page.status.is_server_error(), "{path} {name}: {}", page.status);
            is_harmless(&page, &format!("{path} {name}"));
        }
    }
}

/// S47.
#[tokio::test]
async fn no_part_of_a_path_breaks_a_page() {
    let world = World::with("张某").await;
    for row in world.site.rows.iter().filter(|row| row.method == "GET" && row.path.contains('{')) {
        for poison in poisons().into_iter().chain(["%2e%2e".to_owned(), "x".repeat(3000)]) {
            let is_hole = |part: &str| part.starts_with('{');
            let parts = row.path.split('/').map(|part| if is_hole(part) { &poison } else { part });
            let path = parts.collect::<Vec<_>>().join("/");
            if Request::builder().uri(&path).body(()).is_err() {
                continue;
            }
            let page = world.site.get(admitted(row), &path).await;
            assert!(
                page.status.is_client_error()
                    || page.status.is_redirection()
                    || page.status.is_success(),
                "{path}: {}",
                page.status
            );
            is_harmless(&page, &path);
        }
    }
}

/// S43, S47.
#[tokio::test]
async fn no_field_of_a_form_breaks_a_page_or_comes_back_as_markup() {
    let world = World::with("张某").await;
    let names = names(|_| true);
    assert!(names.len() > 80, "{}", names.len());
    let acts = world.site.rows.iter().filter(|row| row.method == "POST");
    let mut echoed = 0;
    for row in acts.filter(|row| !["/logout", "/csp-report"].contains(&row.path)) {
        let (who, path) = (admitted(row).unwrap(), world.address(row));
        let token = world.site.token(who).await;
        for poison in poisons() {
            let all: Vec<_> = names.iter().map(|name| format!("{name}={poison}")).collect();
            let key = uuid::Uuid::new_v4();
            let body = format!("csrf_token={token}&idempotency_key={key}&{}", all.join("&"));
            let request = Request::builder()
                .method("POST")
                .uri(&path)
                .header("content-type", "application/x-www-form-urlencoded");
            let page = world.site.send(Some(who), request, Body::from(body)).await;
            assert!(!page.status.is_server_error(), "{path} {poison}: {}", page.status);
            is_harmless(&page, &path);
            echoed += usize::from(page.html().contains("svg onload"));
        }
    }
    assert!(echoed > 5, "what was typed comes back on {echoed} pages");
}

/// S43, S48.
#[tokio::test]
async fn what_was_kept_is_shown_to_everyone_as_the_text_that_it_is() {
    let world = World::with(CANARY).await;
    let mut shown = 0;
    for (role, who) in PEOPLE {
        for row in world.site.rows.iter().filter(|row| row.method == "GET" && row.who.admits(*role))
        {
            let path = world.address(row);
            let page = world.site.get(Some(who), &path).await;
            assert!(!page.status.is_server_error(), "{path}: {}", page.status);
            is_harmless(&page, &path);
            shown += usize::from(page.html().contains("svg onload"));
            if let Some(name) = page.headers.get("content-disposition") {
                let name = name.to_str().unwrap();
                assert!(
                    !name.contains('<') && name.matches('"').count() % 2 == 0,
                    "{path}: {name}"
                );
            }
        }
    }
    assert!(shown > 5, "the text stands on {shown} pages");
}

/// S72.
#[tokio::test]
async fn a_place_in_a_list_that_was_made_up_is_the_first_page_or_refused_at_once() {
    let world = World::with("张某").await;
    for path in [
        "/cases",
        "/visits",
        "/my",
        "/stats/cases",
        "/assignments",
        "/imports",
        "/approvals",
        "/bulletins",
    ] {
        let row =
            world.site.rows.iter().find(|row| row.method == "GET" && row.path == path).unwrap();
        for place in [
            "x",
            "0",
            "-1",
            "00",
            "ff",
            "0102",
            "9223372036854775807",
            "XF9999-99999",
            "2026-13-45",
            "null",
            "%00",
        ] {
            for name in ["after", "before", "size"] {
                for place in [place.to_owned(), place.repeat(500)] {
                    let asked = Instant::now();
                    let page =
                        world.site.get(admitted(row), &format!("{path}?{name}={place}")).await;
                    let took = asked.elapsed();
                    let answered = [200, 303, 400, 404].contains(&page.status.as_u16());
                    assert!(answered, "{path}?{name}={place}: {}", page.status);
                    assert!(took.as_secs() < 5, "{path}?{name}={place}: {took:?}");
                }
            }
        }
    }
}

/// S48.
#[tokio::test]
async fn no_request_writes_a_line_of_its_own_into_the_log() {
    let world = World::with("张某").await;
    let (log, listening) = Log::listen();
    let escaped = "%0A2026-06-15%20ERROR%20forged%1B%5B31m";
    for path in [format!("/{escaped}"), format!("/cases/{escaped}"), format!("/cases?q={escaped}")]
    {
        let request = Request::builder()
            .uri(path)
            .header("user-agent", "x\t2026-06-15 ERROR forged")
            .header("x-forwarded-for", "forged")
            .header("origin", "forged");
        world.site.send(Some("zhongyuan.bureau"), request, Body::empty()).await;
    }
    let request =
        Request::builder().method("FORGED").uri("/login").header("sec-fetch-site", "forged");
    world.site.send(None, request, Body::empty()).await;
    drop(listening);
    let lines = log.lines();
    assert!(lines.len() >= 4, "{lines:?}");
    for line in lines {
        assert!(line.starts_with("20") && !line.starts_with("2026-06-15 ERROR"), "{line}");
        assert!(!line.contains('\u{1b}') && !line.contains("q="), "{line}");
    }
}
