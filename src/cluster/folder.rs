//! Where things lie in a data folder, who owns them, and the socket's place.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::account::{self, Account};
use super::{ClusterError, is_root};

pub const SUPERUSER: &str = "postgres";
/// There is no TCP; the number only names the socket.
pub const PORT: u16 = 5432;
/// Linux allows 107 bytes, macOS 103.
const LONGEST_SOCKET: usize = 103;

#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
    run: PathBuf,
    account: Option<Account>,
}

impl Folder {
    /// Makes the folder if it is new, and finds out whether it can be used.
    pub fn open(path: &Path) -> Result<Self, ClusterError> {
        let refused = |source| ClusterError::Folder { path: path.to_path_buf(), source };
        if !path.exists() {
            fs::create_dir_all(path).map_err(refused)?;
            // The lent user passes through to the folders of its own, and sees nothing else.
            let mode = if is_root() { 0o711 } else { 0o700 };
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(refused)?;
        }
        let root = fs::canonicalize(path).map_err(refused)?;
        let data = root.join("data");
        check_owner(&data)?;
        let account = Account::for_data(&root, &data)?;
        if let Some(barrier) = account::barrier(account.as_ref(), &root)? {
            let user = account.map_or_else(|| "of this session".to_owned(), |it| it.name);
            return Err(ClusterError::NoEntry { user, barrier });
        }
        let run = socket_folder(&root).map_err(refused)?;
        let folder = Self { root, run, account };
        folder.make_private(&folder.run).map_err(refused)?;
        Ok(folder)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn run(&self) -> &Path {
        &self.run
    }

    pub fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// Where a new cluster is made; it becomes `data` when it is whole.
    pub fn draft(&self) -> PathBuf {
        self.root.join("data.new")
    }

    pub fn log(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    pub fn key(&self) -> PathBuf {
        self.root.join(crate::keys::FILE_NAME)
    }

    /// The major version that made the data; None when there are no data yet.
    pub fn major(&self) -> Result<Option<u32>, ClusterError> {
        let data = self.data();
        match fs::read_to_string(data.join("PG_VERSION")) {
            Ok(text) => {
                let unreadable = |_| ClusterError::NotACluster { folder: data };
                text.trim().parse().map(Some).map_err(unreadable)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let empty = fs::read_dir(&data).map_or(true, |mut it| it.next().is_none());
                if empty { Ok(None) } else { Err(ClusterError::NotACluster { folder: data }) }
            }
            Err(source) => Err(ClusterError::Folder { path: data, source }),
        }
    }

    /// A folder for the database's user alone.
    pub fn make_private(&self, path: &Path) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) | Ok(()) => {}
        }
        // In the shared /tmp the name may have been taken by someone else.
        let found = fs::symlink_metadata(path)?;
        let ours = [account::user_id(), self.account().map(|it| it.uid)];
        if !found.is_dir() || !ours.contains(&Some(found.uid())) {
            let message = format!("{} belongs to someone else", path.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
        }
        if let Some(account) = self.account() {
            chown(path, Some(account.uid), Some(account.gid))?;
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
    }

    /// Leaves nothing in /tmp when the socket had to be there.
    pub fn remove_far_socket(&self) {
        if !self.run.starts_with(&self.root)
            && let Err(error) = fs::remove_dir(&self.run)
        {
            tracing::debug!(%error, folder = %self.run.display(), "the socket's folder stays");
        }
    }

    /// Opens a file of ours for appending. What root makes in another user's folder belongs to
    /// that user, who needs it the next time.
    pub fn open_file(&self, path: &Path) -> io::Result<File> {
        let file =
            OpenOptions::new().create(true).read(true).append(true).mode(0o600).open(path)?;
        self.give_to_owner(path)?;
        Ok(file)
    }

    pub fn give_to_owner(&self, path: &Path) -> io::Result<()> {
        let owner = fs::metadata(&self.root)?;
        if is_root() { chown(path, Some(owner.uid()), Some(owner.gid())) } else { Ok(()) }
    }

    /// A connection through the socket, whatever the PG… variables of the session say.
    pub fn login(&self, role: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.run)
            .port(PORT)
            .ssl_mode(PgSslMode::Disable)
            .username(role)
            .database(database)
            .application_name("anjie")
    }
}

fn check_owner(data: &Path) -> Result<(), ClusterError> {
    let Ok(found) = fs::metadata(data) else { return Ok(()) };
    if is_root() || Some(found.uid()) == account::user_id() {
        return Ok(());
    }
    Err(ClusterError::OtherOwner { folder: data.to_path_buf(), owner: found.uid() })
}

/// `run/` in the folder; below /tmp when that path is too long for a socket. The name comes from
/// the folder's identity, so that everyone who opens the folder finds the same place.
fn socket_folder(root: &Path) -> io::Result<PathBuf> {
    let near = root.join("run");
    let socket = near.join(format!(".s.PGSQL.{PORT}"));
    if socket.as_os_str().as_bytes().len() <= LONGEST_SOCKET {
        return Ok(near);
    }
    let found = fs::metadata(root)?;
    Ok(PathBuf::from(format!("/tmp/anjie-{:x}-{:x}", found.dev(), found.ino())))
}
