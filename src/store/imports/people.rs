//! The petitioners of a ledger: known by their number, or recorded for the first time.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use super::Importer;
use super::known::id_indexes;
use crate::domain::ledger_import::{Entry, Person};
use crate::domain::petitioner::{IdNumber, IdOverride, IdType, NoIdReason};
use crate::store::keys::{Keys, hex};
use crate::store::{StoreError, StoreResult, Tx, contacts, petitioners};

/// By what a person is the same person: the number, and where that is doubtful the name with it.
/// Nobody is the same by name alone.
type Identity = (Vec<u8>, Option<String>);

/// A petitioner to be recorded.
#[derive(Serialize)]
struct NewPerson {
    uuid: Uuid,
    name: String,
    name_key: String,
    sex: Option<&'static str>,
    birth_date: Option<NaiveDate>,
    id_type: &'static str,
    id_sealed: Option<String>,
    id_index: Option<String>,
    id_tail: String,
    id_verified: bool,
    no_id_reason: Option<&'static str>,
    id_override: Option<&'static str>,
    phone_sealed: Option<String>,
    phone_index: Option<String>,
    phone_tail: String,
    address_sealed: Option<String>,
}

/// The keys of the people, in their order. Who is in the register already stays as recorded.
pub async fn resolve(
    tx: &mut Tx,
    importer: &Importer,
    people: &[&Person],
) -> StoreResult<Vec<i64>> {
    let keys = tx.keys();
    let identities: Vec<_> = people.iter().map(|person| identity(&keys, person)).collect();
    let known = find(tx, people).await?;
    let mut new = Vec::new();
    let mut in_file: HashMap<&Identity, Uuid> = HashMap::new();
    let mut found = Vec::new();
    for (person, identity) in people.iter().zip(&identities) {
        if let Some(id) = identity.as_ref().and_then(|identity| known.get(identity)) {
            found.push(Ok(*id));
            continue;
        }
        let seen = identity.as_ref().and_then(|identity| in_file.get(identity)).copied();
        let uuid = seen.unwrap_or_else(Uuid::new_v4);
        if seen.is_none() {
            new.push(seal(&keys, uuid, person)?);
            in_file.extend(identity.as_ref().map(|identity| (identity, uuid)));
        }
        found.push(Err(uuid));
    }
    let recorded = insert(tx, importer, &new).await?;
    let of_new = |uuid| recorded.get(&uuid).copied().ok_or(StoreError::Stale);
    found.into_iter().map(|person| person.or_else(of_new)).collect()
}

fn identity(keys: &Keys, person: &Person) -> Option<Identity> {
    let name = || person.name.normalised();
    let with_name = person.id_number.doubtful().map(|_| name());
    let present = id_indexes(keys, &person.id_number)?.into_iter().next();
    present.map(|index| (index, with_name))
}

/// Those of the people who are in the register.
async fn find(tx: &mut Tx, people: &[&Person]) -> StoreResult<HashMap<Identity, i64>> {
    let keys = tx.keys();
    // Whichever key made an index, the person is found by the present one.
    let mut present: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
    for indexes in people.iter().filter_map(|person| id_indexes(&keys, &person.id_number)) {
        let Some(first) = indexes.first().cloned() else { continue };
        present.extend(indexes.into_iter().map(|index| (index, first.clone())));
    }
    let indexes: Vec<Vec<u8>> = present.keys().cloned().collect();
    let (conn, scope) = tx.scoped();
    let rows = sqlx::query!(
        r#"SELECT p.id, p.id_index AS "id_index!", p.name_key FROM petitioner p
           WHERE p.id_index = ANY ($1)
             AND EXISTS (SELECT FROM petitioner_court c WHERE c.petitioner_id = p.id AND c.unit_id = ANY ($2))
           ORDER BY p.id DESC"#,
        &indexes,
        scope.units(),
    )
    .fetch_all(conn)
    .await?;
    let mut known = HashMap::new();
    for row in rows {
        let Some(index) = present.get(&row.id_index) else { continue };
        known.insert((index.clone(), Some(row.name_key)), row.id);
        known.insert((index.clone(), None), row.id);
    }
    Ok(known)
}

/// The person with every personal value sealed and indexed by the keys of the register.
fn seal(keys: &Keys, uuid: Uuid, person: &Person) -> StoreResult<NewPerson> {
    let typed = |text: &str| IdNumber::normalised(text);
    let (number, id_override) = match &person.id_number {
        Entry::Read(number) => (Some(number.exposed().to_owned()), None),
        Entry::Doubtful(text) => (Some(typed(text)), Some(IdOverride::AsRecorded.code())),
        Entry::Empty => (None, None),
    };
    let phone = match &person.phone {
        Entry::Read(phone) => Some(phone.exposed().to_owned()),
        Entry::Doubtful(text) => Some(text.clone()),
        Entry::Empty => None,
    };
    let read = person.id_number.read();
    let address = Some(&person.address).filter(|address| !address.is_empty());
    let record = uuid.to_string();
    let sealed = |field, value: Option<&String>| {
        value.map(|value| keys.seal_text((field, &record), value)).transpose()
    };
    let indexed =
        |purpose, value: Option<&String>| value.map(|value| hex(&keys.index(purpose, value)));
    let id_type = if number.is_some() { IdType::IdCard } else { IdType::None };
    let no_id_reason = number.is_none().then_some(NoIdReason::NotRecorded.code());
    Ok(NewPerson {
        uuid,
        name: person.name.as_str().to_owned(),
        name_key: person.name.normalised(),
        sex: read.map(|number| number.sex().code()),
        birth_date: read.map(IdNumber::birth_date),
        id_type: id_type.code(),
        id_sealed: sealed(petitioners::ID, number.as_ref())?,
        id_index: indexed(petitioners::ID, number.as_ref()),
        id_tail: number.as_deref().map(tail).unwrap_or_default(),
        id_verified: read.is_some(),
        no_id_reason,
        id_override,
        phone_sealed: sealed(contacts::PHONE, phone.as_ref())?,
        phone_index: indexed(contacts::PHONE, phone.as_ref()),
        phone_tail: phone.as_deref().map(tail).unwrap_or_default(),
        address_sealed: sealed(contacts::ADDRESS, address)?,
    })
}

/// The last four characters, as everywhere shown.
fn tail(text: &str) -> String {
    let skipped = text.chars().count().saturating_sub(4);
    text.chars().skip(skipped).collect()
}

async fn insert(
    tx: &mut Tx,
    importer: &Importer,
    people: &[NewPerson],
) -> StoreResult<HashMap<Uuid, i64>> {
    let rows = sqlx::query!(
        "INSERT INTO petitioner (uuid, name, name_key, sex, birth_date, id_type, id_sealed, id_index, id_tail,
                                 id_verified, no_id_reason, id_override, phone_sealed, phone_index, phone_tail,
                                 address_sealed, recorded_at, recorded_by)
         SELECT n.uuid, n.name, n.name_key, n.sex, n.birth_date, n.id_type, n.id_sealed, decode(n.id_index, 'hex'),
                n.id_tail, n.id_verified, n.no_id_reason, n.id_override, n.phone_sealed,
                decode(n.phone_index, 'hex'), n.phone_tail, n.address_sealed, $2, $3
         FROM jsonb_to_recordset($1) AS n (
             uuid uuid, name text, name_key text, sex text, birth_date date, id_type text, id_sealed text,
             id_index text, id_tail text, id_verified boolean, no_id_reason text, id_override text,
             phone_sealed text, phone_index text, phone_tail text, address_sealed text)
         RETURNING id, uuid",
        super::json(people)?,
        importer.at,
        importer.staff.0,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(rows.into_iter().map(|row| (row.uuid, row.id)).collect())
}
