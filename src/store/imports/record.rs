//! Writes what was decided about a file: all of it in one transaction, or nothing.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use super::cases::{self, Batch, NewCase};
use super::known::{ROW, row_hash};
use super::mapping::Kept;
use super::{Importer, courts};
use crate::domain::ids::{ImportId, PetitionCaseId};
use crate::domain::import::{Fate, Mappings, Remark, State, TakenIn, TakenRow};
use crate::domain::ledger_import::{Kind, LedgerRow, Like, Place};
use crate::store::keys::{Keys, hex, sha256};
use crate::store::{StoreResult, Tx, audit};

/// What the file is sealed for.
pub const PURPOSE: &str = "import.file";

/// The file as it came.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    pub name: &'a str,
    pub bytes: &'a [u8],
    pub mappings: &'a Mappings,
}

/// The keys of an import that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    pub id: ImportId,
    pub uuid: Uuid,
}

/// What became of a row, as its table takes it in.
#[derive(Serialize)]
struct Line<'a> {
    kind: &'static str,
    sheet_row: u32,
    ordinal: &'a str,
    state: &'static str,
    number: Option<&'a str>,
    row_hash: Option<String>,
    /// What the hash is made from, so that another key can make it again.
    row_sealed: Option<String>,
    remarks: Value,
    like_row: Option<u32>,
    like_number: Option<&'a str>,
}

/// The numbers of cases by the rows that they are.
type Numbers<'a> = HashMap<&'a Place, &'a str>;

/// Writes an import: the sealed file, its cases, and what became of each row. None when
/// everything in it was there before; then there is nothing to commit.
pub async fn record(
    tx: &mut Tx,
    importer: &Importer,
    file: File<'_>,
    taken: &TakenIn,
) -> StoreResult<Option<Recorded>> {
    be_patient(tx).await?;
    let recorded = insert_import(tx, importer, file).await?;
    let batch = Batch { import: recorded.id, importer, file_name: file.name };
    let new: Vec<_> = taken.rows().iter().filter_map(new_case).collect();
    let fresh = cases::write(tx, &batch, &new).await?;
    let known: Vec<_> = taken.rows().iter().filter_map(known_case).collect();
    let added_reviews = courts::write(tx, &batch, &known).await?;
    let lines = lines(&tx.keys(), (recorded.uuid, taken), &fresh)?;
    let waits = lines.iter().any(|line| line.state == State::Waiting.code());
    if fresh.is_empty() && added_reviews == 0 && !waits {
        return Ok(None);
    }
    insert_lines(tx, recorded.id, &lines).await?;
    let detail = format!("sha256={} imported={}", hex(&sha256(file.bytes)), fresh.len());
    let object = recorded.uuid.to_string();
    let entry = audit::Entry {
        verb: "import.recorded",
        object: &object,
        detail: &detail,
        at: importer.at,
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await?;
    let cases = ids(tx, &fresh).await?;
    let entry = audit::Entry { verb: "case.imported", detail: "", ..entry };
    audit::append_each(tx, &cases, entry).await?;
    Ok(Some(recorded))
}

/// A ledger of thousands of rows takes longer than a page may; who waits for it, is their affair.
async fn be_patient(tx: &mut Tx) -> StoreResult<()> {
    sqlx::query!("SELECT set_config('statement_timeout', '10min', true) AS patience")
        .fetch_one(tx.unscoped())
        .await?;
    Ok(())
}

async fn insert_import(tx: &mut Tx, importer: &Importer, file: File<'_>) -> StoreResult<Recorded> {
    let uuid = Uuid::new_v4();
    let sealed = tx.keys().seal((PURPOSE, &uuid.to_string()), file.bytes)?;
    let recorded = sqlx::query_as!(
        Recorded,
        r#"INSERT INTO import (unit_id, file_name, sha256, sealed, mapping, system_user, recorded_at, recorded_by, uuid)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           RETURNING id AS "id: ImportId", uuid"#,
        importer.court.0,
        file.name,
        &sha256(file.bytes),
        sealed,
        Json(Kept::of(file.mappings)) as _,
        importer.system_user,
        importer.at,
        importer.staff.0,
        uuid,
    )
    .fetch_one(tx.unscoped())
    .await?;
    Ok(recorded)
}

fn new_case(taken: &TakenRow) -> Option<NewCase<'_>> {
    match &taken.fate {
        Fate::Imported(row) => Some(NewCase { row, reviews: &taken.reviews }),
        Fate::Waiting(..) | Fate::Stopped | Fate::Known(_) => None,
    }
}

/// A case that is there already, for reviews that an earlier file didn't have.
fn known_case(taken: &TakenRow) -> Option<courts::Named<'_>> {
    match &taken.fate {
        Fate::Known(number) => {
            Some(courts::Named { number, court_case: None, reviews: &taken.reviews })
        }
        Fate::Imported(_) | Fate::Waiting(..) | Fate::Stopped => None,
    }
}

/// The lines of both sheets; `fresh` are the numbers of the rows that became cases, in order.
fn lines<'a>(
    keys: &Keys,
    (import, taken): (Uuid, &'a TakenIn),
    fresh: &'a [String],
) -> StoreResult<Vec<Line<'a>>> {
    let mut fresh = fresh.iter().map(String::as_str);
    let mut numbers: Numbers<'_> = HashMap::new();
    for row in taken.rows() {
        let number = match &row.fate {
            Fate::Imported(_) => fresh.next(),
            Fate::Known(number) => Some(number.as_str()),
            Fate::Waiting(..) | Fate::Stopped => None,
        };
        numbers.extend(number.map(|number| (&row.place, number)));
    }
    let ledger = taken.rows().iter().map(|row| line((keys, import), row, &numbers));
    let stopped = State::Stopped.code();
    let reviews = taken.stopped_reviews().iter().map(|review| {
        Ok(Line {
            kind: Kind::Review.code(),
            remarks: remarks(&review.remarks),
            ..bare(&review.place, stopped)
        })
    });
    ledger.chain(reviews).collect()
}

fn line<'a>(
    (keys, import): (&Keys, Uuid),
    taken: &'a TakenRow,
    numbers: &Numbers<'a>,
) -> StoreResult<Line<'a>> {
    let place = &taken.place;
    let line = |state: State| Line {
        number: numbers.get(place).copied(),
        remarks: remarks(&taken.remarks),
        ..bare(place, state.code())
    };
    let record = row_record(import, place.sheet_row);
    let hashed = |row: &LedgerRow, state| -> StoreResult<Line<'a>> {
        let row_sealed = Some(keys.seal_text((ROW, &record), &row.identity())?);
        Ok(Line { row_hash: Some(hex(&row_hash(keys, row))), row_sealed, ..line(state) })
    };
    Ok(match &taken.fate {
        Fate::Imported(row) => hashed(row, State::Imported)?,
        Fate::Known(_) => line(State::Known),
        Fate::Stopped => line(State::Stopped),
        Fate::Waiting(row, Like::Row(other)) => Line {
            like_row: Some(other.sheet_row),
            like_number: numbers.get(other).copied(),
            ..hashed(row, State::Waiting)?
        },
        Fate::Waiting(row, Like::Case(number)) => {
            Line { like_number: Some(number), ..hashed(row, State::Waiting)? }
        }
    })
}

/// What a row of an import is sealed for: a row of the ledger, in the order of its sheet.
fn row_record(import: Uuid, sheet_row: u32) -> String {
    format!("{import}/{sheet_row}")
}

fn bare<'a>(place: &'a Place, state: &'static str) -> Line<'a> {
    Line {
        kind: Kind::Ledger.code(),
        sheet_row: place.sheet_row,
        ordinal: &place.index,
        state,
        number: None,
        row_hash: None,
        row_sealed: None,
        remarks: Value::Null,
        like_row: None,
        like_number: None,
    }
}

fn remarks(remarks: &[Remark]) -> Value {
    let remark = |remark: &Remark| {
        json!({
            "heading": remark.heading,
            "weight": remark.weight.code(),
            "problem": remark.problem,
            "remedy": remark.remedy,
        })
    };
    remarks.iter().map(remark).collect()
}

async fn insert_lines(tx: &mut Tx, import: ImportId, lines: &[Line<'_>]) -> StoreResult<()> {
    sqlx::query!(
        "INSERT INTO import_row (import_id, kind, sheet_row, ordinal, state, case_id, row_hash, row_sealed, remarks,
                                 like_row, like_case_id)
         SELECT $2, l.kind, l.sheet_row, l.ordinal, l.state, c.id, decode(l.row_hash, 'hex'), l.row_sealed,
                coalesce(l.remarks, '[]'), l.like_row, k.id
         FROM jsonb_to_recordset($1) AS l (kind text, sheet_row int, ordinal text, state text, number text,
                                           row_hash text, row_sealed text, remarks jsonb, like_row int, like_number text)
         LEFT JOIN petition_case c ON c.number = l.number
         LEFT JOIN petition_case k ON k.number = l.like_number",
        super::json(lines)?,
        import.0,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// The keys of cases that were just written.
pub async fn ids(tx: &mut Tx, numbers: &[String]) -> StoreResult<Vec<PetitionCaseId>> {
    let ids = sqlx::query_scalar!(
        r#"SELECT id AS "id: PetitionCaseId" FROM petition_case WHERE number = ANY ($1) ORDER BY id"#,
        numbers,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(ids)
}
