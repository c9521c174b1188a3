//! Backups: taken while others work, refused when touched, put back whole.
#![expect(clippy::disallowed_methods, reason = "the program itself is started, and PostgreSQL's")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anjie::cluster::{Cluster, Options, Places, scratch};
use anjie::config::Environment;
use anjie::keys::MasterKeys;
use anjie::store::keys::Keys;
use anjie::store::roles::OWNER;
use axum::http::StatusCode;
use futures_util::future::{join, join_all};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::commands::{KEY, address, anjie, said};
use crate::support::{City, Site, noon, visit};
use crate::visits::{NEW, id_number, visit_with_id};

const CLERK: &str = "donghu.clerk";
const BUREAU: &str = "zhongyuan.bureau";
const STREET: &str = "东湖区公正路9号院3单元";
const PHONE: &str = "10000000987";

/// A folder that goes with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let name = format!("anjie-backup-{}", uuid::Uuid::new_v4().simple());
        let folder = Self(scratch().unwrap().join(name));
        fs::create_dir(&folder.0).unwrap();
        folder
    }

    pub fn at(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Makes a pair of keys; the recipient.
    pub fn pair(&self, name: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anjie"));
        let output = command.args(["backup-key", &self.at(name)]).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8_lossy(&output.stdout).lines().next().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

fn places() -> Places {
    Environment::of_process().places()
}

/// A city whose values are sealed with the key that the commands are given.
async fn city() -> City {
    sealed_with_key(City::new().await)
}

pub fn sealed_with_key(mut city: City) -> City {
    city.keys = Keys::from_master(MasterKeys::parse(KEY, "the test").unwrap().bytes().0);
    city
}

pub async fn run(command: Command) -> Output {
    tokio::process::Command::from(command).output().await.unwrap()
}

pub async fn backed_up(city: &City, folder: &Folder, name: &str, recipient: &str) -> Output {
    let mut command = anjie(city, "backup");
    command.args([&folder.at(name), "--recipient", recipient]);
    run(command).await
}

async fn restored(city: &City, folder: &Folder, name: &str, key: &str) -> Output {
    let mut command = anjie(city, "restore");
    command.args([&folder.at(name), "--key", &folder.at(key)]);
    run(command).await
}

#[track_caller]
pub fn well(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    said(output)
}

#[track_caller]
fn refused(output: &Output, why: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", said(output));
    assert!(said(output).contains(why), "{}", said(output));
}

/// A visit with a file of its own, through the site.
async fn register(site: &Site, name: &str) -> StatusCode {
    let pdf = format!("%PDF-1.7 handed in by {name}");
    let file = ("files", "申诉状.pdf", "application/pdf", pdf.as_bytes());
    site.upload(Some(CLERK), NEW, &visit(&[("name", name)]), &[file]).await.status
}

async fn frozen(site: &Site, period: &str) {
    let issue = site.act(BUREAU, "/bulletins", &[("period", period)]).await;
    site.act(BUREAU, &format!("{issue}/freeze"), &[]).await;
}

/// The rows of each table, and a hash over all of them, as the superuser sees them.
async fn content(login: &PgConnectOptions) -> BTreeMap<String, (i64, String)> {
    let mut conn = PgConnection::connect_with(login).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
         AND relname NOT IN ('session', 'form_receipt', 'sign_in_failure')",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    let mut content = BTreeMap::new();
    for table in tables {
        let statement = format!(
            "SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
        );
        let row = sqlx::query_as(AssertSqlSafe(statement)).fetch_one(&mut conn).await.unwrap();
        content.insert(table, row);
    }
    conn.close().await.unwrap();
    content
}

/// S104, S105, S106, R22, R24.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_backed_up_while_eight_write_comes_back_whole() {
    let (city, folder) = (city().await, Folder::new());
    let recipient = folder.pair("key");
    let pool = PgPoolOptions::new().max_connections(9).connect_lazy_with(city.server());
    let site = Site::with_pool(&city, pool, noon());
    frozen(&site, "2026-W22").await;
    frozen(&site, "2026-W24").await;
    assert_eq!(register(&site, "张某").await, StatusCode::SEE_OTHER);
    let (stop, count) = (AtomicBool::new(false), AtomicUsize::new(0));
    let writer = async || {
        while !stop.load(Ordering::Relaxed) {
            assert_eq!(register(&site, "李某").await, StatusCode::SEE_OTHER);
            count.fetch_add(1, Ordering::Relaxed);
        }
    };
    let writers = join_all((0..8).map(|_| writer()));
    let taking = async {
        while count.load(Ordering::Relaxed) < 8 {
            tokio::task::yield_now().await;
        }
        let taken = backed_up(&city, &folder, "under-load", &recipient).await;
        let written = count.load(Ordering::Relaxed);
        stop.store(true, Ordering::Relaxed);
        (taken, written)
    };
    let ((taken, written), _) = join(taking, writers).await;
    well(&taken);
    assert!(written > 8, "they wrote on meanwhile");

    let there = City::empty().await;
    let report = well(&restored(&there, &folder, "under-load", "key").await);
    assert!(report.contains("rows, as many in each table as in the backup"), "{report}");
    assert!(report.contains("云州市中级人民法院：5条，完整"), "{report}");
    assert!(report.contains("2026-W24 第12期：一致"), "{report}");
    for (what, statement) in [
        (
            "a visit without its file",
            "SELECT count(*) FROM visit v WHERE NOT EXISTS (SELECT FROM visit_material m WHERE m.visit_id = v.id)",
        ),
        (
            "a file without its line in the audit",
            "SELECT count(*) FROM visit_material m WHERE NOT EXISTS (
                 SELECT FROM audit a WHERE a.verb = 'material.filed' AND a.detail = m.uuid::text)",
        ),
        (
            "what may not come back",
            "SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM form_receipt)",
        ),
    ] {
        assert_eq!(there.value::<i64>(statement).await, 0, "{what}");
    }
    let visits: i64 = there.value("SELECT count(*) FROM visit").await;
    assert!((9..=1 + i64::try_from(written).unwrap()).contains(&visits), "{visits} of {written}");

    // Nobody works any more: then everything is equal to the last byte.
    well(&backed_up(&city, &folder, "at-rest", &recipient).await);
    let again = City::empty().await;
    well(&restored(&again, &folder, "at-rest", "key").await);
    again.force("DELETE FROM audit WHERE verb = 'backup.restored'; DELETE FROM key_check").await;
    let (mut source, mut copy) =
        (content(&city.superuser()).await, content(&again.superuser()).await);
    // The trace of the restoring stands on the head.
    assert_ne!(source.remove("audit_head"), copy.remove("audit_head"));
    assert_eq!(source, copy);
}

/// S104.
#[tokio::test(flavor = "multi_thread")]
async fn a_touched_file_a_foreign_key_and_a_place_in_use_are_refused_before_anything_is_written() {
    let (city, folder) = (city().await, Folder::new());
    let recipient = folder.pair("key");
    folder.pair("foreign");
    well(&backed_up(&city, &folder, "good", &recipient).await);
    refused(&backed_up(&city, &folder, "good", &recipient).await, "is there already");
    let good = fs::read(folder.at("good")).unwrap();
    let there = City::empty().await;
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 0x20;
        bytes
    };
    let middle = good.len() / 2;
    for (what, bytes, why) in [
        ("its first byte", flipped(0), "is not a backup"),
        ("for whom it is", flipped(20), "was made for the key"),
        ("its key", flipped(60), "was changed or cut off"),
        ("its manifest", flipped(100), "was changed or cut off"),
        ("the middle", flipped(middle), "was changed or cut off"),
        ("its last byte", flipped(good.len() - 1), "was changed or cut off"),
        ("the last byte gone", good[..good.len() - 1].to_vec(), "was changed or cut off"),
        ("half of it gone", good[..middle].to_vec(), "was changed or cut off"),
        ("a byte more", [good.as_slice(), b"x"].concat(), "was changed or cut off"),
        ("nothing in it", Vec::new(), "is not a backup"),
    ] {
        fs::write(folder.at("touched"), bytes).unwrap();
        let output = restored(&there, &folder, "touched", "key").await;
        assert_eq!(output.status.code(), Some(1), "{what}");
        assert!(said(&output).contains(why), "{what}: {}", said(&output));
    }
    refused(&restored(&there, &folder, "good", "foreign").await, "was made for the key");
    let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(there.value::<i64>(tables).await, 0, "nothing was written");

    refused(&restored(&city, &folder, "good", "key").await, "The database is not empty");
    let mut command = anjie(&there, "restore");
    command.args([&folder.at("good"), "--key", &folder.at("key"), "--data", &folder.at("cluster")]);
    refused(&run(command).await, "The master key is not in a backup");
    well(&restored(&there, &folder, "good", "key").await);
}

/// S105.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_see_every_row_makes_no_backup() {
    let (city, folder) = (city().await, Folder::new());
    let recipient = folder.pair("key");
    let taken = async |login: &PgConnectOptions, name: &str| {
        let mut command = anjie(&city, "backup");
        command.args([&folder.at(name), "--recipient", &recipient]);
        command.env("DATABASE_OWNER_URL", address(login));
        run(command).await
    };
    refused(
        &taken(&city.server(), "served").await,
        "tables, the first being _sqlx_migrations. Set",
    );
    assert!(!Path::new(&folder.at("served")).exists());
    city.force("ALTER POLICY visit_owner ON visit USING (unit_id = 1)").await;
    refused(
        &taken(&city.owner(), "narrow").await,
        "doesn't see every row of 1 tables, the first being visit.",
    );
    city.force("ALTER POLICY visit_owner ON visit USING (true)").await;
    city.force("CREATE POLICY narrower ON visit AS RESTRICTIVE USING (unit_id = 1)").await;
    refused(
        &taken(&city.owner(), "narrower").await,
        "doesn't see every row of 1 tables, the first being visit.",
    );
    city.force("DROP POLICY narrower ON visit").await;
    well(&taken(&city.owner(), "whole").await);

    // PostgreSQL's own program as the serving role fails: it is not shown less.
    let login = city.server();
    let output = Command::new("/bin/sh")
        .args(["-c", "exec \"$0\" -h \"$1\" -U app_user \"$2\" >/dev/null"])
        .arg(program("pg_dump"))
        .arg(login.get_socket().unwrap())
        .arg(login.get_database().unwrap())
        .output()
        .unwrap();
    refused(&output, "permission denied");
}

/// A program of PostgreSQL.
fn program(name: &str) -> PathBuf {
    let mut folders: Vec<_> = fs::read_dir("/usr/lib/postgresql").unwrap().flatten().collect();
    folders.sort_by_key(fs::DirEntry::file_name);
    folders.last().unwrap().path().join("bin").join(name)
}

/// Whether a folder's files hold a text anywhere.
fn holds(folder: &Path, text: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = fs::read(path).unwrap_or_default();
        bytes.windows(text.len()).any(|part| part == text)
    })
}

/// S87.
#[tokio::test(flavor = "multi_thread")]
async fn neither_the_dump_nor_the_folder_of_the_database_holds_a_plain_value() {
    let city = sealed_with_key(City::alone().await);
    let site = Site::of(&city).await;
    let id = id_number("19680312", 1);
    let fields = [("name", "张某某"), ("phone", PHONE), ("address", STREET)];
    let pdf: &[u8] = b"%PDF-1.7 canary in a file";
    let file = ("files", "申诉状.pdf", "application/pdf", pdf);
    let page = site.upload(Some(CLERK), NEW, &visit_with_id(&id, &fields), &[file]).await;
    page.expect(StatusCode::SEE_OTHER);
    city.force("CHECKPOINT").await;
    let shown: String = city.value("SHOW data_directory").await;
    let data = Path::new(&shown);
    // The register's name is no secret to the register: what is searched in is really there.
    assert!(
        holds(&data.join("base"), "张某某".as_bytes()),
        "the table of petitioners is on the disk"
    );
    assert!(holds(&data.join("pg_wal"), "张某某".as_bytes()), "so it is in the log");
    let login = city.owner();
    let dump = Command::new(program("pg_dump"))
        .args(["--enable-row-security", "-U", OWNER, "-h"])
        .arg(login.get_socket().unwrap())
        .arg(login.get_database().unwrap())
        .output()
        .unwrap();
    let dump = dump.stdout;
    let text = String::from_utf8_lossy(&dump);
    assert!(text.contains("张某某"));
    for canary in [id.as_bytes(), PHONE.as_bytes(), STREET.as_bytes(), b"canary in a file"] {
        let shown = String::from_utf8_lossy(canary).into_owned();
        assert!(!holds(data, canary), "{shown}");
        assert!(!text.contains(&shown), "{shown}");
        // As the bytes of a column would stand in it.
        assert!(!text.contains(&anjie::store::keys::hex(canary)), "{shown}");
    }
}

/// S104, R22.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_machine_is_begun_anew_from_the_backup_the_two_keys_and_nothing_else() {
    let (city, folder) = (city().await, Folder::new());
    let recipient = folder.pair("key");
    let site = Site::of(&city).await;
    assert_eq!(register(&site, "张某").await, StatusCode::SEE_OTHER);
    well(&backed_up(&city, &folder, "file", &recipient).await);
    let master = folder.at("kept-apart.key");
    fs::write(&master, format!("{KEY}\n")).unwrap();
    fs::set_permissions(&master, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let bare = |line: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anjie"));
        command.args(line.split(' ')).env_remove("DATABASE_URL").env_remove("ANJIE_KEYS");
        command.env("ANJIE_LOG", "error");
        command
    };
    let place = folder.at("cluster");
    let line = format!(
        "restore {} --key {} --keys {master} --data {place}",
        folder.at("file"),
        folder.at("key")
    );
    let report = well(&run(bare(&line)).await);
    assert!(report.contains("1 files open and are what came in, 0 do not"), "{report}");
    refused(&run(bare(&line)).await, "already holds a database");
    well(&run(bare(&format!("verify audit --data {place}"))).await);
    // From here it can be backed up again.
    let again = folder.at("again");
    well(&run(bare(&format!("backup {again} --recipient {recipient} --data {place}"))).await);
    let options = Options { data: PathBuf::from(&place), places: places(), may_install: false };
    let cluster = Cluster::existing(&options).await.unwrap();
    let mut conn = PgConnection::connect_with(&cluster.owner("anjie")).await.unwrap();
    let verbs: Vec<String> =
        sqlx::query_scalar("SELECT verb FROM audit WHERE verb LIKE 'backup.%' ORDER BY seq")
            .fetch_all(&mut conn)
            .await
            .unwrap();
    assert_eq!(verbs, ["backup.made", "backup.restored", "backup.made"]);
    conn.close().await.unwrap();
    cluster.stop().await.unwrap();
}
