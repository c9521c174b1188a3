//! 动态口令: a code of six digits that changes every half minute (RFC 6238), and the codes for the
//! day on which the telephone is lost.

use chrono::{DateTime, Utc};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::digits::half_width;

/// As long as the digest of SHA-1, which is what every application on a telephone knows.
pub const SECRET_LENGTH: usize = 20;
/// So many recovery codes are made, each for once.
pub const RECOVERY_CODES: usize = 10;
/// Letters and digits that can't be taken for one another.
const LETTERS: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
const RECOVERY_LENGTH: usize = 12;

fn generator(secret: &[u8]) -> Option<Totp> {
    let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6);
    let builder = builder.with_skew(1).with_step_duration(30);
    builder.with_secret(Secret::from(secret.to_vec())).build().ok()
}

/// The half minute that a code is of: this one, the one before or the one after.
pub fn step_of(secret: &[u8], code: &str, at: DateTime<Utc>) -> Option<i64> {
    let seconds = u64::try_from(at.timestamp()).ok()?;
    i64::try_from(generator(secret)?.check(code, seconds)?).ok()
}

/// The code of a moment, as the telephone shows it.
pub fn code_at(secret: &[u8], at: DateTime<Utc>) -> Option<String> {
    let seconds = u64::try_from(at.timestamp()).ok()?;
    Some(generator(secret)?.generate(seconds).to_string())
}

/// The secret as it is typed where the picture can't be read.
pub fn spelled(secret: &[u8]) -> String {
    Secret::from(secret.to_vec()).to_base32()
}

/// What was typed without the blanks and dashes that make it readable.
pub fn bare(typed: &str) -> String {
    typed
        .chars()
        .map(half_width)
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase()
}

/// Whether it has the form of a code: six digits.
pub fn is_code(bare: &str) -> bool {
    bare.len() == 6 && bare.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it has the form of a recovery code.
pub const fn is_recovery_code(bare: &str) -> bool {
    bare.len() == RECOVERY_LENGTH
}

/// A recovery code of random bytes: some 59 bits of them.
pub fn recovery_code(random: [u8; RECOVERY_LENGTH]) -> String {
    let letter = |byte: u8| LETTERS.get(usize::from(byte) % LETTERS.len()).copied().unwrap_or(b'x');
    random.into_iter().map(|byte| char::from(letter(byte))).collect()
}

/// 「k7m2 q9xd 2hta」
pub fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    /// The secret and the moments of RFC 6238, appendix B.
    const SECRET: &[u8; 20] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// S7.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")]
        {
            assert_eq!(code_at(SECRET, at(seconds)).as_deref(), Some(code));
            assert_eq!(step_of(SECRET, code, at(seconds)), Some(seconds / 30));
        }
        assert_eq!(spelled(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    /// S7.
    #[test]
    fn a_code_holds_half_a_minute_before_and_after_its_own() {
        let noon: DateTime<Utc> = "2026-06-15T04:00:00Z".parse().unwrap();
        let code = code_at(SECRET, noon).unwrap();
        for (seconds, holds) in [(-31, false), (-30, true), (0, true), (59, true), (60, false)] {
            let step = step_of(SECRET, &code, noon + Duration::seconds(seconds));
            assert_eq!(step.is_some(), holds, "{seconds}");
        }
        assert_eq!(step_of(SECRET, "nonsense", noon), None);
    }

    #[test]
    fn a_code_is_read_however_it_is_spaced() {
        let code = recovery_code([0, 1, 2, 3, 4, 5, 6, 7, 250, 251, 252, 253]);
        assert!(is_recovery_code(&code), "{code}");
        assert_eq!(bare(&format!(" {} ", grouped(&code).to_uppercase())), code);
        assert_eq!(bare("２８７　０８２"), "287082");
        assert!(is_code(&bare("287 082")) && !is_code("28708") && !is_code("28708a"));
    }
}
