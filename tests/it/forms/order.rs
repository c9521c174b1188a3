//! Every step at every stage: taken where it is due, and without a trace in the case where it is not.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use futures_util::StreamExt;

use super::posts::all;
use super::stages::{Matter, STAGES};
use super::story::Story;
use super::story::cases::is_taken_back;
use crate::edge::reads::prints;
use crate::support::{City, Page, Site};

/// The stages at which each form is carried out; everywhere else it is refused.
const DUE: [(&str, &[&str]); 21] = [
    ("/assignments/new", &["accepted"]),
    ("/cases/{case_no}/acknowledgement", &["assigned"]),
    ("/cases/{case_no}/ledger", IN_HANDS),
    ("/cases/{case_no}/interviews/new", HANDLING),
    ("/cases/{case_no}/progress/new", HANDLING),
    ("/cases/{case_no}/corrections/new", HANDLING),
    ("/cases/{case_no}/report", IN_HANDS),
    ("/cases/{case_no}/answer", IN_HANDS),
    ("/cases/{case_no}/closing", &["replied", "returned"]),
    ("/cases/{case_no}/reveal", &[]),
    ("/cases/{case_no}/report/review", HANDLING),
    ("/cases/{case_no}/exclusions", ASSIGNED),
    ("/cases/{case_no}/exclusions/{uuid}/lifting", ASSIGNED),
    ("/cases/{case_no}/holds", &STAGES),
    ("/cases/{case_no}/holds/{uuid}/lifting", &STAGES),
    ("/cases/{case_no}/reviewers", ASSIGNED),
    ("/cases/{case_no}/reviewers/{uuid}/withdrawal", ASSIGNED),
    ("/approvals/{uuid} leader", &["handed_in"]),
    ("/approvals/{uuid} president", &["unit_closed"]),
    ("/approvals/{uuid} bureau", &["signed"]),
    ("/approvals/{uuid} leading_group", &["bureau_checked"]),
];
const HANDLING: &[&str] =
    &["in_handling", "replied", "handed_in", "unit_closed", "signed", "bureau_checked", "returned"];
/// Until it is assigned it is the intermediate court's own: nobody below is named in it, and the
/// reviewer is of that court.
const ASSIGNED: &[&str] = STAGES.split_at(1).1;
/// Before the leader signed it, and when it came back, the unit has the case in its own hands.
const IN_HANDS: &[&str] = &["in_handling", "replied", "handed_in", "returned"];
/// What is no step: a value that is looked at.
const NO_STEP: [&str; 1] = ["/cases/{case_no}/reveal"];

/// What is said of every form about a case that has ended.
const ENDED: [(&str, &str); 3] = [
    ("confirmed_closed", CLOSED),
    ("terminated", CLOSED),
    ("void", "本案已作废，编号保留，内容不能改动。"),
];
const CLOSED: &str = "本案已办结归档，内容不能改动。";

/// What a refused form must leave as it was. The papers of a close report are evidence in their own
/// right: they are kept though the report isn't ready, as long as the case is open.
async fn kept(city: &City, route: &str, stage: &str) -> BTreeMap<String, String> {
    let mut prints = prints(city).await;
    let is_open = !["confirmed_closed", "terminated", "void"].contains(&stage);
    if route == "/cases/{case_no}/closing" && is_open {
        prints.remove("document");
    }
    prints
}

/// What a page says to whoever is refused.
fn sentence(page: &Page) -> String {
    let wanted = ["[data-problem]", ".errors li", ".notice", "main p"];
    wanted
        .iter()
        .flat_map(|part| page.texts(part))
        .find(|text| text.chars().count() > 5)
        .unwrap_or_default()
}

/// What was found at one stage.
#[derive(Default)]
struct Found {
    taken: Vec<&'static str>,
    refused: usize,
    wrong: Vec<String>,
}

/// Sends every form to cases at one stage.
async fn at(stage: &str) -> Found {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let mut found = Found::default();
    let mut matter = Matter::at(&city, &site, stage).await;
    let mut posts = all(&city, &matter).await;
    for nth in 0..posts.len() {
        let post = posts[nth].clone();
        if NO_STEP.contains(&post.route) {
            continue;
        }
        let before = kept(&city, post.route, stage).await;
        let page = post.send(&site, &[]).await;
        if page.status == StatusCode::SEE_OTHER {
            found.taken.push(post.route);
            if !is_taken_back(post.route) {
                matter = Matter::at(&city, &site, stage).await;
            }
            posts = all(&city, &matter).await;
            continue;
        }
        found.refused += 1;
        let said = sentence(&page);
        let ended = ENDED.iter().find(|(ended, _)| *ended == stage).filter(|_| {
            post.route.starts_with("/cases") && page.status == StatusCode::UNPROCESSABLE_ENTITY
        });
        let is_out_of_turn =
            post.route.starts_with("/approvals") && said.contains("先保存了新的内容");
        let is_told = !said.is_empty()
            && !is_out_of_turn
            && ended.is_none_or(|(_, sentence)| said == *sentence);
        if !page.status.is_client_error() || !is_told {
            found.wrong.push(format!("{} at {stage}: {} {said}", post.route, page.status));
        }
        let after = kept(&city, post.route, stage).await;
        let differ = after.iter().filter(|(table, print)| before.get(*table) != Some(print));
        let differ: Vec<_> = differ.map(|(table, _)| table).collect();
        if !differ.is_empty() {
            found.wrong.push(format!("{} at {stage} wrote {differ:?}", post.route));
        }
    }
    found
}

/// S28.
#[tokio::test]
async fn a_step_that_is_not_due_is_refused_and_writes_nothing_whatever_the_stage() {
    let mut taken: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let (mut refused, mut wrong) = (0, Vec::new());
    let mut found = futures_util::stream::iter(STAGES.map(at)).buffered(4);
    for stage in STAGES {
        let found = found.next().await.unwrap();
        refused += found.refused;
        wrong.extend(found.wrong);
        for route in found.taken {
            taken.entry(route).or_default().push(stage);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let due: BTreeMap<&str, Vec<&str>> = DUE
        .iter()
        .filter(|(_, stages)| !stages.is_empty())
        .map(|(route, stages)| (*route, stages.to_vec()))
        .collect();
    for (route, stages) in &due {
        assert_eq!(taken.get(route), Some(stages), "{route}");
    }
    assert_eq!(taken.len(), due.len(), "{taken:?}");
    assert!(refused > 100, "{refused}");
}

/// S28.
///
/// A form that is added must be sent above, or be known to be no step of a case.
#[tokio::test]
async fn every_form_about_a_case_is_among_them() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let known: BTreeSet<&str> =
        DUE.iter().map(|(route, _)| route.split(' ').next().unwrap()).collect();
    let is_about_one = |path: &str| {
        path.contains("{case_no}") || path.starts_with("/approvals") || path == "/assignments/new"
    };
    let about: BTreeSet<&str> = site
        .rows
        .iter()
        .filter(|row| row.method == "POST" && is_about_one(row.path))
        .map(|row| row.path)
        .collect();
    assert_eq!(known, about);
}

/// What is another thing each time: another talk, line, paper, visit or hold, a password drawn anew, the
/// same file once more; and a draft, which goes with the key of its form.
const ANOTHER: [&str; 8] = [
    "/admin/accounts/{uuid}/password",
    "/cases/{case_no}/holds",
    "/cases/{case_no}/interviews/new",
    "/cases/{case_no}/progress/new",
    "/imports/new",
    "/visits/new",
    "/visits/{visit_no}/materials",
    "/drafts",
];

/// S28.
///
/// A step that was taken is not there to be taken again, whatever it was about: a new form for it is
/// refused, or finds what stands there already, and writes nothing.
#[tokio::test]
async fn what_was_carried_out_is_not_carried_out_again_by_another_form() {
    let story = Story::told_twice().await;
    let another: BTreeSet<&str> = story
        .again
        .iter()
        .filter(|(_, _, changed)| changed.iter().any(|table| table != "form_receipt"))
        .map(|(route, ..)| route.as_str())
        .collect();
    assert_eq!(another, BTreeSet::from(ANOTHER));
    let fails: Vec<_> =
        story.again.iter().filter(|(_, status, _)| status.is_server_error()).collect();
    assert!(fails.is_empty(), "{fails:#?}");
    let refused = story.again.iter().filter(|(_, status, _)| status.is_client_error()).count();
    assert!(refused > 25, "{refused}");
}
