//! Opening a petition case: its number, its first round, its screening, its party and its words.

use chrono::{DateTime, Datelike, Utc};

use super::{StoreResult, Tx, numbers};
use crate::domain::calendar;
use crate::domain::court_case::StatedNumber;
use crate::domain::ids::{PetitionCaseId, PetitionerId, RoundId, StaffId, UnitId, VisitId};
use crate::domain::visit::LitigationRoute;

/// What a new petition case begins with.
#[derive(Debug, Clone)]
pub struct NewCase<'a> {
    /// The visit that opens it.
    pub visit: VisitId,
    /// The court that registered it, in whose hands it is until it is assigned.
    pub unit: UnitId,
    pub category: &'a str,
    pub origin: Option<UnitId>,
    pub urgent_reason: &'a str,
    pub opened_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub by: StaffId,
    pub petitioner: Option<PetitionerId>,
    pub summary: &'a str,
    pub requests: &'a [String],
    /// The screening at the window, if one was made.
    pub screening: Option<Screening<'a>>,
}

/// A decision of the window or the bureau about a round.
#[derive(Debug, Clone, Copy)]
pub struct Screening<'a> {
    pub decision: &'a str,
    pub route: Option<LitigationRoute>,
    pub organ: &'a str,
}

/// A case that was opened.
#[derive(Debug, Clone)]
pub struct OpenedCase {
    pub id: PetitionCaseId,
    pub round: RoundId,
    pub number: String,
}

/// Opens a case. The series of numbers is one a year for the intermediate court and all its courts.
pub async fn open_case(tx: &mut Tx, new: &NewCase<'_>) -> StoreResult<OpenedCase> {
    let year = calendar::day_of(new.recorded_at).year();
    let running = numbers::next(tx, &format!("XF:{year}")).await?;
    let number = format!("XF{year}-{running:05}");
    let id = sqlx::query_scalar!(
        r#"INSERT INTO petition_case (number, unit_id, registered_unit_id, category, origin_unit_id, urgent,
                                      urgent_reason, opened_at, recorded_at, recorded_by)
           VALUES ($1, $2, $2, $3, $4, $5 <> '', $5, $6, $7, $8)
           RETURNING id AS "id: PetitionCaseId""#,
        number,
        new.unit.0,
        new.category,
        new.origin.map(|unit| unit.0),
        new.urgent_reason,
        new.opened_at,
        new.recorded_at,
        new.by.0,
    )
    .fetch_one(tx.unscoped())
    .await?;
    let round = open_round(tx, id, new).await?;
    sqlx::query!(
        "INSERT INTO grounds (case_id, summary, requests, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5)",
        id.0,
        new.summary,
        new.requests,
        new.recorded_at,
        new.by.0,
    )
    .execute(tx.unscoped())
    .await?;
    if let Some(petitioner) = new.petitioner {
        add_party(tx, id, petitioner, ("main", new.opened_at)).await?;
    }
    if let Some(screening) = &new.screening {
        screen(tx, (id, round), screening, (new.opened_at, new.recorded_at, new.by)).await?;
    }
    Ok(OpenedCase { id, round, number })
}

/// Opens the first round, with its case.
async fn open_round(tx: &mut Tx, case: PetitionCaseId, new: &NewCase<'_>) -> StoreResult<RoundId> {
    Ok(sqlx::query_scalar!(
        r#"INSERT INTO round (case_id, number, opened_at, recorded_at, recorded_by, visit_id)
           VALUES ($1, 1, $2, $3, $4, $5)
           RETURNING id AS "id: RoundId""#,
        case.0,
        new.opened_at,
        new.recorded_at,
        new.by.0,
        new.visit.0,
    )
    .fetch_one(tx.unscoped())
    .await?)
}

async fn screen(
    tx: &mut Tx,
    (case, round): (PetitionCaseId, RoundId),
    screening: &Screening<'_>,
    (decided_at, recorded_at, by): (DateTime<Utc>, DateTime<Utc>, StaffId),
) -> StoreResult<()> {
    sqlx::query!(
        "INSERT INTO screening (case_id, round_id, decision, litigation_route, transfer_organ, decided_at,
                                recorded_at, recorded_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        case.0,
        round.0,
        screening.decision,
        screening.route.map_or("", LitigationRoute::code),
        screening.organ,
        decided_at,
        recorded_at,
        by.0,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// Adds someone who petitions in the case, unless they do already.
pub async fn add_party(
    tx: &mut Tx,
    case: PetitionCaseId,
    petitioner: PetitionerId,
    (part, since): (&str, DateTime<Utc>),
) -> StoreResult<()> {
    sqlx::query!(
        "INSERT INTO party (case_id, petitioner_id, part, since) VALUES ($1, $2, $3, $4)
         ON CONFLICT ON CONSTRAINT party_pkey DO NOTHING",
        case.0,
        petitioner.0,
        part,
        since,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// Links a court case by its number. The court is looked up by its code, never computed; an unknown
/// code leaves it open.
pub async fn link_court_case(
    tx: &mut Tx,
    case: PetitionCaseId,
    stated: &StatedNumber,
    procedure: &str,
) -> StoreResult<()> {
    let code = stated.number.as_ref().and_then(|number| number.court_code());
    sqlx::query!(
        "INSERT INTO court_case (number, well_formed, court_unit_id)
         VALUES ($1, $2, (SELECT id FROM unit WHERE court_code = $3))
         ON CONFLICT ON CONSTRAINT court_case_number_key DO NOTHING",
        stated.to_string(),
        stated.number.is_some(),
        code,
    )
    .execute(tx.unscoped())
    .await?;
    // A statement of its own: it sees the row that another window has just written.
    sqlx::query!(
        "INSERT INTO petition_case_court_case (case_id, court_case_id, procedure)
         SELECT $1, id, $3 FROM court_case WHERE number = $2
         ON CONFLICT ON CONSTRAINT petition_case_court_case_pkey DO NOTHING",
        case.0,
        stated.to_string(),
        procedure,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}
