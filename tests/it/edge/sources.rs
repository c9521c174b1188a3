//! The words that switch a protection off, and the few places where they may stand.

use std::fs;
use std::path::PathBuf;

fn files() -> Vec<(String, String)> {
    let (mut found, mut folders) =
        (Vec::new(), vec![PathBuf::from("src"), PathBuf::from("templates")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
                found.push((path.display().to_string(), text));
            }
        }
    }
    found.sort();
    found
}

/// The files that say one of the words, with how often they do.
fn said(words: &[&str]) -> Vec<String> {
    let count = |text: &str| words.iter().map(|word| text.matches(word).count()).sum::<usize>();
    let found = files().into_iter().map(|(path, text)| (path, count(&text)));
    found.filter(|(_, count)| *count > 0).map(|(path, count)| format!("{path} {count}")).collect()
}

/// S44.
#[test]
fn what_is_printed_is_escaped_but_in_reviewed_places() {
    let words = [
        "|safe",
        "| safe",
        "escape none",
        "escape=\"none\"",
        "escape = \"none\"",
        "PreEscaped",
        "MarkupDisplay",
    ];
    assert_eq!(
        said(&words),
        [
            // A page of our own as it was rendered, twice; a code of squares made from a number, twice.
            "templates/assignments/confirm.html 1",
            "templates/assignments/new.html 1",
            "templates/macros.html 1",
            "templates/visits/receipt.html 1",
        ]
    );
    // A page is a rendered template: `error/mod.rs` and `layout.rs` hand it over.
    assert_eq!(said(&["Html(format!"]), [""; 0]);
    assert_eq!(said(&["Html("]), ["src/web/error/mod.rs 1", "src/web/layout.rs 1"]);
}

/// S46.
#[test]
fn sql_is_checked_at_compile_time_but_in_reviewed_places() {
    // Names of roles, databases, tables and columns, and a time-out, none of which can be bound: constants,
    // or names that the catalogue quotes.
    assert_eq!(
        said(&[
            "AssertSqlSafe(",
            "QueryBuilder",
            "query_with(",
            "query_unchecked!",
            "query_as_unchecked!"
        ]),
        [
            "src/cluster/mod.rs 2",
            "src/store/owner/backup.rs 1",
            "src/store/owner/mod.rs 2",
            "src/store/owner/rotation.rs 3",
            "src/store/roles.rs 2",
        ]
    );
    let made_of_names =
        ["backup.rs", "mod.rs", "rotation.rs"].map(|file| format!("src/store/owner/{file}"));
    for (path, text) in files().into_iter().filter(|(path, _)| !made_of_names.contains(path)) {
        for (at, _) in text.match_indices("format!(") {
            let made: String = text[at..].chars().take(60).collect();
            let sql = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "ORDER BY", " WHERE "];
            let is_sql = sql.iter().any(|word| made.contains(word));
            assert!(!is_sql, "{path}: {made}");
        }
    }
}
