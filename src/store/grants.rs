//! Grants of roles as the security administrators see them: what runs, what waits for the second
//! person. The writes are functions of the database, which ask for role and second person again.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{StoreError, StoreResult, Tx, audit, edits};
use crate::domain::granting::{Decided, Ended, Holder, Proposed, Waiting};
use crate::domain::ids::{GrantId, StaffId, UnitId};
use crate::domain::staff::Role;
use crate::domain::staffing::Administering;

/// A grant that holds now or later.
#[derive(Debug, Clone)]
pub struct GrantLine {
    pub id: GrantId,
    pub staff: StaffId,
    pub name: String,
    pub username: String,
    pub role: Role,
    pub unit: String,
    pub from: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    /// Whom the person stands in for under it.
    pub principal: Option<String>,
}

/// The grants that hold at a moment or later, of people whose name begins so, or whose sign-in name has it, or of
/// a unit; by person.
pub async fn list(
    tx: &mut Tx,
    (person, unit): (&str, Option<UnitId>),
    at: DateTime<Utc>,
    ((username, grant), size): ((&str, i64), i64),
) -> StoreResult<Vec<GrantLine>> {
    let lines = sqlx::query_as!(
        GrantLine,
        r#"SELECT g.id AS "id: GrantId", s.id AS "staff: StaffId", s.name, s.username, g.role AS "role: Role",
                  u.short_name AS unit, g.valid_from AS from, g.valid_until AS until, o.name AS "principal?"
           FROM role_grant g
           JOIN staff s ON s.id = g.staff_id
           JOIN unit u ON u.id = g.unit_id
           LEFT JOIN role_grant a ON a.id = g.stands_in_for
           LEFT JOIN staff o ON o.id = a.staff_id
           WHERE g.role <> 'job' AND (g.valid_until IS NULL OR g.valid_until > $1)
             AND ($2 = '' OR s.name LIKE $2 || '%' OR s.username LIKE '%' || $2 || '%')
             AND ($3::bigint IS NULL OR g.unit_id = $3)
             AND (s.username, g.id) > ($4, $5)
           ORDER BY s.username, g.id
           LIMIT $6"#,
        at,
        like(person),
        unit.map(|unit| unit.0),
        username,
        grant,
        size,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(lines)
}

/// Sign-in name and grant after which a page goes on; what makes no sense is the first page.
pub fn place(after: &str) -> (&str, i64) {
    let place = after.split_once(' ').and_then(|(name, grant)| Some((name, grant.parse().ok()?)));
    place.unwrap_or_default()
}

/// A grant that holds now or later.
pub async fn find(
    tx: &mut Tx,
    grant: GrantId,
    at: DateTime<Utc>,
) -> StoreResult<Option<GrantLine>> {
    let line = sqlx::query_as!(
        GrantLine,
        r#"SELECT g.id AS "id: GrantId", s.id AS "staff: StaffId", s.name, s.username, g.role AS "role: Role",
                  u.short_name AS unit, g.valid_from AS from, g.valid_until AS until, o.name AS "principal?"
           FROM role_grant g
           JOIN staff s ON s.id = g.staff_id
           JOIN unit u ON u.id = g.unit_id
           LEFT JOIN role_grant a ON a.id = g.stands_in_for
           LEFT JOIN staff o ON o.id = a.staff_id
           WHERE g.id = $1 AND g.role <> 'job' AND (g.valid_until IS NULL OR g.valid_until > $2)"#,
        grant.0,
        at,
    )
    .fetch_optional(tx.unscoped())
    .await?;
    Ok(line)
}

/// A text that LIKE takes as it stands.
fn like(text: &str) -> String {
    text.trim().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// A proposal, waiting or decided on.
#[derive(Debug, Clone)]
pub struct ProposalLine {
    pub uuid: Uuid,
    pub staff: StaffId,
    pub name: String,
    pub role: Role,
    pub unit: String,
    pub from: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    pub proposed_at: DateTime<Utc>,
    pub proposed_by: StaffId,
    pub proposer: String,
    pub decided_at: Option<DateTime<Utc>>,
    pub decider: Option<String>,
    pub declined_reason: String,
    /// Who is to be stood in for.
    pub principal: Option<String>,
    pub has_lapsed: bool,
}

impl ProposalLine {
    /// As the rules ask for it.
    pub const fn waiting(&self) -> Waiting {
        Waiting {
            staff: self.staff,
            proposed_by: self.proposed_by,
            has_lapsed: self.has_lapsed,
            is_decided: self.decided_at.is_some(),
        }
    }
}

/// What waits, oldest first, and the last that was decided on.
pub async fn proposals(tx: &mut Tx, at: DateTime<Utc>) -> StoreResult<Vec<ProposalLine>> {
    let lines = sqlx::query_as!(
        ProposalLine,
        r#"SELECT p.uuid, p.staff_id AS "staff: StaffId", s.name, p.role AS "role: Role", u.short_name AS unit,
                  p.valid_from AS from, p.valid_until AS until, p.proposed_at,
                  p.proposed_by AS "proposed_by: StaffId", b.name AS proposer, p.decided_at,
                  d.name AS "decider?", p.declined_reason, o.name AS "principal?",
                  coalesce(p.valid_until <= $1, false) OR NOT can_stand_in(p.stands_in_for, $1) AS "has_lapsed!"
           FROM grant_proposal p
           JOIN staff s ON s.id = p.staff_id
           JOIN unit u ON u.id = p.unit_id
           JOIN staff b ON b.id = p.proposed_by
           LEFT JOIN staff d ON d.id = p.decided_by
           LEFT JOIN role_grant a ON a.id = p.stands_in_for
           LEFT JOIN staff o ON o.id = a.staff_id
           WHERE p.decided_at IS NULL
              OR p.id = ANY (ARRAY(SELECT id FROM grant_proposal WHERE decided_at IS NOT NULL
                                   ORDER BY decided_at DESC, id DESC LIMIT 10))
           ORDER BY p.decided_at IS NOT NULL, p.decided_at DESC, p.id"#,
        at,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(lines)
}

/// Whoever signs in with this name, with what they hold at a moment or later, and what waits.
pub async fn holder(tx: &mut Tx, username: &str, at: DateTime<Utc>) -> StoreResult<Option<Holder>> {
    let rows = sqlx::query!(
        r#"SELECT s.id AS "staff: StaffId", s.name, s.active, g.role AS "role?: Role", g.unit_id AS "unit?: UnitId"
           FROM staff s
           LEFT JOIN LATERAL (
               SELECT role, unit_id FROM role_grant
               WHERE staff_id = s.id AND (valid_until IS NULL OR valid_until > $2) AND stands_in_for IS NULL
               UNION ALL
               SELECT role, unit_id FROM grant_proposal WHERE staff_id = s.id AND decided_at IS NULL AND stands_in_for IS NULL) g ON true
           WHERE s.username = $1 AND s.username NOT LIKE 'job.%'"#,
        username,
        at,
    )
    .fetch_all(tx.unscoped())
    .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let (staff, name, is_active) = (first.staff, first.name.clone(), first.active);
    let holds = rows.iter().filter_map(|row| row.role.zip(row.unit)).collect();
    Ok(Some(Holder { staff, name, is_active, holds }))
}

/// How many others hold a role and can use it. Until this work ends nobody else takes one away.
pub async fn others(
    tx: &mut Tx,
    (staff, role): (StaffId, Role),
    at: DateTime<Utc>,
) -> StoreResult<usize> {
    edits::hold(tx, edits::ADMINISTRATORS).await?;
    let others = sqlx::query_scalar!(
        r#"SELECT count(DISTINCT g.staff_id) AS "count!" FROM role_grant g JOIN staff s ON s.id = g.staff_id AND s.active
           WHERE g.role = $1 AND g.staff_id <> $2 AND g.valid_from <= $3
             AND (g.valid_until IS NULL OR g.valid_until > $3)"#,
        role.code(),
        staff.0,
        at,
    )
    .fetch_one(tx.unscoped())
    .await?;
    Ok(usize::try_from(others).unwrap_or_default())
}

/// What someone is of the three, with how many others are.
pub async fn administering(
    tx: &mut Tx,
    staff: StaffId,
    at: DateTime<Utc>,
) -> StoreResult<Vec<Administering>> {
    let held = sqlx::query!(
        r#"SELECT role AS "role: Role", court_of(unit_id) AS "court!: UnitId" FROM role_grant
           WHERE staff_id = $1 AND role IN ('sysadmin', 'secadmin', 'auditor') AND valid_from <= $2
             AND (valid_until IS NULL OR valid_until > $2)"#,
        staff.0,
        at,
    )
    .fetch_all(tx.unscoped())
    .await?;
    let mut all = Vec::new();
    for it in held {
        let others = others(tx, (staff, it.role), at).await?;
        all.push(Administering { role: it.role, court: it.court, others });
    }
    Ok(all)
}

/// What ended when someone left a court.
#[derive(Debug, Clone, Copy, Default)]
pub struct Left {
    pub ended: usize,
    /// Proposals that waited for the second person.
    pub declined: usize,
}

/// Why a proposal is declined whose person left the court.
const LEFT: &str = "被授权人已调离该法院";

/// Ends what someone held at the court that they left, and declines what waited for them there.
pub(super) async fn record_leaving(
    tx: &mut Tx,
    (person, former): (Uuid, UnitId),
    at: DateTime<Utc>,
) -> StoreResult<Left> {
    let ended = sqlx::query_scalar!(
        r#"SELECT grants_leave($1, $2, $3) AS "ended!: GrantId""#,
        person,
        former.0,
        at
    )
    .fetch_all(tx.unscoped())
    .await?;
    for grant in &ended {
        audit::trace(tx, ("role.ended", &grant.to_string(), ""), at).await?;
    }
    let declined = sqlx::query_scalar!(
        r#"SELECT proposals_leave($1, $2, $3, $4) AS "declined!""#,
        person,
        former.0,
        LEFT,
        at
    )
    .fetch_all(tx.unscoped())
    .await?;
    for proposal in &declined {
        audit::trace(tx, ("grant.declined", &proposal.to_string(), ""), at).await?;
    }
    Ok(Left { ended: ended.len(), declined: declined.len() })
}

/// Writes a proposal.
pub async fn record(tx: &mut Tx, fact: &Proposed) -> StoreResult<()> {
    let uuid = sqlx::query_scalar!(
        "SELECT grant_propose($1, $2, $3, $4, $5, $6)",
        fact.staff().0,
        fact.role().code(),
        fact.unit().0,
        fact.from(),
        fact.until(),
        fact.at(),
    )
    .fetch_one(tx.unscoped())
    .await?;
    let object = uuid.ok_or(StoreError::Stale)?.to_string();
    let detail = format!("{} {} {}", fact.staff(), fact.role().code(), fact.unit());
    audit::trace(tx, ("grant.proposed", &object, &detail), fact.at()).await
}

/// Writes what the second person decided.
pub async fn record_decision(tx: &mut Tx, proposal: Uuid, fact: &Decided) -> StoreResult<()> {
    let done = match fact.declined() {
        Some(why) => {
            sqlx::query_scalar!("SELECT grant_decline($1, $2, $3)", proposal, why, fact.at())
                .fetch_one(tx.unscoped())
                .await?
        }
        None => {
            sqlx::query_scalar!("SELECT grant_confirm($1, $2)", proposal, fact.at())
                .fetch_one(tx.unscoped())
                .await?
        }
    };
    let key = done.ok_or(StoreError::Stale)?;
    let verb = if fact.declined().is_some() { "grant.declined" } else { "role.granted" };
    audit::trace(tx, (verb, &proposal.to_string(), &key.to_string()), fact.at()).await
}

/// Ends a grant.
pub async fn record_end(tx: &mut Tx, grant: GrantId, fact: &Ended) -> StoreResult<()> {
    let done = sqlx::query_scalar!("SELECT grant_end($1, $2)", grant.0, fact.at())
        .fetch_one(tx.unscoped())
        .await?;
    done.ok_or(StoreError::Stale)?;
    audit::trace(tx, ("role.ended", &grant.to_string(), ""), fact.at()).await
}
