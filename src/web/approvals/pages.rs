//! The pages of a signatory: what waits, what was signed, one report.

use askama::Template;
use chrono::NaiveDate;

use super::form::{ApprovalForm, OPINION_LIMIT};
use crate::domain::calendar::format_moment;
use crate::domain::closing::{Closing, Section};
use crate::domain::petition_case::PetitionCase;
use crate::store::approvals::{DoneLine, WaitingLine};
use crate::web::form::Problems;
use crate::web::layout::Shell;
use crate::web::signing::{OpinionLine, ReplyView, StepLine, opinions, stepper};

#[derive(Template)]
#[template(path = "approvals/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub waiting: Vec<WaitingLine>,
    pub done: Vec<DoneLine>,
    /// Whether what was signed is shown, instead of what waits.
    pub shows_done: bool,
    pub older: Option<String>,
    pub today: NaiveDate,
}

impl ListPage {
    fn moment(&self, at: &chrono::DateTime<chrono::Utc>) -> String {
        format_moment(*at, self.today)
    }
}

#[derive(Template)]
#[template(path = "approvals/show.html")]
pub struct ApprovalPage {
    pub shell: Shell,
    pub case: PetitionCase,
    pub closing: Closing,
    pub petitioner: String,
    pub reply: ReplyView,
    pub form: ApprovalForm,
    pub problems: Problems,
    /// Why this person can't sign now; none: the form is shown.
    pub closed_to: Option<String>,
    pub today: NaiveDate,
}

/// What is often written: with the script, one tap.
const PHRASES: [&str; 3] = ["同意。", "同意，请做好答复。", "请补充"];

/// A label and one line of text.
pub struct Brief {
    pub label: &'static str,
    pub text: String,
}

const BRIEF: usize = 60;

impl ApprovalPage {
    /// 「第3步 院长签字（共5步）」: writing the report is the first.
    fn place(&self) -> Option<String> {
        let step = self.closing.next()?;
        let nth = self.closing.steps().position(|one| one == step)? + 2;
        let of = self.closing.steps().count() + 1;
        Some(format!("第{nth}步　{}（共{of}步）", step.label_at(self.closing.court_kind)))
    }

    fn steps(&self) -> Vec<StepLine> {
        stepper(&self.closing, self.today)
    }

    fn opinions(&self) -> Vec<OpinionLine> {
        opinions(&self.closing, self.today)
    }

    /// At most five lines.
    fn summary(&self) -> Vec<Brief> {
        let content = &self.closing.content;
        let section = |section| brief(content.sections.of(section));
        let papers: Vec<_> = content.papers.iter().map(|paper| paper.kind.label()).collect();
        let papers = format!("{}，共{}份", papers.join("、"), papers.len());
        [
            ("诉求", section(Section::Grounds)),
            ("查明", section(Section::Findings)),
            ("处理", content.outcome.label().to_owned()),
            ("答复", brief(&self.reply.brief())),
            ("附件", papers),
        ]
        .map(|(label, text)| Brief { label, text })
        .into()
    }

    fn step_code(&self) -> &'static str {
        self.closing.next().map_or("", |step| step.code())
    }
}

/// The beginning of a text, on one line.
fn brief(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= BRIEF {
        return line;
    }
    line.chars().take(BRIEF).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brief_is_one_line() {
        assert_eq!(brief("一、案款\n 未足额"), "一、案款 未足额");
        assert_eq!(brief(&"案".repeat(61)).chars().count(), 61);
        assert!(brief(&"案".repeat(61)).ends_with('…'));
    }
}
