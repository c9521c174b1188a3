//! Backups: one consistent file of the database with the files in it, readable only with a key that
//! the server doesn't hold; and its way back.

mod envelope;
mod manifest;
mod put_back;
mod recipient;
mod take;

use std::io;
use std::path::PathBuf;

use crate::cluster::ClusterError;
use crate::store::StoreError;

pub use manifest::{Manifest, State};
pub use put_back::{Backup, Found, compare};
pub use recipient::{Identity, Recipient};
pub use take::{Taken, take};

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(
        "This is no recipient of backups. Make a pair with `anjie backup-key FILE`; what it prints \
         goes into ANJIE_BACKUP_RECIPIENT, and the file to another place."
    )]
    NoRecipient,
    #[error("{} is no private key of backups: `anjie backup-key` made another file.", path.display())]
    NoIdentity { path: PathBuf },
    #[error("Other users can read {}. Run: chmod 600 {}", path.display(), path.display())]
    Exposed { path: PathBuf },
    #[error("{} can't be read.", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} can't be written, or is there already.", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("This file is not a backup of this program.")]
    NotABackup,
    #[error(
        "The backup was made for the key {made_for}; the one given is {given}. Give the file that \
         `anjie backup-key` made with it."
    )]
    OtherKey { made_for: String, given: String },
    #[error(
        "The backup was changed or cut off since it was made. Nothing of it was used; take another \
         copy or an earlier one."
    )]
    Changed,
    #[error(
        "The backup holds another form of the database than this version of the program knows. \
         Restore it with the version that made it, {program}, and then run `anjie migrate`."
    )]
    OtherForm { program: String },
    #[error(
        "The tables of the backup belong to the role {wanted}, those here to {found}. Restore as a \
         role of the same name (DATABASE_OWNER_URL)."
    )]
    OtherOwner { wanted: String, found: String },
    #[error("The database is not empty. Restore into a new one.")]
    NotEmpty,
    #[error(
        "This role doesn't see every row of {count} tables, the first being {first}. Set \
         DATABASE_OWNER_URL to the owner of the tables: a backup must not leave anything out."
    )]
    Hidden { count: usize, first: String },
    #[error("Another backup is being written to {}.", path.display())]
    Busy { path: PathBuf },
    #[error("What was written to {} is not what is there now. Look at the disk.", path.display())]
    WrittenOtherwise { path: PathBuf },
    #[error(transparent)]
    Programs(#[from] ClusterError),
    #[error("The database refused a step.")]
    Store(#[from] StoreError),
    #[error("The machine refused a step.")]
    Machine(io::Error),
}

impl From<io::Error> for BackupError {
    /// A piece that didn't open comes through a reader.
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => error,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Self::Changed,
            Err(error) => Self::Machine(error),
        }
    }
}
