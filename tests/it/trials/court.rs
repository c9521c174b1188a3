//! A court's database that is served in earnest: durable, and without the demonstration.

use std::process::Command;

use anjie::cluster::ThrowAway;
use anjie::config::Environment;
use anjie::demo;
use anjie::store::owner::Owner;
use anjie::store::roles::{OWNER, SERVER, prepare_cluster};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection};
use tokio::sync::{Mutex, MutexGuard};

use super::client::PASSWORD;

/// Random once, and used nowhere else.
const KEY: &str = "51c7f0a92be84d36c05e9b1f7a2d68c3e4908b75fd1362ae907cb4d518f2e63a";
const TEMPLATE: &str = "court";

/// The cluster of the trials. One trial at a time has it, and the machine as far as it goes.
static CLUSTER: Mutex<Option<ThrowAway>> = Mutex::const_new(None);

/// The database of one trial.
pub struct Court {
    cluster: MutexGuard<'static, Option<ThrowAway>>,
    name: String,
}

async fn lay() -> ThrowAway {
    let cluster = ThrowAway::durable(&Environment::of_process().places()).await.unwrap();
    run(&cluster.owner("postgres"), &format!("CREATE DATABASE {TEMPLATE}")).await;
    prepare_cluster(&cluster.owner("postgres"), TEMPLATE).await.unwrap();
    let mut owner = Owner::connect(&cluster.login(OWNER, TEMPLATE)).await.unwrap();
    owner.migrate().await.unwrap();
    settle(&mut owner).await;
    owner.close().await.unwrap();
    run(&cluster.owner(TEMPLATE), MADE_REAL).await;
    cluster
}

/// The units and people of the city, as if they had been typed in.
pub async fn settle(owner: &mut Owner) {
    if owner.is_empty().await.unwrap() {
        demo::found(owner).await.unwrap();
    }
    let hash = anjie::web::sign_in::hash_password(PASSWORD).unwrap();
    demo::settle(owner, &hash).await.unwrap();
}

/// A demonstration is not served; the superuser takes its mark away.
pub const MADE_REAL: &str = "UPDATE staff SET demonstration = false";

pub async fn run(login: &PgConnectOptions, statement: &str) {
    let mut conn = PgConnection::connect_with(login).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

/// How a program is told of a database.
pub fn address(login: &PgConnectOptions) -> String {
    let socket = login.get_socket().unwrap().display().to_string();
    let (user, port) = (login.get_username(), login.get_port());
    format!("postgres://{user}@localhost:{port}/{}?host={socket}", login.get_database().unwrap())
}

impl Court {
    pub async fn new() -> Self {
        let mut cluster = CLUSTER.lock().await;
        if cluster.is_none() {
            *cluster = Some(lay().await);
        }
        let name = format!("trial_{}", uuid::Uuid::new_v4().simple());
        let mut court = Self { cluster, name };
        // A trial that failed may have left it stopped.
        court.start_again().await;
        let statement = format!(
            "CREATE DATABASE {} TEMPLATE {TEMPLATE} STRATEGY file_copy OWNER {OWNER}",
            court.name
        );
        run(&court.cluster().owner("postgres"), &statement).await;
        court
    }

    fn cluster(&self) -> &ThrowAway {
        self.cluster.as_ref().unwrap()
    }

    /// As after a power cut.
    pub fn crash(&mut self) {
        self.cluster.as_mut().unwrap().crash().unwrap();
    }

    pub async fn start_again(&mut self) {
        self.cluster.as_mut().unwrap().start_again().await.unwrap();
    }

    /// How the superuser logs in.
    pub fn superuser(&self) -> PgConnectOptions {
        self.cluster().owner(&self.name)
    }

    /// How the serving role logs in.
    pub fn server(&self) -> PgConnectOptions {
        self.cluster().login(SERVER, &self.name)
    }

    /// How the owner of the tables logs in.
    pub fn owner(&self) -> PgConnectOptions {
        self.cluster().login(OWNER, &self.name)
    }

    /// A file that goes with the cluster.
    pub fn file(&self, name: &str) -> std::path::PathBuf {
        self.cluster().folder().join(name)
    }

    /// A connection of somebody at the database's own prompt.
    pub async fn prompt(&self) -> PgConnection {
        PgConnection::connect_with(&self.superuser()).await.unwrap()
    }

    /// One value, as it really is.
    pub async fn value<T>(&self, statement: &str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let mut conn = self.prompt().await;
        let statement = AssertSqlSafe(statement.to_owned());
        let value = sqlx::query_scalar(statement).fetch_one(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        value
    }

    /// A command of the program on this database.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anjie"));
        command
            .args(line.split(' '))
            .env("DATABASE_URL", address(&self.server()))
            .env("DATABASE_OWNER_URL", address(&self.owner()))
            .env("ANJIE_KEYS", KEY)
            // Nobody here has a telephone that shows codes.
            .env("ANJIE_SECOND_FACTOR", "off")
            .env("ANJIE_LOG", "warn");
        command
    }
}
