//! Digits as an input method leaves them: full-width ones mean the same.

use std::str::FromStr;

/// The half-width form of a digit, letter or sign; other characters stay as they are.
pub fn half_width(sign: char) -> char {
    match u32::from(sign) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(sign),
        _ => sign,
    }
}

/// The same of a text, without blanks at its ends.
pub fn folded(text: &str) -> String {
    text.trim().chars().map(half_width).collect()
}

/// A number as people type it.
pub fn number<T: FromStr>(text: &str) -> Option<T> {
    folded(text).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_at_either_width() {
        for (text, expected) in [
            ("12", Some(12)),
            (" １２ ", Some(12)),
            ("－３", Some(-3)),
            ("十二", None),
            ("", None),
            ("99999999999", None),
        ] {
            assert_eq!(number::<i32>(text), expected, "{text:?}");
        }
    }
}
