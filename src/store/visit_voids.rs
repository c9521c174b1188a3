//! Taking a registration back.

use super::{StoreResult, Tx, audit};
use crate::domain::ids::{PetitionCaseId, StaffId, VisitId};
use crate::domain::visit::{Standing, Voided};

/// Holds what the visit opened until the transaction ends: nothing is done about it meanwhile.
pub async fn hold(tx: &mut Tx, number: &str) -> StoreResult<()> {
    let (conn, scope) = tx.scoped();
    sqlx::query!(
        "SELECT visit_lock_opened(v.id) AS held FROM visit v WHERE v.number = $1 AND within($2, v)",
        number,
        scope.reach() as _,
    )
    .fetch_optional(conn)
    .await?;
    Ok(())
}

/// A visit as taking it back asks for it.
pub async fn standing(tx: &mut Tx, number: &str) -> StoreResult<Option<Standing>> {
    let (conn, scope) = tx.scoped();
    Ok(sqlx::query_as!(
        Standing,
        r#"SELECT v.id AS "visit: VisitId", v.recorded_by AS "recorded_by: StaffId", v.recorded_at,
                  EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id) AS "is_void!",
                  visit_worked_on(v.id) AS "worked_on!"
           FROM visit v WHERE v.number = $1 AND within($2, v)"#,
        number,
        scope.reach() as _,
    )
    .fetch_optional(conn)
    .await?)
}

/// Writes that a registration was taken back; a case that it opened and that nobody else came
/// about goes with it.
pub async fn record(tx: &mut Tx, fact: &Voided) -> StoreResult<()> {
    sqlx::query!(
        "INSERT INTO visit_void (visit_id, reason, voided_at, voided_by) VALUES ($1, $2, $3, $4)",
        fact.visit().0,
        fact.reason(),
        fact.at(),
        fact.by().0,
    )
    .execute(tx.unscoped())
    .await?;
    sqlx::query!("SELECT visit_opened_changes($1) AS changed", fact.visit().0)
        .fetch_one(tx.unscoped())
        .await?;
    let cases = sqlx::query_scalar!(
        r#"INSERT INTO case_void (case_id, reason, voided_at, voided_by)
           SELECT r.case_id, $2, $3, $4 FROM round r
           WHERE r.visit_id = $1 AND r.number = 1
             AND NOT EXISTS (SELECT FROM visit_case o WHERE o.case_id = r.case_id AND o.visit_id <> $1)
           RETURNING case_id AS "case_id: PetitionCaseId""#,
        fact.visit().0,
        fact.reason(),
        fact.at(),
        fact.by().0,
    )
    .fetch_all(tx.unscoped())
    .await?;
    let object = fact.visit().to_string();
    let entry = audit::Entry {
        verb: "visit.voided",
        object: &object,
        at: fact.at(),
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await?;
    audit::append_each(tx, &cases, audit::Entry { verb: "case.voided", ..entry }).await
}
