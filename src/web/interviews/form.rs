//! What the form of a talk sends, and what it means.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use crate::domain::calendar::{self, clock_time, day_of};
use crate::domain::ids::StaffId;
use crate::domain::interview::{Kind, Opinion, Refusal, Wanted};
use crate::domain::petition_case::PetitionCase;
use crate::domain::staff::Actor;
use crate::web::form::Problems;
use crate::web::handling::FILES;

const LONGEST_LINE: usize = 200;
const LONGEST_NOTE: usize = 500;
const LONGEST_NOTES: usize = 5000;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct InterviewForm {
    pub kind: String,
    pub date: String,
    pub time: String,
    pub place: String,
    pub host_id: String,
    pub attendees: String,
    pub present: String,
    pub absence_note: String,
    pub notes: String,
    #[serde(rename = "claims[]")]
    pub claims: Vec<String>,
    pub told_timetable: String,
    pub opinion: String,
    pub sign_note: String,
    pub no_record_reason: String,
}

impl InterviewForm {
    /// The form as it is first shown: the leader's meeting while it is owed, now.
    pub fn begun(case: &PetitionCase, actor: &Actor, owed: bool, now: DateTime<Utc>) -> Self {
        let led = case.leader.filter(|_| owed);
        let kind = if led.is_some() { Kind::LeadMeeting } else { Kind::Reception };
        Self {
            kind: kind.code().to_owned(),
            date: day_of(now).to_string(),
            time: clock_time(now),
            host_id: led.unwrap_or(actor.staff).to_string(),
            ..Self::default()
        }
    }

    /// When it was held, if that can be read.
    pub fn held_at(&self, today: NaiveDate) -> Option<DateTime<Utc>> {
        let day = calendar::read_day(&self.date, today)?;
        Some(calendar::moment(day, calendar::read_time(&self.time)?))
    }

    /// What the form alone can know to be wrong.
    pub fn check(&self) -> Problems {
        let mut problems = Problems::default();
        for (field, text, limit) in [
            ("place", &self.place, LONGEST_LINE),
            ("attendees", &self.attendees, LONGEST_LINE),
            ("absence_note", &self.absence_note, LONGEST_NOTE),
            ("notes", &self.notes, LONGEST_NOTES),
            ("sign_note", &self.sign_note, LONGEST_NOTE),
            ("no_record_reason", &self.no_record_reason, LONGEST_LINE),
        ] {
            problems.within(field, text.trim(), limit);
        }
        for claim in &self.claims {
            problems.within("claims[]", claim.trim(), LONGEST_NOTE);
        }
        problems
    }

    /// What is wanted, for the rule to decide on.
    pub fn wanted(&self, today: NaiveDate, has_files: bool) -> Wanted {
        Wanted {
            kind: Kind::from_code(&self.kind),
            held_at: self.held_at(today),
            place: self.place.clone(),
            host: self.host_id.parse::<StaffId>().ok(),
            attendees: self.attendees.clone(),
            present: match self.present.as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            absence_note: self.absence_note.clone(),
            notes: self.notes.clone(),
            requests: self.claims.clone(),
            told_timetable: !self.told_timetable.is_empty(),
            opinion: Opinion::from_code(&self.opinion),
            sign_note: self.sign_note.clone(),
            has_files,
            no_record_reason: self.no_record_reason.clone(),
        }
    }
}

/// The field that a refusal is about.
pub const fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotNow(_) => "",
        Refusal::NoKind => "kind",
        Refusal::NoTime | Refusal::Future | Refusal::BeforeTheCase(_) => "date",
        Refusal::NoHost | Refusal::NotTheLeader | Refusal::NoLeaderYet => "host_id",
        Refusal::PresentUnsaid => "present",
        Refusal::NoAttempt => "absence_note",
        Refusal::NoNotes => "notes",
        Refusal::NoSignNote => "sign_note",
        Refusal::NoRecord => FILES,
    }
}
