//! A petitioner's telephone number (手机号 or a fixed line with its area code).

use std::fmt;

use super::half_width;

/// What is wrong with a telephone number, in the words of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("手机号应为11位")]
pub struct PhoneFault;

/// A telephone number. It is shown and logged without its digits, like an ID number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

impl Phone {
    /// Eleven digits that start with 1, or a fixed line; stored without blanks, the fixed line
    /// with a hyphen after its area code.
    pub fn parse(text: &str) -> Result<Self, PhoneFault> {
        let digits: String = text
            .chars()
            .filter(|sign| !sign.is_whitespace() && !is_hyphen(*sign))
            .map(half_width)
            .collect();
        let digits = digits.strip_prefix("+86").unwrap_or(&digits);
        if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(PhoneFault);
        }
        if digits.starts_with('1') && digits.len() == 11 {
            return Ok(Self(digits.to_owned()));
        }
        let (area, line) = split_area(digits).ok_or(PhoneFault)?;
        if matches!(line.len(), 7 | 8) {
            Ok(Self(format!("{area}-{line}")))
        } else {
            Err(PhoneFault)
        }
    }

    /// The whole number, for storing it sealed and for a page whose reader gave a purpose.
    pub fn exposed(&self) -> &str {
        &self.0
    }

    /// The last four digits.
    pub fn tail(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(4)..).unwrap_or_default()
    }

    /// 「100****0047」, or 「0000-****047」 with the area code left.
    pub fn masked(&self) -> String {
        let head = self.0.split_once('-').map_or_else(
            || self.0.get(..3).unwrap_or_default().to_owned(),
            |(area, _)| format!("{area}-"),
        );
        let hidden = self.0.len().saturating_sub(head.len() + 4);
        format!("{head}{}{}", "*".repeat(hidden), self.tail())
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

fn is_hyphen(sign: char) -> bool {
    matches!(sign, '-' | '－' | '–' | '—')
}

/// The area code (three digits for 010 and 02x, else four) and the rest of a fixed line.
fn split_area(digits: &str) -> Option<(&str, &str)> {
    if !digits.starts_with('0') {
        return None;
    }
    let short = digits.starts_with("010") || digits.starts_with("02");
    digits.split_at_checked(if short { 3 } else { 4 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_masked() {
        let cases = [
            ("10054177185", "10054177185", "100****7185"),
            ("100 5417 7185", "10054177185", "100****7185"),
            ("100-5417-7185", "10054177185", "100****7185"),
            ("+86 10054177185", "10054177185", "100****7185"),
            ("１００５４１７７１８５", "10054177185", "100****7185"),
            ("0000-1000047", "0000-1000047", "0000-***0047"),
            ("00001000047", "0000-1000047", "0000-***0047"),
            ("0000－1000047", "0000-1000047", "0000-***0047"),
            ("0000 10000047", "0000-10000047", "0000-****0047"),
            ("010-10000047", "010-10000047", "010-****0047"),
        ];
        for (text, stored, masked) in cases {
            let phone = Phone::parse(text).unwrap();
            assert_eq!((phone.exposed(), phone.masked().as_str()), (stored, masked), "{text}");
            assert_eq!(phone.tail(), &stored[stored.len() - 4..]);
            assert_eq!(format!("{phone} {phone:?}"), format!("{masked} Phone(…)"));
        }
    }

    #[test]
    fn faults_of_a_number() {
        let wrong = [
            "",
            "1005417718",
            "100541771850",
            "20054177185",
            "1005417718a",
            "1000047",
            "0000-100004",
            "0",
        ];
        for text in wrong {
            assert_eq!(Phone::parse(text).unwrap_err().to_string(), "手机号应为11位", "{text}");
        }
    }
}
