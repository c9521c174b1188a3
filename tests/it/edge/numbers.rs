//! Numbers of people stand in forms, and in no address.

use anjie::domain::staff::Role;
use axum::body::Body;
use axum::http::{Request, StatusCode};

use super::world::World;
use crate::routes::PEOPLE;
use crate::support::{Log, Page, Site, visit};

const CLERK: &str = "donghu.clerk";
const BUREAU: &str = "zhongyuan.bureau";
const AUDITOR: &str = "zhongyuan.auditor";
/// A right number; the same mistyped, too short, of an impossible day.
const NUMBERS: [&str; 4] =
    ["99011019680101001X", "990110196801010012", "99011019680101001", "99011019681301001X"];
const PHONE: &str = "10000000921";
/// Enough of any of them to know it by.
const PART: &str = "990110196";

/// Whether some of the numbers stands in a text, as they are or encoded.
fn holds_any(text: &str) -> bool {
    let encoded = super::hostile::encode(PART);
    text.contains(PART) || text.contains(PHONE) || text.contains(&encoded)
}

/// Where a page leads: its redirect, its links, its forms, what its script asks for.
fn leads(page: &Page) -> Vec<String> {
    let mut leads: Vec<String> =
        ["location", "hx-redirect", "hx-push-url", "refresh", "content-disposition"]
            .iter()
            .filter_map(|name| Some(page.headers.get(*name)?.to_str().unwrap().to_owned()))
            .collect();
    for (selector, name) in [
        ("[href]", "href"),
        ("[action]", "action"),
        ("[formaction]", "formaction"),
        ("[src]", "src"),
        ("[hx-get]", "hx-get"),
        ("[hx-post]", "hx-post"),
    ] {
        leads.extend(page.attributes(selector, name));
    }
    leads
}

fn form<'a>(number: &'a str, name: &'a str) -> Vec<(&'a str, &'a str)> {
    let changed = [
        ("id_type", "id_card"),
        ("id_number", number),
        ("no_id_reason", ""),
        ("phone", PHONE),
        ("name", name),
    ];
    visit(&changed)
}

/// Sends every form in which a number is typed.
async fn typed(site: &Site, world: &World, number: &str) -> Vec<Page> {
    let row = world.site.rows.iter().find(|row| row.path == "/cases/{case_no}/reveal").unwrap();
    let reveal = world.address(row);
    let matched =
        [("name", "李某某"), ("id_type", "id_card"), ("id_number", number), ("phone", PHONE)];
    let asked = [("id_number", number), ("reason", "petitioner_request")];
    let mut draft = form(number, "李某某");
    draft.extend([("draft", "2"), ("draft_of", "/visits/new")]);
    let mut pages = vec![
        site.post(Some(CLERK), "/visits/new", &form(number, "王某")).await,
        site.post(Some(CLERK), "/visits/new", &form(number, "")).await,
        site.post(Some(CLERK), "/petitioners/match", &matched).await,
        site.post(Some(CLERK), "/drafts", &draft).await,
        site.post(Some(AUDITOR), "/admin/audit/accesses", &asked).await,
        site.post(None, "/visits/new", &form(number, "王某")).await,
        site.post(None, "/login", &[("username", number), ("password", "x")]).await,
    ];
    for field in ["id_number", "phone"] {
        pages.push(
            site.post(Some("donghu.handler"), &reveal, &[("field", field), ("asked", number)])
                .await,
        );
    }
    for path in pages
        .iter()
        .filter(|page| page.status == StatusCode::SEE_OTHER)
        .map(Page::location)
        .collect::<Vec<_>>()
    {
        pages.push(site.get(Some(CLERK), &path).await);
    }
    pages
}

/// S92.
#[tokio::test]
async fn a_number_that_is_typed_into_a_form_stands_in_no_address_that_follows_and_not_in_the_log() {
    let world = World::with("张某").await;
    let site = &world.site;
    let (log, listening) = Log::listen();
    let (mut led, mut refused) = (0, 0);
    for number in NUMBERS {
        for page in typed(site, &world, number).await {
            assert!(!page.status.is_server_error(), "{}", page.text());
            refused += usize::from(page.status == StatusCode::UNPROCESSABLE_ENTITY);
            for lead in leads(&page) {
                led += 1;
                assert!(!holds_any(&lead), "{number}: {lead}");
            }
        }
    }
    drop(listening);
    assert!(led > 100 && refused >= 6, "{led} {refused}");
    let lines = log.lines();
    assert!(lines.len() >= 30, "{}", lines.len());
    for line in lines {
        assert!(!holds_any(&line), "{line}");
    }
}

/// S92.
#[tokio::test]
async fn no_form_that_is_sent_in_an_address_asks_for_a_number() {
    let world = World::with("张某").await;
    let mut forms = 0;
    for (role, who) in PEOPLE {
        for row in world.site.rows.iter().filter(|row| row.method == "GET" && row.who.admits(*role))
        {
            let page = world.site.get(Some(who), &world.address(row)).await;
            for form in ["form:not([method])", "form[method=get]", "form[method=GET]"] {
                forms += page.attributes(form, "action").len();
                for name in page.attributes(&format!("{form} [name]"), "name") {
                    let personal =
                        ["id_number", "phone", "address", "name"].contains(&name.as_str());
                    assert!(!personal, "{}: {name}", row.path);
                }
            }
            for field in page.attributes("[hx-get][name]", "name") {
                assert!(!["id_number", "phone"].contains(&field.as_str()), "{}: {field}", row.path);
            }
        }
    }
    assert!(forms > 20, "{forms}");
}

/// S92.
#[tokio::test]
async fn an_address_with_a_number_in_it_is_left_for_one_without() {
    let world = World::with("张某").await;
    let site = &world.site;
    let (log, listening) = Log::listen();
    let (mut left, mut people) = (0, vec![None]);
    people.extend(
        PEOPLE
            .iter()
            .filter(|(role, _)| [Role::Bureau, Role::Auditor].contains(role))
            .map(|(_, who)| Some(*who)),
    );
    let all = [
        NUMBERS[0],
        NUMBERS[1],
        PHONE,
        "%39901101968010100%31X",
        "９９０１１０１９６８０１０１００１Ｘ",
    ];
    for who in people {
        for number in all {
            let number =
                if number.is_ascii() { number.to_owned() } else { super::hostile::encode(number) };
            for path in ["/cases", "/visits", "/admin/audit", "/admin/users", "/login", "/nowhere"]
            {
                let page = site
                    .get(
                        who,
                        &format!(
                            "{path}?q={number}&stage=all&object={number}&next=/cases?q={number}"
                        ),
                    )
                    .await;
                assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
                assert_eq!(page.location(), format!("{path}?stage=all"));
                left += 1;
            }
            let path = format!("/cases/{number}");
            let page = site.get(who, &path).await;
            if let Some(next) = page.headers.get("location") {
                assert_eq!(next, "/login?next=%2F");
            }
        }
    }
    assert_eq!(left, 90);
    let request = Request::builder().method("HEAD").uri(format!("/visits/{}", NUMBERS[0]));
    site.send(Some(BUREAU), request, Body::empty()).await;
    drop(listening);
    for line in log.lines() {
        assert!(!holds_any(&line), "{line}");
    }
}
