//! What the writer of a close report sends.

use serde::{Deserialize, Serialize};

use crate::domain::closing::{Closing, OFFERED, Refusal, Report, Section, Sections};
use crate::domain::document::{DocumentKind, Filed};
use crate::domain::outcome::Outcome;
use crate::web::conflict::{Field, Shared, fact, long};
use crate::web::extract::Upload;
use crate::web::form::{Choice, Problems};

/// The longest section.
pub const SECTION_LIMIT: usize = 5000;

/// The fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClosingForm {
    pub outcome: String,
    pub c1: String,
    pub c2: String,
    pub c3: String,
    pub c4: String,
    pub c5: String,
    pub c6: String,
    pub c7: String,
    pub version: String,
    /// The report that stood last when the form was made.
    pub base: String,
    pub action: String,
}

impl Shared for ClosingForm {
    const READING: &'static [&'static str] = &["version", "base"];

    fn fields() -> Vec<Field> {
        let sections = Section::ALL.iter().map(|section| long(section.code(), section.label()));
        [fact("outcome", "办理结果")].into_iter().chain(sections).collect()
    }
}

/// What the form means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub report: Report,
    pub version: i32,
}

impl ClosingForm {
    /// A form that holds a report.
    pub fn of(outcome: Option<Outcome>, sections: &Sections) -> Self {
        let text = |section| sections.of(section).to_owned();
        Self {
            outcome: outcome.map_or("", Outcome::code).to_owned(),
            c1: text(Section::Parties),
            c2: text(Section::Original),
            c3: text(Section::Remedies),
            c4: text(Section::Grounds),
            c5: text(Section::Findings),
            c6: text(Section::SelfCheck),
            c7: text(Section::Conclusion),
            ..Self::default()
        }
    }

    /// The form of a report that was handed in.
    pub fn standing(closing: &Closing) -> Self {
        let content = &closing.content;
        let base = closing.uuid.to_string();
        Self { base, ..Self::of(Some(content.outcome), &content.sections) }
    }

    /// The form made from this reading of the case.
    pub fn read_at(self, version: i32) -> Self {
        Self { version: version.to_string(), ..self }
    }

    /// A value as people read it.
    pub fn said(field: &str, value: String) -> String {
        match Outcome::from_code(&value).filter(|_| field == "outcome") {
            Some(outcome) => outcome.label().to_owned(),
            None => value,
        }
    }

    /// The text of a section as it was typed.
    pub fn text(&self, section: Section) -> &str {
        match section {
            Section::Parties => &self.c1,
            Section::Original => &self.c2,
            Section::Remedies => &self.c3,
            Section::Grounds => &self.c4,
            Section::Findings => &self.c5,
            Section::SelfCheck => &self.c6,
            Section::Conclusion => &self.c7,
        }
    }

    /// Whether the form is only to be kept.
    pub fn is_draft(&self) -> bool {
        self.action == "draft" || self.is_preview()
    }

    /// Whether it is kept in order to be looked at on paper.
    pub fn is_preview(&self) -> bool {
        self.action == "preview"
    }

    /// The report, or what a form can know to be wrong; what must be on file is the rule's.
    pub fn check(&self) -> Result<Wanted, Problems> {
        let mut problems = Problems::default();
        let outcome = Outcome::from_code(&self.outcome).filter(|one| OFFERED.contains(one));
        let outcome = problems.take("outcome", outcome, "请选择办理结果");
        let sections = Sections::each(|section| {
            let text = self.text(section).trim().replace("\r\n", "\n");
            problems.within(section.code(), &text, SECTION_LIMIT);
            text
        });
        let version = self.version.parse().ok();
        match outcome.zip(version) {
            Some((outcome, version)) if problems.is_empty() => {
                Ok(Wanted { report: Report { outcome, sections }, version })
            }
            _ if problems.is_empty() => Err(Problems::whole("请刷新页面后再报送")),
            _ => Err(problems),
        }
    }

    /// The outcomes, with the one that was sent marked.
    pub fn outcomes(&self) -> Vec<Choice> {
        Choice::list(OFFERED.map(|one| (one.code(), one.label())), &self.outcome)
    }
}

/// The field in which a paper of this kind is uploaded.
pub fn file_field(kind: DocumentKind) -> String {
    format!("file_{}", kind.code())
}

/// The field that a refusal is about; the empty one is the report as a whole.
pub fn field(refusal: Refusal) -> String {
    match refusal {
        Refusal::NotOffered => "outcome".to_owned(),
        Refusal::Empty(section) => section.code().to_owned(),
        Refusal::Missing(kind) => file_field(kind),
        Refusal::NotOfTheTeam
        | Refusal::NotNow(_)
        | Refusal::UnderSignature
        | Refusal::NoLedger
        | Refusal::NoMeeting
        | Refusal::NoPlan
        | Refusal::NoReply => String::new(),
    }
}

/// The files that can be taken, each by the kind of its field; what is wrong with the others is
/// noted there.
pub fn filed<'a>(uploads: &'a [Upload], problems: &mut Problems) -> Vec<Filed<'a>> {
    let mut taken = Vec::new();
    for upload in uploads {
        let kind = upload.field.strip_prefix("file_").and_then(DocumentKind::from_code);
        let kind = kind.filter(|kind| *kind != DocumentKind::VisitMaterial);
        let Some(kind) = kind else { continue };
        match upload.file(kind) {
            Ok(filed) => taken.push(filed),
            Err(refusal) => problems.add(&upload.field, format!("{}：{refusal}", upload.name)),
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scan::Scan;
    use crate::web::extract::Room;

    fn form() -> ClosingForm {
        let sections = Sections::each(|section| section.label().to_owned());
        ClosingForm {
            version: "3".to_owned(),
            ..ClosingForm::of(Some(Outcome::SettledWritten), &sections)
        }
    }

    #[test]
    fn a_form_is_read_as_a_report() {
        let wanted = form().check().unwrap();
        assert_eq!(wanted.version, 3);
        assert_eq!(wanted.report.outcome, Outcome::SettledWritten);
        assert_eq!(wanted.report.sections.of(Section::Conclusion), "评查结论");
    }

    #[test]
    fn what_a_form_can_know_is_told_beside_its_field() {
        let table = [
            (ClosingForm { outcome: String::new(), ..form() }, "outcome", "请选择办理结果"),
            (
                ClosingForm { outcome: "settled_oral_matured".to_owned(), ..form() },
                "outcome",
                "请选择办理结果",
            ),
            (ClosingForm { c5: "查".repeat(5012), ..form() }, "c5", "超出12字，请精简"),
            (ClosingForm { version: String::new(), ..form() }, "", "请刷新页面后再报送"),
        ];
        for (form, field, message) in table {
            assert_eq!(form.check().unwrap_err().of(field), Some(message));
        }
    }

    #[test]
    fn files_go_by_their_field() {
        let upload = |field: &str, bytes: &'static [u8]| Upload {
            field: field.to_owned(),
            name: "息诉承诺书.pdf".to_owned(),
            media_type: String::new(),
            bytes: axum::body::Bytes::from_static(bytes),
            scan: Scan::default(),
            room: Room::default(),
        };
        let uploads = [
            upload("file_settlement", b"%PDF-1.7"),
            upload("file_plan", b"MZ"),
            upload("file_nothing", b"%PDF-1.7"),
        ];
        let mut problems = Problems::default();
        let kinds: Vec<_> = filed(&uploads, &mut problems).iter().map(Filed::kind).collect();
        assert_eq!(kinds, [DocumentKind::Settlement]);
        assert_eq!(
            problems.of("file_plan"),
            Some("息诉承诺书.pdf：只能上传PDF、图片（JPG、PNG）和Word（.docx）文件")
        );
    }
}
