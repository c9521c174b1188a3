//! Petitioners: sealed, matched across courts, read behind the wall.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::contacts::{self, PHONE};
use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::ids::{PetitionerId, StaffId, UnitId};
use crate::domain::petition_case::Stage;
use crate::domain::petitioner::{IdNumber, IdOverride, IdType, Sex};
use crate::domain::visit::{Document, Identity};

/// What the number of a person is sealed and indexed for.
pub const ID: &str = "petitioner.id";

/// What someone is looked for by: any of these.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// A whole ID number, normalised.
    pub id: String,
    pub phone: String,
    /// A name, folded.
    pub name: String,
    /// The last four of an ID number; alone, or narrowing a name.
    pub tail: String,
    pub case_number: String,
}

/// A person whom the duplicate check found.
#[derive(Debug, Clone)]
pub struct PersonCard {
    pub petitioner: PetitionerId,
    pub uuid: Uuid,
    pub name: String,
    pub sex: Option<Sex>,
    pub birth_date: Option<NaiveDate>,
    pub id_tail: String,
    pub visits: i64,
    pub cases: Vec<CaseElsewhere>,
    pub entries: Vec<EntryLine>,
}

/// A case of theirs at any court: number, court, stage, nothing else.
#[derive(Debug, Clone)]
pub struct CaseElsewhere {
    pub number: String,
    pub court: String,
    pub unit: UnitId,
    pub stage: Stage,
    pub is_open: bool,
    pub visits: i64,
}

/// A visit of theirs at any court: when, where, about which case.
#[derive(Debug, Clone)]
pub struct EntryLine {
    pub number: String,
    pub received_at: DateTime<Utc>,
    pub court: String,
    pub unit: UnitId,
    pub case_number: Option<String>,
    pub nth: Option<i32>,
}

/// Whoever the courts know by these facts, with their cases and visits; asked of a function that
/// says no more of another court than it may.
pub async fn match_people(tx: &mut Tx, wanted: &Wanted) -> StoreResult<Vec<PersonCard>> {
    let keys = tx.keys();
    let index = |kind, value: &str| (!value.is_empty()).then(|| keys.indexes(kind, value));
    let (ids, phones) = (index(ID, &wanted.id), index(PHONE, &wanted.phone));
    let people = sqlx::query!(
        r#"SELECT petitioner_id AS "id!: PetitionerId", uuid AS "uuid!", name AS "name!", sex AS "sex: Sex",
                  birth_date, id_tail AS "id_tail!", visits AS "visits!"
           FROM match_petitioner($1, $2, $3, $4, $5)"#,
        ids.as_deref(),
        phones.as_deref(),
        wanted.name,
        wanted.tail,
        wanted.case_number,
    )
    .fetch_all(tx.unscoped())
    .await?;
    let ids: Vec<i64> = people.iter().map(|person| person.id.0).collect();
    let mut cases = cases_of(tx, &ids).await?;
    let mut entries = entries_of(tx, &ids).await?;
    let cards = people.into_iter().map(|person| PersonCard {
        cases: take(&mut cases, person.id),
        entries: take(&mut entries, person.id),
        petitioner: person.id,
        uuid: person.uuid,
        name: person.name,
        sex: person.sex,
        birth_date: person.birth_date,
        id_tail: person.id_tail,
        visits: person.visits,
    });
    Ok(cards.collect())
}

/// The rows of one person out of those of all.
fn take<T>(rows: &mut Vec<(PetitionerId, T)>, of: PetitionerId) -> Vec<T> {
    rows.extract_if(.., |(id, _)| *id == of).map(|(_, row)| row).collect()
}

/// The cases of several people at any court.
pub async fn cases_of(
    tx: &mut Tx,
    people: &[i64],
) -> StoreResult<Vec<(PetitionerId, CaseElsewhere)>> {
    let rows = sqlx::query!(
        r#"SELECT p.id AS "id!: PetitionerId", c.number AS "number!", c.court AS "court!",
                  c.unit_id AS "unit!: UnitId", c.stage AS "stage!: Stage", c.is_open AS "is_open!",
                  c.visits AS "visits!"
           FROM unnest($1::bigint[]) WITH ORDINALITY AS p (id, place)
           CROSS JOIN LATERAL cases_of_petitioner(p.id) c
           ORDER BY p.place, c.is_open DESC, c.number DESC"#,
        people,
    )
    .fetch_all(tx.unscoped())
    .await?;
    let rows = rows.into_iter().map(|row| {
        let case = CaseElsewhere {
            number: row.number,
            court: row.court,
            unit: row.unit,
            stage: row.stage,
            is_open: row.is_open,
            visits: row.visits,
        };
        (row.id, case)
    });
    Ok(rows.collect())
}

/// The visits of several people at any court, newest first.
pub async fn entries_of(
    tx: &mut Tx,
    people: &[i64],
) -> StoreResult<Vec<(PetitionerId, EntryLine)>> {
    let rows = sqlx::query!(
        r#"SELECT p.id AS "id!: PetitionerId", v.number AS "number!", v.received_at AS "received_at!",
                  v.court AS "court!", v.unit_id AS "unit!: UnitId", v.case_number AS "case_number?", v.nth AS "nth?"
           FROM unnest($1::bigint[]) WITH ORDINALITY AS p (id, place)
           CROSS JOIN LATERAL visits_of_petitioner(p.id) v
           ORDER BY p.place, v.received_at DESC"#,
        people,
    )
    .fetch_all(tx.unscoped())
    .await?;
    let rows = rows.into_iter().map(|row| {
        let entry = EntryLine {
            number: row.number,
            received_at: row.received_at,
            court: row.court,
            unit: row.unit,
            case_number: row.case_number,
            nth: row.nth,
        };
        (row.id, entry)
    });
    Ok(rows.collect())
}

/// The person of a card that was taken, as the card shows them.
#[derive(Debug, Clone)]
pub struct Face {
    pub petitioner: PetitionerId,
    pub name: String,
    /// The name, folded.
    pub name_key: String,
    pub id_tail: String,
    /// Whether the whole document number that was typed is theirs.
    pub id_is_theirs: bool,
}

/// The person of a card; `typed` is a whole document number, or nothing.
pub async fn face(tx: &mut Tx, uuid: Uuid, typed: &str) -> StoreResult<Option<Face>> {
    let typed = (!typed.is_empty()).then(|| tx.keys().indexes(ID, typed));
    let face = sqlx::query_as!(
        Face,
        r#"SELECT petitioner_id AS "petitioner!: PetitionerId", name AS "name!", name_key AS "name_key!",
                  id_tail AS "id_tail!", id_is_theirs AS "id_is_theirs!"
           FROM petitioner_to_link($1, $2)"#,
        uuid,
        typed.as_deref(),
    )
    .fetch_optional(tx.unscoped())
    .await?;
    Ok(face)
}

/// What the reader's court holds of someone, as far as a page may say it without a purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnFile {
    pub region: String,
    pub phone_tail: String,
    pub has_address: bool,
}

/// What is on file of someone within reach.
pub async fn on_file(tx: &mut Tx, id: PetitionerId) -> StoreResult<Option<OnFile>> {
    let (conn, scope) = tx.scoped();
    let file = sqlx::query_as!(
        OnFile,
        r#"SELECT p.region, p.phone_tail, p.address_sealed IS NOT NULL AS "has_address!"
           FROM petitioner p
           WHERE p.id = $1 AND EXISTS (SELECT FROM petitioner_court c
                                       WHERE c.petitioner_id = p.id AND c.unit_id = ANY ($2))"#,
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(file)
}

/// Notes that the window filled its form with someone's facts.
pub async fn note_filled(tx: &mut Tx, uuid: Uuid, at: DateTime<Utc>) -> StoreResult<()> {
    let object = uuid.to_string();
    let entry =
        audit::Entry { verb: "petitioner.filled", object: &object, at, ..audit::Entry::default() };
    audit::append(tx, entry).await
}

/// A person's columns, sealed and indexed.
struct Columns {
    uuid: Uuid,
    id_type: IdType,
    id_sealed: Option<String>,
    id_index: Option<Vec<u8>>,
    /// Under which the number may be kept already.
    known_as: Vec<Vec<u8>>,
    id_tail: String,
    verified: bool,
    no_id_reason: Option<&'static str>,
    id_override: Option<&'static str>,
    contact: contacts::Columns,
}

fn seal(tx: &Tx, identity: &Identity) -> StoreResult<Columns> {
    let keys = tx.keys();
    let (id_type, number, verified) = match &identity.document {
        Document::Verified(number) => (IdType::IdCard, IdNumber::exposed(number), true),
        Document::AsShown(id_type, number, _) => (*id_type, number.as_str(), false),
        Document::None(_) => (IdType::None, "", false),
    };
    let uuid = Uuid::new_v4();
    let record = uuid.to_string();
    let tail: String = number.chars().rev().take(4).collect();
    let told = !number.is_empty();
    Ok(Columns {
        uuid,
        id_type,
        id_sealed: told.then(|| keys.seal_text((ID, &record), number)).transpose()?,
        id_index: told.then(|| keys.index(ID, number)),
        known_as: if told { keys.indexes(ID, number) } else { Vec::new() },
        id_tail: tail.chars().rev().collect(),
        verified,
        no_id_reason: match &identity.document {
            Document::None(reason) => Some(reason.code()),
            Document::Verified(_) | Document::AsShown(..) => None,
        },
        id_override: match &identity.document {
            Document::AsShown(_, _, stands) => stands.map(IdOverride::code),
            Document::Verified(_) | Document::None(_) => None,
        },
        contact: contacts::seal(tx, &identity.contact, uuid)?,
    })
}

/// The person with this identity, and whether they were known: by the same ID number. A name alone
/// never makes two people one; nor does the number of someone who accuses, who stays `apart`.
pub async fn ensure(
    tx: &mut Tx,
    identity: &Identity,
    apart: bool,
    (by, at): (StaffId, DateTime<Utc>),
) -> StoreResult<(PetitionerId, bool)> {
    let sealed = seal(tx, identity)?;
    if sealed.verified
        && let Some(known) = known_by_id(tx, &sealed.known_as).await?
    {
        return Ok((known, true));
    }
    let id = sqlx::query_scalar!(
        r#"INSERT INTO petitioner (name, name_key, sex, birth_date, region, id_type, id_sealed, id_index, id_tail,
                                   id_verified, no_id_reason, id_override, phone_sealed, phone_index, phone_tail,
                                   address_sealed, recorded_at, recorded_by, apart, uuid)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
           ON CONFLICT (id_index) WHERE id_verified AND NOT apart DO NOTHING
           RETURNING id AS "id: PetitionerId""#,
        identity.name.as_str(),
        identity.name.normalised(),
        identity.sex.map(Sex::code),
        identity.birth_date,
        identity.region,
        sealed.id_type.code(),
        sealed.id_sealed,
        sealed.id_index,
        sealed.id_tail,
        sealed.verified,
        sealed.no_id_reason,
        sealed.id_override,
        sealed.contact.phone_sealed,
        sealed.contact.phone_index,
        sealed.contact.phone_tail,
        sealed.contact.address_sealed,
        at,
        by.0,
        apart,
        sealed.uuid,
    )
    .fetch_optional(tx.unscoped())
    .await?;
    if let Some(id) = id {
        return Ok((id, false));
    }
    // Another window was faster with the same number.
    let known = known_by_id(tx, &sealed.known_as).await?;
    known.map(|known| (known, true)).ok_or(StoreError::Stale)
}

async fn known_by_id(tx: &mut Tx, indexes: &[Vec<u8>]) -> StoreResult<Option<PetitionerId>> {
    let known = sqlx::query_scalar!("SELECT petitioner_known_by($1)", indexes)
        .fetch_one(tx.unscoped())
        .await?;
    Ok(known.map(PetitionerId))
}
