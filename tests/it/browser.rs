//! The story of a petition in a real browser: with script, without it, and with an eye on barriers.
//!
//! The scripts are in `tests/browser`. Where Chromium, Node or their packages are missing the tests
//! are skipped and say so; with CI=true that is a failure.
#![expect(clippy::disallowed_methods, reason = "this test starts programs")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anjie::web::{self, serving};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::support::laid::{Laid, lay};
use crate::support::{City, Site, at};

/// One browser at a time leaves the machine to the other tests.
static BROWSER: Mutex<()> = Mutex::const_new(());
const LONGEST: Duration = Duration::from_mins(5);

/// The moments of the story, in the fortnight of the bulletin 2026-W24 and on the day after it.
const MOMENTS: &[&str] = &[
    "2026-06-01 10:00",
    "2026-06-02 15:30",
    "2026-06-05 09:00",
    "2026-06-08 09:00",
    "2026-06-15 12:00",
];

#[tokio::test]
async fn the_story_of_a_petition_runs_in_a_browser() {
    browse("story.mjs", &["on"]).await;
}

#[tokio::test]
async fn the_story_of_a_petition_runs_without_script() {
    browse("story.mjs", &["off"]).await;
}

#[tokio::test]
async fn the_main_pages_have_no_barriers_that_axe_knows() {
    browse("axe.mjs", &[]).await;
}

#[tokio::test]
async fn a_report_whose_session_ended_while_it_was_written_is_not_lost() {
    write_late("on").await;
}

#[tokio::test]
async fn a_report_whose_session_ended_is_not_lost_without_script_either() {
    write_late("off").await;
}

/// S19, S67.
/// The browser's way back, with its cache of whole pages, after signing out.
#[tokio::test]
async fn after_signing_out_the_way_back_shows_nothing_that_was_read() {
    let city = City::new().await;
    let number = lay(&city, Laid { name: "欧阳某某", ..Laid::default() }).await;
    run_at(&city, "back.mjs", &[number.as_str(), "欧阳某某"]).await;
}

/// Runs a script against one site over a city.
async fn run_at(city: &City, script: &str, arguments: &[&str]) {
    let chromium = match needed() {
        Ok(chromium) => chromium,
        Err(missing) => return skip(script, &missing),
    };
    let _alone = BROWSER.lock().await;
    let site = Site::of(city).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (edge, (router, _)) = (site.app.edge.clone(), web::router(site.app));
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        serving::serve(listener, router, &edge, std::future::pending()).await;
    });
    let run = tokio::process::Command::new("node")
        .arg(folder().join(script))
        .arg(address)
        .args(arguments)
        .env("CHROMIUM", chromium)
        .kill_on_drop(true)
        .output();
    let said = tokio::time::timeout(LONGEST, run).await.unwrap().unwrap();
    let text = [said.stdout, said.stderr].concat();
    assert!(said.status.success(), "{script}: {}", String::from_utf8_lossy(&text));
}

/// Writes a report in a browser; the session is ended when the script says so.
async fn write_late(script: &str) {
    let chromium = match needed() {
        Ok(chromium) => chromium,
        Err(missing) => return skip("unsent.mjs", &missing),
    };
    let _alone = BROWSER.lock().await;
    let city = City::new().await;
    let number = lay(&city, Laid::default()).await;
    let site = Site::of(&city).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (edge, (router, _)) = (site.app.edge.clone(), web::router(site.app));
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        serving::serve(listener, router, &edge, std::future::pending()).await;
    });
    let mut node = tokio::process::Command::new("node")
        .arg(folder().join("unsent.mjs"))
        .args([script, &address, &number])
        .env("CHROMIUM", chromium)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut told = BufReader::new(node.stdout.take().unwrap()).lines();
    let (mut answer, mut wrong) = (node.stdin.take().unwrap(), node.stderr.take().unwrap());
    let run = async {
        while let Some(line) = told.next_line().await.unwrap() {
            assert_eq!(line, "end the session");
            city.force("UPDATE session SET ended_at = seen_at, ended_why = 'elsewhere'").await;
            answer.write_all(b"done\n").await.unwrap();
        }
        let mut said = String::new();
        wrong.read_to_string(&mut said).await.unwrap();
        (node.wait().await.unwrap(), said)
    };
    let (status, said) = tokio::time::timeout(LONGEST, run).await.unwrap();
    assert!(status.success(), "{said}");
}

/// Runs a script against the site at each moment of the story: a site an address, one city.
async fn browse(script: &str, arguments: &[&str]) {
    let chromium = match needed() {
        Ok(chromium) => chromium,
        Err(missing) => return skip(script, &missing),
    };
    let _alone = BROWSER.lock().await;
    let city = City::new().await;
    let mut sites = JoinSet::new();
    let mut addresses = Vec::new();
    for moment in MOMENTS {
        let site = Site::at(&city, at(moment)).await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        addresses.push(format!("http://{}", listener.local_addr().unwrap()));
        let (edge, (router, _)) = (site.app.edge.clone(), web::router(site.app));
        sites.spawn(async move {
            serving::serve(listener, router, &edge, std::future::pending()).await;
        });
    }
    let run = tokio::process::Command::new("node")
        .arg(folder().join(script))
        .args(arguments)
        .args(&addresses)
        .env("CHROMIUM", chromium)
        .kill_on_drop(true)
        .output();
    let said = tokio::time::timeout(LONGEST, run).await.unwrap().unwrap();
    let text = [said.stdout, said.stderr].concat();
    assert!(said.status.success(), "{script}: {}", String::from_utf8_lossy(&text));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

/// Where Chromium is, or what the scripts lack.
fn needed() -> Result<PathBuf, String> {
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).status();
    if !node.is_ok_and(|status| status.success()) {
        return Err("Node is not installed".to_owned());
    }
    if !["playwright-core", "axe-core"]
        .iter()
        .all(|it| folder().join("node_modules").join(it).is_dir())
    {
        return Err("its packages are not installed (npm ci --prefix tests/browser)".to_owned());
    }
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["chromium", "chromium-browser", "google-chrome"];
    let found = std::env::split_paths(&folders).flat_map(|it| usual.map(|name| it.join(name)));
    let found = named.into_iter().chain(found).find(|path| path.is_file());
    found.ok_or_else(|| "Chromium is not installed".to_owned())
}

/// Past the test harness, which keeps what passing tests print to itself.
fn skip(script: &str, missing: &str) {
    let must_run = std::env::var_os("CI").is_some_and(|it| it == "true");
    assert!(!must_run, "{script} could not run: {missing}");
    let line = format!("skipped: {script}: {missing}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
