//! Writes the heads of the audit's chains down outside the database, and reads them again: what is
//! cut off or rewritten whole in the database differs from it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

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

fn seal(keys: &Keys, purpose: &'static str) -> impl Fn(&str) -> String {
    move |text| hex(&keys.index(purpose, text))
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
    Ok(add((db.keys(), PURPOSE), file, |_| anchors)?)
}

/// Adds lines to a file, whose text says which; another program may write to it as well.
pub(super) fn add<T: Line>(
    (keys, purpose): (&Keys, &'static str),
    path: &Path,
    added: impl FnOnce(&str) -> Vec<T>,
) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.read(true).append(true).create(true).mode(0o600).open(path)?;
    file.lock()?;
    let mut known = String::new();
    file.read_to_string(&mut known)?;
    let lines = anchor::lines(&added(&known), anchor::last_seal(&known), seal(keys, purpose));
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}

/// The anchors of a file and what is broken in it; nothing where there is none.
pub fn read(db: &Db, file: Option<&Path>) -> (Vec<Anchor>, Vec<Broken>) {
    let mut text = String::new();
    let opened = file.and_then(|file| File::open(file).ok());
    if opened.is_some_and(|mut file| file.read_to_string(&mut text).is_err()) {
        return (Vec::new(), vec![Broken(1)]);
    }
    anchor::read(&text, seal(db.keys(), PURPOSE))
}

/// The lines of a text that hold, and those that don't.
pub(super) fn lines<T: Line>(
    (keys, purpose): (&Keys, &'static str),
    text: &str,
) -> (Vec<T>, Vec<Broken>) {
    anchor::read(text, seal(keys, purpose))
}

/// The hash of an anchor; nonsense is equal to no hash.
pub fn bytes(digits: &str) -> Vec<u8> {
    unhex(digits).unwrap_or_default()
}
