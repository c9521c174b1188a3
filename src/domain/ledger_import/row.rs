//! A row of a ledger once it is understood.

use std::fmt;

use chrono::NaiveDate;

use super::column::Column;
use crate::domain::court_case::StatedNumber;
use crate::domain::ids::UnitId;
use crate::domain::outcome::Outcome;
use crate::domain::petitioner::{IdNumber, Name, Phone};
use crate::domain::source::Source;

/// Where a row stands: its 序号 and its row in the sheet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The row's number in the sheet, counted from 1.
    pub sheet_row: u32,
    /// 序号 as typed; empty when there is none.
    pub index: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.index.is_empty() {
            write!(f, "第{}行", self.sheet_row)
        } else {
            write!(f, "序号{}（第{}行）", self.index, self.sheet_row)
        }
    }
}

/// A value that may be missing or doubtful without stopping its row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Entry<T> {
    /// Nothing was typed.
    Empty,
    /// It was read.
    Read(T),
    /// It can't be right; kept as typed until a person corrects it.
    Doubtful(String),
}

impl<T> Entry<T> {
    /// The value, if it was read.
    pub const fn read(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Empty | Self::Doubtful(_) => None,
        }
    }

    /// What was typed, if it can't be right.
    pub fn doubtful(&self) -> Option<&str> {
        match self {
            Self::Doubtful(typed) => Some(typed),
            Self::Empty | Self::Read(_) => None,
        }
    }
}

/// The petitioner (信访人) of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// 姓名
    pub name: Name,
    /// 证件号码
    pub id_number: Entry<IdNumber>,
    /// 联系电话
    pub phone: Entry<Phone>,
    /// 住址
    pub address: String,
}

/// Who answers for the case at the court (包案责任), as the ledger names them.
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    /// 包案领导
    pub leader: String,
    /// 职务
    pub leader_post: String,
    /// 责任领导
    pub chief: String,
    /// 责任人
    pub handler: String,
    /// 责任人电话
    pub handler_phone: Entry<Phone>,
}

impl Team {
    /// The ledger fields that are still to be filled in. They don't hold up an import.
    pub fn unfilled(&self) -> Vec<Column> {
        [
            (Column::Leader, self.leader.is_empty()),
            (Column::Chief, self.chief.is_empty()),
            (Column::Handler, self.handler.is_empty()),
            (Column::HandlerPhone, self.handler_phone == Entry::Empty),
        ]
        .into_iter()
        .filter(|(_, is_empty)| *is_empty)
        .map(|(column, _)| column)
        .collect()
    }
}

/// How and when a case was closed, as the ledger says. No signature is invented for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// 办理结果
    pub outcome: Outcome,
    /// 办结日期
    pub on: NaiveDate,
}

/// A petition case as a ledger row tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerRow {
    /// Who petitions.
    pub petitioner: Person,
    /// 案号
    pub court_case: Option<StatedNumber>,
    /// 原审法院: as chosen, or else the court whose code the 案号 carries.
    pub origin_court: Option<UnitId>,
    /// 信访事由
    pub grounds: String,
    /// 信访诉求
    pub request: String,
    /// 案件来源
    pub source: Source,
    /// 交办日期
    pub assigned_on: NaiveDate,
    /// 责任单位
    pub unit: UnitId,
    /// 包案责任
    pub team: Team,
    /// 化解方案
    pub plan: String,
    /// 办理进展
    pub progress: String,
    /// 办理结果 as typed: the note that goes with an outcome closed 「其他方式」.
    pub result: String,
    /// Nothing while the case is open.
    pub closed: Option<Closed>,
    /// 备注
    pub note: String,
}

impl LedgerRow {
    /// Whether another row is probably the same petition case: the same person, court case and
    /// court. People are the same by their ID number, or by name when one of them has none.
    pub fn resembles(&self, other: &Self) -> bool {
        let same_person =
            match (self.petitioner.id_number.read(), other.petitioner.id_number.read()) {
                (Some(one), Some(another)) => one == another,
                (None | Some(_), None) | (None, Some(_)) => {
                    self.petitioner.name == other.petitioner.name
                }
            };
        let same_court = match (self.origin_court, other.origin_court) {
            (Some(one), Some(another)) => one == another,
            (None | Some(_), None) | (None, Some(_)) => self.unit == other.unit,
        };
        same_person && same_court && self.matter() == other.matter()
    }

    /// What makes the row the same row in any ledger: person, matter, courts, source and day.
    /// Progress, plan and team may have been written anew since. It holds personal values, so
    /// only a keyed index of it is kept.
    pub fn identity(&self) -> String {
        let person = &self.petitioner;
        let person = match &person.id_number {
            Entry::Read(number) => number.exposed().to_owned(),
            Entry::Doubtful(typed) => format!("{}/{typed}", person.name.normalised()),
            Entry::Empty => person.name.normalised(),
        };
        [
            person,
            self.matter(),
            self.origin_court.map(|unit| unit.to_string()).unwrap_or_default(),
            self.unit.to_string(),
            self.source.code().to_owned(),
            self.assigned_on.to_string(),
        ]
        .join("\u{1f}")
    }

    /// The requests one by one: 「1.依法发放案款；2.书面说明理由」 are two.
    pub fn requests(&self) -> Vec<String> {
        let parts = self.request.split(['；', ';', '\n']);
        parts.map(without_number).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// What the ledger tells of the handling, in the order of its columns: progress, the result
    /// in its own words, and the note.
    pub fn account(&self) -> String {
        let result = self.closed.map(|_| format!("办理结果：{}", self.result));
        let note = Some(format!("备注：{}", self.note)).filter(|_| !self.note.is_empty());
        let progress = Some(self.progress.clone()).filter(|text| !text.is_empty());
        [progress, result, note].into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    /// What the petition is about: the court case, or without one the grounds.
    pub(super) fn matter(&self) -> String {
        let stated = self.court_case.as_ref().map(StatedNumber::to_string);
        super::cell::plain(&stated.unwrap_or_else(|| self.grounds.clone()))
    }
}

/// Takes 「1.」「2、」「（3）」 off the beginning of a request.
fn without_number(text: &str) -> &str {
    let text = text.trim();
    let bare = text.trim_start_matches(['(', '（']);
    let rest = bare.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let mark = rest.chars().next().filter(|mark| matches!(mark, '.' | '．' | '、' | ')' | '）'));
    match mark {
        Some(mark) if rest.len() < bare.len() => {
            rest.get(mark.len_utf8()..).unwrap_or_default().trim()
        }
        Some(_) | None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::without_number;

    #[test]
    fn numbers_before_requests_are_taken_off() {
        let table = [
            ("1.依法发放案款", "依法发放案款"),
            (" 2、书面说明理由 ", "书面说明理由"),
            ("（3）恢复执行", "恢复执行"),
            ("(12) 恢复执行", "恢复执行"),
            ("3000元执行款", "3000元执行款"),
            ("（一审）改判", "（一审）改判"),
            ("恢复执行", "恢复执行"),
            ("1.", ""),
            ("", ""),
        ];
        for (given, expected) in table {
            assert_eq!(without_number(given), expected, "{given}");
        }
    }
}
