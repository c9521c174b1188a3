//! Imports a ledger from the command line: the same rules as at the page, under the identity of
//! the job, with the name of the system's user.

mod report;

use chrono::{DateTime, Utc};

use crate::domain::calendar;
use crate::domain::import::{DryRun, Mappings, Sheets, take_in};
use crate::domain::ledger_import::{Choice, Directory, Refusal};
use crate::office::ledger::{NotRead, Workbook, read_apart};
use crate::store::imports::{self, Importer};
use crate::store::{Db, StoreError, Tx, sessions, units};
pub use report::Report;

/// Whose name the job bears in the register and the audit.
const IDENTITY: &str = "job.import";

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Only say what would happen.
    pub dry_run: bool,
    /// Take the good rows and leave the others out; else all or nothing.
    pub good_rows: bool,
    /// Who runs the command.
    pub system_user: &'a str,
}

/// Why there is not even a report.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("The file can't be read: {0}")]
    Unreadable(#[from] NotRead),
    #[error("The file has no ledger: {0}")]
    NoLedger(Refusal),
    #[error("Another ledger is being imported; try again when it is done.")]
    Busy,
    #[error("The database has no identity {IDENTITY} for imports.")]
    NoIdentity,
    #[error("The import failed and nothing of it was kept.")]
    Store(#[from] StoreError),
}

/// Imports a file, or says what would happen. Whatever the report says, the database holds all
/// of it or nothing.
pub async fn run(
    db: &Db,
    (file_name, bytes): (&str, Vec<u8>),
    options: Options<'_>,
    now: DateTime<Utc>,
) -> Result<Report, Failure> {
    let session = sessions::of_job(db, IDENTITY).await?.ok_or(Failure::NoIdentity)?;
    let importer = Importer::of(&session, now).on_behalf_of(options.system_user);
    let book = read_apart(bytes.clone()).await?;
    let mut tx = db.begin(&session).await?;
    if !imports::hold(&mut tx).await? {
        return Err(Failure::Busy);
    }
    let (dry_run, mappings) = examine(&mut tx, &book, now).await?;
    let mut report = Report::of(file_name, &book, options, dry_run);
    if options.dry_run {
        return Ok(report);
    }
    let choice = if options.good_rows { Choice::GoodRows } else { Choice::AllOrNothing };
    match take_in(report.dry_run(), choice) {
        Err(refusal) => report.refused(refusal),
        Ok(taken) => {
            let file = imports::File { name: file_name, bytes: &bytes, mappings: &mappings };
            if let Some(recorded) = imports::record(&mut tx, &importer, file, &taken).await? {
                tx.commit().await?;
                report.recorded(recorded);
            }
        }
    }
    Ok(report)
}

/// The dry run of a file, compared with the register.
async fn examine(
    tx: &mut Tx,
    book: &Workbook,
    now: DateTime<Utc>,
) -> Result<(DryRun, Mappings), Failure> {
    let no_ledger = || Failure::NoLedger(Refusal::NothingToImport);
    let sheets = Sheets::of(&book.tables, true).ok_or_else(no_ledger)?;
    let mappings = sheets.guess();
    let directory = Directory::of(&units::list(tx).await?);
    let mut dry_run =
        sheets.dry_run(&mappings, &directory, calendar::day_of(now)).map_err(Failure::NoLedger)?;
    imports::compare(tx, &mut dry_run.ledger).await?;
    Ok((dry_run, mappings))
}
