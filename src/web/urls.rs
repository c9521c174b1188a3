//! Parts of addresses.

use std::fmt::Write;

use axum::http::Uri;

use crate::domain::petitioner::IdNumber;

/// Percent-encodes everything but unreserved characters.
pub fn encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// Undoes `encode`; what makes no sense is dropped.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            bytes.push(byte);
        } else if let Some((pair, tail)) = rest.split_first_chunk::<2>()
            && let Ok(pair) = std::str::from_utf8(pair)
            && let Ok(byte) = u8::from_str_radix(pair, 16)
        {
            bytes.push(byte);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An address of this program, or the home page: `next` can't lead anywhere else.
pub fn within(next: &str) -> Option<&str> {
    let plain = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then_some(next)
}

/// Whether an identity or telephone number of a person stands in a text, right or mistyped. What
/// stands in an address stays in browsers, proxies and logs.
pub fn has_personal_number(text: &str) -> bool {
    let text: String = text.split('/').map(IdNumber::normalised).collect::<Vec<_>>().join("/");
    text.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| {
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        match word.len() {
            11 => digits == 11 && word.starts_with('1'),
            15 => digits == 15,
            18 => digits >= 17,
            _ => false,
        }
    })
}

/// The same address without the parameters that hold such a number; nothing where none does.
pub fn without_personal_numbers(uri: &Uri) -> Option<String> {
    let query = uri.query()?;
    let is_kept = |pair: &&str| !has_personal_number(&decode(&pair.replace('+', " ")));
    let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
    if kept.len() == query.split('&').count() {
        return None;
    }
    let mark = if kept.is_empty() { "" } else { "?" };
    Some([uri.path(), mark, &kept.join("&")].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S92.
    #[test]
    fn a_number_of_a_person_is_told_from_the_numbers_of_the_program() {
        for personal in [
            "99011019680101001X",
            "q=99011019680101001x",
            "９９０１１０１９６８０１０１００１２",
            "9901 1019 6801 0100 12",
            "10000000021",
            "/cases/990110680101001",
        ] {
            assert!(has_personal_number(personal), "{personal}");
        }
        for ours in [
            "XF2026-00128",
            "LF20260615-0110-018",
            "0198c0de-0000-7000-8000-000000000001",
            "张某",
            "2026-W24",
            "9223372036854775807",
            "0102030405060708090a0b0c0d",
        ] {
            assert!(!has_personal_number(ours), "{ours}");
        }
        let clean = |uri: &str| without_personal_numbers(&uri.parse().unwrap());
        assert_eq!(
            clean("/cases?q=99011019680101001X&stage=open").as_deref(),
            Some("/cases?stage=open")
        );
        assert_eq!(clean("/cases?q=%39901101968+0101001X").as_deref(), Some("/cases"));
        assert_eq!(clean("/cases?q=XF2026-00128"), None);
        assert_eq!(clean("/cases"), None);
    }

    #[test]
    fn encoding_is_undone_by_decoding() {
        for text in ["/cases?stage=open&q=张某", "100%", "", "a b"] {
            assert_eq!(decode(&encode(text)), text);
        }
    }

    #[test]
    fn nothing_leads_outside() {
        assert_eq!(within("/my?due=over"), Some("/my?due=over"));
        for next in [
            "//evil",
            "\\\\evil",
            "/\t/evil",
            "https://evil",
            "evil",
            "/\\evil",
            "/\0",
            "/\u{7f}",
            "/a b",
            "/张",
            "",
            "javascript:alert(1)",
        ] {
            assert_eq!(within(next), None, "{next:?}");
        }
    }
}
