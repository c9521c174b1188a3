//! Parts of addresses.

use std::fmt::Write;

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

#[cfg(test)]
mod tests {
    use super::*;

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
