//! The master key outside the database, and the rules that refuse a bad one.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The key of a local cluster, in its data folder.
pub const FILE_NAME: &str = "master.key";
const HOW_TO: &str = "Make one with `openssl rand -hex 32`.";
/// A random key has about thirty different bytes; sixteen is out of reach of chance.
const FEWEST_DIFFERENT_BYTES: usize = 16;

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("A master key has 64 hexadecimal digits; {place} holds something else. {HOW_TO}")]
    Malformed { place: String },
    #[error("The master key in {place} can be guessed: it is not random. {HOW_TO}")]
    Weak { place: String },
    #[error("{place} holds no master key. {HOW_TO}")]
    Missing { place: String },
    #[error("{place} holds the same master key twice.")]
    Twice { place: String },
    #[error(
        "Other users can read or change the key file {}. Run: chmod 600 {}",
        path.display(), path.display()
    )]
    Exposed { path: PathBuf },
    #[error(
        "The key file {} cannot be read. If it is lost, put it back from the backup: without it \
         the protected fields stay unreadable.",
        path.display()
    )]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(
        "{} holds another master key than the one given. Move it away first, if nothing needs it.",
        path.display()
    )]
    OtherThere { path: PathBuf },
    #[error("The key file {} cannot be written.", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
}

/// 256 bits from which the keys that seal and index are derived. It doesn't show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn read_digits(text: &str, place: &str) -> Result<Self, KeyError> {
        let malformed = || KeyError::Malformed { place: place.to_owned() };
        if text.len() != 64 || !text.bytes().all(|it| it.is_ascii_hexdigit()) {
            return Err(malformed());
        }
        let mut key = [0; 32];
        for (at, byte) in key.iter_mut().enumerate() {
            let digits = text.get(2 * at..2 * at + 2).ok_or_else(malformed)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| malformed())?;
        }
        if is_weak(&key) {
            return Err(KeyError::Weak { place: place.to_owned() });
        }
        Ok(Self(key))
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(hidden)")
    }
}

/// The master keys, newest first: the first makes what is new, the others still open what they made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKeys {
    newest: MasterKey,
    older: Vec<MasterKey>,
}

impl MasterKeys {
    /// The keys in a text: one a line, or with commas between them.
    pub fn parse(text: &str, place: &str) -> Result<Self, KeyError> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for digits in text.split(['\n', ',']).map(str::trim).filter(|it| !it.is_empty()) {
            let key = MasterKey::read_digits(digits, place)?;
            if keys.contains(&key) {
                return Err(KeyError::Twice { place: place.to_owned() });
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let newest = keys.next().ok_or_else(|| KeyError::Missing { place: place.to_owned() })?;
        Ok(Self { newest, older: keys.collect() })
    }

    /// The keys in a file that others can neither read nor change. The group may read.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let unreadable = |source| KeyError::Unreadable { path: path.to_path_buf(), source };
        let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
        if mode & 0o027 != 0 {
            return Err(KeyError::Exposed { path: path.to_path_buf() });
        }
        Self::parse(&fs::read_to_string(path).map_err(unreadable)?, &path.display().to_string())
    }

    /// The bytes of the newest, and of those before it.
    pub fn bytes(&self) -> (&[u8; 32], Vec<&[u8; 32]>) {
        (self.newest.bytes(), self.older.iter().map(MasterKey::bytes).collect())
    }
}

/// Puts a new key before those of a file, which stays as private as it was.
pub fn add_to_file(path: &Path) -> Result<(), KeyError> {
    MasterKeys::read(path)?;
    let unwritable = |source| KeyError::Unwritable { path: path.to_path_buf(), source };
    let before = fs::read_to_string(path).map_err(unwritable)?;
    let found = fs::metadata(path).map_err(unwritable)?;
    let draft = path.with_extension("new");
    let written = write_new(&draft, format!("{}{before}", random_line()).as_bytes());
    written.and_then(|()| {
        let kept = fs::set_permissions(&draft, found.permissions());
        let kept = kept.and_then(|()| {
            match std::os::unix::fs::chown(&draft, Some(found.uid()), Some(found.gid())) {
                Err(error) if error.kind() != io::ErrorKind::PermissionDenied => Err(error),
                Ok(()) | Err(_) => Ok(()),
            }
        });
        kept.and_then(|()| fs::rename(&draft, path)).map_err(unwritable)
    })
}

/// A new key, as it stands in a file.
fn random_line() -> String {
    let key: [u8; 32] = rand::random();
    let halves = key.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let mut text: String = halves.filter_map(|it| char::from_digit(it.into(), 16)).collect();
    text.push('\n');
    text
}

/// Puts a key file in its place. One with the same content may be there.
pub fn put_file(path: &Path, text: &[u8]) -> Result<(), KeyError> {
    if fs::read(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    write_new(path, text)
}

fn write_new(path: &Path, text: &[u8]) -> Result<(), KeyError> {
    let unwritable = |source| KeyError::Unwritable { path: path.to_path_buf(), source };
    let mut file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(KeyError::OtherThere { path: path.to_path_buf() });
        }
        opened => opened.map_err(unwritable)?,
    };
    file.write_all(text).and_then(|()| file.sync_all()).map_err(unwritable)
}

/// Makes the key file of a new cluster. One that is there already stays.
pub fn make_file(path: &Path) -> Result<(), KeyError> {
    match write_new(path, random_line().as_bytes()) {
        Err(KeyError::OtherThere { .. }) => Ok(()),
        made => made,
    }
}

/// Few different bytes, or each byte a fixed step from the one before.
fn is_weak(key: &[u8; 32]) -> bool {
    let mut different = key.to_vec();
    different.sort_unstable();
    different.dedup();
    let mut steps: Vec<u8> =
        key.iter().zip(key.iter().skip(1)).map(|(a, b)| b.wrapping_sub(*a)).collect();
    steps.dedup();
    different.len() < FEWEST_DIFFERENT_BYTES || steps.len() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random once, and used nowhere else.
    const GOOD: &str = "8f1de0ab37c2946f5b7a21d8430ce9b6f2587d1ea3904bc6715fd80e2a9c63b4";

    fn said(text: &str) -> String {
        MasterKeys::parse(text, "ANJIE_KEYS")
            .map_or_else(|it| it.to_string(), |it| format!("{} keys", 1 + it.bytes().1.len()))
    }

    #[test]
    fn weak_and_malformed_keys_are_refused() {
        let counting = (0..32).fold(String::new(), |text, it| format!("{text}{it:02x}"));
        for (text, expected) in [
            (GOOD.to_owned(), "1 keys"),
            (format!(" {GOOD}\n"), "1 keys"),
            (format!("{GOOD},{GOOD}"), "the same master key twice"),
            (format!("{GOOD}\n{}", GOOD.replace("8f1d", "9f1d")), "2 keys"),
            (String::new(), "holds no master key"),
            ("\n".to_owned(), "holds no master key"),
            ("changeme".to_owned(), "64 hexadecimal digits"),
            (GOOD[..62].to_owned(), "64 hexadecimal digits"),
            (format!("{}zz", &GOOD[..62]), "64 hexadecimal digits"),
            ("0".repeat(64), "can be guessed"),
            ("0123456789abcdef".repeat(4), "can be guessed"),
            (counting, "can be guessed"),
        ] {
            assert!(said(&text).contains(expected), "{text}: {}", said(&text));
        }
    }

    #[test]
    fn a_message_and_a_debug_line_never_show_the_key() {
        let key = MasterKeys::parse(GOOD, "here").unwrap();
        assert!(!format!("{key:?}").contains(&GOOD[..8]));
        let weak = "ab".repeat(32);
        assert!(!said(&weak).contains("abab"));
    }

    #[test]
    fn a_made_key_is_good_private_and_kept() {
        let path = std::env::temp_dir().join(format!("anjie-key-{}", uuid::Uuid::new_v4()));
        make_file(&path).unwrap();
        let first = MasterKeys::read(&path).unwrap();
        make_file(&path).unwrap();
        assert_eq!(MasterKeys::read(&path).unwrap(), first);
        for (mode, allowed) in [(0o600, true), (0o640, true), (0o644, false), (0o660, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(MasterKeys::read(&path).is_ok(), allowed, "{mode:o}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        add_to_file(&path).unwrap();
        let second = MasterKeys::read(&path).unwrap();
        assert_eq!(second.bytes().1, [first.bytes().0]);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_file(&path).unwrap();
        assert!(matches!(MasterKeys::read(&path), Err(KeyError::Unreadable { .. })));
    }
}
