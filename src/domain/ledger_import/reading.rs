//! Reads the cells of one row, and notes what it finds.

use chrono::NaiveDate;

use super::cell::{Cell, trimmed};
use super::column::Column;
use super::finding::{Change, Finding, Problem, Weight};
use super::row::{Entry, Place};
use super::table::{Mapping, RawRow, Table};
use crate::domain::court_case::{CaseNumber, StatedNumber};
use crate::domain::petitioner::{IdNumber, Name, NameFault, Phone};

/// Petitions are kept since the courts were rebuilt; an earlier year is a slip of the hand, and
/// what a workbook makes of an empty date is of 1900.
const FIRST_YEAR: i32 = 1980;

/// One row, and what was found so far.
pub struct Reading<'a> {
    table: &'a Table,
    mapping: &'a Mapping,
    row: &'a RawRow,
    /// Where the row stands.
    pub place: Place,
    /// Problems in the order of reading.
    pub findings: Vec<Finding>,
    /// Values that were put right.
    pub changes: Vec<Change>,
}

impl<'a> Reading<'a> {
    pub fn new(table: &'a Table, mapping: &'a Mapping, row: &'a RawRow) -> Self {
        let place = Place { sheet_row: row.sheet_row, index: String::new() };
        let mut reading =
            Self { table, mapping, row, place, findings: Vec::new(), changes: Vec::new() };
        reading.place.index = reading.cell(Column::Index).plain();
        for column in Column::of(table.kind) {
            if matches!(reading.cell(*column), Cell::Broken(_)) {
                reading.note(*column, Problem::BrokenFormula);
            }
        }
        reading
    }

    pub fn cell(&self, column: Column) -> &'a Cell {
        const NONE: &Cell = &Cell::Empty;
        self.mapping.place(column).and_then(|at| self.row.cells.get(at)).unwrap_or(NONE)
    }

    /// A text without blanks at its ends.
    pub fn text(&self, column: Column) -> String {
        let cell = self.cell(column);
        if matches!(cell, Cell::Broken(_)) { String::new() } else { trimmed(&cell.typed()) }
    }

    pub fn name(&mut self) -> Option<Name> {
        match Name::parse(&self.text(Column::Name)) {
            Ok(name) => {
                self.changed(Column::Name, name.as_str());
                Some(name)
            }
            Err(NameFault::Empty) => self.refuse(Column::Name, Problem::NameMissing),
            Err(fault) => self.refuse(Column::Name, Problem::Name(fault)),
        }
    }

    pub fn id_number(&mut self) -> Entry<IdNumber> {
        if self.cell(Column::IdNumber).has_lost_digits() {
            self.note(Column::IdNumber, Problem::IdNumberLostDigits);
            return Entry::Doubtful(self.cell(Column::IdNumber).typed());
        }
        let typed = self.text(Column::IdNumber);
        if typed.is_empty() {
            return Entry::Empty;
        }
        match IdNumber::parse(&typed) {
            Ok(number) => {
                self.changed(Column::IdNumber, number.exposed());
                Entry::Read(number)
            }
            Err(fault) => {
                self.note(Column::IdNumber, Problem::IdNumber(fault));
                Entry::Doubtful(typed)
            }
        }
    }

    pub fn phone(&mut self, column: Column) -> Entry<Phone> {
        let typed = self.text(column);
        if typed.is_empty() {
            return Entry::Empty;
        }
        match Phone::parse(&typed) {
            Ok(phone) => {
                self.changed(column, phone.exposed());
                Entry::Read(phone)
            }
            Err(fault) => {
                self.note(column, Problem::Phone(fault));
                Entry::Doubtful(typed)
            }
        }
    }

    pub fn court_case(&mut self) -> Option<StatedNumber> {
        let stated = StatedNumber::read(&self.text(Column::CourtCaseNumber))?;
        match stated.number.as_ref().map(CaseNumber::to_string) {
            Some(number) => self.changed(Column::CourtCaseNumber, &number),
            None => self.note(Column::CourtCaseNumber, Problem::CourtCase),
        }
        Some(stated)
    }

    /// A day that is neither before [`FIRST_YEAR`] nor after today; `None` also when the cell is
    /// empty, which is for the caller to judge.
    pub fn date(&mut self, column: Column, today: NaiveDate) -> Option<NaiveDate> {
        let cell = self.cell(column);
        if cell.is_empty() {
            return None;
        }
        match cell.date() {
            None => self.refuse(column, Problem::DateImpossible),
            Some(date) if chrono::Datelike::year(&date) < FIRST_YEAR => {
                self.refuse(column, Problem::DateTooEarly)
            }
            Some(date) if date > today => self.refuse(column, Problem::DateInFuture),
            Some(date) => Some(date),
        }
    }

    /// Notes a problem and gives nothing back.
    pub fn refuse<T>(&mut self, column: Column, problem: Problem) -> Option<T> {
        self.note(column, problem);
        None
    }

    /// Whether nothing found so far stops the row.
    pub fn may_pass(&self) -> bool {
        self.findings.iter().all(|finding| finding.problem.weight() < Weight::Stop)
    }

    pub fn note(&mut self, column: Column, problem: Problem) {
        self.findings.push(Finding {
            place: self.place.clone(),
            column,
            heading: self.heading(column),
            value: self.cell(column).typed(),
            problem,
        });
    }

    /// Notes a value that is not imported as it was typed.
    fn changed(&mut self, column: Column, to: &str) {
        let from = self.cell(column).typed();
        if from != to {
            self.changes.push(Change {
                place: self.place.clone(),
                column,
                heading: self.heading(column),
                from,
                to: to.to_owned(),
            });
        }
    }

    fn heading(&self, column: Column) -> String {
        let at = self.mapping.place(column);
        self.table
            .headings
            .iter()
            .find(|heading| Some(heading.at) == at)
            .map_or_else(|| column.label().to_owned(), |heading| heading.text.clone())
    }
}
