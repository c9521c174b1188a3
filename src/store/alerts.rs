//! What calls for someone's attention: the counts that say so, and what was raised.

use chrono::{DateTime, Utc};

use super::{StoreResult, Tx, audit};
use crate::domain::alert::{Activity, Alert, Health, Kind};
use crate::domain::ids::StaffId;

/// What everyone did lately, and how the audit stands.
pub async fn counts(tx: &mut Tx, at: DateTime<Utc>) -> StoreResult<(Vec<Activity>, Health)> {
    let people = sqlx::query_as!(
        Activity,
        r#"SELECT staff_id AS "staff!: StaffId", sum(refusals)::bigint AS "refusals!", sum(reads)::bigint AS "reads!"
           FROM (SELECT staff_id, sum(times) AS refusals, 0 AS reads FROM refusal
                 WHERE verb = 'access.refused' AND minute > $1::timestamptz - interval '5 minutes'
                 GROUP BY staff_id
                 UNION ALL
                 -- A list counts by those whom it shows, each once.
                 SELECT a.staff_id, 0, count(DISTINCT n.number) FROM audit a
                 CROSS JOIN LATERAL unnest(string_to_array(a.shown, ' ')) n (number)
                 WHERE a.at > $1::timestamptz - interval '1 hour' AND a.outcome = 'done' AND a.shown <> ''
                 GROUP BY a.staff_id
                 UNION ALL
                 SELECT staff_id, 0, count(*) FROM audit
                 WHERE at > $1::timestamptz - interval '1 hour' AND outcome = 'done'
                   AND (verb LIKE '%.read' OR verb LIKE '%.printed' OR verb = 'identity.revealed')
                 GROUP BY staff_id) k
           GROUP BY staff_id"#,
        at,
    )
    .fetch_all(tx.unscoped())
    .await?;
    let health = sqlx::query_as!(
        Health,
        r#"SELECT coalesce((SELECT cardinality(findings)::bigint FROM audit_check ORDER BY id DESC LIMIT 1), 0)
                      AS "findings!",
                  coalesce((SELECT max(extract(epoch FROM earlier - at))::bigint
                            FROM (SELECT at, lag(at) OVER (PARTITION BY unit_id ORDER BY seq) AS earlier
                                  FROM audit
                                  WHERE nth > (SELECT coalesce(max(nth), 0) FROM audit) - 10000) x
                            WHERE greatest(at, earlier) > $1::timestamptz - interval '1 hour'), 0) AS "back!""#,
        at,
    )
    .fetch_one(tx.unscoped())
    .await?;
    Ok((people, health))
}

/// Raises an alert, once an hour for a person and a kind; whether it is new.
pub async fn raise(tx: &mut Tx, alert: &Alert, at: DateTime<Utc>) -> StoreResult<bool> {
    let raised = sqlx::query!(
        "INSERT INTO alert (kind, staff_id, hour, raised_at, times)
         VALUES ($1, $2, date_trunc('hour', $3::timestamptz), $3, $4)
         ON CONFLICT ON CONSTRAINT alert_once_key DO NOTHING",
        alert.kind.code(),
        alert.staff.map(|staff| staff.0),
        at,
        alert.times,
    )
    .execute(tx.unscoped())
    .await?;
    if raised.rows_affected() == 0 {
        return Ok(false);
    }
    let object = alert.staff.map(|staff| staff.to_string()).unwrap_or_default();
    let entry = audit::Entry {
        verb: "alert.raised",
        object: &object,
        detail: alert.kind.code(),
        at,
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await?;
    Ok(true)
}

/// An alert as the auditor reads it.
#[derive(Debug, Clone)]
pub struct AlertLine {
    pub kind: Kind,
    pub who: Option<String>,
    pub raised_at: DateTime<Utc>,
    pub times: i64,
}

/// Those raised since a moment, the newest first.
pub async fn list(tx: &mut Tx, since: DateTime<Utc>) -> StoreResult<Vec<AlertLine>> {
    let lines = sqlx::query_as!(
        AlertLine,
        r#"SELECT a.kind AS "kind: Kind", s.name AS "who?", a.raised_at, a.times
           FROM alert a LEFT JOIN staff s ON s.id = a.staff_id
           WHERE a.raised_at > $1 ORDER BY a.id DESC LIMIT 50"#,
        since,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(lines)
}
