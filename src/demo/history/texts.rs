//! The longer texts: reports with their sections, and papers as small PDF files.

use super::act::Case;
use crate::domain::closing::Section;
use crate::domain::outcome::Outcome;
use std::fmt::Write;

/// The eight sections of a progress report.
pub fn report(case: &Case, number: &str, leader: &str, corrected: bool) -> [String; 8] {
    let matter = case.matter;
    let [first, second, third] = matter.steps;
    let next = if corrected {
        format!("{}；十个工作日内完成，由责任人每周报告一次。", third.2)
    } else {
        format!("{}；办结前答复信访人。", third.2)
    };
    [
        format!(
            "{number}，信访人{}，原审案号{}。{}",
            case.petitioner.name, case.court_case, case.told
        ),
        requests(case),
        format!("{leader}，已与信访人见面或者取得联系。"),
        format!("本院自查：{}", case.fill(matter.found)),
        case.fill(matter.plan),
        format!("1．{}\n2．{}", case.fill(first.1), case.fill(second.1)),
        format!("{}信访人表示愿意等待办理结果。", case.fill(second.1)),
        next,
    ]
}

/// 「1．……；2．……」
pub fn requests(case: &Case) -> String {
    let numbered = case.matter.requests.iter().zip(1..);
    numbered.map(|(text, nth)| format!("{nth}．{}", case.fill(text))).collect::<Vec<_>>().join("；")
}

/// The seven sections of a close report.
pub fn closing(case: &Case, outcome: Outcome, section: Section) -> String {
    let matter = case.matter;
    let [first, second, third] = matter.steps;
    match section {
        Section::Parties => {
            format!("信访人{}，系{}案当事人。", case.petitioner.name, case.court_case)
        }
        Section::Original => format!("{}案已经依法作出处理，原处理情况见卷。", case.court_case),
        Section::Remedies => "信访人未申请再审，已告知有关救济途径和期限。".to_owned(),
        Section::Grounds => format!("{}。{}", matter.head, requests(case)),
        Section::Findings => {
            let done = [first.1, second.1, third.1].map(|text| case.fill(text)).concat();
            format!("{}办理经过：{done}", case.fill(matter.found))
        }
        Section::SelfCheck => "对照交办要求逐项自查，办理程序符合规定，材料齐全。".to_owned(),
        Section::Conclusion => {
            format!("{}办理结果：{}。", case.fill(matter.answered), outcome.label())
        }
    }
}

/// A page with these lines. The font is one that readers of Chinese PDF files bring along.
pub fn paper(lines: &[&str]) -> Vec<u8> {
    let shown: Vec<String> = lines.iter().map(|line| format!("<{}> Tj T*", utf16(line))).collect();
    let page = format!("BT /F1 16 Tf 72 760 Td 28 TL {} ET", shown.join(" "));
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [6 0 R] >>"
            .to_owned(),
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 \
         /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 7 0 R >>"
            .to_owned(),
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] \
         /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
            .to_owned(),
    ];
    file(&objects)
}

/// The objects with the table that says where each begins.
fn file(objects: &[String]) -> Vec<u8> {
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (object, nth) in objects.iter().zip(1..) {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = write!(file, "{nth} 0 obj\n{object}\nendobj\n");
    }
    let (size, at) = (objects.len() + 1, file.len());
    let _ = write!(
        file,
        "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n"
    );
    file.into_bytes()
}

fn utf16(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |mut digits, unit| {
        let _ = write!(digits, "{unit:04X}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::MediaType;

    #[test]
    fn a_paper_is_a_file_whose_table_names_the_place_of_each_object() {
        let bytes = paper(&["评查报告", "XF2026-00001"]);
        assert_eq!(MediaType::of(&bytes), Some(MediaType::Pdf));
        let text = String::from_utf8(bytes).unwrap();
        let places = text.lines().filter_map(|line| line.strip_suffix(" 00000 n "));
        for (place, nth) in places.zip(1..) {
            let at: usize = place.parse().unwrap();
            assert!(text[at..].starts_with(&format!("{nth} 0 obj")), "object {nth}");
        }
        let start: usize = text.lines().rev().nth(1).unwrap().parse().unwrap();
        assert!(text[start..].starts_with("xref"));
        assert!(text.contains("8BC467E562A5544A"));
    }
}
