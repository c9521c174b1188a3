//! What was destroyed, as it is written down outside the database: a backup from an earlier day knows
//! nothing of it. Numbers and dates, nothing of persons.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

use super::Class;
use crate::domain::anchor::Line;

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its place in the order of destruction.
    pub id: i64,
    pub erased_at: DateTime<Utc>,
    pub class: Class,
    /// Number or uuid.
    pub subject: String,
    /// From when it was kept.
    pub since: DateTime<Utc>,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let (at, since) = (moment(self.erased_at), moment(self.since));
        write!(f, "{at} {} {} {} {since}", self.id, self.class.code(), self.subject)
    }
}

impl Line for Note {
    fn parse(text: &str) -> Option<Self> {
        let moment = |text: &str| Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc());
        let mut parts = text.split(' ');
        let (erased_at, id) = (moment(parts.next()?)?, parts.next()?.parse().ok()?);
        let class = Class::from_code(parts.next()?)?;
        let (subject, since) = (parts.next()?.to_owned(), moment(parts.next()?)?);
        parts.next().is_none().then_some(Self { id, erased_at, class, subject, since })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let note = Note {
            id: 7,
            erased_at: "2036-06-16T19:10:00.000001Z".parse().unwrap(),
            class: Class::CaseFile,
            subject: "XF2026-00128".to_owned(),
            since: "2026-06-15T04:00:00Z".parse().unwrap(),
        };
        let text = note.to_string();
        assert_eq!(
            text,
            "2036-06-16T19:10:00.000001Z 7 case_file XF2026-00128 2026-06-15T04:00:00.000000Z"
        );
        assert_eq!(Note::parse(&text), Some(note));
        assert_eq!(Note::parse(&format!("{text} x")), None);
        assert_eq!(Note::parse("2036-06-16T19:10:00Z 7 person XF2026-00128 x"), None);
    }
}
