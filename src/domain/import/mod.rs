//! Taking a ledger into the register (导入台账): what a file would bring, which of its rows become
//! cases, what a person decides about a probable duplicate, and when all of it may be undone.

mod decision;
mod undo;

use std::collections::HashMap;

use chrono::NaiveDate;

use super::code::{codes, getters};
use super::ledger_import::{
    Checked, CheckedReview, CheckedReviews, Choice, Directory, Finding, Kind, LedgerRow, Like,
    Mapping, Place, Refusal, ReviewRow, Table, Verdict, Weight, check, check_reviews,
};

pub use decision::{Decided, Decision, Refusal as DecisionRefusal, WaitingRow, decide};
pub use undo::{Refusal as UndoRefusal, Standing, Undone, undo};

/// The sheets of a file that are imported together.
#[derive(Debug, Clone, Copy)]
pub struct Sheets<'a> {
    /// 台账
    pub ledger: &'a Table,
    /// 评查
    pub reviews: Option<&'a Table>,
}

/// What the columns of these sheets hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mappings {
    /// Of 台账.
    pub ledger: Mapping,
    /// Of 评查, where the file has one that is imported.
    pub reviews: Option<Mapping>,
}

/// What a file would bring.
#[derive(Debug, Clone, PartialEq)]
pub struct DryRun {
    /// The rows of 台账.
    pub ledger: Checked,
    /// The rows of 评查.
    pub reviews: CheckedReviews,
}

impl<'a> Sheets<'a> {
    /// The first ledger among the tables and, if wanted, the first sheet of reviews.
    pub fn of(tables: &'a [Table], with_reviews: bool) -> Option<Self> {
        let first = |kind| tables.iter().find(|table| table.kind == kind);
        let reviews = first(Kind::Review).filter(|_| with_reviews);
        Some(Self { ledger: first(Kind::Ledger)?, reviews })
    }

    /// The columns as their headings name them.
    pub fn guess(self) -> Mappings {
        let guess = |table: &Table| Mapping::guess(table.kind, &table.headings);
        Mappings { ledger: guess(self.ledger), reviews: self.reviews.map(guess) }
    }

    /// Says of every row what would become of it. Nothing is changed by it.
    pub fn dry_run(
        self,
        mappings: &Mappings,
        units: &Directory,
        today: NaiveDate,
    ) -> Result<DryRun, Refusal> {
        let ledger = check(self.ledger, &mappings.ledger, units, today)?;
        let reviews = match (self.reviews, &mappings.reviews) {
            (Some(table), Some(mapping)) => check_reviews(table, mapping, &ledger)?,
            (None, _) | (_, None) => CheckedReviews { rows: Vec::new(), skipped: Vec::new() },
        };
        Ok(DryRun { ledger, reviews })
    }
}

impl DryRun {
    /// Everything that was found, in the order of the sheets.
    pub fn findings(&self) -> impl Iterator<Item = (Kind, &Finding)> {
        let ledger = self.ledger.rows.iter().flat_map(|row| &row.findings);
        let reviews = self.reviews.rows.iter().flat_map(|row| &row.findings);
        ledger
            .map(|finding| (Kind::Ledger, finding))
            .chain(reviews.map(|finding| (Kind::Review, finding)))
    }

    /// What a row says, with the reviews that point at it, if nothing stops it.
    pub fn content(&self, sheet_row: u32) -> Option<(&LedgerRow, Vec<ReviewRow>)> {
        let row = self.ledger.rows.iter().find(|row| row.place.sheet_row == sheet_row)?;
        let reviews = self.reviews_by_row().remove(&row.place).unwrap_or_default();
        Some((row.content()?, reviews))
    }

    fn reviews_by_row(&self) -> HashMap<&Place, Vec<ReviewRow>> {
        let mut by_row: HashMap<_, Vec<_>> = HashMap::new();
        for review in self.reviews.rows.iter().filter_map(|review| review.row.as_ref()) {
            by_row.entry(&review.ledger).or_default().push(review.clone());
        }
        by_row
    }

    /// How many reviews can't be imported.
    pub fn stopped_reviews(&self) -> usize {
        self.reviews.rows.iter().filter(|review| review.row.is_none()).count()
    }

    /// Whether every row can be imported or was imported before.
    pub fn is_all_good(&self) -> bool {
        let counts = self.ledger.counts();
        counts.stopped + counts.waiting + self.stopped_reviews() == 0
    }
}

codes! {
    /// What became of a row of an import.
    State {
        Imported = "imported", "已导入";
        Waiting = "waiting", "待核对";
        Stopped = "stopped", "不能导入";
        Known = "known", "以前已导入";
        /// A person found that it is the same petition case as another.
        Skipped = "skipped", "确认为同一件";
    }
}

/// A problem of a row as it is kept: without the value, which may be personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub heading: String,
    pub weight: Weight,
    pub problem: String,
    pub remedy: String,
}

impl From<&Finding> for Remark {
    fn from(finding: &Finding) -> Self {
        Self {
            heading: finding.heading.clone(),
            weight: finding.problem.weight(),
            problem: finding.problem.to_string(),
            remedy: finding.problem.remedy().to_owned(),
        }
    }
}

/// A row of 台账 with what becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TakenRow {
    pub place: Place,
    pub fate: Fate,
    pub remarks: Vec<Remark>,
    /// The reviews that point at it: they share its fate.
    pub reviews: Vec<ReviewRow>,
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// It becomes a petition case.
    Imported(Box<LedgerRow>),
    /// A person decides whether it is another's repetition.
    Waiting(Box<LedgerRow>, Like),
    /// Its file must be corrected first.
    Stopped,
    /// It is the case with this number already.
    Known(String),
}

/// A review that is not imported.
#[derive(Debug, Clone, PartialEq)]
pub struct StoppedReview {
    pub place: Place,
    pub remarks: Vec<Remark>,
}

/// A file's rows with what becomes of each. Only [`take_in`] makes one, and the store writes
/// nothing else.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq)]
pub struct TakenIn {
    rows: Vec<TakenRow>,
    stopped_reviews: Vec<StoppedReview>,
}

getters! {
    TakenIn {
        /// The rows of 台账 in the order of the sheet.
        rows: &[TakenRow],
        /// The reviews that are not imported.
        stopped_reviews: &[StoppedReview],
    }
}

/// Decides on the rows of a dry run, which was compared with the register before: the good ones,
/// or all or none.
pub fn take_in(dry_run: &DryRun, choice: Choice) -> Result<TakenIn, Refusal> {
    dry_run.ledger.importable(choice)?;
    let stopped = dry_run.stopped_reviews();
    if choice == Choice::AllOrNothing && stopped > 0 {
        return Err(Refusal::ReviewsNotAllGood(stopped));
    }
    let mut reviews = dry_run.reviews_by_row();
    let rows = dry_run.ledger.rows.iter().map(|row| TakenRow {
        place: row.place.clone(),
        fate: match &row.verdict {
            Verdict::Good(row) => Fate::Imported(row.clone()),
            Verdict::Waiting { row, like } => Fate::Waiting(row.clone(), like.clone()),
            Verdict::Stopped => Fate::Stopped,
            Verdict::Present(number) => Fate::Known(number.clone()),
        },
        remarks: row.findings.iter().map(Remark::from).collect(),
        reviews: reviews.remove(&row.place).unwrap_or_default(),
    });
    let rows = rows.collect();
    let stopped = dry_run.reviews.rows.iter().filter(|review| review.row.is_none());
    let stopped = stopped.map(|CheckedReview { place, findings, .. }| StoppedReview {
        place: place.clone(),
        remarks: findings.iter().map(Remark::from).collect(),
    });
    Ok(TakenIn { rows, stopped_reviews: stopped.collect() })
}

#[cfg(test)]
mod tests;
