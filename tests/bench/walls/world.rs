//! A durable cluster of its own with the city and its backlog, and the program in front of it.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anjie::clock::Clock;
use anjie::cluster::{Cluster, Mode, Options};
use anjie::config::Environment;
use anjie::demo;
use anjie::edge::Edge;
use anjie::store::owner::Owner;
use anjie::store::roles::{OWNER, SERVER, prepare_cluster};
use anjie::store::sessions::{self, NewSession};
use anjie::store::{Db, accounts};
use anjie::web::sign_in::password::Line;
use anjie::web::strangers::Strangers;
use anjie::web::{self, App, Held, serving};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::net::TcpListener;

use super::statements::{Script, Taken};
use super::{CLIENTS, data, load};

const DATABASE: &str = "anjie";

/// Presidents of all courts, the bureau, and two desks: sixteen people who see many cases.
const PEOPLE: [&str; CLIENTS] = [
    "donghu.president",
    "qingxi.president",
    "baishi.president",
    "changqiao.president",
    "shimen.president",
    "nanpu.president",
    "beiyuan.president",
    "liuhe.president",
    "xiling.president",
    "jinsha.president",
    "gaoxin.president",
    "zhongyuan.president",
    "zhongyuan.bureau",
    "zhongyuan.bureau_head",
    "donghu.clerk",
    "qingxi.clerk",
];

/// One person's cookie, and a case within their reach.
struct Client {
    cookie: String,
    case: String,
}

/// What one client asks for.
#[derive(Clone)]
pub struct Target {
    pub cookie: String,
    pub path: String,
}

pub struct World {
    cluster: Cluster,
    folder: PathBuf,
    pub listen: SocketAddr,
    clients: Vec<Client>,
}

impl World {
    pub async fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("anjie-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let places = Environment::of_process().places();
        let options = Options { data: folder.clone(), places, may_install: false };
        let cluster = Cluster::open(&options, Mode::Serve).await.unwrap();
        cluster.ensure_database(DATABASE).await.unwrap();
        prepare_cluster(&cluster.owner("postgres"), DATABASE).await.unwrap();
        let mut owner = Owner::connect(&cluster.login(OWNER, DATABASE)).await.unwrap();
        owner.migrate().await.unwrap();
        demo::found(&mut owner).await.unwrap();
        demo::settle(&mut owner, "no password").await.unwrap();
        owner.close().await.unwrap();
        let mut world =
            Self { cluster, folder, listen: ([127, 0, 0, 1], 0).into(), clients: Vec::new() };
        println!("Laying {} cases …", super::CASES);
        for statement in data::backlog() {
            world.force(&statement).await;
        }
        world.serve().await;
        world
    }

    /// The program, with a listener of its own.
    async fn serve(&mut self) {
        let keys = Environment::of_process().keys(&self.cluster.key().unwrap()).unwrap();
        let db = Db::connect(self.cluster.login(SERVER, DATABASE), keys);
        let app = App {
            db: db.clone(),
            clock: Clock::system(),
            start: demo::rules(),
            held: Held::default(),
            line: Line::default(),
            strangers: Strangers::default(),
            court: "云州市中级人民法院".to_owned(),
            edge: Edge::default(),
        };
        for username in PEOPLE {
            let now = app.clock.now();
            let staff = accounts::find(&db, username).await.unwrap().unwrap().staff;
            let grant = sessions::grants(&db, staff, now).await.unwrap().remove(0).id;
            let new = NewSession {
                staff,
                grant,
                whole: true,
                address: "127.0.0.1",
                device: "bench",
                at: now,
            };
            let token = sessions::open(&db, new, 1).await.unwrap();
            let case = self.value(&data::case_of(username)).await;
            self.clients.push(Client { cookie: format!("__Host-sid={token}"), case });
        }
        let listener = TcpListener::bind(self.listen).await.unwrap();
        self.listen = listener.local_addr().unwrap();
        let (router, _) = web::router(app);
        #[expect(clippy::disallowed_methods, reason = "the program runs beside its clients")]
        tokio::spawn(async move {
            serving::serve(listener, router, &Edge::default(), std::future::pending()).await;
        });
    }

    /// What each client asks for of a page.
    pub fn targets(&self, page: &str) -> Vec<Target> {
        let target = |client: &Client| Target {
            cookie: client.cookie.clone(),
            path: page.replace("{case_no}", &client.case),
        };
        self.clients.iter().map(target).collect()
    }

    /// The statements of the page, as pgbench runs them for the same people.
    pub async fn script(&self, targets: &[Target]) -> Script {
        let mut taken = Vec::new();
        // On connections that know their statements already, so that nothing but the page is logged.
        load::run(self, targets, Duration::from_secs(2)).await;
        self.reload(true).await;
        for target in targets {
            let log = self.folder.join("postgres.log");
            let before = fs::metadata(&log).unwrap().len();
            load::once(self, target).await;
            tokio::time::sleep(Duration::from_millis(150)).await;
            let all = fs::read(&log).unwrap();
            let said =
                String::from_utf8_lossy(all.get(usize::try_from(before).unwrap()..).unwrap());
            taken.push(Taken::from_log(&said));
        }
        self.reload(false).await;
        Script::of(&taken)
    }

    /// Turns the log of statements on or off for connections that stand.
    async fn reload(&self, on: bool) {
        let value = if on { "0" } else { "-1" };
        self.force(&format!("ALTER SYSTEM SET log_min_duration_statement = {value}")).await;
        self.force("SELECT pg_reload_conf()").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }

    /// Transactions a second.
    pub fn pgbench(&self, script: &Script, turn: Duration) -> f64 {
        let file = self.folder.join("page.sql");
        fs::File::create(&file).unwrap().write_all(script.text.as_bytes()).unwrap();
        let login = self.cluster.login(SERVER, DATABASE);
        #[expect(clippy::disallowed_methods, reason = "a benchmark starts what it compares with")]
        let mut command = Command::new(self.program("pgbench"));
        command.args(["-n", "-M", "prepared", "-j", "2"]).args(["-c", &CLIENTS.to_string()]);
        command.args(["-T", &turn.as_secs().max(1).to_string(), "-f"]).arg(&file);
        command
            .arg("-h")
            .arg(login.get_socket().unwrap())
            .args(["-p", &login.get_port().to_string()]);
        command.args(["-U", SERVER]);
        // As the connections of the program are set.
        command.env("PGOPTIONS", "-c jit=off");
        for (name, value) in &script.values {
            command.arg("-D").arg(format!("{name}={value}"));
        }
        let output = command.arg(DATABASE).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = "));
        let rate = rate.and_then(|rest| rest.split(' ').next()).and_then(|rate| rate.parse().ok());
        rate.unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)))
    }

    /// A program beside PostgreSQL's others.
    fn program(&self, name: &str) -> PathBuf {
        let pid = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap();
        let postgres = fs::read_link(format!("/proc/{pid}/exe")).unwrap();
        postgres.with_file_name(name)
    }

    fn superuser(&self) -> PgConnectOptions {
        self.cluster.owner(DATABASE)
    }

    async fn force(&self, statement: &str) {
        let mut conn = PgConnection::connect_with(&self.superuser()).await.unwrap();
        let statement = AssertSqlSafe(statement.to_owned());
        sqlx::raw_sql(statement).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    }

    async fn value(&self, statement: &str) -> String {
        let mut conn = PgConnection::connect_with(&self.superuser()).await.unwrap();
        let statement = AssertSqlSafe(statement.to_owned());
        let value = sqlx::query_scalar(statement).fetch_one(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        value
    }

    pub async fn end(self) {
        self.cluster.stop().await.unwrap();
        fs::remove_dir_all(self.folder).unwrap();
    }
}
