//! Masked values, opened one at a time and on the record.

use chrono::{DateTime, Utc};

use super::case_files::CaseFile;
use super::{StoreResult, Tx, audit, contacts, petitioners};
use crate::domain::reveal::{MaskedField, Revealed};

/// What each value is sealed for.
const fn purpose(field: MaskedField) -> &'static str {
    match field {
        MaskedField::IdNumber => petitioners::ID,
        MaskedField::Phone => contacts::PHONE,
        MaskedField::Address => contacts::ADDRESS,
    }
}

/// A value that was to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Open(String),
    /// It doesn't open with the program's keys.
    Broken,
}

/// The value of the case's petitioner, with its line in the audit; none where it was never told.
pub async fn record(tx: &mut Tx, file: &CaseFile, fact: &Revealed) -> StoreResult<Option<Value>> {
    let Some(opened) = file.opened().filter(|opened| opened.case().id == fact.case()) else {
        return Ok(None);
    };
    let keys = tx.keys();
    let (conn, case) = tx.within(&opened);
    let sealed = sqlx::query!(
        r#"SELECT CASE $2::text WHEN 'id_number' THEN i.id_sealed WHEN 'phone' THEN i.phone_sealed
                  ELSE i.address_sealed END AS sealed, i.uuid
           FROM party y JOIN petitioner i ON i.id = y.petitioner_id
           WHERE y.case_id = $1 AND y.part = 'main'"#,
        case,
        fact.field().code(),
    )
    .fetch_optional(conn)
    .await?;
    let Some((person, sealed)) = sealed.and_then(|row| Some((row.uuid, row.sealed?))) else {
        return Ok(None);
    };
    let (field, record) = (purpose(fact.field()), person.to_string());
    let Ok(value) = keys.open_text((field, &record), &sealed) else {
        let broken = audit::Entry {
            case: Some(fact.case()),
            object: &record,
            detail: field,
            at: fact.at(),
            ..audit::Entry::default()
        };
        audit::broken(tx, broken).await?;
        return Ok(Some(Value::Broken));
    };
    let reason = fact.reason().map_or("own_work", |reason| reason.code());
    let entry = audit::Entry {
        verb: "identity.revealed",
        case: Some(fact.case()),
        object: &file.case.number,
        fields: fact.field().code(),
        reason,
        at: fact.at(),
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await?;
    Ok(Some(Value::Open(value)))
}

/// How many values the one who asks has opened since a moment.
pub async fn since(tx: &mut Tx, moment: DateTime<Utc>) -> StoreResult<i64> {
    let count = sqlx::query_scalar!(r#"SELECT own_reveals($1) AS "count!""#, moment)
        .fetch_one(tx.unscoped())
        .await?;
    Ok(count)
}
