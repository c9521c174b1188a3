//! Passwords of those who are signed in: to ask for them again, and to change them.

use chrono::{DateTime, Utc};

use super::{Db, Session, StoreResult, Tx, sessions};
use crate::domain::ids::StaffId;

/// Name and password hash of whoever is signed in: a signature asks for the password again.
pub async fn own(db: &Db, session: &Session) -> StoreResult<Option<(String, String)>> {
    let row = sqlx::query!(
        r#"SELECT username, password_hash AS "hash!" FROM staff
           WHERE id = $1 AND active AND password_hash IS NOT NULL"#,
        session.actor().staff.0,
    )
    .fetch_optional(&db.pool)
    .await?;
    Ok(row.map(|row| (row.username, row.hash)))
}

/// The present password's hash and the four before it.
pub async fn recent(tx: &mut Tx, staff: StaffId) -> StoreResult<Vec<String>> {
    let hashes = sqlx::query_scalar!(
        r#"SELECT password_hash AS "hash!" FROM staff WHERE id = $1 AND password_hash IS NOT NULL
           UNION ALL
           (SELECT password_hash FROM former_password WHERE staff_id = $1 ORDER BY replaced_at DESC LIMIT 4)"#,
        staff.0,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(hashes)
}

/// Keeps the same password under the present scheme.
pub async fn rehash(db: &Db, staff: StaffId, former: &str, hash: &str) -> StoreResult<()> {
    sqlx::query!(
        "UPDATE staff SET password_hash = $3 WHERE id = $1 AND password_hash = $2",
        staff.0,
        former,
        hash,
    )
    .execute(&db.pool)
    .await?;
    Ok(())
}

/// Names that a password must not have in it: those of the courts and divisions.
pub async fn unit_names(tx: &mut Tx) -> StoreResult<Vec<String>> {
    let names =
        sqlx::query_scalar!(r#"SELECT unnest(ARRAY[name, short_name]) AS "name!" FROM unit"#)
            .fetch_all(tx.unscoped())
            .await?;
    Ok(names)
}

/// Replaces one's own password; every other session of the person ends.
pub async fn change(
    tx: &mut Tx,
    session: &Session,
    hash: &str,
    at: DateTime<Utc>,
) -> StoreResult<()> {
    sqlx::query!(
        "WITH former AS (
             INSERT INTO former_password (staff_id, replaced_at, password_hash)
             SELECT id, $3, password_hash FROM staff WHERE id = $1 AND password_hash IS NOT NULL),
         ended AS (
             UPDATE session SET ended_at = $3, ended_why = 'password'
             WHERE staff_id = $1 AND ended_at IS NULL AND id <> $4)
         UPDATE staff SET password_hash = $2, password_must_change = false, password_set_at = $3,
                          password_reset_by = '', password_expires_at = NULL WHERE id = $1",
        session.actor().staff.0,
        hash,
        at,
        session.id,
    )
    .execute(tx.unscoped())
    .await?;
    sessions::record(tx, "password.changed", at).await
}
