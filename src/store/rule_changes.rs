//! Changes of the time limits: what was proposed, and what became of it. The writes are functions of the
//! database, which ask for role and second person again.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use super::{StoreError, StoreResult, Tx, audit};
use crate::domain::deadline::{ClockKind, ClockRule, DayCount, Roll};
use crate::domain::ids::StaffId;
use crate::domain::rule_change::{Decided, Proposed, Waiting};

/// A proposal, waiting or decided on.
#[derive(Debug, Clone)]
pub struct ProposalLine {
    pub uuid: Uuid,
    pub code: String,
    pub name: String,
    pub basis: String,
    pub from: NaiveDate,
    pub rules: Vec<ClockRule>,
    pub proposed_at: DateTime<Utc>,
    pub proposed_by: StaffId,
    pub proposer: String,
    pub decided_at: Option<DateTime<Utc>>,
    pub decider: Option<String>,
    pub declined_reason: String,
}

impl ProposalLine {
    /// As the rules ask for it.
    pub const fn waiting(&self) -> Waiting {
        let (proposed_by, from) = (self.proposed_by, self.from);
        Waiting { proposed_by, from, is_decided: self.decided_at.is_some() }
    }
}

/// A time limit as the column has it.
#[derive(Debug, Serialize, Deserialize)]
struct RuleRow {
    clock: String,
    days: u16,
    counted_in: String,
    roll: String,
}

impl RuleRow {
    fn of(rule: ClockRule) -> Self {
        Self {
            clock: rule.kind.code().to_owned(),
            days: rule.days,
            counted_in: rule.count.code().to_owned(),
            roll: rule.roll.code().to_owned(),
        }
    }

    fn rule(&self) -> Option<ClockRule> {
        Some(ClockRule {
            kind: ClockKind::from_code(&self.clock)?,
            days: self.days,
            count: DayCount::from_code(&self.counted_in)?,
            roll: Roll::from_code(&self.roll)?,
        })
    }
}

/// What waits, oldest first, and the last that were decided on.
pub async fn list(tx: &mut Tx, size: i64) -> StoreResult<Vec<ProposalLine>> {
    let rows = sqlx::query!(
        r#"SELECT p.uuid, p.code, p.name, p.basis, p.valid_from, p.rules AS "rules: Json<Vec<RuleRow>>", p.proposed_at,
                  p.proposed_by AS "proposed_by: StaffId", b.name AS proposer, p.decided_at, d.name AS "decider?",
                  p.declined_reason
           FROM rule_proposal p
           JOIN staff b ON b.id = p.proposed_by
           LEFT JOIN staff d ON d.id = p.decided_by
           ORDER BY p.decided_at IS NOT NULL, p.decided_at DESC, p.id
           LIMIT $1"#,
        size,
    )
    .fetch_all(tx.unscoped())
    .await?;
    rows.into_iter()
        .map(|row| {
            let rules: Option<Vec<ClockRule>> = row.rules.0.iter().map(RuleRow::rule).collect();
            let rules = rules.ok_or(StoreError::Unreadable {
                table: "rule_proposal",
                column: "rules",
                value: row.uuid.to_string(),
            })?;
            Ok(ProposalLine {
                uuid: row.uuid,
                code: row.code,
                name: row.name,
                basis: row.basis,
                from: row.valid_from,
                rules,
                proposed_at: row.proposed_at,
                proposed_by: row.proposed_by,
                proposer: row.proposer,
                decided_at: row.decided_at,
                decider: row.decider,
                declined_reason: row.declined_reason,
            })
        })
        .collect()
}

/// What keeps two of one rule set from waiting.
const WAITING: &str = "rule_proposal_waiting_key";

/// Writes the proposal; whether no other was faster.
pub async fn record(tx: &mut Tx, fact: &Proposed) -> StoreResult<bool> {
    let wanted = fact.wanted();
    let rules: Vec<RuleRow> = wanted.rules.iter().copied().map(RuleRow::of).collect();
    let done = sqlx::query_scalar!(
        "SELECT rule_propose($1, $2, $3, $4, $5, $6)",
        fact.code(),
        fact.name(),
        wanted.basis.trim(),
        wanted.from,
        Json(rules) as _,
        fact.at(),
    )
    .fetch_one(tx.unscoped())
    .await;
    let uuid = match done.map_err(StoreError::from) {
        Ok(uuid) => uuid.ok_or(StoreError::Stale)?,
        Err(error) if error.on_constraint(WAITING) => return Ok(false),
        Err(error) => return Err(error),
    };
    trace(tx, ("rules.proposed", uuid), fact.at()).await?;
    Ok(true)
}

/// Writes what was decided; a confirmed proposal becomes a version.
pub async fn record_decision(tx: &mut Tx, uuid: Uuid, fact: &Decided) -> StoreResult<()> {
    let (verb, done) = match fact.declined() {
        None => {
            let made = sqlx::query_scalar!("SELECT rule_confirm($1, $2)", uuid, fact.at())
                .fetch_one(tx.unscoped())
                .await?;
            ("rules.confirmed", made)
        }
        Some(why) => {
            let done = sqlx::query_scalar!("SELECT rule_decline($1, $2, $3)", uuid, why, fact.at())
                .fetch_one(tx.unscoped())
                .await?;
            ("rules.declined", done)
        }
    };
    done.ok_or(StoreError::Stale)?;
    trace(tx, (verb, uuid), fact.at()).await
}

async fn trace(tx: &mut Tx, (verb, object): (&str, Uuid), at: DateTime<Utc>) -> StoreResult<()> {
    let object = &object.to_string();
    audit::append(tx, audit::Entry { verb, object, at, ..audit::Entry::default() }).await
}
