//! What a card gives away of a person, and what is kept of them.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::task::JoinSet;

use super::taking_back::{commit, holder, until_waiting};
use super::{CLERK, NEW, id_number, register, visit_with_id};
use crate::support::{City, Page, Site};

const PHONE: &str = "10000000021";
const ADDRESS: &str = "东湖区某街道";

/// A visit that took the card of the one person, and what the form sent beside it.
fn on_file<'a>(uuid: &'a str, changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let known = [("petitioner_id", uuid), ("phone", ""), ("sex", "")];
    visit_with_id("", &[&known, changed].concat())
}

async fn the_person(city: &City) -> String {
    city.value("SELECT uuid::text FROM petitioner").await
}

/// The card of the one person, taken by someone who typed this.
async fn take(site: &Site, who: &str, typed: (&str, &str), uuid: &str) -> Page {
    let take = format!("{uuid}||other");
    let fields = [typed, ("id_type", "id_card"), ("take", &take)];
    site.post(Some(who), NEW, &fields).await.expect(StatusCode::OK)
}

#[tokio::test]
async fn a_card_that_was_found_by_name_opens_no_number_and_stands_in_the_audit() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    register(&site, CLERK, &visit_with_id(&id, &[("address", ADDRESS)])).await;
    let uuid = the_person(&city).await;
    for (typed, shown) in [
        (("name", "张某"), ""),
        (("id_number", &id[14..]), ""),
        (("phone", PHONE), PHONE),
        (("id_number", &id), id.as_str()),
    ] {
        let page = take(&site, CLERK, typed, &uuid).await;
        for sealed in [&id, PHONE, ADDRESS] {
            assert_eq!(page.html().contains(sealed), sealed == shown, "{typed:?} {sealed}");
        }
        let whole = typed.1 == id;
        let expected =
            if whole { vec![] } else { vec![format!("尾号{}（在册）", &id[14..])] };
        assert_eq!(page.texts("[data-on-file=id_number]"), expected, "{typed:?}");
        assert_eq!(page.value("petitioner_id").as_deref(), Some(uuid.as_str()));
        let birth = if whole { "1968-03-12" } else { "" };
        assert_eq!(page.value("birth_date").as_deref(), Some(birth), "{typed:?}");
        assert_eq!(page.texts("#age-said"), ["58岁"], "{typed:?}");
    }
    let of_fills = "SELECT array_agg(object) FROM audit WHERE verb = 'petitioner.filled'";
    assert_eq!(city.value::<Vec<String>>(of_fills).await, vec![uuid; 4]);
}

#[tokio::test]
async fn someone_on_file_is_registered_without_telling_it_all_again() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    register(&site, CLERK, &visit_with_id(&id, &[("address", ADDRESS)])).await;
    let uuid = the_person(&city).await;
    register(&site, CLERK, &on_file(&uuid, &[])).await;
    let visits = "SELECT count(*) FROM visit v JOIN petitioner p ON p.id = v.petitioner_id";
    assert_eq!(city.value::<i64>(visits).await, 2);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM petitioner").await, 1);
    assert!(city.value::<bool>("SELECT address_sealed IS NOT NULL FROM petitioner").await);
}

#[tokio::test]
async fn another_court_has_the_tail_of_the_card_alone() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    register(&site, CLERK, &visit_with_id(&id, &[("address", ADDRESS)])).await;
    let uuid = the_person(&city).await;
    let page = take(&site, "qingxi.clerk", ("name", "张某"), &uuid).await;
    assert_eq!(page.texts("[data-on-file]"), [format!("尾号{}（在册）", &id[14..])]);
    let fields = on_file(&uuid, &[]);
    let page = site.post(Some("qingxi.clerk"), NEW, &fields).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    let said = "请填写手机号；没有电话的请选“无电话”";
    assert_eq!(page.problem("phone").as_deref(), Some(said));
    assert_eq!(page.problem("no_id_reason"), None);
    register(&site, "qingxi.clerk", &on_file(&uuid, &[("phone", "10000000033")])).await;
    assert_eq!(city.value::<i64>("SELECT count(*) FROM petitioner").await, 1);
}

#[tokio::test]
async fn a_card_no_longer_counts_when_the_form_names_someone_else() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let (one, other) = (id_number("19680312", 1), id_number("19700101", 3));
    register(&site, CLERK, &visit_with_id(&one, &[])).await;
    let uuid = the_person(&city).await;
    let namesake = visit_with_id(&other, &[("petitioner_id", &uuid)]);
    register(&site, CLERK, &namesake).await;
    let stranger = on_file(&uuid, &[("name", "李某某"), ("sex", "female"), ("phone", PHONE)]);
    let page = site.post(Some(CLERK), NEW, &stranger).await;
    let page = page.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.problem("no_id_reason").as_deref(), Some("请选择没有证件的原因"));
    assert_eq!(city.value::<i64>("SELECT count(*) FROM petitioner").await, 2);
}

#[tokio::test]
async fn a_corrected_contact_keeps_what_it_was_and_at_which_visit_it_changed() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    register(&site, CLERK, &visit_with_id(&id, &[("address", ADDRESS)])).await;
    let history = "SELECT string_agg(concat_ws(' ', c.phone_tail, coalesce(v.number, 'first'),
                                               c.address_sealed IS NOT NULL), ', ' ORDER BY c.id)
                   FROM petitioner_contact c LEFT JOIN visit v ON v.id = c.visit_id";
    let first = "0021 first t";
    assert_eq!(city.value::<String>(history).await, first);
    register(&site, CLERK, &visit_with_id(&id, &[("address", ADDRESS)])).await;
    assert_eq!(city.value::<String>(history).await, first, "the same told again is no correction");
    let moved = visit_with_id(&id, &[("phone", "10000000044")]);
    let number = register(&site, CLERK, &moved).await;
    assert_eq!(city.value::<String>(history).await, format!("{first}, 0044 {number} t"));
    assert_eq!(city.value::<String>("SELECT phone_tail FROM petitioner").await, "0044");
    let entry = "SELECT object || ' ' || fields FROM audit WHERE verb = 'petitioner.contact'";
    assert_eq!(city.value::<String>(entry).await, format!("{} phone", the_person(&city).await));
    let stored = "SELECT string_agg(c::text, '') FROM petitioner_contact c";
    assert!(!city.value::<String>(stored).await.contains("10000000044"), "it is sealed");
}

#[tokio::test]
async fn another_name_at_the_same_number_is_asked_about_once() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    register(&site, CLERK, &visit_with_id(&id, &[])).await;
    let other = visit_with_id(&id, &[("name", "李某某")]);
    let page = site.post(Some(CLERK), NEW, &other).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    let said = page.problem("name").unwrap();
    assert_eq!(said, "这个证件号码在册的姓名是“张某”，与所填不同，请核对");
    assert_eq!(page.value("name").as_deref(), Some("李某某"));
    assert_eq!(page.attributes("[name=name_stands]", "value"), ["1"]);
    register(&site, CLERK, &[other, vec![("name_stands", "1")]].concat()).await;
    assert_eq!(city.value::<String>("SELECT string_agg(name, '') FROM petitioner").await, "张某");
}

#[tokio::test]
async fn two_halls_that_register_one_new_person_at_once_make_one() {
    let city = City::new().await;
    let site = Arc::new(Site::of(&city).await);
    let id = id_number("19680312", 1);
    // The first has written the person and waits for the number of the case.
    let series = holder(&city, "SELECT next_number('XF:2026')").await;
    let mut windows = JoinSet::new();
    for who in [CLERK, "qingxi.clerk"] {
        let (site, id) = (Arc::clone(&site), id.clone());
        windows.spawn(async move { site.post(Some(who), NEW, &visit_with_id(&id, &[])).await });
    }
    until_waiting(&city, 2).await;
    commit(series).await;
    for page in windows.join_all().await {
        page.expect(StatusCode::SEE_OTHER);
    }
    assert_eq!(city.value::<i64>("SELECT count(*) FROM petitioner").await, 1);
    assert_eq!(city.value::<i64>("SELECT count(*) FROM petitioner_court").await, 2);
}

#[tokio::test]
async fn whoever_accuses_stays_apart_from_whom_the_courts_know() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    let secret = visit_with_id(&id, &[("visit_kind", "accusation")]);
    register(&site, CLERK, &secret).await;
    register(&site, "qingxi.clerk", &visit_with_id(&id, &[])).await;
    assert_eq!(city.value::<i64>("SELECT count(*) FROM petitioner").await, 2);
    let known = "SELECT count(*) FROM petitioner p JOIN petitioner_court c ON c.petitioner_id = p.id WHERE NOT p.apart";
    assert_eq!(city.value::<i64>(known).await, 1);
}
