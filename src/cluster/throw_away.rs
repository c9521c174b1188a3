//! A cluster for one test program, gone when the program ends, for whatever reason.
//!
//! Statics aren't dropped and a killed process drops nothing, so a small shell watches a pipe of
//! which the test program holds the other end: when that closes, it stops the database and
//! removes the folder.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use sqlx::postgres::PgConnectOptions;

use super::account::{self, Account};
use super::folder::{Folder, SUPERUSER};
use super::process::{Purpose, Server};
use super::{ClusterError, Places, program};

const MEMORY: &str = "/dev/shm";
/// Kilobytes: a template and a few hundred clones of it.
const ENOUGH_MEMORY: u64 = 1024 * 1024;

/// `$1` is the folder. The postmaster gets SIGQUIT (no checkpoint) and removes its pid file last;
/// a second removal catches what a start under way still wrote.
const WATCH: &str = r#"
trap '' HUP INT TERM
while read -r line; do :; done
pid_file="$1/data/postmaster.pid"
if read -r pid 2>/dev/null <"$pid_file"; then
    kill -QUIT "$pid" 2>/dev/null
    tries=0
    while [ -e "$pid_file" ] && [ "$tries" -lt 100 ]; do tries=$((tries + 1)); sleep 0.05; done
fi
rm -rf "$1"
if [ -e "$1" ]; then sleep 1; rm -rf "$1"; fi
"#;

/// The database of a test program.
#[derive(Debug)]
pub struct ThrowAway {
    server: Server,
    watcher: Child,
}

impl ThrowAway {
    /// In memory where there is plenty, and as fast as a database is that may lose its data.
    pub async fn start(places: &Places) -> Result<Self, ClusterError> {
        Self::at(scratch()?, places, Purpose::ThrowAway).await
    }

    /// On a disk and with everything that keeps data safe, for trials of what gets lost.
    pub async fn durable(places: &Places) -> Result<Self, ClusterError> {
        Self::at(on_disk()?, places, Purpose::Keep).await
    }

    async fn at(place: PathBuf, places: &Places, purpose: Purpose) -> Result<Self, ClusterError> {
        let root = place.join(format!("anjie-test-{}", uuid::Uuid::new_v4().simple()));
        let watcher = watch(&root)?;
        let folder = Folder::open(&root)?;
        let server = Server::new(folder, places.clone(), purpose);
        let mut cluster = Self { server, watcher };
        cluster.server.prepare(false).await?;
        cluster.server.start().await?;
        Ok(cluster)
    }

    pub fn folder(&self) -> &Path {
        self.server.folder().root()
    }

    /// Stops as after a power cut: no one is asked to finish, and no checkpoint is made.
    pub fn crash(&mut self) -> Result<(), ClusterError> {
        self.server.crash()
    }

    /// Starts again after a crash, with its recovery; nothing happens where it runs.
    pub async fn start_again(&mut self) -> Result<(), ClusterError> {
        self.server.start().await
    }

    /// Connects as the cluster's superuser.
    pub fn owner(&self, database: &str) -> PgConnectOptions {
        self.login(SUPERUSER, database)
    }

    pub fn login(&self, role: &str, database: &str) -> PgConnectOptions {
        self.server.folder().login(role, database)
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let watched = self.watcher.wait();
        let stopped = self.server.halt();
        if watched.is_err() || stopped.is_err() {
            tracing::warn!(?watched, ?stopped, "a test database was not removed");
        }
    }
}

fn watch(root: &Path) -> std::io::Result<Child> {
    let mut shell = program::at("/bin/sh");
    shell.args(["-c", WATCH, "sh"]).arg(root).current_dir("/").process_group(0);
    shell.env_clear().env("PATH", "/usr/bin:/bin");
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

/// Where tests keep data: in memory if there is plenty, else beside the test program, else in /tmp.
pub fn scratch() -> Result<PathBuf, ClusterError> {
    let memory = PathBuf::from(MEMORY);
    if has_memory() && is_usable(&memory) { Ok(memory) } else { on_disk() }
}

/// The same without the memory.
fn on_disk() -> Result<PathBuf, ClusterError> {
    let beside = std::env::current_exe()?.parent().map(Path::to_path_buf);
    let mut places = [beside, Some(PathBuf::from("/tmp"))].into_iter().flatten();
    places.find(|place| is_usable(place)).ok_or(ClusterError::NoScratch)
}

fn is_usable(place: &Path) -> bool {
    let account = Account::for_data(place, place).ok().flatten();
    place.is_dir() && matches!(account::barrier(account.as_ref(), place), Ok(None))
}

fn has_memory() -> bool {
    let said = program::at("/bin/df").args(["-Pk", MEMORY]).output();
    said.is_ok_and(|said| free(&String::from_utf8_lossy(&said.stdout)) > Some(ENOUGH_MEMORY))
}

/// The fourth column of the second line of `df -Pk`.
fn free(said: &str) -> Option<u64> {
    said.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_memory_is_read_from_df() {
        let head = "Filesystem 1024-blocks Used Available Capacity Mounted on\n";
        for (said, expected) in [
            (format!("{head}tmpfs 65536 0 65000 0% /dev/shm\n"), Some(65_000)),
            (head.to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(free(&said), expected, "{said}");
        }
    }
}
