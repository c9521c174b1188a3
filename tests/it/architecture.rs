//! The house rules that a reader of files can hold: layers, order, sizes, words that are banned.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the domain: one may use those before it and none after it.
fn domain_order() -> Vec<String> {
    let list = fs::read_to_string("src/domain/mod.rs").unwrap();
    list.lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "))
        .map(|name| name.trim_end_matches(';').to_owned())
        .collect()
}

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The code of a file, its tests and comments apart.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Each place where a folder's code says a word it must not.
fn said(folder: &str, banned: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for path in files(folder, ".rs") {
        let code = code(&path);
        for word in banned {
            if code.contains(word) {
                found.push(format!("{}: {word}", path.display()));
            }
        }
    }
    found
}

#[test]
fn the_domain_is_pure() {
    let banned = [
        "sqlx",
        "axum",
        "askama",
        "tokio",
        "async ",
        "::now(",
        "crate::store",
        "crate::web",
        "crate::office",
        "crate::jobs",
        "crate::config",
        "std::fs",
        "std::env",
    ];
    assert_eq!(said("src/domain", &banned), [""; 0]);
}

#[test]
fn the_store_knows_nothing_of_pages() {
    let banned = ["axum", "askama", "crate::web", "crate::office", "crate::jobs"];
    assert_eq!(said("src/store", &banned), [""; 0]);
}

#[test]
fn pages_speak_no_sql() {
    let banned = ["sqlx", "query!", "SELECT ", "INSERT INTO", "crate::jobs"];
    assert_eq!(said("src/web", &banned), [""; 0]);
}

#[test]
fn office_work_needs_neither_database_nor_browser() {
    let banned = ["sqlx", "axum", "crate::store", "crate::web", "crate::jobs"];
    assert_eq!(said("src/office", &banned), [""; 0]);
}

#[test]
fn jobs_know_nothing_of_pages() {
    if Path::new("src/jobs").exists() {
        assert_eq!(said("src/jobs", &["axum", "askama", "crate::web", "query!"]), [""; 0]);
    }
}

#[test]
fn a_module_of_the_domain_uses_only_those_before_it() {
    let order = domain_order();
    let mut found = Vec::new();
    for path in files("src/domain", ".rs") {
        let inside = path.strip_prefix("src/domain").unwrap();
        let module = inside.iter().next().unwrap().to_string_lossy().replace(".rs", "");
        let Some(place) = order.iter().position(|name| *name == module) else { continue };
        let code = code(&path);
        for later in &order[place + 1..] {
            let used = [
                format!("domain::{later}::"),
                format!("super::{later}::"),
                format!("super::{{{later}::"),
            ];
            // Inside a folder `super` is the module itself, so only the full path counts there.
            let used = if inside.iter().count() > 1 { &used[..1] } else { &used[..] };
            if used.iter().any(|used| code.contains(used.as_str())) {
                found.push(format!("{} uses {later}", path.display()));
            }
        }
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_scope_is_not_thrown_away() {
    assert_eq!(said("src/store", &["_scope"]), [""; 0]);
}

#[test]
fn a_setting_of_the_connection_ends_with_its_transaction() {
    let banned = ["SET SESSION", ", false)\"", "set_config('app.staff_id', $1, false"];
    assert_eq!(said("src/store", &banned), [""; 0]);
}

#[test]
fn the_top_level_holds_what_was_agreed_and_nothing_else() {
    let agreed = [
        "Cargo.lock",
        "Cargo.toml",
        "README.md",
        "docker-compose.yml",
        "migrations",
        "src",
        "static",
        "templates",
        "tests",
    ];
    // What is built, and what the demonstration keeps, is not of the repository.
    let made = |name: &str| name.starts_with('.') || ["target", "data"].contains(&name);
    let names = fs::read_dir(".").unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap()).filter(|name| !made(name));
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, agreed);
}

#[test]
fn files_can_be_read_in_one_sitting() {
    let mut long = Vec::new();
    for path in files("src", ".rs") {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.split("#[cfg(test)]").next().unwrap_or_default().lines().count();
        if lines > 400 {
            long.push(format!("{}: {lines}", path.display()));
        }
    }
    for path in files("templates", ".html") {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        let limit = if path.ends_with("macros.html") { 400 } else { 120 };
        if lines > limit {
            long.push(format!("{}: {lines}", path.display()));
        }
    }
    assert_eq!(long, [""; 0]);
}

#[test]
fn templates_hold_no_style_no_script_and_escape_what_they_print() {
    let mut found = Vec::new();
    for path in files("templates", ".html") {
        let text = fs::read_to_string(&path).unwrap();
        for banned in
            ["<style", "style=\"", "<script>", "onclick=", "onload=", "hx-on", "javascript:"]
        {
            if text.contains(banned) {
                found.push(format!("{}: {banned}", path.display()));
            }
        }
        for (line, text) in text.lines().enumerate() {
            if text.contains("|safe") && !REVIEWED.iter().any(|known| text.contains(known)) {
                found.push(format!("{}:{}: |safe", path.display(), line + 1));
            }
        }
    }
    assert_eq!(found, [""; 0]);
}

/// What may be printed as it is: templates of our own, and a QR code made from a query code.
const REVIEWED: &[&str] = &["{{ preview|safe }}", "{{ qr|safe }}", "{{ scan.qr|safe }}"];

#[test]
fn every_module_says_what_it_is_for() {
    let mut silent = Vec::new();
    for path in files("src", ".rs").into_iter().chain(files("tests", ".rs")) {
        if !fs::read_to_string(&path).unwrap().starts_with("//!") {
            silent.push(path.display().to_string());
        }
    }
    assert_eq!(silent, [""; 0]);
}

/// R2.
///
/// Sending one of these twice does no harm: who signs in or out twice is where they want to be,
/// and what a failure gives back brings the key that it came with.
const FORMS_WITHOUT_A_KEY: [&str; 6] = [
    "templates/base.html /logout",
    "templates/base.html /search",
    "templates/errors/said.html {{ again.path }}",
    "templates/sign_in/code.html /login/code",
    "templates/sign_in/code.html /logout",
    "templates/sign_in/show.html /login",
];

#[test]
fn every_form_that_changes_something_bears_the_key_that_makes_it_count_once() {
    let mut without = Vec::new();
    for path in files("templates", ".html") {
        let text = fs::read_to_string(&path).unwrap();
        for form in text.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            let tag = form.split_once('>').map_or("", |(tag, _)| tag);
            if tag.contains("method=\"post\"") && !form.contains("hidden_fields(") {
                let action = tag.split("action=\"").nth(1).and_then(|rest| rest.split('"').next());
                without.push(format!("{} {}", path.display(), action.unwrap_or_default()));
            }
        }
        assert!(
            path.ends_with("macros.html") || !text.contains("idempotency_key"),
            "{}: the macro is the only way",
            path.display()
        );
    }
    without.sort();
    assert_eq!(without, FORMS_WITHOUT_A_KEY);
}

/// What is kept without the key of a form, so that a second press does what the first did and no
/// more: the audit's line of a reading, a draft or its end, a file that is on file once, a session.
const KEPT_WITHOUT_A_KEY: [&str; 20] = [
    "assignments/mod.rs",
    "audits/accesses.rs",
    "audits/export.rs",
    "audits/list.rs",
    "cases/list.rs",
    "cases/sections.rs",
    "closings/mod.rs",
    "documents/mod.rs",
    "drafts/late.rs",
    "drafts/mod.rs",
    "imports/check.rs",
    "imports/choose.rs",
    "inspections/show.rs",
    "my/mod.rs",
    "sign_in/admission.rs",
    "sign_in/code.rs",
    "sign_in/mod.rs",
    "visits/drafts.rs",
    "visits/materials.rs",
    "visits/new.rs",
];

/// R2.
///
/// A handler gets what can be written in by the key of its form, the key from a form that was
/// read, and a form is read from what a page sent with its key or not at all.
#[test]
fn nothing_is_carried_out_but_by_the_key_that_came_with_its_form() {
    let web = files("src/web", ".rs");
    let those = |word: &str| {
        let of_web = |path: &PathBuf| path.strip_prefix("src/web").unwrap().display().to_string();
        let found = web.iter().filter(|path| code(path).contains(word)).map(of_web);
        found.collect::<Vec<_>>()
    };
    assert_eq!(those(".commit()"), KEPT_WITHOUT_A_KEY);
    assert_eq!(
        those("commit_to("),
        [
            "admin/accounts/password.rs",
            "cases/reveal.rs",
            "imports/choose.rs",
            "inspections/reveal.rs",
            "layout.rs"
        ]
    );
    assert_eq!(those("begin_form("), ["asking.rs"], "the one way to act");
    assert_eq!(those("FormKey {"), ["extract.rs"], "the one place that reads the key of a form");
    assert_eq!(said("src/store", &["FormKey {"]), ["src/store/mod.rs: FormKey {"], "its type");
}

/// A long text that no draft keeps: parts of a form that a page puts together.
const PARTS_OF_THE_INTAKE: [&str; 2] =
    ["templates/visits/course.html", "templates/visits/matter.html"];

#[test]
fn every_form_in_which_someone_writes_at_length_keeps_its_draft() {
    let mut without = Vec::new();
    for path in files("templates", ".html") {
        let text = fs::read_to_string(&path).unwrap();
        let writes = ["ui::textarea(", "<textarea class=\"in\" id=\"summary\""];
        let is_kept = text.contains(" data-draft");
        if writes.iter().any(|area| text.contains(area)) && !is_kept {
            without.push(path.display().to_string());
        }
    }
    assert_eq!(without, PARTS_OF_THE_INTAKE);
}

/// No lists: figures that are read across, keys and what they do, four days beside each other.
const READ_ACROSS: [&str; 3] = [
    "templates/assignments/preview.html",
    "templates/bulletins/ranking.html",
    "templates/sign_in/shortcuts.html",
];

#[test]
fn every_list_is_read_on_a_phone_as_cards() {
    let mut wide = Vec::new();
    for path in files("templates", ".html") {
        let text = fs::read_to_string(&path).unwrap();
        for table in text.split("<table").skip(1) {
            let attributes = table.split('>').next().unwrap_or_default();
            let turns =
                [" cards", " list\"", " q\"", " q "].iter().any(|it| attributes.contains(it));
            if attributes.contains("class=\"tbl") && !turns {
                wide.push(path.display().to_string());
            }
        }
    }
    assert_eq!(wide, READ_ACROSS);
}

/// The cells of a part of a table: the inside of each one's tag, and what stands in it.
fn cells(part: &str) -> Vec<(&str, &str)> {
    part.split("</t")
        .filter_map(|cell| {
            let start = cell.rfind("<td").max(cell.rfind("<th"))?;
            cell.get(start..)?.split_once('>')
        })
        .collect()
}

/// What is read of a piece of markup.
fn words(markup: &str) -> String {
    markup.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect()
}

/// Which cells of a row nobody can tell on a card. Where the row has a cell for each column, a cell
/// bears its own column's head; a loop or a choice within the row leaves any head of the table.
fn nameless(heads: &[String], row: &str) -> Vec<String> {
    let row = cells(row);
    let acts = ["<a ", "<button", "<input"];
    let is_in_step = row.len() == heads.len();
    let mut found = Vec::new();
    for (nth, (tag, inside)) in row.iter().enumerate() {
        let said = tag.split_once("data-head=\"").and_then(|(_, rest)| rest.split('"').next());
        let is_named = match said {
            // Askama says it: with the words that it puts into the head.
            Some(said) if said.contains("{{") => true,
            Some(said) if is_in_step => heads.get(nth).is_some_and(|head| head == said),
            Some(said) => heads.iter().any(|head| head == said),
            // The row's name, the box that chooses it, and what can be done with it need no head.
            None if tag.contains("scope=\"row\"") || inside.contains("type=\"checkbox\"") => true,
            None => nth + 1 == row.len() && acts.iter().any(|act| inside.contains(act)),
        };
        if !is_named {
            found.push(format!("{tag}>{}", words(inside)));
        }
    }
    found
}

#[test]
fn every_cell_says_on_a_card_which_column_it_is_of() {
    let mut bare = Vec::new();
    for path in files("templates", ".html") {
        for table in fs::read_to_string(&path).unwrap().split("<table").skip(1) {
            let table = table.split("</table>").next().unwrap_or_default();
            if !table.split('>').next().unwrap_or_default().contains(" cards") {
                continue;
            }
            let (head, body) = table.split_once("</thead>").unwrap();
            let heads: Vec<_> = cells(head).iter().map(|(_, inside)| words(inside)).collect();
            for row in body.split("<tr").skip(1) {
                let row = nameless(&heads, row.split("</tr>").next().unwrap_or_default());
                bare.extend(row.iter().map(|cell| format!("{}: {cell}", path.display())));
            }
        }
    }
    assert_eq!(bare, [""; 0]);
}
