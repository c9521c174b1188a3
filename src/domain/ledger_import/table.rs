//! A sheet as it was read: its headings, its rows, and which column holds what.

use std::collections::BTreeMap;

use super::cell::Cell;
use super::column::{Column, Kind};

/// A sheet with a header that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The sheet's name.
    pub sheet: String,
    /// 台账 or 评查.
    pub kind: Kind,
    /// The lines above the header: title, reporting unit, date.
    pub preamble: Vec<String>,
    /// The headings from left to right.
    pub headings: Vec<Heading>,
    /// The rows below the header.
    pub rows: Vec<RawRow>,
}

/// The heading of one column, of one or two levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The column, counted from 0.
    pub at: usize,
    /// The upper level, empty when there is only one.
    pub group: String,
    /// The lower level.
    pub text: String,
}

impl Heading {
    /// Both levels as a person names them: 「信访人·姓名」.
    pub fn full(&self) -> String {
        if self.group.is_empty() {
            self.text.clone()
        } else {
            format!("{}·{}", self.group, self.text)
        }
    }

    /// The column's letter in the workbook.
    pub fn letter(&self) -> String {
        letter(self.at)
    }
}

/// A row below the header.
#[derive(Debug, Clone, PartialEq)]
pub struct RawRow {
    /// The row's number in the sheet, counted from 1.
    pub sheet_row: u32,
    /// The cells from the first column on; those past the end are empty.
    pub cells: Vec<Cell>,
}

/// Which column of the sheet holds what: found by the headings, correctable by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    kind: Kind,
    columns: BTreeMap<usize, Column>,
}

impl Mapping {
    /// Finds the columns by their headings; of two with the same meaning the first one counts.
    pub fn guess(kind: Kind, headings: &[Heading]) -> Self {
        let mut mapping = Self { kind, columns: BTreeMap::new() };
        for heading in headings {
            if let Some(column) = Column::of_heading(kind, &heading.group, &heading.text)
                && mapping.place(column).is_none()
            {
                mapping.columns.insert(heading.at, column);
            }
        }
        mapping
    }

    /// The mapping with these columns, as it was kept.
    pub fn of(kind: Kind, columns: impl IntoIterator<Item = (usize, Column)>) -> Self {
        let mut mapping = Self { kind, columns: BTreeMap::new() };
        columns.into_iter().for_each(|(at, column)| mapping.set(at, Some(column)));
        mapping
    }

    /// Says what the column at a place holds, or that it holds nothing to import. What held the
    /// same before no longer does.
    pub fn set(&mut self, at: usize, column: Option<Column>) {
        self.columns.remove(&at);
        if let Some(column) = column.filter(|column| Column::of(self.kind).contains(column)) {
            self.columns.retain(|_, other| *other != column);
            self.columns.insert(at, column);
        }
    }

    /// What the column at a place holds.
    pub fn column(&self, at: usize) -> Option<Column> {
        self.columns.get(&at).copied()
    }

    /// The columns with their places, from left to right.
    pub fn columns(&self) -> impl Iterator<Item = (usize, Column)> {
        self.columns.iter().map(|(at, column)| (*at, *column))
    }

    /// The place of a column.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.columns.iter().find(|(_, other)| **other == column).map(|(at, _)| *at)
    }

    /// The columns without which nothing can be imported, and that were not found.
    pub fn missing(&self) -> Vec<Column> {
        Column::of(self.kind)
            .iter()
            .copied()
            .filter(|column| column.is_required(self.kind) && self.place(*column).is_none())
            .collect()
    }

    /// The headings whose columns are not imported.
    pub fn left_out<'a>(&self, headings: &'a [Heading]) -> Vec<&'a Heading> {
        headings.iter().filter(|heading| self.column(heading.at).is_none()).collect()
    }

    /// How many columns are known.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether no column is known.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }
}

/// The letter of a column counted from 0: 0 is A, 26 is AA.
pub fn letter(at: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = at + 1;
    while rest > 0 {
        rest -= 1;
        letters.extend(u8::try_from(rest % 26).map(|digit| char::from(b'A' + digit)));
        rest /= 26;
    }
    letters.into_iter().rev().collect()
}

/// The column, counted from 0, with this letter.
pub fn place_of(letter: &str) -> Option<usize> {
    let letter = letter.trim().to_ascii_uppercase();
    if !(1..=3).contains(&letter.len()) || !letter.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let count = letter.bytes().fold(0, |sum, byte| sum * 26 + usize::from(byte - b'A') + 1);
    count.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(texts: &[&str]) -> Vec<Heading> {
        let heading = |(at, text): (usize, &&str)| Heading {
            at,
            group: String::new(),
            text: (*text).to_owned(),
        };
        texts.iter().enumerate().map(heading).collect()
    }

    #[test]
    fn columns_are_counted_in_letters() {
        for (at, expected) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letter(at), expected);
            assert_eq!(place_of(expected), Some(at));
        }
        for nonsense in ["", "1", "A1", "ABCD", "列"] {
            assert_eq!(place_of(nonsense), None);
        }
    }

    #[test]
    fn missing_and_unknown_headings_are_named() {
        let headings = headings(&["姓名", "何时交办", "责任单位", "姓名", "案件来源"]);
        let mut mapping = Mapping::guess(Kind::Ledger, &headings);
        assert_eq!(mapping.missing(), [Column::AssignedOn]);
        let left_out: Vec<_> = mapping.left_out(&headings).iter().map(|h| h.letter()).collect();
        assert_eq!(left_out, ["B", "D"]);

        mapping.set(1, Some(Column::AssignedOn));
        assert_eq!(mapping.missing(), []);
    }

    #[test]
    fn a_correction_takes_the_column_from_where_it_was() {
        let headings = headings(&["姓名", "姓名", "交办日期", "责任单位"]);
        let mut mapping = Mapping::guess(Kind::Ledger, &headings);
        mapping.set(1, Some(Column::Name));
        assert_eq!((mapping.place(Column::Name), mapping.column(0)), (Some(1), None));
        mapping.set(1, Some(Column::Grade));
        assert_eq!(mapping.column(1), None, "a review's column is not one of a ledger");
    }
}
