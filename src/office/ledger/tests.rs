//! Small workbooks as courts and as others write them.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook as Book, Worksheet};
use zip::write::SimpleFileOptions;

use super::*;
use crate::domain::ledger_import::{Cell, Column, Mapping};

fn book(write: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Book::new();
    write(book.add_worksheet().set_name("台账").unwrap());
    book.save_to_buffer().unwrap()
}

fn write_row(sheet: &mut Worksheet, row: u32, texts: &[&str]) {
    for (column, text) in (0..).zip(texts).filter(|(_, text)| !text.is_empty()) {
        sheet.write_string(row, column, *text).unwrap();
    }
}

fn columns(bytes: &[u8]) -> Vec<(String, Option<Column>)> {
    let book = read(bytes).unwrap();
    let table = &book.tables[0];
    let mapping = Mapping::guess(table.kind, &table.headings);
    let named = |heading: &crate::domain::ledger_import::Heading| {
        (heading.full(), mapping.column(heading.at))
    };
    table.headings.iter().map(named).collect()
}

fn named(full: &str, column: Column) -> (String, Option<Column>) {
    (full.to_owned(), Some(column))
}

#[test]
fn a_header_of_one_level_is_found_below_title_and_unit() {
    let bytes = book(|sheet| {
        sheet.merge_range(0, 0, 0, 3, "某台账", &Format::new()).unwrap();
        write_row(sheet, 1, &["填报单位：某法院"]);
        write_row(sheet, 3, &["序号", "信访人姓名", "交办时间", "责任法院", "星座"]);
        write_row(sheet, 4, &["1", "张某", "2026.1.29", "东湖法院", "未知"]);
    });
    let mut expected = vec![
        named("序号", Column::Index),
        named("信访人姓名", Column::Name),
        named("交办时间", Column::AssignedOn),
        named("责任法院", Column::Unit),
    ];
    expected.push(("星座".to_owned(), None));
    assert_eq!(columns(&bytes), expected);
    let table = &read(&bytes).unwrap().tables[0];
    assert_eq!(table.preamble, ["某台账", "填报单位：某法院"]);
    assert_eq!(table.rows.iter().map(|row| row.sheet_row).collect::<Vec<_>>(), [5]);
}

#[test]
fn a_header_of_two_levels_is_found_merged_or_not() {
    let lower = ["", "姓名", "电话", "", "责任人", "电话"];
    for merged in [true, false] {
        let bytes = book(|sheet| {
            if merged {
                sheet.merge_range(0, 1, 0, 2, "信访人", &Format::new()).unwrap();
                sheet.merge_range(0, 4, 0, 5, "包案责任", &Format::new()).unwrap();
                sheet.merge_range(0, 0, 1, 0, "序号", &Format::new()).unwrap();
                sheet.merge_range(0, 3, 1, 3, "交办日期", &Format::new()).unwrap();
            } else {
                write_row(sheet, 0, &["序号", "信访人", "", "交办日期", "包案责任"]);
            }
            write_row(sheet, 1, &lower);
            write_row(sheet, 2, &["1", "张某"]);
        });
        let expected = [
            named("序号", Column::Index),
            named("信访人·姓名", Column::Name),
            named("信访人·电话", Column::Phone),
            named("交办日期", Column::AssignedOn),
            named("包案责任·责任人", Column::Handler),
            named("包案责任·电话", Column::HandlerPhone),
        ];
        assert_eq!(columns(&bytes), expected, "merged: {merged}");
    }
}

#[test]
fn a_petitioner_merged_over_several_rows_stands_in_each() {
    let bytes = book(|sheet| {
        write_row(sheet, 0, &["姓名", "案号", "交办日期", "责任单位"]);
        sheet.merge_range(1, 0, 2, 0, "张某", &Format::new()).unwrap();
        sheet.write_string(1, 1, "甲").unwrap();
        sheet.write_string(2, 1, "乙").unwrap();
    });
    let names: Vec<_> =
        read(&bytes).unwrap().tables[0].rows.iter().map(|row| row.cells[0].typed()).collect();
    assert_eq!(names, ["张某", "张某"]);
}

#[test]
fn cells_keep_their_kind() {
    let bytes = book(|sheet| {
        write_row(sheet, 0, &["姓名", "联系电话", "交办日期", "责任单位"]);
        let date = ExcelDateTime::from_ymd(2026, 1, 29).unwrap();
        let format = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_string(1, 0, "=张某").unwrap();
        sheet.write_number(1, 1, 10_054_177_185.0).unwrap();
        sheet.write_datetime_with_format(1, 2, date, &format).unwrap();
        sheet.write_string(1, 3, "  ").unwrap();
    });
    let date = chrono::NaiveDate::from_ymd_opt(2026, 1, 29).unwrap();
    let expected =
        [Cell::Text("=张某".to_owned()), Cell::Number(10_054_177_185.0), Cell::Date(date)];
    assert_eq!(read(&bytes).unwrap().tables[0].rows[0].cells, expected);
}

#[test]
fn a_number_that_is_no_day_of_any_calendar_stays_a_number() {
    for number in [-1e300, 1e300, 2_958_466.0] {
        let bytes = book(|sheet| {
            write_row(sheet, 0, &["姓名", "案件来源", "交办日期", "责任单位"]);
            write_row(sheet, 1, &["张某"]);
            let format = Format::new().set_num_format("yyyy-mm-dd");
            sheet.write_number_with_format(1, 2, number, &format).unwrap();
        });
        let cell = read(&bytes).unwrap().tables[0].rows[0].cells[2].clone();
        assert_eq!(cell, Cell::Number(number));
    }
}

#[test]
fn the_same_bytes_have_the_same_hash() {
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(sha256(b"abc"), expected);
}

#[test]
fn a_sheet_without_a_header_is_named_and_a_file_without_any_is_refused() {
    let none = book(|sheet| write_row(sheet, 0, &["填表说明", "请看"]));
    assert!(matches!(read(&none), Err(Unreadable::NoHeader)));

    let mut both = Book::new();
    write_row(both.add_worksheet().set_name("说明").unwrap(), 0, &["填表说明"]);
    let sheet = both.add_worksheet().set_name("数据").unwrap();
    write_row(sheet, 0, &["姓名", "交办日期", "责任单位"]);
    let read = read(&both.save_to_buffer().unwrap()).unwrap();
    assert_eq!((read.unread, read.tables.len()), (vec!["说明".to_owned()], 1));
}

#[test]
fn a_sheet_too_long_or_too_wide_is_refused_and_a_stray_cell_costs_nothing() {
    let header = ["姓名", "交办日期", "责任单位"];
    let long = book(|sheet| {
        write_row(sheet, 0, &header);
        for row in 1..=20_000 {
            sheet.write_number(row, 0, 1).unwrap();
        }
    });
    assert!(matches!(read(&long), Err(Unreadable::TooManyRows(name)) if name == "台账"));
    let wide = book(|sheet| {
        write_row(sheet, 0, &header);
        sheet.write_number(1, 200, 1).unwrap();
    });
    assert!(matches!(read(&wide), Err(Unreadable::TooManyColumns(_))));
    let stray = book(|sheet| {
        write_row(sheet, 0, &header);
        sheet.write_string(1_048_575, 199, "x").unwrap();
        sheet.write_blank(5, 16_383, &Format::new().set_bold()).unwrap();
    });
    let rows = &read(&stray).unwrap().tables[0].rows;
    assert_eq!(rows.iter().map(|row| row.sheet_row).collect::<Vec<_>>(), [1_048_576]);
}

#[test]
fn what_is_not_a_workbook_is_refused_with_a_way_on() {
    let archive = zipped(&[("a.txt", b"a".to_vec())]);
    let table: [(&[u8], &str); 5] = [
        (b"", "这不是.xlsx文件"),
        (b"a,b,c", "这不是.xlsx文件"),
        (&[0xD0, 0xCF, 0x11, 0xE0, 0xA1], "这是旧格式（.xls）或加了密码的文件"),
        (&archive, "文件已损坏"),
        (&vec![0; (20 << 20) + 1], "文件大于20MB"),
    ];
    for (bytes, sentence) in table {
        let error = read(bytes).unwrap_err().to_string();
        assert!(error.starts_with(sentence), "{error}");
    }
}

fn zipped(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A file of this many parts, of which the first one inflates to this size.
fn bomb(parts: usize, size: usize) -> Vec<u8> {
    let names: Vec<_> = (0..parts).map(|at| at.to_string()).collect();
    let part = |(at, name)| (name, if at == 0 { vec![0; size] } else { Vec::new() });
    let parts: Vec<_> = names.iter().map(String::as_str).enumerate().map(part).collect();
    zipped(&parts)
}

#[test]
fn a_file_that_inflates_beyond_reason_is_refused_even_when_it_lies() {
    let too_large = (64 << 20) + 1;
    let honest = bomb(1, too_large);
    assert!(honest.len() < 100_000);
    assert!(matches!(read(&honest), Err(Unreadable::InflatesTooMuch)));

    let lying = declaring(&honest, too_large, 10);
    let refused = read(&lying);
    assert!(matches!(refused, Err(Unreadable::InflatesTooMuch | Unreadable::NotAWorkbook)));
    let boasting = declaring(&bomb(1, 1_234), 1_234, too_large);
    assert!(matches!(read(&boasting), Err(Unreadable::InflatesTooMuch)));
    assert!(matches!(read(&bomb(1_001, 1)), Err(Unreadable::InflatesTooMuch)));

    let styles = zipped(&[("xl/Styles.xml", vec![0; (4 << 20) + 1])]);
    assert!(matches!(read(&styles), Err(Unreadable::InflatesTooMuch)));
}

/// The archive with one declared size changed to another, wherever it stands.
fn declaring(archive: &[u8], size: usize, instead: usize) -> Vec<u8> {
    let [from, to] = [size, instead].map(|size| u32::try_from(size).unwrap().to_le_bytes());
    let mut archive = archive.to_vec();
    let places: Vec<_> =
        (0..archive.len() - 3).filter(|at| archive[*at..*at + 4] == from).collect();
    assert!(!places.is_empty());
    for at in places {
        archive[at..at + 4].copy_from_slice(&to);
    }
    archive
}
