//! The promises of security and reliability, each with what shows it: the first line of a test's comment
//! names the items (`/// S41, R2.`), and the README's table is made of these lines.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const HEAD: &str = "| item | shown by |";

/// `S1` to `S106`, `R1` to `R30`.
fn all_items() -> Vec<String> {
    let of = |letter: &'static str, last: u32| (1..=last).map(move |nth| format!("{letter}{nth}"));
    of("S", 106).chain(of("R", 30)).collect()
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("node_modules") {
            files_below(&path, found);
        } else if ["rs", "sh", "mjs"]
            .iter()
            .any(|end| path.extension().is_some_and(|it| it == *end))
        {
            found.push(path);
        }
    }
}

/// The items that a line names: `/// S1, R2.`, in a script `# S1, R2.`.
fn named(line: &str) -> Option<Vec<String>> {
    let line = line.trim();
    let text = line.strip_prefix("/// ").or_else(|| line.strip_prefix("# "))?;
    let text = text.strip_suffix('.')?;
    let items: Vec<String> = text.split(", ").map(str::to_owned).collect();
    let is_item = |item: &String| {
        item.split_at_checked(1).is_some_and(|(letter, nth)| {
            ["S", "R"].contains(&letter) && nth.parse::<u32>().is_ok_and(|nth| nth > 0)
        })
    };
    items.iter().all(is_item).then_some(items)
}

/// `tests/it/edge/origin.rs` is `edge::origin`, `src/domain/password/mod.rs` is `domain::password`.
fn module(path: &Path) -> String {
    let path = path.to_str().unwrap();
    let path =
        path.split_once("tests/it/").or_else(|| path.split_once("src/")).map_or(path, |it| it.1);
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    path.replace('/', "::")
}

/// Which tests show an item, in the order of the files.
fn shown() -> BTreeMap<String, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests/it", "tests/drill", "tests/browser"] {
        files_below(&root.join(folder), &mut files);
    }
    files.sort();
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(items) = named(line) else { continue };
            let function = lines[at..].iter().find_map(|line| {
                let name = line.trim().trim_start_matches("pub ").trim_start_matches("async ");
                name.strip_prefix("fn ")?.split('(').next()
            });
            let whole = file.strip_prefix(root).unwrap().display().to_string();
            let label = match (file.extension().and_then(|it| it.to_str()), function) {
                (Some("rs"), Some(function)) => format!("{}::{function}", module(&file)),
                _ => whole,
            };
            for item in items {
                shown.entry(item).or_default().push(label.clone());
            }
        }
    }
    shown
}

/// What the README says of each item.
fn told() -> BTreeMap<String, String> {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let table = readme.split_once(HEAD).map_or("", |(_, rest)| rest);
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.filter_map(|row| {
        let mut cells = row.trim_matches('|').splitn(2, '|').map(str::trim);
        Some((cells.next()?.to_owned(), cells.next()?.to_owned()))
    })
    .collect()
}

/// What the README ought to say: the tests, or the reason that stands there.
fn wanted() -> String {
    let (shown, told) = (shown(), told());
    let mut table = format!("{HEAD}\n|---|---|\n");
    for item in all_items() {
        let said = told.get(&item).map_or("", String::as_str);
        let note = said.split_once("— ").map_or("", |(_, note)| note);
        let tests = shown.get(&item).map(|tests| {
            let tests: Vec<_> = tests.iter().map(|test| format!("`{test}`")).collect();
            tests.join(", ")
        });
        let cell = match (tests, note) {
            (Some(tests), "") => tests,
            (Some(tests), note) => format!("{tests} — {note}"),
            (None, "") => "— **nobody says why nothing shows it**".to_owned(),
            (None, note) => format!("— {note}"),
        };
        table.push_str(&format!("| {item} | {cell} |\n"));
    }
    table
}

#[test]
fn the_readme_says_of_every_promise_what_shows_it_or_why_nothing_does() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let wanted = wanted();
    let silent: Vec<_> = wanted.lines().filter(|line| line.contains("nobody says why")).collect();
    if !readme.contains(&wanted) {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("items.md");
        fs::write(&file, &wanted).unwrap();
        panic!("the table of the README is another than {}", file.display());
    }
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn a_line_of_items_is_told_from_prose() {
    for (line, items) in [
        ("/// S41, R2.", Some(vec!["S41", "R2"])),
        ("    /// S7.", Some(vec!["S7"])),
        ("# R23.", Some(vec!["R23"])),
        ("/// S41: refused.", None),
        ("/// Something.", None),
        ("// S41.", None),
    ] {
        let items = items.map(|items| items.into_iter().map(str::to_owned).collect());
        assert_eq!(named(line), items, "{line}");
    }
}
