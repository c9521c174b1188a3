//! What the pages of a close report and of its signatures share: the stepper, the opinions, the
//! reply in words.

use chrono::{Datelike, NaiveDate};

use crate::domain::calendar::{day_of, format_moment};
use crate::domain::closing::{Closing, Decision};
use crate::store::replies::ReplyLine;

/// 「2026年6月12日」
pub fn full_day(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// One step of the chain, as the stepper shows it.
pub struct StepLine {
    pub name: &'static str,
    /// `done`, `now`, `back` or `todo`.
    pub state: &'static str,
    pub note: String,
}

/// The chain of a report, from its writing on.
pub fn stepper(closing: &Closing, today: NaiveDate) -> Vec<StepLine> {
    let next = closing.next();
    let written = StepLine {
        name: "起草报送",
        state: "done",
        note: format!("{} {}", closing.writer, format_moment(closing.applied_at, today)),
    };
    let steps = closing.steps().map(|step| {
        let name = step.label_at(closing.court_kind);
        match closing.signature(step) {
            Some(one) => StepLine {
                name,
                state: if one.decision == Decision::Return { "back" } else { "done" },
                note: format!("{} {}", one.name, format_moment(one.at, today)),
            },
            None if next == Some(step) => StepLine { name, state: "now", note: String::new() },
            None => StepLine { name, state: "todo", note: String::new() },
        }
    });
    [written].into_iter().chain(steps).collect()
}

/// Who said what on the report.
pub struct OpinionLine {
    pub who: String,
    pub text: String,
}

/// The opinions given so far.
pub fn opinions(closing: &Closing, today: NaiveDate) -> Vec<OpinionLine> {
    closing
        .valid()
        .map(|one| OpinionLine {
            who: one.name.clone(),
            text: format!(
                "{}　{}　{}{}",
                one.capacity,
                format_moment(one.at, today),
                one.decision.label(),
                if one.opinion.is_empty() {
                    String::new()
                } else {
                    format!("：“{}”", one.opinion)
                },
            ),
        })
        .collect()
}

/// The reply record, in words.
pub struct ReplyView {
    line: Option<ReplyLine>,
    today: NaiveDate,
}

impl ReplyView {
    pub const fn of(line: Option<ReplyLine>, today: NaiveDate) -> Self {
        Self { line, today }
    }

    /// Whether there is none yet.
    pub const fn is_missing(&self) -> bool {
        self.line.is_none()
    }

    /// When and how, or why not: 「06-20 10:00　当面　本院接访室　已签字」
    pub fn head(&self) -> String {
        let Some(line) = &self.line else { return String::new() };
        if let Some(reason) = line.none_reason {
            return format!("无法答复：{}", reason.label());
        }
        [
            line.answered_at.map(|at| format_moment(at, self.today)).unwrap_or_default(),
            line.way.map_or("", |way| way.label()).to_owned(),
            line.place.clone(),
            line.signature.map_or("", |signature| signature.label()).to_owned(),
        ]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("　")
    }

    /// What was told.
    pub fn content(&self) -> &str {
        self.line.as_ref().map_or("", |line| &line.content)
    }

    /// What the petitioner said of it.
    pub fn opinion(&self) -> &str {
        self.line.as_ref().map_or("", |line| &line.opinion)
    }

    /// As a document says it: 「2026年6月12日，在本院接访室当面答复信访人：…。信访人意见：认可（已签字）。」
    pub fn sentence(&self) -> String {
        let Some(line) = &self.line else { return String::new() };
        let told = line.answered_at.zip(line.way).zip(line.signature);
        let Some(((at, way), signature)) = told else {
            return format!("未能答复（{}）。", line.none_reason.map_or("", |one| one.label()));
        };
        let day = full_day(day_of(at));
        let place =
            if line.place.is_empty() { String::new() } else { format!("在{}", line.place) };
        let content = line.content.trim_end_matches('。');
        let opinion = if line.opinion.is_empty() { "未表示" } else { &line.opinion };
        let (way, signature) = (way.label(), signature.label());
        format!("{day}，{place}{way}答复信访人：{content}。信访人意见：{opinion}（{signature}）。")
    }

    /// All of it on one line.
    pub fn brief(&self) -> String {
        let opinion = self.opinion();
        let opinion = if opinion.is_empty() {
            String::new()
        } else {
            format!("　信访人意见：{opinion}")
        };
        format!("{}　{}{opinion}", self.head(), self.content())
    }
}
