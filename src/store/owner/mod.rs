//! The owner's connection: migrations, and what only an administrator on the command line may do.
//! No request is ever served through it.

mod backup;
mod files;
mod rotation;
mod units;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection};

use super::form::MIGRATOR;
use super::roles::SERVER;
use super::{StoreError, StoreResult};
use crate::domain::ids::{GrantId, StaffId, UnitId};
use crate::domain::sign_in::FIRST_PASSWORD_HOURS;
use crate::domain::staff::{PostKind, Role};
use crate::limits::pool;
pub use backup::{Frozen, PASSING};
pub use files::Files;
pub use rotation::{Rotated, sealed_columns};
pub use units::{NewHall, NewUnit, UnitLine};

/// A connection as the owner of the tables.
#[derive(Debug)]
pub struct Owner(PgConnection);

/// A person to be added; without a password hash, an identity that can't sign in.
#[derive(Debug, Clone, Copy)]
pub struct NewStaff<'a> {
    pub username: &'a str,
    pub name: &'a str,
    pub unit: UnitId,
    pub phone: &'a str,
    pub password_hash: Option<&'a str>,
    pub demonstration: bool,
}

/// A person as the list shows them.
#[derive(Debug, Clone)]
pub struct StaffLine {
    pub username: String,
    pub name: String,
    pub unit: String,
    pub active: bool,
    pub can_sign_in: bool,
    pub roles: String,
}

/// How far the demonstration is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demonstration {
    None,
    /// Its people live here, and their history was not written to its end.
    Unfinished,
    Whole,
}

impl Demonstration {
    /// The trace that is left when all is built.
    pub const BUILT: &str = "demonstration.built";
}

impl Owner {
    /// Connects as the owner.
    pub async fn connect(options: &PgConnectOptions) -> StoreResult<Self> {
        Ok(Self(PgConnection::connect_with(options).await?))
    }

    /// Brings the database to the form that this version of the program needs, each migration whole or
    /// not at all. One at a time: whoever comes second waits, and finds the work done. For a table that
    /// others work with a migration waits no longer than a page would: it is tried again later.
    pub async fn migrate(&mut self) -> StoreResult<()> {
        let turn = "SET lock_timeout = 0; SELECT pg_advisory_lock(hashtext('anjie migrate'))";
        sqlx::raw_sql(turn).execute(&mut self.0).await?;
        let patience = format!("SET lock_timeout = '{}'", pool::LOCK);
        sqlx::raw_sql(AssertSqlSafe(patience)).execute(&mut self.0).await?;
        let migrated = self.migrate_alone().await;
        let end = "RESET lock_timeout; SELECT pg_advisory_unlock(hashtext('anjie migrate'))";
        sqlx::raw_sql(end).execute(&mut self.0).await?;
        migrated
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "MigrateError is non-exhaustive")]
    async fn migrate_alone(&mut self) -> StoreResult<()> {
        MIGRATOR.run(&mut self.0).await.map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(error)
            | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => StoreError::from(error),
            sqlx::migrate::MigrateError::VersionMismatch(version)
            | sqlx::migrate::MigrateError::VersionMissing(version) => {
                StoreError::OtherForm(version)
            }
            other => StoreError::Database(sqlx::Error::Migrate(Box::new(other))),
        })?;
        // The server looks whether it knows this form.
        let statement = format!("GRANT SELECT ON _sqlx_migrations TO {SERVER}");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut self.0).await?;
        Ok(())
    }

    /// Closes the connection.
    pub async fn close(self) -> StoreResult<()> {
        Ok(self.0.close().await?)
    }

    /// How far the demonstration is built here.
    pub async fn demonstration(&mut self) -> StoreResult<Demonstration> {
        let built = sqlx::query!(
            r#"SELECT EXISTS (SELECT FROM staff WHERE demonstration) AS "people!",
                      EXISTS (SELECT FROM audit WHERE verb = $1) AS "history!""#,
            Demonstration::BUILT,
        )
        .fetch_one(&mut self.0)
        .await?;
        Ok(match (built.people, built.history) {
            (false, _) => Demonstration::None,
            (true, false) => Demonstration::Unfinished,
            (true, true) => Demonstration::Whole,
        })
    }

    /// The person with this sign-in name.
    pub async fn staff_called(&mut self, username: &str) -> StoreResult<Option<StaffId>> {
        Ok(sqlx::query_scalar!(
            r#"SELECT id AS "id: StaffId" FROM staff WHERE username = $1"#,
            username
        )
        .fetch_optional(&mut self.0)
        .await?)
    }

    /// How many hold a role now and can sign in.
    pub async fn holders(&mut self, role: Role, at: DateTime<Utc>) -> StoreResult<i64> {
        Ok(sqlx::query_scalar!(
            r#"SELECT count(DISTINCT g.staff_id) AS "holders!"
               FROM role_grant g JOIN staff s ON s.id = g.staff_id AND s.active
               WHERE g.role = $1 AND g.valid_from <= $2 AND (g.valid_until IS NULL OR $2 < g.valid_until)"#,
            role.code(),
            at,
        )
        .fetch_one(&mut self.0)
        .await?)
    }

    /// Ends a person's running grant; whether there was one.
    pub async fn end_grant(
        &mut self,
        staff: StaffId,
        (role, unit): (Role, UnitId),
        at: DateTime<Utc>,
    ) -> StoreResult<bool> {
        let ended = sqlx::query!(
            "UPDATE role_grant SET valid_until = $4
             WHERE staff_id = $1 AND role = $2 AND unit_id = $3 AND valid_from < $4
               AND (valid_until IS NULL OR valid_until > $4)",
            staff.0,
            role.code(),
            unit.0,
            at,
        )
        .execute(&mut self.0)
        .await?;
        Ok(ended.rows_affected() > 0)
    }

    /// Sets a first password, to be changed when signing in, and of no use after three days; open
    /// sessions end, and its owner is told who set it.
    pub async fn set_password(
        &mut self,
        staff: StaffId,
        hash: &str,
        by: &str,
        at: DateTime<Utc>,
    ) -> StoreResult<()> {
        sqlx::query!(
            "WITH ended AS (UPDATE session SET ended_at = $3, ended_why = 'reset'
                            WHERE staff_id = $1 AND ended_at IS NULL)
             UPDATE staff SET password_hash = $2, password_must_change = true, password_set_at = $3,
                              password_reset_by = $4, password_expires_at = $5
             WHERE id = $1",
            staff.0,
            hash,
            at,
            by,
            at + Duration::hours(FIRST_PASSWORD_HOURS),
        )
        .execute(&mut self.0)
        .await?;
        Ok(())
    }

    /// Takes a person's second factor away, so that it is set up anew when signing in; open sessions
    /// end. Whether there was one.
    pub async fn reset_second_factor(
        &mut self,
        staff: StaffId,
        at: DateTime<Utc>,
    ) -> StoreResult<bool> {
        let reset = sqlx::query!(
            "WITH ended AS (UPDATE session SET ended_at = $2, ended_why = 'factor'
                            WHERE staff_id = $1 AND ended_at IS NULL)
             UPDATE second_factor SET secret_sealed = NULL, pending_sealed = NULL, confirmed_at = NULL, fresh_codes_sealed = NULL
             WHERE staff_id = $1 AND (secret_sealed IS NOT NULL OR pending_sealed IS NOT NULL)",
            staff.0,
            at,
        )
        .execute(&mut self.0)
        .await?;
        Ok(reset.rows_affected() > 0)
    }

    /// Everyone with unit and running roles, by unit.
    pub async fn staff_list(&mut self, unit: Option<UnitId>) -> StoreResult<Vec<StaffLine>> {
        Ok(sqlx::query_as!(
            StaffLine,
            r#"SELECT s.username, s.name, u.short_name AS unit, s.active,
                      s.password_hash IS NOT NULL AS "can_sign_in!",
                      coalesce((SELECT string_agg(g.role || '@' || r.short_name, ', ' ORDER BY g.id)
                                FROM role_grant g JOIN unit r ON r.id = g.unit_id
                                WHERE g.staff_id = s.id AND (g.valid_until IS NULL OR g.valid_until > now())), '')
                          AS "roles!"
               FROM staff s JOIN unit u ON u.id = s.unit_id
               WHERE $1::bigint IS NULL OR s.unit_id = $1
               ORDER BY u.place, s.username"#,
            unit.map(|unit| unit.0),
        )
        .fetch_all(&mut self.0)
        .await?)
    }

    /// The connection, for what else only the owner does.
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.0
    }

    /// What follows counts as a whole or not at all; a connection that is closed before `commit`
    /// leaves nothing.
    pub async fn begin(&mut self) -> StoreResult<()> {
        sqlx::raw_sql("BEGIN").execute(&mut self.0).await?;
        Ok(())
    }

    /// Makes what was done since `begin` count.
    pub async fn commit(&mut self) -> StoreResult<()> {
        sqlx::raw_sql("COMMIT").execute(&mut self.0).await?;
        Ok(())
    }

    /// Leaves the trace of an administrator's act, under the identity of the command line.
    pub async fn trace(&mut self, verb: &str, object: &str, at: DateTime<Utc>) -> StoreResult<()> {
        sqlx::query!(
            "INSERT INTO audit (unit_id, seq, at, staff_id, grant_id, verb, object, previous_hash, hash)
             SELECT 0, 0, $1, s.id, g.id, $2, $3, '', '' FROM staff s JOIN role_grant g ON g.staff_id = s.id
             WHERE s.username = 'job.admin'
             RETURNING seq",
            at,
            verb,
            object,
        )
        .fetch_one(&mut self.0)
        .await?;
        Ok(())
    }

    /// Whether the database holds any petition case.
    pub async fn has_cases(&mut self) -> StoreResult<bool> {
        Ok(sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM petition_case) AS "any!""#)
            .fetch_one(&mut self.0)
            .await?)
    }

    /// Adds a person.
    pub async fn add_staff(&mut self, staff: NewStaff<'_>) -> StoreResult<StaffId> {
        Ok(sqlx::query_scalar!(
            r#"INSERT INTO staff (username, name, unit_id, phone, password_hash, demonstration)
               VALUES ($1, $2, $3, $4, $5, $6)
               RETURNING id AS "id: StaffId""#,
            staff.username,
            staff.name,
            staff.unit.0,
            staff.phone,
            staff.password_hash,
            staff.demonstration,
        )
        .fetch_one(&mut self.0)
        .await?)
    }

    /// Gives a person a post.
    pub async fn add_post(
        &mut self,
        staff: StaffId,
        unit: UnitId,
        (kind, title): (PostKind, &str),
        from: NaiveDate,
    ) -> StoreResult<()> {
        sqlx::query!(
            "INSERT INTO post (staff_id, unit_id, kind, title, valid_from) VALUES ($1, $2, $3, $4, $5)",
            staff.0,
            unit.0,
            kind.code(),
            title,
            from,
        )
        .execute(&mut self.0)
        .await?;
        Ok(())
    }

    /// Grants a role at a unit, from a moment on, with the hall for whoever sits in one.
    pub async fn grant(
        &mut self,
        staff: StaffId,
        (role, unit, hall): (Role, UnitId, Option<i64>),
        from: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
    ) -> StoreResult<GrantId> {
        Ok(sqlx::query_scalar!(
            r#"INSERT INTO role_grant (staff_id, role, unit_id, hall_id, valid_from, valid_until)
               VALUES ($1, $2, $3, $4, $5, $6)
               RETURNING id AS "id: GrantId""#,
            staff.0,
            role.code(),
            unit.0,
            hall,
            from,
            until,
        )
        .fetch_one(&mut self.0)
        .await?)
    }

    /// Makes a leader of the intermediate court the contact point of a court (联系点).
    pub async fn add_contact(
        &mut self,
        staff: StaffId,
        unit: UnitId,
        from: NaiveDate,
    ) -> StoreResult<()> {
        sqlx::query!(
            "INSERT INTO contact_point (staff_id, unit_id, valid_from) VALUES ($1, $2, $3)",
            staff.0,
            unit.0,
            from,
        )
        .execute(&mut self.0)
        .await?;
        Ok(())
    }
}
