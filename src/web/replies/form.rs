//! What the form of a reply sends, and what it means.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domain::calendar;
use crate::domain::reply::{NoneReason, Refusal, Signature, Wanted, Way};
use crate::web::form::Problems;
use crate::web::handling::FILES;

const LONGEST_LINE: usize = 200;
const LONGEST_CONTENT: usize = 5000;
const LONGEST_OPINION: usize = 1000;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReplyForm {
    pub answered_at: String,
    pub way: String,
    pub place: String,
    pub content: String,
    pub opinion: String,
    pub signature: String,
    pub none_reason: String,
    pub version: String,
}

impl ReplyForm {
    /// The version of the case that the form was made from.
    pub fn seen(&self) -> i32 {
        self.version.trim().parse().unwrap_or(0)
    }

    /// What the form alone can know to be wrong.
    pub fn check(&self) -> Problems {
        let mut problems = Problems::default();
        problems.within("place", self.place.trim(), LONGEST_LINE);
        problems.within("content", self.content.trim(), LONGEST_CONTENT);
        problems.within("opinion", self.opinion.trim(), LONGEST_OPINION);
        problems
    }

    /// What is wanted, for the rule to decide on.
    pub fn wanted(&self, today: NaiveDate, has_files: bool) -> Wanted {
        Wanted {
            answered_at: calendar::read_moment(&self.answered_at, today),
            way: Way::from_code(&self.way),
            place: self.place.clone(),
            content: self.content.clone(),
            opinion: self.opinion.clone(),
            signature: Signature::from_code(&self.signature),
            has_files,
            none_reason: NoneReason::from_code(&self.none_reason),
            seen: self.seen(),
        }
    }
}

/// The field that a refusal is about.
pub const fn field(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotNow(_) => "",
        Refusal::NoTime | Refusal::Future => "answered_at",
        Refusal::NoWay => "way",
        Refusal::NoPlace => "place",
        Refusal::NoContent => "content",
        Refusal::NoOpinion => "opinion",
        Refusal::NoSignature => "signature",
        Refusal::NoEvidence => FILES,
        Refusal::Both | Refusal::Named | Refusal::TooFewAttempts(_) => "none_reason",
    }
}
