//! The query code (查询码) on a receipt: twelve letters and digits that can't be taken for one
//! another, in groups of four.

/// Without `0 1 I L O U`.
const ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 12;

/// A query code.
#[derive(Clone, PartialEq, Eq)]
pub struct QueryCode(String);

impl std::fmt::Debug for QueryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("QueryCode")
    }
}

impl QueryCode {
    /// The code that random bytes make. Bytes that would favour some letters are skipped, so more
    /// than twelve are wanted; none comes of too few.
    pub fn of(random: &[u8]) -> Option<Self> {
        let fair = u8::try_from(256 / ALPHABET.len() * ALPHABET.len()).unwrap_or(u8::MAX);
        let code: String = random
            .iter()
            .filter(|byte| **byte < fair)
            .filter_map(|byte| ALPHABET.get(usize::from(*byte) % ALPHABET.len()))
            .take(LENGTH)
            .map(|letter| char::from(*letter))
            .collect();
        (code.len() == LENGTH).then_some(Self(code))
    }

    /// A code as typed: blanks, dashes and case don't matter.
    pub fn parse(text: &str) -> Option<Self> {
        let code: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let known = code.bytes().all(|letter| ALPHABET.contains(&letter));
        (code.len() == LENGTH && known).then_some(Self(code))
    }

    /// The twelve characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// 「7K3M-9QXD-2HTA」
    pub fn grouped(&self) -> String {
        let letters: Vec<char> = self.0.chars().collect();
        letters
            .chunks(4)
            .map(|group| group.iter().collect::<String>())
            .collect::<Vec<_>>()
            .join("-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_twelve_clear_characters_in_groups_of_four() {
        let random: Vec<u8> = (0..=255).collect();
        let code = QueryCode::of(&random).unwrap();
        assert_eq!(code.grouped(), "2345-6789-ABCD");
        assert!(QueryCode::of(&[0; 11]).is_none());
        assert!(QueryCode::of(&[255; 64]).is_none(), "unfair bytes are skipped");
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for (text, expected) in [
            ("7K3M-9QXD-2HTA", Some("7K3M9QXD2HTA")),
            ("7k3m 9qxd 2hta", Some("7K3M9QXD2HTA")),
            ("7K3M-9QXD-2HT", None),
            ("7K3M-9QXD-2HT0", None),
        ] {
            assert_eq!(QueryCode::parse(text).map(|code| code.0), expected.map(str::to_owned));
        }
    }
}
