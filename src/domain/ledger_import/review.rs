//! The sheet 评查: the court cases that were reviewed, each pointing at a ledger row.

use std::collections::HashMap;

use super::check::not_a_case;
use super::column::Column;
use super::finding::{Change, Finding, Problem};
use super::reading::Reading;
use super::report::{Checked, CheckedRow, Refusal, Skipped, Verdict, stops};
use super::row::Place;
use super::table::{Mapping, Table};
use super::words::{self, Grade, Procedure};
use crate::domain::court_case::StatedNumber;
use crate::domain::petitioner::Name;

/// A reviewed court case.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewRow {
    /// The ledger row that it belongs to.
    pub ledger: Place,
    /// 案号: a review is one of a court case, so it can't be missing.
    pub court_case: StatedNumber,
    /// 程序
    pub procedure: Option<Procedure>,
    /// 评查等次
    pub grade: Grade,
    /// 是否追责
    pub accountability: bool,
    /// 问题摘要
    pub summary: String,
}

/// The result of a dry run over a review sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedReviews {
    /// The rows in the order of the sheet.
    pub rows: Vec<CheckedReview>,
    /// Rows that are not reviews.
    pub skipped: Vec<Skipped>,
}

/// One review row with everything that was found about it.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedReview {
    /// Where it stands.
    pub place: Place,
    /// The review, if nothing stops it.
    pub row: Option<ReviewRow>,
    /// Problems, whatever their weight.
    pub findings: Vec<Finding>,
    /// Values that were put right.
    pub changes: Vec<Change>,
}

impl CheckedReviews {
    /// Each row that is not imported: its number in the sheet, and why.
    pub fn reasons(&self) -> Vec<(u32, String)> {
        let stopped = self.rows.iter().filter(|review| review.row.is_none());
        stopped.map(|review| (review.place.sheet_row, stops(&review.findings))).collect()
    }
}

/// The ledger rows that can be imported, by 序号.
type ByIndex<'a> = HashMap<&'a str, Vec<&'a CheckedRow>>;

/// Checks the rows of a review sheet against the ledger of the same file: a review of a row that
/// was stopped is stopped as well.
pub fn check_reviews(
    table: &Table,
    mapping: &Mapping,
    ledger: &Checked,
) -> Result<CheckedReviews, Refusal> {
    let missing = mapping.missing();
    if !missing.is_empty() {
        return Err(Refusal::ColumnsMissing(missing));
    }
    let mut by_index: ByIndex<'_> = HashMap::new();
    for row in ledger.rows.iter().filter(|row| !matches!(row.verdict, Verdict::Stopped)) {
        by_index.entry(&row.place.index).or_default().push(row);
    }
    let mut checked = CheckedReviews { rows: Vec::new(), skipped: Vec::new() };
    for raw in &table.rows {
        if let Some(skipped) = not_a_case(raw, mapping) {
            checked.skipped.extend(Some(skipped).filter(|skipped| !skipped.text.is_empty()));
            continue;
        }
        let mut reading = Reading::new(table, mapping, raw);
        let row = read(&mut reading, &by_index).filter(|_| reading.may_pass());
        let Reading { place, findings, changes, .. } = reading;
        checked.rows.push(CheckedReview { place, row, findings, changes });
    }
    Ok(checked)
}

fn read(reading: &mut Reading<'_>, ledger: &ByIndex<'_>) -> Option<ReviewRow> {
    let of = ledger_row(reading, ledger);
    let court_case = reading
        .court_case()
        .or_else(|| reading.refuse(Column::CourtCaseNumber, Problem::CourtCaseMissing));
    let grade = words::grade(&reading.text(Column::Grade))
        .or_else(|| reading.refuse(Column::Grade, Problem::GradeUnknown));
    let accountability = words::yes(&reading.text(Column::Accountability))
        .or_else(|| reading.refuse(Column::Accountability, Problem::NotYesOrNo));
    let procedure = procedure(reading);
    Some(ReviewRow {
        ledger: of?.place.clone(),
        court_case: court_case?,
        procedure,
        grade: grade?,
        accountability: accountability?,
        summary: reading.text(Column::Summary),
    })
}

fn procedure(reading: &mut Reading<'_>) -> Option<Procedure> {
    let typed = reading.text(Column::Procedure);
    if typed.is_empty() {
        return None;
    }
    words::procedure(&typed)
        .or_else(|| reading.refuse(Column::Procedure, Problem::ProcedureUnknown))
}

fn ledger_row<'a>(reading: &mut Reading<'_>, ledger: &ByIndex<'a>) -> Option<&'a CheckedRow> {
    let index = reading.cell(Column::LedgerIndex).plain();
    let named = ledger.get(index.as_str()).filter(|_| !index.is_empty());
    let row = match named.map(Vec::as_slice) {
        Some([row]) => *row,
        Some([_, _, ..]) => {
            return reading.refuse(Column::LedgerIndex, Problem::LedgerRowAmbiguous);
        }
        Some([]) | None => return reading.refuse(Column::LedgerIndex, Problem::LedgerRowUnknown),
    };
    let petitioner = match &row.verdict {
        Verdict::Good(row) | Verdict::Waiting { row, .. } => Some(&row.petitioner.name),
        Verdict::Stopped | Verdict::Present(_) => None,
    };
    let name = reading.text(Column::Name);
    let differs = |petitioner| Name::parse(&name).ok().as_ref() != Some(petitioner);
    if !name.is_empty() && petitioner.is_some_and(differs) {
        reading.note(Column::Name, Problem::PetitionerDiffers);
    }
    Some(row)
}
