//! Accounts that nobody uses.

use chrono::{DateTime, Utc};

use super::{StoreResult, Tx, audit};
use crate::domain::dormancy::{Account, Closed};
use crate::domain::ids::StaffId;
use crate::domain::staff::Role;

/// The open accounts with their last use. The invented people of the demonstration are none: it must
/// open after months on a shelf.
pub async fn open_accounts(tx: &mut Tx, at: DateTime<Utc>) -> StoreResult<Vec<Account>> {
    let accounts = sqlx::query_as!(
        Account,
        r#"SELECT s.id AS "id: StaffId",
                  ARRAY(SELECT g.role FROM role_grant g WHERE g.staff_id = s.id AND g.valid_from <= $1
                        AND (g.valid_until IS NULL OR $1 < g.valid_until)) AS "roles!: Vec<Role>",
                  greatest(s.created_at, s.active_since, s.password_set_at,
                           (SELECT max(x.seen_at) FROM session x WHERE x.staff_id = s.id AND x.whole)) AS "used_at!"
           FROM staff s
           WHERE s.active AND NOT s.demonstration AND s.username NOT LIKE 'job.%'"#,
        at,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(accounts)
}

/// Closes an account; whether nobody came back to it in this moment.
pub async fn record(tx: &mut Tx, fact: &Closed) -> StoreResult<bool> {
    let closed =
        sqlx::query_scalar!("SELECT staff_close_unused($1, $2)", fact.account().0, fact.used_at())
            .fetch_one(tx.unscoped())
            .await?;
    let Some(uuid) = closed else { return Ok(false) };
    let (object, at) = (uuid.to_string(), fact.at());
    let entry = audit::Entry {
        verb: "staff.deactivated",
        object: &object,
        detail: "unused",
        at,
        ..audit::Entry::default()
    };
    audit::append(tx, entry).await?;
    Ok(true)
}
