//! What a backup says of itself, so that what was put back can be compared with it.

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};

use super::BackupError;

/// A manifest is never longer; more is a file that means harm.
const LONGEST: u32 = 1024 * 1024;

/// The first thing in a backup, before the dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// When, by the clock of the program.
    pub taken_at: String,
    pub program: String,
    /// The version of PostgreSQL that the data come from.
    pub postgres: i32,
    /// The role that owns the tables; their policies name it.
    pub owner: String,
    pub state: State,
}

/// What the database held at the moment of the backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Number and checksum of each migration: the form of the database.
    pub migrations: Vec<(i64, String)>,
    pub rows: Vec<(String, i64)>,
    /// Unit, place and hash of the last entry of each chain of the audit.
    pub heads: Vec<(i64, i64, String)>,
}

impl Manifest {
    pub(super) fn write(&self, to: &mut impl Write) -> Result<(), BackupError> {
        let text = serde_json::to_vec(self).map_err(std::io::Error::other)?;
        let length = u32::try_from(text.len()).map_err(std::io::Error::other)?;
        to.write_all(&length.to_be_bytes())?;
        Ok(to.write_all(&text)?)
    }

    pub(super) fn read(from: &mut impl Read) -> Result<Self, BackupError> {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length);
        if length > LONGEST {
            return Err(BackupError::Changed);
        }
        let mut text = Vec::new();
        from.take(length.into()).read_to_end(&mut text)?;
        serde_json::from_slice(&text).map_err(|_| BackupError::Changed)
    }
}

impl State {
    /// All rows.
    pub fn total(&self) -> i64 {
        self.rows.iter().map(|(_, rows)| rows).sum()
    }

    /// Where what was put back is not what was backed up.
    pub fn differences(&self, found: &Self) -> Vec<String> {
        let mut said = Vec::new();
        let name = |(table, _): &&(String, i64)| table.clone();
        let tables = self.rows.iter().chain(&found.rows);
        let mut tables: Vec<String> = tables.map(|it| name(&it)).collect();
        tables.sort();
        tables.dedup();
        let of = |state: &Self, table: &str| {
            state.rows.iter().find(|(name, _)| name == table).map(|(_, rows)| *rows)
        };
        let number =
            |rows: Option<i64>| rows.map_or_else(|| "none".to_owned(), |it| it.to_string());
        for table in tables {
            let (kept, there) = (of(self, &table), of(found, &table));
            if kept != there {
                said.push(format!(
                    "{table}: {} rows in the backup, {} here",
                    number(kept),
                    number(there)
                ));
            }
        }
        if self.migrations != found.migrations {
            said.push("the form of the database is another".to_owned());
        }
        if self.heads != found.heads {
            said.push("the chains of the audit end otherwise".to_owned());
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        let state = |rows: &[(&str, i64)], seq| State {
            migrations: vec![(1, "00".to_owned())],
            rows: rows.iter().map(|(name, rows)| ((*name).to_owned(), *rows)).collect(),
            heads: vec![(1, seq, "ff".to_owned())],
        };
        let kept = state(&[("visit", 3), ("reply", 1)], 7);
        assert_eq!(kept.differences(&kept), [""; 0]);
        let found = state(&[("visit", 2), ("audit", 1)], 8);
        assert_eq!(
            kept.differences(&found),
            [
                "audit: none rows in the backup, 1 here",
                "reply: 1 rows in the backup, none here",
                "visit: 3 rows in the backup, 2 here",
                "the chains of the audit end otherwise"
            ]
        );
    }
}
