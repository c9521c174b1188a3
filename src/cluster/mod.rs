//! The local PostgreSQL: for `demo` and the tests always, for the rest with `--data`.
//!
//! One program has a folder's `app.lock` and starts, adopts and stops the database. A visitor
//! (`import`, `figures`, …) uses what runs; if nothing runs it starts the database itself. Of
//! several visitors the last one stops it.

mod account;
mod error;
mod folder;
mod install;
mod lock;
mod pid_file;
mod process;
mod program;
mod programs;
mod throw_away;
mod tools;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection};
use tokio::time::{Instant, sleep};

pub use account::is_root;
pub use error::ClusterError;
pub use programs::Places;
pub use throw_away::{ThrowAway, scratch};
pub use tools::Tool;

use crate::keys::MasterKeys;

use folder::Folder;
use lock::Lock;
use process::{Answer, Purpose, Server};

/// How long a visitor waits for the database that another program is starting or stopping.
const PATIENCE: Duration = Duration::from_mins(1);

/// Which folder, and where the programs may come from.
#[derive(Debug, Clone)]
pub struct Options {
    pub data: PathBuf,
    pub places: Places,
    pub may_install: bool,
}

/// Why the cluster is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// For as long as the program runs, and alone: a second one is refused.
    Serve,
    /// For the length of one command, beside whoever else uses the folder.
    Visit,
}

/// A PostgreSQL that runs. [`Cluster::stop`] is the good end; dropped, it stops all the same.
#[must_use = "the database stops when this is dropped"]
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    mode: Mode,
    app: Option<Lock>,
    visit: Option<Lock>,
    left: bool,
}

impl Cluster {
    /// Makes the folder's cluster if it is new, starts it unless it runs, and answers when it
    /// takes connections.
    pub async fn open(options: &Options, mode: Mode) -> Result<Self, ClusterError> {
        let folder = Folder::open(&options.data)?;
        let server = Server::new(folder, options.places.clone(), Purpose::Keep);
        match mode {
            Mode::Serve => Self::serve(server, options.may_install).await,
            Mode::Visit => Self::visit(server, options.may_install).await,
        }
    }

    /// The cluster of a folder that has one; none is made.
    pub async fn existing(options: &Options) -> Result<Self, ClusterError> {
        let none = || ClusterError::NoCluster { folder: options.data.clone() };
        if !options.data.join("data/PG_VERSION").exists() {
            return Err(none());
        }
        Self::open(options, Mode::Visit).await
    }

    /// A new cluster in a folder that has none, for the data that this key sealed. A key that is
    /// there already must be the same.
    pub async fn new_with_key(options: &Options, key: &[u8]) -> Result<Self, ClusterError> {
        let folder = Folder::open(&options.data)?;
        if folder.major()?.is_some() {
            return Err(ClusterError::Taken { folder: options.data.clone() });
        }
        crate::keys::put_file(&folder.key(), key)?;
        folder.give_to_owner(&folder.key())?;
        Self::open(options, Mode::Serve).await
    }

    async fn serve(server: Server, may_install: bool) -> Result<Self, ClusterError> {
        let Some(app) = Lock::app(server.folder())? else {
            return Err(ClusterError::InUse {
                folder: server.folder().root().to_path_buf(),
                holder: Lock::holder(server.folder()),
            });
        };
        Self::host(server, Mode::Serve, (app, None), may_install).await
    }

    async fn visit(server: Server, may_install: bool) -> Result<Self, ClusterError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Whoever stops the database holds this lock alone: then it is too late to join.
            if let Some(visit) = Lock::visitor(server.folder())? {
                if let Some(app) = Lock::app(server.folder())? {
                    return Self::host(server, Mode::Visit, (app, Some(visit)), may_install).await;
                }
                if server.ask().await? == Answer::Ready {
                    let mode = Mode::Visit;
                    return Ok(Self { server, mode, app: None, visit: Some(visit), left: false });
                }
            }
            if Instant::now() > deadline {
                return Err(ClusterError::Silent {
                    folder: server.folder().root().to_path_buf(),
                    process: Lock::holder(server.folder()),
                    log: server.folder().log(),
                });
            }
            sleep(process::PAUSE).await;
        }
    }

    async fn host(
        server: Server,
        mode: Mode,
        (app, visit): (Lock, Option<Lock>),
        may_install: bool,
    ) -> Result<Self, ClusterError> {
        // Made before the start, so that an interrupted start is stopped by the drop.
        let mut cluster = Self { server, mode, app: Some(app), visit, left: false };
        cluster.server.prepare(may_install).await?;
        cluster.server.start().await?;
        Ok(cluster)
    }

    /// The folder that holds `data/`, the log and the key.
    pub fn folder(&self) -> &Path {
        self.server.folder().root()
    }

    /// The keys that were made with the cluster.
    pub fn key(&self) -> Result<MasterKeys, ClusterError> {
        Ok(MasterKeys::read(&self.server.folder().key())?)
    }

    /// Connects as the cluster's superuser.
    pub fn owner(&self, database: &str) -> PgConnectOptions {
        self.server.folder().login(folder::SUPERUSER, database)
    }

    /// Connects as one of the roles that the migrations make.
    pub fn login(&self, role: &str, database: &str) -> PgConnectOptions {
        self.server.folder().login(role, database)
    }

    /// Creates the database unless it is there.
    pub async fn ensure_database(&self, name: &str) -> Result<(), ClusterError> {
        let mut owner = PgConnection::connect_with(&self.owner("postgres")).await?;
        // CREATE DATABASE takes no parameters; the name is quoted as an identifier.
        let statement = format!("CREATE DATABASE \"{}\"", name.replace('"', "\"\""));
        let made = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut owner).await;
        owner.close().await?;
        match made {
            Err(sqlx::Error::Database(refusal)) if refusal.code().as_deref() == Some("42P04") => {
                Ok(())
            }
            other => Ok(other.map(drop)?),
        }
    }

    /// Throws the database away, whoever is still connected to it.
    pub async fn drop_database(&self, name: &str) -> Result<(), ClusterError> {
        let mut owner = PgConnection::connect_with(&self.owner("postgres")).await?;
        let quoted = name.replace('"', "\"\"");
        let statement = format!("DROP DATABASE IF EXISTS \"{quoted}\" WITH (FORCE)");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut owner).await?;
        Ok(owner.close().await?)
    }

    /// Stops the database, unless someone else still uses it.
    pub async fn stop(mut self) -> Result<(), ClusterError> {
        tokio::task::spawn_blocking(move || self.leave()).await.map_err(std::io::Error::other)?
    }

    fn leave(&mut self) -> Result<(), ClusterError> {
        self.left = true;
        drop(self.visit.take());
        let app = match self.app.take() {
            Some(app) => Some(app),
            None => Lock::app(self.server.folder())?,
        };
        let Some(_app) = app else { return Ok(()) };
        let _alone = match self.mode {
            Mode::Serve => None,
            Mode::Visit => match Lock::last_visitor(self.server.folder())? {
                Some(alone) => Some(alone),
                None => return Ok(()),
            },
        };
        self.server.halt()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.left {
            return;
        }
        if let Err(error) = self.leave() {
            tracing::error!(%error, "the local database could not be stopped");
        }
    }
}
