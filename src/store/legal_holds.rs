//! Cases of which nothing is destroyed (暂缓销毁), and that something may be again.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::ids::PetitionCaseId;
use crate::domain::legal_hold::Held;
use crate::domain::lifting::Lifted;

/// A hold in the list of a case.
#[derive(Debug, Clone)]
pub struct HoldLine {
    pub uuid: Uuid,
    pub reason: String,
    pub recorded_at: DateTime<Utc>,
    pub recorded_by: String,
    pub lifted_at: Option<DateTime<Utc>>,
    pub lifted_by: Option<String>,
    pub lifted_reason: String,
}

/// The holds of a case within reach, running ones first.
pub async fn list(tx: &mut Tx, case: PetitionCaseId) -> StoreResult<Vec<HoldLine>> {
    let (conn, scope) = tx.scoped();
    let lines = sqlx::query_as!(
        HoldLine,
        r#"SELECT h.uuid, h.reason, h.recorded_at, acting_name(r.name, h.on_behalf_of) AS "recorded_by!", h.lifted_at, l.name AS "lifted_by?",
                  h.lifted_reason
           FROM legal_hold h
           JOIN petition_case c ON c.id = h.case_id
           JOIN staff r ON r.id = h.recorded_by
           LEFT JOIN staff l ON l.id = h.lifted_by
           WHERE h.case_id = $1 AND within($2, c.unit_id, c.id)
           ORDER BY h.lifted_at IS NOT NULL, h.id"#,
        case.0,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// Whether what was written in a case is destroyed. Until the transaction ends nobody destroys it.
pub async fn is_erased(tx: &mut Tx, case: PetitionCaseId) -> StoreResult<bool> {
    sqlx::query!("SELECT id FROM petition_case WHERE id = $1 FOR UPDATE", case.0)
        .fetch_optional(tx.unscoped())
        .await?;
    let erased = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM erasure e JOIN petition_case_now n ON n.case_id = e.case_id
                          WHERE e.case_id = $1 AND e.round_id = n.round_id) AS "erased!""#,
        case.0,
    )
    .fetch_one(tx.unscoped())
    .await?;
    Ok(erased)
}

/// Writes that a case is held.
pub async fn record(tx: &mut Tx, fact: &Held) -> StoreResult<()> {
    let uuid = sqlx::query_scalar!(
        "INSERT INTO legal_hold (case_id, reason, recorded_at, recorded_by) VALUES ($1, $2, $3, $4)
         RETURNING uuid",
        fact.case().0,
        fact.reason(),
        fact.at(),
        fact.by().0,
    )
    .fetch_one(tx.unscoped())
    .await?;
    let entry = audit::Entry {
        verb: "hold.noted",
        case: Some(fact.case()),
        object: &uuid.to_string(),
        at: fact.at(),
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await
}

/// Writes that a hold is lifted, if it still runs.
pub async fn record_lifting(tx: &mut Tx, hold: Uuid, fact: &Lifted<Held>) -> StoreResult<()> {
    let done = sqlx::query!(
        "UPDATE legal_hold SET lifted_at = $3, lifted_by = $4, lifted_reason = $5
         WHERE uuid = $1 AND case_id = $2 AND lifted_at IS NULL",
        hold,
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
        verb: "hold.lifted",
        case: Some(fact.case()),
        object: &hold.to_string(),
        at: fact.at(),
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await
}
