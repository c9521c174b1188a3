//! Every step at every stage: taken where it is due, and without a trace in the case where it is not.

use std::collections::BTreeMap;

use axum::http::StatusCode;

use super::posts::{Matter, STAGES, all, leave_numbers};
use crate::edge::reads::prints;
use crate::support::{City, Site};

/// The stages at which each form is carried out; everywhere else it is refused.
const DUE: [(&str, &[&str]); 17] = [
    ("/assignments/new", &["accepted"]),
    ("/cases/{case_no}/acknowledgement", &["assigned"]),
    ("/cases/{case_no}/ledger", HANDLING),
    ("/cases/{case_no}/interviews/new", HANDLING),
    ("/cases/{case_no}/progress/new", HANDLING),
    ("/cases/{case_no}/corrections/new", HANDLING),
    ("/cases/{case_no}/report", HANDLING),
    ("/cases/{case_no}/answer", &["in_handling", "replied", "returned"]),
    ("/cases/{case_no}/closing", &["replied", "returned"]),
    ("/cases/{case_no}/reveal", &[]),
    ("/cases/{case_no}/report/review", HANDLING),
    ("/cases/{case_no}/exclusions", &STAGES),
    ("/cases/{case_no}/exclusions/{uuid}/lifting", &[]),
    ("/approvals/{uuid} leader", &["handed_in"]),
    ("/approvals/{uuid} president", &["unit_closed"]),
    ("/approvals/{uuid} bureau", &["signed"]),
    ("/approvals/{uuid} leading_group", &["bureau_checked"]),
];
const HANDLING: &[&str] =
    &["in_handling", "replied", "handed_in", "unit_closed", "signed", "bureau_checked", "returned"];
/// What is no step: a value that is looked at.
const NO_STEP: [&str; 1] = ["/cases/{case_no}/reveal"];

/// What a refused form must leave as it was. The papers of a close report are evidence in their own
/// right: they are kept though the report isn't ready, as long as the case is open.
async fn kept(city: &City, route: &str, stage: &str) -> BTreeMap<String, String> {
    let mut prints = prints(city).await;
    if route == "/cases/{case_no}/closing" && stage != "confirmed_closed" {
        prints.remove("document");
    }
    prints
}

/// S28.
#[tokio::test]
async fn a_step_that_is_not_due_is_refused_and_writes_nothing_whatever_the_stage() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    leave_numbers(&city).await;
    let mut taken: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let (mut refused, mut wrong) = (0, Vec::new());
    for stage in STAGES {
        let mut matter = Matter::at(&city, &site, stage).await;
        let count = all(&city, &matter).await.len();
        for nth in 0..count {
            let post = all(&city, &matter).await.swap_remove(nth);
            let steps = taken.entry(post.route).or_default();
            if NO_STEP.contains(&post.route) {
                continue;
            }
            let before = kept(&city, post.route, stage).await;
            let page = post.send(&site, &[]).await;
            if page.status == StatusCode::SEE_OTHER {
                steps.push(stage);
                matter = Matter::at(&city, &site, stage).await;
                continue;
            }
            refused += 1;
            if !page.status.is_client_error() {
                wrong.push(format!("{} at {stage}: {}", post.route, page.status));
            }
            let after = kept(&city, post.route, stage).await;
            if after != before {
                let tables =
                    after.iter().filter(|(table, print)| before.get(*table) != Some(print));
                let tables: Vec<_> = tables.map(|(table, _)| table).collect();
                wrong.push(format!("{} at {stage} wrote {tables:?}", post.route));
                matter = Matter::at(&city, &site, stage).await;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let due: BTreeMap<&str, Vec<&str>> =
        DUE.iter().map(|(route, stages)| (*route, stages.to_vec())).collect();
    let differ: Vec<_> =
        due.iter().filter(|(route, stages)| taken.get(*route) != Some(stages)).collect();
    let found: Vec<_> = differ.iter().map(|(route, _)| (route, taken.get(**route))).collect();
    assert!(differ.is_empty(), "due {differ:#?}, taken {found:#?}");
    assert!(refused > 60, "{refused}");
}

/// S28.
/// A form that is added must be sent above, or be known to be no step of a case.
#[tokio::test]
async fn every_form_about_a_case_is_among_them() {
    let city = City::new().await;
    let site = Site::of(&city).await;
    let known: Vec<&str> = DUE.iter().map(|(route, _)| route.split(' ').next().unwrap()).collect();
    for row in site.rows.iter().filter(|row| row.method == "POST") {
        let is_about_one = row.path.contains("{case_no}") || row.path.starts_with("/approvals");
        assert!(!is_about_one || known.contains(&row.path), "{}", row.path);
    }
}
