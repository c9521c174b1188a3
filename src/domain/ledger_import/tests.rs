//! Rows of a ledger, each with one thing to notice.

use chrono::NaiveDate;

use super::*;
use crate::domain::ids::UnitId;
use crate::domain::outcome::Outcome;
use crate::domain::source::Source;
use crate::domain::unit::{Unit, UnitKind};

const COLUMNS: [(Column, &str); 12] = [
    (Column::Index, "1"),
    (Column::Name, "张某"),
    (Column::IdNumber, "990101196803150036"),
    (Column::Phone, "10054177185"),
    (Column::CourtCaseNumber, "（2023）某0110执1187号"),
    (Column::OriginCourt, "东湖法院"),
    (Column::Grounds, "执行案款未足额发放"),
    (Column::Source, "自排"),
    (Column::AssignedOn, "2026.1.29"),
    (Column::Unit, "东湖区人民法院"),
    (Column::Result, "办理中"),
    (Column::ClosedOn, ""),
];

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn units() -> Directory {
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
    let [donghu, shimen, city, bureau] = [
        (110, "东湖区人民法院", "东湖法院"),
        (107, "石门区人民法院", "石门法院"),
        (1, "云州市中级人民法院", "中院"),
        (2, "中级人民法院信访局", "中院信访局"),
    ]
    .map(court);
    let city = Unit { kind: UnitKind::IntermediateCourt, ..city };
    let bureau = Unit { kind: UnitKind::PetitionBureau, court_code: None, ..bureau };
    Directory::of(&[donghu, shimen, city, bureau])
}

fn text(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

/// A good row with these cells instead.
fn row(sheet_row: u32, instead: &[(Column, Cell)]) -> RawRow {
    let cell = |(column, usual): (Column, &str)| {
        let other = instead.iter().find(|(other, _)| *other == column);
        other.map_or_else(|| text(usual), |(_, cell)| cell.clone())
    };
    RawRow { sheet_row, cells: COLUMNS.map(cell).into() }
}

fn table(rows: Vec<RawRow>) -> Table {
    let heading = |(at, (column, _)): (usize, (Column, &str))| Heading {
        at,
        group: String::new(),
        text: column.label().to_owned(),
    };
    Table {
        sheet: "台账".to_owned(),
        kind: Kind::Ledger,
        preamble: Vec::new(),
        headings: COLUMNS.into_iter().enumerate().map(heading).collect(),
        rows,
    }
}

fn checked(rows: Vec<RawRow>) -> Checked {
    let table = table(rows);
    let mapping = Mapping::guess(Kind::Ledger, &table.headings);
    check(&table, &mapping, &units(), day("2026-06-15")).unwrap()
}

fn one(instead: &[(Column, Cell)]) -> CheckedRow {
    checked(vec![row(5, instead)]).rows.remove(0)
}

#[test]
fn what_stops_a_row_and_what_travels_with_it() {
    use Column::{
        AssignedOn, ClosedOn, CourtCaseNumber, IdNumber, Name, OriginCourt, Phone, Result, Source,
        Unit,
    };
    let stop = Some(Weight::Stop);
    let warning = Some(Weight::Warning);
    let table = [
        (Name, "", stop, "信访人姓名是空的"),
        (Name, "　 ", stop, "信访人姓名是空的"),
        (Name, "张某等5人", stop, "姓名不能含数字"),
        (AssignedOn, "", stop, "交办日期是空的"),
        (AssignedOn, "2026.13.5", stop, "不是有效日期"),
        (AssignedOn, "2026.6.15", None, ""),
        (AssignedOn, "2026.6.16", stop, "日期晚于今天"),
        (AssignedOn, "1900-01-01", stop, "日期早于1980年"),
        (Unit, "", stop, "责任单位是空的"),
        (Unit, "红岩区人民法院", stop, "没有这个单位"),
        (OriginCourt, "红岩法院", stop, "没有这个法院"),
        (OriginCourt, "", None, ""),
        (OriginCourt, "石门法院", Some(Weight::Hint), "案号中的法院与原审法院不同"),
        (Source, "某单位", stop, "没有这种案件来源"),
        (Source, "", stop, "案件来源是空的"),
        (Result, "差不多办完", stop, "看不出是怎样办结的"),
        (Result, "省法院批准终结", stop, "写了办结，没有办结日期"),
        (ClosedOn, "2026.3.1", stop, "写了办结日期，办理结果却是办理中"),
        (IdNumber, "99010119680315003", warning, "证件号码应为18位，现在是17位"),
        (IdNumber, "990101196803150037", warning, "证件号码校验不通过，请核对最后一位"),
        (IdNumber, "", None, ""),
        (Phone, "1000000", warning, "手机号应为11位，固定电话应带区号"),
        (CourtCaseNumber, "2019年某号案件", warning, "与常见案号格式不同"),
        (CourtCaseNumber, "(2023)某9999执1187号", None, ""),
    ];
    for (column, typed, weight, sentence) in table {
        let row = one(&[(column, text(typed))]);
        let said = row.findings.first();
        let found = said.map(|finding| finding.problem.weight());
        let problem = said.map(|finding| finding.problem.to_string()).unwrap_or_default();
        assert_eq!((found, problem.as_str()), (weight, sentence), "{column:?} {typed}");
        assert_eq!(row.good().is_none(), weight == stop, "{column:?} {typed}");
        assert!(row.findings.len() <= 1, "{column:?} {typed}");
        if let Some(finding) = said {
            assert_eq!(finding.heading, finding.column.label());
            let missing = finding.problem == Problem::ClosedOnMissing;
            let expected = if missing { (ClosedOn, "") } else { (column, typed) };
            assert_eq!((finding.column, finding.value.as_str()), expected);
        }
    }
}

#[test]
fn all_faults_of_a_row_are_said_at_once_with_its_place() {
    let row = one(&[
        (Column::Index, Cell::Number(58.0)),
        (Column::Name, Cell::Empty),
        (Column::AssignedOn, text("2026.13.5")),
        (Column::Unit, text("红岩")),
        (Column::Phone, text("1000000")),
    ]);
    assert_eq!(row.place.to_string(), "序号58（第5行）");
    let columns: Vec<_> = row.of_weight(Weight::Stop).map(|finding| finding.column).collect();
    assert_eq!(columns, [Column::Name, Column::AssignedOn, Column::Unit]);
    assert_eq!(row.of_weight(Weight::Warning).count(), 1);
}

#[test]
fn a_closed_case_is_closed_on_its_day_and_not_before_it_was_assigned() {
    let table = [
        ("2026年3月1日", Some(day("2026-03-01"))),
        ("2026.1.29", Some(day("2026-01-29"))),
        ("2026.1.28", None),
        ("2026.7.1", None),
    ];
    for (typed, expected) in table {
        let row =
            one(&[(Column::Result, text("书面保证息诉罢访")), (Column::ClosedOn, text(typed))]);
        let closed = row.good().and_then(|row| row.closed);
        let outcome = Outcome::SettledWritten;
        assert_eq!(closed, expected.map(|on| Closed { outcome, on }), "{typed}");
    }
}

#[test]
fn numbers_dates_and_broken_formulas_of_the_workbook_are_understood() {
    let row = one(&[
        (Column::Phone, Cell::Number(10_054_177_185.0)),
        (Column::AssignedOn, Cell::Date(day("2026-01-29"))),
        (Column::IdNumber, Cell::Number(990_101_196_803_150_000.0)),
        (Column::Source, text("自排")),
        (Column::Grounds, Cell::Broken("#N/A".to_owned())),
    ]);
    let problems: Vec<_> = row.findings.iter().map(|finding| finding.problem.clone()).collect();
    assert_eq!(problems, [Problem::BrokenFormula, Problem::IdNumberLostDigits]);
    let good = row.good().unwrap();
    assert_eq!(good.petitioner.phone.read().unwrap().exposed(), "10054177185");
    assert_eq!(good.petitioner.id_number.doubtful(), Some("990101196803150000"));
    assert_eq!((good.assigned_on, good.source), (day("2026-01-29"), Source::SelfIdentified));
    assert_eq!(good.grounds, "");
}

#[test]
fn the_court_of_the_number_stands_in_for_an_empty_court() {
    let table = [
        ("", "（2023）某0107执1号", Some(UnitId(107))),
        ("", "（2023）某9999执1号", None),
        ("", "2019年某号案件", None),
        ("东湖法院", "（2023）某0107执1号", Some(UnitId(110))),
    ];
    for (court, number, expected) in table {
        let instead = [(Column::OriginCourt, text(court)), (Column::CourtCaseNumber, text(number))];
        assert_eq!(one(&instead).good().unwrap().origin_court, expected, "{court} {number}");
    }
}

#[test]
fn the_same_person_court_case_and_court_wait_for_a_decision() {
    use Column::{CourtCaseNumber, IdNumber, Name, OriginCourt};
    let table = [
        (vec![], true),
        (vec![(IdNumber, text("９９０１０１１９６８０３１５００３６"))], true),
        (vec![(Name, text("张某某"))], true),
        (vec![(CourtCaseNumber, text("(2023)某0110执1187号"))], true),
        (vec![(IdNumber, Cell::Empty)], true),
        (vec![(IdNumber, Cell::Empty), (Name, text("李某"))], false),
        (vec![(IdNumber, text("99010119800229002X"))], false),
        (vec![(CourtCaseNumber, text("（2023）某0110执1188号"))], false),
        (vec![(OriginCourt, text("石门法院"))], false),
    ];
    for (instead, alike) in table {
        let checked = checked(vec![row(5, &[]), row(6, &instead)]);
        let like = checked.rows[1].like().map(Like::to_string);
        let first = alike.then(|| "序号1（第5行）".to_owned());
        assert_eq!(like, first, "{instead:?}");
    }
}

#[test]
fn a_row_like_a_stopped_one_does_not_wait() {
    let checked = checked(vec![row(5, &[(Column::AssignedOn, Cell::Empty)]), row(6, &[])]);
    assert_eq!(checked.counts(), Counts { total: 2, good: 1, stopped: 1, ..Counts::default() });
}

#[test]
fn totals_and_remarks_are_skipped_and_shown() {
    let line = |sheet_row, texts: &[&str]| RawRow {
        sheet_row,
        cells: texts.iter().map(|cell| text(cell)).collect(),
    };
    let checked = checked(vec![
        row(5, &[]),
        line(6, &["2"]),
        line(7, &["合 计", "", "", "", "1件", "1件"]),
        line(8, &["", "填表人：张某"]),
        line(9, &["", "  "]),
        line(10, &["3", "李某", "", "", "", "", "", "", "", "东湖法院"]),
    ]);
    let skipped: Vec<_> = checked.skipped.iter().map(|row| row.sheet_row).collect();
    assert_eq!(skipped, [6, 7, 8]);
    assert_eq!(checked.counts().to_string(), "2行中1行可以导入，1行不能导入，0行疑似重复");
}

#[test]
fn without_a_required_column_nothing_is_checked() {
    let mut table = table(vec![row(5, &[])]);
    table.headings.retain(|heading| heading.text != "姓名" && heading.text != "责任单位");
    let mapping = Mapping::guess(Kind::Ledger, &table.headings);
    let refusal = check(&table, &mapping, &units(), day("2026-06-15")).unwrap_err();
    assert_eq!(refusal.to_string(), "没有找到必需的列：信访人姓名、责任单位");
}

#[test]
fn a_review_needs_one_ledger_row_a_grade_and_an_answer() {
    let heading = |(at, column): (usize, &Column)| Heading {
        at,
        group: String::new(),
        text: column.label().to_owned(),
    };
    let ledger = checked(vec![
        row(5, &[]),
        row(6, &[(Column::Index, text("2")), (Column::Name, Cell::Empty)]),
        row(7, &[(Column::Index, text("3")), (Column::IdNumber, text("99010119800229002X"))]),
        row(8, &[(Column::Index, text("3")), (Column::Grounds, Cell::Empty)]),
    ]);
    let number = "（2023）某0110执1187号";
    let table = [
        (["1", "1", "张某", number, "执行", "一类", "否", ""], None),
        (["1", "1", "李某", number, "执行", "一类", "是", ""], Some(Problem::PetitionerDiffers)),
        (["1", "1", "", "某号", "", "三类", "", ""], Some(Problem::CourtCase)),
        (["1", "1", "", number, "四审", "三类", "", ""], Some(Problem::ProcedureUnknown)),
        (["1", "2", "", number, "", "一类", "否", ""], Some(Problem::LedgerRowUnknown)),
        (["1", "3", "", number, "", "一类", "否", ""], Some(Problem::LedgerRowAmbiguous)),
        (["1", "", "", number, "", "一类", "否", ""], Some(Problem::LedgerRowUnknown)),
        (["1", "1", "", number, "", "优", "否", ""], Some(Problem::GradeUnknown)),
        (["1", "1", "", number, "", "", "否", ""], Some(Problem::GradeUnknown)),
        (["1", "1", "", number, "", "一类", "也许", ""], Some(Problem::NotYesOrNo)),
    ];
    for (texts, expected) in table {
        let sheet = Table {
            sheet: "评查".to_owned(),
            kind: Kind::Review,
            preamble: Vec::new(),
            headings: Column::REVIEW.iter().enumerate().map(heading).collect(),
            rows: vec![RawRow { sheet_row: 2, cells: texts.map(text).into() }],
        };
        let mapping = Mapping::guess(Kind::Review, &sheet.headings);
        let reviews = check_reviews(&sheet, &mapping, &ledger).unwrap();
        let review = &reviews.rows[0];
        let problem = review.findings.first().map(|finding| finding.problem.clone());
        assert_eq!(problem, expected, "{texts:?}");
        let stopped = expected.is_some_and(|problem| problem.weight() == Weight::Stop);
        assert_eq!((review.row.is_none(), reviews.reasons().len() == 1), (stopped, stopped));
    }
}

#[test]
fn a_row_of_a_unit_that_takes_no_cases_is_stopped() {
    for unit in ["中院", "云州市中级人民法院", "中院信访局"] {
        let checked = checked(vec![row(5, &[(Column::Unit, text(unit))])]);
        let [one] = &checked.rows[..] else { panic!("{unit}") };
        assert!(matches!(one.verdict, Verdict::Stopped), "{unit}");
        let [finding] = &one.findings[..] else { panic!("{unit}: {:?}", one.findings) };
        assert_eq!((finding.heading.as_str(), finding.value.as_str()), ("责任单位", unit));
        assert_eq!(finding.problem.to_string(), "这个单位不承办信访案件");
        assert!(finding.problem.remedy().starts_with("请写明承办的业务庭"));
    }
    // The case that it is about may well be one of the intermediate court.
    let checked = checked(vec![row(5, &[(Column::OriginCourt, text("中院"))])]);
    assert!(matches!(checked.rows[0].verdict, Verdict::Good(_)), "{:?}", checked.rows[0].findings);
}
