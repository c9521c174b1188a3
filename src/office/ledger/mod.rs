//! Reads a court's ledger (台账) from an .xlsx file: merged titles, headers of one or two levels.

mod header;
mod limits;
mod shape;
mod sheet;
mod worker;

use std::io::Cursor;

use calamine::{Reader, Xlsx, XlsxError};
use sha2::{Digest, Sha256};

use crate::domain::ledger_import::{Kind, Table};
use sheet::Room;
pub use worker::{NotRead, read_apart};

/// The sheets of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Workbook {
    /// The file's SHA-256 in hexadecimal digits: the same file is known again by it.
    pub sha256: String,
    /// The sheets whose header was found.
    pub tables: Vec<Table>,
    /// The names of the sheets in which no header was found.
    pub unread: Vec<String>,
}

impl Workbook {
    /// The first sheet of this kind.
    pub fn table(&self, kind: Kind) -> Option<&Table> {
        self.tables.iter().find(|table| table.kind == kind)
    }
}

/// Why a file can't be read at all.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("文件大于20MB，请拆成几个文件后再导入")]
    FileTooLarge,
    #[error("这是旧格式（.xls）或加了密码的文件，请取消密码并另存为.xlsx后再导入")]
    OldOrLocked,
    #[error("这不是.xlsx文件，请用Excel或WPS另存为.xlsx后再导入")]
    NotAWorkbook,
    #[error("文件展开后过大，可能已损坏，请重新另存为.xlsx后再导入")]
    InflatesTooMuch,
    #[error("工作表“{0}”超过20000行，请拆成几个文件后再导入")]
    TooManyRows(String),
    #[error("工作表“{0}”超过200列，请删去多余的列后再导入")]
    TooManyColumns(String),
    #[error("没有找到表头：至少要有“姓名”“案件来源”“交办日期”“责任单位”几列，可以先下载模板对照")]
    NoHeader,
    #[error("文件已损坏，请用Excel或WPS打开后重新另存为.xlsx再导入")]
    Broken(#[source] XlsxError),
}

/// Reads the sheets of a file. Nothing of it is inflated before its size is known to be sane.
pub fn read(bytes: &[u8]) -> Result<Workbook, Unreadable> {
    limits::check(bytes)?;
    let mut file: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(Unreadable::Broken)?;
    let mut workbook = Workbook { sha256: sha256(bytes), tables: Vec::new(), unread: Vec::new() };
    let mut room = Room::default();
    for name in file.sheet_names() {
        let grid = match sheet::read(&mut file, &name, &mut room) {
            Err(Unreadable::Broken(XlsxError::NotAWorksheet(_))) => continue,
            grid => grid?,
        };
        match header::find(&name, grid) {
            Some(table) => workbook.tables.push(table),
            None => workbook.unread.push(name),
        }
    }
    if workbook.tables.is_empty() { Err(Unreadable::NoHeader) } else { Ok(workbook) }
}

/// The SHA-256 of a file in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes).into_iter().flat_map(|byte| [byte >> 4, byte & 0xF]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

#[cfg(test)]
mod tests;
