//! The report as it is written, read and printed.

use askama::Template;
use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::form::{ExaminationForm, LONGEST_SECTION, ReportForm};
use super::{Standing, is_returned};
use crate::domain::calendar;
use crate::domain::report::{Decision, Section, Sections, draft};
use crate::web::form::Problems;
use crate::web::layout::{Frame, Shell};

/// The page on which it is written.
#[derive(Template)]
#[template(path = "reports/edit.html")]
pub struct WritingPage {
    pub shell: Shell,
    pub number: String,
    pub parts: Vec<Part>,
    /// 「6月16日（周二）24:00前报中院信访局」
    pub due: String,
    pub days_late: Option<i64>,
    /// Why the bureau returned the one before.
    pub returned: String,
    pub limit: usize,
    pub form: ReportForm,
    pub problems: Problems,
}

/// One section on the page.
pub struct Part {
    pub code: &'static str,
    pub label: &'static str,
    pub text: String,
    /// 「已带入，请核对」, 「待填写」 or nothing.
    pub mark: &'static str,
    pub filled: bool,
}

fn parts(sections: Sections, known: &Sections) -> Vec<Part> {
    let drawn = Section::ALL.iter().zip(sections).zip(known);
    drawn
        .map(|((section, text), known)| {
            let filled = !text.trim().is_empty();
            let mark = match (filled, text.trim() == known.trim()) {
                (false, _) => "待填写",
                (true, true) => "已带入，请核对",
                (true, false) => "",
            };
            Part { code: section.code(), label: section.label(), text, mark, filled }
        })
        .collect()
}

impl WritingPage {
    fn print(&self) -> String {
        format!("/cases/{}/report/print", self.number)
    }

    pub fn new(frame: &Frame, standing: &Standing, form: ReportForm, now: DateTime<Utc>) -> Self {
        let due = standing
            .owed
            .due_on()
            .map(|day| format!("{}24:00前报中院信访局", calendar::format_md(day)));
        let returned = standing.latest.as_ref().filter(|report| is_returned(report));
        let reason = returned.and_then(|report| report.examined.as_ref());
        Self {
            shell: frame.shell("书面进展情况报告"),
            number: standing.opened.case().number.clone(),
            parts: parts(form.sections(), &draft(&standing.known)),
            due: due.unwrap_or_default(),
            days_late: standing.owed.days_late(now),
            returned: reason.map(|examined| examined.return_reason.clone()).unwrap_or_default(),
            limit: LONGEST_SECTION,
            form,
            problems: Problems::default(),
        }
    }
}

/// The page on which it is read, and examined by the bureau.
#[derive(Template)]
#[template(path = "reports/show.html")]
pub struct ReportPage {
    pub shell: Shell,
    pub number: String,
    pub version: i32,
    pub report: String,
    pub parts: Vec<Part>,
    pub late_reason: String,
    /// 「李某某于2026-06-15 10:42报送」
    pub submitted: String,
    /// Where it stands: before the bureau, received, returned; or that there is none.
    pub standing: String,
    pub can_examine: bool,
    pub form: ExaminationForm,
    pub problems: Problems,
}

impl ReportPage {
    fn review(&self) -> String {
        format!("/cases/{}/report/review", self.number)
    }

    pub fn new(frame: &Frame, standing: &Standing, bureau: bool) -> Self {
        let case = standing.opened.case();
        let empty = Self {
            shell: frame.shell("书面进展情况报告"),
            number: case.number.clone(),
            version: case.version,
            report: String::new(),
            parts: Vec::new(),
            late_reason: String::new(),
            submitted: String::new(),
            standing: "还没有报送书面进展情况。".to_owned(),
            can_examine: false,
            form: ExaminationForm::default(),
            problems: Problems::default(),
        };
        let Some(report) = &standing.latest else { return empty };
        let said = match &report.examined {
            None => "已报送。等待中院信访局审核。".to_owned(),
            Some(examined) => {
                let at = calendar::format_full(examined.decided_at);
                let reason = match examined.decision {
                    Decision::Received => String::new(),
                    Decision::Returned => format!("：{}", examined.return_reason),
                };
                format!("{}于{at}{}{reason}", examined.decided_by, examined.decision.label())
            }
        };
        Self {
            report: report.uuid.to_string(),
            parts: parts(report.sections.clone(), &Sections::default()),
            late_reason: report.late_reason.clone(),
            submitted: format!(
                "{}于{}报送",
                report.submitted_by,
                calendar::format_full(report.submitted_at)
            ),
            standing: said,
            can_examine: bureau && report.examined.is_none(),
            ..empty
        }
    }
}

/// The report after the form of official documents.
#[derive(Template)]
#[template(path = "reports/official.html")]
pub struct PrintPage {
    pub shell: Shell,
    pub number: String,
    pub from: String,
    pub to: String,
    /// 「2026年6月15日」; nothing while it is a draft.
    pub date: String,
    pub parts: Vec<Numbered>,
    pub late_reason: String,
}

/// Which court reports to which bureau, and when; a draft has no date yet.
pub struct Letter {
    pub from: String,
    pub to: String,
    pub on: Option<NaiveDate>,
}

/// 「一、案件的基本情况」 with its paragraphs.
pub struct Numbered {
    pub title: String,
    pub paragraphs: Vec<String>,
}

const NUMERALS: [&str; 8] = ["一", "二", "三", "四", "五", "六", "七", "八"];

impl PrintPage {
    pub fn new(frame: &Frame, standing: &Standing, form: ReportForm, letter: Letter) -> Self {
        let sections = NUMERALS.iter().zip(Section::ALL).zip(form.sections());
        let parts = sections.map(|((numeral, section), text)| Numbered {
            title: format!("{numeral}、{}", section.label()),
            paragraphs: text.lines().map(str::to_owned).collect(),
        });
        let date = letter.on.map(|day| format!("{}年{}月{}日", day.year(), day.month(), day.day()));
        Self {
            shell: frame.shell("书面进展情况报告"),
            number: standing.opened.case().number.clone(),
            from: letter.from,
            to: letter.to,
            date: date.unwrap_or_default(),
            parts: parts.collect(),
            late_reason: form.late_reason,
        }
    }
}
