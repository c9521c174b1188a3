//! The database that a command works on: the local cluster of a folder, or a server's.

use std::process::ExitCode;

use anjie::cluster::{Cluster, Mode, Options};
use anjie::command::Local;
use anjie::config::{Database, Environment};
use anjie::demo;
use anjie::store::Db;
use anjie::store::keys::Keys;
use anjie::store::owner::Owner;
use anjie::store::roles::{self, OWNER, SERVER};
use sqlx::postgres::PgConnectOptions;

use super::say;

/// The name of the database in a local cluster.
pub const NAME: &str = "anjie";

/// An open database.
pub struct Place {
    cluster: Option<Cluster>,
    app: PgConnectOptions,
    owner: Option<PgConnectOptions>,
    keys: Keys,
}

impl Place {
    /// The place that the flags and the environment name.
    pub async fn of(env: &Environment, local: &Local, mode: Mode) -> anyhow::Result<Self> {
        match env.database(local.data.as_deref(), !local.no_install)? {
            Database::Local(options) => Self::local(env, &options, mode).await,
            Database::Server { app, owner } => {
                let keys = env.keys(&env.key()?)?;
                let owner = owner.map(|owner| *owner);
                Ok(Self { cluster: None, app: *app, owner, keys })
            }
        }
    }

    /// The cluster of a folder, made, started and migrated as needed, with the units of 云州市.
    pub async fn local(env: &Environment, options: &Options, mode: Mode) -> anyhow::Result<Self> {
        let cluster = Cluster::open(options, mode).await?;
        lay(&cluster).await?;
        let keys = env.keys(&cluster.key()?)?;
        let (app, owner) = (cluster.login(SERVER, NAME), cluster.login(OWNER, NAME));
        Ok(Self { cluster: Some(cluster), app, owner: Some(owner), keys })
    }

    /// Begins again with an empty database; only in a local cluster.
    pub async fn start_over(&self) -> anyhow::Result<()> {
        let cluster = self.cluster.as_ref();
        let cluster =
            cluster.ok_or_else(|| anyhow::anyhow!("This database is not a local one."))?;
        cluster.drop_database(NAME).await?;
        lay(cluster).await
    }

    /// The serving role's address.
    pub const fn app(&self) -> &PgConnectOptions {
        &self.app
    }

    /// The database as the serving role sees it.
    pub fn db(&self) -> Db {
        Db::connect(self.app.clone(), self.keys.clone())
    }

    /// The same for work without a browser.
    pub fn working(&self) -> Db {
        Db::working(self.app.clone(), self.keys.clone())
    }

    /// The database for writing the demonstration's history.
    pub fn loading(&self) -> Db {
        Db::loading(self.app.clone(), self.keys.clone())
    }

    /// A connection as the owner.
    pub async fn owner(&self) -> anyhow::Result<Owner> {
        let options = self.owner.as_ref().ok_or_else(|| {
            anyhow::anyhow!("Set DATABASE_OWNER_URL: only the owner of the tables may do this.")
        })?;
        Ok(Owner::connect(options).await?)
    }

    /// Does an act as the owner, whole or not at all, leaves, and says what was done.
    pub async fn act(
        self,
        act: impl AsyncFnOnce(&mut Owner) -> anyhow::Result<String>,
    ) -> anyhow::Result<ExitCode> {
        let mut owner = self.owner().await?;
        owner.begin().await?;
        let said = act(&mut owner).await;
        if said.is_ok() {
            owner.commit().await?;
        }
        owner.close().await?;
        self.close().await?;
        say(&said?);
        Ok(ExitCode::SUCCESS)
    }

    /// Leaves it; a local cluster stops unless someone else uses it.
    pub async fn close(self) -> anyhow::Result<()> {
        if let Some(cluster) = self.cluster {
            cluster.stop().await?;
        }
        Ok(())
    }
}

/// Lays the database of a local cluster, with its tables and the units of 云州市.
async fn lay(cluster: &Cluster) -> anyhow::Result<()> {
    cluster.ensure_database(NAME).await?;
    roles::prepare_cluster(&cluster.owner("postgres"), NAME).await?;
    let mut owner = Owner::connect(&cluster.login(OWNER, NAME)).await?;
    owner.migrate().await?;
    if owner.is_empty().await? {
        demo::found(&mut owner).await?;
    }
    Ok(owner.close().await?)
}
