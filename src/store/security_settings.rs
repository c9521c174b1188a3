//! What the security administrators set (安全策略): what is in force, what waits for the second person.
//! The writes are functions of the database, which ask for role and second person again.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::{Db, StoreError, StoreResult, Tx, audit};
use crate::domain::ids::StaffId;
use crate::domain::password::Profile;
use crate::domain::security_setting::{Decided, Proposed, Reach, Settings, Waiting};
use crate::domain::sign_in::SecondFactor;

/// A row of settings.
struct Row {
    profile: Profile,
    shortest: i32,
    days: Option<i32>,
    history: i32,
    tries: i32,
    idle_minutes: i32,
    longest_hours: i32,
    devices: i32,
    second_factor: SecondFactor,
    reach: Reach,
    ranges: String,
}

impl Row {
    fn settings(self) -> StoreResult<Settings> {
        let unreadable = |column, value: i32| StoreError::Unreadable {
            table: "security_setting",
            column,
            value: value.to_string(),
        };
        Ok(Settings {
            profile: self.profile,
            shortest: usize::try_from(self.shortest)
                .map_err(|_| unreadable("shortest", self.shortest))?,
            days: self.days.map(i64::from),
            history: usize::try_from(self.history)
                .map_err(|_| unreadable("history", self.history))?,
            tries: self.tries,
            idle_minutes: self.idle_minutes.into(),
            longest_hours: self.longest_hours.into(),
            devices: u8::try_from(self.devices).map_err(|_| unreadable("devices", self.devices))?,
            second_factor: self.second_factor,
            reach: self.reach,
            ranges: self.ranges,
        })
    }
}

/// What holds; nothing where nothing was confirmed yet. Signing in goes by it, so no session is asked.
pub async fn in_force(db: &Db) -> StoreResult<Option<Settings>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT profile AS "profile!: Profile", shortest AS "shortest!", days, history AS "history!", tries AS "tries!",
                  idle_minutes AS "idle_minutes!", longest_hours AS "longest_hours!", devices AS "devices!",
                  second_factor AS "second_factor!: SecondFactor", reach AS "reach!: Reach", ranges AS "ranges!"
           FROM security_in_force()"#,
    )
    .fetch_optional(&db.pool)
    .await?;
    row.map(Row::settings).transpose()
}

/// Settings that were proposed, and what became of them.
#[derive(Debug, Clone)]
pub struct ProposalLine {
    pub uuid: Uuid,
    pub settings: Settings,
    pub proposed_at: DateTime<Utc>,
    pub proposed_by: StaffId,
    pub proposer: String,
    pub decided_at: Option<DateTime<Utc>>,
    pub decider: Option<String>,
    pub declined_reason: String,
}

impl ProposalLine {
    /// As the rules ask for it.
    pub fn waiting(&self) -> Waiting {
        Waiting {
            settings: self.settings.clone(),
            proposed_by: self.proposed_by,
            is_decided: self.decided_at.is_some(),
        }
    }
}

/// What waits, and the last that were decided on.
pub async fn list(tx: &mut Tx, size: i64) -> StoreResult<Vec<ProposalLine>> {
    let rows = sqlx::query!(
        r#"SELECT p.uuid, p.profile AS "profile: Profile", p.shortest, p.days, p.history, p.tries, p.idle_minutes,
                  p.longest_hours, p.devices, p.second_factor AS "second_factor: SecondFactor",
                  p.reach AS "reach: Reach", p.ranges, p.proposed_at, p.proposed_by AS "proposed_by: StaffId",
                  b.name AS proposer, p.decided_at, d.name AS "decider?", p.declined_reason
           FROM security_setting p
           JOIN staff b ON b.id = p.proposed_by
           LEFT JOIN staff d ON d.id = p.decided_by
           ORDER BY p.decided_at IS NOT NULL, p.decided_at DESC, p.id DESC
           LIMIT $1"#,
        size,
    )
    .fetch_all(tx.unscoped())
    .await?;
    rows.into_iter()
        .map(|row| {
            let settings = Row {
                profile: row.profile,
                shortest: row.shortest,
                days: row.days,
                history: row.history,
                tries: row.tries,
                idle_minutes: row.idle_minutes,
                longest_hours: row.longest_hours,
                devices: row.devices,
                second_factor: row.second_factor,
                reach: row.reach,
                ranges: row.ranges,
            };
            Ok(ProposalLine {
                uuid: row.uuid,
                settings: settings.settings()?,
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

#[derive(Serialize)]
struct Sent<'a> {
    profile: &'static str,
    shortest: usize,
    days: Option<i64>,
    history: usize,
    tries: i32,
    idle_minutes: i64,
    longest_hours: i64,
    devices: u8,
    second_factor: &'static str,
    reach: &'static str,
    ranges: &'a str,
}

/// What keeps two from waiting.
const WAITING: &str = "security_setting_waiting_key";

/// Writes the proposal; whether no other was faster.
pub async fn record(tx: &mut Tx, fact: &Proposed) -> StoreResult<bool> {
    let it = fact.settings();
    let sent = Sent {
        profile: it.profile.code(),
        shortest: it.shortest,
        days: it.days,
        history: it.history,
        tries: it.tries,
        idle_minutes: it.idle_minutes,
        longest_hours: it.longest_hours,
        devices: it.devices,
        second_factor: it.second_factor.code(),
        reach: it.reach.code(),
        ranges: &it.ranges,
    };
    let sent = serde_json::to_value(sent).unwrap_or_default();
    let done = sqlx::query_scalar!("SELECT security_propose($1, $2)", sent, fact.at())
        .fetch_one(tx.unscoped())
        .await;
    let uuid = match done.map_err(StoreError::from) {
        Ok(uuid) => uuid.ok_or(StoreError::Stale)?,
        Err(error) if error.on_constraint(WAITING) => return Ok(false),
        Err(error) => return Err(error),
    };
    trace(tx, ("security.proposed", uuid), fact.at()).await?;
    Ok(true)
}

/// Writes what the second person decided.
pub async fn record_decision(tx: &mut Tx, uuid: Uuid, fact: &Decided) -> StoreResult<()> {
    let declined = fact.declined().unwrap_or_default();
    sqlx::query_scalar!("SELECT security_decide($1, $2, $3)", uuid, declined, fact.at())
        .fetch_one(tx.unscoped())
        .await?
        .ok_or(StoreError::Stale)?;
    let verb = if declined.is_empty() { "security.confirmed" } else { "security.declined" };
    trace(tx, (verb, uuid), fact.at()).await
}

async fn trace(tx: &mut Tx, (verb, object): (&str, Uuid), at: DateTime<Utc>) -> StoreResult<()> {
    let object = &object.to_string();
    audit::append(tx, audit::Entry { verb, object, at, ..audit::Entry::default() }).await
}
