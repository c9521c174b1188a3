//! Who uses a data folder. The system releases the locks of a dead process by itself.

use std::fs::{self, File, TryLockError};
use std::io::Write;

use super::ClusterError;
use super::folder::Folder;

const APP: &str = "app.lock";
const VISITORS: &str = "visitors.lock";

/// A lock that is held for as long as it lives.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// The right to start and stop the database. None: someone else has it.
    pub fn app(folder: &Folder) -> Result<Option<Self>, ClusterError> {
        let Some(mut lock) = Self::take(folder, APP, File::try_lock)? else { return Ok(None) };
        lock.file.set_len(0)?;
        writeln!(lock.file, "{}", std::process::id())?;
        Ok(Some(lock))
    }

    /// The process that has the right to start and stop the database.
    pub fn holder(folder: &Folder) -> Option<u32> {
        fs::read_to_string(folder.root().join(APP)).ok()?.trim().parse().ok()
    }

    /// A place among those who use the database. None: it is just being stopped.
    pub fn visitor(folder: &Folder) -> Result<Option<Self>, ClusterError> {
        Self::take(folder, VISITORS, File::try_lock_shared)
    }

    /// Proof that nobody else uses the database. None: someone does.
    pub fn last_visitor(folder: &Folder) -> Result<Option<Self>, ClusterError> {
        Self::take(folder, VISITORS, File::try_lock)
    }

    fn take(
        folder: &Folder,
        name: &str,
        lock: fn(&File) -> Result<(), TryLockError>,
    ) -> Result<Option<Self>, ClusterError> {
        let path = folder.root().join(name);
        let refused = |source| ClusterError::Folder { path: path.clone(), source };
        let file = folder.open_file(&path).map_err(refused)?;
        match lock(&file) {
            Ok(()) => Ok(Some(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(refused(source)),
        }
    }
}

/// A program that was just forked off and is not yet another one has a copy of the file: what is
/// merely closed would stay locked by it.
impl Drop for Lock {
    fn drop(&mut self) {
        if let Err(error) = self.file.unlock() {
            tracing::error!(%error, "a lock could not be given back");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_was_given_back_is_free_whoever_has_a_copy_of_its_file() {
        let root = std::env::temp_dir().join(format!("anjie-lock-{}", std::process::id()));
        let folder = Folder::open(&root).unwrap();
        let lock = Lock::app(&folder).unwrap().unwrap();
        let copy = lock.file.try_clone().unwrap();
        assert!(Lock::app(&folder).unwrap().is_none());
        drop(lock);
        assert!(Lock::app(&folder).unwrap().is_some());
        drop(copy);
        fs::remove_dir_all(root).unwrap();
    }
}
