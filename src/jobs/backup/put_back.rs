//! Puts a backup into an empty database, and says whether it is what was taken.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnectOptions;

use super::envelope::Opener;
use super::{BackupError, Identity, Manifest, take};
use crate::cluster::{Places, Tool};
use crate::jobs::{verify_audit, verify_bulletins};
use crate::store::owner::{Files, Owner};
use crate::store::{Db, key_check};

/// A backup that was read to its end: nothing in it was changed.
#[derive(Debug)]
pub struct Backup {
    path: PathBuf,
    identity: Identity,
    pub manifest: Manifest,
}

impl Backup {
    /// Reads a backup through, before anything is touched.
    pub fn open(path: &Path, identity: Identity) -> Result<Self, BackupError> {
        let mut opener = opener(path, &identity)?;
        let manifest = Manifest::read(&mut opener)?;
        io::copy(&mut opener, &mut io::sink())?;
        let program = manifest.program.clone();
        if manifest.state.migrations != Owner::known_form() {
            return Err(BackupError::OtherForm { program });
        }
        Ok(Self { path: path.to_path_buf(), identity, manifest })
    }

    /// Writes it into an empty database, as the owner of the tables: all of it or nothing.
    pub async fn put_back(
        self,
        (login, places): (&PgConnectOptions, &Places),
    ) -> Result<Manifest, BackupError> {
        let mut owner = Owner::connect(login).await?;
        let (server, found) = owner.server().await?;
        if !owner.holds_no_table().await? {
            return Err(BackupError::NotEmpty);
        }
        if found != self.manifest.owner {
            return Err(BackupError::OtherOwner { wanted: self.manifest.owner, found });
        }
        let tool = Tool::restore(places, login, server)?;
        let Self { path, identity, manifest } = self;
        let written = tokio::task::spawn_blocking(move || stream(&path, &identity, tool));
        written.await.map_err(io::Error::other)??;
        owner.close().await?;
        Ok(manifest)
    }
}

fn opener(path: &Path, identity: &Identity) -> Result<Opener<BufReader<File>>, BackupError> {
    let unreadable = |source| BackupError::Unreadable { path: path.to_path_buf(), source };
    Opener::new(BufReader::new(File::open(path).map_err(unreadable)?), identity)
}

fn stream(path: &Path, identity: &Identity, tool: Tool) -> Result<(), BackupError> {
    let mut opener = opener(path, identity)?;
    Manifest::read(&mut opener)?;
    tool.write_through(|input| io::copy(&mut opener, input))?;
    Ok(())
}

/// What was found in a database that was put back.
#[derive(Debug)]
pub struct Found {
    pub rows: i64,
    pub differences: Vec<String>,
    pub files: Files,
    pub audit: verify_audit::Report,
    pub bulletins: verify_bulletins::Report,
}

impl Found {
    /// Whether it is what was taken.
    pub fn is_sound(&self) -> bool {
        self.differences.is_empty()
            && self.files.broken.is_empty()
            && self.audit.is_sound()
            && self.bulletins.is_sound()
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Files { sound, broken } = &self.files;
        match self.differences.len() {
            0 => writeln!(f, "{} rows, as many in each table as in the backup", self.rows)?,
            _ => writeln!(f, "What is here is not what was backed up:")?,
        }
        for difference in &self.differences {
            writeln!(f, "  {difference}")?;
        }
        writeln!(f, "{sound} files open and are what came in, {} do not", broken.len())?;
        for uuid in broken {
            writeln!(f, "  file {uuid}")?;
        }
        write!(f, "{}{}", self.audit, self.bulletins)
    }
}

/// Compares a database that was put back with what the backup says, verifies it, and leaves a trace.
pub async fn compare(
    login: &PgConnectOptions,
    db: &Db,
    manifest: &Manifest,
    at: DateTime<Utc>,
) -> Result<Found, BackupError> {
    let mut owner = Owner::connect(login).await?;
    let here = take::state(&mut owner).await?;
    let files = owner.check_files(db.keys()).await?;
    let mut differences = manifest.state.differences(&here);
    if let Err(wrong) = key_check::check(db, at).await? {
        differences.push(wrong.to_string());
    }
    let found = Found {
        rows: here.total(),
        differences,
        files,
        audit: verify_audit::run(db, None).await?,
        bulletins: verify_bulletins::run(db).await?,
    };
    owner.trace("backup.restored", &manifest.taken_at, at).await?;
    owner.close().await?;
    Ok(found)
}
