//! The register of visits.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::openings::{self, NewCase, Screening};
use super::{StoreError, StoreResult, Tx, accusations, audit, contacts, numbers, petitioners};
use crate::domain::calendar;
use crate::domain::ids::{PetitionCaseId, PetitionerId, UnitId, VisitId};
use crate::domain::joining::Joinable;
use crate::domain::petition_case::Stage;
use crate::domain::query_code::QueryCode;
use crate::domain::visit::{
    Account, Contact, Course, Identity, Registered, ReopenReason, SameMatter, VisitForm,
};

/// What a query code is sealed and indexed for.
pub const QUERY_CODE: &str = "visit.query_code";
/// What a representative's number is sealed for.
pub(super) const REPRESENTATIVE: &str = "visit_representative.id";

/// Whose visit it is.
#[derive(Debug, Clone)]
pub enum Person {
    /// A card of the match panel was taken; what is told of the contact is newer.
    Known(PetitionerId, Box<Contact>),
    New(Box<Identity>),
    /// An anonymous letter or call.
    Unnamed,
}

/// The case with this number, to join a visit to.
pub async fn case_to_join(tx: &mut Tx, number: &str) -> StoreResult<Option<Joinable>> {
    Ok(sqlx::query_as!(
        Joinable,
        r#"SELECT case_id AS "case!: PetitionCaseId", number AS "number!", stage AS "stage!: Stage",
                  is_open AS "is_open!"
           FROM case_to_join($1)"#,
        number,
    )
    .fetch_optional(tx.unscoped())
    .await?)
}

/// A case of the same person about the same court case since a moment, at whatever court.
pub async fn same_matter(
    tx: &mut Tx,
    person: PetitionerId,
    court_case: &str,
    since: DateTime<Utc>,
) -> StoreResult<Option<SameMatter>> {
    Ok(sqlx::query_as!(
        SameMatter,
        r#"SELECT case_id AS "case!: PetitionCaseId", number AS "number!", court AS "court!"
           FROM same_matter($1, $2, $3)"#,
        person.0,
        court_case,
        since,
    )
    .fetch_optional(tx.unscoped())
    .await?)
}

/// What a registration got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub visit: VisitId,
    pub visit_number: String,
    pub case: Option<PetitionCaseId>,
    /// The number of the case it opened or joined; none for a sealed accusation.
    pub case_number: Option<String>,
}

/// The case of a visit: its key and its number.
type OpenedOrJoined = (PetitionCaseId, String);

/// Where a visit was received.
pub(super) struct Hall {
    id: i64,
    code: String,
}

impl Hall {
    /// The series of its numbers of a day.
    pub(super) fn series(&self, day: NaiveDate) -> String {
        format!("LF:{}:{}", self.code, compact(day))
    }
}

/// 20260615
fn compact(day: NaiveDate) -> String {
    format!("{}{:02}{:02}", day.year(), day.month(), day.day())
}

/// Writes a visit with everything that it opens or joins, and its audit entry. `hall` is that of
/// the grant; without one, the court's first.
pub async fn record(
    tx: &mut Tx,
    fact: &Registered,
    person: &Person,
    hall: Option<i64>,
) -> StoreResult<Recorded> {
    let by = (fact.by(), fact.at());
    let (petitioner, told) = match person {
        Person::Known(id, contact) => (Some(*id), Some(&**contact)),
        Person::New(identity) => {
            let (id, known) = petitioners::ensure(tx, identity, fact.is_sealed(), by).await?;
            (Some(id), known.then_some(&identity.contact))
        }
        Person::Unnamed => (None, None),
    };
    let hall = find_hall(tx, hall, fact.court()).await?;
    let (visit, number) = insert_visit(tx, fact, petitioner, &hall).await?;
    insert_text(tx, fact, visit).await?;
    insert_representatives(tx, fact, visit).await?;
    if let (Some(id), Some(contact), false) = (petitioner, told, fact.is_sealed()) {
        contacts::record(tx, id, contact, (visit, fact.by(), fact.at())).await?;
    }
    let case = match &fact.entry().course {
        _ if fact.is_sealed() => None,
        Course::Joined(case) | Course::Reopened(case, _) => {
            Some(join(tx, fact, (visit, *case), petitioner).await?)
        }
        Course::Answered(_)
        | Course::Accepted
        | Course::Routed(_)
        | Course::Transferred(_)
        | Course::NotAccepted(_) => Some(open(tx, fact, (visit, petitioner)).await?),
    };
    let detail = fact.entry().course.disposition().code();
    let entry = audit::Entry {
        verb: "visit.registered",
        object: &number,
        detail,
        at: fact.at(),
        case: case.as_ref().map(|(id, _)| *id),
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await?;
    if fact.goes_straight() {
        accusations::record_straight(tx, fact, (visit, &number)).await?;
    }
    let (case, case_number) = case.unzip();
    Ok(Recorded { visit, visit_number: number, case, case_number })
}

pub(super) async fn find_hall(tx: &mut Tx, hall: Option<i64>, court: UnitId) -> StoreResult<Hall> {
    sqlx::query_as!(
        Hall,
        "SELECT id, code FROM hall
         WHERE unit_id = $2 AND ($1::bigint IS NULL OR id = $1) ORDER BY id LIMIT 1",
        hall,
        court.0,
    )
    .fetch_optional(tx.unscoped())
    .await?
    .ok_or(StoreError::Unreadable {
        table: "hall",
        column: "unit_id",
        value: court.to_string(),
    })
}

async fn insert_visit(
    tx: &mut Tx,
    fact: &Registered,
    petitioner: Option<PetitionerId>,
    hall: &Hall,
) -> StoreResult<(VisitId, String)> {
    let day = calendar::day_of(fact.at());
    let running = numbers::next(tx, &hall.series(day)).await?;
    let number = format!("LF{}-{}-{running:03}", compact(day), hall.code);
    let random: [u8; 48] = rand::random();
    let code = QueryCode::of(&random).ok_or(StoreError::Sealed)?;
    let keys = tx.keys();
    let entry = fact.entry();
    let people = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let id = sqlx::query_scalar!(
        r#"INSERT INTO visit (number, unit_id, hall_id, running, channel, petitioner_id, visit_form, people_count,
                              involved_count, visit_kind, category, origin_unit_id, principal_name, mandate, assist,
                              disposition, urgent_reason, receiver_id, query_code_hash, query_code_sealed,
                              posted_on, received_at, recorded_at, recorded_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                   $22, $23, $24)
           RETURNING id AS "id: VisitId""#,
        number,
        fact.unit().0,
        hall.id,
        i32::try_from(running).unwrap_or(i32::MAX),
        entry.channel.code(),
        petitioner.map(|id| id.0),
        entry.form.code(),
        people(entry.people),
        entry.involved.map(people),
        entry.kind.code(),
        entry.category.code(),
        entry.origin.map(|unit| unit.0),
        entry.principal.as_ref().map_or("", |(name, _)| name),
        entry.principal.as_ref().map(|(_, mandate)| *mandate),
        &entry.assist.iter().map(|assist| assist.code().to_owned()).collect::<Vec<_>>(),
        entry.course.disposition().code(),
        entry.urgent_reason,
        entry.receiver.0,
        keys.index(QUERY_CODE, code.as_str()),
        keys.seal_text((QUERY_CODE, &number), code.as_str())?,
        entry.posted_on,
        entry.received_at,
        fact.at(),
        fact.by().0,
    )
    .fetch_one(tx.unscoped())
    .await?;
    Ok((id, number))
}

async fn insert_text(tx: &mut Tx, fact: &Registered, visit: VisitId) -> StoreResult<()> {
    let entry = fact.entry();
    let (summary, same_as) = match &entry.account {
        Account::Told(text) => (text.as_str(), None),
        Account::SameAs(earlier) => ("", Some(earlier.0)),
    };
    let answer = match &entry.course {
        Course::Answered(text) | Course::NotAccepted(text) => text.as_str(),
        Course::Joined(_)
        | Course::Reopened(..)
        | Course::Accepted
        | Course::Routed(_)
        | Course::Transferred(_) => "",
    };
    sqlx::query!(
        "INSERT INTO visit_text (visit_id, summary, same_as_visit_id, origin_case_number, answer_text, sealed)
         VALUES ($1, $2, $3, $4, $5, $6)",
        visit.0,
        summary,
        same_as,
        entry.court_case.as_ref().map(ToString::to_string).unwrap_or_default(),
        answer,
        fact.is_sealed(),
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

async fn insert_representatives(tx: &mut Tx, fact: &Registered, visit: VisitId) -> StoreResult<()> {
    if fact.entry().form != VisitForm::Group || fact.entry().representatives.is_empty() {
        return Ok(());
    }
    let keys = tx.keys();
    let (mut names, mut numbers) = (Vec::new(), Vec::new());
    for (place, (name, number)) in (1..).zip(&fact.entry().representatives) {
        names.push(name.clone());
        let record = format!("{visit}/{place}");
        let sealed =
            (!number.is_empty()).then(|| keys.seal_text((REPRESENTATIVE, &record), number));
        numbers.push(sealed.transpose()?.unwrap_or_default());
    }
    sqlx::query!(
        "INSERT INTO visit_representative (visit_id, place, name, id_sealed)
         SELECT $1, place, name, nullif(number, '')
         FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS r (name, number, place)",
        visit.0,
        &names,
        &numbers,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// Opens a petition case for the visit.
async fn open(
    tx: &mut Tx,
    fact: &Registered,
    (visit, petitioner): (VisitId, Option<PetitionerId>),
) -> StoreResult<OpenedOrJoined> {
    let entry = fact.entry();
    let (route, organ) = match &entry.course {
        Course::Routed(route) => (Some(*route), ""),
        Course::Transferred(organ) => (None, organ.as_str()),
        Course::Answered(_)
        | Course::Joined(_)
        | Course::Reopened(..)
        | Course::Accepted
        | Course::NotAccepted(_) => (None, ""),
    };
    let summary = match &entry.account {
        Account::Told(text) => text.clone(),
        Account::SameAs(earlier) => text_of(tx, *earlier).await?,
    };
    let decision = entry.course.disposition().code();
    let new = NewCase {
        visit,
        unit: fact.unit(),
        category: entry.category.code(),
        origin: entry.origin,
        urgent_reason: &entry.urgent_reason,
        opened_at: entry.received_at,
        recorded_at: fact.at(),
        by: fact.by(),
        petitioner,
        summary: &summary,
        requests: &[],
        screening: Some(Screening { decision, route, organ }),
    };
    let opened = openings::open_case(tx, &new).await?;
    if let Some(stated) = &entry.court_case {
        openings::link_court_case(tx, opened.id, stated, "").await?;
    }
    link(tx, fact, (visit, opened.id), 1).await?;
    Ok((opened.id, opened.number))
}

async fn text_of(tx: &mut Tx, visit: VisitId) -> StoreResult<String> {
    let (conn, scope) = tx.scoped();
    let text = sqlx::query_scalar!(
        r#"SELECT coalesce(nullif(t.summary, ''), e.summary, '') AS "text!"
           FROM visit v
           JOIN visit_text t ON t.visit_id = v.id
           LEFT JOIN visit ev ON ev.id = t.same_as_visit_id AND within($2, ev)
           LEFT JOIN visit_text e ON e.visit_id = ev.id AND NOT e.sealed
           WHERE v.id = $1 AND within($2, v)"#,
        visit.0,
        scope.reach() as _,
    )
    .fetch_optional(conn)
    .await?;
    Ok(text.unwrap_or_default())
}

/// Joins the visit to its case; the person becomes a party of it if they were none. A case that has
/// ended opens its next round.
async fn join(
    tx: &mut Tx,
    fact: &Registered,
    (visit, case): (VisitId, PetitionCaseId),
    petitioner: Option<PetitionerId>,
) -> StoreResult<OpenedOrJoined> {
    let reason =
        if let Course::Reopened(_, reason) = &fact.entry().course { Some(*reason) } else { None };
    let joined = sqlx::query!(
        r#"SELECT number AS "number!", visits AS "visits!" FROM case_joined($1, $2, $3, $4)"#,
        case.0,
        petitioner.map(|id| id.0),
        visit.0,
        reason.map_or("", ReopenReason::code),
    )
    .fetch_optional(tx.unscoped())
    .await?
    .ok_or(StoreError::Stale)?;
    let nth = i32::try_from(joined.visits + 1).unwrap_or(i32::MAX);
    link(tx, fact, (visit, case), nth).await?;
    if let Some(reason) = reason {
        let entry = audit::Entry {
            verb: "case.reopened",
            case: Some(case),
            object: &joined.number,
            detail: reason.code(),
            at: fact.at(),
            ..audit::Entry::default()
        };
        audit::append(tx, entry).await?;
    }
    Ok((case, joined.number))
}

async fn link(
    tx: &mut Tx,
    fact: &Registered,
    (visit, case): (VisitId, PetitionCaseId),
    nth: i32,
) -> StoreResult<()> {
    sqlx::query!(
        "INSERT INTO visit_case (visit_id, case_id, nth, linked_at, linked_by) VALUES ($1, $2, $3, $4, $5)",
        visit.0,
        case.0,
        nth,
        fact.at(),
        fact.by().0,
    )
    .execute(tx.unscoped())
    .await?;
    if let Some((offered, reason)) = &fact.entry().not_same {
        sqlx::query!(
            "INSERT INTO repeat_correction (visit_id, offered_case_id, reason, corrected_at, corrected_by)
             VALUES ($1, $2, $3, $4, $5)",
            visit.0,
            offered.0,
            reason,
            fact.at(),
            fact.by().0,
        )
        .execute(tx.unscoped())
        .await?;
    }
    Ok(())
}
