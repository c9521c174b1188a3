//! A database of its own for a test: a clone of the city with its units and people, no case.

use std::path::PathBuf;
use std::sync::Arc;

use anjie::cluster::{Places, ThrowAway};
use anjie::config::Environment;
use anjie::demo;
use anjie::store::keys::Keys;
use anjie::store::owner::Owner;
use anjie::store::roles::{OWNER, SERVER, prepare_cluster};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;

/// The password of everyone in the tests.
pub const PASSWORD: &str = "yunzhou-2026";
const TEMPLATE: &str = "city";

static CLUSTER: OnceCell<Arc<ThrowAway>> = OnceCell::const_new();

/// The cluster of this test program, with the template city in it.
async fn cluster() -> Arc<ThrowAway> {
    CLUSTER.get_or_init(|| async { Arc::new(start().await) }).await.clone()
}

async fn start() -> ThrowAway {
    let places: Places = Environment::of_process().places();
    let cluster = ThrowAway::start(&places).await.unwrap();
    run(&cluster, &format!("CREATE DATABASE {TEMPLATE}")).await;
    prepare_cluster(&cluster.owner("postgres"), TEMPLATE).await.unwrap();
    // As in the program's own pools.
    run(&cluster, "ALTER SYSTEM SET jit = off").await;
    run(&cluster, "SELECT pg_reload_conf()").await;
    let mut owner = Owner::connect(&cluster.login(OWNER, TEMPLATE)).await.unwrap();
    owner.migrate().await.unwrap();
    demo::found(&mut owner).await.unwrap();
    let hash = anjie::web::sign_in::hash_password(PASSWORD).unwrap();
    demo::settle(&mut owner, &hash).await.unwrap();
    owner.close().await.unwrap();
    run(&cluster, &format!("ALTER DATABASE {TEMPLATE} IS_TEMPLATE true")).await;
    cluster
}

async fn run(cluster: &ThrowAway, statement: &str) {
    let mut conn = PgConnection::connect_with(&cluster.owner("postgres")).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

/// The city. Its database goes when it does.
pub struct City {
    cluster: Arc<ThrowAway>,
    name: String,
    pub keys: Keys,
}

impl City {
    /// A fresh city without a case.
    pub async fn new() -> Self {
        Self::on(cluster().await).await
    }

    /// A fresh city on a server of its own, which can go away.
    pub async fn alone() -> Self {
        Self::on(Arc::new(start().await)).await
    }

    async fn on(cluster: Arc<ThrowAway>) -> Self {
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        run(&cluster, &format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy"))
            .await;
        Self { cluster, name, keys: Keys::from_master(&[42; 32]) }
    }

    /// The server goes: what is connected is cut off, and nothing connects anew.
    pub async fn go_away(&self) {
        let (here, gone) = self.sockets();
        let others = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                      WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
        let mut conn = PgConnection::connect_with(&self.superuser()).await.unwrap();
        std::fs::rename(here, gone).unwrap();
        sqlx::raw_sql(others).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    }

    /// The server is there again.
    pub fn come_back(&self) {
        let (here, gone) = self.sockets();
        std::fs::rename(gone, here).unwrap();
    }

    fn sockets(&self) -> (PathBuf, PathBuf) {
        let login = self.superuser();
        let name = format!(".s.PGSQL.{}", login.get_port());
        let here = login.get_socket().unwrap().join(name);
        (here.clone(), here.with_extension("gone"))
    }

    /// A database with nothing in it, not even tables.
    pub async fn empty() -> Self {
        let cluster = cluster().await;
        let name = format!("test_{}", uuid::Uuid::new_v4().simple());
        run(&cluster, &format!("CREATE DATABASE {name} OWNER {OWNER}")).await;
        Self { cluster, name, keys: Keys::from_master(&[42; 32]) }
    }

    /// How the cluster's superuser logs in.
    pub fn superuser(&self) -> PgConnectOptions {
        self.cluster.owner(&self.name)
    }

    /// How the serving role logs in.
    pub fn server(&self) -> PgConnectOptions {
        self.cluster.login(SERVER, &self.name)
    }

    /// How the owner of the tables logs in.
    pub fn owner(&self) -> PgConnectOptions {
        self.cluster.login(OWNER, &self.name)
    }

    /// A pool of the cluster's superuser, whom row security does not bind: for looking at what is
    /// really there.
    pub fn truth(&self) -> PgPool {
        PgPoolOptions::new().max_connections(2).connect_lazy_with(self.cluster.owner(&self.name))
    }

    /// One value, as the superuser sees it.
    pub async fn value<T>(&self, statement: &str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let pool = self.truth();
        let value =
            sqlx::query_scalar(AssertSqlSafe(statement.to_owned())).fetch_one(&pool).await.unwrap();
        pool.close().await;
        value
    }

    /// What a function of the database answers to the serving role in someone's name.
    pub async fn as_server(&self, username: &str, statement: &str) -> Option<i64> {
        let keys: String = self
            .value(&format!(
                "SELECT s.id || ' ' || g.id FROM staff s JOIN role_grant g ON g.staff_id = s.id
                 WHERE s.username = '{username}'"
            ))
            .await;
        let (staff, grant) = keys.split_once(' ').unwrap();
        let mut conn = PgConnection::connect_with(&self.server()).await.unwrap();
        let mut tx = conn.begin().await.unwrap();
        let context = format!(
            "SELECT set_config('app.staff_id', '{staff}', true), set_config('app.grant_id', '{grant}', true)"
        );
        sqlx::raw_sql(AssertSqlSafe(context)).execute(&mut *tx).await.unwrap();
        let statement = AssertSqlSafe(statement.to_owned());
        let answer = sqlx::query_scalar(statement).fetch_one(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        answer
    }

    /// Changes something behind the program's back, as the superuser.
    pub async fn force(&self, statement: &str) {
        let pool = self.truth();
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&pool).await.unwrap();
        pool.close().await;
    }

    /// What was done by the audit, oldest first; sign-ins, pages that were read and what was refused
    /// apart.
    pub async fn audit_verbs(&self) -> Vec<String> {
        let pool = self.truth();
        let verbs = sqlx::query_scalar(
            "SELECT verb FROM audit
             WHERE outcome = 'done' AND verb NOT LIKE 'session.%' AND verb NOT LIKE 'program.%'
               AND verb NOT LIKE '%.listed' AND verb NOT LIKE '%.searched' AND verb NOT LIKE '%.printed'
               AND verb NOT IN ('case.read', 'visit.read', 'import.read', 'import.exported')
             ORDER BY at, unit_id, seq",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        pool.close().await;
        verbs
    }
}

impl Drop for City {
    fn drop(&mut self) {
        let (cluster, name) = (self.cluster.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(run(&cluster, &format!("DROP DATABASE {name} WITH (FORCE)")));
        });
        drop(dropping.join());
    }
}
