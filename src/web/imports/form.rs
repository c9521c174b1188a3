//! What the browser sent when a file was chosen, and about its columns.

use std::collections::HashMap;

use serde::Deserialize;
use uuid::Uuid;

use crate::domain::import::{Mappings, Sheets};
use crate::domain::ledger_import::{Choice, Column, Kind, Mapping, Table};
use crate::web::extract::Upload;
use crate::web::form::Problems;

/// Step 1: the file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ChooseForm {
    pub kind: String,
}

/// The answers to 「导入内容」.
pub const KINDS: [(&str, &str); 2] = [("all", "台账和评查"), ("ledger", "只导入台账")];

/// The longest name of a file that is kept.
const NAME_LENGTH: usize = 120;

impl ChooseForm {
    pub fn with_reviews(&self) -> bool {
        self.kind != "ledger"
    }

    /// The file that was chosen: its name and its bytes.
    pub fn check(files: Vec<Upload>) -> Result<(String, Vec<u8>), Problems> {
        let mut problems = Problems::default();
        let file = files.into_iter().find(|file| file.field == "file");
        match problems.take("file", file, "请选择台账文件") {
            Some(file) if file.bytes.is_empty() => {
                let name = bare_name(&file.name);
                problems.add("file", format!("{name}是空文件（0字节），请选择有内容的台账文件"));
                Err(problems)
            }
            Some(file) => match file.content() {
                Ok(bytes) => Ok((bare_name(&file.name), bytes.to_vec())),
                Err(no) => Err(Problems::at("file", format!("{}：{no}", bare_name(&file.name)))),
            },
            None => Err(problems),
        }
    }
}

/// The name without folders, which old browsers send, and without what can't be shown.
fn bare_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|sign| !sign.is_control()).take(NAME_LENGTH).collect()
}

/// Step 2: a field a column, `ledger.A` or `review.A`.
pub type Fields = HashMap<String, String>;

/// The field of a column.
pub fn field(kind: Kind, letter: &str) -> String {
    format!("{}.{letter}", kind.code())
}

/// The mappings that a person made, or what can't be.
pub fn mappings(sheets: Sheets<'_>, fields: &Fields) -> Result<Mappings, Problems> {
    let mut problems = Problems::default();
    let ledger = mapping(sheets.ledger, fields, &mut problems);
    let reviews = sheets.reviews.map(|table| mapping(table, fields, &mut problems));
    if problems.is_empty() { Ok(Mappings { ledger, reviews }) } else { Err(problems) }
}

fn mapping(table: &Table, fields: &Fields, problems: &mut Problems) -> Mapping {
    let mut mapping = Mapping::of(table.kind, []);
    for heading in &table.headings {
        let name = field(table.kind, &heading.letter());
        let chosen = fields.get(&name).and_then(|code| Column::from_code(code));
        let Some(column) = chosen.filter(|column| Column::of(table.kind).contains(column)) else {
            continue;
        };
        if mapping.place(column).is_some() {
            problems.add(&name, format!("“{}”已经指定给另一列", column.label()));
        } else {
            mapping.set(heading.at, Some(column));
        }
    }
    let missing: Vec<_> = mapping.missing().iter().map(|column| column.label()).collect();
    if !missing.is_empty() {
        let sheet = table.kind.label();
        problems.add("", format!("{sheet}还没有指定必需的列：{}", missing.join("、")));
    }
    mapping
}

/// Step 3: which rows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ImportForm {
    pub draft: Uuid,
    pub choice: String,
}

impl ImportForm {
    pub fn choice(&self) -> Choice {
        if self.choice == "good_rows" { Choice::GoodRows } else { Choice::AllOrNothing }
    }
}

/// A decision on a waiting row.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DecisionForm {
    pub row: String,
    pub decision: String,
}

/// The reason for undoing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct UndoForm {
    pub reason: String,
}

/// The longest reason.
pub const REASON_LENGTH: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ledger_import::Heading;

    type Pairs<'a> = &'a [(&'a str, &'a str)];

    fn table() -> Table {
        let headings = ["谁", "何时交办", "来源", "责任单位"];
        let heading =
            |(at, text): (usize, &str)| Heading { at, group: String::new(), text: text.to_owned() };
        Table {
            sheet: String::new(),
            kind: Kind::Ledger,
            preamble: Vec::new(),
            headings: headings.into_iter().enumerate().map(heading).collect(),
            rows: Vec::new(),
        }
    }

    #[test]
    fn every_needed_column_is_named_once() {
        let table = table();
        let sheets = Sheets { ledger: &table, reviews: None };
        let cases: [(Pairs<'_>, Pairs<'_>); 3] = [
            (&[("A", "name"), ("B", "assigned_on"), ("C", "source"), ("D", "unit")], &[]),
            (
                &[("A", "name"), ("B", ""), ("C", "source"), ("D", "grade")],
                &[("", "台账还没有指定必需的列：交办日期、责任单位")],
            ),
            (
                &[("A", "name"), ("B", "name"), ("C", "source"), ("D", "unit")],
                &[("ledger.B", "“姓名”已经指定给另一列"), ("", "台账还没有指定必需的列：交办日期")],
            ),
        ];
        for (sent, expected) in cases {
            let fields: Fields = sent
                .iter()
                .map(|(letter, code)| (field(Kind::Ledger, letter), (*code).to_owned()))
                .collect();
            let problems = mappings(sheets, &fields).err().unwrap_or_default();
            let said: Vec<_> = problems
                .list()
                .iter()
                .map(|problem| (problem.field.as_str(), problem.message.as_str()))
                .collect();
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn a_file_name_keeps_neither_folders_nor_control_signs() {
        for (given, kept) in
            [("C:\\桌面\\台账.xlsx", "台账.xlsx"), ("../a\u{0}b.xlsx", "ab.xlsx"), ("", "")]
        {
            assert_eq!(bare_name(given), kept);
        }
    }
}
