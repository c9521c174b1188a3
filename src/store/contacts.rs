//! By what someone can be reached: sealed, and corrected by a row of its own.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::keys::Keys;
use super::{StoreResult, Tx, audit};
use crate::domain::ids::{PetitionerId, StaffId, VisitId};
use crate::domain::visit::Contact;

/// What a column of a contact is sealed and indexed for.
pub const PHONE: &str = "petitioner.phone";
pub const ADDRESS: &str = "petitioner.address";

/// The columns of a contact.
pub(super) struct Columns {
    pub(super) phone_sealed: Option<String>,
    pub(super) phone_index: Option<Vec<u8>>,
    pub(super) phone_tail: String,
    pub(super) address_sealed: Option<String>,
}

/// Sealed for the person with this uuid.
pub(super) fn seal(tx: &Tx, contact: &Contact, person: Uuid) -> StoreResult<Columns> {
    let (keys, person) = (tx.keys(), person.to_string());
    let phone = contact.phone.as_ref();
    let address = contact.address.trim();
    let sealed = |field, value: &str| keys.seal_text((field, &person), value);
    Ok(Columns {
        phone_sealed: phone.map(|phone| sealed(PHONE, phone.exposed())).transpose()?,
        phone_index: phone.map(|phone| keys.index(PHONE, phone.exposed())),
        phone_tail: phone.map(|phone| phone.tail().to_owned()).unwrap_or_default(),
        address_sealed: (!address.is_empty()).then(|| sealed(ADDRESS, address)).transpose()?,
    })
}

/// Keeps what someone told of their contact at a visit, where it is new: what was known before
/// stays on record, and the audit names the fields. Their court must be within reach by then.
pub async fn record(
    tx: &mut Tx,
    person: PetitionerId,
    contact: &Contact,
    (visit, by, at): (VisitId, StaffId, DateTime<Utc>),
) -> StoreResult<()> {
    let present = sqlx::query!(
        "SELECT uuid, phone_index, address_sealed FROM petitioner WHERE id = $1 FOR UPDATE",
        person.0,
    )
    .fetch_one(tx.unscoped())
    .await?;
    let keys = tx.keys();
    let (told, record) = (seal(tx, contact, present.uuid)?, present.uuid.to_string());
    // What doesn't open any more is not what was told.
    let address =
        present.address_sealed.and_then(|sealed| keys.open_text((ADDRESS, &record), &sealed).ok());
    let new_phone = contact.phone.as_ref().is_some_and(|phone| {
        let known = present.phone_index.as_ref();
        known.is_none_or(|known| !keys.indexes(PHONE, phone.exposed()).contains(known))
    });
    let new_address =
        told.address_sealed.is_some() && address.as_deref() != Some(contact.address.trim());
    let fields = match (new_phone, new_address) {
        (false, false) => return Ok(()),
        (true, false) => "phone",
        (false, true) => "address",
        (true, true) => "phone address",
    };
    sqlx::query!(
        "INSERT INTO petitioner_contact (petitioner_id, phone_sealed, phone_index, phone_tail, address_sealed, since,
                                         recorded_by, visit_id)
         SELECT id, CASE WHEN $2 THEN $3 ELSE phone_sealed END, CASE WHEN $2 THEN $4 ELSE phone_index END,
                CASE WHEN $2 THEN $5 ELSE phone_tail END, CASE WHEN $6 THEN $7 ELSE address_sealed END, $8, $9, $10
         FROM petitioner WHERE id = $1",
        person.0,
        new_phone,
        told.phone_sealed,
        told.phone_index,
        told.phone_tail,
        new_address,
        told.address_sealed,
        at,
        by.0,
        visit.0,
    )
    .execute(tx.unscoped())
    .await?;
    let digest = |phone, address| digest(&keys, phone, address);
    let phone = if new_phone { &told.phone_index } else { &present.phone_index };
    let before = digest(present.phone_index.as_ref(), address.as_deref().unwrap_or_default());
    let after = digest(
        phone.as_ref(),
        if new_address { contact.address.trim() } else { address.as_deref().unwrap_or_default() },
    );
    let entry = audit::Entry {
        verb: "petitioner.contact",
        object: &record,
        fields,
        before: Some(&before),
        after: Some(&after),
        at,
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await
}

/// Under a key: without it a number can be guessed by trying all of them.
fn digest(keys: &Keys, phone: Option<&Vec<u8>>, address: &str) -> Vec<u8> {
    let phone = phone.map(|index| super::keys::hex(index)).unwrap_or_default();
    keys.index("audit.contact", &format!("{phone} {address}"))
}
