//! Imports of ledgers: the file as it came, what became of each row, its undoing.

mod after;
mod cases;
mod clocks;
mod courts;
pub mod drafts;
mod known;
mod lines;
mod mapping;
mod people;
mod record;
mod team;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Session, StoreError, StoreResult};
use crate::domain::ids::{StaffId, UnitId};
pub use after::{hold_cases, record_decision, record_undo, standing};
pub use drafts::PURPOSE as DRAFT;
pub use known::{ROW, compare, hold};
pub use lines::{Archived, ImportLine, RowLine, file, find, list, of_same_file, rows};
pub use record::{File, PURPOSE as FILE, Recorded, record};

/// Who brings a file, and when.
#[derive(Debug, Clone)]
pub struct Importer {
    staff: StaffId,
    court: UnitId,
    /// On the command line, the name of the system's user.
    system_user: String,
    at: DateTime<Utc>,
}

impl Importer {
    /// Someone at a page.
    pub fn of(session: &Session, at: DateTime<Utc>) -> Self {
        let actor = session.actor();
        Self { staff: actor.staff, court: actor.court, system_user: String::new(), at }
    }

    /// A job's identity, on behalf of a user of the system.
    #[must_use]
    pub fn on_behalf_of(self, system_user: &str) -> Self {
        Self { system_user: system_user.to_owned(), ..self }
    }
}

/// Many rows as one parameter, for `jsonb_to_recordset`: a row more costs no statement more.
fn json<T: Serialize + ?Sized>(rows: &T) -> StoreResult<serde_json::Value> {
    serde_json::to_value(rows).map_err(|_| StoreError::Unreadable {
        table: "import",
        column: "rows",
        value: String::new(),
    })
}
