//! The postmaster of one data folder: made, started or adopted, asked, stopped.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::PgConnection;
use tokio::time::{Instant, sleep, timeout};

use super::account::{self, CTYPE};
use super::error::last_lines;
use super::folder::{Folder, PORT, SUPERUSER};
use super::programs::{self, Programs};
use super::{ClusterError, Places, install, pid_file};

pub const PAUSE: Duration = Duration::from_millis(50);
/// Recovery after a crash can take its time.
const START_WITHIN: Duration = Duration::from_mins(2);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const LARGEST_LOG: u64 = 16 * 1024 * 1024;
/// Fast instead of safe: a test's database doesn't outlive the test.
const THROW_AWAY: [&str; 8] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum=off",
    "shared_buffers=256MB",
    "max_connections=200",
];

/// Whether the data matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Keep,
    ThrowAway,
}

/// What the socket said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Ready,
    Nothing,
}

#[derive(Debug)]
pub struct Server {
    folder: Folder,
    places: Places,
    purpose: Purpose,
    child: Option<Child>,
}

impl Server {
    pub fn new(folder: Folder, places: Places, purpose: Purpose) -> Self {
        Self { folder, places, purpose, child: None }
    }

    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Makes sure that there are programs and a cluster.
    pub async fn prepare(&self, may_install: bool) -> Result<(), ClusterError> {
        let programs = match self.programs() {
            Err(ClusterError::NoPrograms) if may_install => {
                blocking(install::install).await?;
                self.programs()?
            }
            found => found?,
        };
        if self.folder.major()?.is_none() { self.make(&programs).await } else { Ok(()) }
    }

    fn programs(&self) -> Result<Programs, ClusterError> {
        programs::find(&self.places, (self.folder.root(), self.folder.major()?))
    }

    /// Makes the cluster in a draft folder, so that an interrupted attempt leaves no half one.
    async fn make(&self, programs: &Programs) -> Result<(), ClusterError> {
        let (draft, data) = (self.folder.draft(), self.folder.data());
        if draft.exists() {
            fs::remove_dir_all(&draft)?;
        }
        self.folder.make_private(&draft)?;
        if self.purpose == Purpose::Keep {
            crate::keys::make_file(&self.folder.key())?;
            self.folder.give_to_owner(&self.folder.key())?;
        }
        let mut initdb = self.command(programs, "initdb", &draft);
        initdb.args(["-D", ".", "-U", SUPERUSER, "--auth=trust", "-E", "UTF8", "-k"]);
        initdb.args(["--lc-collate=C", &format!("--lc-ctype={CTYPE}")]);
        if self.purpose == Purpose::ThrowAway {
            initdb.arg("--no-sync");
        }
        let said = blocking(move || output(initdb)).await?;
        if !said.status.success() {
            let said = last_lines(&said.stderr);
            return Err(ClusterError::NotMade { folder: draft, said });
        }
        fs::rename(&draft, &data)?;
        File::open(self.folder.root())?.sync_all()?;
        tracing::info!(folder = %data.display(), "a new database cluster was made");
        Ok(())
    }

    /// Starts the postmaster, or adopts the one that a killed run left behind.
    pub async fn start(&mut self) -> Result<(), ClusterError> {
        let deadline = Instant::now() + START_WITHIN;
        let mut log_end = 0;
        while self.ask().await? == Answer::Nothing {
            let running = pid_file::postmaster(&self.folder);
            if self.has_ended()? {
                let (log, said) = (self.folder.log(), self.log_since(log_end)?);
                // Processes of a postmaster that was killed need a moment to notice.
                let orphans = said.contains("still in use");
                if !orphans || Instant::now() > deadline {
                    return Err(ClusterError::NotStarted { log, said });
                }
            }
            if self.child.is_none() && running.is_none() {
                log_end = self.spawn()?;
            }
            if Instant::now() > deadline {
                let (folder, log) = (self.folder.root().to_path_buf(), self.folder.log());
                return Err(ClusterError::Silent { folder, process: running, log });
            }
            sleep(PAUSE).await;
        }
        if self.child.is_none() {
            tracing::info!(folder = %self.folder.root().display(), "the running database was adopted");
        }
        Ok(())
    }

    /// Whether the database of this folder takes connections.
    pub async fn ask(&self) -> Result<Answer, ClusterError> {
        let Ok(Some(place)) = timeout(ANSWER_WITHIN, self.data_directory()).await else {
            return Ok(Answer::Nothing);
        };
        if fs::canonicalize(&place).is_ok_and(|place| place == self.folder.data()) {
            return Ok(Answer::Ready);
        }
        Err(ClusterError::Stranger { folder: self.folder.root().to_path_buf(), other: place })
    }

    async fn data_directory(&self) -> Option<String> {
        let login = self.folder.login(SUPERUSER, "postgres");
        let mut conn = PgConnection::connect_with(&login).await.ok()?;
        let place = sqlx::query_scalar("SHOW data_directory").fetch_one(&mut conn).await.ok();
        conn.close().await.ok()?;
        place
    }

    /// Starts the postmaster and says where its part of the log begins.
    fn spawn(&mut self) -> Result<u64, ClusterError> {
        self.folder.make_private(self.folder.run())?;
        pid_file::settle(&self.folder)?;
        let path = self.folder.log();
        if fs::metadata(&path).is_ok_and(|log| log.len() > LARGEST_LOG) {
            fs::rename(&path, path.with_extension("log.old"))?;
        }
        let log = self.folder.open_file(&path)?;
        let begins = log.metadata()?.len();
        let mut postgres = self.command(&self.programs()?, "postgres", &self.folder.data());
        // The setting is a list: quoted, a comma in a folder's name does no harm.
        let run = self.folder.run().to_string_lossy().replace('"', "\"\"");
        postgres.arg("-D").arg(self.folder.data()).args(["-k", &format!("\"{run}\"")]);
        postgres.args(["-p", &PORT.to_string(), "-c", "listen_addresses="]);
        if self.purpose == Purpose::ThrowAway {
            postgres.args(THROW_AWAY.iter().flat_map(|setting| ["-c", setting]));
        }
        postgres.stdout(log.try_clone()?).stderr(log);
        let program = PathBuf::from(postgres.get_program());
        let child = postgres.spawn();
        self.child = Some(child.map_err(|source| ClusterError::CannotRun { program, source })?);
        Ok(begins)
    }

    /// Whether the child has ended; if so it is forgotten.
    fn has_ended(&mut self) -> io::Result<bool> {
        let Some(child) = &mut self.child else { return Ok(false) };
        let ended = child.try_wait()?.is_some();
        if ended {
            self.child = None;
        }
        Ok(ended)
    }

    /// Stops the postmaster, ours or adopted, and waits until it is gone.
    pub fn halt(&mut self) -> Result<(), ClusterError> {
        // A child that has hardly begun has no pid file yet, and pg_ctl couldn't find it.
        for _ in 0..100 {
            if self.has_ended()? || self.child.is_none() {
                break;
            }
            if pid_file::postmaster(&self.folder).is_some() {
                break;
            }
            std::thread::sleep(PAUSE);
        }
        self.end("fast")?;
        self.folder.remove_far_socket();
        Ok(())
    }

    /// Ends the postmaster as a power cut would.
    pub fn crash(&mut self) -> Result<(), ClusterError> {
        self.end("immediate")
    }

    fn end(&mut self, mode: &str) -> Result<(), ClusterError> {
        if pid_file::postmaster(&self.folder).is_some() {
            let mut stop = self.command(&self.programs()?, "pg_ctl", &self.folder.data());
            stop.args(["stop", "-s", "-w", "-m", mode, "-t", "60", "-D"]).arg(self.folder.data());
            let said = output(stop)?;
            if !said.status.success() && pid_file::postmaster(&self.folder).is_some() {
                let said = last_lines(&said.stderr);
                return Err(ClusterError::NotStopped { log: self.folder.log(), said });
            }
        }
        if let Some(mut child) = self.child.take() {
            child.wait()?;
        }
        Ok(())
    }

    fn command(&self, programs: &Programs, name: &str, folder: &Path) -> Command {
        account::command(self.folder.account(), &programs.bin.join(name), folder)
    }

    fn log_since(&self, begin: u64) -> io::Result<String> {
        let mut log = File::open(self.folder.log())?;
        log.seek(SeekFrom::Start(begin))?;
        let mut said = Vec::new();
        log.read_to_end(&mut said)?;
        Ok(last_lines(&said))
    }
}

fn output(mut command: Command) -> Result<Output, ClusterError> {
    let program = PathBuf::from(command.get_program());
    command.output().map_err(|source| ClusterError::CannotRun { program, source })
}

/// Runs a step that waits for a program without holding up the runtime.
async fn blocking<T: Send + 'static>(
    step: impl FnOnce() -> Result<T, ClusterError> + Send + 'static,
) -> Result<T, ClusterError> {
    tokio::task::spawn_blocking(step).await.map_err(io::Error::other)?
}
