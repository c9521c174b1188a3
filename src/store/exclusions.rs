//! Whom a petition names (回避), and that it no longer does.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::exclusion::{Excluded, Whom};
use crate::domain::ids::PetitionCaseId;
use crate::domain::lifting::Lifted;
use crate::domain::staff::Actor;

/// An exclusion in the list of a case.
#[derive(Debug, Clone)]
pub struct ExclusionLine {
    pub uuid: Uuid,
    /// A person with the unit, or a unit.
    pub whom: String,
    pub reason: String,
    pub recorded_at: DateTime<Utc>,
    pub recorded_by: String,
    pub lifted_at: Option<DateTime<Utc>>,
    pub lifted_by: Option<String>,
    pub lifted_reason: String,
}

/// The exclusions of a case within reach, running ones first.
pub async fn list(tx: &mut Tx, case: PetitionCaseId) -> StoreResult<Vec<ExclusionLine>> {
    let (conn, scope) = tx.scoped();
    let lines = sqlx::query_as!(
        ExclusionLine,
        r#"SELECT e.uuid, coalesce(s.name || '（' || su.short_name || '）', u.name) AS "whom!", e.reason,
                  e.recorded_at, acting_name(r.name, e.on_behalf_of) AS "recorded_by!", e.lifted_at, l.name AS "lifted_by?", e.lifted_reason
           FROM exclusion e
           JOIN petition_case c ON c.id = e.case_id
           JOIN staff r ON r.id = e.recorded_by
           LEFT JOIN staff s ON s.id = e.staff_id
           LEFT JOIN unit su ON su.id = s.unit_id
           LEFT JOIN unit u ON u.id = e.unit_id
           LEFT JOIN staff l ON l.id = e.lifted_by
           WHERE e.case_id = $1 AND within($2, c.unit_id, c.id)
           ORDER BY e.lifted_at IS NOT NULL, e.id"#,
        case.0,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// What keeps someone from being kept out twice.
const KEYS: [&str; 2] = ["exclusion_staff_key", "exclusion_unit_key"];

/// Writes that someone is kept out of a case; whether it was not on record already.
pub async fn record(tx: &mut Tx, fact: &Excluded) -> StoreResult<bool> {
    let (staff, unit) = match fact.whom() {
        Whom::Person(staff) => (Some(staff.0), None),
        Whom::Unit(unit) => (None, Some(unit.0)),
    };
    let object = match fact.whom() {
        Whom::Person(staff) => format!("staff {staff}"),
        Whom::Unit(unit) => format!("unit {unit}"),
    };
    let (case, at) = (Some(fact.case()), fact.at());
    let done = sqlx::query!(
        "INSERT INTO exclusion (case_id, staff_id, unit_id, reason, recorded_at, recorded_by)
         SELECT $1, $2, $3, $4, $5, $6
         WHERE NOT EXISTS (SELECT FROM exclusion e WHERE e.case_id = $1 AND e.lifted_at IS NULL
                           AND (e.staff_id = $2 OR e.unit_id = $3))",
        fact.case().0,
        staff,
        unit,
        fact.reason(),
        fact.at(),
        fact.by().0,
    )
    .execute(tx.unscoped())
    .await;
    let written = match done.map_err(StoreError::from) {
        Ok(done) => done.rows_affected() == 1,
        Err(error) if KEYS.iter().any(|key| error.on_constraint(key)) => return Ok(false),
        Err(error) => return Err(error),
    };
    if written {
        let entry = audit::Entry {
            verb: "exclusion.noted",
            case,
            object: &object,
            at,
            ..audit::Entry::default()
        };
        audit::append(tx, entry).await?;
    }
    Ok(written)
}

/// Whether an exclusion keeps whoever asks out of a case, from now on.
pub async fn keeps_out(tx: &mut Tx, actor: &Actor, case: PetitionCaseId) -> StoreResult<bool> {
    let (staff, unit) = (actor.staff.0, actor.unit.0);
    let out = sqlx::query_scalar!(
        r#"SELECT $1 = ANY (excluded_cases($2, $3)) AS "out!""#,
        case.0,
        staff,
        unit,
    )
    .fetch_one(tx.unscoped())
    .await?;
    Ok(out)
}

/// Writes that an exclusion is lifted, if it still runs.
pub async fn record_lifting(
    tx: &mut Tx,
    exclusion: Uuid,
    fact: &Lifted<Excluded>,
) -> StoreResult<()> {
    let done = sqlx::query!(
        "UPDATE exclusion SET lifted_at = $3, lifted_by = $4, lifted_reason = $5
         WHERE uuid = $1 AND case_id = $2 AND lifted_at IS NULL",
        exclusion,
        fact.case().0,
        fact.at(),
        fact.by().0,
        fact.reason(),
    )
    .execute(tx.unscoped())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StoreError::Stale);
    }
    let entry = audit::Entry {
        verb: "exclusion.lifted",
        case: Some(fact.case()),
        object: &exclusion.to_string(),
        at: fact.at(),
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await
}
