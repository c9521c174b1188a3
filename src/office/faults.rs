//! Ledgers as .xlsx for people: the rows that were not imported with the reason in front, and the
//! empty template.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::domain::ledger_import::{Cell, Column, Heading, Kind, Table};

/// The heading of the first column of a workbook of faults.
pub const REASON: &str = "未导入原因";

const TITLE_ROW: u32 = 0;
const GROUP_ROW: u32 = 2;
const HEADING_ROW: u32 = 3;
const FIRST_ROW: u32 = 4;

/// A cell holds no more.
const CELL_CHARACTERS: usize = 32_767;
/// What a spreadsheet, or a program behind it, could take for the beginning of a formula.
const FORMULA_SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A row's number in its sheet, and why it was not imported.
type Reason = (u32, String);

/// The rows that are stopped or wait, as they were typed, with the reason in the first column
/// (「下载问题行」). Corrected, the workbook can be imported as it is.
pub fn not_imported(sheets: &[(&Table, Vec<Reason>)]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    for (table, reasons) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(table.kind))?;
        let title = "未导入的行：改正后可以直接用本表重新导入";
        write_text(sheet, (TITLE_ROW, 0), title, &Format::new())?;
        let reason = Heading { at: 0, group: String::new(), text: REASON.to_owned() };
        let moved = |heading: &Heading| Heading { at: heading.at + 1, ..heading.clone() };
        let headings: Vec<_> =
            std::iter::once(reason).chain(table.headings.iter().map(moved)).collect();
        write_headings(sheet, &headings)?;
        sheet.set_column_width(0, 48)?;
        write_rows(sheet, table, reasons)?;
    }
    book.save_to_buffer()
}

fn write_rows(sheet: &mut Worksheet, table: &Table, reasons: &[Reason]) -> Result<(), XlsxError> {
    let format = cell_format();
    for (row, (sheet_row, reason)) in (FIRST_ROW..).zip(reasons) {
        write_text(sheet, (row, 0), reason, &format)?;
        let found = table.rows.binary_search_by_key(sheet_row, |raw| raw.sheet_row);
        let raw = found.ok().and_then(|at| table.rows.get(at));
        for heading in &table.headings {
            let cell = raw.and_then(|raw| raw.cells.get(heading.at));
            let typed = cell.map(Cell::typed).unwrap_or_default();
            write_text(sheet, (row, column(heading.at + 1)?), &typed, &format)?;
        }
    }
    Ok(())
}

/// An empty ledger with its headings of two levels, and a sheet of reviews (「下载模板」).
pub fn template() -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    for kind in [Kind::Ledger, Kind::Review] {
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(kind))?;
        let hint = "日期写成2026年1月29日或2026.1.29；证件号码、电话按文本填写";
        write_text(sheet, (TITLE_ROW, 0), hint, &Format::new())?;
        let heading = |(at, column): (usize, &Column)| Heading {
            at,
            group: column.group().unwrap_or_default().to_owned(),
            text: column.label().to_owned(),
        };
        let headings: Vec<_> = Column::of(kind).iter().enumerate().map(heading).collect();
        write_headings(sheet, &headings)?;
        for heading in &headings {
            // Whatever is typed here stays text, so that no digit of a long number is lost.
            sheet.set_column_format(column(heading.at)?, &Format::new().set_num_format("@"))?;
        }
    }
    book.save_to_buffer()
}

/// Writes the headings on two rows: groups are merged across, single headings downwards.
fn write_headings(sheet: &mut Worksheet, headings: &[Heading]) -> Result<(), XlsxError> {
    let format = cell_format()
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_background_color(Color::RGB(0x00F2_F2F2));
    for heading in headings.iter().filter(|heading| heading.group.is_empty()) {
        let at = column(heading.at)?;
        sheet.merge_range(GROUP_ROW, at, HEADING_ROW, at, &heading.text, &format)?;
    }
    let grouped = |one: &Heading, next: &Heading| {
        !one.group.is_empty() && one.group == next.group && one.at + 1 == next.at
    };
    for group in headings.chunk_by(grouped) {
        let [first, .., last] = group else {
            write_lone(sheet, group, &format)?;
            continue;
        };
        let (from, to) = (column(first.at)?, column(last.at)?);
        sheet.merge_range(GROUP_ROW, from, GROUP_ROW, to, &first.group, &format)?;
        for heading in group {
            write_text(sheet, (HEADING_ROW, column(heading.at)?), &heading.text, &format)?;
        }
    }
    sheet.set_freeze_panes(FIRST_ROW, 0)?;
    Ok(())
}

/// A group of one column is not merged.
fn write_lone(sheet: &mut Worksheet, group: &[Heading], format: &Format) -> Result<(), XlsxError> {
    for heading in group.iter().filter(|heading| !heading.group.is_empty()) {
        let at = column(heading.at)?;
        write_text(sheet, (GROUP_ROW, at), &heading.group, format)?;
        write_text(sheet, (HEADING_ROW, at), &heading.text, format)?;
    }
    Ok(())
}

/// Writes text and nothing else: a long number keeps its digits. What begins like a formula is
/// marked as text as well, so that it doesn't become one when somebody edits the cell.
fn write_text(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let text: String = text.chars().take(CELL_CHARACTERS).collect();
    if text.starts_with(FORMULA_SIGNS) {
        let format = format.clone().set_quote_prefix();
        sheet.write_string_with_format(row, column, text, &format)?;
    } else {
        sheet.write_string_with_format(row, column, text, format)?;
    }
    Ok(())
}

fn column(at: usize) -> Result<u16, XlsxError> {
    u16::try_from(at).map_err(|_| XlsxError::RowColumnLimitError)
}

const fn sheet_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Ledger => "台账",
        Kind::Review => "评查",
    }
}

fn cell_format() -> Format {
    Format::new().set_num_format("@").set_border(FormatBorder::Thin).set_text_wrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ledger_import::{Mapping, RawRow};
    use crate::office::ledger::read;

    #[test]
    fn the_template_is_read_with_every_column_known() {
        let book = read(&template().unwrap()).unwrap();
        assert_eq!(book.tables.len(), 2);
        for table in &book.tables {
            let mapping = Mapping::guess(table.kind, &table.headings);
            assert_eq!(mapping.len(), Column::of(table.kind).len());
            assert_eq!(mapping.left_out(&table.headings), Vec::<&Heading>::new());
            assert_eq!(table.rows, []);
        }
    }

    #[test]
    fn faulty_rows_come_back_as_typed_with_the_reason_in_front() {
        let heading = |at, group: &str, text: &str| Heading {
            at,
            group: group.to_owned(),
            text: text.to_owned(),
        };
        let typed = ["9", "=1+1", "990104196803120013", "+86 10023572816", "@某", "-", "'某"];
        let table = Table {
            sheet: "台账".to_owned(),
            kind: Kind::Ledger,
            preamble: Vec::new(),
            headings: vec![
                heading(0, "", "序号"),
                heading(1, "信访人", "姓名"),
                heading(2, "信访人", "证件号码"),
                heading(3, "包案责任", "责任人电话"),
                heading(4, "", "交办日期"),
                heading(5, "", "责任单位"),
                heading(6, "", "没见过的列"),
            ],
            rows: vec![
                RawRow { sheet_row: 5, cells: Vec::new() },
                RawRow {
                    sheet_row: 7,
                    cells: typed.map(|text| Cell::Text(text.to_owned())).into(),
                },
            ],
        };
        let bytes = not_imported(&[(&table, vec![(7, "=原因".to_owned())])]).unwrap();
        let book = read(&bytes).unwrap();
        let back = book.table(Kind::Ledger).unwrap();
        assert_eq!(back.headings.first().map(Heading::full).as_deref(), Some(REASON));
        let full: Vec<_> = back.headings.iter().skip(1).map(Heading::full).collect();
        assert_eq!(full, table.headings.iter().map(Heading::full).collect::<Vec<_>>());
        assert_eq!(back.rows.len(), 1);
        let expected: Vec<_> = std::iter::once("=原因").chain(typed).map(str::to_owned).collect();
        let texts: Vec<_> = back.rows[0].cells.iter().map(Cell::typed).collect();
        assert_eq!(texts, expected);
        assert!(back.rows[0].cells.iter().all(|cell| matches!(cell, Cell::Text(_))));

        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let styles = std::io::read_to_string(archive.by_name("xl/styles.xml").unwrap()).unwrap();
        assert!(styles.contains(r#"quotePrefix="1""#), "a formula typed as text stays text");
    }
}
