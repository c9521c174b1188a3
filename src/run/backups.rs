//! `anjie backup-key`, `backup` and `restore`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anjie::clock::Clock;
use anjie::cluster::Cluster;
use anjie::command::{Backup as Asked, BackupKey, Restore};
use anjie::config::{Database, Environment};
use anjie::jobs::backup::{self, Backup, Identity, Recipient};
use anjie::keys::MasterKeys;
use anjie::store::Db;
use anjie::store::keys::Keys;
use anjie::store::owner::Owner;
use anjie::store::roles::{self, OWNER, SERVER};
use anyhow::Context;
use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnectOptions;

use super::place::NAME;
use super::{ended, say};

/// Makes the pair of keys.
pub fn key(asked: &BackupKey) -> anyhow::Result<ExitCode> {
    let recipient = Identity::make(&asked.file)?;
    say(&format!(
        "{recipient}\nThis is the recipient: set ANJIE_BACKUP_RECIPIENT to it on the server. {} opens \
         every backup made for it: keep it elsewhere, twice, and not on the server.",
        asked.file.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Takes a backup.
pub async fn take(env: &Environment, asked: Asked) -> anyhow::Result<ExitCode> {
    let recipient = asked.recipient.as_deref().map(Recipient::parse).transpose()?;
    let recipient = recipient.map_or_else(|| env.backup_recipient(), Ok)?;
    let (cluster, login) = match env.database(asked.local.data.as_deref(), false)? {
        Database::Local(options) => {
            let cluster = Cluster::existing(&options).await?;
            let login = cluster.login(OWNER, NAME);
            (Some(cluster), login)
        }
        Database::Server { owner, .. } => (None, *owner.context(NO_OWNER)?),
    };
    let (at, begun) = (Clock::system().now(), Instant::now());
    let taken = backup::take((&login, &env.places()), &recipient, &asked.file, at).await;
    if let Some(cluster) = cluster {
        cluster.stop().await?;
    }
    let taken = taken?;
    say(&format!(
        "{}: {} bytes, {} rows as of {}, in {:.1} s\nsha256 {}\nReadable with the key {}. The master key is not \
         in it: keep that apart.",
        asked.file.display(),
        taken.bytes,
        taken.manifest.state.total(),
        taken.manifest.taken_at,
        begun.elapsed().as_secs_f32(),
        taken.sha256,
        recipient.short()
    ));
    Ok(ExitCode::SUCCESS)
}

const NO_OWNER: &str = "Set DATABASE_OWNER_URL: only the owner of the tables sees every row.";

/// Where a backup goes.
struct Empty {
    cluster: Option<Cluster>,
    owner: PgConnectOptions,
    app: PgConnectOptions,
    keys: Keys,
}

/// Puts a backup back, and ends well only if everything is as it was.
pub async fn restore(env: &Environment, asked: Restore) -> anyhow::Result<ExitCode> {
    let identity = Identity::read(&asked.key)?;
    let file = asked.file.clone();
    let read = tokio::task::spawn_blocking(move || Backup::open(&file, identity));
    let backup = read.await??;
    let empty = empty(env, &asked).await?;
    let begun = Instant::now();
    let list = super::retention::list_of(env, asked.destroyed, asked.local.data.as_deref());
    let done = put_back(env, &empty, (backup, list)).await;
    if let Some(cluster) = empty.cluster {
        cluster.stop().await?;
    }
    let (found, forgotten) = done?;
    say(found.to_string().trim_end());
    say(&forgotten);
    say(&format!("Written and compared in {:.1} s.", begun.elapsed().as_secs_f32()));
    if !found.is_sound() {
        say(
            "The database here is not what was backed up. Don't serve it; look at the lines above.",
        );
    }
    Ok(ended(found.is_sound()))
}

async fn put_back(
    env: &Environment,
    empty: &Empty,
    (backup, list): (Backup, Option<PathBuf>),
) -> anyhow::Result<(backup::Found, String)> {
    let at = Clock::system().now();
    let manifest = backup.put_back((&empty.owner, &env.places())).await?;
    say(&format!("The backup of {} was written. Comparing it:", manifest.taken_at));
    let db = Db::patient(empty.app.clone(), empty.keys.clone());
    let found = backup::compare(&empty.owner, &db, &manifest, at).await;
    // Before anyone is let in: what was kept for a while only, and what was destroyed since.
    let forgotten = forget((&empty.owner, &db), list, at).await;
    db.close().await;
    Ok((found?, forgotten?))
}

async fn forget(
    (owner, db): (&PgConnectOptions, &Db),
    list: Option<PathBuf>,
    at: DateTime<Utc>,
) -> anyhow::Result<String> {
    let mut owner = Owner::connect(owner).await?;
    owner.forget_what_passed(at).await?;
    let said = super::retention::again((&mut owner, db), list, at).await;
    owner.close().await?;
    said
}

/// A new cluster in the folder, or the empty database of a server.
async fn empty(env: &Environment, asked: &Restore) -> anyhow::Result<Empty> {
    match env.database(asked.local.data.as_deref(), !asked.local.no_install)? {
        Database::Local(options) => {
            let there = options.data.join(anjie::keys::FILE_NAME);
            let path = asked.keys.as_ref().unwrap_or(&there);
            anyhow::ensure!(path.exists(), "{NO_KEYS}");
            let keys = env.keys(&MasterKeys::read(path)?)?;
            let text = std::fs::read(path)?;
            let cluster = Cluster::new_with_key(&options, &text).await?;
            cluster.ensure_database(NAME).await?;
            roles::prepare_cluster(&cluster.owner("postgres"), NAME).await?;
            let (owner, app) = (cluster.login(OWNER, NAME), cluster.login(SERVER, NAME));
            Ok(Empty { cluster: Some(cluster), owner, app, keys })
        }
        Database::Server { app, owner } => {
            let master = match &asked.keys {
                Some(path) => MasterKeys::read(path)?,
                None => env.key().context(NO_KEYS)?,
            };
            let keys = env.keys(&master)?;
            Ok(Empty { cluster: None, owner: *owner.context(NO_OWNER)?, app: *app, keys })
        }
    }
}

const NO_KEYS: &str = "The master key is not in a backup: without it the sealed fields and the files \
    stay unreadable. Give the key file that was kept apart, with --keys FILE.";
