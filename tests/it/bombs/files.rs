//! The files, each made here: none is kept in the repository.
#![expect(clippy::format_collect, reason = "a file is made once, and read as it is written here")]

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

/// How the reading of a file should end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    Refused,
    /// What is strange about it costs nothing.
    Read,
    /// A figure that overflows is noticed by a build for tests only.
    Either,
}

type Part = (String, Vec<u8>);
type File = (&'static str, Vec<u8>, Ends);

const SHEET: &str = "xl/worksheets/sheet1.xml";
const HEADER: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>姓名</t></is></c>\
    <c r=\"B1\" t=\"inlineStr\"><is><t>交办日期</t></is></c>\
    <c r=\"C1\" t=\"inlineStr\"><is><t>责任单位</t></is></c></row>";

fn zipped(parts: &[Part]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The parts of a workbook with so many sheets, without the sheets.
fn frame(sheets: usize) -> Vec<Part> {
    let each = |line: &dyn Fn(usize) -> String| (1..=sheets).map(line).collect::<String>();
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let package = format!(
        "<Relationships xmlns=\"{relations}\"><Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" \
         Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let book = format!(
        "<workbook xmlns:r=\"{office}\"><sheets>{}</sheets></workbook>",
        each(&|nth| format!("<sheet name=\"s{nth}\" sheetId=\"{nth}\" r:id=\"rId{nth}\"/>"))
    );
    let links = format!(
        "<Relationships xmlns=\"{relations}\">{}</Relationships>",
        each(&|nth| format!(
            "<Relationship Id=\"rId{nth}\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet{nth}.xml\"/>"
        ))
    );
    [
        ("[Content_Types].xml", types.to_owned()),
        ("_rels/.rels", package),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", links),
    ]
    .map(|(name, text)| (name.to_owned(), text.into_bytes()))
    .into()
}

/// A workbook of one sheet with these rows below its header, and what comes before and behind them.
fn sheet(before: &str, rows: &str, behind: &str) -> Vec<u8> {
    with(
        &format!("<worksheet>{before}<sheetData>{HEADER}{rows}</sheetData>{behind}</worksheet>"),
        &[],
    )
}

fn with(text: &str, more: &[(&str, String)]) -> Vec<u8> {
    let mut parts = frame(1);
    parts.push((SHEET.to_owned(), text.as_bytes().to_vec()));
    parts.extend(more.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())));
    zipped(&parts)
}

/// A workbook of one ordinary sheet with shared strings.
fn strings(table: String, rows: &str) -> Vec<u8> {
    let text = format!("<worksheet><sheetData>{HEADER}{rows}</sheetData></worksheet>");
    with(&text, &[("xl/sharedStrings.xml", table)])
}

/// Archives within archives, sixteen at each level.
fn nested() -> Vec<u8> {
    let mut inner = zipped(&[("0".to_owned(), vec![0; 4 << 20])]);
    for _ in 0..4 {
        let parts: Vec<_> = (0..16).map(|nth| (nth.to_string(), inner.clone())).collect();
        inner = zipped(&parts);
    }
    let mut parts = frame(1);
    parts.push((SHEET.to_owned(), inner));
    zipped(&parts)
}

/// One part that is 10 KB small, which the directory names a thousand times: 10 GB.
fn overlapping() -> Vec<u8> {
    let one = zipped(&[("xl/a.xml".to_owned(), vec![b' '; 10 << 20])]);
    let directory = one.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    let end = one.windows(4).rposition(|bytes| bytes == b"PK\x05\x06").unwrap();
    let entry = one[directory..end].to_vec();
    let mut file = one[..directory].to_vec();
    for nth in 0..999_u32 {
        let mut entry = entry.clone();
        // Names of the same length, none twice.
        entry[46..49].copy_from_slice(format!("{nth:03}").as_bytes());
        file.extend(entry);
    }
    let size = u32::try_from(file.len() - directory).unwrap();
    file.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    file.extend([999_u16.to_le_bytes(), 999_u16.to_le_bytes()].concat());
    file.extend([size.to_le_bytes(), u32::try_from(directory).unwrap().to_le_bytes()].concat());
    file.extend([0, 0]);
    file
}

/// Entries without content: the long record says how many there are, the short one says ten.
fn many_entries(truth: u64, said: u16) -> Vec<u8> {
    let mut file = Vec::new();
    for nth in 0..truth {
        file.extend_from_slice(b"PK\x01\x02\x2d\x03\x2d\0\0\0\0\0\0\0\0\0");
        file.extend([0; 12]);
        let name = format!("{nth:x}");
        file.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        file.extend([0; 16]);
        file.extend(name.as_bytes());
    }
    let size = u64::try_from(file.len()).unwrap();
    file.extend_from_slice(b"PK\x06\x06");
    file.extend(44_u64.to_le_bytes());
    file.extend([0x2d, 3, 0x2d, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for figure in [truth, truth, size, 0] {
        file.extend(figure.to_le_bytes());
    }
    file.extend_from_slice(b"PK\x06\x07\0\0\0\0");
    file.extend(size.to_le_bytes());
    file.extend(1_u32.to_le_bytes());
    file.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    file.extend([said.to_le_bytes(), said.to_le_bytes()].concat());
    file.extend([0xFF; 8]);
    file.extend([0, 0]);
    file
}

/// Sheets in which each row has one cell, far to the right.
fn far_cells() -> Vec<u8> {
    let rows: String = (2..=20_000)
        .map(|nth| format!("<row r=\"{nth}\"><c r=\"GR{nth}\"><v>1</v></c></row>"))
        .collect();
    let text = format!("<worksheet><sheetData>{HEADER}{rows}</sheetData></worksheet>");
    let mut parts = frame(60);
    parts.extend(
        (1..=60).map(|nth| (format!("xl/worksheets/sheet{nth}.xml"), text.as_bytes().to_vec())),
    );
    zipped(&parts)
}

/// A long text merged downwards over a hundred rows, sixty times beside each other.
fn merged_down() -> Vec<u8> {
    let columns: Vec<String> = (b'A'..=b'Z')
        .map(|letter| char::from(letter).to_string())
        .chain((b'A'..=b'Z').map(|letter| format!("A{}", char::from(letter))))
        .collect();
    let long = "长".repeat(80_000);
    let first: String =
        columns.iter().map(|at| format!("<c r=\"{at}2\" t=\"s\"><v>0</v></c>")).collect();
    let rows: String = (3..=100)
        .map(|nth| format!("<row r=\"{nth}\"><c r=\"GA{nth}\"><v>1</v></c></row>"))
        .collect();
    let merges: String =
        columns.iter().map(|at| format!("<mergeCell ref=\"{at}2:{at}100\"/>")).collect();
    let text = format!(
        "<worksheet><sheetData>{HEADER}<row r=\"2\">{first}</row>{rows}</sheetData>\
         <mergeCells>{merges}</mergeCells></worksheet>"
    );
    with(
        &text,
        &[("xl/sharedStrings.xml", format!("<sst uniqueCount=\"1\"><si><t>{long}</t></si></sst>"))],
    )
}

fn laughs() -> String {
    let mut entities = "<!ENTITY a0 \"哈哈哈哈哈哈\">".to_owned();
    for nth in 1..=9 {
        let ten = format!("&a{};", nth - 1).repeat(10);
        entities.push_str(&format!("<!ENTITY a{nth} \"{ten}\">"));
    }
    format!("<!DOCTYPE worksheet [{entities}]>")
}

fn attributes(name: impl Fn(u32) -> String) -> String {
    let all: Vec<_> = (0..80_000).map(|nth| format!("{}=\"\"", name(nth))).collect();
    all.join(" ")
}

/// What holds texts and tags.
#[expect(clippy::too_many_lines, reason = "one file after another")]
fn texts() -> Vec<File> {
    let external = "<!DOCTYPE worksheet [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>";
    let told = "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>&x;</t></is></c></row>";
    let deep = format!("{}{}", "<a>".repeat(3_000_000), "</a>".repeat(3_000_000));
    let data = format!("<sheetData>{HEADER}</sheetData>");
    let laugh = told.replace("&x;", "&a9;");
    let hidden = {
        let mut parts = frame(1);
        let links = String::from_utf8(parts[3].1.clone()).unwrap();
        parts[3].1 = links.replace("sheet1.xml", "sheet1.bin").into_bytes();
        let text = format!("<worksheet {}>{data}</worksheet>", attributes(|nth| format!("a{nth}")));
        parts.push(("xl/worksheets/sheet1.bin".to_owned(), text.into_bytes()));
        zipped(&parts)
    };
    vec![
        (
            "a billion laughs",
            with(
                &format!(
                    "{}<worksheet><sheetData>{HEADER}{laugh}</sheetData></worksheet>",
                    laughs()
                ),
                &[],
            ),
            Ends::Refused,
        ),
        (
            "an entity of a file",
            with(
                &format!("{external}<worksheet><sheetData>{HEADER}{told}</sheetData></worksheet>"),
                &[],
            ),
            Ends::Refused,
        ),
        (
            "80,000 attributes",
            with(
                &format!("<worksheet {}>{data}</worksheet>", attributes(|nth| format!("a{nth}"))),
                &[],
            ),
            Ends::Refused,
        ),
        (
            "80,000 attributes of a cell",
            sheet(
                "",
                &format!(
                    "<row r=\"2\"><c {} r=\"A2\"><v>1</v></c></row>",
                    attributes(|nth| format!("a{nth}"))
                ),
                "",
            ),
            Ends::Refused,
        ),
        (
            "80,000 namespaces",
            with(
                &format!(
                    "<worksheet {}>{data}</worksheet>",
                    attributes(|nth| format!("xmlns:a{nth}"))
                ),
                &[],
            ),
            Ends::Refused,
        ),
        ("80,000 attributes in what is called a picture", hidden, Ends::Read),
        ("three million elements within each other", sheet(&deep, "", ""), Ends::Refused),
        (
            "a text of 60 MB",
            sheet(
                "",
                &format!(
                    "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>{}</t></is></c></row>",
                    "a".repeat(60 << 20)
                ),
                "",
            ),
            Ends::Refused,
        ),
    ]
}

/// What declares more than there is.
fn boasts() -> Vec<File> {
    let far = "<row r=\"1048576\"><c r=\"A1048576\"><v>1</v></c></row>";
    let wide = "<row r=\"2\"><c r=\"XFD2\"><v>1</v></c></row>";
    let impossible = "<row r=\"2\"><c r=\"ZZZZZZZZ4294967296\"><v>1</v></c></row>";
    let rows: String =
        (2..=1_000_000).map(|nth| format!("<row r=\"{nth}\"><c><v>1</v></c></row>")).collect();
    vec![
        (
            "a million rows and sixteen thousand columns declared",
            sheet("<dimension ref=\"A1:XFD1048576\"/>", "", ""),
            Ends::Read,
        ),
        (
            "a million columns declared",
            sheet("<cols><col min=\"1\" max=\"1000000\" width=\"9\"/></cols>", "", ""),
            Ends::Read,
        ),
        ("one cell in the last row", sheet("", far, ""), Ends::Read),
        ("one cell in the last column", sheet("", wide, ""), Ends::Refused),
        ("a cell nowhere", sheet("", impossible, ""), Ends::Either),
        ("a million rows", sheet("", &rows, ""), Ends::Refused),
        (
            "a formula that is the four thousand millionth",
            sheet(
                "",
                "<row r=\"2\"><c r=\"A2\"><f t=\"shared\" ref=\"A2:A3\" si=\"4000000000\">1</f><v>1</v></c></row>",
                "",
            ),
            Ends::Read,
        ),
        (
            "as many strings as there are numbers",
            strings(
                "<sst uniqueCount=\"768614336404564650\"><si><t>a</t></si></sst>".to_owned(),
                "",
            ),
            Ends::Refused,
        ),
        (
            "a million million strings",
            strings("<sst uniqueCount=\"1000000000000\"><si><t>a</t></si></sst>".to_owned(), ""),
            Ends::Refused,
        ),
        (
            "a thousand million strings",
            strings("<sst uniqueCount=\"1000000000\"><si><t>a</t></si></sst>".to_owned(), ""),
            Ends::Refused,
        ),
    ]
}

/// All of them.
pub fn all() -> Vec<File> {
    let long = "长".repeat(80_000);
    let told: String = (2..=5_000)
        .map(|nth| format!("<row r=\"{nth}\"><c r=\"A{nth}\" t=\"s\"><v>0</v></c></row>"))
        .collect();
    let many = format!("<sst>{}</sst>", "<si><t>a</t></si>".repeat(1_700_000));
    let empty = format!("<sst>{}</sst>", "<si/>".repeat(6_000_000));
    let merges =
        format!("<mergeCells>{}</mergeCells>", "<mergeCell ref=\"A1:B2\"/>".repeat(1_000_000));
    let mut lying = zipped(&[(SHEET.to_owned(), vec![b' '; 60 << 20])]);
    let size = u32::try_from(60 << 20).unwrap().to_le_bytes();
    while let Some(at) = lying.windows(4).position(|bytes| bytes == size) {
        lying[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    let slip = {
        let mut parts = frame(1);
        let text = format!("<worksheet><sheetData>{HEADER}</sheetData></worksheet>");
        parts.push((SHEET.to_owned(), text.into_bytes()));
        for name in ["../../etc/cron.d/x", "/etc/x", "C:\\x", "xl\\..\\..\\x"] {
            parts.push((name.to_owned(), b"x".to_vec()));
        }
        zipped(&parts)
    };
    let mut files = vec![
        ("archives within archives", nested(), Ends::Refused),
        ("10 KB that are 10 GB", overlapping(), Ends::Refused),
        ("a part that lies about its size", lying, Ends::Refused),
        ("sixty thousand entries", many_entries(60_000, 60_000), Ends::Refused),
        (
            "a quarter of a million entries that are said to be ten",
            many_entries(250_000, 10),
            Ends::Refused,
        ),
        ("a quarter of a million entries", many_entries(250_000, u16::MAX), Ends::Refused),
        ("names that lead elsewhere", slip, Ends::Read),
        (
            "one string in five thousand cells",
            strings(format!("<sst><si><t>{long}</t></si></sst>"), &told),
            Ends::Refused,
        ),
        ("1,700,000 strings", strings(many, ""), Ends::Refused),
        ("6,000,000 empty strings", strings(empty, ""), Ends::Refused),
        ("a long text merged downwards", merged_down(), Ends::Refused),
        ("1,200,000 rows with one cell far to the right", far_cells(), Ends::Refused),
        ("1,000,000 merged cells", sheet("", "", &merges), Ends::Read),
    ];
    files.extend(texts());
    files.extend(boasts());
    files
}
