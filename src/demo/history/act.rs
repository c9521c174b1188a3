//! What happens in the history: who does what, and when.

use chrono::{DateTime, Utc};

use super::matters::Matter;
use super::people::Petitioner;
use crate::domain::closing::Decision;
use crate::domain::outcome::Outcome;
use crate::domain::period::Period;
use crate::domain::progress;
use crate::domain::reply::Way;
use crate::domain::report;
use crate::domain::sign_step::SignStep;
use crate::domain::source::Source;
use crate::domain::visit::{Assist, Channel, LitigationRoute, VisitForm, VisitKind};

/// A case of the plan; it gets its number when it is registered.
pub type CaseNo = usize;

/// An act of one person of the city.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    pub at: DateTime<Utc>,
    /// The account.
    pub by: String,
    pub act: Act,
}

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Register(Box<Visit>),
    Assign(Batch),
    /// Something about one case.
    Handle(CaseNo, Handling),
    Freeze(Period),
    Publish(Period),
}

/// A petition case as it will be.
#[expect(clippy::struct_field_names, reason = "a court case is the glossary's word for 原审案件")]
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub petitioner: Petitioner,
    pub matter: Matter,
    /// The code of the court of the original case.
    pub origin: &'static str,
    pub court_case: String,
    /// 事由与诉求.
    pub told: String,
    /// What stands for `{万}` and `{少}` in the matter's texts.
    pub amounts: (u32, u32),
}

impl Case {
    /// A text of the matter with the case's own number and amounts.
    pub fn fill(&self, text: &str) -> String {
        text.replace("{案号}", &self.court_case)
            .replace("{万}", &self.amounts.0.to_string())
            .replace("{少}", &self.amounts.1.to_string())
    }
}

/// What becomes of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    Accepted,
    Joined,
    Answered(&'static str),
    Routed(LitigationRoute),
    Transferred(&'static str),
    NotAccepted(&'static str),
}

/// A visit, letter or call.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    pub case: CaseNo,
    pub received_at: DateTime<Utc>,
    pub channel: Channel,
    pub form: VisitForm,
    pub people: u32,
    /// Those who speak for a collective visit.
    pub representatives: Vec<String>,
    pub assist: Vec<Assist>,
    pub kind: VisitKind,
    /// What is said; none: the same as the last time.
    pub told: String,
    pub course: Course,
    pub urgent_reason: &'static str,
}

/// The time limits of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    Standard,
    Urgent,
    /// Days for the ledger, the meeting, the report and the closing.
    Custom([u16; 4]),
}

/// A batch of assignments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Each case with the code of the unit that it goes to.
    pub rows: Vec<(CaseNo, &'static str)>,
    pub source: Source,
    pub source_number: String,
    pub limits: Limits,
    pub note: &'static str,
}

/// What is done about a case that was assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handling {
    Acknowledge,
    Keep(Team),
    Meet(Meeting),
    Note(Note),
    Report(Report),
    Examine(report::Decision, &'static str),
    Answer(Answer),
    Apply(Outcome),
    Sign(SignStep, Decision, &'static str),
}

/// The people of a ledger, by their accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    pub leader: String,
    pub chief: String,
    pub handler: String,
}

/// The leader's meeting with the petitioner, or the attempt at one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    pub host: String,
    pub held_at: DateTime<Utc>,
    /// How it was tried, where the petitioner could not come.
    pub absence: Option<&'static str>,
    /// Whether there is a signed record of it.
    pub recorded: bool,
}

/// A line of progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub kind: progress::Kind,
    pub text: String,
    pub next: String,
    pub public: &'static str,
}

/// A progress report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub leader: String,
    pub late_reason: &'static str,
    /// Whether it answers a return.
    pub corrected: bool,
}

/// What the petitioner is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub way: Way,
    pub opinion: &'static str,
}
