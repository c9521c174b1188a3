//! What stands in a cell, and how it reads once the habits of typing are taken away.

use chrono::NaiveDate;

/// A cell as the workbook holds it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing, or only blanks.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// A number that is not formatted as a date.
    Number(f64),
    /// A real date.
    Date(NaiveDate),
    /// A formula that failed, such as `#N/A`.
    Broken(String),
}

impl Cell {
    /// The cell as a person sees it.
    pub fn typed(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Broken(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Date(date) => date.to_string(),
        }
    }

    /// Whether nobody typed anything.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => plain(text).is_empty(),
            Self::Number(_) | Self::Date(_) | Self::Broken(_) => false,
        }
    }

    /// The text without the habits of typing; nothing for an empty or broken cell.
    pub fn plain(&self) -> String {
        match self {
            Self::Empty | Self::Broken(_) => String::new(),
            Self::Text(_) | Self::Number(_) | Self::Date(_) => plain(&self.typed()),
        }
    }

    /// The day that the cell names: a real date or one of the ways of writing one.
    pub fn date(&self) -> Option<NaiveDate> {
        match self {
            Self::Date(date) => Some(*date),
            Self::Text(_) | Self::Number(_) => written_date(&self.plain()),
            Self::Empty | Self::Broken(_) => None,
        }
    }

    /// Whether a number is so long that the workbook has kept only its first 15 digits.
    pub fn has_lost_digits(&self) -> bool {
        matches!(self, Self::Number(number) if number.abs() >= 1e15)
    }
}

/// Makes full-width digits, letters and signs half-width, and takes away blanks at both ends and
/// characters that cannot be seen.
pub fn plain(text: &str) -> String {
    let half: String = text.chars().filter(|c| !is_unseen(*c)).map(half_width).collect();
    half.trim().to_owned()
}

/// Takes away blanks at both ends and characters that cannot be seen, and keeps the signs: for
/// sentences, whose full-width signs are right.
pub fn trimmed(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_unseen(*c)).collect();
    seen.trim().to_owned()
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}')
        || (c.is_control() && !c.is_whitespace())
}

fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => {
            u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c)
        }
        _ => c,
    }
}

/// Reads `2026.1.29`, `2026/1/29`, `2026-1-29`, `2026年1月29日` and `20260129`, each with or
/// without a time of day behind it.
fn written_date(plain: &str) -> Option<NaiveDate> {
    let day = plain.split(|c: char| c.is_whitespace() || c == 'T').next()?;
    if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(day, "%Y%m%d").ok();
    }
    let day = day.strip_suffix(['日', '号']).unwrap_or(day);
    let mut parts = day.split(['.', '/', '-', '年', '月']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_ways_of_writing_a_day_are_the_same_day() {
        let table = [
            ("2026.1.29", true),
            ("2026/1/29", true),
            ("2026年1月29日", true),
            ("2026-01-29", true),
            ("２０２６．１．２９", true),
            ("20260129", true),
            (" 2026-01-29 00:00:00 ", true),
            ("2026.13.5", false),
            ("2026.2.30", false),
            ("26.1.29", false),
            ("2026.1", false),
            ("2026.1.29.5", false),
            ("46051", false),
            ("近期", false),
            ("", false),
        ];
        for (given, readable) in table {
            let expected = NaiveDate::from_ymd_opt(2026, 1, 29).filter(|_| readable);
            assert_eq!(Cell::Text(given.to_owned()).date(), expected, "{given}");
        }
    }

    #[test]
    fn habits_of_typing_are_taken_away() {
        let table = [
            ("９９０１", "9901"),
            ("　12 ", "12"),
            ("\u{FEFF}12\u{200B}", "12"),
            ("（2023）某0110执1187号", "(2023)某0110执1187号"),
        ];
        for (given, expected) in table {
            assert_eq!(plain(given), expected);
        }
    }

    #[test]
    fn a_number_is_typed_without_a_fraction_and_a_long_one_has_lost_digits() {
        assert_eq!(Cell::Number(17.0).typed(), "17");
        assert!(!Cell::Number(10_023_572_816.0).has_lost_digits());
        assert!(Cell::Number(990_104_196_803_120_000.0).has_lost_digits());
    }
}
