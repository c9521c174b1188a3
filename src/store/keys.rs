//! The program's keys: sealing of personal values, blind indexes, tokens.
//!
//! Every sealed value carries an algorithm tag and a key id, so that either can be changed later.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::error::{StoreError, StoreResult};

/// AES-256-GCM, first key.
const TAG: [u8; 2] = [1, 1];
const NONCE: usize = 12;

/// Keys derived from the one master key. Never printed.
#[derive(Clone)]
pub struct Keys {
    seal: [u8; 32],
    index: [u8; 32],
    token: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// The keys that follow from a master key.
    pub fn from_master(master: &[u8; 32]) -> Self {
        let derive = |purpose: &str| mac(master, &[purpose.as_bytes()]);
        Self { seal: derive("seal/1"), index: derive("index/1"), token: derive("token/1") }
    }

    /// Seals a value for one purpose; the same words opened for another purpose don't open.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> StoreResult<Vec<u8>> {
        let nonce: [u8; NONCE] = rand::random();
        let cipher = Aes256Gcm::new_from_slice(&self.seal).map_err(|_| StoreError::Sealed)?;
        let sealed = cipher
            .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: purpose.as_bytes() })
            .map_err(|_| StoreError::Sealed)?;
        Ok([&TAG[..], &nonce, &sealed].concat())
    }

    /// Opens a sealed value.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> StoreResult<Vec<u8>> {
        let rest = sealed.strip_prefix(&TAG).ok_or(StoreError::Sealed)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>().ok_or(StoreError::Sealed)?;
        let cipher = Aes256Gcm::new_from_slice(&self.seal).map_err(|_| StoreError::Sealed)?;
        cipher
            .decrypt(&Nonce::from(*nonce), Payload { msg: body, aad: purpose.as_bytes() })
            .map_err(|_| StoreError::Sealed)
    }

    /// Seals a text for a text column.
    pub fn seal_text(&self, purpose: &str, plain: &str) -> StoreResult<String> {
        Ok(hex(&self.seal(purpose, plain.as_bytes())?))
    }

    /// Opens a sealed text.
    pub fn open_text(&self, purpose: &str, sealed: &str) -> StoreResult<String> {
        let bytes = unhex(sealed).ok_or(StoreError::Sealed)?;
        String::from_utf8(self.open(purpose, &bytes)?).map_err(|_| StoreError::Sealed)
    }

    /// The blind index of a value: equal values give equal indexes, and nothing else is told.
    pub fn index(&self, kind: &str, value: &str) -> Vec<u8> {
        mac(&self.index, &[kind.as_bytes(), &[0], value.as_bytes()]).to_vec()
    }

    /// The CSRF token of a session (or of a sign-in page).
    pub fn csrf(&self, of: &str) -> String {
        hex(&mac(&self.token, &[b"csrf", &[0], of.as_bytes()]))
    }
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A key of any length is one to HMAC; 32 bytes never fail.
    <Hmac<Sha256> as KeyInit>::new_from_slice(key).map_or([0; 32], |mut mac| {
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    })
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of a hexadecimal text.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_for_its_purpose_alone() {
        let keys = Keys::from_master(&[7; 32]);
        let sealed = keys.seal_text("petitioner.id", "990110196801010012").unwrap();
        assert_eq!(keys.open_text("petitioner.id", &sealed).unwrap(), "990110196801010012");
        assert!(matches!(keys.open_text("petitioner.phone", &sealed), Err(StoreError::Sealed)));
        let other = Keys::from_master(&[8; 32]);
        assert!(matches!(other.open_text("petitioner.id", &sealed), Err(StoreError::Sealed)));
        assert_ne!(keys.seal_text("petitioner.id", "990110196801010012").unwrap(), sealed);
    }

    #[test]
    fn an_index_is_equal_for_equal_values_of_a_kind() {
        let keys = Keys::from_master(&[7; 32]);
        assert_eq!(keys.index("id", "1"), keys.index("id", "1"));
        assert_ne!(keys.index("id", "1"), keys.index("phone", "1"));
    }
}
