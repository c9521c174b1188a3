//! Whether the database has the form that this version of the program needs, and takes what is
//! written.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::Connection;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::{StoreError, StoreResult};

/// The steps by which a database comes to this version's form.
pub(super) static MIGRATOR: Migrator = sqlx::migrate!();

/// A server that takes a connection and then says nothing is no server.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// No such table, or not for this role: no version that checks its form was here yet.
const UNKNOWN: [&str; 2] = ["42P01", "42501"];

/// Refuses a database of another form. One that a newer version has brought further is served on as
/// long as it says so itself, so that versions can follow each other without a pause. `Away` and `ReadOnly` mean that it may yet come.
pub async fn check_form(options: &PgConnectOptions) -> StoreResult<()> {
    let checked = tokio::time::timeout(ANSWERS_WITHIN, check(options)).await;
    checked.unwrap_or(Err(StoreError::Away(sqlx::Error::PoolTimedOut)))
}

async fn check(options: &PgConnectOptions) -> StoreResult<()> {
    let mut conn = PgConnection::connect_with(options).await?;
    let applied = sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations WHERE success")
        .fetch_all(&mut conn)
        .await;
    let applied: Vec<(i64, Vec<u8>)> = match applied {
        Err(sqlx::Error::Database(refusal))
            if refusal.code().is_some_and(|code| UNKNOWN.contains(&&*code)) =>
        {
            Vec::new()
        }
        other => other?,
    };
    let further = compare(applied.into_iter().collect())?;
    if let Some(further) = further
        && oldest_served(&mut conn).await? > last()
    {
        return Err(StoreError::OtherForm(further));
    }
    let read_only: String =
        sqlx::query_scalar("SHOW transaction_read_only").fetch_one(&mut conn).await?;
    conn.close().await?;
    if read_only == "on" { Err(StoreError::ReadOnly) } else { Ok(()) }
}

/// The first migration, if any, that this version doesn't know; an error where one that it knows is
/// missing or another one.
fn compare(mut applied: BTreeMap<i64, Vec<u8>>) -> StoreResult<Option<i64>> {
    for step in MIGRATOR.iter() {
        match applied.remove(&step.version) {
            Some(checksum) if checksum == *step.checksum => {}
            Some(_) => return Err(StoreError::OtherForm(step.version)),
            None => return Err(StoreError::OldForm(step.version)),
        }
    }
    Ok(applied.into_keys().next())
}

/// The last migration that this version knows.
fn last() -> i64 {
    MIGRATOR.iter().map(|step| step.version).max().unwrap_or_default()
}

/// What a newer program's migrations leave to the older ones, which are still being replaced.
async fn oldest_served(conn: &mut PgConnection) -> StoreResult<i64> {
    Ok(sqlx::query_scalar("SELECT oldest_form_served()").fetch_one(conn).await?)
}
