//! The same form pressed again and again, and two who write the same thing.

use axum::http::StatusCode;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::client::Person;
use super::court::Court;
use super::program::{Program, free_address};
use super::tell;
use super::writers::{NEW, letter};
use crate::support::{Page, visit};

/// R2.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_pressed_eight_times_at_once_and_again_later_counts_once() {
    let court = Court::new().await;
    let mut program = Program::start(court.command("serve"), free_address(), court.file("pressed"));
    let _ = program.ready().await;
    let at = program.at;
    let clerk = Person::sign_in(at, "donghu.clerk").await;
    let key = Uuid::new_v4().to_string();
    let mut presses = JoinSet::new();
    for _ in 0..8 {
        let (clerk, key) = (clerk.clone(), key.clone());
        presses.spawn(async move { clerk.post(at, NEW, &letter(), &key).await.unwrap() });
    }
    let mut answers = presses.join_all().await;
    answers.push(clerk.post(at, NEW, &letter(), &key).await.unwrap());
    let places: Vec<String> =
        answers.into_iter().map(|page| page.expect(StatusCode::SEE_OTHER).location()).collect();
    assert!(places.iter().all(|place| *place == places[0]), "{places:?}");
    assert_eq!(court.value::<i64>("SELECT count(*) FROM visit").await, 1);
    tell("a form pressed 8 times at once and once more later: one visit, one answer");
}

/// A case of 东湖法院 that has been acknowledged, through the pages.
async fn in_hands(court: &Court, program: &Program, handler: &Person) -> String {
    let clerk = Person::sign_in(program.at, "zhongyuan.clerk").await;
    act(program, &clerk, NEW, &visit(&[])).await;
    let number: String = court.value("SELECT number FROM petition_case").await;
    let unit: i64 = court.value("SELECT id FROM unit WHERE code = '0110'").await;
    let bureau = Person::sign_in(program.at, "zhongyuan.bureau").await;
    let order = [
        ("case_no[]", number.as_str()),
        ("court[]", &unit.to_string()),
        ("source", "province_court"),
        ("rule", "standard"),
        ("action", "issue"),
    ];
    act(program, &bureau, "/assignments/new", &order).await;
    let version: String = court.value("SELECT version::text FROM petition_case").await;
    let path = format!("/cases/{number}/acknowledgement");
    act(program, handler, &path, &[("version", &version)]).await;
    number
}

async fn act(program: &Program, who: &Person, path: &str, fields: &[(&str, &str)]) {
    send(program, who, path, fields).await.expect(StatusCode::SEE_OTHER);
}

async fn send(program: &Program, who: &Person, path: &str, fields: &[(&str, &str)]) -> Page {
    who.post(program.at, path, fields, &Uuid::new_v4().to_string()).await.unwrap()
}

/// The ledger as someone fills it in who saw this version.
fn ledger<'a>(team: &'a [String; 3], version: &'a str, plan: &'a str) -> Vec<(&'a str, &'a str)> {
    let [leader, chief, handler] = team;
    vec![
        ("version", version),
        ("leader_id", leader),
        ("leader_phone", ""),
        ("chief_id", chief),
        ("chief_phone", ""),
        ("handler_id", handler),
        ("handler_phone", ""),
        ("plan", plan),
        ("claims[]", "案款足额发放"),
    ]
}

/// R3.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_who_save_over_one_version_one_wins_and_the_others_see_both_texts() {
    let court = Court::new().await;
    let mut program = Program::start(court.command("serve"), free_address(), court.file("raced"));
    let _ = program.ready().await;
    let handler = Person::sign_in(program.at, "donghu.handler").await;
    let leader = Person::sign_in(program.at, "donghu.leader").await;
    let path = format!("/cases/{}/ledger", in_hands(&court, &program, &handler).await);
    let mut team: [String; 3] = Default::default();
    for (place, name) in team.iter_mut().zip(["leader", "leader2", "handler"]) {
        let id = format!("SELECT id::text FROM staff WHERE username = 'donghu.{name}'");
        *place = court.value(&id).await;
    }
    act(&program, &handler, &path, &ledger(&team, "0", "先发放首笔案款")).await;
    act(&program, &leader, &path, &ledger(&team, "1", "评估费由法院垫付")).await;
    let stale = send(&program, &handler, &path, &ledger(&team, "1", "评估费由院里垫付")).await;
    let stale = stale.expect(StatusCode::CONFLICT);
    assert_eq!(stale.texts("tbody tr:last-child del"), ["（他人所写：法院）"]);
    assert_eq!(stale.texts("tbody tr:last-child ins"), ["（我所写：院里）"]);

    let mut racers = JoinSet::new();
    for nth in 0..8 {
        let (who, at) = (if nth % 2 == 0 { &handler } else { &leader }.clone(), program.at);
        let (team, path) = (team.clone(), path.clone());
        racers.spawn(async move {
            let (plan, key) = (format!("第{nth}种方案"), Uuid::new_v4().to_string());
            (plan.clone(), who.post(at, &path, &ledger(&team, "2", &plan), &key).await.unwrap())
        });
    }
    let answers = racers.join_all().await;
    let (won, lost): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|(_, page)| page.status == StatusCode::SEE_OTHER);
    tell(&format!("8 who save over one version: {} won, {} saw both texts", won.len(), lost.len()));
    assert_eq!(won.len(), 1);
    assert_eq!(court.value::<String>("SELECT plan FROM ledger").await, won[0].0);
    for (plan, page) in lost {
        let page = page.expect(StatusCode::CONFLICT);
        let differs = |plan: &str| plan.trim_start_matches('第').chars().next().unwrap();
        let (theirs, mine) = (differs(&won[0].0), differs(&plan));
        assert_eq!(page.texts("tbody tr:last-child del"), [format!("（他人所写：{theirs}）")]);
        assert_eq!(page.texts("tbody tr:last-child ins"), [format!("（我所写：{mine}）")]);
    }
}
