//! `anjie sbom` as it is printed.

use std::collections::BTreeSet;

use anjie::sbom;
use serde_json::Value;

use super::packages::{locked, read};

fn components(document: &Value) -> Vec<&Value> {
    document["components"].as_array().unwrap().iter().collect()
}

/// S100.
#[test]
fn the_list_of_parts_names_every_package_of_the_lock_file() {
    let document = sbom::document().unwrap();
    assert_eq!(
        (&document["bomFormat"], &document["specVersion"]),
        (&"CycloneDX".into(), &"1.5".into())
    );
    assert_eq!(document["metadata"]["component"]["name"], "anjie");
    let components = components(&document);
    for package in locked().iter().filter(|it| it["name"] != "anjie") {
        let found = components.iter().find(|it| {
            let own = it["name"] == *package["name"] && it["version"] == *package["version"];
            own && it["hashes"][0]["content"] == *package["checksum"]
        });
        let found = found.unwrap_or_else(|| panic!("{package:?}"));
        assert!(found["purl"].as_str().unwrap().starts_with("pkg:cargo/"), "{found}");
        assert_ne!(found["licenses"][0]["expression"], "NOASSERTION", "{found}");
    }
}

/// S100.
#[test]
fn the_list_of_parts_tells_the_program_from_its_tools() {
    let document = sbom::document().unwrap();
    let scope = |name: &str| {
        let components = components(&document);
        let found = components.into_iter().find(|it| it["name"] == name);
        found.unwrap_or_else(|| panic!("{name}"))["scope"].clone()
    };
    for name in ["axum", "sqlx-postgres", "argon2", "ring", "htmx.org"] {
        assert_eq!(scope(name), "required", "{name}");
    }
    for name in ["serde_derive", "scraper", "playwright-core", "windows-targets"] {
        assert_eq!(scope(name), "excluded", "{name}");
    }
}

/// S100.
#[test]
fn the_list_of_parts_hangs_together() {
    let document = sbom::document().unwrap();
    let refs: Vec<_> = components(&document).into_iter().map(|it| it["bom-ref"].clone()).collect();
    let refs: Vec<_> = refs.iter().map(|it| it.as_str().unwrap()).collect();
    let mut known: BTreeSet<_> = refs.iter().copied().collect();
    assert_eq!(known.len(), refs.len(), "a part is named once");
    known.insert(document["metadata"]["component"]["bom-ref"].as_str().unwrap());
    let dependencies = document["dependencies"].as_array().unwrap();
    let mut edges = 0;
    for from in dependencies {
        assert!(known.contains(from["ref"].as_str().unwrap()), "{from}");
        for to in from["dependsOn"].as_array().unwrap() {
            assert!(known.contains(to.as_str().unwrap()), "{to}");
            edges += 1;
        }
    }
    let lock = read("Cargo.lock");
    assert_eq!(edges, lock.lines().filter(|line| line.starts_with(" \"")).count());
}

/// S100.
#[test]
fn anyone_who_has_the_program_can_print_its_parts() {
    let said = super::files::anjie(&["sbom"]);
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), sbom::document().unwrap());
}
