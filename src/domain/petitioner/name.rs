//! A petitioner's name (姓名), with the glyphs it was given in.

use std::fmt;

use super::half_width;

/// Surnames of two characters; masking keeps them whole.
const TWO_CHARACTER_SURNAMES: [&str; 24] = [
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯",
    "宇文", "长孙", "端木", "百里", "东郭", "南宫", "独孤", "钟离", "轩辕", "呼延", "申屠", "闻人",
];

/// What is wrong with a name, in the words of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Nothing but blanks.
    #[error("请填写姓名")]
    Empty,
    /// A digit, often from a neighbouring field.
    #[error("姓名不能含数字")]
    Digit,
    /// Neither Han, Latin nor the dot.
    #[error("姓名只能含汉字、间隔号和拉丁字母")]
    Foreign,
    /// One character, or more than thirty.
    #[error("姓名应为2至30个字")]
    Length,
}

/// A name of 2 to 30 characters: Han with the rare planes, the dot of minority names, Latin.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// The name without blanks around it, or the first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        let name = tidy(text);
        if name.is_empty() {
            return Err(NameFault::Empty);
        }
        if name.chars().any(|sign| half_width(sign).is_ascii_digit()) {
            return Err(NameFault::Digit);
        }
        let letters = |sign: char| is_han(sign) || is_latin(sign);
        if !name.chars().all(|sign| letters(sign) || is_joint(sign)) || !name.contains(letters) {
            return Err(NameFault::Foreign);
        }
        if !(2..=30).contains(&name.chars().count()) {
            return Err(NameFault::Length);
        }
        Ok(Self(name))
    }

    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that search compares: no dots, blanks or hyphens, half-width, lower case.
    pub fn normalised(&self) -> String {
        let signs = self.0.chars().filter(|sign| !is_joint(*sign));
        signs.map(half_width).flat_map(char::to_lowercase).collect()
    }

    /// The surname with 某 for the given name: 「张某」「李某某」「欧阳某」. A name in Latin
    /// letters keeps its first.
    pub fn masked(&self) -> String {
        let surname = TWO_CHARACTER_SURNAMES
            .into_iter()
            .find(|surname| self.0.starts_with(surname) && self.0 != **surname)
            .map_or_else(|| self.0.chars().take(1).collect(), str::to_owned);
        if self.0.chars().next().is_some_and(is_latin) {
            return format!("{surname}***");
        }
        let given = self.0.chars().count().saturating_sub(surname.chars().count());
        surname + &"某".repeat(given.clamp(1, 2))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Logs carry no parties' names.
impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({})", self.masked())
    }
}

/// Trims, drops the blanks that ledgers pad Han names with, and keeps one between Latin words.
fn tidy(text: &str) -> String {
    let mut name = String::new();
    for word in text.split_whitespace() {
        let latin = |sign: Option<char>| sign.is_some_and(is_latin);
        if latin(name.chars().last()) && latin(word.chars().next()) {
            name.push(' ');
        }
        name.push_str(word);
    }
    name
}

/// The unified ideographs with their extensions, the compatibility planes, and 〇.
fn is_han(sign: char) -> bool {
    matches!(u32::from(sign),
        0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF)
}

/// Latin letters, accented and full-width ones included.
fn is_latin(sign: char) -> bool {
    let latin = matches!(u32::from(sign),
        0x41..=0x5A | 0x61..=0x7A | 0xC0..=0x24F | 0x1E00..=0x1EFF | 0xFF21..=0xFF3A | 0xFF41..=0xFF5A);
    latin && sign.is_alphabetic()
}

/// What stands between the parts of a name: the dot in the forms that input methods give it,
/// and the joints of Latin names.
fn is_joint(sign: char) -> bool {
    matches!(sign, '·' | '•' | '・' | '‧' | '∙' | '．' | ' ' | '-' | '\'' | '’' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_as_given() {
        let cases = [
            ("张某", "张某", "张某"),
            ("  李某某\u{3000}", "李某某", "李某某"),
            ("张\u{3000}某", "张某", "张某"),
            ("阿某·买买提", "阿某·买买提", "阿某买买提"),
            ("阿某•买买提", "阿某•买买提", "阿某买买提"),
            ("𬎆某", "𬎆某", "𬎆某"),
            ("㛃某", "㛃某", "㛃某"),
            ("某〇", "某〇", "某〇"),
            ("张一", "张一", "张一"),
            ("Anna  Mou", "Anna Mou", "annamou"),
            ("Jean-Mou", "Jean-Mou", "jeanmou"),
            ("Ａnna", "Ａnna", "anna"),
            ("Zoë Mou", "Zoë Mou", "zoëmou"),
        ];
        for (text, kept, normalised) in cases {
            let name = Name::parse(text).unwrap();
            assert_eq!((name.as_str(), name.normalised().as_str()), (kept, normalised), "{text}");
        }
    }

    #[test]
    fn faults_of_a_name() {
        let long = "张".repeat(31);
        let cases = [
            ("", "请填写姓名"),
            (" \u{3000}", "请填写姓名"),
            ("张某1", "姓名不能含数字"),
            ("张某２", "姓名不能含数字"),
            ("13", "姓名不能含数字"),
            ("张某（女）", "姓名只能含汉字、间隔号和拉丁字母"),
            ("张某<b>", "姓名只能含汉字、间隔号和拉丁字母"),
            ("··", "姓名只能含汉字、间隔号和拉丁字母"),
            ("张", "姓名应为2至30个字"),
            (&long, "姓名应为2至30个字"),
        ];
        for (text, message) in cases {
            assert_eq!(Name::parse(text).unwrap_err().to_string(), message, "{text}");
        }
        assert!(Name::parse(&"张".repeat(30)).is_ok());
    }

    #[test]
    fn masked_names_keep_the_surname() {
        let cases = [
            ("张三", "张某"),
            ("李四五", "李某某"),
            ("欧阳六", "欧阳某"),
            ("欧阳", "欧某"),
            ("阿某·买买提", "阿某某"),
            ("𬎆某", "𬎆某"),
            ("Anna Mou", "A***"),
        ];
        for (text, masked) in cases {
            let name = Name::parse(text).unwrap();
            assert_eq!(name.masked(), masked);
            assert_eq!(format!("{name:?}"), format!("Name({masked})"));
        }
    }
}
