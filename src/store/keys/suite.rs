//! The suites of ciphers that a value can be sealed with. Another one, or a certified module, is one
//! more [`Suite`] with a tag of its own.

use aes_gcm::aead::{Aead, KeyInit, Nonce, Payload, consts::U12};
use aes_gcm::{Aes256Gcm, AesGcm};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Bytes of a nonce, in both suites.
pub(super) const NONCE: usize = 12;

/// What seals, opens and indexes. The tag stands first in everything that it made.
pub(super) trait Suite: Sync {
    fn tag(&self) -> u8;
    /// None where the cipher refuses: a message of many gigabytes.
    fn seal(&self, key: &[u8; 32], nonce: [u8; NONCE], payload: Payload<'_, '_>)
    -> Option<Vec<u8>>;
    /// None where the value was not sealed like this.
    fn open(&self, key: &[u8; 32], nonce: [u8; NONCE], payload: Payload<'_, '_>)
    -> Option<Vec<u8>>;
    fn mac(&self, key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32];
}

/// With which suite new values are sealed; what was sealed with the other opens all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cipher {
    /// AES-256-GCM, HMAC-SHA-256.
    #[default]
    Aes,
    /// SM4-GCM, HMAC-SM3 (GB/T 32907, GB/T 32905).
    Sm4,
}

impl Cipher {
    pub(super) const ALL: [Self; 2] = [Self::Aes, Self::Sm4];

    /// As the setting names it.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "aes" => Some(Self::Aes),
            "sm4" => Some(Self::Sm4),
            _ => None,
        }
    }

    pub(super) fn suite(self) -> &'static dyn Suite {
        match self {
            Self::Aes => &AesSha,
            Self::Sm4 => &Sm4Sm3,
        }
    }
}

/// The suite that made a value.
pub(super) fn of_tag(tag: u8) -> Option<&'static dyn Suite> {
    Cipher::ALL.into_iter().map(Cipher::suite).find(|suite| suite.tag() == tag)
}

struct AesSha;
struct Sm4Sm3;

impl Suite for AesSha {
    fn tag(&self) -> u8 {
        1
    }

    fn seal(
        &self,
        key: &[u8; 32],
        nonce: [u8; NONCE],
        payload: Payload<'_, '_>,
    ) -> Option<Vec<u8>> {
        sealed::<Aes256Gcm>(key, nonce, payload)
    }

    fn open(
        &self,
        key: &[u8; 32],
        nonce: [u8; NONCE],
        payload: Payload<'_, '_>,
    ) -> Option<Vec<u8>> {
        opened::<Aes256Gcm>(key, nonce, payload)
    }

    fn mac(&self, key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
        mac(<Hmac<Sha256> as KeyInit>::new_from_slice(key).ok(), parts)
    }
}

impl Suite for Sm4Sm3 {
    fn tag(&self) -> u8 {
        2
    }

    fn seal(
        &self,
        key: &[u8; 32],
        nonce: [u8; NONCE],
        payload: Payload<'_, '_>,
    ) -> Option<Vec<u8>> {
        sealed::<AesGcm<sm4::Sm4, U12>>(half(key), nonce, payload)
    }

    fn open(
        &self,
        key: &[u8; 32],
        nonce: [u8; NONCE],
        payload: Payload<'_, '_>,
    ) -> Option<Vec<u8>> {
        opened::<AesGcm<sm4::Sm4, U12>>(half(key), nonce, payload)
    }

    fn mac(&self, key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
        mac(<Hmac<sm3::Sm3> as KeyInit>::new_from_slice(key).ok(), parts)
    }
}

/// A key of SM4 has 128 bits.
fn half(key: &[u8; 32]) -> &[u8] {
    key.first_chunk::<16>().map_or(&[], |half| half.as_slice())
}

fn sealed<C: Aead + KeyInit>(
    key: &[u8],
    nonce: [u8; NONCE],
    payload: Payload<'_, '_>,
) -> Option<Vec<u8>> {
    let nonce = Nonce::<C>::try_from(nonce.as_slice()).ok()?;
    C::new_from_slice(key).ok()?.encrypt(&nonce, payload).ok()
}

fn opened<C: Aead + KeyInit>(
    key: &[u8],
    nonce: [u8; NONCE],
    payload: Payload<'_, '_>,
) -> Option<Vec<u8>> {
    let nonce = Nonce::<C>::try_from(nonce.as_slice()).ok()?;
    C::new_from_slice(key).ok()?.decrypt(&nonce, payload).ok()
}

/// A key of any length is one to HMAC; there is always a MAC.
fn mac<M: Mac>(keyed: Option<M>, parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = [0; 32];
    if let Some(mut mac) = keyed {
        for part in parts {
            mac.update(part);
        }
        digest.copy_from_slice(&mac.finalize().into_bytes());
    }
    digest
}
