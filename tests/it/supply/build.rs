//! What runs on a developer's machine before anything of ours does, and the files of others.

use std::path::{Path, PathBuf};

use anjie::sbom;
use anjie::store::keys::hex;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::files::{all, assert_reviewed, compiled, metadata, root};
use super::packages::read;

const BUILD_TIME: &str = "tests/it/data/build_time_code.txt";
const HEAD: &str = "\
# Code of others that runs while the program or its tests are built. A line that comes or changes is
# looked at before it is taken: what does the script read, write, start and fetch?
";

/// Files of the program that we wrote, beside Rust.
const OWN: [&str; 6] = [
    "src/domain/password/common.txt",
    "src/sbom/packages.txt",
    "src/sbom/vendored.txt",
    "static/app.css",
    "static/app.js",
    "static/icons.svg",
];

/// S100.
#[test]
fn what_runs_while_building_was_looked_at() {
    let compiled = compiled("normal,build,dev");
    let mut list: Vec<String> = Vec::new();
    for package in metadata()["packages"].as_array().unwrap() {
        let (name, version) = (&package["name"], &package["version"]);
        let name = format!("{} {}", name.as_str().unwrap(), version.as_str().unwrap());
        if !compiled.contains(&name) || name.starts_with("anjie ") {
            continue;
        }
        let targets = package["targets"].as_array().unwrap();
        let kinds = targets.iter().flat_map(|target| target["kind"].as_array().unwrap());
        let mut kinds: Vec<_> = kinds.filter_map(Value::as_str).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for (kind, meant) in [("custom-build", "build script"), ("proc-macro", "macro")] {
            if kinds.contains(&kind) {
                list.push(format!("{meant}: {name}\n"));
            }
        }
    }
    list.sort();
    assert!(list.len() > 20, "{list:?}");
    assert_reviewed(BUILD_TIME, &(HEAD.to_owned() + &list.concat()));
}

/// S100.
#[test]
fn a_file_of_others_is_the_one_that_was_published() {
    let mut vendored = 0;
    for file in sbom::vendored() {
        let bytes = std::fs::read(root().join(file.path)).unwrap();
        assert_eq!(hex(&Sha256::digest(&bytes)), file.sha256, "{}", file.path);
        vendored += 1;
    }
    let lines = read("src/sbom/vendored.txt");
    assert_eq!(vendored, lines.lines().filter(|line| !line.starts_with('#')).count());
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "rs")
}

/// S100.
#[test]
fn a_file_in_the_program_is_ours_or_its_origin_is_written_down() {
    let inside = |path: &PathBuf| path.starts_with("static") || path.starts_with("src");
    let paths = all().into_iter().filter(|path| inside(path) && !is_rust(path));
    let paths: Vec<_> = paths.map(|path| path.display().to_string()).collect();
    let mut known: Vec<_> = OWN.into_iter().chain(sbom::vendored().map(|it| it.path)).collect();
    known.sort_unstable();
    assert_eq!(paths, known);
}

/// S100.
#[test]
fn the_packages_that_drive_the_browser_are_fixed_with_their_hashes() {
    let wanted: Value = serde_json::from_str(&read("tests/browser/package.json")).unwrap();
    for (name, version) in wanted["dependencies"].as_object().unwrap() {
        let version = version.as_str().unwrap();
        assert!(version.chars().all(|sign| sign.is_ascii_digit() || sign == '.'), "{name}");
    }
    let lock: Value = serde_json::from_str(&read("tests/browser/package-lock.json")).unwrap();
    for (path, package) in lock["packages"].as_object().unwrap() {
        let hash = package["integrity"].as_str().unwrap_or_default();
        assert!(path.is_empty() || hash.starts_with("sha512-"), "{path}");
    }
    assert!(read(".ci/run").contains("npm ci "), "`npm install` would take what it likes");
}

/// S100.
#[test]
fn the_checks_and_the_image_build_what_is_locked() {
    for path in [".ci/run", ".ci/prepare", "docker-compose.yml"] {
        for line in read(path).lines() {
            let built = ["clippy", "check", "test", "doc", "build"]
                .iter()
                .any(|what| line.contains(&format!("cargo {what} ")));
            assert!(!built || line.contains("--locked"), "{path}: {line}");
        }
    }
}

/// S101.
#[test]
fn chance_is_asked_for_only_where_secrets_and_identifiers_are_made() {
    let asks = |path: &str| {
        let text = read(path);
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        code.collect::<Vec<_>>().join("\n").contains("rand::")
    };
    let mut places = Vec::new();
    for path in all().into_iter().filter(|path| path.starts_with("src")) {
        if is_rust(&path) {
            let path = path.display().to_string();
            // Numbers that can be told from a seed are for the demonstration alone.
            for banned in ["SmallRng", "StdRng", "seed_from_u64", "fastrand"] {
                assert!(!read(&path).contains(banned), "{path}: {banned}");
            }
            if asks(&path) {
                places.push(path);
            }
        }
    }
    assert_eq!(places, CHANCE);
}

/// The reviewed places; all take the operating system's secure source by way of `rand::random`.
const CHANCE: [&str; 10] = [
    "src/jobs/backup/envelope.rs",
    "src/keys.rs",
    "src/store/keys/mod.rs",
    "src/store/second_factors.rs",
    "src/store/sign_ins.rs",
    "src/store/visits.rs",
    "src/web/again.rs",
    "src/web/layers.rs",
    "src/web/sign_in/mod.rs",
    "src/web/sign_in/password.rs",
];
