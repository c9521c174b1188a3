//! What the program is made of, as a CycloneDX 1.5 document (software bill of materials): every
//! package of the lock files, and the files of others that stand in this repository.
//!
//! It is made from what was compiled in, so it is right for the program that prints it, and the
//! same program always prints the same.

use std::collections::BTreeMap;

use serde_json::{Value, json};

const LOCK: &str = include_str!("../../Cargo.lock");
const BROWSER_TESTS: &str = include_str!("../../tests/browser/package-lock.json");
const PACKAGES: &str = include_str!("packages.txt");
const VENDORED: &str = include_str!("vendored.txt");

/// The document.
pub fn document() -> serde_json::Result<Value> {
    let locked = Locked::all(LOCK);
    let known = Known::all();
    let mut components: Vec<_> = locked
        .iter()
        .filter(|package| package.checksum.is_some())
        .map(|package| package.component(&known))
        .collect();
    components.extend(vendored().filter_map(|file| file.component()));
    components.extend(browser_tests()?);
    let dependencies: Vec<_> = locked.iter().map(|package| package.edges(&locked)).collect();
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": {
            "type": "application",
            "bom-ref": purl(name, version),
            "name": name,
            "version": version,
        } },
        "components": components,
        "dependencies": dependencies,
    }))
}

/// A package of Cargo.lock.
#[derive(Debug, Default)]
struct Locked<'a> {
    name: &'a str,
    version: &'a str,
    /// None: our own.
    checksum: Option<&'a str>,
    /// A name, with the version where there are several.
    needs: Vec<&'a str>,
}

impl<'a> Locked<'a> {
    fn all(lock: &'a str) -> Vec<Self> {
        lock.split("[[package]]").skip(1).map(Self::parse).collect()
    }

    fn parse(section: &'a str) -> Self {
        let mut package = Self::default();
        for line in section.lines() {
            match line.split_once(" = ") {
                Some(("name", value)) => package.name = value.trim_matches('"'),
                Some(("version", value)) => package.version = value.trim_matches('"'),
                Some(("checksum", value)) => package.checksum = Some(value.trim_matches('"')),
                Some(_) => {}
                None => package
                    .needs
                    .extend(line.strip_prefix(" \"").map(|need| need.trim_end_matches("\","))),
            }
        }
        package
    }

    fn component(&self, known: &Known<'_>) -> Value {
        let (place, licence) = known.of(self.name, self.version);
        let scope = if place == "program" { "required" } else { "excluded" };
        let purl = purl(self.name, self.version);
        json!({
            "type": "library",
            "bom-ref": purl,
            "name": self.name,
            "version": self.version,
            "scope": scope,
            "hashes": [{ "alg": "SHA-256", "content": self.checksum }],
            "licenses": [{ "expression": licence }],
            "purl": purl,
            "properties": [{ "name": "anjie:used-by", "value": place }],
        })
    }

    fn edges(&self, all: &[Self]) -> Value {
        let needs: Vec<_> = self
            .needs
            .iter()
            .filter_map(|need| {
                let (name, version) = need.split_once(' ').unwrap_or((need, ""));
                let fits = |other: &&Self| {
                    other.name == name && (version.is_empty() || other.version == version)
                };
                all.iter().find(fits).map(|other| purl(other.name, other.version))
            })
            .collect();
        json!({ "ref": purl(self.name, self.version), "dependsOn": needs })
    }
}

/// What the lock file doesn't say of a package: whether it is part of the program, needed to build
/// it, or neither (for tests, for other systems), and its licence. From `packages.txt`, which a
/// test compares with what the packages say themselves.
struct Known<'a>(BTreeMap<Pair<'a>, Pair<'a>>);

/// Name and version; licence and what it is for.
type Pair<'a> = (&'a str, &'a str);

impl Known<'static> {
    fn all() -> Self {
        let lines = PACKAGES.lines().filter(|line| !line.starts_with('#'));
        Self(lines.filter_map(Self::parse).collect())
    }

    fn parse(line: &'static str) -> Option<(Pair<'static>, Pair<'static>)> {
        let mut fields = line.splitn(4, ' ');
        let package = (fields.next()?, fields.next()?);
        Some((package, (fields.next()?, fields.next()?)))
    }
}

impl Known<'_> {
    fn of(&self, name: &str, version: &str) -> (&str, &str) {
        self.0.get(&(name, version)).copied().unwrap_or(("unknown", "NOASSERTION"))
    }
}

/// A file of others that stands in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vendored {
    /// Where it stands.
    pub path: &'static str,
    /// The package it was published in, as a package URL.
    pub package: &'static str,
    /// Its name there.
    pub original: &'static str,
    pub licence: &'static str,
    /// In hexadecimal digits.
    pub sha256: &'static str,
}

impl Vendored {
    fn parse(line: &'static str) -> Option<Self> {
        let fields: Vec<_> = line.split(" | ").collect();
        let [path, package, original, licence, sha256] = fields.try_into().ok()?;
        Some(Self { path, package, original, licence, sha256 })
    }

    fn component(&self) -> Option<Value> {
        let (name, version) = self.package.rsplit_once('/')?.1.rsplit_once('@')?;
        Some(json!({
            "type": "library",
            "bom-ref": self.path,
            "name": name,
            "version": version,
            "scope": "required",
            "hashes": [{ "alg": "SHA-256", "content": self.sha256 }],
            "licenses": [{ "expression": self.licence }],
            "purl": self.package,
            "properties": [
                { "name": "anjie:file", "value": self.path },
                { "name": "anjie:published-as", "value": self.original },
            ],
        }))
    }
}

/// The files of others, in the order of `vendored.txt`.
pub fn vendored() -> impl Iterator<Item = Vendored> {
    VENDORED.lines().filter(|line| !line.starts_with('#')).filter_map(Vendored::parse)
}

/// The packages that drive a browser in the tests; never part of the program.
fn browser_tests() -> serde_json::Result<Vec<Value>> {
    let lock: Value = serde_json::from_str(BROWSER_TESTS)?;
    let packages = lock.get("packages").and_then(Value::as_object);
    let packages = packages.into_iter().flatten();
    Ok(packages
        .filter_map(|(path, package)| {
            let name = path.strip_prefix("node_modules/")?;
            let version = package.get("version")?.as_str()?;
            let purl = format!("pkg:npm/{name}@{version}").replace("/@", "/%40");
            Some(json!({
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": version,
                "scope": "excluded",
                "licenses": [{ "expression": package.get("license")? }],
                "purl": purl,
                "properties": [
                    { "name": "anjie:used-by", "value": "test" },
                    { "name": "anjie:integrity", "value": package.get("integrity")? },
                ],
            }))
        })
        .collect())
}

/// The package URL of a package of crates.io.
fn purl(name: &str, version: &str) -> String {
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}
