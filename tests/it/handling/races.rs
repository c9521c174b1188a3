//! Many presses of one form, and many writers of one record.

use axum::http::StatusCode;
use futures_util::future::join_all;
use uuid::Uuid;

use super::{HANDLER, LEADER, Team, kept, version};
use crate::support::{City, Site};

/// R2.
#[tokio::test]
async fn eight_presses_of_one_form_at_once_give_one_record_and_one_answer() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let seen = version(&city, &number).await;
    let progress = vec![
        ("kind", "phone"),
        ("happened_at", "2026-06-15 11:20"),
        ("text", "已电话告知信访人"),
        ("next", "核对余款"),
    ];
    let mut report = vec![("version", seen.as_str())];
    report.extend(["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"].map(|code| (code, "已写")));
    let team = Team::of(&city).await;
    let ledger = team.ledger("1", "再发放余款");
    for (form, fields, records) in [
        ("ledger", ledger, "SELECT count(*) FROM ledger WHERE version = 2"),
        ("progress/new", progress, "SELECT count(*) FROM progress_entry"),
        ("report", report, "SELECT count(*) FROM progress_report"),
    ] {
        let path = format!("/cases/{number}/{form}");
        let key = Uuid::new_v4().to_string();
        let presses = (0..8).map(|_| site.post_again(Some(HANDLER), &path, &fields, &key));
        let answers = join_all(presses).await;
        let places: Vec<_> =
            answers.into_iter().map(|page| page.expect(StatusCode::SEE_OTHER).location()).collect();
        assert!(places.iter().all(|place| *place == places[0]), "{form}: {places:?}");
        assert_eq!(city.value::<i64>(records).await, 1, "{form}");
    }
}

/// R3.
#[tokio::test]
async fn of_two_editors_and_of_eight_racers_one_wins_and_the_others_see_both_texts() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let number = kept(&city, &site).await;
    let path = format!("/cases/{number}/ledger");
    let team = Team::of(&city).await;
    site.act(LEADER, &path, &team.ledger("1", "领导的方案")).await;
    let late = site.post(Some(HANDLER), &path, &team.ledger("1", "承办人的方案")).await;
    let late = late.expect(StatusCode::CONFLICT);
    assert!(late.texts("td del")[0].contains("领导") && late.texts("td ins")[0].contains("承办人"));

    let plans: Vec<_> = (0..8).map(|nth| format!("第{nth}人的方案")).collect();
    let race = plans.iter().map(async |plan| {
        let who = if plan.contains(['0', '2', '4', '6']) { HANDLER } else { LEADER };
        (plan, site.post(Some(who), &path, &team.ledger("2", plan)).await)
    });
    site.token(HANDLER).await;
    site.token(LEADER).await;
    let answers = join_all(race).await;
    let (won, lost): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|(_, page)| page.status == StatusCode::SEE_OTHER);
    assert_eq!((won.len(), lost.len()), (1, 7));
    let saved = city.value::<String>("SELECT plan FROM ledger ORDER BY version DESC LIMIT 1").await;
    assert_eq!(&saved, won[0].0);
    for (plan, page) in lost {
        let page = page.expect(StatusCode::CONFLICT);
        assert_eq!(page.value("plan").unwrap(), *plan);
        let nth = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        assert_eq!(nth(&page.texts("td del")[0]), nth(&saved), "{}", page.text());
        assert_eq!(nth(&page.texts("td ins")[0]), nth(plan));
    }
    assert_eq!(city.value::<i32>("SELECT version FROM ledger").await, 3);
}
