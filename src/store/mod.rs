//! Everything that speaks SQL. The one place where a connection is born: no session, no connection.

// Forgetting to bind a scope leaves it unused, and that must not compile.
#![deny(unused_variables)]

pub mod account_resets;
pub mod accounts;
pub mod accusations;
pub mod acknowledgements;
pub mod alerts;
pub mod approvals;
pub mod assignments;
pub mod audit;
pub mod audit_export;
pub mod audit_lists;
pub mod case_files;
pub mod case_lists;
pub mod closings;
pub mod bulletins;
mod codec;
pub mod colleagues;
pub mod contacts;
pub mod courts;
pub mod cursor;
pub mod day_tables;
pub mod deadlines;
pub mod dormancy;
pub mod drafts;
pub mod edits;
pub mod exclusions;
pub mod documents;
mod error;
pub mod form;
pub mod inspections;
pub mod interviews;
pub mod figures;
pub mod grants;
pub mod imports;
pub mod jobs;
pub mod key_check;
pub mod keys;
pub mod known_facts;
pub mod ledgers;
pub mod legal_holds;
pub mod materials;
pub mod numbers;
pub mod openings;
pub mod outcomes;
pub mod owner;
pub mod passwords;
pub mod petition_cases;
pub mod petitioners;
pub mod progress;
mod reach;
pub mod replies;
pub mod reports;
pub mod retention;
pub mod reveals;
pub mod reviewers;
pub mod roles;
pub mod rule_changes;
pub mod scans;
pub mod second_factors;
pub mod security_settings;
pub mod sessions;
pub mod staff;
pub mod sign_in_attempts;
pub mod substitutions;
mod sign_ins;
mod trail;
pub mod units;
pub mod visit_accounts;
pub mod visit_lists;
pub mod visit_voids;
pub mod visits;
pub mod work_queues;

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use crate::domain::access::Scope;
use crate::limits::pool;
pub use error::{StoreError, StoreResult};
use keys::Keys;
pub use sessions::Session;

/// The database as the serving role sees it, and the keys that open what is sealed in it.
#[derive(Debug, Clone)]
pub struct Db {
    pool: PgPool,
    keys: Keys,
}

/// What became of the attempt to open a form's transaction.
pub enum Begun {
    /// The form is new: work in this, and `commit_to` the page that shows what was done.
    Fresh(Tx),
    /// The same form was carried out before; its page is here.
    Repeated(String),
}

/// One unit of work, for one session.
pub struct Tx {
    inner: Transaction<'static, Postgres>,
    scope: Scope,
    form: Option<Box<FormKey>>,
    keys: Keys,
}

impl Db {
    /// A pool that logs in as the serving role, for pages.
    pub fn connect(options: PgConnectOptions, keys: Keys) -> Self {
        Self::with_patience(options, pool::STATEMENT, keys)
    }

    /// The same for work that nobody waits for in front of a page.
    pub fn working(options: PgConnectOptions, keys: Keys) -> Self {
        Self::with_patience(options, pool::JOB_STATEMENT, keys)
    }

    /// A pool for a job that reads everything, which takes longer than a page may.
    pub fn patient(options: PgConnectOptions, keys: Keys) -> Self {
        let pool = PgPoolOptions::new().max_connections(2).connect_lazy_with(options);
        Self { pool, keys }
    }

    /// A pool for writing a history that is begun again if it is interrupted: a commit need not
    /// wait for the disk.
    pub fn loading(options: PgConnectOptions, keys: Keys) -> Self {
        Self::connect(options.options([("synchronous_commit", "off")]), keys)
    }

    fn with_patience(options: PgConnectOptions, statement: &str, keys: Keys) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(pool::CONNECTIONS)
            .acquire_timeout(pool::ACQUIRE)
            .connect_lazy_with(options.options([
                ("statement_timeout", statement),
                ("lock_timeout", pool::LOCK),
                ("idle_in_transaction_session_timeout", pool::IDLE_IN_TRANSACTION),
                // Compiling a page's statement takes seconds, running it milliseconds.
                ("jit", "off"),
            ]));
        Self { pool, keys }
    }

    /// For tests, whose pool logs in in its own way.
    pub const fn with_pool(pool: PgPool, keys: Keys) -> Self {
        Self { pool, keys }
    }

    /// The keys, for tokens and prints.
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> StoreResult<()> {
        sqlx::query!("SELECT 1 AS one").fetch_one(&self.pool).await?;
        Ok(())
    }

    /// Closes the pool: the program is stopping.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// A transaction for a session.
    pub async fn begin(&self, session: &Session) -> StoreResult<Tx> {
        #[expect(clippy::disallowed_methods, reason = "this is where a Tx is made")]
        let mut inner = self.pool.begin().await?;
        sqlx::query!(
            "SELECT begin_asking($1, $2, $3, $4, $5)",
            session.actor().staff.0,
            session.actor().grant.0,
            session.trail.session,
            session.trail.address,
            session.moment().map(|at| at.to_rfc3339()).unwrap_or_default(),
        )
        .execute(&mut *inner)
        .await?;
        Ok(Tx { inner, scope: session.scope().clone(), form: None, keys: self.keys.clone() })
    }

    /// A transaction for a form that may only count once. A second press of the same form waits
    /// for the first, then is sent to the same page.
    pub async fn begin_form(
        &self,
        session: &Session,
        form: &FormKey,
        at: DateTime<Utc>,
    ) -> StoreResult<Begun> {
        let mut tx = self.begin(session).await?;
        // What is saved of the form while it is carried out waits, and sees that it was.
        let fresh = sqlx::query!(
            "WITH alone AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0)))
             INSERT INTO form_receipt (key, staff_id, path, received_at)
             SELECT $1, $2, $3, $4 FROM alone
             ON CONFLICT ON CONSTRAINT form_receipt_pkey DO NOTHING",
            form.key,
            session.actor().staff.0,
            form.path,
            at,
        )
        .execute(&mut *tx.inner)
        .await?;
        if fresh.rows_affected() == 1 {
            tx.form = Some(Box::new(form.clone()));
            return Ok(Begun::Fresh(tx));
        }
        let first = sqlx::query_scalar!(
            "SELECT location FROM form_receipt WHERE key = $1 AND path = $2",
            form.key,
            form.path,
        )
        .fetch_optional(&mut *tx.inner)
        .await?;
        // A key of someone else's form is not found behind the wall, and one that carried out
        // another form has done nothing here.
        first.flatten().map(Begun::Repeated).ok_or(StoreError::Stale)
    }
}

/// What makes a form unique.
#[derive(Debug, Clone)]
pub struct FormKey {
    pub key: Uuid,
    pub path: String,
    /// Under what its draft is kept.
    pub draft: String,
}

impl Tx {
    /// Ends the work, and keeps it.
    pub async fn commit(self) -> StoreResult<()> {
        Ok(self.inner.commit().await?)
    }

    /// Ends a form's work, and keeps where it led. It is a draft no more.
    pub async fn commit_to(mut self, location: &str) -> StoreResult<()> {
        if let Some(form) = &self.form {
            sqlx::query!(
                "WITH carried_out AS (
                     DELETE FROM draft WHERE staff_id = $3 AND form = 'form' AND subject = $4
                 )
                 UPDATE form_receipt SET location = $2 WHERE key = $1",
                form.key,
                location,
                self.scope.staff().0,
                form.draft,
            )
            .execute(&mut *self.inner)
            .await?;
        }
        self.commit().await
    }

    /// The keys, for sealing and opening columns.
    fn keys(&self) -> Keys {
        self.keys.clone()
    }

    /// The connection, and the scope that the query must bind.
    fn scoped(&mut self) -> (&mut PgConnection, &Scope) {
        (&mut self.inner, &self.scope)
    }

    /// The connection, for tables that everyone at the court may read whole and for recording
    /// facts, which a rule has already decided on.
    fn unscoped(&mut self) -> &mut PgConnection {
        &mut self.inner
    }
}
