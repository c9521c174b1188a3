//! The files of the repository, the history of their text, and what cargo knows.
#![expect(clippy::disallowed_methods, reason = "cargo and git are asked")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// The system that releases are built for. Its packages are those of the other Linux too.
const TARGET: &str = "x86_64-unknown-linux-gnu";
/// Not of the repository: what is built, installed, or kept by the demonstration.
const MADE: [&str; 4] = [".git", "target", "data", "node_modules"];
/// Nothing to read in them: screenshots of the demonstration, and workbooks, which are read as such.
const NOT_TEXT: [&str; 2] = ["png", "xlsx"];

/// What cargo says, packages from the lock file alone. Those for this machine were fetched to
/// build the test; where others are missing cargo may fetch them.
pub fn cargo(arguments: &[&str]) -> String {
    let mut why = String::new();
    for offline in [Some("--offline"), None] {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments).arg("--locked").args(offline).current_dir(root());
        let said = cargo.output().unwrap();
        if said.status.success() {
            return String::from_utf8(said.stdout).unwrap();
        }
        why = String::from_utf8_lossy(&said.stderr).into_owned();
    }
    panic!("cargo {arguments:?}: {why}");
}

/// `cargo metadata` for the system of the releases.
pub fn metadata() -> &'static Value {
    static METADATA: LazyLock<Value> = LazyLock::new(|| {
        let said = cargo(&["metadata", "--format-version", "1", "--filter-platform", TARGET]);
        serde_json::from_str(&said).unwrap()
    });
    &METADATA
}

/// The packages that are compiled for these kinds of edges, as `name version`.
pub fn compiled(edges: &str) -> Vec<String> {
    let options = ["tree", "--target", TARGET, "--prefix", "none", "--edges", edges];
    let tree = cargo(&[&options[..], &["--format", "{p}"]].concat());
    let package = |line: &str| {
        let mut words = line.split(' ');
        let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
        Some(format!("{name} {version}"))
    };
    let mut packages: Vec<_> = tree.lines().filter_map(package).collect();
    packages.sort();
    packages.dedup();
    packages
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the repository, by its path from the root.
pub fn all() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_path_buf()];
    while let Some(folder) = folders.pop() {
        // In a data folder the database's account owns what it holds.
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if MADE.contains(&name.as_str()) && (folder == root() || name == "node_modules") {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path().strip_prefix(root()).unwrap().to_path_buf());
            }
        }
    }
    found.sort();
    found
}

/// Every text of the repository with its path. A file that is neither text nor of a known kind is
/// refused, since nobody could say what stands in it.
pub fn texts() -> &'static [(String, String)] {
    static TEXTS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
        let kind = |path: &PathBuf| path.extension().unwrap_or_default().to_owned();
        let text = all().into_iter().filter(|path| !NOT_TEXT.iter().any(|it| kind(path) == *it));
        text.map(|path| {
            let text = fs::read_to_string(root().join(&path));
            let text = text.unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            (path.display().to_string(), text)
        })
        .collect()
    });
    &TEXTS
}

/// All that was ever written in text files, with the messages of the commits. Checksums of cargo
/// and hashes of queries apart: nobody types those.
pub fn history() -> Option<&'static str> {
    static HISTORY: LazyLock<Option<String>> = LazyLock::new(|| {
        let read = read_history();
        if let Err(why) = &read {
            // Past the test harness, which keeps what passing tests print to itself.
            let line = format!("NOT CHECKED: the history of the repository ({why})\n");
            std::io::stderr().write_all(line.as_bytes()).unwrap();
        }
        read.ok()
    });
    HISTORY.as_deref()
}

fn read_history() -> Result<String, String> {
    let shallow = git(&["rev-parse", "--is-shallow-repository"])?;
    if shallow.trim() != "false" {
        return Err("this is a shallow copy".to_owned());
    }
    let what = ["--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--format=%B"];
    let all = ["HEAD", "--", ".", ":!.sqlx", ":!Cargo.lock"];
    git(&[&["log", "--patch"], &what[..], &all[..]].concat())
}

fn git(arguments: &[&str]) -> Result<String, String> {
    let said = Command::new("git").args(arguments).current_dir(root()).output();
    let said = said.map_err(|why| format!("git: {why}"))?;
    if !said.status.success() {
        return Err(String::from_utf8_lossy(&said.stderr).trim().to_owned());
    }
    Ok(String::from_utf8_lossy(&said.stdout).into_owned())
}

/// Compares a reviewed list of the repository with what is so now. The new list is laid down
/// beside the build, to be looked at and copied.
#[track_caller]
pub fn assert_reviewed(path: &str, now: &str) {
    let reviewed = fs::read_to_string(root().join(path)).unwrap_or_default();
    if reviewed == now {
        return;
    }
    let name = Path::new(path).file_name().unwrap();
    let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&new, now).unwrap();
    let gone = reviewed.lines().filter(|line| !now.lines().any(|it| it == *line));
    let come = now.lines().filter(|line| !reviewed.lines().any(|it| it == *line));
    let changes: Vec<_> =
        gone.map(|it| format!("- {it}")).chain(come.map(|it| format!("+ {it}"))).collect();
    panic!(
        "{path} is not what is so. Review the change, then: cp {} {path}\n{}",
        new.display(),
        changes.join("\n")
    );
}

/// What the program prints, without any setting.
pub fn anjie(arguments: &[&str]) -> String {
    let said = Command::new(env!("CARGO_BIN_EXE_anjie")).args(arguments).env_clear().output();
    let said = said.unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}
