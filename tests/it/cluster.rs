//! The local PostgreSQL survives what happens to programs: started twice, killed, interrupted.
#![expect(clippy::disallowed_methods, reason = "this test starts programs")]

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anjie::cluster::{Cluster, ClusterError, Mode, Options, Places, ThrowAway, is_root, scratch};
use anjie::config::Environment;
use sqlx::{Connection, PgConnection};
use tokio::time::sleep;

/// A data folder that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        Self::named("")
    }

    fn named(suffix: &str) -> Self {
        let name = format!("anjie-it-{}{suffix}", uuid::Uuid::new_v4().simple());
        Self(scratch().unwrap().join(name))
    }

    fn options(&self) -> Options {
        let places = Environment::of_process().places();
        Options { data: self.0.clone(), places, may_install: false }
    }

    async fn open(&self, mode: Mode) -> Result<Cluster, ClusterError> {
        Cluster::open(&self.options(), mode).await
    }

    /// The process that the folder's pid file names.
    fn postmaster(&self) -> Option<u32> {
        let text = fs::read_to_string(self.0.join("data/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

/// Another program: this test binary, running one of the ignored tests below.
struct Program {
    child: Child,
    said: String,
}

impl Program {
    /// Starts it and waits for its first line.
    fn run(test: &str, input: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--ignored", "--nocapture", "-q"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        writeln!(child.stdin.as_mut().unwrap(), "{input}").unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        let said = lines.find_map(|line| line.strip_prefix("ready ").map(str::to_owned));
        Self { child, said: said.unwrap() }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn signal(name: &str, process: u32) {
    let done = Command::new("/bin/kill").args([name, &process.to_string()]).status().unwrap();
    assert!(done.success());
}

fn say(line: &str) {
    let mut out = io::stdout();
    writeln!(out, "\nready {line}").unwrap();
    out.flush().unwrap();
}

fn hear() -> String {
    let mut line = String::new();
    io::stdin().read_line(&mut line).unwrap();
    line.trim().to_owned()
}

async fn answers(cluster: &Cluster) -> bool {
    let Ok(mut conn) = PgConnection::connect_with(&cluster.owner("postgres")).await else {
        return false;
    };
    conn.ping().await.is_ok()
}

async fn vanishes(folder: &Path) -> bool {
    for _ in 0..200 {
        if !folder.exists() {
            return true;
        }
        sleep(Duration::from_millis(50)).await;
    }
    false
}

#[tokio::test]
#[ignore = "a program that other tests start and kill"]
async fn a_program_with_a_database() {
    let scratch = Scratch(PathBuf::from(hear()));
    let cluster = scratch.open(Mode::Serve).await.unwrap();
    say("");
    assert_eq!(hear(), "stop");
    cluster.stop().await.unwrap();
}

#[tokio::test]
#[ignore = "a program that other tests start and kill"]
async fn a_program_with_a_throw_away_database() {
    assert_eq!(hear(), "start");
    let cluster = ThrowAway::start(&Environment::of_process().places()).await.unwrap();
    let process = fs::read_to_string(cluster.folder().join("data/postmaster.pid")).unwrap();
    say(&format!("{} {}", cluster.folder().display(), process.lines().next().unwrap()));
    // Like a static, which is never dropped.
    std::mem::forget(cluster);
    assert_eq!(hear(), "end");
}

#[tokio::test]
async fn a_new_folder_gets_a_cluster_that_sorts_by_bytes_and_knows_chinese() {
    let scratch = Scratch::new();
    let cluster = scratch.open(Mode::Serve).await.unwrap();
    cluster.ensure_database("anjie").await.unwrap();
    cluster.ensure_database("anjie").await.unwrap();
    let mut conn = PgConnection::connect_with(&cluster.owner("anjie")).await.unwrap();
    let locale: (String, String, String, String) = sqlx::query_as(
        "SELECT datcollate, datctype, pg_encoding_to_char(encoding),
                concat_ws(',', current_setting('data_checksums'), current_setting('fsync'),
                          current_setting('listen_addresses'))
         FROM pg_database WHERE datname = 'anjie'",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert_eq!((locale.0.as_str(), locale.2.as_str()), ("C", "UTF8"));
    assert!(locale.1.ends_with(".UTF-8"), "{}", locale.1);
    assert_eq!(locale.3, "on,on,");
    conn.close().await.unwrap();
    let key = cluster.key().unwrap();
    cluster.stop().await.unwrap();
    assert_eq!(scratch.postmaster(), None);
    let again = scratch.open(Mode::Serve).await.unwrap();
    assert_eq!(again.key().unwrap(), key);
}

#[tokio::test]
async fn a_second_server_is_refused_and_a_visitor_is_let_in() {
    let scratch = Scratch::new();
    let first = scratch.open(Mode::Serve).await.unwrap();
    let refused = scratch.open(Mode::Serve).await.unwrap_err().to_string();
    let holder = format!("in use by another anjie (process {})", std::process::id());
    assert!(refused.contains(&holder) && refused.contains("--data"), "{refused}");
    let visitor = scratch.open(Mode::Visit).await.unwrap();
    assert!(answers(&visitor).await);
    visitor.stop().await.unwrap();
    assert!(answers(&first).await);
    first.stop().await.unwrap();
    assert_eq!(scratch.postmaster(), None);
}

#[tokio::test]
async fn the_last_visitor_stops_the_database() {
    let scratch = Scratch::new();
    let (first, second) = tokio::join!(scratch.open(Mode::Visit), scratch.open(Mode::Visit));
    let (first, second) = (first.unwrap(), second.unwrap());
    first.stop().await.unwrap();
    assert!(answers(&second).await);
    drop(second);
    assert_eq!(scratch.postmaster(), None);
}

#[tokio::test]
async fn the_database_of_a_killed_program_is_adopted() {
    let scratch = Scratch::new();
    let mut killed =
        Program::run("cluster::a_program_with_a_database", &scratch.0.display().to_string());
    killed.kill();
    let left = scratch.postmaster();
    let cluster = scratch.open(Mode::Serve).await.unwrap();
    assert!(left.is_some() && scratch.postmaster() == left);
    cluster.stop().await.unwrap();
    assert_eq!(scratch.postmaster(), None);
}

#[tokio::test]
async fn a_database_that_was_killed_too_recovers() {
    let scratch = Scratch::new();
    let mut killed =
        Program::run("cluster::a_program_with_a_database", &scratch.0.display().to_string());
    let left = scratch.postmaster().unwrap();
    // Killed before its parent, the postmaster is a zombie as long as nobody reaps it.
    signal("-KILL", left);
    let refused = scratch.open(Mode::Serve).await;
    assert!(matches!(refused, Err(ClusterError::InUse { .. })));
    killed.kill();
    let cluster = scratch.open(Mode::Serve).await.unwrap();
    assert!(answers(&cluster).await && scratch.postmaster() != Some(left));
}

#[tokio::test]
async fn a_pid_file_that_names_a_dead_or_another_process_is_no_obstacle() {
    let scratch = Scratch::new();
    scratch.open(Mode::Serve).await.unwrap().stop().await.unwrap();
    // PostgreSQL itself sees through a process of another user: these are of its own.
    let user = fs::metadata(scratch.0.join("data")).unwrap().uid();
    let mut other = Command::new("/bin/sleep").arg("60").uid(user).spawn().unwrap();
    let mut zombie = Command::new("/bin/true").uid(user).spawn().unwrap();
    sleep(Duration::from_millis(100)).await;
    for process in [other.id(), zombie.id(), 4_000_000] {
        let data = fs::canonicalize(scratch.0.join("data")).unwrap();
        let text = format!("{process}\n{}\n1700000000\n5432\n\n\n", data.display());
        fs::write(data.join("postmaster.pid"), text).unwrap();
        let cluster = scratch.open(Mode::Serve).await.unwrap();
        assert!(answers(&cluster).await && scratch.postmaster() != Some(process));
        cluster.stop().await.unwrap();
    }
    other.kill().unwrap();
    other.wait().unwrap();
    zombie.wait().unwrap();
}

#[tokio::test]
async fn a_cluster_of_another_major_version_is_named_and_left_alone() {
    let scratch = Scratch::new();
    scratch.open(Mode::Serve).await.unwrap().stop().await.unwrap();
    fs::write(scratch.0.join("data/PG_VERSION"), "9\n").unwrap();
    let refused = scratch.open(Mode::Serve).await.unwrap_err().to_string();
    assert!(refused.contains("was made by PostgreSQL 9; found here: "), "{refused}");
    assert!(refused.contains("PG_BIN_DIR") && refused.contains("restore"), "{refused}");
}

#[tokio::test]
async fn a_folder_with_something_else_in_it_is_left_alone() {
    let scratch = Scratch::new();
    fs::create_dir_all(scratch.0.join("data")).unwrap();
    fs::write(scratch.0.join("data/letter.txt"), "来信").unwrap();
    let refused = scratch.open(Mode::Serve).await;
    assert!(matches!(refused, Err(ClusterError::NotACluster { .. })));
    assert!(scratch.0.join("data/letter.txt").exists());
}

#[tokio::test]
async fn a_folder_that_the_databases_user_cannot_enter_is_named() {
    let scratch = Scratch::new();
    fs::create_dir(&scratch.0).unwrap();
    fs::set_permissions(&scratch.0, fs::Permissions::from_mode(0o700)).unwrap();
    let options = Options { data: scratch.0.join("below"), ..scratch.options() };
    let outcome = Cluster::open(&options, Mode::Serve).await;
    if !is_root() {
        // Without root the database runs as ourselves, who may enter.
        return assert!(outcome.is_ok());
    }
    let refused = outcome.unwrap_err().to_string();
    let remedy = format!("chmod o+x {}", fs::canonicalize(&scratch.0).unwrap().display());
    assert!(refused.contains("--data /var/lib/anjie") && refused.ends_with(&remedy), "{refused}");
}

#[tokio::test]
async fn a_machine_without_postgresql_is_told_how_to_get_it() {
    let scratch = Scratch::new();
    let options = Options { places: Places::none(), ..scratch.options() };
    let refused = Cluster::open(&options, Mode::Serve).await.unwrap_err().to_string();
    for part in ["not installed", "apt-get install", "dnf install", "brew install", "PG_BIN_DIR"] {
        assert!(refused.contains(part), "{refused}");
    }
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_is_no_obstacle() {
    let scratch = Scratch::named(&"-a,long \"name\"".repeat(8));
    let cluster = scratch.open(Mode::Serve).await.unwrap();
    assert!(answers(&cluster).await);
    let login = cluster.owner("postgres");
    let socket = login.get_socket().unwrap();
    assert!(socket.starts_with("/tmp"), "{}", socket.display());
    assert_eq!(fs::metadata(socket).unwrap().permissions().mode() & 0o777, 0o700);
    cluster.stop().await.unwrap();
    assert!(!socket.exists());
}

#[tokio::test]
async fn a_throw_away_database_goes_with_its_program() {
    for end in ["-KILL", "-INT", "-TERM", "panic", "end"] {
        let mut program = Program::run("cluster::a_program_with_a_throw_away_database", "start");
        let (folder, postmaster) = program.said.rsplit_once(' ').unwrap();
        let (folder, postmaster) = (PathBuf::from(folder), postmaster.to_owned());
        assert!(folder.join("data/PG_VERSION").exists());
        if end.starts_with('-') {
            signal(end, program.child.id());
        } else {
            writeln!(program.child.stdin.as_mut().unwrap(), "{end}").unwrap();
        }
        program.child.wait().unwrap();
        assert!(vanishes(&folder).await, "{end}: {}", folder.display());
        let stat = fs::read_to_string(format!("/proc/{postmaster}/stat")).unwrap_or_default();
        assert!(stat.is_empty() || stat.contains(") Z "), "{end}: {stat}");
    }
}

#[tokio::test]
async fn a_dropped_throw_away_database_is_gone_at_once() {
    let cluster = ThrowAway::start(&Environment::of_process().places()).await.unwrap();
    let mut conn = PgConnection::connect_with(&cluster.owner("postgres")).await.unwrap();
    let fsync: String = sqlx::query_scalar("SHOW fsync").fetch_one(&mut conn).await.unwrap();
    assert_eq!(fsync, "off");
    let folder = cluster.folder().to_path_buf();
    drop(cluster);
    assert!(!folder.exists());
}
