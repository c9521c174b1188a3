//! The pages of assigning.

use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

use super::form::AssignForm;
use crate::domain::assignment::dues;
use crate::domain::calendar::{self, Calendar};
use crate::domain::deadline::{ClockKind, Due, RuleSet};
use crate::domain::source::Source;
use crate::domain::unit::Unit;
use crate::store::assignments::{BatchLine, CaseLine, DeliveryLine};
use crate::web::form::{Choice, Problems};
use crate::web::layout::Shell;

/// 待交办, and the batches.
#[derive(Template)]
#[template(path = "assignments/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub today: NaiveDate,
    pub waiting: Vec<CaseLine>,
    pub count_waiting: i64,
    pub batches: Vec<BatchLine>,
    pub show_batches: bool,
    pub next: Option<String>,
}

/// One case of the order.
pub struct Row {
    pub field: String,
    pub line: CaseLine,
    pub suggested: String,
    pub courts: Vec<Choice>,
}

/// The page of three blocks: cases, rules, preview.
#[derive(Template)]
#[template(path = "assignments/new.html")]
pub struct NewPage {
    pub shell: Shell,
    pub rows: Vec<Row>,
    pub unknown: Vec<String>,
    pub all_courts: Vec<Choice>,
    pub sources: Vec<Choice>,
    pub rules: Vec<Choice>,
    pub form: AssignForm,
    pub preview: Option<Preview>,
    /// How many cases an order that waits unissued is about, if it is another one.
    pub waiting: Option<usize>,
    pub problems: Problems,
}

/// The confirming page: what will be issued, by court.
#[derive(Template)]
#[template(path = "assignments/confirm.html")]
pub struct ConfirmPage {
    pub shell: Shell,
    pub form: AssignForm,
    pub source: &'static str,
    pub courts: Vec<(String, usize)>,
    /// Each case with what it is about and where it goes.
    pub lines: Vec<(CaseLine, String)>,
    pub preview: Preview,
}

/// A batch with the state of its delivery; prints as letter and ledger, one a court.
#[derive(Template)]
#[template(path = "assignments/batch.html")]
pub struct BatchPage {
    pub shell: Shell,
    pub today: NaiveDate,
    pub batch: BatchLine,
    pub courts: Vec<CourtOfBatch>,
}

/// What one court got.
pub struct CourtOfBatch {
    pub name: String,
    pub code: String,
    pub lines: Vec<Delivery>,
}

/// One case that it got, with the due days of 台账, 约见, 报告 and 办结.
pub struct Delivery {
    pub line: DeliveryLine,
    pub dues: [String; 4],
}

impl Delivery {
    fn of(line: DeliveryLine) -> Self {
        let shown = |day: Option<NaiveDate>| day.map_or_else(String::new, calendar::format_short);
        let dues = [line.ledger_due, line.meeting_due, line.report_due, line.close_due].map(shown);
        Self { line, dues }
    }
}

impl ListPage {
    /// 「06-14 10:42」
    fn moment(&self, at: &DateTime<Utc>) -> String {
        calendar::format_moment(*at, self.today)
    }
}

impl BatchPage {
    /// 「06-14 10:42」
    fn moment(&self, at: &DateTime<Utc>) -> String {
        calendar::format_moment(*at, self.today)
    }
}

impl CourtOfBatch {
    /// The lines of a batch, court by court.
    pub fn of(lines: Vec<DeliveryLine>) -> Vec<Self> {
        let mut courts: Vec<Self> = Vec::new();
        for line in lines {
            match courts.last_mut() {
                Some(court) if court.code == line.unit_code => court.lines.push(Delivery::of(line)),
                _ => courts.push(Self {
                    name: line.unit.clone(),
                    code: line.unit_code.clone(),
                    lines: vec![Delivery::of(line)],
                }),
            }
        }
        courts
    }

    /// 「已送达」「已查看06-15 17:20」「已建账」
    pub fn state(&self, today: NaiveDate) -> String {
        if self.lines.iter().all(|one| one.line.ledger_at.is_some()) {
            return "已建账".to_owned();
        }
        match self.lines.iter().map(|one| one.line.acknowledged_at).collect::<Option<Vec<_>>>() {
            Some(seen) => seen.into_iter().max().map_or_else(String::new, |at| {
                format!("已查看{}", calendar::format_moment(at, today))
            }),
            None => "已送达".to_owned(),
        }
    }
}

/// What the dates will be.
#[derive(Template)]
#[template(path = "assignments/preview.html")]
pub struct Preview {
    pub days: Vec<(&'static str, String)>,
    /// A sentence for each date that the calendar moved, and for each year it doesn't know.
    pub moved: Vec<String>,
    pub provisional: Vec<String>,
}

impl Preview {
    /// The dates of a rule set from a moment.
    pub fn of(rules: &RuleSet, at: DateTime<Utc>, calendar: &Calendar) -> Self {
        let dues = dues(rules, at, calendar);
        let shown = |kind, name| {
            let due = dues.iter().find(|due| due.rule.kind == kind);
            due.map(|due| (name, day(due)))
        };
        let days = [
            shown(ClockKind::Ledger, "台账"),
            shown(ClockKind::Meeting, "约见"),
            shown(ClockKind::Report, "报告"),
            shown(ClockKind::Close, "办结"),
        ];
        let of_page =
            |due: &&Due| !matches!(due.rule.kind, ClockKind::Acknowledge | ClockKind::Objection);
        let said = |provisional| {
            let mut sentences: Vec<String> = dues
                .iter()
                .filter(of_page)
                .filter(|due| due.provisional() == provisional)
                .filter_map(Due::explanation)
                .collect();
            sentences.dedup();
            sentences
        };
        Self {
            days: days.into_iter().flatten().collect(),
            moved: said(false),
            provisional: said(true),
        }
    }
}

fn day(due: &Due) -> String {
    format!("{} {}", calendar::format_short(due.on), calendar::weekday_zh(due.on))
}

/// The units that can be given a case.
pub fn court_choices(units: &[Unit], chosen: &str) -> Vec<Choice> {
    let courts = units.iter().filter(|unit| unit.takes_assignments());
    let options = courts.map(|unit| (unit.id.to_string(), unit.short_name.clone()));
    Choice::list(std::iter::once((String::new(), "请选择".to_owned())).chain(options), chosen)
}

/// The sources, by the glossary's names.
pub fn source_choices(chosen: &str) -> Vec<Choice> {
    let options = Source::ALL.iter().map(|source| (source.code(), source.label()));
    Choice::list(std::iter::once(("", "请选择")).chain(options), chosen)
}

/// The rule sets, and days of one's own.
pub fn rule_choices(rule_sets: &[RuleSet], chosen: &str) -> Vec<Choice> {
    let options = rule_sets.iter().map(|set| {
        let name = set.short_name();
        (set.code.clone(), format!("{name}：{}", set.summary()))
    });
    Choice::list(options.chain([("custom".to_owned(), "自定义".to_owned())]), chosen)
}

/// How many cases each court gets, by the courts' names.
pub fn by_court(names: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts.into_iter().collect()
}
