//! Writes the heads of the audit's chains down outside the database, and reads them again: what is
//! cut off or rewritten whole in the database differs from it.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::domain::anchor::{self, Anchor, Broken, Line};
use crate::store::keys::{Keys, hex, unhex};
use crate::store::{Db, StoreError, audit_lists};

/// What a seal is made for.
const PURPOSE: &str = "audit.anchor";

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("the heads of the chains could not be read")]
    Store(#[from] StoreError),
    #[error("the file of anchors can't be written")]
    File(#[from] io::Error),
}

/// What lines are sealed with, and for what.
#[derive(Debug, Clone)]
pub(super) struct Seal {
    pub keys: Keys,
    pub purpose: &'static str,
}

impl Seal {
    fn of(&self, text: &str) -> String {
        hex(&self.keys.index(self.purpose, text))
    }

    /// A line that an older key or the other suite sealed holds as well.
    fn holds(&self, text: &str, seal: &str) -> bool {
        unhex(seal).is_some_and(|seal| self.keys.is_index(self.purpose, text, &seal))
    }

    /// The lines of a text that hold, and those that don't.
    pub fn lines<T: Line>(&self, text: &str) -> (Vec<T>, Vec<Broken>) {
        anchor::read(text, |text, seal| self.holds(text, seal))
    }
}

fn seal(db: &Db) -> Seal {
    Seal { keys: db.keys().clone(), purpose: PURPOSE }
}

/// Adds a line for each chain to the file.
pub async fn write(db: &Db, file: &Path, at: DateTime<Utc>) -> Result<(), Failure> {
    let mut tx = super::figures::begin(db).await?;
    let heads = audit_lists::heads(&mut tx).await?;
    drop(tx);
    let heads = heads.into_iter().filter(|head| head.seq > 0);
    let anchors: Vec<Anchor> = heads
        .map(|head| Anchor { at, court: head.code, seq: head.seq, hash: hex(&head.hash) })
        .collect();
    add(seal(db), file.to_owned(), |_| anchors).await
}

/// Adds lines to a file, whose text says which; another program may write to it as well. The disk may
/// be another machine's and hang: nobody else waits for it.
pub(super) async fn add<T: Line>(
    seal: Seal,
    path: PathBuf,
    added: impl FnOnce(&str) -> Vec<T> + Send + 'static,
) -> Result<(), Failure> {
    Ok(beside(move || append(&seal, &path, added)).await?)
}

/// Work with files, on a thread where waiting holds nobody up.
pub(super) async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

fn append<T: Line>(seal: &Seal, path: &Path, added: impl FnOnce(&str) -> Vec<T>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.read(true).append(true).create(true).mode(0o600).open(path)?;
    file.lock()?;
    let mut known = String::new();
    file.read_to_string(&mut known)?;
    let whole = anchor::whole(&known);
    if whole.len() < known.len() {
        // The disk was full, or the machine went down: what was begun then goes.
        file.set_len(u64::try_from(whole.len()).unwrap_or(u64::MAX))?;
    }
    let lines = anchor::lines(&added(whole), anchor::last_seal(whole), |text| seal.of(text));
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}

/// The text of a file; none where there is no file.
pub(super) fn text_of(path: &Path) -> io::Result<Option<String>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    file.lock_shared()?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(Some(text))
}

/// The anchors of a file and what is broken in it; nothing where there is none.
pub async fn read(db: &Db, file: Option<&Path>) -> (Vec<Anchor>, Vec<Broken>) {
    let Some(file) = file.map(Path::to_owned) else { return (Vec::new(), Vec::new()) };
    match beside(move || text_of(&file)).await {
        Ok(text) => seal(db).lines(&text.unwrap_or_default()),
        Err(error) => {
            tracing::error!(%error, "the anchors can't be read");
            (Vec::new(), vec![Broken::File])
        }
    }
}

/// The hash of an anchor; nonsense is equal to no hash.
pub fn bytes(digits: &str) -> Vec<u8> {
    unhex(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::keys::Cipher;

    /// S79, S89.
    #[test]
    fn lines_hold_through_another_key_another_cipher_and_a_line_that_was_torn() {
        let path = std::env::temp_dir().join(format!("anjie-lines-{}", uuid::Uuid::new_v4()));
        let keys = |master: u8, older: &[&[u8; 32]], cipher| Seal {
            keys: Keys::of((&[master; 32], older), cipher),
            purpose: PURPOSE,
        };
        let first = keys(7, &[], Cipher::Aes);
        let second = keys(8, &[&[7; 32]], Cipher::Sm4);
        let anchor = |seq| Anchor {
            at: "2026-06-15T04:00:00Z".parse().unwrap(),
            court: "0110".to_owned(),
            seq,
            hash: "00".to_owned(),
        };
        append(&first, &path, |_| vec![anchor(1)]).unwrap();
        let torn = text_of(&path).unwrap().unwrap() + "2026-06-15T04:00:00.000000Z 0110 2";
        std::fs::write(&path, torn).unwrap();
        append(&second, &path, |known| {
            assert_eq!(known.lines().count(), 1, "{known}");
            vec![anchor(3)]
        })
        .unwrap();
        let text = text_of(&path).unwrap().unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(second.lines::<Anchor>(&text), (vec![anchor(1), anchor(3)], vec![]));
        assert_eq!(first.lines::<Anchor>(&text).1, [Broken::Line(2)]);
        assert_eq!(text_of(&path).unwrap(), None);
    }
}
