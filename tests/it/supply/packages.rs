//! The packages of others: where they come from and under which licence.
//!
//! `.ci/dependencies` holds the same and more with cargo-deny; here it is held on every machine.

use std::collections::BTreeMap;
use std::fs;

use super::files::{assert_reviewed, compiled, metadata, root};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
const LIST: &str = "src/sbom/packages.txt";
const HEAD: &str = "\
# The packages of Cargo.lock: name, version, use, licence. Use: \"program\" is linked into it, \"build\"
# runs while it is built, \"other\" is for tests or other systems. Kept right by tests/it/supply.
";

pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// The packages of Cargo.lock, each with its fields of one value.
pub fn locked() -> Vec<BTreeMap<String, String>> {
    let lock = read("Cargo.lock");
    let field = |line: &str| {
        let (name, value) = line.split_once(" = ")?;
        Some((name.to_owned(), value.trim_matches('"').to_owned()))
    };
    lock.split("[[package]]").skip(1).map(|it| it.lines().filter_map(field).collect()).collect()
}

/// The lines of a list in `.cargo/deny.toml`.
fn list_of_deny(name: &str) -> Vec<String> {
    let config = read(".cargo/deny.toml");
    let (_, list) = config.split_once(&format!("\n{name} = [")).unwrap();
    let (list, _) = list.split_once(']').unwrap();
    list.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// S99.
#[test]
fn every_package_comes_from_the_public_registry_with_its_checksum() {
    let packages = locked();
    assert!(packages.len() > 100);
    for package in packages {
        let ours = package["name"] == "anjie" && !package.contains_key("source");
        let known = package.get("source").is_some_and(|it| it == REGISTRY);
        let summed = package.get("checksum").is_some_and(|it| it.len() == 64);
        assert!(ours || (known && summed), "{package:?}");
    }
}

/// S99.
#[test]
fn a_dependency_says_which_versions_it_means() {
    let packages = metadata()["packages"].as_array().unwrap();
    let own = packages.iter().find(|it| it["name"] == "anjie").unwrap();
    let dependencies = own["dependencies"].as_array().unwrap();
    assert!(dependencies.len() > 20);
    for dependency in dependencies {
        let version = dependency["req"].as_str().unwrap();
        assert!(!version.contains(['*', '>']), "{}: {version}", dependency["name"]);
    }
}

/// S99.
#[test]
fn no_known_fault_is_passed_over_without_a_dated_reason() {
    for line in list_of_deny("ignore") {
        let reason = line.split_once("reason = \"").map_or("", |(_, reason)| reason);
        let day = reason.get(..10).and_then(|day| day.parse::<chrono::NaiveDate>().ok());
        assert!(day.is_some() && reason.len() > 30, "{line}");
    }
}

/// Whether one may choose licences that are all on the list, from an expression of SPDX.
fn allowed(expression: &str, list: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ");
    either(&mut spaced.split_whitespace().rev().collect(), list)
}

/// The words stand in reverse, the next one last.
fn either(words: &mut Vec<&str>, list: &[String]) -> bool {
    let mut fine = both(words, list);
    while words.pop_if(|word| *word == "OR").is_some() {
        fine |= both(words, list);
    }
    fine
}

fn both(words: &mut Vec<&str>, list: &[String]) -> bool {
    let mut fine = one(words, list);
    while words.pop_if(|word| *word == "AND").is_some() {
        fine &= one(words, list);
    }
    fine
}

fn one(words: &mut Vec<&str>, list: &[String]) -> bool {
    if words.pop_if(|word| *word == "(").is_some() {
        let fine = either(words, list);
        return words.pop() == Some(")") && fine;
    }
    let mut name = words.pop().unwrap_or_default().to_owned();
    if words.pop_if(|word| *word == "WITH").is_some() {
        name = format!("{name} WITH {}", words.pop().unwrap_or_default());
    }
    list.contains(&name)
}

#[test]
fn an_expression_of_licences_is_read_as_it_is_meant() {
    let list = ["MIT".to_owned(), "BSD-3-Clause".to_owned()];
    for (expression, fine) in [
        ("MIT", true),
        ("MPL-2.0", false),
        ("MIT OR GPL-3.0", true),
        ("GPL-3.0 OR MIT", true),
        ("MIT AND GPL-3.0", false),
        ("(GPL-3.0 OR MIT) AND BSD-3-Clause", true),
        ("BSD-3-Clause AND (GPL-3.0 OR Apache-2.0)", false),
        ("MIT WITH LLVM-exception", false),
        ("GPL-3.0 AND MIT OR BSD-3-Clause", true),
        ("", false),
    ] {
        assert_eq!(allowed(expression, &list), fine, "{expression}");
    }
}

/// The list that `anjie sbom` prints from. Of packages that this machine has no need of, and so
/// hasn't fetched, it keeps what was known.
fn list_now() -> String {
    let known = read(LIST);
    let (program, build) = (compiled("normal,no-proc-macro"), compiled("normal,build"));
    let mut list = HEAD.to_owned();
    for package in locked().iter().filter(|it| it["name"] != "anjie") {
        let (name, version) = (&package["name"], &package["version"]);
        let place = format!("{name} {version}");
        let place = if program.contains(&place) {
            "program"
        } else if build.contains(&place) {
            "build"
        } else {
            "other"
        };
        let line = format!("{name} {version} ");
        let kept = known.lines().find_map(|it| it.strip_prefix(&line)?.split_once(' '));
        let licence = licence_of(name, version).or(kept.map(|(_, licence)| licence.to_owned()));
        let licence = licence.unwrap_or_else(|| "unknown".to_owned());
        list += &format!("{line}{place} {licence}\n");
    }
    list
}

fn licence_of(name: &str, version: &str) -> Option<String> {
    let packages = metadata()["packages"].as_array().unwrap();
    let package = packages.iter().find(|it| it["name"] == name && it["version"] == version)?;
    Some(package["license"].as_str()?.replace(" / ", "/").replace('/', " OR "))
}

/// S99, S100.
#[test]
fn the_licence_of_every_package_is_written_down() {
    let now = list_now();
    assert!(!now.contains(" unknown\n"), "{now}");
    assert_reviewed(LIST, &now);
}

/// S99.
#[test]
fn what_is_linked_in_or_builds_the_program_has_an_allowed_licence() {
    let lines = list_of_deny("allow").into_iter();
    let list: Vec<_> = lines.map(|line| line.trim_matches(['"', ',']).to_owned()).collect();
    let now = list_now();
    let fields = |line: &str| {
        let mut fields = line.splitn(4, ' ').skip(2);
        Some((fields.next()?.to_owned(), fields.next()?.to_owned()))
    };
    let lines = now.lines().filter(|line| !line.starts_with('#'));
    let refused: Vec<_> = lines
        .filter(|line| {
            let (place, licence) = fields(line).unwrap();
            place != "other" && !allowed(&licence, &list)
        })
        .collect();
    assert_eq!(refused, [""; 0]);
}
