//! What a workbook may weigh, checked before the reader sees it.

use std::io::{Cursor, Read, copy};

use zip::ZipArchive;

use super::Unreadable;
use super::shape::Shape;

const FILE_BYTES: usize = 20 << 20;
/// 20,000 rows of a ledger weigh about 30 MB once they are inflated.
const INFLATED_BYTES: u64 = 64 << 20;
const PARTS: usize = 1_000;
/// What the reader keeps whole in memory, many times as large as it is written: at most these.
const KEPT_WHOLE: [(&str, u64); 3] =
    [("sharedstrings.xml", 32 << 20), ("styles.xml", 4 << 20), ("workbook.xml", 1 << 20)];

/// What an .xls file, and an .xlsx file with a password, begins with.
const COMPOUND_FILE: [u8; 4] = [0xD0, 0xCF, 0x11, 0xE0];
const END_OF_DIRECTORY: &[u8; 4] = b"PK\x05\x06";
/// The end record is at most this far from the file's end: its 22 bytes and a comment.
const END_REGION: usize = 22 + 0xFFFF;

/// Refuses what is too large, is not a workbook, or inflates beyond reason.
pub fn check(bytes: &[u8]) -> Result<(), Unreadable> {
    if bytes.len() > FILE_BYTES {
        return Err(Unreadable::FileTooLarge);
    }
    if bytes.starts_with(&COMPOUND_FILE) {
        return Err(Unreadable::OldOrLocked);
    }
    if declared_parts(bytes).ok_or(Unreadable::NotAWorkbook)? > PARTS {
        return Err(Unreadable::InflatesTooMuch);
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::NotAWorkbook)?;
    check_declared(archive.clone())?;
    check_inflated(archive)
}

/// The largest number of parts that an end record declares. It is read here because the archive
/// reader makes an entry for each part before it can be asked.
fn declared_parts(bytes: &[u8]) -> Option<usize> {
    let tail = bytes.get(bytes.len().saturating_sub(END_REGION)..)?;
    tail.windows(12)
        .filter(|window| window.starts_with(END_OF_DIRECTORY))
        .filter_map(|window| window.get(10..12)?.try_into().ok())
        .map(|count| usize::from(u16::from_le_bytes(count)))
        .max()
}

fn check_declared(mut archive: ZipArchive<Cursor<&[u8]>>) -> Result<(), Unreadable> {
    let mut total = 0_u64;
    for at in 0..archive.len() {
        let part = archive.by_index_raw(at).map_err(|_| Unreadable::NotAWorkbook)?;
        total = total.saturating_add(part.size());
    }
    if total > INFLATED_BYTES { Err(Unreadable::InflatesTooMuch) } else { Ok(()) }
}

/// Inflates into nothing, because a declared size can lie, and looks at what comes by.
fn check_inflated(mut archive: ZipArchive<Cursor<&[u8]>>) -> Result<(), Unreadable> {
    let mut left = INFLATED_BYTES;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| Unreadable::NotAWorkbook)?;
        let name = part.name().map_err(|_| Unreadable::NotAWorkbook)?.to_ascii_lowercase();
        let most = left.min(most_of(&name));
        let mut shape = Shape::of(&name);
        let read = copy(&mut part.take(most + 1), &mut shape);
        let size = read.map_err(|_| Unreadable::NotAWorkbook)?;
        if size > most || shape.is_broken() {
            return Err(Unreadable::InflatesTooMuch);
        }
        left -= size;
    }
    Ok(())
}

fn most_of(name: &str) -> u64 {
    let kept = KEPT_WHOLE.into_iter().find(|(ending, _)| name.ends_with(ending));
    kept.map_or(INFLATED_BYTES, |(_, most)| most)
}
