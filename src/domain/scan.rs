//! What a scanner for malware says of files: which are handed out, and which wait.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::code::{codes, getters};

/// The longest name of a find that is kept.
const LONGEST_NAME: usize = 120;

/// What is known of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scan {
    /// No scanner is named.
    #[default]
    Unasked,
    /// It didn't answer.
    Unscanned,
    Clean(DateTime<Utc>),
    /// It bears what the scanner calls so.
    Infected(String),
}

impl Scan {
    /// What a scanner answered; none where it found nothing.
    pub fn of(found: Option<String>, at: DateTime<Utc>) -> Self {
        found.map_or(Self::Clean(at), |name| Self::Infected(plain(&name)))
    }

    /// When it was found clean.
    pub const fn clean_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Clean(at) => Some(*at),
            Self::Unasked | Self::Unscanned | Self::Infected(_) => None,
        }
    }
}

/// A scanner calls things by letters, digits and a few signs; whatever else it says is left out.
fn plain(name: &str) -> String {
    let known = |sign: &char| sign.is_ascii_alphanumeric() || "._-/:()".contains(*sign);
    let kept: String = name.chars().filter(known).take(LONGEST_NAME).collect();
    if kept.is_empty() { "unnamed".to_owned() } else { kept }
}

/// Why a file that is there is not handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// It doesn't open with the program's keys, or isn't what came in.
    Broken,
    /// The scanner has not seen it yet.
    Unscanned,
    Infected,
}

codes! {
    /// How a file that was kept stands with the scanner.
    Standing {
        Unscanned = "unscanned", "待查毒";
        Clean = "clean", "已查毒";
        Infected = "infected", "查出病毒";
    }
}

impl Standing {
    /// What keeps it from being handed out; where no scanner is named, nobody waits for one.
    pub const fn withheld(self, has_scanner: bool) -> Option<Withheld> {
        match self {
            Self::Infected => Some(Withheld::Infected),
            Self::Unscanned if has_scanner => Some(Withheld::Unscanned),
            Self::Unscanned | Self::Clean => None,
        }
    }

    /// What a list says of it, where it isn't handed out.
    pub const fn note(self, has_scanner: bool) -> Option<&'static str> {
        if self.withheld(has_scanner).is_some() { Some(self.label()) } else { None }
    }
}

/// That a file which waited was scanned. Only [`settle`] makes one.
#[must_use = "a file waits on until this is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    file: Uuid,
    found: Option<String>,
    at: DateTime<Utc>,
}

getters!(Scanned {
    file: Uuid,
    /// What it bears.
    found: Option<&str>,
    at: DateTime<Utc>,
});

/// What a scanner answered about a file that waited.
pub fn settle(file: Uuid, found: Option<String>, at: DateTime<Utc>) -> Scanned {
    Scanned { file, found: found.map(|name| plain(&name)), at }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S59.
    #[test]
    fn a_file_is_handed_out_once_it_was_found_clean_and_never_once_it_was_not() {
        for (standing, has_scanner, expected, note) in [
            (Standing::Clean, true, None, None),
            (Standing::Unscanned, true, Some(Withheld::Unscanned), Some("待查毒")),
            (Standing::Infected, true, Some(Withheld::Infected), Some("查出病毒")),
            (Standing::Clean, false, None, None),
            (Standing::Unscanned, false, None, None),
            (Standing::Infected, false, Some(Withheld::Infected), Some("查出病毒")),
        ] {
            assert_eq!(standing.withheld(has_scanner), expected, "{standing:?} {has_scanner}");
            assert_eq!(standing.note(has_scanner), note, "{standing:?} {has_scanner}");
        }
    }

    #[test]
    fn the_name_of_a_find_is_letters_digits_and_a_few_signs() {
        let at = DateTime::UNIX_EPOCH;
        for (said, kept) in [
            ("Eicar-Test-Signature", "Eicar-Test-Signature"),
            ("Win.Test.EICAR_HDB-1", "Win.Test.EICAR_HDB-1"),
            ("a\r\n\u{1b}[31m 张某", "a31m"),
            ("", "unnamed"),
        ] {
            assert_eq!(Scan::of(Some(said.to_owned()), at), Scan::Infected(kept.to_owned()));
            assert_eq!(settle(Uuid::nil(), Some(said.to_owned()), at).found(), Some(kept));
        }
        assert_eq!(Scan::of(None, at).clean_at(), Some(at));
    }
}
