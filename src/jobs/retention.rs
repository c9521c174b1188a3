//! Destroys what is kept no longer, a transaction a matter; writes down outside the database what was
//! destroyed; and destroys it once more in a database that an older backup brought back.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::anchor::{self, Failure, Seal};
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

fn seal(db: &Db) -> Seal {
    Seal { keys: db.keys().clone(), purpose: PURPOSE }
}

/// Adds what was destroyed since the file was written last. `written` is the last that is known to
/// stand there; none as long as nobody has looked.
pub async fn write_down(db: &Db, file: &Path, written: &mut Option<i64>) -> Result<(), Failure> {
    let known = match *written {
        Some(known) => known,
        None => last_of(&seal(db), &text_of(file).await?),
    };
    let mut tx = schedule::begin(db).await?;
    let notes = retention::notes(&mut tx, known, PAGE).await?;
    drop(tx);
    let last = notes.last().map_or(known, |note| note.id);
    if !notes.is_empty() {
        let of_file = seal(db);
        let fresh = move |text: &str| {
            let last = last_of(&of_file, text);
            notes.into_iter().filter(|note| note.id > last).collect::<Vec<Note>>()
        };
        anchor::add(seal(db), file.to_owned(), fresh).await?;
    }
    *written = Some(last);
    Ok(())
}

fn last_of(seal: &Seal, text: &str) -> i64 {
    let (notes, _) = seal.lines::<Note>(text);
    notes.iter().map(|note| note.id).max().unwrap_or_default()
}

async fn text_of(file: &Path) -> std::io::Result<String> {
    let file = file.to_owned();
    Ok(anchor::beside(move || anchor::text_of(&file)).await?.unwrap_or_default())
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
    let text = match file {
        Some(file) => text_of(file).await?,
        None => String::new(),
    };
    let (notes, broken) = seal(db).lines::<Note>(&text);
    let revived = owner.erase_again(&notes, at).await?;
    let due = run(db, at).await?;
    Ok(Again { listed: notes.len(), revived, due, broken })
}
