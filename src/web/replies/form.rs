//! What the form of a reply sends, and what it means.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::calendar;
use crate::domain::reply::{NoneReason, Refusal, Signature, Wanted, Way};
use crate::store::replies::ReplyLine;
use crate::web::conflict::{Field, Shared, fact, long};
use crate::web::form::Problems;
use crate::web::handling::FILES;

const LONGEST_LINE: usize = 200;
const LONGEST_CONTENT: usize = 5000;
const LONGEST_OPINION: usize = 1000;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
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
    /// The reply that stood last when the form was made.
    pub base: String,
}

impl Shared for ReplyForm {
    const READING: &'static [&'static str] = &["version", "base"];

    fn fields() -> Vec<Field> {
        vec![
            fact("answered_at", "答复时间"),
            fact("way", "答复方式"),
            fact("place", "地点"),
            long("content", "答复内容"),
            long("opinion", "信访人意见"),
            fact("signature", "签字情况"),
            fact("none_reason", "不能答复的原因"),
        ]
    }
}

impl ReplyForm {
    /// The form in which a reply was given, as a page made now would bear it.
    pub fn of(line: &ReplyLine, version: i32) -> Self {
        Self {
            answered_at: line.answered_at.map(calendar::format_full).unwrap_or_default(),
            way: line.way.map_or("", Way::code).to_owned(),
            place: line.place.clone(),
            content: line.content.clone(),
            opinion: line.opinion.clone(),
            signature: line.signature.map_or("", Signature::code).to_owned(),
            none_reason: line.none_reason.map_or("", NoneReason::code).to_owned(),
            version: version.to_string(),
            base: line.uuid.to_string(),
        }
    }

    /// A value as people read it.
    pub fn said(field: &str, value: String) -> String {
        let label = match field {
            "way" => Way::from_code(&value).map(Way::label),
            "signature" => Signature::from_code(&value).map(Signature::label),
            "none_reason" => {
                Some(NoneReason::from_code(&value).map_or("已答复", NoneReason::label))
            }
            _ => None,
        };
        label.map_or(value, str::to_owned)
    }

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
