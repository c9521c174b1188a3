//! The court case behind a petition (原审案件) and its case number (案号), by the Supreme
//! People's Court's rules on case numbers (法〔2015〕137号).

use std::fmt;

/// The codes of the Supreme People's Court; every other court's begins with one character.
const SUPREME: [&str; 2] = ["最高法知", "最高法"];

/// A case number taken apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseNumber {
    year: u16,
    body: Body,
    serial: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Body {
    /// Since 2016: the court's code (法院代字) and the type's (类型代字).
    Coded { court: String, kind: String },
    /// Before 2016: characters that each court chose, as in （2010）解执字第1161号.
    Lettered(String),
}

impl CaseNumber {
    /// Reads a case number with whatever brackets, blanks and widths it was typed. None if it
    /// has another form; that is a reason to look again, not to refuse it.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|sign| is_visible(*sign)).map(plain).collect();
        let text = text.strip_prefix('(').unwrap_or(&text);
        let (year, rest) = text.split_at_checked(4)?;
        let year = number(year).and_then(|year| u16::try_from(year).ok())?;
        let rest = rest.strip_prefix(['年', ')']).unwrap_or(rest);
        let (body, serial) = split_serial(rest)?;
        if !(1949..=2099).contains(&year) || !(1..=99_999_999).contains(&serial) {
            return None;
        }
        let body = match body.strip_suffix("字第") {
            Some(letters) => lettered(letters)?,
            None => coded(body)?,
        };
        Some(Self { year, body, serial })
    }

    /// The year of filing.
    pub fn year(&self) -> u16 {
        self.year
    }

    /// The court's code, such as 「某0110」. It is looked up in the table of courts and never
    /// computed; numbers from before 2016 have none.
    pub fn court_code(&self) -> Option<&str> {
        match &self.body {
            Body::Coded { court, .. } => Some(court),
            Body::Lettered(_) => None,
        }
    }

    /// The type's code, such as 「执」 or 「民终」; none before 2016.
    pub fn type_code(&self) -> Option<&str> {
        match &self.body {
            Body::Coded { kind, .. } => Some(kind),
            Body::Lettered(_) => None,
        }
    }

    /// The running number of the court, type and year.
    pub fn serial(&self) -> u32 {
        self.serial
    }
}

/// 「（2023）某0110执1187号」
impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.body {
            Body::Coded { court, kind } => {
                write!(f, "（{}）{court}{kind}{}号", self.year, self.serial)
            }
            Body::Lettered(letters) => {
                write!(f, "（{}）{letters}字第{}号", self.year, self.serial)
            }
        }
    }
}

/// A case number as someone stated it: what was typed is kept beside what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedNumber {
    /// What was typed, without blanks around it.
    pub raw: String,
    /// What it means, if it has a known form.
    pub number: Option<CaseNumber>,
}

impl StatedNumber {
    /// Reads what was typed; none if it was nothing.
    pub fn read(text: &str) -> Option<Self> {
        let raw = text.trim();
        (!raw.is_empty()).then(|| Self { raw: raw.to_owned(), number: CaseNumber::parse(raw) })
    }

    /// The hint beside the field; it never stops a registration.
    pub fn hint(&self) -> Option<&'static str> {
        self.number.is_none().then_some("与常见案号格式不同，请核对")
    }
}

/// The normalised number, or what was typed.
impl fmt::Display for StatedNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.number {
            Some(number) => number.fmt(f),
            None => f.write_str(&self.raw),
        }
    }
}

/// Blanks, and the invisible marks that word processors leave, say nothing.
fn is_visible(sign: char) -> bool {
    !sign.is_whitespace() && !matches!(sign, '\u{200B}'..='\u{200F}' | '\u{FEFF}')
}

fn plain(sign: char) -> char {
    match sign {
        '（' | '〔' | '[' | '［' | '【' | '﹝' => '(',
        '）' | '〕' | ']' | '］' | '】' | '﹞' => ')',
        '０'..='９' => char::from_u32(u32::from(sign) - 0xFEE0).unwrap_or(sign),
        _ => sign,
    }
}

fn number(digits: &str) -> Option<u32> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if all_digits { digits.parse().ok() } else { None }
}

/// Takes 「1187号」 off the end; 「号」 may be missing. 「之一」 after it numbers a document of the
/// case and isn't part of the case number.
fn split_serial(text: &str) -> Option<(&str, u32)> {
    let text = match text.split_once('号') {
        Some((before, "")) => before,
        Some((before, part)) => is_document_part(part).then_some(before)?,
        None => text,
    };
    let body = text.trim_end_matches(|sign: char| sign.is_ascii_digit());
    let serial = number(text.strip_prefix(body)?)?;
    Some((body, serial))
}

fn is_document_part(part: &str) -> bool {
    part.strip_prefix('之').is_some_and(|count| {
        !count.is_empty()
            && count.chars().all(|sign| "一二三四五六七八九十0123456789".contains(sign))
    })
}

/// The court's code and one to three characters for the type. A high court's code is one
/// character, an intermediate court's has two digits after it, a base court's four.
fn coded(body: &str) -> Option<Body> {
    let supreme = SUPREME.into_iter().find(|code| body.starts_with(code));
    let letters = supreme.map_or_else(|| body.chars().next().map_or(0, char::len_utf8), str::len);
    let (court, rest) = body.split_at_checked(letters)?;
    let kind = rest.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let digits = rest.len() - kind.len();
    let digits_fit = matches!((digits, supreme), (0, _) | (2 | 4, None));
    let kind_fits = (1..=3).contains(&kind.chars().count()) && all_han(kind);
    if !digits_fit || !kind_fits || !all_han(court) {
        return None;
    }
    let court = body.get(..letters + digits)?;
    Some(Body::Coded { court: court.to_owned(), kind: kind.to_owned() })
}

fn lettered(letters: &str) -> Option<Body> {
    let fits = (2..=8).contains(&letters.chars().count()) && all_han(letters);
    fits.then(|| Body::Lettered(letters.to_owned()))
}

fn all_han(text: &str) -> bool {
    text.chars().all(|sign| matches!(u32::from(sign), 0x3400..=0x4DBF | 0x4E00..=0x9FFF))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_numbers_are_normalised() {
        let same = "（2023）某0110执1187号";
        let cases = [
            ("2023 某0110执1187", same),
            ("2023 某0110执1187号", same),
            ("（2023）某0110执1187号", same),
            ("(2023)某0110执1187号", same),
            ("〔2023〕某0110执1187号", same),
            ("[2023] 某 0110 执 1187 号", same),
            ("【2023】某0110执1187号", same),
            ("（２０２３）某０１１０执１１８７号", same),
            ("（2023）某0110执01187号", same),
            ("2023年某0110执1187号", same),
            ("\u{FEFF}（2023）某0110执\u{3000}1187号", same),
            ("（2023）某0110执1187号之一", same),
            ("（2023）某0110执1187号之2", same),
            ("(2023)某01民终88", "（2023）某01民终88号"),
            ("(2023)某民申7号", "（2023）某民申7号"),
            ("(2021)最高法民申100号", "（2021）最高法民申100号"),
            ("(2021)最高法知民终100号", "（2021）最高法知民终100号"),
            ("(2024)某0110司救访3号", "（2024）某0110司救访3号"),
            ("(2010)解执字第1161号", "（2010）解执字第1161号"),
            ("2010 某民一终字第 25 号", "（2010）某民一终字第25号"),
        ];
        for (text, normalised) in cases {
            let number = CaseNumber::parse(text).map(|number| number.to_string());
            assert_eq!(number.as_deref(), Some(normalised), "{text}");
        }
    }

    #[test]
    fn the_parts_of_a_case_number() {
        let cases = [
            ("（2023）某0110执1187号", 2023, Some("某0110"), Some("执"), 1187),
            ("（2022）某01执恢5号", 2022, Some("某01"), Some("执恢"), 5),
            ("（2022）某民再12号", 2022, Some("某"), Some("民再"), 12),
            ("（2021）最高法知民终9号", 2021, Some("最高法知"), Some("民终"), 9),
            ("（2022）某01刑更12345678号", 2022, Some("某01"), Some("刑更"), 12_345_678),
            ("（2010）解执字第1161号", 2010, None, None, 1161),
        ];
        for (text, year, court, kind, serial) in cases {
            let number = CaseNumber::parse(text).unwrap();
            let parts = (number.year(), number.court_code(), number.type_code(), number.serial());
            assert_eq!(parts, (year, court, kind, serial), "{text}");
        }
    }

    #[test]
    fn other_forms_are_kept_with_a_hint() {
        let others = [
            "2023年某号案件",
            "某0110执1187号",
            "（23）某0110执1187号",
            "（2023）某0110执号",
            "（2023）某0110执0号",
            "（2023）某011执1187号",
            "（2023）某0110民间借贷1187号",
            "（2023）0110执1187号",
            "（2023）某01101187号",
            "（2023）某0110执1187号（复印件）",
            "（3023）某0110执1187号",
            "XF2026-00128",
            "不详",
        ];
        for text in others {
            let stated = StatedNumber::read(&format!(" {text} ")).unwrap();
            assert_eq!((stated.number.as_ref(), stated.to_string().as_str()), (None, text));
            assert_eq!(stated.hint(), Some("与常见案号格式不同，请核对"), "{text}");
        }
        let known = StatedNumber::read("2023 某0110执1187").unwrap();
        assert_eq!((known.raw.as_str(), known.hint()), ("2023 某0110执1187", None));
        assert_eq!(known.to_string(), "（2023）某0110执1187号");
        assert_eq!(StatedNumber::read(" \u{3000}"), None);
    }
}
