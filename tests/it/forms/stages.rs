//! Cases at each stage, brought there by the forms that lead to it.

use axum::http::StatusCode;

use super::posts::{SIGNATORIES, sign};
use crate::support::{City, Site, cases, chain, matters, visit};

pub const STAGES: [&str; 12] = [
    "accepted",
    "assigned",
    "in_handling",
    "replied",
    "handed_in",
    "unit_closed",
    "signed",
    "bureau_checked",
    "returned",
    "confirmed_closed",
    "terminated",
    "void",
];

/// A case at a stage.
#[derive(Debug, Clone, Default)]
pub struct Matter {
    pub number: String,
    /// Its close report, and the content that its signatories see.
    pub closing: Option<(String, String)>,
}

impl Matter {
    /// A fresh case at a stage.
    pub async fn at(city: &City, site: &Site, stage: &str) -> Self {
        let matter = Self::bring(city, site, stage).await;
        // A report that nobody signed yet leaves its case where it was.
        let expected = if stage == "handed_in" { "replied" } else { stage };
        assert_eq!(chain::stage(city, &matter.number).await, expected);
        matter
    }

    async fn bring(city: &City, site: &Site, stage: &str) -> Self {
        if stage == "void" {
            return Self { number: voided(city, site).await, closing: None };
        }
        let place = |stage: &str| STAGES.iter().position(|it| *it == stage).unwrap();
        let is_after = |other: &str| place(stage) >= place(other);
        if stage == "accepted" {
            return Self { number: cases::accepted(city, "张某").await, closing: None };
        }
        let number = chain::assigned(city, site, "0110").await;
        if is_after("in_handling") {
            chain::ledgered(city, &number, [chain::LEADER, "donghu.leader2", chain::HANDLER]).await;
            chain::met(city, &number).await;
            progress(city, &number).await;
        }
        if is_after("replied") {
            chain::replied(city, &number).await;
        }
        if !is_after("handed_in") {
            return Self { number, closing: None };
        }
        let outcome = if stage == "terminated" { "terminated" } else { "settled_written" };
        chain::report(site, chain::HANDLER, &number, outcome).await.expect(StatusCode::SEE_OTHER);
        let path = chain::approval(city).await;
        let page = site.get(Some(chain::LEADER), &path).await.expect(StatusCode::OK);
        let matter = Self { number, closing: Some((path, page.value("seen").unwrap())) };
        matter.signed(city, site, stage).await;
        matter
    }

    /// As many signatures as lead to the stage.
    async fn signed(&self, city: &City, site: &Site, stage: &str) {
        let (signed, verdict) = match stage {
            "unit_closed" => (1, "approve"),
            "signed" => (2, "approve"),
            "bureau_checked" => (3, "approve"),
            "confirmed_closed" | "terminated" => (4, "approve"),
            "returned" => (2, "return"),
            _ => (0, ""),
        };
        for (nth, signatory) in SIGNATORIES.into_iter().enumerate().take(signed) {
            let verdict = if nth + 1 == signed { verdict } else { "approve" };
            let post = sign(city, self, signatory, verdict).await.unwrap();
            post.send(site, &[]).await.expect(StatusCode::SEE_OTHER);
        }
    }
}

/// A line of progress and a report.
async fn progress(city: &City, number: &str) {
    city.force(&format!(
        "INSERT INTO progress_entry (case_id, round_id, kind, happened_at, text, recorded_at, recorded_by)
         SELECT c.id, r.id, 'phone', '2026-06-11 10:00+08', '已电话告知', '2026-06-11 10:00+08', 1
         FROM petition_case c JOIN round r ON r.case_id = c.id WHERE c.number = '{number}'"
    ))
    .await;
    matters::report(city, number, "2026-06-12 10:00", None).await;
}

/// A case whose registration was taken back.
async fn voided(city: &City, site: &Site) -> String {
    let clerk = "donghu.clerk";
    let taken = site.act(clerk, "/visits/new", &visit(&[])).await;
    let path = taken.split(['?']).next().unwrap();
    site.act(clerk, &format!("{path}/void"), &[("reason", "录错了人")]).await;
    city.value("SELECT number FROM petition_case ORDER BY id DESC LIMIT 1").await
}
