//! No name of a real person stands in the repository: a person is a surname with 某 (张某, 李某某,
//! and 王某甲 where two must be told apart).
//!
//! What the tests see, and what not:
//! - Of a ledger every cell of a column of names is read, and of the demonstration every person of
//!   the staff. The petitioners' names are held by a test beside them.
//! - Of texts a word counts as a name that stands alone between signs that aren't Han, has two or
//!   three characters (four with a surname of two) and begins with one of the commonest surnames.
//!   They are borne by more than 85 of 100 people. Words that only look so are listed and reviewed.
//! - A name in the middle of a Chinese sentence, with a rare surname, or in Latin letters is not
//!   seen, nor one that an older commit held: the words of a history can't be mended.
//! - The screenshots in `.readme` can't be read. `tests/browser/pictures.mjs` takes them of the
//!   demonstration, whose people are those that are checked here.

use std::io::Cursor;

use anjie::demo;
use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};

use super::files::{root, texts};
use super::numbers::somebodys;

const SURNAMES: &str = "\
    王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢\
    傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔";
const DOUBLE_SURNAMES: [&str; 6] = ["欧阳", "司马", "上官", "诸葛", "皇甫", "慕容"];

/// Words that begin like a name, and the names that nobody bears since they mean anybody.
const REVIEWED: &[&str] = &[
    // Words.
    "任职",
    "方法",
    "高院",
    // Anybody, in the tests of masking.
    "张一",
    "张三",
    "李四五",
    "欧阳六",
    // Surnames, in the list of those with two characters.
    "夏侯",
    "钟离",
    // Places of the invented city, and two provinces.
    "白石区",
    "石门区",
    "金沙区",
    "石桥镇",
    "江苏省",
    "江西省",
    // Days of the week.
    "周一",
    "周二",
    "周三",
    "周四",
    "周五",
    "周六",
    "周日",
    // Words.
    "万元",
    "任务",
    "周岁",
    "方案",
    "方言",
    "程序",
    "许多",
];

fn is_han(sign: char) -> bool {
    matches!(u32::from(sign), 0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0x20000..=0x323AF)
}

/// What follows the surname, if the word begins with one.
fn given(word: &str) -> Option<&str> {
    let double = DOUBLE_SURNAMES.iter().find_map(|surname| word.strip_prefix(surname));
    let single = || word.strip_prefix(|sign| SURNAMES.contains(sign));
    double.or_else(single)
}

/// Words that stand alone and could be a person's name, 某 apart.
fn like_names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|sign| !is_han(sign)).filter(|word| !word.is_empty());
    words.filter(|word| {
        let given = given(word).unwrap_or_default();
        (1..=2).contains(&given.chars().count()) && !given.starts_with('某')
    })
}

/// A name as tests and demonstrations may have it.
fn is_made_up(name: &str) -> bool {
    let mut signs = name.trim().chars();
    let rest: String = signs.by_ref().skip_while(|sign| *sign != '某').collect();
    let surname = name.trim().chars().count() - rest.chars().count();
    let rest = rest.trim_end_matches(['甲', '乙', '丙', '丁']);
    (1..=2).contains(&surname) && matches!(rest, "某" | "某某")
}

#[test]
fn a_made_up_name_is_known_by_its_form() {
    for name in ["张某", "李某某", " 孙某 ", "王某甲", "欧阳某"] {
        assert!(is_made_up(name), "{name}");
    }
    for name in ["", "张", "某", "某某", "张伟", "张某伟", "东方某某某", "张某 李四"]
    {
        assert!(!is_made_up(name), "{name}");
    }
    let text = "「王小明」於 name: \"李强\", 张某、李某某；欧阳修文 高度重视 王小明家";
    assert_eq!(like_names(text).collect::<Vec<_>>(), ["王小明", "李强", "欧阳修文"]);
}

/// S102.
#[test]
fn no_text_names_a_person_who_could_be_real() {
    let mut found = Vec::new();
    for (path, text) in texts() {
        // This file names what is looked for.
        if path.ends_with("supply/names.rs") {
            continue;
        }
        for (line, text) in text.lines().enumerate() {
            for word in like_names(text).filter(|word| !REVIEWED.contains(word)) {
                found.push(format!("{path}:{}: {word}", line + 1));
            }
        }
    }
    assert_eq!(found, [""; 0], "a person is called 张某; add a mere word to REVIEWED");
}

/// S102.
#[test]
fn the_people_of_the_demonstration_are_made_up() {
    let people = demo::people();
    assert!(people.len() > 50);
    for person in people {
        assert!(is_made_up(&person.name), "{person:?}");
        assert!(person.phone.starts_with("0000-"), "{person:?}");
    }
}

/// The sheets of a workbook as texts.
fn sheets(name: &str) -> Vec<Vec<Vec<String>>> {
    let bytes = std::fs::read(root().join("tests/it/data").join(name)).unwrap();
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let sheets = book.sheet_names();
    let text = |cell: &Data| cell.to_string();
    let rows = |sheet: &String| {
        let range = book.worksheet_range(sheet).unwrap();
        range.rows().map(|row| row.iter().map(text).collect()).collect()
    };
    sheets.iter().map(rows).collect()
}

/// Whether a cell below this heading holds what nobody has. None: the heading asks for no person.
fn fits(heading: &str, cell: &str) -> Option<bool> {
    let digits: String = cell.chars().map(half_width).collect();
    match heading {
        "姓名" | "包案领导" | "责任领导" | "责任人" => Some(is_made_up(cell)),
        "证件号码" => Some(digits.starts_with("99")),
        "联系电话" => Some(digits.starts_with("100")),
        "责任人电话" => Some(digits.starts_with("0000-")),
        _ => None,
    }
}

fn half_width(sign: char) -> char {
    let code = u32::from(sign);
    if (0xFF01..=0xFF5E).contains(&code) {
        return char::from_u32(code - 0xFEE0).unwrap_or(sign);
    }
    sign
}

/// S102.
#[test]
fn the_people_in_the_ledgers_are_made_up() {
    for (name, people) in [("ledger-40.xlsx", 40), ("ledger-427.xlsx", 427)] {
        let mut checked = 0;
        let mut found = Vec::new();
        for sheet in sheets(name) {
            // The lower of two headings stands in the fourth row; 信访人 of the reviews in the first.
            let reviews = sheet[0].iter().position(|heading| heading == "信访人");
            let headings = if reviews.is_some() { sheet[0].clone() } else { sheet[3].clone() };
            for row in sheet.iter().skip(if reviews.is_some() { 1 } else { 4 }) {
                for (heading, cell) in headings.iter().zip(row).filter(|(_, cell)| !cell.is_empty())
                {
                    let person = reviews.is_some() && heading == "信访人";
                    let fits = if person { Some(is_made_up(cell)) } else { fits(heading, cell) };
                    checked += usize::from(fits.is_some());
                    if fits == Some(false) || !somebodys(cell).is_empty() {
                        found.push(format!("{heading}: {cell}"));
                    }
                }
            }
        }
        assert_eq!(found, [""; 0], "{name}");
        assert!(checked > people * 6, "{name}: the columns of people were found, {checked}");
    }
}
