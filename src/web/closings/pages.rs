//! The pages of a close report: the form, the report while it is signed, the print.

use askama::Template;
use chrono::NaiveDate;
use uuid::Uuid;

use super::form::{ClosingForm, SECTION_LIMIT, file_field};
use crate::domain::calendar::{day_of, format_moment};
use crate::domain::closing::{
    Closing, Content, Decision, OFFERED, Paper, Section, Sections, needed,
};
use crate::domain::document::DocumentKind;
use crate::domain::outcome::Outcome;
use crate::domain::petition_case::PetitionCase;
use crate::domain::sign_step::SignStep;
use crate::web::form::Problems;
use crate::web::layout::Shell;
use crate::web::signing::{OpinionLine, ReplyView, StepLine, full_day, opinions, stepper};

/// A section of the form, with a word on where its text came from.
pub struct SectionField {
    pub section: Section,
    pub label: String,
    pub text: String,
    pub mark: &'static str,
}

/// A kind of paper: for which outcomes, and what is on file.
pub struct PaperField {
    pub kind: DocumentKind,
    pub field: String,
    pub wanted_for: String,
    pub wanted_now: bool,
    pub papers: Vec<Paper>,
}

/// Where the texts of a fresh form came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Drawn from the file; each section must be checked.
    File,
    /// Written by someone: a draft, a returned report, a form that came back.
    Hand,
}

#[derive(Template)]
#[template(path = "closings/edit.html")]
pub struct EditPage {
    pub shell: Shell,
    pub case: PetitionCase,
    pub petitioner: String,
    pub form: ClosingForm,
    pub origin: Origin,
    pub returned: Option<Closing>,
    pub reply: ReplyView,
    pub papers: Vec<Paper>,
    pub problems: Problems,
    pub today: NaiveDate,
}

impl EditPage {
    fn sections(&self) -> Vec<SectionField> {
        let mark = |text: &str| match self.origin {
            _ if text.trim().is_empty() => "待填写",
            Origin::File => "已带入，请核对",
            Origin::Hand => "",
        };
        Section::ALL
            .iter()
            .map(|&section| {
                let text = self.form.text(section);
                SectionField {
                    section,
                    label: format!("{}、{}", section.numeral(), section.label()),
                    mark: mark(text),
                    text: text.to_owned(),
                }
            })
            .collect()
    }

    /// The papers that some outcome calls for, each once.
    fn paper_fields(&self) -> Vec<PaperField> {
        let chosen = OFFERED.into_iter().find(|one| one.code() == self.form.outcome);
        let kinds = DocumentKind::ALL.iter().copied();
        kinds
            .filter_map(|kind| {
                let calling: Vec<_> =
                    OFFERED.into_iter().filter(|one| needed(*one).contains(&kind)).collect();
                let labels: Vec<_> = calling.iter().map(|one| one.label()).collect();
                let all = calling.len() == OFFERED.len();
                (!calling.is_empty()).then(|| PaperField {
                    kind,
                    field: file_field(kind),
                    wanted_for: if all { "各类结果".to_owned() } else { labels.join("、") },
                    wanted_now: chosen.is_some_and(|one| calling.contains(&one)),
                    papers: self.papers.iter().filter(|one| one.kind == kind).cloned().collect(),
                })
            })
            .collect()
    }

    /// Who returned it, when and why.
    fn return_note(&self) -> Option<(String, String)> {
        let closing = self.returned.as_ref()?;
        let one = closing.returned()?;
        let step = one.step.label_at(closing.court_kind);
        let when = format_moment(one.at, self.today);
        Some((format!("{step}退回（{} {when}）", one.name), one.opinion.clone()))
    }
}

#[derive(Template)]
#[template(path = "closings/show.html")]
pub struct ShowPage {
    pub shell: Shell,
    pub case: PetitionCase,
    pub petitioner: String,
    /// Why nothing can be written now.
    pub reason: String,
    pub closing: Option<Closing>,
    pub reply: ReplyView,
    pub today: NaiveDate,
}

impl ShowPage {
    fn steps(&self, closing: &Closing) -> Vec<StepLine> {
        stepper(closing, self.today)
    }

    fn opinions(&self, closing: &Closing) -> Vec<OpinionLine> {
        opinions(closing, self.today)
    }

    fn address(&self, paper: &Uuid) -> String {
        format!("/cases/{}/documents/{paper}", self.case.number)
    }
}

/// What is printed: of a report, or of a draft that has no outcome yet.
pub struct Text {
    pub outcome: Option<Outcome>,
    pub sections: Sections,
    pub papers: Vec<Paper>,
    pub reply: Option<Uuid>,
}

impl Text {
    /// The text of a report.
    pub fn of(content: &Content) -> Self {
        Self {
            outcome: Some(content.outcome),
            sections: content.sections.clone(),
            papers: content.papers.clone(),
            reply: Some(content.reply),
        }
    }
}

/// A signature as it is printed.
pub struct SignatureLine {
    pub name: String,
    pub capacity: String,
    pub date: String,
    pub opinion: String,
}

#[derive(Template)]
#[template(path = "closings/document.html")]
pub struct PrintPage {
    pub case: PetitionCase,
    pub petitioner: String,
    /// The court's full name.
    pub issuer: String,
    pub text: Text,
    pub reply: ReplyView,
    /// Signatures given; none on a draft.
    pub closing: Option<Closing>,
    pub stamp: String,
    pub today: NaiveDate,
}

impl PrintPage {
    /// The red head appears once the president has signed.
    fn signed_on(&self) -> Option<NaiveDate> {
        let signature = self.closing.as_ref()?.signature(SignStep::President)?;
        (signature.decision == Decision::Approve).then(|| day_of(signature.at))
    }

    fn date(&self) -> String {
        full_day(self.signed_on().unwrap_or(self.today))
    }

    fn signatures(&self) -> Vec<SignatureLine> {
        let signatures = self.closing.iter().flat_map(Closing::valid);
        signatures
            .map(|one| SignatureLine {
                name: one.name.clone(),
                capacity: one.capacity.clone(),
                date: full_day(day_of(one.at)),
                opinion: if one.opinion.is_empty() {
                    one.decision.label().to_owned()
                } else {
                    one.opinion.clone()
                },
            })
            .collect()
    }

    /// 「1. 评查报告」
    fn attachments(&self) -> Vec<String> {
        let papers = self.text.papers.iter().zip(1..);
        papers.map(|(paper, nth)| format!("{nth}. {}", paper.kind.label())).collect()
    }
}
