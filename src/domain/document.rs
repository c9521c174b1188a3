//! Files of a petition case: what they are, and which may be filed.

use chrono::{DateTime, Utc};

use super::code::codes;
use super::ids::StaffId;
use super::scan::{Scan, Standing};

codes! {
    /// What a file is in the dossier (卷宗).
    DocumentKind {
        VisitMaterial = "visit_material", "来访材料";
        InterviewRecord = "interview_record", "约见、接访笔录";
        ReplyEvidence = "reply_evidence", "答复材料";
        ReviewReport = "review_report", "评查报告";
        Settlement = "settlement", "息诉材料";
        Plan = "plan", "化解方案";
        SelfCheckReport = "self_check_report", "自查自纠报告";
        TerminationDecision = "termination_decision", "终结决定";
        Other = "other", "其他材料";
    }
}

codes! {
    /// The types of file that are taken.
    MediaType {
        Pdf = "application/pdf", "PDF";
        Jpeg = "image/jpeg", "图片";
        Png = "image/png", "图片";
        Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word";
    }
}

impl MediaType {
    /// The type by what the file itself says; its name and the browser may say anything.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"PK\x03\x04") && holds(bytes, b"word/document.xml") {
            Some(Self::Docx)
        } else {
            None
        }
    }
}

impl MediaType {
    /// How the name of such a file ends; the first is given to one that ends otherwise.
    const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &[".pdf"],
            Self::Jpeg => &[".jpg", ".jpeg"],
            Self::Png => &[".png"],
            Self::Docx => &[".docx"],
        }
    }
}

/// The names of a zip archive's entries stand in it as they are.
fn holds(bytes: &[u8], name: &[u8]) -> bool {
    bytes.windows(name.len()).any(|window| window == name)
}

/// 「单个不超过50MB」
pub const LARGEST: usize = 50 * 1024 * 1024;

const LONGEST_NAME: usize = 120;

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("文件是空的，请重新选择")]
    Empty,
    #[error("单个文件不超过50MB")]
    TooLarge,
    #[error("只能上传PDF、图片（JPG、PNG）和Word（.docx）文件")]
    UnknownType,
    #[error("查出病毒，没有保存。请查杀后重新上传，或换一份文件")]
    Infected,
    #[error("查毒服务没有响应，没有保存。请过几分钟再上传")]
    Unscanned,
}

/// A file that belongs into the dossier. Only [`file()`] makes one.
#[must_use = "a file is kept only when it is recorded"]
#[derive(Debug, Clone)]
pub struct Filed<'a> {
    kind: DocumentKind,
    name: String,
    media_type: MediaType,
    bytes: &'a [u8],
    clean_at: Option<DateTime<Utc>>,
}

impl Filed<'_> {
    /// With what a scanner for malware said of it; one that bears any isn't filed.
    pub fn scanned(self, scan: &Scan) -> Result<Self, Refusal> {
        match scan {
            Scan::Infected(_) => Err(Refusal::Infected),
            Scan::Clean(_) | Scan::Unasked | Scan::Unscanned => {
                Ok(Self { clean_at: scan.clean_at(), ..self })
            }
        }
    }

    /// When a scanner found it clean; until then it waits.
    pub const fn clean_at(&self) -> Option<DateTime<Utc>> {
        self.clean_at
    }

    /// How it stands with the scanner from the beginning.
    pub const fn standing(&self) -> Standing {
        if self.clean_at.is_some() { Standing::Clean } else { Standing::Unscanned }
    }

    /// What it is.
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// Its name, without any folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type.
    pub const fn media_type(&self) -> MediaType {
        self.media_type
    }

    /// The file itself.
    pub const fn bytes(&self) -> &[u8] {
        self.bytes
    }
}

/// Whose act files came with, and which record they belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filing {
    /// The record's uuid; empty for a file that stands alone.
    pub belongs_to: String,
    pub by: StaffId,
    pub at: DateTime<Utc>,
}

/// Takes a file into the dossier, if it is of a type and size that are taken.
pub fn file<'a>(kind: DocumentKind, name: &str, bytes: &'a [u8]) -> Result<Filed<'a>, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if bytes.len() > LARGEST {
        return Err(Refusal::TooLarge);
    }
    let media_type = MediaType::of(bytes).ok_or(Refusal::UnknownType)?;
    let name = plain_name(name, media_type);
    Ok(Filed { kind, name, media_type, bytes, clean_at: None })
}

/// Whether a file may be read at once: one that isn't kept can't wait for the scanner.
pub const fn readable(scan: &Scan) -> Result<(), Refusal> {
    match scan {
        Scan::Unasked | Scan::Clean(_) => Ok(()),
        Scan::Unscanned => Err(Refusal::Unscanned),
        Scan::Infected(_) => Err(Refusal::Infected),
    }
}

/// The last part of a path, without control characters and signs that turn letters around; long names
/// lose their beginning, so that the ending stays. It ends as files of its type do, and shows no other
/// ending that a machine would run or open as a page: whoever saves it, also where the last ending is
/// not shown, opens it as what it was found to be.
fn plain_name(name: &str, media_type: MediaType) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut shown: Vec<char> = last.trim().chars().filter(|letter| !is_unseen(*letter)).collect();
    if shown.is_empty() {
        shown.extend("未命名".chars());
    }
    let small: String = shown.iter().collect::<String>().to_ascii_lowercase();
    let endings = media_type.endings();
    if !endings.iter().any(|ending| small.ends_with(ending)) {
        shown.extend(endings.first().into_iter().flat_map(|ending| ending.chars()));
    }
    let harmless: Vec<char> = without_inner_endings(&shown.into_iter().collect::<String>());
    harmless.iter().skip(harmless.len().saturating_sub(LONGEST_NAME)).collect()
}

/// Endings of files that a machine runs, or opens as a page.
const RUNNING: [&str; 46] = [
    "apk", "app", "bat", "chm", "cmd", "com", "cpl", "dll", "docm", "exe", "hta", "htm", "html",
    "inf", "jar", "js", "jse", "lnk", "mht", "mhtml", "msc", "msi", "msp", "pif", "pptm", "ps1",
    "ps1xml", "reg", "scf", "scr", "sh", "shtml", "svg", "swf", "sys", "url", "vb", "vbe", "vbs",
    "ws", "wsc", "wsf", "wsh", "xht", "xhtml", "xlsm",
];

/// The dot before an ending of these becomes a low line, save that before the last.
fn without_inner_endings(name: &str) -> Vec<char> {
    let parts: Vec<&str> = name.split('.').collect();
    let mut kept = String::new();
    for (nth, part) in parts.iter().enumerate() {
        let is_inner = nth > 0 && nth + 1 < parts.len();
        let runs = RUNNING.contains(&part.trim().to_ascii_lowercase().as_str());
        if nth > 0 {
            kept.push(if is_inner && runs { '_' } else { '.' });
        }
        kept.push_str(part);
    }
    kept.chars().collect()
}

/// Whether a sign has no shape of its own: it controls, joins, or sets the direction of writing.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let docx = b"PK\x03\x04..[Content_Types].xml..word/document.xml..";
        for (bytes, expected) in [
            (&b"%PDF-1.7"[..], Ok(MediaType::Pdf)),
            (&[0xFF, 0xD8, 0xFF, 0xE0], Ok(MediaType::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", Ok(MediaType::Png)),
            (docx, Ok(MediaType::Docx)),
            (b"PK\x03\x04..xl/workbook.xml..", Err(Refusal::UnknownType)),
            (b"<html>", Err(Refusal::UnknownType)),
            (b"MZ\x90", Err(Refusal::UnknownType)),
            (b"", Err(Refusal::Empty)),
        ] {
            let filed = file(DocumentKind::Other, "笔录.pdf", bytes);
            assert_eq!(filed.map(|filed| filed.media_type()), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_file_larger_than_the_limit_is_refused() {
        let mut bytes = vec![0; LARGEST + 1];
        bytes[..5].copy_from_slice(b"%PDF-");
        let taken =
            |bytes| file(DocumentKind::Plan, "a.pdf", bytes).map(|filed| filed.bytes().len());
        assert_eq!(taken(&bytes), Err(Refusal::TooLarge));
        assert_eq!(taken(&bytes[..LARGEST]), Ok(LARGEST));
    }

    /// S59.
    #[test]
    fn a_file_that_bears_malware_is_refused() {
        let at = DateTime::UNIX_EPOCH;
        for (scan, expected) in [
            (Scan::Unasked, Ok(None)),
            (Scan::Unscanned, Ok(None)),
            (Scan::Clean(at), Ok(Some(at))),
            (Scan::Infected("Eicar-Test-Signature".to_owned()), Err(Refusal::Infected)),
        ] {
            let filed = file(DocumentKind::Other, "a.pdf", b"%PDF-").unwrap().scanned(&scan);
            assert_eq!(filed.map(|filed| filed.clean_at()), expected, "{scan:?}");
        }
    }

    /// S51.
    #[test]
    fn a_name_ends_as_files_of_its_type_do_and_shows_all_that_it_says() {
        for (given, kept) in [
            ("笔录.PDF", "笔录.PDF"),
            ("笔录.exe.pdf", "笔录_exe.pdf"),
            ("笔录.pdf.exe", "笔录.pdf_exe.pdf"),
            ("笔录.EXE .pdf", "笔录_EXE .pdf"),
            ("笔录.html", "笔录_html.pdf"),
            ("exe.pdf", "exe.pdf"),
            ("2026.06.15约见.pdf", "2026.06.15约见.pdf"),
            ("笔录\u{202e}fdp.exe", "笔录fdp_exe.pdf"),
            ("笔\u{200b}录\u{feff}.pdf", "笔录.pdf"),
            ("笔录.exe\0.pdf", "笔录_exe.pdf"),
            ("笔录.pdf.", "笔录.pdf..pdf"),
        ] {
            assert_eq!(file(DocumentKind::Other, given, b"%PDF-").unwrap().name(), kept);
        }
        let png = b"\x89PNG\r\n\x1a\n";
        assert_eq!(file(DocumentKind::Other, "a.pdf", png).unwrap().name(), "a.pdf.png");
        let jpeg = [0xFF, 0xD8, 0xFF, 0xE0];
        assert_eq!(file(DocumentKind::Other, "a.JPEG", &jpeg).unwrap().name(), "a.JPEG");
    }

    /// S53.
    #[test]
    fn a_name_leads_into_no_folder() {
        for (given, kept) in [
            ("约见笔录.pdf", "约见笔录.pdf"),
            ("..\\..\\笔录.pdf", "笔录.pdf"),
            ("/etc/passwd", "passwd.pdf"),
            ("a\r\nb.pdf", "ab.pdf"),
            ("  ", "未命名.pdf"),
            ("照片/", "未命名.pdf"),
        ] {
            assert_eq!(file(DocumentKind::Other, given, b"%PDF-").unwrap().name(), kept);
        }
        let long = format!("{}.pdf", "笔".repeat(300));
        let filed = file(DocumentKind::Other, &long, b"%PDF-").unwrap();
        assert_eq!(filed.name(), format!("{}.pdf", "笔".repeat(LONGEST_NAME - 4)));
    }
}
