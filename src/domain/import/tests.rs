//! A file of four rows and its reviews, from the dry run to what is taken in.

use chrono::NaiveDate;

use super::*;
use crate::domain::ids::{ImportId, UnitId};
use crate::domain::ledger_import::{Cell, Column, Heading, Known, RawRow};
use crate::domain::unit::{Unit, UnitKind};

const LEDGER: [Column; 8] = [
    Column::Index,
    Column::Name,
    Column::CourtCaseNumber,
    Column::Grounds,
    Column::Request,
    Column::Source,
    Column::AssignedOn,
    Column::Unit,
];
const REVIEWS: [Column; 3] = [Column::LedgerIndex, Column::CourtCaseNumber, Column::Grade];

fn table(kind: Kind, columns: &[Column], rows: &[&[&str]]) -> Table {
    let heading = |(at, column): (usize, &Column)| Heading {
        at,
        group: String::new(),
        text: column.label().to_owned(),
    };
    let cell = |text: &&str| Cell::Text((*text).to_owned());
    let row = |(sheet_row, cells): (u32, &&[&str])| RawRow {
        sheet_row,
        cells: cells.iter().map(cell).collect(),
    };
    Table {
        sheet: String::new(),
        kind,
        preamble: Vec::new(),
        headings: columns.iter().enumerate().map(heading).collect(),
        rows: (5..).zip(rows).map(row).collect(),
    }
}

/// Two good rows, one without a name, one like the first.
fn tables() -> [Table; 2] {
    let (first, second) = ("（2023）某0110执1187号", "（2023）某0110执9号");
    let rows: [&[&str]; 4] = [
        &[
            "1",
            "张某",
            first,
            "案款未发放",
            "1.发放案款；2.说明理由",
            "自排",
            "2026.1.29",
            "东湖法院",
        ],
        &["2", "李某", second, "案款未发放", "恢复执行", "自排", "2026.1.29", "东湖法院"],
        &["3", "", second, "案款未发放", "", "自排", "2026.1.29", "东湖法院"],
        &["4", "张某", first, "案款未发放", "", "自排", "2026.2.3", "东湖法院"],
    ];
    let reviews: [&[&str]; 5] = [
        &["1", "（2021）某0110民初1号", "一类"],
        &["4", "（2021）某0110民初2号", "二类"],
        &["3", "（2021）某0110民初3号", "二类"],
        &["1", "（2021）某01民终4号", "三类"],
        &["2", "", "一类"],
    ];
    [table(Kind::Ledger, &LEDGER, &rows), table(Kind::Review, &REVIEWS, &reviews)]
}

fn units() -> Directory {
    Directory::of(&[Unit {
        id: UnitId(110),
        parent: None,
        code: "0110".to_owned(),
        name: "东湖区人民法院".to_owned(),
        short_name: "东湖法院".to_owned(),
        kind: UnitKind::BaseCourt,
        court_code: Some("某0110".to_owned()),
        compared_in: None,
        place: 0,
    }])
}

fn dry_run() -> DryRun {
    let tables = tables();
    let sheets = Sheets::of(&tables, true).unwrap();
    let today = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap();
    sheets.dry_run(&sheets.guess(), &units(), today).unwrap()
}

fn fates(taken: &TakenIn) -> Vec<(&str, usize)> {
    let fate = |row: &TakenRow| match &row.fate {
        Fate::Imported(_) => "imported",
        Fate::Waiting(..) => "waiting",
        Fate::Stopped => "stopped",
        Fate::Known(_) => "known",
    };
    taken.rows().iter().map(|row| (fate(row), row.reviews.len())).collect()
}

#[test]
fn each_row_has_one_fate_and_its_reviews_share_it() {
    let taken = take_in(&dry_run(), Choice::GoodRows).unwrap();
    assert_eq!(fates(&taken), [("imported", 2), ("imported", 0), ("stopped", 0), ("waiting", 1)]);
    assert_eq!(taken.rows()[2].remarks[0].problem, "信访人姓名是空的");
    let stopped: Vec<_> = taken
        .stopped_reviews()
        .iter()
        .map(|review| (review.place.sheet_row, review.remarks[0].problem.as_str()))
        .collect();
    assert_eq!(stopped, [(7, "台账中没有这个序号"), (9, "案号是空的")]);
}

#[test]
fn all_or_nothing_wants_every_row_of_both_sheets() {
    let mut file = dry_run();
    assert_eq!(
        take_in(&file, Choice::AllOrNothing).unwrap_err().to_string(),
        "4行中2行可以导入，1行不能导入，1行疑似重复，请全部改好后再导入"
    );
    file.ledger.rows.truncate(2);
    assert_eq!(
        take_in(&file, Choice::AllOrNothing).unwrap_err().to_string(),
        "评查表中2行不能导入，请全部改好后再导入"
    );
    file.reviews.rows.retain(|review| review.row.is_some());
    assert!(file.is_all_good());
    assert_eq!(take_in(&file, Choice::AllOrNothing).unwrap().rows().len(), 2);
}

#[test]
fn what_was_imported_before_is_known_even_where_the_file_repeats_itself() {
    let mut file = dry_run();
    file.ledger.compare(|place, _| match place.index.as_str() {
        "1" | "4" => Some(Known::Imported("XF2026-00001".to_owned())),
        _ => Some(Known::Similar("XF2026-00002".to_owned())),
    });
    let taken = take_in(&file, Choice::GoodRows).unwrap();
    assert_eq!(fates(&taken), [("known", 2), ("waiting", 0), ("stopped", 0), ("known", 1)]);
}

#[test]
fn a_waiting_row_is_decided_once_and_brings_its_reviews() {
    let file = dry_run();
    let waiting = |state, undone| WaitingRow {
        import: ImportId(1),
        place: file.ledger.rows[3].place.clone(),
        state,
        undone,
    };
    let another = decide(&waiting(State::Waiting, false), Decision::Another, &file).unwrap();
    let (row, reviews) = another.case().unwrap();
    assert_eq!((row.assigned_on.to_string().as_str(), reviews.len()), ("2026-02-03", 1));
    let same = decide(&waiting(State::Waiting, false), Decision::Same, &file).unwrap();
    assert_eq!(same.case(), None);
    let table = [
        (waiting(State::Imported, false), Err(DecisionRefusal::NotWaiting)),
        (waiting(State::Skipped, false), Err(DecisionRefusal::NotWaiting)),
        (waiting(State::Waiting, true), Err(DecisionRefusal::Undone)),
        (
            WaitingRow {
                place: file.ledger.rows[2].place.clone(),
                ..waiting(State::Waiting, false)
            },
            Err(DecisionRefusal::NoLongerGood),
        ),
    ];
    for (waiting, expected) in table {
        assert_eq!(decide(&waiting, Decision::Another, &file).map(drop), expected);
    }
}

#[test]
fn a_row_is_the_same_row_whatever_was_written_into_it_since() {
    let file = dry_run();
    let row = file.ledger.rows[0].good().unwrap();
    let mut later = row.clone();
    later.progress = "已约见".to_owned();
    later.team.leader = "王某".to_owned();
    assert_eq!(row.identity(), later.identity());
    later.assigned_on = later.assigned_on.succ_opt().unwrap();
    assert_ne!(row.identity(), later.identity());
    assert_eq!(row.requests(), ["发放案款", "说明理由"]);
    assert_eq!(row.account(), "");
}
