//! What is signed: the content of a close report as one canonical text, and its hash.

use std::fmt::Write;

use uuid::Uuid;

use super::Section;
use crate::domain::content_hash::ContentHash;
use crate::domain::document::DocumentKind;
use crate::domain::ids::{DocumentId, UnitId};
use crate::domain::outcome::Outcome;

/// The texts of the seven sections, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sections([String; 7]);

impl Sections {
    /// The sections from a list, if it has seven.
    pub fn from_list(texts: Vec<String>) -> Option<Self> {
        texts.try_into().ok().map(Self)
    }

    /// The sections, each made by its own.
    pub fn each(text: impl FnMut(Section) -> String) -> Self {
        use Section::{Conclusion, Findings, Grounds, Original, Parties, Remedies, SelfCheck};
        Self([Parties, Original, Remedies, Grounds, Findings, SelfCheck, Conclusion].map(text))
    }

    /// The text of a section.
    pub fn of(&self, section: Section) -> &str {
        let [c1, c2, c3, c4, c5, c6, c7] = &self.0;
        match section {
            Section::Parties => c1,
            Section::Original => c2,
            Section::Remedies => c3,
            Section::Grounds => c4,
            Section::Findings => c5,
            Section::SelfCheck => c6,
            Section::Conclusion => c7,
        }
    }

    /// Each section with its text.
    pub fn iter(&self) -> impl Iterator<Item = (Section, &str)> {
        Section::ALL.iter().map(|&section| (section, self.of(section)))
    }

    /// All texts, in order, as the column holds them.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

/// A file that goes with the report: what it is, and the hash of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    pub id: DocumentId,
    pub uuid: Uuid,
    pub kind: DocumentKind,
    pub name: String,
    pub sha256: Vec<u8>,
    /// Nobody can open it any more: malware was found in it.
    pub is_infected: bool,
}

/// Everything that a signature vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub case_number: String,
    pub round_number: i32,
    pub unit: UnitId,
    pub outcome: Outcome,
    pub needs_leading_group: bool,
    /// The reply record (答复记录).
    pub reply: Uuid,
    pub sections: Sections,
    pub papers: Vec<Paper>,
}

impl Content {
    /// The hash that every signature bears.
    pub fn hash(&self) -> ContentHash {
        ContentHash::of(&self.canonical())
    }

    /// One line a fact, in one order. Free text is led by its length in bytes, so that no text can
    /// pass for another line.
    fn canonical(&self) -> String {
        let mut lines = vec![
            "closing 1".to_owned(),
            format!("case {} round {} unit {}", self.case_number, self.round_number, self.unit),
            format!("outcome {} leading_group {}", self.outcome.code(), self.needs_leading_group),
            format!("reply {}", self.reply),
        ];
        lines.extend(
            self.sections
                .iter()
                .map(|(section, text)| format!("{} {}:{text}", section.code(), text.len())),
        );
        let mut papers: Vec<String> = self.papers.iter().map(line).collect();
        papers.sort();
        lines.extend(papers);
        lines.join("\n")
    }
}

fn line(paper: &Paper) -> String {
    let mut line = format!("paper {} {} ", paper.kind.code(), paper.uuid);
    for byte in &paper.sha256 {
        let _ = write!(line, "{byte:02x}");
    }
    line
}

#[cfg(test)]
pub mod sample {
    use super::*;

    pub fn paper(id: i64, kind: DocumentKind) -> Paper {
        Paper {
            id: DocumentId(id),
            uuid: Uuid::from_u128(u128::from(id.unsigned_abs())),
            kind,
            name: format!("{}.pdf", kind.label()),
            sha256: vec![7; 32],
            is_infected: false,
        }
    }

    pub fn sections() -> Sections {
        Sections::each(|section| format!("{}已查明。", section.label()))
    }

    pub fn content() -> Content {
        Content {
            case_number: "XF2026-00128".to_owned(),
            round_number: 1,
            unit: UnitId(10),
            outcome: Outcome::SettledWritten,
            needs_leading_group: true,
            reply: Uuid::from_u128(9),
            sections: sections(),
            papers: vec![paper(1, DocumentKind::ReviewReport), paper(2, DocumentKind::Settlement)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{content, paper};
    use super::*;

    #[test]
    fn the_hash_follows_every_part_of_the_content() {
        type Change = fn(&mut Content);
        let table: [(&str, Change); 10] = [
            ("case", |content| content.case_number = "XF2026-00129".to_owned()),
            ("round", |content| content.round_number = 2),
            ("unit", |content| content.unit = UnitId(11)),
            ("outcome", |content| content.outcome = Outcome::ClosedUnsettled),
            ("last step", |content| content.needs_leading_group = false),
            ("reply", |content| content.reply = Uuid::from_u128(10)),
            ("section", |content| {
                content.sections = Sections::each(|section| section.label().to_owned());
            }),
            ("another paper", |content| {
                content.papers.push(paper(3, DocumentKind::Plan));
            }),
            ("another file", |content| {
                content.papers.iter_mut().for_each(|paper| paper.sha256 = vec![8; 32]);
            }),
            ("another kind", |content| {
                content.papers.iter_mut().for_each(|paper| paper.kind = DocumentKind::Plan);
            }),
        ];
        for (what, change) in table {
            let mut changed = content();
            change(&mut changed);
            assert_ne!(changed.hash(), content().hash(), "{what}");
        }
    }

    #[test]
    fn the_order_in_which_papers_are_read_does_not_matter() {
        let mut other = content();
        other.papers.reverse();
        assert_eq!(other.hash(), content().hash());
    }

    #[test]
    fn no_text_passes_for_the_next_section() {
        let with = |c1: &str, c2: &str| {
            let texts = [c1, c2, "", "", "", "", ""].map(str::to_owned).to_vec();
            Content { sections: Sections::from_list(texts).unwrap(), ..content() }.hash()
        };
        assert_ne!(with("甲\nc2 3:乙", "丙"), with("甲", "乙\nc2 3:丙"));
        assert_eq!(Sections::from_list(vec![String::new(); 6]), None);
    }
}
