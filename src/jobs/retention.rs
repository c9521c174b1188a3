//! Destroys what is kept no longer, a transaction a matter; writes down outside the database what was
//! destroyed; and destroys it once more in a database that an older backup brought back.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::anchor::{self, Failure};
use super::schedule;
use crate::domain::anchor::Broken;
use crate::domain::calendar::day_of;
use crate::domain::retention::{Class, Destroyed, End, Note, destroy};
use crate::limits::job::{DESTROYED, MATTERS};
use crate::store::owner::Owner;
use crate::store::{Db, StoreResult, retention};

/// What the lines of the file are sealed for.
const PURPOSE: &str = "retention.note";
/// How many notes are read at a time.
const PAGE: i64 = 5_000;

/// Destroys what is due; how many matters that were. One that can't be destroyed keeps no other from
/// it, and fails the run in the end. What was done stays done: a run that is interrupted goes on where
/// it was.
pub async fn run(db: &Db, at: DateTime<Utc>) -> StoreResult<usize> {
    let (mut count, mut failed) = (0, None);
    for class in Class::ALL.iter().filter(|class| class.end() == End::Erased) {
        let mut after = 0;
        while count < DESTROYED {
            let (due, last) = due(db, *class, after, at).await?;
            for fact in due.iter().take(DESTROYED - count) {
                match erase(db, fact).await {
                    Ok(done) => count += usize::from(done),
                    Err(error) => {
                        tracing::error!(%error, class = class.code(), matter = fact.subject(), "not destroyed");
                        failed.get_or_insert(error);
                    }
                }
            }
            let Some(last) = last else { break };
            after = last;
        }
    }
    failed.map_or(Ok(count), Err)
}

async fn due(
    db: &Db,
    class: Class,
    after: i64,
    at: DateTime<Utc>,
) -> StoreResult<(Vec<Destroyed>, Option<i64>)> {
    let mut tx = schedule::begin(db).await?;
    let rules = retention::rules(&mut tx).await?;
    let Some(before) = rules.earliest(class, day_of(at)) else { return Ok((Vec::new(), None)) };
    let found = retention::candidates(&mut tx, class, (before, after), MATTERS).await?;
    Ok((destroy(found.0, &rules, at), found.1))
}

async fn erase(db: &Db, fact: &Destroyed) -> StoreResult<bool> {
    let mut tx = schedule::begin(db).await?;
    let done = retention::record(&mut tx, fact).await?;
    tx.commit().await?;
    Ok(done)
}

/// The file of what was destroyed, beside that of the anchors.
pub fn beside(anchors: &Path) -> PathBuf {
    let mut name = anchors.as_os_str().to_owned();
    name.push(".destroyed");
    PathBuf::from(name)
}

/// Adds what was destroyed since the file was written last.
pub async fn write_down(db: &Db, file: &Path) -> Result<(), Failure> {
    let last = last_of(db, &text_of(file)?);
    let mut tx = schedule::begin(db).await?;
    let notes = retention::notes(&mut tx, last, PAGE).await?;
    drop(tx);
    if notes.is_empty() {
        return Ok(());
    }
    let fresh = |known: &str| {
        let last = last_of(db, known);
        notes.into_iter().filter(|note| note.id > last).collect::<Vec<Note>>()
    };
    Ok(anchor::add((db.keys(), PURPOSE), file, fresh)?)
}

fn last_of(db: &Db, text: &str) -> i64 {
    let (notes, _) = anchor::lines::<Note>((db.keys(), PURPOSE), text);
    notes.iter().map(|note| note.id).max().unwrap_or_default()
}

fn text_of(file: &Path) -> std::io::Result<String> {
    match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        read => read,
    }
}

/// What came of destroying once more.
#[derive(Debug, Default)]
pub struct Again {
    /// On the list.
    pub listed: usize,
    /// Were there again.
    pub revived: i64,
    /// Fell due in the meantime.
    pub due: usize,
    /// Lines that are not as they were written: they were not gone by.
    pub broken: Vec<Broken>,
}

/// Destroys in a database that was put back what was destroyed since its moment, by the list, and
/// what fell due since.
pub async fn again(
    (owner, db): (&mut Owner, &Db),
    file: Option<&Path>,
    at: DateTime<Utc>,
) -> Result<Again, Failure> {
    let text = file.map(text_of).transpose()?.unwrap_or_default();
    let (notes, broken) = anchor::lines::<Note>((db.keys(), PURPOSE), &text);
    let revived = owner.erase_again(&notes, at).await?;
    let due = run(db, at).await?;
    Ok(Again { listed: notes.len(), revived, due, broken })
}
