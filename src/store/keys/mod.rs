//! The program's keys: sealing of personal values, blind indexes, tokens.
//!
//! Whatever a key made begins with the tag of its suite and the key's id, so that either can be
//! changed later; and a sealed value is bound to its field and its record, so that it opens in no
//! other place.

mod suite;

use std::sync::Arc;

use aes_gcm::aead::Payload;
use sha2::{Digest, Sha256};

use super::error::{StoreError, StoreResult};
use suite::{NONCE, Suite};

pub use suite::Cipher;

/// Tag and key id.
const PREFIX: usize = 5;

/// Where a sealed value stands: what it is, and of which record.
pub type Place<'a> = (&'a str, &'a str);

/// What was made with which suite and key: everything sealed or indexed begins with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix(pub [u8; PREFIX]);

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// The keys that follow from one master key.
struct Derived {
    id: [u8; 4],
    seal: [u8; 32],
    index: [u8; 32],
    token: [u8; 32],
}

impl Derived {
    fn from_master(master: &[u8; 32]) -> Self {
        let derive = |purpose: &str| Cipher::Aes.suite().mac(master, &[purpose.as_bytes()]);
        let [a, b, c, d, ..] = derive("id/1");
        let (seal, index, token) = (derive("seal/1"), derive("index/1"), derive("token/1"));
        Self { id: [a, b, c, d], seal, index, token }
    }

    fn prefix(&self, suite: &dyn Suite) -> Prefix {
        let [a, b, c, d] = self.id;
        Prefix([suite.tag(), a, b, c, d])
    }

    fn index(&self, suite: &dyn Suite, kind: &str, value: &str) -> Vec<u8> {
        let mac = suite.mac(&self.index, &[kind.as_bytes(), &[0], value.as_bytes()]);
        [&self.prefix(suite).0[..], &mac].concat()
    }
}

/// Keys derived from the master keys: the newest makes what is new, all of them open. Never printed.
#[derive(Clone)]
pub struct Keys {
    newest: Arc<Derived>,
    older: Arc<[Derived]>,
    cipher: Cipher,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// The keys that follow from a master key alone.
    pub fn from_master(master: &[u8; 32]) -> Self {
        Self::of((master, &[]), Cipher::default())
    }

    /// The keys that follow from the newest master key and those before it.
    pub fn of((newest, older): (&[u8; 32], &[&[u8; 32]]), cipher: Cipher) -> Self {
        let older = older.iter().map(|master| Derived::from_master(master)).collect();
        Self { newest: Arc::new(Derived::from_master(newest)), older, cipher }
    }

    /// All of them, newest first.
    fn all(&self) -> impl Iterator<Item = &Derived> {
        std::iter::once(&*self.newest).chain(self.older.iter())
    }

    /// What everything new begins with.
    pub fn prefix(&self) -> Prefix {
        self.newest.prefix(self.cipher.suite())
    }

    /// Seals a value for its place; in another field or another record it doesn't open.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> StoreResult<Vec<u8>> {
        let (suite, prefix) = (self.cipher.suite(), self.prefix());
        let nonce: [u8; NONCE] = rand::random();
        let bound = bound(prefix, place);
        let payload = Payload { msg: plain, aad: &bound };
        let sealed = suite.seal(&self.newest.seal, nonce, payload).ok_or(StoreError::Sealed)?;
        Ok([&prefix.0[..], &nonce, &sealed].concat())
    }

    /// Opens a sealed value in its place.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> StoreResult<Vec<u8>> {
        let (prefix, rest) = sealed.split_first_chunk::<PREFIX>().ok_or(StoreError::Sealed)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>().ok_or(StoreError::Sealed)?;
        let [tag, id @ ..] = *prefix;
        let suite = suite::of_tag(tag).ok_or(StoreError::Sealed)?;
        let key = self.all().find(|key| key.id == id).ok_or(StoreError::Sealed)?;
        let bound = bound(Prefix(*prefix), place);
        let payload = Payload { msg: body, aad: &bound };
        suite.open(&key.seal, *nonce, payload).ok_or(StoreError::Sealed)
    }

    /// Seals a text for a text column.
    pub fn seal_text(&self, place: Place<'_>, plain: &str) -> StoreResult<String> {
        Ok(hex(&self.seal(place, plain.as_bytes())?))
    }

    /// Opens a sealed text.
    pub fn open_text(&self, place: Place<'_>, sealed: &str) -> StoreResult<String> {
        let bytes = unhex(sealed).ok_or(StoreError::Sealed)?;
        String::from_utf8(self.open(place, &bytes)?).map_err(|_| StoreError::Sealed)
    }

    /// The blind index of a value, to be kept: equal values give equal indexes, and nothing else is
    /// told.
    pub fn index(&self, kind: &str, value: &str) -> Vec<u8> {
        self.newest.index(self.cipher.suite(), kind, value)
    }

    /// Every index under which the value may be kept, the present one first: to look for it.
    pub fn indexes(&self, kind: &str, value: &str) -> Vec<Vec<u8>> {
        let mut found = vec![self.index(kind, value)];
        for key in self.all() {
            let others = Cipher::ALL.map(|cipher| key.index(cipher.suite(), kind, value));
            found.extend(others.into_iter().filter(|it| !it.starts_with(&self.prefix().0)));
        }
        found
    }

    /// Whether this is an index of the value, by whichever of the keys and suites it says.
    pub fn is_index(&self, kind: &str, value: &str, index: &[u8]) -> bool {
        let Some(([tag, id @ ..], _)) = index.split_first_chunk::<PREFIX>() else { return false };
        let key = self.all().find(|key| key.id == *id);
        let made = key.zip(suite::of_tag(*tag)).map(|(key, suite)| key.index(suite, kind, value));
        made.is_some_and(|made| made == index)
    }

    /// The CSRF token of a session (or of a sign-in page).
    pub fn csrf(&self, of: &str) -> String {
        csrf(&self.newest, of)
    }

    /// Whether this is a token of the session; one that an older key made stays good.
    pub fn is_csrf(&self, token: &str, of: &str) -> bool {
        self.all().any(|key| csrf(key, of) == token)
    }
}

fn csrf(key: &Derived, of: &str) -> String {
    hex(&Cipher::Aes.suite().mac(&key.token, &[b"csrf", &[0], of.as_bytes()]))
}

/// What a sealed value is bound to. No field holds a NUL.
fn bound(prefix: Prefix, (field, record): Place<'_>) -> Vec<u8> {
    [&prefix.0[..], field.as_bytes(), &[0], record.as_bytes()].concat()
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

    const ID: &str = "990110196801010012";
    const PLACE: Place<'_> = ("petitioner.id", "one");

    fn both() -> [Keys; 2] {
        Cipher::ALL.map(|cipher| Keys::of((&[7; 32], &[]), cipher))
    }

    /// S88.
    #[test]
    fn a_sealed_value_opens_in_its_place_with_its_key_unchanged_and_not_otherwise() {
        for keys in both() {
            let sealed = keys.seal(PLACE, ID.as_bytes()).unwrap();
            assert_eq!(keys.open(PLACE, &sealed).unwrap(), ID.as_bytes());
            assert_ne!(keys.seal(PLACE, ID.as_bytes()).unwrap(), sealed);
            for (what, place) in [
                ("another field", ("petitioner.phone", "one")),
                ("another record", ("petitioner.id", "other")),
                ("shifted", ("petitioner", "id\0one")),
            ] {
                assert!(matches!(keys.open(place, &sealed), Err(StoreError::Sealed)), "{what}");
            }
            for bit in 0..sealed.len() * 8 {
                let mut changed = sealed.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert!(keys.open(PLACE, &changed).is_err(), "bit {bit}");
            }
            for length in 0..sealed.len() {
                assert!(keys.open(PLACE, &sealed[..length]).is_err(), "cut to {length}");
            }
            let other = Keys::of((&[8; 32], &[]), keys.cipher);
            assert!(matches!(other.open(PLACE, &sealed), Err(StoreError::Sealed)));
        }
    }

    /// S88.
    #[test]
    fn a_value_says_which_suite_made_it_and_opens_whatever_the_setting() {
        let [aes, sm4] = both();
        let sealed = (aes.seal(PLACE, b"x").unwrap(), sm4.seal(PLACE, b"x").unwrap());
        assert_eq!((sealed.0[0], sealed.1[0]), (1, 2));
        assert!(aes.open(PLACE, &sealed.1).is_ok() && sm4.open(PLACE, &sealed.0).is_ok());
        let wrong = |tag: u8, sealed: &[u8]| [&[tag], &sealed[1..]].concat();
        assert!(aes.open(PLACE, &wrong(2, &sealed.0)).is_err());
        assert!(aes.open(PLACE, &wrong(1, &sealed.1)).is_err());
        assert!(aes.open(PLACE, &wrong(9, &sealed.1)).is_err());
    }

    /// S89.
    #[test]
    fn an_older_key_opens_finds_and_admits_and_the_newest_makes_what_is_new() {
        let before = Keys::from_master(&[7; 32]);
        let after = Keys::of((&[8; 32], &[&[7; 32]]), Cipher::Sm4);
        let sealed = before.seal_text(PLACE, ID).unwrap();
        assert_eq!(after.open_text(PLACE, &sealed).unwrap(), ID);
        assert!(after.seal(PLACE, b"x").unwrap().starts_with(&after.prefix().0));
        assert_ne!(before.prefix(), after.prefix());
        let candidates = after.indexes("id", ID);
        assert_eq!((candidates.len(), &candidates[0]), (4, &after.index("id", ID)));
        assert!(candidates.contains(&before.index("id", ID)));
        for candidate in &candidates {
            assert!(after.is_index("id", ID, candidate) && !after.is_index("phone", ID, candidate));
        }
        assert!(
            !before.is_index("id", ID, &after.index("id", ID)) && !after.is_index("id", ID, b"x")
        );
        assert!(after.is_csrf(&before.csrf("session"), "session"));
        assert!(!before.is_csrf(&after.csrf("session"), "session"));
        assert!(!after.is_csrf(&after.csrf("other"), "session"));
    }

    #[test]
    fn an_index_is_equal_for_equal_values_of_a_kind() {
        for keys in both() {
            assert_eq!(keys.index("id", "1"), keys.index("id", "1"));
            assert_ne!(keys.index("id", "1"), keys.index("phone", "1"));
        }
    }

    /// GB/T 32905, example 1, through the MAC's hash: SM3 is the standard's.
    #[test]
    fn sm3_is_the_standards() {
        let digest = hex(&sm3::Sm3::digest(b"abc"));
        assert_eq!(digest, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    }
}
