//! Replies to the petitioner (答复).

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::petition_cases::{self, Opened};
use super::{StoreResult, Tx, audit};
use crate::domain::reply::{Answered, NoneReason, Reached, Signature, Way};

/// A reply in the list of a case.
#[derive(Debug, Clone)]
pub struct ReplyLine {
    pub uuid: Uuid,
    pub answered_at: Option<DateTime<Utc>>,
    pub way: Option<Way>,
    pub place: String,
    pub content: String,
    pub opinion: String,
    pub signature: Option<Signature>,
    pub none_reason: Option<NoneReason>,
    pub recorded_at: DateTime<Utc>,
    pub recorded_by: String,
}

/// The replies of the open round, oldest first.
pub async fn list(tx: &mut Tx, opened: &Opened) -> StoreResult<Vec<ReplyLine>> {
    lines(tx, opened, None).await
}

/// One reply of the case, of whichever round.
pub async fn find(tx: &mut Tx, opened: &Opened, uuid: Uuid) -> StoreResult<Option<ReplyLine>> {
    Ok(lines(tx, opened, Some(uuid)).await?.pop())
}

async fn lines(tx: &mut Tx, opened: &Opened, one: Option<Uuid>) -> StoreResult<Vec<ReplyLine>> {
    let round = opened.case().round.0;
    let (conn, case) = tx.within(opened);
    let lines = sqlx::query_as!(
        ReplyLine,
        r#"SELECT r.uuid, r.answered_at, r.way AS "way: Way", r.place, r.content, r.opinion,
                  r.signature AS "signature: Signature", r.none_reason AS "none_reason: NoneReason",
                  r.recorded_at, acting_name(s.name, r.on_behalf_of) AS "recorded_by!"
           FROM reply r JOIN staff s ON s.id = r.recorded_by
           WHERE r.case_id = $1 AND (r.uuid = $3 OR $3 IS NULL AND r.round_id = $2)
           ORDER BY r.id"#,
        case,
        round,
        one,
    )
    .fetch_all(conn)
    .await?;
    Ok(lines)
}

/// Whether the petitioner is named, and on how many days of the open round someone tried to meet
/// them in vain.
pub async fn reached(tx: &mut Tx, opened: &Opened) -> StoreResult<Reached> {
    let round = opened.case().round.0;
    let (conn, case) = tx.within(opened);
    let row = sqlx::query!(
        r#"SELECT EXISTS (SELECT FROM party WHERE case_id = $1 AND part = 'main') AS "is_named!",
                  (SELECT count(DISTINCT (held_at AT TIME ZONE 'Asia/Shanghai')::date) FROM interview
                   WHERE case_id = $1 AND round_id = $2 AND NOT present) AS "attempts!""#,
        case,
        round,
    )
    .fetch_one(conn)
    .await?;
    let attempts = u32::try_from(row.attempts).unwrap_or(u32::MAX);
    Ok(Reached { is_named: row.is_named, attempts })
}

/// Writes the reply: the case is answered from then on.
pub async fn record(tx: &mut Tx, fact: &Answered) -> StoreResult<Uuid> {
    let reply = fact.reply();
    petition_cases::decided_on(tx, reply.case, reply.seen).await?;
    let told = reply.told.as_ref().ok();
    let uuid = sqlx::query_scalar!(
        "INSERT INTO reply (case_id, round_id, answered_at, way, place, content, opinion, signature, none_reason,
                            recorded_at, recorded_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         RETURNING uuid",
        reply.case.0,
        reply.round.0,
        told.map(|told| told.answered_at),
        told.map(|told| told.way.code()),
        told.map_or("", |told| told.place.as_str()),
        told.map_or("", |told| told.content.as_str()),
        told.map_or("", |told| told.opinion.as_str()),
        told.map(|told| told.signature.code()),
        reply.told.as_ref().err().map(|reason| reason.code()),
        reply.at,
        reply.by.0,
    )
    .fetch_one(tx.unscoped())
    .await?;
    let entry = audit::Entry {
        verb: "reply.recorded",
        case: Some(reply.case),
        object: &uuid.to_string(),
        detail: told.map_or("none", |told| told.way.code()),
        at: reply.at,
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await?;
    Ok(uuid)
}
