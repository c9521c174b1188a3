//! Indicators: what each counts, and the items behind a numerator and a denominator.
//!
//! A figure is computed from what was on record at a cut-off, so the same facts give the
//! same figure at any later time. A fact recorded later never changes an issue: it shows in
//! the next one as a change ([`changes`]).

mod closing;
mod difference;
mod facts;
mod leading;
mod ledger;
mod meeting;
mod metric;
mod overdue;
mod report;
#[cfg(test)]
mod sample;
mod settlement;

pub use difference::{Change, Late, changes, late_entries, with_printed};
pub use facts::{
    AssignmentFacts, CaseFacts, CloseSubmission, Closed, ClosingFacts, DueMove, Facts, Frame, Host,
    LeaderNamed, LeadingFacts, LedgerFacts, Meeting, MeetingFacts, MoveReason, OwnAct, Population,
    ReportFacts, ReportSubmission, Stamp, Suspension,
};
pub use metric::Metric;

use chrono::{DateTime, Utc};

use super::calendar::day_of;
use super::code::codes;
use super::fraction::Fraction;
use super::ids::{AssignmentId, PetitionCaseId, UnitId};
use super::outcome::Outcome;
use super::period::due_day;

codes! {
    /// Where an item stands in a figure. Numerator = counted; denominator = counted + missing.
    Bucket {
        /// In the denominator only. Listed first: these are the items to explain.
        Missing = "missing", "未计入";
        /// In the numerator and the denominator.
        Counted = "counted", "已计入";
        /// In neither, and visible with the reason.
        Excluded = "excluded", "不列入";
    }
}

codes! {
    /// What is shown beside a figure, as a number of its own, and never added to it.
    Mark {
        /// I04: not a meeting but the leader's documented attempt at one.
        Attempted = "attempted", "已联系未见面";
        /// I08a, I08c: an oral undertaking that has not yet held for a year.
        Provisional = "provisional", "口头息诉（观察一年）";
        /// I07: the due date was moved by an approved extension.
        Extended = "extended", "批准延期";
        /// I07: closed by the unit in time and not yet confirmed at the cut-off.
        Unconfirmed = "unconfirmed", "按期报结、待审核认定";
    }
}

/// One petition case or assignment in a figure, with the reason why it stands where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub case: PetitionCaseId,
    /// The number of the petition case. Figures name cases, never petitioners.
    pub number: String,
    /// The assignment, where the metric counts assignments.
    pub assignment: Option<AssignmentId>,
    pub bucket: Bucket,
    pub marks: Vec<Mark>,
    pub reason: String,
}

/// One metric of one unit: numerator, denominator, and every item behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    pub unit: UnitId,
    pub metric: Metric,
    pub numerator: u32,
    pub denominator: u32,
    pub items: Vec<Item>,
}

impl Figure {
    /// Counts the items. They are kept in one order: missing first, then by case number.
    pub fn of(unit: UnitId, metric: Metric, mut items: Vec<Item>) -> Self {
        items.sort_by(|left, right| {
            (left.bucket, &left.number, left.case, left.assignment).cmp(&(
                right.bucket,
                &right.number,
                right.case,
                right.assignment,
            ))
        });
        let counted = count(&items, |item| item.bucket == Bucket::Counted);
        let missing = count(&items, |item| item.bucket == Bucket::Missing);
        Self { unit, metric, numerator: counted, denominator: counted + missing, items }
    }

    pub fn fraction(&self) -> Fraction {
        Fraction::new(self.numerator, self.denominator)
    }

    /// How many items of the denominator carry a mark.
    pub fn marked(&self, mark: Mark) -> u32 {
        count(&self.items, |item| item.bucket != Bucket::Excluded && item.marks.contains(&mark))
    }

    /// Whether the items add up to the numerator and the denominator printed over them.
    pub fn adds_up(&self) -> bool {
        let again = Self::of(self.unit, self.metric, self.items.clone());
        self.fraction() == again.fraction()
    }
}

/// One metric of each unit, in the units' order; a unit without an item gets 0/0.
pub fn compute(metric: Metric, units: &[UnitId], facts: &Facts, frame: &Frame) -> Vec<Figure> {
    let items = items(metric, facts, frame);
    units
        .iter()
        .map(|&unit| {
            let own = items.iter().filter(|(owner, _)| *owner == unit);
            Figure::of(unit, metric, own.map(|(_, item)| item.clone()).collect())
        })
        .collect()
}

/// Every figure of the metrics, each metric of each unit.
pub fn compute_all(
    metrics: impl Iterator<Item = Metric>,
    units: &[UnitId],
    facts: &Facts,
    frame: &Frame,
) -> Vec<Figure> {
    metrics.flat_map(|metric| compute(metric, units, facts, frame)).collect()
}

/// The numbers of the items that no unit of the list answers for. A figure that leaves
/// them out would be wrong without showing it.
pub fn unowned(metric: Metric, units: &[UnitId], facts: &Facts, frame: &Frame) -> Vec<String> {
    let items = items(metric, facts, frame).into_iter();
    items.filter(|(owner, _)| !units.contains(owner)).map(|(_, item)| item.number).collect()
}

fn items(metric: Metric, facts: &Facts, frame: &Frame) -> Vec<(UnitId, Item)> {
    let of_assignments = |judge: fn(&AssignmentFacts, &Frame) -> Option<Verdict>| {
        let judged =
            |one: &AssignmentFacts| Some((one.unit, judge(one, frame)?.of_assignment(one)));
        facts.assignments.iter().filter_map(judged).collect()
    };
    let of_stock = |judge: fn(&AssignmentFacts, &Frame) -> Option<Verdict>| {
        let judged = |one: &AssignmentFacts| {
            let then = one.until(frame.window.end)?;
            Some((one.unit, judge(&then, frame)?.of_assignment(one)))
        };
        facts.assignments.iter().filter_map(judged).collect()
    };
    let of_cases = |counts: fn(Outcome) -> bool| {
        let judged = |one: &CaseFacts| {
            Some((one.unit(frame), settlement::judge(counts, one, frame)?.of_case(one)))
        };
        facts.cases.iter().filter_map(judged).collect()
    };
    match metric {
        Metric::I03 => of_assignments(ledger::judge),
        Metric::I04 => of_assignments(meeting::judge),
        Metric::I05 => of_assignments(report::judge),
        Metric::I07 => of_assignments(closing::judge),
        Metric::I08a => of_cases(Outcome::is_settled),
        Metric::I08b => of_cases(Outcome::is_formally_ended),
        Metric::I08c => of_cases(Outcome::is_resolved),
        Metric::I14 => of_stock(leading::judge),
        Metric::I34 => of_stock(overdue::judge),
    }
}

/// What a metric says about one item that it looks at.
struct Verdict {
    bucket: Bucket,
    marks: Vec<Mark>,
    reason: String,
}

impl Verdict {
    fn counted(reason: impl Into<String>) -> Self {
        Self { bucket: Bucket::Counted, marks: Vec::new(), reason: reason.into() }
    }

    fn missing(reason: impl Into<String>) -> Self {
        Self { bucket: Bucket::Missing, marks: Vec::new(), reason: reason.into() }
    }

    fn excluded(reason: impl Into<String>) -> Self {
        Self { bucket: Bucket::Excluded, marks: Vec::new(), reason: reason.into() }
    }

    fn marked(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    fn of_assignment(self, facts: &AssignmentFacts) -> Item {
        self.item(facts.case, &facts.number, Some(facts.assignment))
    }

    fn of_case(self, facts: &CaseFacts) -> Item {
        self.item(facts.case, &facts.number, None)
    }

    fn item(self, case: PetitionCaseId, number: &str, assignment: Option<AssignmentId>) -> Item {
        let Self { bucket, marks, reason } = self;
        Item { case, number: number.to_owned(), assignment, bucket, marks, reason }
    }
}

/// What every metric with a due day in the window has in common: an assignment without the
/// clock or due elsewhere is not looked at; a void one and one whose transfer was accepted
/// before it fell due leave, visibly. A later transfer leaves the lapse with the old unit.
fn due_here(
    facts: &AssignmentFacts,
    due: Option<DateTime<Utc>>,
    frame: &Frame,
    judge: impl FnOnce(DateTime<Utc>) -> Verdict,
) -> Option<Verdict> {
    let due = due.filter(|&due| frame.window.holds_due(due))?;
    if !facts.issued.known(frame) {
        return None;
    }
    if facts.void.is_some_and(|void| void.known(frame)) {
        return Some(Verdict::excluded(VOID));
    }
    if facts.transferred.is_some_and(|transfer| transfer.before(due, frame)) {
        return Some(Verdict::excluded("到期前已移送其他单位"));
    }
    Some(judge(due))
}

const VOID: &str = "重复登记，已作废";

/// Whether the thing came in time, said with the days between it and the due day.
fn timed(done: Stamp, due: DateTime<Utc>, verb: &str) -> Verdict {
    let early = (due_day(due) - day_of(done.at)).num_days();
    match early {
        ..0 => Verdict::missing(format!("迟{}天{verb}", -early)),
        0 => Verdict::counted(format!("到期当天{verb}")),
        _ => Verdict::counted(format!("提前{early}天{verb}")),
    }
}

fn count(items: &[Item], wanted: impl Fn(&Item) -> bool) -> u32 {
    let found = items.iter().filter(|item| wanted(item)).count();
    u32::try_from(found).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::sample::*;
    use super::*;

    #[test]
    fn codes_lead_back_and_the_rules_name_what_they_count() {
        for &metric in Metric::ALL {
            assert_eq!(Metric::from_code(metric.code()), Some(metric));
            assert!(metric.rule().contains(metric.counts().trim_start_matches("信访")));
            assert!(metric.rule().starts_with("按") && metric.rule().ends_with('。'));
        }
        assert!(!Metric::I08b.label().contains("息诉"));
        for &bucket in Bucket::ALL {
            assert_eq!(Bucket::from_code(bucket.code()), Some(bucket));
        }
        for &mark in Mark::ALL {
            assert_eq!(Mark::from_code(mark.code()), Some(mark));
        }
    }

    #[test]
    fn each_unit_answers_for_its_own_items_and_one_without_any_has_no_base() {
        let of = |unit| AssignmentFacts { unit: UnitId(unit), ..ledger_due("06-10", None) };
        let facts = Facts { assignments: vec![of(2), of(1), of(2)], cases: Vec::new() };
        let units = [UnitId(3), UnitId(1), UnitId(2)];
        let figures = compute(Metric::I03, &units, &facts, &frame());
        let counts: Vec<_> = figures.iter().map(|one| (one.unit.0, one.denominator)).collect();
        assert_eq!(counts, [(3, 0), (1, 1), (2, 2)]);
        assert_eq!(figures[0].fraction().printed(), "—");
    }

    #[test]
    fn a_due_day_belongs_to_one_window_and_void_or_transferred_ones_leave() {
        let done = ledger_due("06-10", Some(stamp("06-09 10:00")));
        let moved =
            |at| AssignmentFacts { transferred: Some(stamp(at)), ..ledger_due("06-10", None) };
        for (what, facts, expected) in [
            ("last day of the window before", ledger_due("05-31", None), None),
            ("first day", ledger_due("06-01", None), Some(Bucket::Missing)),
            ("last day", ledger_due("06-14", None), Some(Bucket::Missing)),
            ("first day of the next window", ledger_due("06-15", None), None),
            (
                "void",
                AssignmentFacts { void: Some(stamp("06-11 09:00")), ..done.clone() },
                Some(Bucket::Excluded),
            ),
            (
                "made void after the cut-off",
                AssignmentFacts { void: Some(stamp("06-15 09:00")), ..done.clone() },
                Some(Bucket::Counted),
            ),
            ("transfer accepted in time", moved("06-10 23:59"), Some(Bucket::Excluded)),
            ("transfer accepted at 24:00", moved("06-11 00:00"), Some(Bucket::Missing)),
            (
                "issued after the cut-off",
                AssignmentFacts { issued: recorded("06-08 09:00", "06-15 09:00"), ..done },
                None,
            ),
        ] {
            let found = judged(Metric::I03, facts).map(|item| item.bucket);
            assert_eq!(found, expected, "{what}");
        }
    }

    #[test]
    fn a_figure_that_was_tampered_with_does_not_add_up() {
        let facts = Facts {
            assignments: vec![ledger_due("06-10", Some(stamp("06-09 10:00")))],
            cases: Vec::new(),
        };
        let figure = compute(Metric::I03, &[UnitId(1)], &facts, &frame()).remove(0);
        assert!(figure.adds_up());
        assert!(!Figure { numerator: 0, ..figure.clone() }.adds_up());
        assert!(!Figure { items: Vec::new(), ..figure }.adds_up());
    }
}
