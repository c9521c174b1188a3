//! Takes a backup, while others work.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnectOptions;

use super::envelope::{self, Sealer};
use super::{BackupError, Manifest, Recipient, State};
use crate::cluster::{Places, Tool};
use crate::store::keys::hex;
use crate::store::owner::{Owner, PASSING};

/// A backup that was written.
#[derive(Debug)]
pub struct Taken {
    pub manifest: Manifest,
    pub bytes: u64,
    /// The hash of the file, to be noted beside it.
    pub sha256: String,
}

/// Writes the database as of now to a new file. It leaves its trace in the audit first, so that the
/// backup knows of itself.
pub async fn take(
    (login, places): (&PgConnectOptions, &Places),
    recipient: &Recipient,
    file: &Path,
    at: DateTime<Utc>,
) -> Result<Taken, BackupError> {
    if file.exists() {
        let source = io::ErrorKind::AlreadyExists.into();
        return Err(BackupError::Unwritable { path: file.to_path_buf(), source });
    }
    let mut owner = Owner::connect(login).await?;
    let hidden = owner.hidden_tables().await?;
    if let Some(first) = hidden.first() {
        return Err(BackupError::Hidden { count: hidden.len(), first: first.clone() });
    }
    owner.trace("backup.made", &recipient.short(), at).await?;
    let frozen = owner.freeze().await?;
    let manifest = Manifest {
        taken_at: at.to_rfc3339(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        postgres: frozen.version,
        owner: frozen.owner,
        state: state(&mut owner).await?,
    };
    let tool = Tool::dump(places, login, (frozen.server, &frozen.snapshot), PASSING)?;
    let (path, recipient, head) = (file.to_path_buf(), recipient.clone(), manifest.clone());
    let written = tokio::task::spawn_blocking(move || write(&path, &recipient, &head, tool));
    let written = written.await.map_err(io::Error::other)?;
    owner.close().await?;
    let (bytes, sha256) = written?;
    Ok(Taken { manifest, bytes, sha256 })
}

/// What the database holds, as the connection sees it.
pub async fn state(owner: &mut Owner) -> Result<State, BackupError> {
    Ok(State {
        migrations: owner.form().await?,
        rows: owner.count_rows().await?,
        heads: owner.heads().await?,
    })
}

/// Writes beside the place, and moves it there when it is whole and on the disk.
fn write(
    path: &Path,
    recipient: &Recipient,
    manifest: &Manifest,
    tool: Tool,
) -> Result<(u64, String), BackupError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let unwritable = |source| BackupError::Unwritable { path: part.clone(), source };
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&part);
    let file = file.map_err(unwritable)?;
    file.try_lock().map_err(|_| BackupError::Busy { path: path.to_path_buf() })?;
    file.set_len(0)?;
    let written = stream(&file, recipient, manifest, tool).and_then(|hash| {
        file.sync_all()?;
        let (bytes, found) = read_again(&part)?;
        let whole = found == hash && envelope::fits(bytes);
        if whole {
            Ok((bytes, hash))
        } else {
            Err(BackupError::WrittenOtherwise { path: part.clone() })
        }
    });
    match written {
        Ok(_) => fs::rename(&part, path)?,
        Err(_) => fs::remove_file(&part)?,
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()?;
    written
}

fn stream(
    file: &File,
    recipient: &Recipient,
    manifest: &Manifest,
    tool: Tool,
) -> Result<String, BackupError> {
    let mut sealer = Sealer::new(Hashing { to: file, hash: Sha256::new() }, recipient)?;
    manifest.write(&mut sealer)?;
    // The end is written only when the dump ended well.
    tool.read_through(|dump| io::copy(dump, &mut sealer))?;
    let hashing = sealer.finish()?;
    Ok(hex(&hashing.hash.finalize()))
}

struct Hashing<W> {
    to: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.to.write(bytes)?;
        self.hash.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn read_again(path: &Path) -> io::Result<(u64, String)> {
    let mut file = BufReader::new(File::open(path)?);
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            return Ok((bytes, hex(&hash.finalize())));
        }
        hash.update(piece.get(..count).unwrap_or_default());
        bytes += count as u64;
    }
}
