//! No number of a real person stands in the repository: an identity number is of region 99, which
//! was never assigned, a mobile telephone begins with 100 and a fixed line with 0000.
//!
//! A number counts as an identity number when it has 18 characters, a day of birth and the right
//! check digit (ISO 7064, MOD 11-2): one that was made wrong on purpose belongs to nobody.

use super::files::{history, texts};

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Lines that no exchange gives out: a subscriber's number in Beijing doesn't begin with 1.
const REVIEWED: &[&str] = &["010-10000047"];

fn is_identity_number(word: &str) -> bool {
    let Some((digits, check)) = word.split_at_checked(17).filter(|_| word.len() == 18) else {
        return false;
    };
    let digits: Option<Vec<u32>> = digits.chars().map(|sign| sign.to_digit(10)).collect();
    let Some(digits) = digits else { return false };
    let birth = |from: usize, to: usize| digits[from..to].iter().fold(0, |sum, it| sum * 10 + it);
    let (year, month, day) = (birth(6, 10), birth(10, 12), birth(12, 14));
    let born = (1850..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let right = "10X98765432".chars().nth((sum % 11) as usize).unwrap();
    born && check.to_ascii_uppercase() == right.to_string()
}

/// Those that begin with 10, 11 or 12 are given to nobody.
fn is_mobile(word: &str) -> bool {
    word.len() == 11
        && matches!(word.as_bytes(), [b'1', b'3'..=b'9', ..])
        && word.bytes().all(|sign| sign.is_ascii_digit())
}

fn is_fixed_line(word: &str) -> bool {
    let Some((area, line)) = word.split_once('-') else { return false };
    let digits = area.bytes().chain(line.bytes()).all(|sign| sign.is_ascii_digit());
    let lengths = (3..=4).contains(&area.len()) && (7..=8).contains(&line.len());
    digits && lengths && area.starts_with('0')
}

/// The numbers in a text that somebody could have.
pub fn somebodys(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for word in text.split(|sign: char| !sign.is_ascii_alphanumeric()) {
        let foreign = !word.starts_with("99") && is_identity_number(word);
        if foreign || is_mobile(word) {
            found.push(word);
        }
    }
    for word in text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-') {
        if is_fixed_line(word) && !word.starts_with("0000-") && !REVIEWED.contains(&word) {
            found.push(word);
        }
    }
    found
}

#[test]
fn numbers_are_known_among_other_digits() {
    // Put together here, so that this file holds none.
    let identity = format!("{}{}", "11010519491231", "002X");
    let (mobile, fixed) = (format!("{}{}", 138, "00138000"), format!("{}{}", "010-", "66668888"));
    for number in [&identity, &identity.to_lowercase(), &mobile, &fixed] {
        let text = format!("（{number}）；990101196803150036 10012345678 0000-1000001");
        assert_eq!(somebodys(&text), [number], "{number}");
    }
    let wrong = identity.replace('X', "1");
    for text in [&wrong, &format!("a{mobile}"), &format!("{mobile}0"), "2026-06-15", "0001-0002"] {
        assert_eq!(somebodys(text), [""; 0], "{text}");
    }
}

/// S102.
#[test]
fn no_number_in_the_repository_belongs_to_anybody() {
    let found = texts().iter().flat_map(|(path, text)| {
        somebodys(text).into_iter().map(move |number| format!("{path}: {number}"))
    });
    assert_eq!(found.collect::<Vec<_>>(), [""; 0]);
}

/// S102.
#[test]
fn no_number_in_the_history_belongs_to_anybody() {
    let Some(history) = history() else { return };
    assert_eq!(somebodys(history), [""; 0]);
}
