//! Columns are found by their headings: a ledger whose columns stand in another order is the same
//! ledger.

use std::io::Cursor;

use anjie::domain::summary::By;
use anjie::jobs::figures;
use anjie::jobs::import_ledger::{self, Options};
use anjie::office::figures_text;
use calamine::{Data, DataType, Reader, Xlsx, open_workbook_from_rs};
use rust_xlsxwriter::{Format, Workbook, Worksheet};

use crate::support::{City, Site, noon};

const CLEAN_UP: &[u8] = include_bytes!("data/ledger-40.xlsx");
const BACKLOG: &[u8] = include_bytes!("data/ledger-427.xlsx");
const GOOD_ROWS: Options<'_> = Options { dry_run: false, good_rows: true, system_user: "sun" };

/// The workbook with the columns of each sheet from right to left, merged cells and all.
fn turned(bytes: &[u8]) -> Vec<u8> {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes.to_vec())).unwrap();
    let mut copy = Workbook::new();
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).unwrap();
        let last = range.end().unwrap().1;
        let mirror = |at: u32| u16::try_from(last - at).unwrap();
        let merges = book.merge_cells_by_sheet_name(&name).unwrap();
        let sheet = copy.add_worksheet().set_name(&name).unwrap();
        for merged in &merges {
            let (top, bottom) = (merged.start.0, merged.end.0);
            let (left, right) = (mirror(merged.end.1), mirror(merged.start.1));
            sheet.merge_range(top, left, bottom, right, "", &Format::new()).unwrap();
        }
        for (row, at, value) in range.used_cells() {
            let (row, at) = (u32::try_from(row).unwrap(), u32::try_from(at).unwrap());
            // A merged cell's value stands in its upper left, which the mirror moves.
            let group = merges.iter().find(|one| one.start == (row, at));
            write(sheet, (row, mirror(group.map_or(at, |one| one.end.1))), value);
        }
    }
    copy.save_to_buffer().unwrap()
}

fn write(sheet: &mut Worksheet, (row, at): (u32, u16), value: &Data) {
    if let Data::DateTime(moment) = value {
        let day = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_number_with_format(row, at, moment.as_f64(), &day).unwrap();
    } else if let Data::Float(number) = value {
        sheet.write_number(row, at, *number).unwrap();
    } else if !value.is_empty() {
        sheet.write_string(row, at, value.to_string()).unwrap();
    }
}

async fn import(site: &Site, bytes: &[u8]) -> String {
    let file = ("ledger.xlsx", bytes.to_vec());
    let report = import_ledger::run(&site.app.db, file, GOOD_ROWS, noon()).await.unwrap();
    // The first line names the file's hash.
    report.to_text().lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_ledger_with_its_columns_in_another_order_is_read_alike() {
    for (ledger, rows) in [(CLEAN_UP, "40 cases"), (BACKLOG, "421 cases")] {
        let copy = turned(ledger);
        assert_ne!(copy, ledger);
        let (one, other) = (City::new().await, City::new().await);
        let (first, second) = (Site::of(&one).await, Site::of(&other).await);
        let said = import(&first, ledger).await;
        assert!(said.contains(rows), "{said}");
        assert_eq!(said, import(&second, &copy).await);
        let mut printed = Vec::new();
        for site in [&first, &second] {
            let summary = figures::outcomes(&site.app.db, By::Source, None).await.unwrap();
            printed.push(figures_text::table(&summary));
        }
        assert_eq!(printed[0], printed[1]);
        let again = import(&first, &copy).await;
        assert!(
            again.contains("Nothing to import"),
            "the same rows, whatever their order: {again}"
        );
    }
}
