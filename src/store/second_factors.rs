//! The second factor (动态口令): its secret sealed, its codes for once.

use chrono::{DateTime, Utc};

use super::keys::sha256;
use super::{Session, StoreResult, Tx, sessions};
use crate::domain::ids::StaffId;
use crate::domain::one_time_code::{RECOVERY_CODES, SECRET_LENGTH, recovery_code, step_of};

/// What the three columns are sealed for, each with the person: another's secret in its place
/// doesn't open.
pub(super) const SECRET: &str = "second_factor";

/// Someone's second factor.
#[derive(Debug)]
pub struct SecondFactor {
    /// The secret that codes are checked against.
    secret: Option<Vec<u8>>,
    /// What is shown to be scanned, until a code of it confirms it.
    pub pending: Option<Vec<u8>>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub recovery_codes_left: i64,
}

impl SecondFactor {
    /// Whether codes are checked against it.
    pub const fn is_set(&self) -> bool {
        self.secret.is_some()
    }

    /// The half minute that a code of it is of.
    pub fn step_of(&self, code: &str, at: DateTime<Utc>) -> Option<i64> {
        step_of(self.secret.as_deref()?, code, at)
    }
}

/// The second factor of whoever asks.
pub async fn find(tx: &mut Tx, staff: StaffId) -> StoreResult<Option<SecondFactor>> {
    let keys = tx.keys();
    let row = sqlx::query!(
        r#"SELECT secret_sealed, pending_sealed, confirmed_at,
                  (SELECT count(*) FROM recovery_code c WHERE c.staff_id = f.staff_id AND c.used_at IS NULL
                   AND c.made_at = f.confirmed_at) AS "left!"
           FROM second_factor f WHERE staff_id = $1"#,
        staff.0,
    )
    .fetch_optional(tx.unscoped())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let open = |sealed: Option<Vec<u8>>| {
        sealed.map(|it| keys.open((SECRET, &staff.to_string()), &it)).transpose()
    };
    Ok(Some(SecondFactor {
        secret: open(row.secret_sealed)?,
        pending: open(row.pending_sealed)?,
        confirmed_at: row.confirmed_at,
        recovery_codes_left: row.left,
    }))
}

/// A new secret to be confirmed; the present one holds until then.
pub async fn propose(tx: &mut Tx, session: &Session) -> StoreResult<()> {
    let staff = session.actor().staff;
    let pending =
        tx.keys().seal((SECRET, &staff.to_string()), &rand::random::<[u8; SECRET_LENGTH]>())?;
    sqlx::query!(
        "INSERT INTO second_factor (staff_id, pending_sealed) VALUES ($1, $2)
         ON CONFLICT ON CONSTRAINT second_factor_pkey DO UPDATE SET pending_sealed = $2",
        staff.0,
        pending,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// A secret to be confirmed for someone who has none, nor one that waits.
pub async fn propose_first(tx: &mut Tx, session: &Session) -> StoreResult<()> {
    let known = find(tx, session.actor().staff).await?;
    if known.is_none_or(|known| !known.is_set() && known.pending.is_none()) {
        propose(tx, session).await?;
    }
    Ok(())
}

/// The proposed secret takes the place of the present one, with recovery codes of its own; all
/// other sessions of the person end.
pub async fn confirm(
    tx: &mut Tx,
    session: &Session,
    step: i64,
    at: DateTime<Utc>,
) -> StoreResult<()> {
    let (staff, keys) = (session.actor().staff, tx.keys());
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code(rand::random())).collect();
    let hashes: Vec<_> = codes.iter().map(|code| recovery_hash(staff, code)).collect();
    sqlx::query!(
        "WITH made AS (
             INSERT INTO recovery_code (staff_id, code_hash, made_at)
             SELECT $1, hash, $4 FROM unnest($5::bytea[]) AS hash)
         UPDATE second_factor
         SET secret_sealed = pending_sealed, pending_sealed = NULL, confirmed_at = $4, last_step = $2, fresh_codes_sealed = $3
         WHERE staff_id = $1",
        staff.0,
        step,
        keys.seal((SECRET, &staff.to_string()), codes.join(" ").as_bytes())?,
        at,
        &hashes,
    )
    .execute(tx.unscoped())
    .await?;
    end_others(tx, session, at).await?;
    sessions::record(tx, "second_factor.confirmed", at).await
}

/// Takes the second factor away; all other sessions of the person end.
pub async fn remove(tx: &mut Tx, session: &Session, at: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query!(
        "UPDATE second_factor SET secret_sealed = NULL, pending_sealed = NULL, confirmed_at = NULL, fresh_codes_sealed = NULL
         WHERE staff_id = $1",
        session.actor().staff.0,
    )
    .execute(tx.unscoped())
    .await?;
    end_others(tx, session, at).await?;
    sessions::record(tx, "second_factor.removed", at).await
}

async fn end_others(tx: &mut Tx, session: &Session, at: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query!(
        "UPDATE session SET ended_at = $3, ended_why = 'factor'
         WHERE staff_id = $1 AND id <> $2 AND ended_at IS NULL",
        session.actor().staff.0,
        session.id,
        at,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// Uses the code of a half minute up; whether it was still there to be used.
pub async fn spend(tx: &mut Tx, staff: StaffId, step: i64) -> StoreResult<bool> {
    let spent = sqlx::query!(
        "UPDATE second_factor SET last_step = $2 WHERE staff_id = $1 AND last_step < $2",
        staff.0,
        step,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(spent.rows_affected() == 1)
}

/// Uses a recovery code up; whether there was such a one.
pub async fn spend_recovery(
    tx: &mut Tx,
    staff: StaffId,
    code: &str,
    at: DateTime<Utc>,
) -> StoreResult<bool> {
    let hash = recovery_hash(staff, code);
    let spent = sqlx::query!(
        "UPDATE recovery_code c SET used_at = $3 FROM second_factor f
         WHERE c.staff_id = $1 AND c.code_hash = $2 AND c.used_at IS NULL
           AND f.staff_id = c.staff_id AND f.confirmed_at = c.made_at",
        staff.0,
        hash,
        at,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(spent.rows_affected() == 1)
}

/// The recovery codes, as long as their owner has not said that they were written down.
pub async fn fresh_codes(tx: &mut Tx, staff: StaffId) -> StoreResult<Option<Vec<String>>> {
    let sealed = sqlx::query_scalar!(
        "SELECT fresh_codes_sealed FROM second_factor WHERE staff_id = $1",
        staff.0
    )
    .fetch_optional(tx.unscoped())
    .await?;
    let Some(sealed) = sealed.flatten() else { return Ok(None) };
    let codes = tx.keys().open((SECRET, &staff.to_string()), &sealed)?;
    let codes = String::from_utf8_lossy(&codes).split(' ').map(str::to_owned).collect();
    Ok(Some(codes))
}

/// From now on nobody reads the recovery codes any more.
pub async fn forget_codes(tx: &mut Tx, staff: StaffId) -> StoreResult<()> {
    sqlx::query!("UPDATE second_factor SET fresh_codes_sealed = NULL WHERE staff_id = $1", staff.0)
        .execute(tx.unscoped())
        .await?;
    Ok(())
}

/// Not keyed: a code is random, and a new key must not make it useless.
fn recovery_hash(staff: StaffId, code: &str) -> Vec<u8> {
    sha256(format!("recovery code {staff} {code}").as_bytes()).to_vec()
}
