//! Tables that are sent as files: workbooks, the table of days, and what a file of the dossier is.

use std::panic::{self, AssertUnwindSafe};

use anjie::domain::calendar::Day;
use anjie::domain::day_table;
use anjie::domain::document::{DocumentKind, file};
use anjie::domain::import::{Sheets, take_in};
use anjie::domain::ledger_import::{Choice, Directory};
use anjie::office::{faults, ledger};
use chrono::NaiveDate;

use super::archive::Workbooks;
use super::mutation::{self, Dice};
use super::{Ended, corpus, feed, feed_texts, last_panic};

/// What a ledger may hold, as its reader promises.
const ROWS: usize = 20_000;
const COLUMNS: usize = 200;

/// Where the reader of workbooks, which is another's, broke off. The program reads on a thread of its
/// own and takes that for a file that is none; its own code must not break off.
fn broke_off(why: &str) -> Ended {
    assert!(why.contains("/calamine-") || why.contains("/quick-xml-"), "{why}");
    "broke the package that reads"
}

fn workbook(bytes: &[u8]) -> Ended {
    let book = match panic::catch_unwind(AssertUnwindSafe(|| ledger::read(bytes))) {
        Ok(Ok(book)) => book,
        Ok(Err(refusal)) => {
            assert_ne!(refusal.to_string(), "");
            return "refused";
        }
        Err(_) => return broke_off(&last_panic()),
    };
    let again = ledger::read(bytes).map(|book| format!("{book:?}"));
    assert_eq!(again.unwrap(), format!("{book:?}"));
    for table in &book.tables {
        assert!(table.rows.len() <= ROWS, "{}", table.rows.len());
        assert!(table.rows.iter().all(|row| row.cells.len() <= COLUMNS));
    }
    let Some(sheets) = Sheets::of(&book.tables, true) else { return "read, no ledger" };
    let today = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap();
    let Ok(run) = sheets.dry_run(&sheets.guess(), &Directory::default(), today) else {
        return "read, a column is missing";
    };
    assert!(run.ledger.rows.len() <= sheets.ledger.rows.len());
    let taken = take_in(&run, Choice::GoodRows);
    assert!(take_in(&run, Choice::AllOrNothing).is_err() || taken.is_ok());
    // What is given back is a workbook that is read.
    let reasons = run.ledger.reasons();
    if !reasons.is_empty() {
        let given_back = faults::not_imported(&[(sheets.ledger, reasons)]);
        if let Ok(bytes) = given_back {
            assert!(!matches!(ledger::read(&bytes), Err(ledger::Unreadable::Broken(_))));
        }
    }
    "checked"
}

/// S60.
#[test]
fn a_workbook_is_read_or_refused_whatever_was_done_to_it() {
    let mut seeds = corpus("workbook");
    seeds.push(faults::template().unwrap());
    seeds.push(include_bytes!("../data/ledger-40.xlsx").to_vec());
    let books = Workbooks::of(&seeds);
    let made = move |dice: &mut Dice| books.input(dice);
    let ended = feed("workbooks", 200, (seeds, made), || |it: &Vec<u8>| workbook(it));
    assert!(ended.contains_key("checked") && ended.contains_key("refused"), "{ended:?}");
}

/// The table as it would be pasted.
fn written(days: &[Day]) -> String {
    let line = |day: &Day| {
        let name = day.name.as_deref().unwrap_or_default();
        format!("{},{},{name},\n", day.date, day.kind.code())
    };
    days.iter().map(line).collect()
}

fn days(text: &str) -> Ended {
    match day_table::read(text, 2027) {
        Ok(days) => {
            let again = day_table::read(&written(&days), 2027);
            assert_eq!(again.as_ref(), Ok(&days), "{text:?}");
            if days.is_empty() { "nothing" } else { "read" }
        }
        Err(faults) => {
            let lines = text.lines().count();
            assert!(faults.iter().all(|fault| (1..=lines).contains(&fault.line)), "{text:?}");
            "refused"
        }
    }
}

/// S60.
#[test]
fn a_table_of_days_that_is_read_is_read_again_as_it_is_written() {
    let seeds = corpus("day_table").into_iter().map(|it| String::from_utf8(it).unwrap()).collect();
    let ended = feed_texts("tables of days", 2_000, seeds, |it| days(it));
    assert!(ended.contains_key("read") && ended.contains_key("refused"), "{ended:?}");
}

/// What files of the known types begin with.
const BEGINNINGS: &[&[u8]] =
    &[b"%PDF-", b"\x89PNG\r\n\x1a\n", &[0xFF, 0xD8, 0xFF], b"PK\x03\x04", b"word/document.xml"];

/// A name and what the file holds.
type Sent = (String, Vec<u8>);

fn filed((name, bytes): &Sent) -> Ended {
    let kind = DocumentKind::Other;
    let filed = match file(kind, name, bytes) {
        Ok(filed) => filed,
        Err(refusal) => {
            assert_ne!(refusal.to_string(), "");
            return "refused";
        }
    };
    let kept = filed.name();
    assert!(!kept.contains(|sign: char| sign.is_control() || "/\\".contains(sign)), "{kept:?}");
    assert!((4..=120).contains(&kept.chars().count()), "{kept:?}");
    assert!(kept.is_char_boundary(kept.len()) && kept.contains('.'), "{kept:?}");
    assert_eq!((filed.bytes(), filed.kind()), (bytes.as_slice(), kind));
    // Filed again as it is handed out, it is of the same type.
    let again = file(kind, kept, bytes).map(|again| again.media_type());
    assert_eq!(again, Ok(filed.media_type()), "{kept:?}");
    filed.media_type().label()
}

/// S60.
/// Nothing reads the text of a .docx: of a file its beginning is looked at, the names of its parts, and
/// what it is called.
#[test]
fn a_file_is_filed_as_what_it_is_under_a_harmless_name_or_refused() {
    let seed = |bytes: Vec<u8>| {
        let at = bytes.iter().position(|byte| *byte == b'\n').unwrap();
        (String::from_utf8(bytes[..at].to_vec()).unwrap(), bytes[at + 1..].to_vec())
    };
    let seeds: Vec<Sent> = corpus("file").into_iter().map(seed).collect();
    let names: Vec<String> = seeds.iter().map(|(name, _)| name.clone()).collect();
    let names = mutation::letters(&names);
    let contents = seeds.iter().map(|(_, bytes)| bytes.clone()).collect();
    let contents = mutation::bytes(contents, BEGINNINGS);
    let made = move |dice: &mut Dice| {
        let begins = if dice.one_in(2) { *dice.of(BEGINNINGS) } else { b"" };
        let bytes = [begins, &contents.input(dice)].concat();
        (names.input(dice).into_iter().collect(), bytes)
    };
    let ended = feed("files", 2_000, (seeds, made), || filed);
    assert!(ended.len() == 4, "{ended:?}");
}
