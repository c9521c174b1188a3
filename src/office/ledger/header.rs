//! Finds the header: the one or two rows in which most headings are known.

use super::sheet::{Grid, SEARCHED_ROWS};
use crate::domain::ledger_import::{Cell, Heading, Kind, Mapping, RawRow, Table};

/// Fewer known headings than these may be chance.
const KNOWN_HEADINGS: usize = 3;

/// Where a header was found, and how good it is.
struct Header {
    kind: Kind,
    /// The place of its first row among the rows that hold anything.
    at: usize,
    levels: usize,
    headings: Vec<Heading>,
    known: usize,
}

/// Finds the header of a sheet and splits the sheet there.
pub fn find(name: &str, grid: Grid) -> Option<Table> {
    let header = best(&grid).filter(|header| header.known >= KNOWN_HEADINGS)?;
    let mut rows = grid.rows;
    let below = rows.split_off((header.at + header.levels).min(rows.len()));
    rows.truncate(header.at);
    Some(Table {
        sheet: name.to_owned(),
        kind: header.kind,
        preamble: rows.iter().map(line).collect(),
        headings: header.headings,
        rows: below,
    })
}

fn best(grid: &Grid) -> Option<Header> {
    let mut best: Option<Header> = None;
    for at in 0..grid.rows.len().min(SEARCHED_ROWS) {
        for levels in [1, 2] {
            for kind in [Kind::Ledger, Kind::Review] {
                let Some(header) = header(grid, kind, at, levels) else { continue };
                if best.as_ref().is_none_or(|best| header.known > best.known) {
                    best = Some(header);
                }
            }
        }
    }
    best
}

fn header(grid: &Grid, kind: Kind, at: usize, levels: usize) -> Option<Header> {
    let upper = grid.rows.get(at)?;
    let headings = if levels == 1 {
        one_level(upper)
    } else {
        let lower = grid.rows.get(at + 1).filter(|row| row.sheet_row == upper.sheet_row + 1)?;
        two_levels(grid, upper, lower)
    };
    let known = Mapping::guess(kind, &headings).len();
    Some(Header { kind, at, levels, headings, known })
}

fn one_level(row: &RawRow) -> Vec<Heading> {
    let heading =
        |(at, cell): (usize, &Cell)| Heading { at, group: String::new(), text: cell.plain() };
    row.cells.iter().enumerate().map(heading).filter(|heading| !heading.text.is_empty()).collect()
}

/// A heading without a lower level stands over both rows; a group reaches as far as its merged
/// cell, or where nobody merged, up to the next heading above.
fn two_levels(grid: &Grid, upper: &RawRow, lower: &RawRow) -> Vec<Heading> {
    let mut headings = Vec::new();
    let mut group = String::new();
    for at in 0..upper.cells.len().max(lower.cells.len()) {
        let above = text(upper, at);
        let below = text(lower, at);
        if !above.is_empty() || !is_inside_merge(grid, upper, at) && below.is_empty() {
            group.clone_from(&above);
        }
        let heading = if below.is_empty() || below == above {
            Heading { at, group: String::new(), text: above }
        } else {
            Heading { at, group: group.clone(), text: below }
        };
        if !heading.text.is_empty() {
            headings.push(heading);
        }
    }
    headings
}

fn text(row: &RawRow, at: usize) -> String {
    row.cells.get(at).map(Cell::plain).unwrap_or_default()
}

/// Whether a merged cell that begins further left covers this place.
fn is_inside_merge(grid: &Grid, row: &RawRow, at: usize) -> bool {
    u32::try_from(at)
        .ok()
        .and_then(|at| grid.merge_at(row.sheet_row - 1, at))
        .is_some_and(|merge| usize::try_from(merge.start.1).is_ok_and(|start| start < at))
}

fn line(row: &RawRow) -> String {
    let texts = row.cells.iter().filter(|cell| !cell.is_empty()).map(Cell::typed);
    texts.collect::<Vec<_>>().join("　")
}
