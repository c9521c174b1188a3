//! What the forms of progress send, and what they mean.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::calendar;
use crate::domain::progress::{Amendment, Kind, Refusal, Wanted};
use crate::store::progress::EntryLine;
use crate::web::conflict::{Field, Shared, long};
use crate::web::form::Problems;

const LONGEST_TEXT: usize = 2000;
const LONGEST_NEXT: usize = 500;
const LONGEST_REPLY: usize = 200;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ProgressForm {
    pub kind: String,
    pub happened_at: String,
    pub text: String,
    pub next: String,
    pub reply_to_public: String,
}

impl ProgressForm {
    /// What the form alone can know to be wrong.
    pub fn check(&self) -> Problems {
        let mut problems = Problems::default();
        problems.within("text", self.text.trim(), LONGEST_TEXT);
        problems.within("next", self.next.trim(), LONGEST_NEXT);
        problems.within("reply_to_public", self.reply_to_public.trim(), LONGEST_REPLY);
        problems
    }

    /// What is wanted, for the rule to decide on.
    pub fn wanted(&self, today: NaiveDate) -> Wanted {
        Wanted {
            kind: Kind::from_code(&self.kind).filter(|kind| *kind != Kind::Imported),
            happened_at: calendar::read_moment(&self.happened_at, today),
            text: self.text.clone(),
            next: self.next.clone(),
            reply_to_public: self.reply_to_public.clone(),
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CorrectionForm {
    pub of: String,
    pub reason: String,
    pub text: String,
}

/// A line is corrected once: whoever comes second goes on from the correction.
impl Shared for CorrectionForm {
    const READING: &'static [&'static str] = &["of"];

    fn fields() -> Vec<Field> {
        vec![long("reason", "更正的原因"), long("text", "更正后的内容")]
    }
}

impl CorrectionForm {
    /// The form in which a line was corrected; another would correct that line.
    pub fn standing(line: &EntryLine) -> Self {
        let (reason, text) = (line.correction_reason.clone(), line.text.clone());
        Self { of: line.uuid.to_string(), reason, text }
    }

    /// What the form alone can know to be wrong.
    pub fn check(&self) -> Problems {
        let mut problems = Problems::default();
        problems.within("reason", self.reason.trim(), LONGEST_NEXT);
        problems.within("text", self.text.trim(), LONGEST_TEXT);
        problems
    }

    /// What is wanted, for the rule to decide on.
    pub fn wanted(&self) -> Amendment {
        Amendment { reason: self.reason.clone(), text: self.text.clone() }
    }
}

/// The field that a refusal is about.
pub const fn field(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotNow(_) | Refusal::AlreadyCorrected => "",
        Refusal::NoKind => "kind",
        Refusal::NoTime | Refusal::Future | Refusal::BeforeTheCase(_) => "happened_at",
        Refusal::NoText => "text",
        Refusal::NoReason => "reason",
    }
}
