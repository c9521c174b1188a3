//! The citizen identification number (公民身份号码, GB 11643).

use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::half_width;
use crate::domain::code::codes;

/// The weights of the first 17 digits.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check digit for each remainder of the weighted sum by 11.
const CHECK_DIGITS: &str = "10X98765432";
/// No living person was born before; earlier years are typing errors.
const FIRST_YEAR: i32 = 1850;

/// What is wrong with a number, in the words of the form. It never stops a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdFault {
    /// Not 18 characters.
    #[error("证件号码应为18位，现在是{0}位。")]
    Length(usize),
    /// Digits 7 to 14 are no day of the calendar.
    #[error("出生日期不存在，请核对第7至14位。")]
    BirthDate,
    /// The check digit doesn't belong to the others.
    #[error("证件号码校验不通过，请核对最后一位。")]
    CheckDigit,
}

codes! {
    /// The sex that a document or a petitioner states (性别).
    Sex {
        Male = "male", "男";
        Female = "female", "女";
    }
}

/// A number that passed the check. It is shown and logged without its digits; whoever needs
/// them says so by [`IdNumber::exposed`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdNumber {
    number: String,
    birth_date: NaiveDate,
    sex: Sex,
}

impl IdNumber {
    /// The number as typed, without blanks, in half-width characters and with a capital X.
    pub fn normalised(text: &str) -> String {
        let visible = text.chars().filter(|sign| !sign.is_whitespace());
        visible.map(|sign| half_width(sign).to_ascii_uppercase()).collect()
    }

    /// The number, or the first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, IdFault> {
        let number = Self::normalised(text);
        let length = number.chars().count();
        if length != 18 {
            return Err(IdFault::Length(length));
        }
        let birth_date = birth_date(&number).ok_or(IdFault::BirthDate)?;
        let (sex, check) = sex_and_check(&number).ok_or(IdFault::CheckDigit)?;
        if !number.ends_with(check) {
            return Err(IdFault::CheckDigit);
        }
        Ok(Self { number, birth_date, sex })
    }

    /// The whole number, for storing it sealed and for a page whose reader gave a purpose.
    pub fn exposed(&self) -> &str {
        &self.number
    }

    /// The last four characters (证件后4位).
    pub fn tail(&self) -> &str {
        self.number.get(14..).unwrap_or_default()
    }

    /// The first six digits: the administrative division of registration (户籍地区划代码).
    pub fn region_code(&self) -> &str {
        self.number.get(..6).unwrap_or_default()
    }

    /// Digits 7 to 14.
    pub fn birth_date(&self) -> NaiveDate {
        self.birth_date
    }

    /// From digit 17: odd for men, even for women.
    pub fn sex(&self) -> Sex {
        self.sex
    }

    /// Full years on this day (周岁); none before birth.
    pub fn age_on(&self, day: NaiveDate) -> Option<u32> {
        day.years_since(self.birth_date)
    }
}

impl fmt::Display for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "**************{}", self.tail())
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber(…)")
    }
}

fn birth_date(number: &str) -> Option<NaiveDate> {
    let digits: String = number.chars().skip(6).take(8).collect();
    let all_digits = digits.bytes().all(|digit| digit.is_ascii_digit());
    let date = NaiveDate::parse_from_str(&digits, "%Y%m%d").ok()?;
    (all_digits && date.year() >= FIRST_YEAR).then_some(date)
}

/// The sex, and the check digit that the first 17 digits call for; none if one isn't a digit.
fn sex_and_check(number: &str) -> Option<(Sex, char)> {
    let digits: Vec<u32> =
        number.chars().take(17).map(|digit| digit.to_digit(10)).collect::<Option<_>>()?;
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let check = CHECK_DIGITS.chars().nth((sum % 11) as usize)?;
    let sex = if digits.last()? % 2 == 1 { Sex::Male } else { Sex::Female };
    Some((sex, check))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(first_17: &str) -> String {
        let (_, check) = sex_and_check(first_17).unwrap();
        format!("{first_17}{check}")
    }

    #[test]
    fn numbers_are_normalised_and_read() {
        let plain = "990101196803150036";
        let with_x = "99010119800229002X";
        assert_eq!(number(&plain[..17]), plain);
        assert_eq!(number(&with_x[..17]), with_x);
        let typed = [
            (plain, plain),
            (" 990101 19680315 0036\n", plain),
            ("９９０１０１１９６８０３１５００３６", plain),
            ("990101\u{3000}196803150036", plain),
            ("99010119800229002x", with_x),
            ("99010119800229002ｘ", with_x),
            ("99010119800229002Ｘ", with_x),
        ];
        for (text, expected) in typed {
            assert_eq!(IdNumber::parse(text).unwrap().exposed(), expected, "{text}");
        }
    }

    #[test]
    fn every_remainder_has_its_check_digit() {
        let mut seen = String::new();
        for serial in 0..60 {
            let good = number(&format!("99010119680315{serial:03}"));
            assert!(IdNumber::parse(&good).is_ok(), "{good}");
            seen.push(good.chars().last().unwrap());
            for wrong in CHECK_DIGITS.chars().filter(|digit| !good.ends_with(*digit)) {
                let number = format!("{}{wrong}", &good[..17]);
                assert_eq!(IdNumber::parse(&number), Err(IdFault::CheckDigit), "{number}");
            }
        }
        assert!(CHECK_DIGITS.chars().all(|digit| seen.contains(digit)), "{seen}");
    }

    #[test]
    fn faults_say_what_to_look_at() {
        let no_day = number("99010119820229001");
        let month_13 = number("99010119821301001");
        let year_0 = number("99010100000101001");
        let cases = [
            ("99010119680315001", "证件号码应为18位，现在是17位。"),
            ("9901011968031500363", "证件号码应为18位，现在是19位。"),
            ("990101680315001", "证件号码应为18位，现在是15位。"),
            ("", "证件号码应为18位，现在是0位。"),
            ("990101196803150037", "证件号码校验不通过，请核对最后一位。"),
            ("99010119680315003X", "证件号码校验不通过，请核对最后一位。"),
            ("99010A196803150036", "证件号码校验不通过，请核对最后一位。"),
            ("某某0101196803150036", "证件号码校验不通过，请核对最后一位。"),
            ("9901011968 031500１张", "证件号码校验不通过，请核对最后一位。"),
            (&no_day, "出生日期不存在，请核对第7至14位。"),
            (&month_13, "出生日期不存在，请核对第7至14位。"),
            (&year_0, "出生日期不存在，请核对第7至14位。"),
            ("990101+1968031500", "证件号码应为18位，现在是17位。"),
            ("990101+96803150036", "出生日期不存在，请核对第7至14位。"),
        ];
        for (text, message) in cases {
            assert_eq!(IdNumber::parse(text).unwrap_err().to_string(), message, "{text}");
        }
    }

    #[test]
    fn sex_birth_and_region_come_from_the_digits() {
        let man = IdNumber::parse(&number("99010119680315001")).unwrap();
        let woman = IdNumber::parse(&number("99012219800229002")).unwrap();
        assert_eq!((man.sex().label(), woman.sex().label()), ("男", "女"));
        assert_eq!((man.region_code(), woman.region_code()), ("990101", "990122"));
        assert_eq!(woman.birth_date().to_string(), "1980-02-29");
        let ages = [
            (&man, "2026-03-14", Some(57)),
            (&man, "2026-03-15", Some(58)),
            (&man, "1968-03-15", Some(0)),
            (&man, "1968-03-14", None),
            (&woman, "2026-02-28", Some(45)),
            (&woman, "2026-03-01", Some(46)),
        ];
        for (who, day, age) in ages {
            assert_eq!(who.age_on(day.parse().unwrap()), age, "{day}");
        }
    }

    #[test]
    fn a_number_is_never_shown_by_accident() {
        let number = IdNumber::parse("990101196803150036").unwrap();
        assert_eq!(number.to_string(), "**************0036");
        assert_eq!(format!("{number:?}"), "IdNumber(…)");
        assert_eq!(number.tail(), "0036");
    }
}
