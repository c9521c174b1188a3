//! The suites of ciphers that a value can be sealed with. Another one, or a certified module, is one
//! more [`Suite`] with a tag of its own.

use std::marker::PhantomData;

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
            Self::Aes => &AesSha::IT,
            Self::Sm4 => &Sm4Sm3::IT,
        }
    }
}

/// The suite that made a value.
pub(super) fn of_tag(tag: u8) -> Option<&'static dyn Suite> {
    Cipher::ALL.into_iter().map(Cipher::suite).find(|suite| suite.tag() == tag)
}

/// A cipher and a hash for its MACs, the tag of what they make, and the bytes of the cipher's key.
struct Pair<C, M, const TAG: u8, const KEY: usize>(PhantomData<fn() -> (C, M)>);

type AesSha = Pair<Aes256Gcm, Hmac<Sha256>, 1, 32>;
/// A key of SM4 has 128 bits: half of what is kept.
type Sm4Sm3 = Pair<AesGcm<sm4::Sm4, U12>, Hmac<sm3::Sm3>, 2, 16>;

impl<C, M, const TAG: u8, const KEY: usize> Pair<C, M, TAG, KEY> {
    const IT: Self = Self(PhantomData);
}

impl<C, M, const TAG: u8, const KEY: usize> Suite for Pair<C, M, TAG, KEY>
where
    C: Aead + KeyInit,
    M: Mac + KeyInit,
{
    fn tag(&self) -> u8 {
        TAG
    }

    fn seal(
        &self,
        key: &[u8; 32],
        nonce: [u8; NONCE],
        payload: Payload<'_, '_>,
    ) -> Option<Vec<u8>> {
        let nonce = Nonce::<C>::try_from(nonce.as_slice()).ok()?;
        C::new_from_slice(key.get(..KEY)?).ok()?.encrypt(&nonce, payload).ok()
    }

    fn open(
        &self,
        key: &[u8; 32],
        nonce: [u8; NONCE],
        payload: Payload<'_, '_>,
    ) -> Option<Vec<u8>> {
        let nonce = Nonce::<C>::try_from(nonce.as_slice()).ok()?;
        C::new_from_slice(key.get(..KEY)?).ok()?.decrypt(&nonce, payload).ok()
    }

    /// A key of any length is one to HMAC; there is always a MAC.
    fn mac(&self, key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
        let mut digest = [0; 32];
        if let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) {
            for part in parts {
                mac.update(part);
            }
            digest.copy_from_slice(&mac.finalize().into_bytes());
        }
        digest
    }
}
