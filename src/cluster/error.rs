//! What an administrator reads when the local database can't be used, with the way out.

use std::io;
use std::path::PathBuf;

const INSTALL_IT: &str = "Install it with `sudo apt-get install postgresql` (Debian, Ubuntu), \
    `sudo dnf install postgresql-server postgresql-contrib` (Fedora, RHEL), `sudo apk add \
    postgresql postgresql-contrib` (Alpine) or `brew install postgresql@17` (macOS), or set \
    PG_BIN_DIR to the folder that holds initdb and postgres.";

#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error(
        "The data folder {} cannot be used. Choose a folder that you may write to with --data DIR.",
        path.display()
    )]
    Folder { path: PathBuf, source: io::Error },
    #[error(
        "The database runs as the user {user}, who cannot enter {}. Choose another folder, for \
         example --data /var/lib/anjie, or let the user pass: chmod o+x {}",
        barrier.display(), barrier.display()
    )]
    NoEntry { user: String, barrier: PathBuf },
    #[error(
        "The data folder {} belongs to another user (number {owner}). Run the command as that \
         user or as root, or choose another folder with --data DIR.",
        folder.display()
    )]
    OtherOwner { folder: PathBuf, owner: u32 },
    #[error(
        "The folder {} is not empty and holds no database. Choose a new or empty folder with \
         --data DIR.",
        folder.display()
    )]
    NotACluster { folder: PathBuf },
    #[error(
        "There is no system user to run the database as: PostgreSQL refuses to run as root, and \
         this machine has neither `postgres` nor `nobody`. Run the command as an ordinary user."
    )]
    NoAccount,
    #[error(
        "The data folder {} is in use by another anjie{}. Stop that one first, or choose another \
         folder with --data DIR.",
        folder.display(), numbered(*holder)
    )]
    InUse { folder: PathBuf, holder: Option<u32> },
    #[error("PostgreSQL is not installed on this machine. {INSTALL_IT}")]
    NoPrograms,
    #[error(
        "PG_BIN_DIR is {}, but initdb, postgres and pg_ctl are not there. Set it to the folder \
         that holds them, or remove it to search the usual folders.",
        folder.display()
    )]
    NotInBinDir { folder: PathBuf },
    #[error(
        "This machine has PostgreSQL {found}; version {oldest} or newer is needed. Install a newer \
         one, or set PG_BIN_DIR to the folder of its programs."
    )]
    TooOld { found: u32, oldest: u32 },
    #[error(
        "The data folder {} was made by PostgreSQL {made_by}; found here: {found}. Install \
         PostgreSQL {made_by} or set PG_BIN_DIR to the folder of its programs. To change to the \
         newer version, dump the data with the old one and restore it into a new folder.",
        folder.display()
    )]
    OtherMajor { folder: PathBuf, made_by: u32, found: String },
    #[error(
        "PostgreSQL's program {name} of version {server} or newer is not on this machine. \
         {INSTALL_IT}"
    )]
    NoTool { name: &'static str, server: u32 },
    #[error("{name} did not do its work; it said:\n{said}")]
    Tool { name: &'static str, said: String },
    #[error(
        "The folder {} already holds a database. Restore into a new or empty folder.",
        folder.display()
    )]
    Taken { folder: PathBuf },
    #[error(
        "The folder {} holds no database. Name the folder of the database with --data DIR.",
        folder.display()
    )]
    NoCluster { folder: PathBuf },
    #[error("PostgreSQL could not be installed. Its installer said:\n{said}\n{INSTALL_IT}")]
    NotInstalled { said: String },
    #[error("The program {} cannot be run. Check that PostgreSQL is completely installed.", program.display())]
    CannotRun { program: PathBuf, source: io::Error },
    #[error(
        "The new database could not be made in {}. Check that the disk has room. initdb said:\n{said}",
        folder.display()
    )]
    NotMade { folder: PathBuf, said: String },
    #[error("The database did not start. The end of its log {}:\n{said}", log.display())]
    NotStarted { log: PathBuf, said: String },
    #[error(
        "The database of {}{} does not answer. Wait for it or stop it, then try again; its log is {}.",
        folder.display(), numbered(*process), log.display()
    )]
    Silent { folder: PathBuf, process: Option<u32>, log: PathBuf },
    #[error(
        "The socket of {} is answered by the database of another folder, {other}. Stop that one \
         first, or choose another folder with --data DIR.",
        folder.display()
    )]
    Stranger { folder: PathBuf, other: String },
    #[error("The database did not stop. Look at its log {}; pg_ctl said:\n{said}", log.display())]
    NotStopped { log: PathBuf, said: String },
    #[error(
        "No folder for a test database: neither /dev/shm nor the build folder nor /tmp can be used."
    )]
    NoScratch,
    #[error("The key of the data folder cannot be made.")]
    Key(#[from] crate::keys::KeyError),
    #[error("The local database refused a command of the program.")]
    Refused(#[from] sqlx::Error),
    #[error("The machine refused a step.")]
    Machine(#[from] io::Error),
}

fn numbered(id: Option<u32>) -> String {
    id.map(|id| format!(" (process {id})")).unwrap_or_default()
}

/// The end of what a program said, for a message.
pub fn last_lines(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.get(lines.len().saturating_sub(8)..).unwrap_or_default().join("\n")
}
