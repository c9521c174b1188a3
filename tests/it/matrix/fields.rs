//! Whole numbers, telephones and addresses of petitioners: nobody is sent them who didn't open them.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use anjie::domain::staff::Role;
use axum::http::StatusCode;

use super::places::{Place, World};
use super::{ask, turn};
use crate::routes::PEOPLE;
use crate::support::{City, Page, visit};

/// What one of each court's petitioners is known by: number, telephone, address.
const PLANTED: [(&str, [&str; 3]); 3] = [
    ("donghu", ["99011019680101001X", "10000000921", "暗语路77号3室"]),
    ("qingxi", ["990104197502020011", "10000000922", "暗语路78号4室"]),
    ("linjiang", ["990210198003030015", "10000000923", "暗语路79号5室"]),
];

/// The number with the check digit that belongs to it.
fn checked(number: &str) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = number
        .chars()
        .zip(weights)
        .map(|(digit, weight)| digit.to_digit(10).unwrap() * weight)
        .sum();
    let check = "10X98765432".as_bytes()[usize::try_from(sum % 11).unwrap()];
    format!("{}{}", &number[..17], char::from(check))
}

/// Everyone in a place becomes the person whose values are known.
async fn plant(
    city: &City,
    site: &crate::support::Site,
    (account, values): (&str, &[String; 3]),
    place: &Place,
) {
    let [id, phone, address] = values;
    let told = [
        ("name", "赵某某"),
        ("id_type", "id_card"),
        ("id_number", id.as_str()),
        ("no_id_reason", ""),
        ("phone", phone.as_str()),
        ("address", address.as_str()),
    ];
    let clerk = format!("{account}.clerk");
    site.act(&clerk, "/visits/new", &visit(&told)).await;
    let numbers =
        place.numbers.iter().map(|number| format!("'{number}'")).collect::<Vec<_>>().join(",");
    city.force(&format!(
        "UPDATE party SET petitioner_id = (SELECT max(id) FROM petitioner)
         WHERE case_id IN (SELECT id FROM petition_case WHERE number IN ({numbers}));
         UPDATE visit SET petitioner_id = (SELECT max(id) FROM petitioner) WHERE number IN ({numbers})"
    ))
    .await;
}

/// All that is sent: headers, body, and what is packed in it.
fn sent(page: &Page) -> String {
    let mut text = page.html();
    for value in page.headers.values() {
        text.push_str(&format!("\n{}", String::from_utf8_lossy(value.as_bytes())));
    }
    if page.body.starts_with(b"PK\x03\x04") {
        let mut archive = zip::ZipArchive::new(Cursor::new(&page.body)).unwrap();
        for nth in 0..archive.len() {
            archive.by_index(nth).unwrap().read_to_string(&mut text).unwrap();
        }
    }
    text
}

/// The words of a text that have the shape of an identity number of these invented regions.
fn numbers(text: &str) -> BTreeSet<&str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words
        .filter(|word| {
            word.len() == 18
                && word.starts_with("99")
                && word[..17].bytes().all(|byte| byte.is_ascii_digit())
        })
        .collect()
}

/// Who may be shown whole numbers on a page: whoever imports a ledger sees it as it was sent.
fn may_be_shown(role: Role, path: &str) -> bool {
    let imports = path.starts_with("/imports") && [Role::Bureau, Role::BureauHead].contains(&role);
    // A value that is opened is opened for its asker, on record.
    let opens = path.ends_with("/reveal")
        && [Role::Bureau, Role::BureauHead, Role::Handler, Role::Leader].contains(&role);
    imports || opens
}

/// S26, S29, S86.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_sent_a_whole_number_telephone_or_address_on_any_page_that_is_read_or_comes_back()
{
    let world = World::new(true).await;
    let site = &world.site;
    let planted = PLANTED.map(|(account, [id, phone, address])| {
        (account, [checked(id), phone.to_owned(), address.to_owned()])
    });
    for ((account, values), place) in planted.iter().zip(&world.places) {
        plant(&world.city, site, (account, values), place).await;
    }
    let values: Vec<&String> = planted.iter().flat_map(|(_, values)| values).collect();
    let (mut read, mut tails, mut wrong) = (0, 0, Vec::new());
    // Pages first, then forms that come back.
    let is_form = |row: &&anjie::web::routes::Row| turn(row) == 1 && row.path != "/csp-report";
    let pages = site.rows.iter().filter(|row| turn(row) == 0);
    for row in pages.chain(site.rows.iter().filter(is_form)) {
        for (role, who) in PEOPLE.iter().filter(|(role, _)| row.who.admits(*role)) {
            for place in &world.places {
                let page = ask(site, Some(who), row, (place, place)).await;
                let text = sent(&page);
                read += usize::from(page.status == StatusCode::OK);
                tails += usize::from(planted.iter().any(|(_, [id, ..])| text.contains(&id[14..])));
                if may_be_shown(*role, row.path) {
                    continue;
                }
                let whole = values.iter().any(|value| text.contains(value.as_str()));
                let of_others = numbers(&text);
                if whole || !of_others.is_empty() {
                    wrong.push(format!(
                        "{} {} as {}: {of_others:?}",
                        row.method,
                        row.path,
                        role.label()
                    ));
                }
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(read > 900 && tails > 50, "{read} pages, the last four on {tails}");
}

/// S29.
/// What the test above looks for is there to be found: whoever handles the case opens it.
#[tokio::test]
async fn who_handles_a_case_opens_what_the_pages_leave_out() {
    let world = World::new(false).await;
    let values = PLANTED[0].1.map(str::to_owned);
    let values = [checked(&values[0]), values[1].clone(), values[2].clone()];
    plant(&world.city, &world.site, ("donghu", &values), &world.places[0]).await;
    let row = world.site.rows.iter().find(|row| row.path.ends_with("/reveal")).unwrap();
    let path = world.places[0].address(row.path, &world.places[0]);
    for (field, value) in ["id_number", "phone", "address"].into_iter().zip(&values) {
        let page = world.site.post(Some("donghu.handler"), &path, &[("field", field)]).await;
        assert!(sent(&page.expect(StatusCode::OK)).contains(value.as_str()), "{field}");
    }
}
