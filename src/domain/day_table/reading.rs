//! The arrangement of a year as it is pasted: a line a day with date, kind and name.

use chrono::{Datelike, NaiveDate};

use super::{Refusal, fits, is_arranged};
use crate::domain::calendar::{Day, DayKind, read_day};

/// More lines than this are no table of days.
const MOST_LINES: usize = 800;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("日期“{0}”无法识别，请写成2027-01-01")]
    Date(String),
    #[error("{0}不在这一年的安排之内，请核对年份")]
    Elsewhere(NaiveDate),
    #[error("类别“{0}”无法识别，放假写“节假日”，周末上班写“调休上班”")]
    Kind(String),
    #[error("{0}前面已有一行，请只留一行")]
    Twice(NaiveDate),
    #[error("{0}")]
    Day(Refusal),
    #[error("行数太多，一年的安排不超过{MOST_LINES}行")]
    TooMany,
}

/// A line that can't be taken over: 「第3行：…」.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("第{line}行：{fault}")]
pub struct RowFault {
    pub line: usize,
    pub fault: Fault,
}

/// Reads a pasted table; blank lines and the head of the columns are passed over. A notice arranges
/// its year and may give away the last days of the year before.
pub fn read(text: &str, year: i32) -> Result<Vec<Day>, Vec<RowFault>> {
    let (mut days, mut faults): (Vec<Day>, Vec<RowFault>) = (Vec::new(), Vec::new());
    for (nth, row) in text.lines().enumerate() {
        let cells = cells(row);
        let is_head = days.is_empty() && cells.first().is_some_and(|cell| is_heading(cell));
        if cells.is_empty() || is_head {
            continue;
        }
        let read = if nth < MOST_LINES { day(&cells, year) } else { Err(Fault::TooMany) };
        let twice = |day: &Day| days.iter().any(|known| known.date == day.date);
        match read {
            Ok(day) if twice(&day) => {
                faults.push(RowFault { line: nth + 1, fault: Fault::Twice(day.date) });
            }
            Ok(day) => days.push(day),
            Err(fault) => faults.push(RowFault { line: nth + 1, fault }),
        }
        if nth >= MOST_LINES {
            break;
        }
    }
    if faults.is_empty() { Ok(days) } else { Err(faults) }
}

/// Cells are parted by commas or tabs, or where there are none by blanks.
fn cells(row: &str) -> Vec<&str> {
    let row = row.trim_matches(|sign: char| sign.is_whitespace() || sign == '\u{feff}');
    let marks = [',', '，', '\t'];
    let cells: Vec<&str> = if row.contains(marks) {
        row.split(marks).map(str::trim).collect()
    } else {
        row.split_whitespace().collect()
    };
    if cells.iter().all(|cell| cell.is_empty()) { Vec::new() } else { cells }
}

fn is_heading(cell: &str) -> bool {
    ["date", "day", "日期"].contains(&cell.to_lowercase().as_str())
}

fn day(cells: &[&str], year: i32) -> Result<Day, Fault> {
    let text = cells.first().copied().unwrap_or_default();
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    let date = read_day(text, first).ok_or_else(|| Fault::Date(text.to_owned()))?;
    if date.year() != year && (date.year(), date.month()) != (year - 1, 12) {
        return Err(Fault::Elsewhere(date));
    }
    let text = cells.get(1).copied().unwrap_or_default();
    let kind = kind(text).ok_or_else(|| Fault::Kind(text.to_owned()))?;
    let name = cells.get(2).map(|name| visible(name));
    let name = name.filter(|name| !name.is_empty() && is_arranged(kind));
    let day = Day { date, kind, name };
    fits(&day).map_err(Fault::Day)?;
    Ok(day)
}

/// A name without the signs that stand in files by mistake: no form sends them, and one of them is kept
/// in no text of the database.
fn visible(name: &str) -> String {
    let unseen = |sign: char| {
        matches!(sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
            || sign.is_control()
    };
    name.replace(unseen, "").trim().to_owned()
}

/// By its code, its label, or as people say it.
fn kind(text: &str) -> Option<DayKind> {
    let known = DayKind::ALL.iter().copied();
    let labelled = known.into_iter().find(|kind| kind.code() == text || kind.label() == text);
    labelled.or(match text {
        "放假" | "休" | "休息" => Some(DayKind::Holiday),
        "上班" | "班" | "补班" => Some(DayKind::MakeUpWorkday),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_as_it_is_pasted() {
        let text = "date,kind,name\n2027-01-01,holiday,元旦\n\n2027年1月2日\t放假\t元旦\n1月3日 班 元旦\n2026-12-31，节假日，元旦\n2027-01-04,workday,\n";
        let days = read(text, 2027).unwrap();
        let read: Vec<_> =
            days.iter().map(|day| format!("{} {}", day.date, day.kind.code())).collect();
        assert_eq!(
            read,
            [
                "2027-01-01 holiday",
                "2027-01-02 holiday",
                "2027-01-03 make_up_workday",
                "2026-12-31 holiday",
                "2027-01-04 workday"
            ]
        );
        assert_eq!(days[1].name.as_deref(), Some("元旦"));
        assert!(read_none());
    }

    fn read_none() -> bool {
        read("  \n", 2027).is_ok_and(|days| days.is_empty())
    }

    #[test]
    fn the_name_of_a_holiday_has_no_sign_that_is_not_seen() {
        let row = "2027-01-01,holiday,\u{202e}元\0\u{feff}\u{1b}旦\u{200b} ,";
        assert_eq!(read(row, 2027).unwrap()[0].name.as_deref(), Some("元旦"));
        let said = "第1行：请写明是哪个节日，例如国庆节";
        let fault = read("2027-01-01,holiday,\0", 2027).unwrap_err().remove(0);
        assert_eq!(fault.to_string(), said);
    }

    #[test]
    fn every_line_that_can_not_be_taken_over_says_why() {
        for (row, said) in [
            ("元旦,holiday,元旦", "第1行：日期“元旦”无法识别，请写成2027-01-01"),
            ("2027-02-30,holiday,元旦", "第1行：日期“2027-02-30”无法识别，请写成2027-01-01"),
            ("2028-01-01,holiday,元旦", "第1行：2028-01-01不在这一年的安排之内，请核对年份"),
            ("2026-11-30,holiday,元旦", "第1行：2026-11-30不在这一年的安排之内，请核对年份"),
            (
                "2027-01-01,off,元旦",
                "第1行：类别“off”无法识别，放假写“节假日”，周末上班写“调休上班”",
            ),
            ("2027-01-01", "第1行：类别“”无法识别，放假写“节假日”，周末上班写“调休上班”"),
            ("2027-01-01,holiday", "第1行：请写明是哪个节日，例如国庆节"),
            ("2027-01-04,班,元旦", "第1行：2027-01-04是周一，本来就上班，请选“工作日”"),
            ("2027-01-02,workday,", "第1行：2027-01-02是周六，双休日要上班的，请选“调休上班”"),
        ] {
            let said_of = read(row, 2027).err().map(|faults| faults[0].to_string());
            assert_eq!(said_of.as_deref(), Some(said), "{row}");
        }
        let faults = read("2027-01-01,休,元旦\n2027-01-01,休,元旦\nx,休,元旦", 2027).unwrap_err();
        let said: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(said[0], "第2行：2027-01-01前面已有一行，请只留一行");
        assert_eq!((said.len(), faults[1].line), (2, 3));
    }
}
