//! `anjie keys`: a new master key, and everything sealed anew with it.

use std::path::PathBuf;
use std::process::ExitCode;

use anjie::clock::Clock;
use anjie::cluster::Mode;
use anjie::command::{Keys, Local};
use anjie::config::{Database, Environment};
use anjie::store::key_check;
use anyhow::{Context, ensure};

use super::place::Place;
use super::{ended, say};

pub async fn run(env: &Environment, asked: Keys) -> anyhow::Result<ExitCode> {
    match asked {
        Keys::Add { local } => add(env, &local),
        Keys::Check { local } => check(env, &local).await,
        Keys::Rotate { nobody_serves, local } => rotate(env, &local, nobody_serves).await,
    }
}

/// Puts a new key before the others.
fn add(env: &Environment, local: &Local) -> anyhow::Result<ExitCode> {
    let path: Option<PathBuf> = match env.database(local.data.as_deref(), false)? {
        Database::Local(options) => Some(options.data.join(anjie::keys::FILE_NAME)),
        Database::Server { .. } => env.key_file(),
    };
    let path = path.context(
        "The keys are in ANJIE_KEYS. Put a new one (`openssl rand -hex 32`) before them, with a comma \
         between, and restart `anjie serve`.",
    )?;
    anjie::keys::add_to_file(&path)?;
    say(&format!(
        "{} has a new key before the older ones. Keep a copy of it apart, restart `anjie serve`, then \
         run `anjie keys rotate`.",
        path.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Says what is sealed with which key.
async fn check(env: &Environment, local: &Local) -> anyhow::Result<ExitCode> {
    let place = Place::of(env, local, Mode::Visit).await?;
    let (db, mut owner) = (place.db(), place.owner().await?);
    let fits = key_check::check(&db, Clock::system().now()).await;
    let (counts, newest) = (owner.sealed_with().await, db.keys().prefix().to_string());
    db.close().await;
    owner.close().await?;
    place.close().await?;
    for (prefix, values) in counts? {
        let whose = if prefix == newest { "the newest key" } else { "an older key or cipher" };
        say(&format!("{values} values under {prefix}, {whose}"));
    }
    match fits? {
        Ok(()) => say("The master keys fit this database."),
        Err(wrong) => {
            say(&wrong.to_string());
            return Ok(ended(false));
        }
    }
    Ok(ended(true))
}

/// Seals everything anew, beside those who work.
async fn rotate(env: &Environment, local: &Local, nobody_serves: bool) -> anyhow::Result<ExitCode> {
    let place = Place::of(env, local, Mode::Visit).await?;
    let keys = place.db().keys().clone();
    let mut owner = place.owner().await?;
    ensure!(
        nobody_serves || owner.is_served_with(&keys).await?,
        "`anjie serve` was not started with the newest key yet, so it could not read what this seals. \
         Restart it first; where nobody serves this database, say --nobody-serves."
    );
    let report = |table: &str, sealed| say(&format!("{sealed} sealed anew, now in {table}"));
    let rotated = owner.rotate(&keys, report).await?;
    for broken in &rotated.broken {
        say(&format!("does not open with any key: {broken}"));
    }
    let whole = rotated.broken.is_empty();
    if whole {
        owner.forget_older_keys(&keys, Clock::system().now()).await?;
        say(&format!(
            "{} sealed anew; nothing of an older key is left. Backups made before still need it.",
            rotated.sealed
        ));
    }
    owner.close().await?;
    place.close().await?;
    Ok(ended(whole))
}
