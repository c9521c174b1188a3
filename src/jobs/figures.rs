//! Figures of the whole jurisdiction, computed under the identity of the job.

use crate::domain::ids::ImportId;
use crate::domain::summary::{By, Summary};
use crate::store::outcomes::{self, Base};
use crate::store::{Db, StoreResult, Tx, sessions};

/// The identity under which figures are computed and checked.
const IDENTITY: &str = "job.figures";

/// A transaction that reaches the whole jurisdiction.
pub(super) async fn begin(db: &Db) -> StoreResult<Tx> {
    let session = sessions::required(sessions::of_job(db, IDENTITY).await?)?;
    db.begin(&session).await
}

/// How the petition cases ended: all of them, or those of one import.
pub async fn outcomes(db: &Db, by: By, import: Option<ImportId>) -> StoreResult<Summary> {
    let mut tx = begin(db).await?;
    outcomes::summary(&mut tx, by, Base { import, own: false }).await
}
