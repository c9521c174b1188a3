//! What a signature or a snapshot is bound to: a hash over a canonical text.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// SHA-256 over the canonical text of a content: when the content changes, the hash does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentHash([u8; 32]);

/// Sixty-four hexadecimal digits are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a content hash")]
pub struct Malformed;

impl ContentHash {
    /// The hash of a text.
    pub fn of(canonical: &str) -> Self {
        Self(Sha256::digest(canonical).into())
    }

    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first eight digits, for people.
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for ContentHash {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut bytes = [0; 32];
        if text.len() != 2 * bytes.len() || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(Malformed);
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| Malformed)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| Malformed)?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_reads_back_from_its_text() {
        let hash = ContentHash::of("办结报告");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_ne!(ContentHash::of("办结报告 "), hash);
        let digits = hash.to_string();
        for text in [
            "",
            "ab",
            &digits[1..],
            &format!("{}zz", &digits[2..]),
            &"é".repeat(32),
            &"+f".repeat(32),
        ] {
            assert_eq!(text.parse::<ContentHash>(), Err(Malformed), "{text:?}");
        }
    }
}
