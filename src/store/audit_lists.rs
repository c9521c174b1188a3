//! The audit as its reader sees it: lists by key over all chains, who saw a petitioner's data, what
//! the last check found.

use chrono::{DateTime, Utc};

use super::cursor::{self, Paged, Place};
use super::{StoreResult, Tx, petitioners};
use crate::domain::audit_chain::Outcome;
use crate::domain::audit_reach::Watch;
use crate::domain::staff::Role;

const LIST: &str = "audit";

/// Which entries; what is `None` or empty is not asked.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// A name or an account.
    pub actor: String,
    /// A verb.
    pub action: String,
    /// A number or a key, or a part of it.
    pub object: String,
    pub from: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
    pub ip: String,
}

/// A line of the list.
#[derive(Debug, Clone)]
pub struct AuditLine {
    pub nth: i64,
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub who: String,
    pub role: Role,
    pub court: String,
    pub verb: String,
    pub outcome: Outcome,
    pub case_number: Option<String>,
    pub object: String,
    pub reason: String,
    pub fields: String,
    pub detail: String,
    pub session: String,
    pub address: String,
    pub hash: Vec<u8>,
}

/// The statement in one direction, so that it walks the index.
macro_rules! entries {
    ($beyond:literal, $direction:literal; $watch:expr, $filter:expr, $nth:expr, $limit:expr) => {
        sqlx::query_as!(
            AuditLine,
            "SELECT a.nth, a.seq, a.at, acting_name(s.name, a.on_behalf_of) AS \"who!\", g.role AS \"role: Role\", u.short_name AS court, a.verb,
                    a.outcome AS \"outcome: Outcome\", case_number_for_audit(a.case_id) AS case_number, a.object,
                    a.reason, a.fields, a.detail, a.session, a.address, a.hash
             FROM audit a
             JOIN staff s ON s.id = a.staff_id
             JOIN role_grant g ON g.id = a.grant_id
             JOIN unit u ON u.id = a.unit_id
             WHERE ($1::bigint IS NULL OR a.staff_id = $1)
               AND ($2 = '' OR a.staff_id = ANY (ARRAY(SELECT f.id FROM staff f WHERE f.name = $2 OR f.username = $2)))
               AND ($3 = '' OR a.verb = $3)
               AND ($4 = '' OR strpos(a.object, $4) > 0 OR a.case_id = (SELECT case_for_audit($4)))
               AND ($5::timestamptz IS NULL OR a.at >= $5)
               AND ($6::timestamptz IS NULL OR a.at < $6)
               AND ($7 = '' OR a.address = $7)
               AND ($8::bigint IS NULL OR a.nth " + $beyond + " $8)
             ORDER BY a.nth " + $direction + "
             LIMIT $9",
            $watch.only(),
            $filter.actor,
            $filter.action,
            $filter.object,
            $filter.from,
            $filter.until,
            $filter.ip,
            $nth,
            $limit,
        )
    };
}

/// The newest entries first, in the order in which they were written: the clock may have jumped.
pub async fn list(
    tx: &mut Tx,
    watch: Watch,
    filter: &Filter,
    (place, size): (&Place, usize),
) -> StoreResult<Paged<AuditLine>> {
    let keys = tx.keys();
    let opened = place.opened::<1>(&keys, LIST);
    let nth = opened.values.as_ref().and_then(|[nth]| nth.parse::<i64>().ok());
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let rows = if opened.backwards {
        entries!(">", "ASC"; watch, filter, nth, limit).fetch_all(tx.unscoped()).await?
    } else {
        entries!("<", "DESC"; watch, filter, nth, limit).fetch_all(tx.unscoped()).await?
    };
    Paged::of(rows, size, &opened, |line| cursor::seal(&keys, LIST, &[&line.nth.to_string()]))
}

/// What the last check of the chains found.
#[derive(Debug, Clone)]
pub struct Check {
    pub checked_at: DateTime<Utc>,
    pub entries: i64,
    pub findings: Vec<String>,
    pub anchored_at: Option<DateTime<Utc>>,
}

/// The last check, if there was one.
pub async fn last_check(tx: &mut Tx) -> StoreResult<Option<Check>> {
    let check = sqlx::query_as!(
        Check,
        "SELECT checked_at, entries, findings, anchored_at FROM audit_check ORDER BY id DESC LIMIT 1",
    )
    .fetch_optional(tx.unscoped())
    .await?;
    Ok(check)
}

/// Keeps what a check found.
pub async fn record_check(tx: &mut Tx, check: &Check) -> StoreResult<()> {
    sqlx::query!(
        "INSERT INTO audit_check (checked_at, entries, findings, anchored_at) VALUES ($1, $2, $3, $4)",
        check.checked_at,
        check.entries,
        &check.findings,
        check.anchored_at,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// The head of a chain, as it stands under what is handed out.
#[derive(Debug, Clone)]
pub struct HeadLine {
    pub code: String,
    pub court: String,
    pub seq: i64,
    pub hash: Vec<u8>,
}

/// The heads of all chains, in the order of the courts.
pub async fn heads(tx: &mut Tx) -> StoreResult<Vec<HeadLine>> {
    let heads = sqlx::query_as!(
        HeadLine,
        "SELECT u.code, u.name AS court, h.seq, h.hash
         FROM audit_head h JOIN unit u ON u.id = h.unit_id
         ORDER BY u.place, u.id",
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(heads)
}

/// Whose data are asked about.
#[derive(Debug, Clone)]
pub enum Person {
    /// Whom the case with this number is about.
    OfCase(String),
    /// The one with this identity number, normalised.
    WithId(String),
}

/// One time that someone saw something.
#[derive(Debug, Clone)]
pub struct Access {
    pub at: DateTime<Utc>,
    pub who: String,
    pub role: Role,
    pub court: String,
    pub verb: String,
    pub object: String,
    pub fields: String,
    pub reason: String,
}

/// Who saw what of a petitioner, the newest first, as many as are asked for. Whichever of the keys the
/// identity number is indexed with, it is found.
pub async fn accesses(tx: &mut Tx, person: &Person, most: usize) -> StoreResult<Vec<Access>> {
    let (indexes, number) = match person {
        Person::OfCase(number) => (Vec::new(), number.as_str()),
        Person::WithId(number) => (tx.keys().indexes(petitioners::ID, number), ""),
    };
    let accesses = sqlx::query_as!(
        Access,
        r#"SELECT at AS "at!", who AS "who!", role AS "role!: Role", court AS "court!", verb AS "verb!",
                  object AS "object!", fields AS "fields!", reason AS "reason!"
           FROM accesses_to_petitioner($1, $2, $3) ORDER BY nth DESC"#,
        &indexes,
        number,
        i64::try_from(most).unwrap_or(i64::MAX),
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(accesses)
}
