//! The cells of one sheet, read as a stream: a stray cell far away costs nothing.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use calamine::{DataRef, Dimensions, ExcelDateTime, Xlsx};

use super::Unreadable;
use crate::domain::ledger_import::{Cell, RawRow};

/// A header stands near the top, below a title and the reporting unit.
pub const SEARCHED_ROWS: usize = 30;
/// Beyond these a sheet is not a ledger.
const ROWS: usize = 20_000;
const COLUMNS: usize = 200;
/// One shared string can stand in any number of cells, and a lone cell far to the right fills its row
/// with empty ones, so the sums of a workbook are bounded as well.
const TEXT_BYTES: usize = 48 << 20;
const CELLS: usize = 1_500_000;
/// A petitioner with several court cases is merged over their rows; no one over more than these.
const MERGED_ROWS: u32 = 100;
const MERGES: usize = 40_000;
/// The days of a workbook's calendar, which ends with the year 9999. Beyond them a number that is
/// formatted as a date is none, and the reader may break off at it.
const DAYS: f64 = 2_958_466.0;
/// A header has fewer merged cells than these.
const HEADER_MERGES: usize = 1_000;

/// What the sheets of a workbook may still take of the memory.
pub struct Room {
    text: usize,
    cells: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { text: TEXT_BYTES, cells: CELLS }
    }
}

impl Room {
    /// Puts a cell into a row, which grows up to it.
    fn put(&mut self, cells: &mut Vec<Cell>, at: usize, cell: Cell) -> Result<(), Unreadable> {
        let more = (at + 1).saturating_sub(cells.len());
        let left = self.text.checked_sub(text_bytes(&cell)).zip(self.cells.checked_sub(more));
        (self.text, self.cells) = left.ok_or(Unreadable::InflatesTooMuch)?;
        if more > 0 {
            cells.resize(at + 1, Cell::Empty);
        }
        if let Some(slot) = cells.get_mut(at) {
            *slot = cell;
        }
        Ok(())
    }
}

/// The rows that hold anything, and the merged regions near the top.
pub struct Grid {
    pub rows: Vec<RawRow>,
    pub merges: Vec<Dimensions>,
}

impl Grid {
    /// The merged region, if any, that covers this place (both counted from 0).
    pub fn merge_at(&self, row: u32, column: u32) -> Option<&Dimensions> {
        self.merges.iter().find(|merge| {
            (merge.start.0..=merge.end.0).contains(&row)
                && (merge.start.1..=merge.end.1).contains(&column)
        })
    }
}

/// Reads a sheet. Cells merged downwards each get the value that stands in the first.
pub fn read<R: Read + Seek>(
    file: &mut Xlsx<R>,
    name: &str,
    room: &mut Room,
) -> Result<Grid, Unreadable> {
    let mut rows = cells(file, name, room)?;
    let mut merges = file.merge_cells_by_sheet_name(name).map_err(Unreadable::Broken)?;
    merges.truncate(MERGES);
    for merge in &merges {
        fill_down(&mut rows, merge, room)?;
    }
    let below_header = rows.keys().nth(SEARCHED_ROWS).copied().unwrap_or(u32::MAX);
    merges.retain(|merge| merge.start.0 <= below_header);
    merges.truncate(HEADER_MERGES);
    let row = |(row, cells)| RawRow { sheet_row: row + 1, cells };
    Ok(Grid { rows: rows.into_iter().map(row).collect(), merges })
}

fn cells<R: Read + Seek>(
    file: &mut Xlsx<R>,
    name: &str,
    room: &mut Room,
) -> Result<BTreeMap<u32, Vec<Cell>>, Unreadable> {
    let mut reader = file.worksheet_cells_reader(name).map_err(Unreadable::Broken)?;
    let mut rows: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
    while let Some(found) = reader.next_cell().map_err(Unreadable::Broken)? {
        let (row, column) = found.get_position();
        let cell = cell(found.get_value());
        if cell.is_empty() {
            continue;
        }
        let column = place(column).ok_or_else(|| Unreadable::TooManyColumns(name.to_owned()))?;
        room.put(rows.entry(row).or_default(), column, cell)?;
        if rows.len() > ROWS {
            return Err(Unreadable::TooManyRows(name.to_owned()));
        }
    }
    Ok(rows)
}

fn place(column: u32) -> Option<usize> {
    usize::try_from(column).ok().filter(|column| *column < COLUMNS)
}

fn text_bytes(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) | Cell::Broken(text) => text.len(),
        Cell::Empty | Cell::Number(_) | Cell::Date(_) => 0,
    }
}

fn cell(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) | DataRef::DurationIso(text) | DataRef::DateTimeIso(text) => {
            Cell::Text(text.clone())
        }
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Float(number) => Cell::Number(*number),
        #[expect(clippy::cast_precision_loss, reason = "a workbook keeps 15 digits of a number")]
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Bool(true) => Cell::Text("是".to_owned()),
        DataRef::Bool(false) => Cell::Text("否".to_owned()),
        DataRef::Error(error) => Cell::Broken(error.to_string()),
        DataRef::DateTime(moment) => Some(moment)
            .filter(|moment| moment.is_datetime() && moment.as_f64().abs() < DAYS)
            .and_then(ExcelDateTime::as_datetime)
            .map_or(Cell::Number(moment.as_f64()), |moment| Cell::Date(moment.date())),
    }
}

/// Gives each row below a merged cell the value of the first, within one column.
fn fill_down(
    rows: &mut BTreeMap<u32, Vec<Cell>>,
    merge: &Dimensions,
    room: &mut Room,
) -> Result<(), Unreadable> {
    let (from, to) = (merge.start.0, merge.end.0);
    if merge.start.1 != merge.end.1 || to.saturating_sub(from) > MERGED_ROWS {
        return Ok(());
    }
    let Some(column) = place(merge.start.1) else { return Ok(()) };
    let first = rows.get(&from).and_then(|cells| cells.get(column));
    let Some(value) = first.filter(|cell| !cell.is_empty()).cloned() else { return Ok(()) };
    for row in from.saturating_add(1)..=to {
        let Some(cells) = rows.get_mut(&row) else { continue };
        if cells.get(column).is_none_or(Cell::is_empty) {
            room.put(cells, column, value.clone())?;
        }
    }
    Ok(())
}
