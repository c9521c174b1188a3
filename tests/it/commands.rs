//! The commands as an administrator types them, against a database that others run.
#![expect(clippy::disallowed_methods, reason = "this test starts programs")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;

use crate::support::City;

/// Random once, and used nowhere else.
const KEY: &str = "8f1de0ab37c2946f5b7a21d8430ce9b6f2587d1ea3904bc6715fd80e2a9c63b4";

fn address(login: &PgConnectOptions) -> String {
    let socket = login.get_socket().unwrap().display().to_string();
    let database = login.get_database().unwrap();
    let port = login.get_port();
    format!("postgres://{}@localhost:{port}/{database}?host={socket}", login.get_username())
}

fn anjie(city: &City, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anjie"));
    command
        .args(line.split(' '))
        .env("DATABASE_URL", address(&city.server()))
        .env("DATABASE_OWNER_URL", address(&city.owner()))
        .env("ANJIE_KEYS", KEY)
        .env("ANJIE_LOG", "error");
    command
}

fn typed(city: &City, line: &str) -> Output {
    anjie(city, line).output().unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[track_caller]
fn well(city: &City, line: &str) -> String {
    let output = typed(city, line);
    assert!(output.status.success(), "{line}: {}", said(&output));
    said(&output)
}

#[track_caller]
fn refused(city: &City, line: &str, why: &str) {
    let output = typed(city, line);
    assert_eq!(output.status.code(), Some(1), "{line}: {}", said(&output));
    assert!(said(&output).contains(why), "{line}: {}", said(&output));
}

/// A program that ends with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn served(city: &City) -> (Running, String) {
    let mut command = anjie(city, "serve --listen 127.0.0.1:0");
    let mut program = Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(program.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address =
        line.trim().strip_prefix("Serving on http://").unwrap_or_else(|| panic!("{line}"));
    (program, address.to_owned())
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_set_up_from_nothing_by_the_commands_alone() {
    let city = City::empty().await;
    well(&city, "migrate");
    well(&city, "migrate");
    refused(&city, "serve --listen 127.0.0.1:0", "There is no court yet.");
    let base = "unit add 0110 --name 东湖区人民法院 --short-name 东湖法院 --kind base_court";
    refused(&city, base, "The first unit is the intermediate court");
    well(
        &city,
        "unit add 01 --name 云州市中级人民法院 --short-name 中院 --kind intermediate_court",
    );
    refused(&city, base, "Say with --under which unit");
    let base = format!("{base} --under 01 --court-code 某0110 --account-name donghu");
    well(&city, &base);
    refused(&city, &base, "Perhaps its code or court code is taken");
    well(
        &city,
        "unit add 01XF --name 信访局 --short-name 信访局 --kind petition_bureau --under 01",
    );
    let units = well(&city, "unit list");
    assert_eq!(units.lines().count(), 3, "{units}");
    assert!(units.contains("某0110  (hall)"), "{units}");

    refused(&city, "user add sun --name 孙某 --unit 0111", "There is no court or division");
    well(&city, "user add sun --name 孙某 --unit donghu");
    refused(&city, "user grant sun --role sysadmin --unit donghu", "There is no role");
    well(&city, "user grant sun --role leader --unit donghu");
    well(&city, "user post sun --kind vice_president --title 副院长 --unit donghu");
    let password = well(&city, "user password sun");
    assert!(password.contains("First password of sun: "), "{password}");
    let people = well(&city, "user list");
    assert!(people.contains("leader@东湖法院"), "{people}");
    well(&city, "figures outcomes");
    well(&city, "verify audit");
    well(&city, "verify bulletins");
    assert_eq!(
        city.audit_verbs().await,
        [
            "unit.added",
            "unit.added",
            "unit.added",
            "staff.added",
            "role.granted",
            "post.added",
            "password.set"
        ],
        "each act left its trace, and what was refused left none"
    );

    let (_program, address) = served(&city);
    let page = get(&address, "/login");
    assert!(page.starts_with("HTTP/1.0 200") && page.contains("云州市中级人民法院"), "{page}");
    assert!(get(&address, "/readyz").starts_with("HTTP/1.0 200"));
}

/// R11, S70.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_ends_well_with_a_half_sent_header_open() {
    let city = City::empty().await;
    well(&city, "migrate");
    well(
        &city,
        "unit add 01 --name 云州市中级人民法院 --short-name 中院 --kind intermediate_court",
    );
    let (mut program, address) = served(&city);
    assert!(get(&address, "/readyz").starts_with("HTTP/1.0 200"));
    let mut half = TcpStream::connect(&address).unwrap();
    half.write_all(b"GET /login HTTP/1.1\r\nHost: x\r\nX-Half").unwrap();
    let idle = TcpStream::connect(&address).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let told = Instant::now();
    let kill = Command::new("/bin/kill").args(["-TERM", &program.0.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let code = loop {
        if let Some(ended) = program.0.try_wait().unwrap() {
            break ended.code();
        }
        assert!(told.elapsed() < Duration::from_secs(5), "still there");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(code, Some(0));
    drop((half, idle));
}

#[tokio::test]
async fn a_database_of_another_version_is_named_and_left_alone() {
    let city = City::new().await;
    city.force("UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 13").await;
    refused(
        &city,
        "migrate",
        "another version of the program made this database: its migration 13",
    );
}

#[tokio::test]
async fn nothing_is_served_without_a_key_as_the_owner_or_in_the_demonstrations_city() {
    let city = City::new().await;
    refused(&city, "serve --listen 127.0.0.1:0", "the database holds the demonstration city");
    let mut without = anjie(&city, "serve --listen 127.0.0.1:0");
    let output = without.env_remove("ANJIE_KEYS").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("ANJIE_KEYS"), "{}", said(&output));
    let mut mighty = anjie(&city, "serve --listen 127.0.0.1:0");
    let output = mighty.env("DATABASE_URL", address(&city.owner())).output().unwrap();
    assert!(said(&output).contains("it owns the tables"), "{}", said(&output));
    let mut mightiest = anjie(&city, "serve --listen 127.0.0.1:0");
    let output = mightiest.env("DATABASE_URL", address(&city.superuser())).output().unwrap();
    assert!(said(&output).contains("it is a superuser"), "{}", said(&output));
}
