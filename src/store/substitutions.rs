//! Substitutions (代理) as the absent person and the substitute see them. The security administrators
//! find them among the grants (`grants`); the writes are functions of the database, which ask once
//! more who asks for whom.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::ids::{GrantId, StaffId, UnitId};
use crate::domain::staff::Role;
use crate::domain::substituting::{Asked, Candidate, Own, TakenBack};

/// A substitution, asked for or granted.
#[derive(Debug, Clone)]
pub struct SubstitutionLine {
    pub uuid: Uuid,
    /// Whether whoever asks is the absent person.
    pub is_own: bool,
    pub principal: String,
    pub substitute: String,
    pub role: Role,
    pub unit: String,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    pub is_decided: bool,
    pub is_granted: bool,
    pub declined_reason: String,
}

impl SubstitutionLine {
    /// Whether it waits, holds or will hold.
    pub fn is_running(&self, at: DateTime<Utc>) -> bool {
        at < self.until && (self.is_granted || !self.is_decided)
    }
}

/// Those that someone asked for, and those in which they stand in, the newest first.
pub async fn list(tx: &mut Tx) -> StoreResult<Vec<SubstitutionLine>> {
    let (conn, scope) = tx.scoped();
    let lines = sqlx::query_as!(
        SubstitutionLine,
        r#"SELECT x.uuid, x.proposed_by = $1 AS "is_own!", p.name AS principal, s.name AS substitute,
                  x.role AS "role: Role", u.short_name AS unit, coalesce(g.valid_from, x.valid_from) AS "from!",
                  coalesce(g.valid_until, x.valid_until) AS "until!", x.decided_at IS NOT NULL AS "is_decided!",
                  x.grant_id IS NOT NULL AS "is_granted!", x.declined_reason
           FROM grant_proposal x
           JOIN unit u ON u.id = x.unit_id
           JOIN staff p ON p.id = x.proposed_by
           JOIN staff s ON s.id = x.staff_id
           LEFT JOIN role_grant g ON g.id = x.grant_id
           WHERE x.stands_in_for IS NOT NULL AND (x.proposed_by = $1 OR x.staff_id = $1)
           ORDER BY x.id DESC LIMIT 50"#,
        scope.staff().0,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// One's own grants that hold at a moment and can be stood in for, each with its unit.
pub async fn own(tx: &mut Tx, at: DateTime<Utc>) -> StoreResult<Vec<(Own, String)>> {
    let (conn, scope) = tx.scoped();
    let rows = sqlx::query!(
        r#"SELECT g.id AS "grant: GrantId", g.role AS "role: Role", g.valid_until AS until,
                  s.unit_id AS "home: UnitId", u.name AS unit,
                  ARRAY(SELECT x.valid_from FROM role_grant x WHERE x.stands_in_for = g.id AND x.valid_until > $2
                        UNION ALL SELECT x.valid_from FROM grant_proposal x
                        WHERE x.stands_in_for = g.id AND x.decided_at IS NULL ORDER BY 1)
                      AS "since!: Vec<DateTime<Utc>>",
                  ARRAY(SELECT x.valid_until FROM role_grant x WHERE x.stands_in_for = g.id AND x.valid_until > $2
                        UNION ALL SELECT x.valid_until FROM grant_proposal x
                        WHERE x.stands_in_for = g.id AND x.decided_at IS NULL ORDER BY 1)
                      AS "ends!: Vec<DateTime<Utc>>"
           FROM role_grant g
           JOIN staff s ON s.id = g.staff_id
           JOIN unit u ON u.id = g.unit_id
           WHERE g.staff_id = $1 AND can_stand_in(g.id, $2)
           ORDER BY g.id"#,
        scope.staff().0,
        at,
    )
    .fetch_all(conn)
    .await?;
    let own = rows.into_iter().map(|row| {
        let taken = row.since.into_iter().zip(row.ends).collect();
        let own = Own { grant: row.grant, role: row.role, until: row.until, taken, home: row.home };
        (own, row.unit)
    });
    Ok(own.collect())
}

/// The others of the unit where someone works.
pub async fn candidates(tx: &mut Tx, at: DateTime<Utc>) -> StoreResult<Vec<Candidate>> {
    let (conn, scope) = tx.scoped();
    let people = sqlx::query_as!(
        Candidate,
        r#"SELECT s.id AS "staff: StaffId", s.uuid, s.name, s.unit_id AS "home: UnitId",
                  EXISTS (SELECT FROM role_grant g WHERE g.staff_id = s.id AND g.family <> 'court'
                          AND (g.valid_until IS NULL OR $2 < g.valid_until)) AS "keeps_the_program!"
           FROM staff me
           JOIN staff s ON s.unit_id = me.unit_id AND s.id <> me.id AND s.active AND s.password_hash IS NOT NULL
           WHERE me.id = $1
           ORDER BY s.name COLLATE zh, s.id"#,
        scope.staff().0,
        at,
    )
    .fetch_all(conn)
    .await?;
    Ok(people)
}

/// What keeps two from being asked for at once for the same time, and one from being asked for twice.
const ONCE: [&str; 2] = ["grant_proposal_stands_in_for_excl", "grant_proposal_waiting_key"];

/// Writes that a substitute is asked for; whether nobody was for that time already.
pub async fn record(tx: &mut Tx, fact: &Asked) -> StoreResult<bool> {
    let done = sqlx::query_scalar!(
        "SELECT substitution_propose($1, $2, $3, $4, $5)",
        fact.grant().0,
        fact.substitute().0,
        fact.from(),
        fact.until(),
        fact.at(),
    )
    .fetch_one(tx.unscoped())
    .await;
    let uuid = match done.map_err(StoreError::from) {
        Ok(uuid) => uuid.ok_or(StoreError::Stale)?.to_string(),
        Err(error) if ONCE.iter().any(|name| error.on_constraint(name)) => return Ok(false),
        Err(error) => return Err(error),
    };
    let detail = format!("{} {}", fact.grant(), fact.substitute());
    audit::trace(tx, ("substitution.proposed", &uuid, &detail), fact.at()).await?;
    Ok(true)
}

/// Writes that it is taken back.
pub async fn record_end(tx: &mut Tx, named: Uuid, fact: TakenBack) -> StoreResult<()> {
    let done = sqlx::query_scalar!("SELECT substitution_end($1, $2)", named, fact.at())
        .fetch_one(tx.unscoped())
        .await?;
    done.ok_or(StoreError::Stale)?;
    audit::trace(tx, ("substitution.ended", &named.to_string(), ""), fact.at()).await
}
