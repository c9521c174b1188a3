//! What a dry run reports, and which rows may be imported by it.

use std::fmt;

use super::column::Column;
use super::finding::{Change, Finding, Weight};
use super::row::{LedgerRow, Place};

/// The result of a dry run over a ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The rows in the order of the sheet.
    pub rows: Vec<CheckedRow>,
    /// Rows that are not cases: totals, remarks, signatures below the table.
    pub skipped: Vec<Skipped>,
}

/// A row of which nothing is imported, because it is not a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The row's number in the sheet.
    pub sheet_row: u32,
    /// What stands in it.
    pub text: String,
}

/// One row with everything that was found about it.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedRow {
    /// Where it stands.
    pub place: Place,
    /// Whether it can be imported.
    pub verdict: Verdict,
    /// Problems, whatever their weight.
    pub findings: Vec<Finding>,
    /// Values that were put right: shown, not reported as faults.
    pub changes: Vec<Change>,
}

/// Whether a row can be imported.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It can, with the warnings that travel with it.
    Good(Box<LedgerRow>),
    /// It can't, until its file is corrected.
    Stopped,
    /// It is probably the same case as another: a person decides.
    Waiting {
        /// What would be imported.
        row: Box<LedgerRow>,
        /// The other.
        like: Like,
    },
    /// It was imported before, as the case with this number: nothing is made twice.
    Present(String),
}

/// What a row probably repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Like {
    /// An earlier row of the file.
    Row(Place),
    /// A case in the register, by its number.
    Case(String),
}

impl fmt::Display for Like {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(place) => place.fmt(f),
            Self::Case(number) => f.write_str(number),
        }
    }
}

/// What the register already holds of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// The row itself: an earlier import made the case with this number of it.
    Imported(String),
    /// A case that is probably the same, by its number.
    Similar(String),
}

impl CheckedRow {
    /// What the row says, if it can be imported now or once a person has decided.
    pub fn content(&self) -> Option<&LedgerRow> {
        match &self.verdict {
            Verdict::Good(row) | Verdict::Waiting { row, .. } => Some(row),
            Verdict::Stopped | Verdict::Present(_) => None,
        }
    }

    /// The row, if it can be imported as it is.
    pub fn good(&self) -> Option<&LedgerRow> {
        match &self.verdict {
            Verdict::Good(row) => Some(row),
            Verdict::Stopped | Verdict::Waiting { .. } | Verdict::Present(_) => None,
        }
    }

    /// What the row probably repeats, if it waits for that.
    pub fn like(&self) -> Option<&Like> {
        match &self.verdict {
            Verdict::Waiting { like, .. } => Some(like),
            Verdict::Good(_) | Verdict::Stopped | Verdict::Present(_) => None,
        }
    }

    /// The problems of one weight.
    pub fn of_weight(&self, weight: Weight) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.problem.weight() == weight)
    }

    /// Why the row is not imported; nothing for a good row.
    fn reason(&self) -> Option<String> {
        match &self.verdict {
            Verdict::Good(_) | Verdict::Present(_) => None,
            Verdict::Waiting { like, .. } => {
                Some(format!("疑似与{like}重复：请核对后决定是否导入"))
            }
            Verdict::Stopped => Some(stops(&self.findings)),
        }
    }
}

/// How many rows there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All rows that are cases.
    pub total: usize,
    /// Rows that can be imported.
    pub good: usize,
    /// Rows that can't.
    pub stopped: usize,
    /// Probable duplicates.
    pub waiting: usize,
    /// Rows that were imported before.
    pub present: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { total, good, stopped, waiting, present } = self;
        write!(f, "{total}行中{good}行可以导入，{stopped}行不能导入，{waiting}行疑似重复")?;
        if *present > 0 { write!(f, "，{present}行以前已经导入") } else { Ok(()) }
    }
}

/// Which rows a person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// 只导入没有问题的行
    GoodRows,
    /// 全部改好再导入
    AllOrNothing,
}

/// Why nothing is imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("没有找到必需的列：{}", labels(.0))]
    ColumnsMissing(Vec<Column>),
    #[error("{0}，请全部改好后再导入")]
    NotAllGood(Counts),
    #[error("评查表中{0}行不能导入，请全部改好后再导入")]
    ReviewsNotAllGood(usize),
    #[error("没有可以导入的行")]
    NothingToImport,
}

impl Checked {
    /// Compares the rows with the register: what was imported before is left alone, what is
    /// probably there waits for a person.
    pub fn compare(&mut self, known: impl Fn(&Place, &LedgerRow) -> Option<Known>) {
        for checked in &mut self.rows {
            let (Verdict::Good(row) | Verdict::Waiting { row, .. }) = &checked.verdict else {
                continue;
            };
            match (known(&checked.place, row), &checked.verdict) {
                (Some(Known::Imported(number)), _) => checked.verdict = Verdict::Present(number),
                (Some(Known::Similar(number)), Verdict::Good(row)) => {
                    let (row, like) = (row.clone(), Like::Case(number));
                    checked.verdict = Verdict::Waiting { row, like };
                }
                (Some(Known::Similar(_)) | None, _) => {}
            }
        }
    }

    /// How many rows there are of each kind.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { total: self.rows.len(), ..Counts::default() };
        for row in &self.rows {
            match row.verdict {
                Verdict::Good(_) => counts.good += 1,
                Verdict::Stopped => counts.stopped += 1,
                Verdict::Waiting { .. } => counts.waiting += 1,
                Verdict::Present(_) => counts.present += 1,
            }
        }
        counts
    }

    /// Each row that is not imported: its number in the sheet, and why.
    pub fn reasons(&self) -> Vec<(u32, String)> {
        self.rows.iter().filter_map(|row| Some((row.place.sheet_row, row.reason()?))).collect()
    }

    /// The rows to import: the good ones, or all or none. A file that was imported before ends
    /// well, with no rows, and so does one whose rows all wait for a person.
    pub fn importable(&self, choice: Choice) -> Result<Vec<(&CheckedRow, &LedgerRow)>, Refusal> {
        let counts = self.counts();
        if choice == Choice::AllOrNothing && counts.stopped + counts.waiting > 0 {
            return Err(Refusal::NotAllGood(counts));
        }
        if counts.total == counts.stopped {
            return Err(Refusal::NothingToImport);
        }
        Ok(self.rows.iter().filter_map(|row| Some((row, row.good()?))).collect())
    }
}

/// What stops a row, with the remedies.
pub fn stops(findings: &[Finding]) -> String {
    let stops = findings.iter().filter(|finding| finding.problem.weight() == Weight::Stop);
    let sentence = |fault: &Finding| {
        format!("{}：{}。{}", fault.heading, fault.problem, fault.problem.remedy())
    };
    stops.map(sentence).collect::<Vec<_>>().join("；")
}

fn labels(columns: &[Column]) -> String {
    let label = |column: &Column| match column.group() {
        Some(group) => format!("{group}{}", column.label()),
        None => column.label().to_owned(),
    };
    columns.iter().map(label).collect::<Vec<_>>().join("、")
}
