//! Workbooks changed inside their archives: a part is changed and packed again with a right sum, so
//! that the change reaches whoever reads the part.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::lines;
use super::mutation::{self, Dice, Pantry};

/// A part of an archive with its name.
pub type Part = (String, Vec<u8>);

/// What readers of workbooks stumble over.
const OF_PARTS: &[&[u8]] = &[
    b"<row r=\"1048577\">",
    b"<c r=\"XFD1048576\"><v>1</v></c>",
    b"<c r=\"ZZZZZZZ99999999999\"/>",
    b" r=\"\"",
    b" r=\"A0\"",
    b" r=\"0\"",
    b" t=\"s\"",
    b" t=\"d\"",
    b" t=\"e\"",
    b" s=\"4294967295\"",
    b"<v>-1</v>",
    b"<v>99999999999999999999</v>",
    b"<v>1e308</v>",
    b"<v>NaN</v>",
    b"<v>#N/A</v>",
    b"<f t=\"shared\" ref=\"A1:B2\" si=\"4294967295\">A1</f>",
    b"<mergeCell ref=\"B9:A1\"/>",
    b"<mergeCell ref=\"A1:XFD1048576\"/>",
    b"<dimension ref=\"A1:XFD1048576\"/>",
    b"<is><t>\0</t></is>",
    b"&#0;",
    b"&#xD800;",
    b"&#99999999999;",
    b"&undefined;",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"<![CDATA[",
    b"<!--",
    b"]]>",
    b"<?xml version=\"1.1\" encoding=\"UTF-16\"?>",
    b"count=\"4294967295\"",
    b"</sheetData>",
    b"<sheetData>",
    b"<rPh><t>a</t></rPh>",
    b"xml:space=\"preserve\"",
    b"../../xl/workbook.xml",
    b"rId99",
    b"xmlns:x=\"y\"",
    b"\"",
    b">",
    b"<",
    b"&",
    "某\u{202e}张\u{200b}".as_bytes(),
];

/// And readers of archives.
const OF_ARCHIVES: &[&[u8]] = &[
    b"PK\x01\x02",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x06\x06",
    b"PK\x06\x07",
    b"PK\x07\x08",
    b"xl/workbook.xml",
    b"\xFF\xFF\xFF\x7F",
];

/// Workbooks, as they are and in parts.
#[derive(Debug)]
pub struct Workbooks {
    whole: Pantry<u8>,
    parts: Pantry<u8>,
    books: Vec<Vec<Part>>,
    typed: Pantry<char>,
}

impl Workbooks {
    pub fn of(seeds: &[Vec<u8>]) -> Self {
        let books: Vec<Vec<Part>> = seeds.iter().map(|seed| unpacked(seed)).collect();
        let parts = books.iter().flatten().map(|(_, bytes)| bytes.clone()).collect();
        let folders = ["identity_number", "case_number", "phone", "name"];
        let typed =
            folders.into_iter().flat_map(lines).chain(["2026.1.29", "自排"].map(str::to_owned));
        let typed: Vec<String> = typed.collect();
        Self {
            whole: mutation::bytes(seeds.to_vec(), OF_ARCHIVES),
            parts: mutation::bytes(parts, OF_PARTS),
            books,
            typed: mutation::letters(&typed),
        }
    }

    /// A workbook that is changed as a whole, in its parts, or in what is typed in it.
    pub fn input(&self, dice: &mut Dice) -> Vec<u8> {
        let how = dice.below(5);
        if how == 0 {
            return self.whole.input(dice);
        }
        let mut book = dice.of(&self.books).clone();
        for _ in 0..=dice.below(2) {
            let at = dice.below(book.len());
            match dice.below(12) {
                _ if how > 2 => self.retype(&mut book, dice),
                0 if book.len() > 1 => drop(book.remove(at)),
                // Another workbook's part under this name, or this one's under another.
                1 => book[at].1 = self.part(dice).1,
                2 => book[at].0 = self.part(dice).0,
                _ => book[at].1 = self.parts.changed(book[at].1.clone(), dice),
            }
        }
        let method =
            if dice.one_in(2) { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        packed(&book, method)
    }

    /// Changes what is typed in some cells, and nothing of how it is written down.
    fn retype(&self, book: &mut [Part], dice: &mut Dice) {
        let texts = |part: &&mut Part| part.0.contains("sheet1") || part.0.contains("haredStrings");
        for (_, bytes) in book.iter_mut().filter(texts) {
            for _ in 0..=dice.below(4) {
                *bytes = self.retyped(&String::from_utf8_lossy(bytes), dice).into_bytes();
            }
        }
    }

    fn retyped(&self, part: &str, dice: &mut Dice) -> String {
        let begins = ["<t>", "<v>"].into_iter().flat_map(|tag| part.match_indices(tag));
        let begins: Vec<usize> = begins.map(|(at, tag)| at + tag.len()).collect();
        if begins.is_empty() {
            return part.to_owned();
        }
        let begin = *dice.of(&begins);
        let end = begin + part[begin..].find('<').unwrap_or(0);
        let typed = if dice.one_in(2) {
            self.typed.input(dice)
        } else {
            self.typed.changed(part[begin..end].chars().collect(), dice)
        };
        let typed = typed.into_iter().collect::<String>();
        let typed = typed.replace('&', "&amp;").replace('<', "&lt;");
        [&part[..begin], &typed, &part[end..]].concat()
    }

    /// Any part of any workbook.
    fn part(&self, dice: &mut Dice) -> Part {
        let book = dice.of(&self.books);
        dice.of(book).clone()
    }
}

fn unpacked(bytes: &[u8]) -> Vec<Part> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let part = |at| {
        let mut part = archive.by_index(at).unwrap();
        let (name, mut bytes) = (part.name().unwrap().to_string(), Vec::new());
        part.read_to_end(&mut bytes).unwrap();
        (name, bytes)
    };
    let parts = ZipArchive::new(Cursor::new(bytes)).unwrap().len();
    (0..parts).map(part).collect()
}

/// Packs parts; of two with the same name the first is kept.
pub fn packed(parts: &[Part], method: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in parts {
        if archive.start_file(name.as_str(), options).is_ok() {
            archive.write_all(bytes).unwrap();
        }
    }
    archive.finish().unwrap().into_inner()
}
