//! Accusations on their way to the inspection office: number, court, day and state, nothing else.

use chrono::{DateTime, Utc};

use super::cursor::{self, Paged, Place};
use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::accusation::{Accusation, Sent};
use crate::domain::ids::VisitId;
use crate::domain::visit::Registered;

const LIST: &str = "accusations";

/// A line of the bureau's list.
#[derive(Debug, Clone)]
pub struct AccusationLine {
    pub id: i64,
    pub number: String,
    pub court: String,
    pub received_at: DateTime<Utc>,
    pub is_void: bool,
    pub sent_at: Option<DateTime<Utc>>,
}

/// The statement in one direction, so that it walks the key.
macro_rules! lines {
    ($beyond:literal, $direction:literal; $scope:expr, $sent:expr, $id:expr, $limit:expr) => {
        sqlx::query_as!(
            AccusationLine,
            "SELECT v.id, v.number, u.short_name AS court, v.received_at, r.routed_at AS \"sent_at?\",
                    EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id) AS \"is_void!\"
             FROM visit v
             JOIN unit u ON u.id = court_of(v.unit_id)
             LEFT JOIN accusation_routing r ON r.visit_id = v.id
             WHERE within($1, v) AND v.visit_kind = 'accusation' AND r.straight IS NOT true
               AND (r.id IS NOT NULL) = $2
               AND ($3::bigint IS NULL OR v.id " + $beyond + " $3)
             ORDER BY v.id " + $direction + "
             LIMIT $4",
            $scope.reach() as _,
            $sent,
            $id,
            $limit,
        )
    };
}

/// Those that wait, or those that were sent on; the newest first.
pub async fn list(
    tx: &mut Tx,
    sent: bool,
    (place, size): (&Place, usize),
) -> StoreResult<Paged<AccusationLine>> {
    let keys = tx.keys();
    let opened = place.opened::<1>(&keys, LIST);
    let id = opened.values.as_ref().and_then(|[id]| id.parse::<i64>().ok());
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let (conn, scope) = tx.scoped();
    let rows = if opened.backwards {
        lines!(">", "ASC"; scope, sent, id, limit).fetch_all(conn).await?
    } else {
        lines!("<", "DESC"; scope, sent, id, limit).fetch_all(conn).await?
    };
    Paged::of(rows, size, &opened, |line| cursor::seal(&keys, LIST, &[&line.id.to_string()]))
}

/// An accusation within reach, as its acts ask for it.
pub async fn find(tx: &mut Tx, number: &str) -> StoreResult<Option<Accusation>> {
    let (conn, scope) = tx.scoped();
    let found = sqlx::query_as!(
        Accusation,
        r#"SELECT v.id AS "visit: VisitId", v.number, v.petitioner_id IS NOT NULL AS "is_named!",
                  EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id) AS "is_void!",
                  EXISTS (SELECT FROM accusation_routing r WHERE r.visit_id = v.id) AS "is_sent!",
                  c.received_at AS "received_at?",
                  EXISTS (SELECT FROM accusation_outcome o WHERE o.visit_id = v.id) AS "is_concluded!"
           FROM visit v
           LEFT JOIN accusation_receipt c ON c.visit_id = v.id
           WHERE v.number = $1 AND v.visit_kind = 'accusation' AND within($2, v)"#,
        number,
        scope.reach() as _,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found)
}

/// Writes that the bureau sent one on, if nobody else has.
pub async fn record(tx: &mut Tx, fact: &Sent, number: &str) -> StoreResult<()> {
    let done = sqlx::query!(
        "INSERT INTO accusation_routing (visit_id, straight, routed_at, routed_by) VALUES ($1, false, $2, $3)
         ON CONFLICT ON CONSTRAINT accusation_routing_visit_key DO NOTHING",
        fact.visit().0,
        fact.at(),
        fact.by().0,
    )
    .execute(tx.unscoped())
    .await?;
    if done.rows_affected() != 1 {
        return Err(StoreError::Stale);
    }
    trace(tx, (number, "by_bureau"), fact.at()).await
}

/// Writes that one went past the bureau as it was registered.
pub async fn record_straight(
    tx: &mut Tx,
    fact: &Registered,
    (visit, number): (VisitId, &str),
) -> StoreResult<()> {
    sqlx::query!(
        "INSERT INTO accusation_routing (visit_id, straight, routed_at, routed_by) VALUES ($1, true, $2, $3)",
        visit.0,
        fact.at(),
        fact.by().0,
    )
    .execute(tx.unscoped())
    .await?;
    trace(tx, (number, "straight"), fact.at()).await
}

async fn trace(tx: &mut Tx, (object, detail): (&str, &str), at: DateTime<Utc>) -> StoreResult<()> {
    let verb = "accusation.sent";
    audit::append(tx, audit::Entry { verb, object, detail, at, ..audit::Entry::default() }).await
}
