//! What is elsewhere and what is nowhere.

use super::places::{Place, World};
use super::{ask, is_placed};
use crate::routes::PEOPLE;
use crate::support::Page;

/// The page without what was asked for, and without what is drawn anew for every page.
fn plain(page: &Page, named: &[String]) -> String {
    let mut html = page.html();
    for name in named {
        html = html.replace(name.as_str(), "#");
    }
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let words = html.split(|letter: char| !is_word(letter));
    let drawn: Vec<String> =
        words.filter(|word| uuid::Uuid::try_parse(word).is_ok()).map(str::to_owned).collect();
    for key in drawn {
        html = html.replace(&key, "#");
    }
    html
}

/// S35.
#[tokio::test]
async fn what_is_of_another_tree_answers_like_what_is_not_there() {
    let World { city: _city, site, places } = World::new(true).await;
    let [.., elsewhere] = &places;
    let nowhere = Place::nowhere();
    // Who keeps the program keeps the accounts of every court.
    let rows = site.rows.iter().filter(|row| is_placed(row) && !row.path.starts_with("/admin/"));
    let mut asked = 0;
    for row in rows {
        let people = PEOPLE.iter().filter(|(role, _)| row.who.admits(*role));
        for who in people.map(|(_, who)| Some(*who)).chain([None]) {
            let mut answers = Vec::new();
            for place in [elsewhere, &nowhere] {
                let page = ask(&site, who, row, (place, place)).await;
                answers.push((page.status, plain(&page, &place.named(row.path))));
            }
            asked += 1;
            assert_eq!(answers[0], answers[1], "{} {} as {who:?}", row.method, row.path);
        }
    }
    assert!(asked > 200, "{asked}");
}
