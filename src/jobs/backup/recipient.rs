//! The pair of keys that a backup is made for: the server holds the public part alone, so whoever
//! takes the server can't read its backups.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, Serializable};

use super::BackupError;
use crate::store::keys::{hex, sha256, unhex};

pub(super) type PublicKey = <X25519HkdfSha256 as Kem>::PublicKey;
pub(super) type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;

const PUBLIC: &str = "anjie1";
const PRIVATE: &str = "ANJIE-BACKUP-KEY-1 ";

/// For whom a backup is made: the public part.
#[derive(Clone)]
pub struct Recipient(pub(super) PublicKey);

/// Who can open it: the private part. It doesn't show itself.
pub struct Identity(pub(super) PrivateKey);

impl Recipient {
    /// Reads what `anjie backup-key` printed. Its last digits are a check, so that no slip of the
    /// pen makes backups that nobody can open.
    pub fn parse(text: &str) -> Result<Self, BackupError> {
        let bytes = text.trim().strip_prefix(PUBLIC).and_then(unhex);
        let bytes = bytes.ok_or(BackupError::NoRecipient)?;
        let (key, check) = bytes.split_first_chunk::<32>().ok_or(BackupError::NoRecipient)?;
        if check != mark(key) {
            return Err(BackupError::NoRecipient);
        }
        Self::from_bytes(key)
    }

    pub(super) fn from_bytes(key: &[u8]) -> Result<Self, BackupError> {
        PublicKey::from_bytes(key).map(Self).map_err(|_| BackupError::NoRecipient)
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }

    /// A few digits by which people tell keys apart.
    pub fn short(&self) -> String {
        hex(&mark(&self.bytes()))
    }
}

impl std::fmt::Display for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = self.bytes();
        write!(f, "{PUBLIC}{}{}", hex(&key), hex(&mark(&key)))
    }
}

fn mark(key: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = sha256(key);
    [a, b, c, d]
}

impl Identity {
    /// Makes a pair. The private part goes to a new file that only its owner can read.
    pub fn make(path: &Path) -> Result<Recipient, BackupError> {
        let (private, public) = X25519HkdfSha256::gen_keypair();
        let unwritable = |source| BackupError::Unwritable { path: path.to_path_buf(), source };
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let line = format!("{PRIVATE}{}\n", hex(&private.to_bytes()));
        let file = file.as_mut().map_err(|error| std::io::Error::from(error.kind()));
        let file = file.map_err(unwritable)?;
        file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(unwritable)?;
        Ok(Recipient(public))
    }

    /// Reads the private part from its file, which nobody else may read.
    pub fn read(path: &Path) -> Result<Self, BackupError> {
        let unreadable = |source| BackupError::Unreadable { path: path.to_path_buf(), source };
        let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(BackupError::Exposed { path: path.to_path_buf() });
        }
        let text = fs::read_to_string(path).map_err(unreadable)?;
        let key = text.trim().strip_prefix(PRIVATE).and_then(unhex);
        let key = key.and_then(|key| PrivateKey::from_bytes(&key).ok());
        key.map(Self).ok_or_else(|| BackupError::NoIdentity { path: path.to_path_buf() })
    }

    /// For whom the backups are that this opens.
    pub fn recipient(&self) -> Recipient {
        Recipient(X25519HkdfSha256::sk_to_pk(&self.0))
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> std::path::PathBuf {
        std::env::temp_dir().join(format!("anjie-backup-key-{}", uuid::Uuid::new_v4()))
    }

    #[test]
    fn a_pair_is_made_once_kept_private_and_fits() {
        let path = place();
        let recipient = Identity::make(&path).unwrap();
        assert!(matches!(Identity::make(&path), Err(BackupError::Unwritable { .. })));
        let identity = Identity::read(&path).unwrap();
        assert_eq!(identity.recipient().to_string(), recipient.to_string());
        assert_eq!(format!("{identity:?}"), "Identity(hidden)");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Identity::read(&path), Err(BackupError::Exposed { .. })));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "something else").unwrap();
        assert!(matches!(Identity::read(&path), Err(BackupError::NoIdentity { .. })));
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_recipient_with_a_wrong_digit_is_refused() {
        let path = place();
        let text = Identity::make(&path).unwrap().to_string();
        fs::remove_file(&path).unwrap();
        assert!(Recipient::parse(&format!(" {text}\n")).is_ok());
        for at in PUBLIC.len()..text.len() {
            let mut digits = text.clone().into_bytes();
            digits[at] = if digits[at] == b'0' { b'1' } else { b'0' };
            assert!(Recipient::parse(&String::from_utf8(digits).unwrap()).is_err(), "{at}");
        }
        for wrong in ["", "anjie1", "age1", &text[..text.len() - 2]] {
            assert!(Recipient::parse(wrong).is_err(), "{wrong}");
        }
    }
}
