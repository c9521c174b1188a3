//! What the forms of the report send, and what they mean.

use serde::{Deserialize, Serialize};

use crate::domain::report::{Decision, Refusal, Section, Sections, Verdict, Wanted};
use crate::store::reports::ReportNow;
use crate::web::conflict::{Field, Shared, long};
use crate::web::form::Problems;

pub const LONGEST_SECTION: usize = 5000;
const LONGEST_REASON: usize = 500;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportForm {
    pub s1: String,
    pub s2: String,
    pub s3: String,
    pub s4: String,
    pub s5: String,
    pub s6: String,
    pub s7: String,
    pub s8: String,
    pub late_reason: String,
    pub version: String,
    /// The report that stood last when the form was made.
    pub base: String,
}

impl Shared for ReportForm {
    const READING: &'static [&'static str] = &["version", "base"];

    fn fields() -> Vec<Field> {
        let sections = Section::ALL.iter().map(|section| long(section.code(), section.label()));
        sections.chain([long("late_reason", "逾期原因")]).collect()
    }
}

impl ReportForm {
    /// The form with these sections.
    pub fn of(sections: &Sections, late_reason: &str) -> Self {
        let [s1, s2, s3, s4, s5, s6, s7, s8] = sections.clone();
        let late_reason = late_reason.to_owned();
        Self { s1, s2, s3, s4, s5, s6, s7, s8, late_reason, ..Self::default() }
    }

    /// The form of a report that was submitted, as a page made now would bear it.
    pub fn standing(report: &ReportNow, version: i32) -> Self {
        Self {
            version: version.to_string(),
            base: report.uuid.to_string(),
            ..Self::of(&report.sections, &report.late_reason)
        }
    }

    /// The sections in their order.
    pub fn sections(&self) -> Sections {
        [&self.s1, &self.s2, &self.s3, &self.s4, &self.s5, &self.s6, &self.s7, &self.s8]
            .map(Clone::clone)
    }

    /// The version of the case that the form was made from.
    pub fn seen(&self) -> i32 {
        self.version.trim().parse().unwrap_or(0)
    }

    /// What the form alone can know to be wrong.
    pub fn check(&self) -> Problems {
        let mut problems = Problems::default();
        for (section, text) in Section::ALL.iter().zip(self.sections()) {
            problems.within(section.code(), text.trim(), LONGEST_SECTION);
        }
        problems.within("late_reason", self.late_reason.trim(), LONGEST_REASON);
        problems
    }

    /// What is wanted, for the rule to decide on.
    pub fn wanted(&self) -> Wanted {
        Wanted {
            sections: self.sections(),
            late_reason: self.late_reason.clone(),
            seen: self.seen(),
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ExaminationForm {
    pub report: String,
    pub decision: String,
    pub return_reason: String,
    pub version: String,
}

impl ExaminationForm {
    /// What the form alone can know to be wrong.
    pub fn check(&self) -> Problems {
        let mut problems = Problems::default();
        problems.within("return_reason", self.return_reason.trim(), LONGEST_REASON);
        problems
    }

    /// What is wanted, for the rule to decide on.
    pub fn verdict(&self) -> Verdict {
        Verdict {
            decision: Decision::from_code(&self.decision),
            return_reason: self.return_reason.clone(),
            seen: self.version.trim().parse().unwrap_or(0),
        }
    }
}

/// The field that a refusal is about.
pub const fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotNow(_) | Refusal::NothingDue | Refusal::AlreadyExamined => "",
        Refusal::Empty(section) => section.code(),
        Refusal::NoLateReason(_) => "late_reason",
        Refusal::NoDecision => "decision",
        Refusal::NoReturnReason => "return_reason",
    }
}
