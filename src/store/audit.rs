//! The hash chain: append to it, read it, verify it. Nothing else.

use chrono::{DateTime, Utc};

use super::{Db, Session, StoreResult, Tx};
use crate::domain::audit_chain::{Entry as Link, Head, Outcome};
use crate::domain::ids::{GrantId, PetitionCaseId, StaffId, UnitId};

/// One entry: codes, ids and field names; never a petitioner's name, number or words. Who, from
/// where and in which session is known to the database from the transaction.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entry<'a> {
    /// `noun.participle`.
    pub verb: &'a str,
    pub case: Option<PetitionCaseId>,
    /// The record's number or uuid.
    pub object: &'a str,
    /// What for, as a code.
    pub reason: &'a str,
    /// The names of the fields that were opened or changed.
    pub fields: &'a str,
    /// Other codes.
    pub detail: &'a str,
    /// The numbers of what a list showed, with blanks between them.
    pub shown: &'a str,
    /// A keyed hash of the record as it was, and as it became.
    pub before: Option<&'a [u8]>,
    pub after: Option<&'a [u8]>,
    pub at: DateTime<Utc>,
}

/// Hangs the entry on the chain of the court in which the act was done.
pub async fn append(tx: &mut Tx, entry: Entry<'_>) -> StoreResult<()> {
    sqlx::query!(
        "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, case_id, object, reason, fields, detail,
                            before_digest, after_digest, shown, previous_hash, hash)
         VALUES (0, 0, $1, 0, 0, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '')",
        entry.at,
        entry.verb,
        entry.case.map(|case| case.0),
        entry.object,
        entry.reason,
        entry.fields,
        entry.detail,
        entry.before,
        entry.after,
        entry.shown,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// The same for an act that is about no case: its verb, what it is about, and what else is said of it.
pub async fn trace(
    tx: &mut Tx,
    (verb, object, detail): (&str, &str, &str),
    at: DateTime<Utc>,
) -> StoreResult<()> {
    append(tx, Entry { verb, object, detail, at, ..Entry::default() }).await
}

/// Notes that a sealed value of a record doesn't open: in the log each time, in the chain once.
pub async fn broken(tx: &mut Tx, entry: Entry<'_>) -> StoreResult<()> {
    tracing::error!(record = entry.object, field = entry.detail, "a sealed value does not open");
    sqlx::query!(
        "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, case_id, object, detail, previous_hash, hash)
         SELECT 0, 0, $1, 0, 0, 'seal.broken', $2, $3, $4, '', ''
         WHERE NOT broken_is_told($3, $4)",
        entry.at,
        entry.case.map(|case| case.0),
        entry.object,
        entry.detail,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// Hangs one entry for each of several cases on the chain.
pub async fn append_each(
    tx: &mut Tx,
    cases: &[PetitionCaseId],
    entry: Entry<'_>,
) -> StoreResult<()> {
    let cases: Vec<i64> = cases.iter().map(|case| case.0).collect();
    sqlx::query!(
        "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, case_id, object, detail, previous_hash, hash)
         SELECT 0, 0, $1, 0, 0, $2, case_id, $4, $5, '', '' FROM unnest($3::bigint[]) AS case_id",
        entry.at,
        entry.verb,
        &cases,
        entry.object,
        entry.detail,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// A page that shows personal data.
#[derive(Debug, Clone, Copy, Default)]
pub struct Read<'a> {
    pub verb: &'a str,
    /// The number or the uuid of what it shows; empty of a list.
    pub object: &'a str,
    pub fields: &'a str,
    pub detail: &'a str,
    /// The numbers of what a list shows, with blanks between them.
    pub shown: &'a str,
}

/// Notes that a page was read, before it is sent: one statement, whole in itself.
pub async fn note_read(
    db: &Db,
    session: &Session,
    read: Read<'_>,
    at: DateTime<Utc>,
) -> StoreResult<()> {
    sqlx::query!(
        "SELECT audit_read($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        session.actor().staff.0,
        session.actor().grant.0,
        session.trail.session,
        session.trail.address,
        read.verb,
        read.object,
        read.fields,
        read.detail,
        read.shown,
        at,
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// What was refused to someone, or failed and was undone.
#[derive(Debug, Clone, Copy)]
pub struct Refusal<'a> {
    pub verb: &'a str,
    pub outcome: Outcome,
    /// The route, with the number of what was asked for.
    pub object: &'a str,
    /// The number alone, where what it is of was shown.
    pub number: &'a str,
    /// The numbers of what a list that came back shows.
    pub shown: &'a str,
    /// The names of the fields at fault.
    pub fields: &'a str,
    /// The status of the answer, or what it doesn't say.
    pub reason: &'a str,
}

/// Notes it, apart from the work that was undone.
pub async fn note_refusal(
    db: &Db,
    session: &Session,
    refusal: Refusal<'_>,
    at: DateTime<Utc>,
) -> StoreResult<()> {
    let mut tx = db.begin(session).await?;
    sqlx::query!(
        "SELECT audit_refusal($1, $2, $3, $4, $5, $6, $7, $8)",
        refusal.verb,
        refusal.outcome.code(),
        refusal.object,
        refusal.number,
        refusal.shown,
        refusal.fields,
        refusal.reason,
        at,
    )
    .execute(tx.unscoped())
    .await?;
    tx.commit().await
}

/// Someone who was turned away before it was known who asks.
#[derive(Debug, Clone, Copy)]
pub struct Stranger<'a> {
    pub verb: &'a str,
    /// The route as the table has it.
    pub object: &'a str,
    pub reason: &'a str,
    pub detail: &'a str,
    pub address: &'a str,
}

/// Notes it, under the program's own identity. Whoever calls this counts, and calls it seldom.
pub async fn note_stranger(db: &Db, one: Stranger<'_>, at: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query!(
        "SELECT audit_stranger($1, $2, $3, $4, $5, $6)",
        one.verb,
        one.object,
        one.reason,
        one.detail,
        one.address,
        at,
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Notes what the program does by itself. With a digest (of its settings) only when it is another
/// one than the last time.
pub async fn note_program(
    db: &Db,
    (verb, detail, fields): (&str, &str, &str),
    digest: Option<&[u8]>,
    at: DateTime<Utc>,
) -> StoreResult<()> {
    sqlx::query!("SELECT audit_program($1, $2, $3, $4, $5)", verb, detail, fields, digest, at)
        .execute(&db.pool)
        .await?;
    Ok(())
}

/// A court that has a chain.
pub struct Chain {
    pub court: UnitId,
    pub code: String,
    pub name: String,
}

/// The chains within reach, in the order of the courts.
pub async fn chains(tx: &mut Tx) -> StoreResult<Vec<Chain>> {
    let (conn, scope) = tx.scoped();
    let chains = sqlx::query_as!(
        Chain,
        r#"SELECT u.id AS "court: UnitId", u.code, u.name
           FROM unit u
           WHERE u.id = ANY ($1)
             AND (EXISTS (SELECT FROM audit a WHERE a.unit_id = u.id)
                  OR EXISTS (SELECT FROM audit_head h WHERE h.unit_id = u.id))
           ORDER BY u.place, u.id"#,
        scope.units(),
    )
    .fetch_all(conn)
    .await?;
    Ok(chains)
}

/// What the next entry of a chain hangs on.
pub async fn head(tx: &mut Tx, court: UnitId) -> StoreResult<Option<Head>> {
    let (conn, scope) = tx.scoped();
    let head = sqlx::query_as!(
        Head,
        "SELECT seq, hash FROM audit_head WHERE unit_id = $1 AND unit_id = ANY ($2)",
        court.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(head)
}

/// The next entries of a chain after a place, at most so many.
pub async fn entries(
    tx: &mut Tx,
    court: UnitId,
    after: i64,
    at_most: i64,
) -> StoreResult<Vec<Link>> {
    let (conn, scope) = tx.scoped();
    let entries = sqlx::query_as!(
        Link,
        r#"SELECT unit_id AS "court: UnitId", seq, nth, at, staff_id AS "staff: StaffId", grant_id AS "grant: GrantId",
                  on_behalf_of AS "on_behalf_of: StaffId",
                  session, address, verb, outcome, case_id AS "case: PetitionCaseId", object, reason, fields, detail, shown,
                  before_digest AS before, after_digest AS after, previous_hash, hash
           FROM audit
           WHERE unit_id = $1 AND unit_id = ANY ($2) AND seq > $3
           ORDER BY seq LIMIT $4"#,
        court.0,
        scope.units(),
        after,
        at_most,
    )
    .fetch_all(conn)
    .await?;
    Ok(entries)
}
