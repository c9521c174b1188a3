//! The two ledgers of 云州市, read and checked: the faults that are meant to be noticed.

use std::collections::BTreeMap;

use anjie::domain::ids::UnitId;
use anjie::domain::ledger_import::{
    Checked, Choice, Column, Directory, Finding, Heading, Kind, Known, Mapping, Problem, Refusal,
    Weight, check, check_reviews,
};
use anjie::domain::outcome::Outcome;
use anjie::domain::petitioner::IdFault;
use anjie::domain::source::Source;
use anjie::domain::unit::{Unit, UnitKind};
use anjie::office::faults::not_imported;
use anjie::office::ledger::{Workbook, read};
use chrono::NaiveDate;

const CLEAN_UP: &[u8] = include_bytes!("data/ledger-40.xlsx");
const BACKLOG: &[u8] = include_bytes!("data/ledger-427.xlsx");

const COURTS: [(i64, &str, &str); 10] = [
    (104, "青溪区人民法院", "青溪法院"),
    (105, "白石区人民法院", "白石法院"),
    (106, "长桥区人民法院", "长桥法院"),
    (107, "石门区人民法院", "石门法院"),
    (108, "南浦区人民法院", "南浦法院"),
    (109, "北原区人民法院", "北原法院"),
    (110, "东湖区人民法院", "东湖法院"),
    (111, "柳河区人民法院", "柳河法院"),
    (112, "西岭区人民法院", "西岭法院"),
    (113, "金沙区人民法院", "金沙法院"),
];

fn city() -> Directory {
    let court = |(id, name, short_name): (i64, &str, &str)| Unit {
        id: UnitId(id),
        parent: None,
        code: format!("0{id}"),
        name: name.to_owned(),
        short_name: short_name.to_owned(),
        kind: UnitKind::BaseCourt,
        court_code: Some(format!("某0{id}")),
        compared_in: None,
        place: 0,
    };
    Directory::of(&COURTS.map(court))
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 15).unwrap()
}

fn checked(book: &Workbook) -> Checked {
    let table = book.table(Kind::Ledger).unwrap();
    let mapping = Mapping::guess(Kind::Ledger, &table.headings);
    check(table, &mapping, &city(), today()).unwrap()
}

fn findings(checked: &Checked, weight: Weight) -> Vec<(&str, Column, &str, &Problem)> {
    let of_row = |finding: &'_ Finding| finding.problem.weight() == weight;
    checked
        .rows
        .iter()
        .flat_map(|row| &row.findings)
        .filter(|finding| of_row(finding))
        .map(|finding| {
            let Finding { place, column, value, problem, .. } = finding;
            (place.index.as_str(), *column, value.as_str(), problem)
        })
        .collect()
}

#[test]
fn every_column_of_both_ledgers_is_found_by_its_heading() {
    for bytes in [CLEAN_UP, BACKLOG] {
        let book = read(bytes).unwrap();
        assert_eq!(book.unread, Vec::<String>::new());
        for table in &book.tables {
            let mapping = Mapping::guess(table.kind, &table.headings);
            assert_eq!(mapping.len(), Column::of(table.kind).len());
            assert!(mapping.left_out(&table.headings).is_empty());
        }
    }
    let book = read(BACKLOG).unwrap();
    let table = book.table(Kind::Ledger).unwrap();
    let headings: Vec<_> = table.headings.iter().map(Heading::full).collect();
    assert_eq!(&headings[..3], ["序号", "信访人·姓名", "信访人·证件号码"]);
    assert_eq!(headings[16], "包案责任·责任人电话");
    assert_eq!(table.preamble[0], "未化解涉诉信访案件台账");
    assert_eq!(book.sha256, "9363ddafc5a598d9c37f2a8edfb3521743eb463750cfbad66ae6db35b47841e2");
}

#[test]
fn of_427_rows_421_are_imported_4_are_stopped_and_2_wait() {
    let checked = checked(&read(BACKLOG).unwrap());
    let said = checked.counts().to_string();
    assert_eq!(said, "427行中421行可以导入，4行不能导入，2行疑似重复");
    assert_eq!(checked.skipped, []);

    assert_eq!(
        findings(&checked, Weight::Stop),
        [
            ("58", Column::AssignedOn, "2026.13.5", &Problem::DateImpossible),
            ("96", Column::Name, "", &Problem::NameMissing),
            ("133", Column::Unit, "红岩区人民法院", &Problem::UnitUnknown),
            ("419", Column::AssignedOn, "", &Problem::AssignedOnMissing),
        ]
    );
    let waiting: Vec<_> = checked
        .rows
        .iter()
        .filter_map(|row| Some((row.place.index.as_str(), row.like()?.to_string())))
        .collect();
    assert_eq!(
        waiting,
        [("305", "序号304（第308行）".to_owned()), ("402", "序号118（第122行）".to_owned())]
    );
}

#[test]
fn doubtful_numbers_travel_with_their_rows() {
    let checked = checked(&read(BACKLOG).unwrap());
    let warnings: Vec<_> = findings(&checked, Weight::Warning)
        .into_iter()
        .map(|(index, column, value, problem)| (index, column, value, problem.to_string()))
        .collect();
    let length = IdFault::Length(17).to_string();
    assert_eq!(
        warnings,
        [
            ("17", Column::IdNumber, "99010419680312001", length.trim_end_matches('。').to_owned()),
            ("171", Column::Phone, "1000000", "手机号应为11位，固定电话应带区号".to_owned()),
            (
                "209",
                Column::IdNumber,
                "990104196803120013",
                "证件号码校验不通过，请核对最后一位".to_owned()
            ),
            ("244", Column::CourtCaseNumber, "2019年某号案件", "与常见案号格式不同".to_owned()),
        ]
    );
    assert_eq!(findings(&checked, Weight::Hint), []);
    for index in ["17", "171", "209", "244"] {
        let row = checked.rows.iter().find(|row| row.place.index == index).unwrap();
        assert!(row.good().is_some(), "{index}");
    }
    let of_17 = checked.rows[16].good().unwrap();
    assert_eq!(of_17.petitioner.id_number.doubtful(), Some("99010419680312001"));
}

#[test]
fn what_was_right_after_normalising_is_shown_and_an_empty_leader_is_unfilled() {
    let checked = checked(&read(BACKLOG).unwrap());
    let changes: Vec<_> = checked
        .rows
        .iter()
        .flat_map(|row| &row.changes)
        .map(|change| (change.place.index.as_str(), change.from.as_str(), change.to.as_str()))
        .collect();
    assert_eq!(
        changes,
        [
            ("341", "  李某  ", "李某"),
            ("366", "９９０１１３１９８０１０２９７２００", "990113198010297200"),
        ]
    );
    let unfilled: Vec<_> = checked
        .rows
        .iter()
        .filter_map(|row| Some((row.place.index.as_str(), row.good()?.team.unfilled())))
        .filter(|(_, unfilled)| !unfilled.is_empty())
        .collect();
    assert_eq!(unfilled, [("288", vec![Column::Leader])]);
}

#[test]
fn four_date_styles_and_two_forms_of_a_court_mean_the_same() {
    let checked = checked(&read(BACKLOG).unwrap());
    let table = [
        ("1", "2024-06-06", 107),
        ("2", "2025-05-16", 112),
        ("4", "2025-03-16", 105),
        ("5", "2024-02-16", 108),
        ("366", "2024-12-24", 109),
    ];
    for (index, assigned_on, unit) in table {
        let row = checked.rows.iter().find(|row| row.place.index == index).unwrap();
        let row = row.good().unwrap();
        assert_eq!((row.assigned_on.to_string().as_str(), row.unit), (assigned_on, UnitId(unit)));
        assert_eq!(row.closed, None);
    }
}

#[test]
fn only_the_good_rows_or_all_or_nothing() {
    let backlog = checked(&read(BACKLOG).unwrap());
    assert_eq!(backlog.importable(Choice::GoodRows).unwrap().len(), 421);
    let counts = backlog.counts();
    assert_eq!(backlog.importable(Choice::AllOrNothing), Err(Refusal::NotAllGood(counts)));
    let clean_up = checked(&read(CLEAN_UP).unwrap());
    assert_eq!(clean_up.importable(Choice::AllOrNothing).unwrap().len(), 40);
}

#[test]
fn the_same_file_twice_makes_nothing_twice_and_ends_well() {
    let mut again = checked(&read(CLEAN_UP).unwrap());
    again.compare(|place, _| Some(Known::Imported(format!("XF2026-{:05}", place.sheet_row))));
    assert_eq!(again.counts().present, 40);
    assert_eq!(again.importable(Choice::AllOrNothing), Ok(Vec::new()));
    assert_eq!(again.reasons(), []);

    let mut similar = checked(&read(CLEAN_UP).unwrap());
    similar.compare(|place, _| {
        (place.index == "7").then(|| Known::Similar("XF2026-00007".to_owned()))
    });
    let said = "40行中39行可以导入，0行不能导入，1行疑似重复";
    assert_eq!(similar.counts().to_string(), said);
    let refusal = Refusal::NotAllGood(similar.counts());
    assert_eq!(similar.importable(Choice::AllOrNothing), Err(refusal));
    assert_eq!(similar.reasons()[0].1, "疑似与XF2026-00007重复：请核对后决定是否导入");
}

#[test]
fn the_clean_up_of_40_cases_gives_the_totals_of_the_published_summary() {
    let checked = checked(&read(CLEAN_UP).unwrap());
    assert!(checked.rows.iter().all(|row| row.findings.is_empty() && row.changes.is_empty()));
    let mut totals: BTreeMap<(Source, Outcome), usize> = BTreeMap::new();
    for (_, row) in checked.importable(Choice::AllOrNothing).unwrap() {
        let closed = row.closed.unwrap();
        assert!(closed.on >= row.assigned_on);
        *totals.entry((row.source, closed.outcome)).or_default() += 1;
    }
    let expected = [
        ((Source::ProvincePlc, Outcome::SettledWritten), 3),
        ((Source::ProvincePlc, Outcome::Terminated), 5),
        ((Source::ProvincePlc, Outcome::RoutedToLitigation), 1),
        ((Source::CityPlc, Outcome::SettledWritten), 4),
        ((Source::CityPlc, Outcome::Terminated), 2),
        ((Source::SelfIdentified, Outcome::SettledWritten), 8),
        ((Source::SelfIdentified, Outcome::Terminated), 16),
        ((Source::SelfIdentified, Outcome::RoutedToLitigation), 1),
    ];
    assert_eq!(totals, BTreeMap::from(expected));
}

#[test]
fn each_of_69_reviews_points_at_its_ledger_row() {
    let book = read(CLEAN_UP).unwrap();
    let table = book.table(Kind::Review).unwrap();
    let mapping = Mapping::guess(Kind::Review, &table.headings);
    let reviews = check_reviews(table, &mapping, &checked(&book)).unwrap();
    assert!(reviews.rows.iter().all(|review| review.findings.is_empty()));
    let rows: Vec<_> = reviews.rows.iter().map(|review| review.row.as_ref().unwrap()).collect();
    let of_grade = |grade| rows.iter().filter(|row| row.grade.number() == grade).count();
    assert_eq!((rows.len(), [1, 2, 3].map(of_grade)), (69, [52, 15, 2]));
    assert_eq!(rows.iter().filter(|row| row.accountability).count(), 2);
    assert_eq!(rows[3].ledger.index, "2");
    assert_eq!(rows[4].summary, "");
}

#[test]
fn faulty_rows_come_back_with_their_reasons_and_can_be_imported_once_corrected() {
    let book = read(BACKLOG).unwrap();
    let table = book.table(Kind::Ledger).unwrap();
    let reasons = checked(&book).reasons();
    let bytes = not_imported(&[(table, reasons)]).unwrap();

    let back = read(&bytes).unwrap();
    let rows = &back.table(Kind::Ledger).unwrap().rows;
    let reason = |at: usize| rows[at].cells[0].typed();
    assert_eq!(rows.len(), 6);
    assert_eq!(reason(0), "交办日期：不是有效日期。请改成实有的日期，如2026年1月29日、2026.1.29");
    assert_eq!(reason(3), "疑似与序号304（第308行）重复：请核对后决定是否导入");

    let again = checked(&back);
    assert_eq!(again.counts().to_string(), "6行中2行可以导入，4行不能导入，0行疑似重复");
    assert_eq!(findings(&again, Weight::Stop).len(), 4);
}
