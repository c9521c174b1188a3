//! The statements of a page: read from the server's log with what was bound, written as a script of
//! pgbench.

use std::fmt::Write;

/// A statement with its parameters; none is NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Statement {
    text: String,
    bound: Vec<Option<String>>,
}

/// What one request sent, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken(Vec<Statement>);

impl Taken {
    /// From the lines that the server logged meanwhile.
    pub fn from_log(log: &str) -> Self {
        let mut statements: Vec<Statement> = Vec::new();
        // The server tells what was bound when it plans and again when it executes.
        let mut is_run = false;
        for entry in entries(log) {
            if let Some((_, said)) = entry.split_once("DETAIL:  parameters: ") {
                if let Some(last) = statements.last_mut().filter(|_| is_run) {
                    last.bound = parameters(said);
                }
                continue;
            }
            let Some((_, said)) = entry.split_once("LOG:  duration: ") else { continue };
            let executed =
                said.split_once("  execute ").and_then(|(_, rest)| rest.split_once(": "));
            let plain = said.split_once("  statement: ").map(|(_, text)| text);
            let text = executed.map(|(_, text)| text).or(plain);
            is_run = text.is_some();
            let text = text.map(|text| text.replace("\n\t", "\n"));
            statements.extend(text.map(|text| Statement { text, bound: Vec::new() }));
        }
        Self(statements)
    }
}

/// Lines that begin with a time, each with what is indented below it.
fn entries(log: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match entries.last_mut() {
            Some(last) if line.starts_with('\t') => {
                last.push('\n');
                last.push_str(line);
            }
            _ => entries.push(line.to_owned()),
        }
    }
    entries
}

/// `$1 = 'it''s', $2 = NULL`
fn parameters(said: &str) -> Vec<Option<String>> {
    let mut bound = Vec::new();
    let mut rest = said;
    while let Some((_, value)) = rest.split_once(" = ") {
        if let Some(quoted) = value.strip_prefix('\'') {
            let (text, after) = unquoted(quoted);
            bound.push(Some(text.replace("\n\t", "\n")));
            rest = after;
        } else {
            bound.push(None);
            rest = value.split_once(", ").map_or("", |(_, after)| after);
        }
    }
    bound
}

fn unquoted(quoted: &str) -> (String, &str) {
    let mut text = String::new();
    let mut letters = quoted.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != '\'' {
            text.push(letter);
        } else if letters.peek().is_some_and(|(_, next)| *next == '\'') {
            text.push('\'');
            letters.next();
        } else {
            return (text, quoted.get(at + 1..).unwrap_or_default());
        }
    }
    (text, "")
}

/// A script in which each client runs one person's statements.
pub struct Script {
    pub text: String,
    pub values: Vec<(String, String)>,
    /// Statements a request, the frame of the transaction included.
    pub count: usize,
}

impl Script {
    pub fn of(people: &[Taken]) -> Self {
        let (mut text, mut values) = (String::new(), Vec::new());
        for (client, Taken(statements)) in people.iter().enumerate() {
            let word = if client == 0 { "if" } else { "elif" };
            let _ = writeln!(text, "\\{word} :client_id = {client}");
            for (nth, statement) in statements.iter().enumerate() {
                let mut sql = statement.text.clone();
                for (place, value) in statement.bound.iter().enumerate().rev() {
                    let name = format!("p{client}_{nth}_{place}");
                    let replaced = match value.as_deref() {
                        None => "NULL".to_owned(),
                        // A variable of pgbench is never empty.
                        Some("") => "''".to_owned(),
                        Some(_) => format!(":{name}"),
                    };
                    sql = sql.replace(&format!("${}", place + 1), &replaced);
                    let value = value.clone().filter(|value| !value.is_empty());
                    values.extend(value.map(|value| (name, value)));
                }
                let _ = writeln!(text, "{};", sql.trim().trim_end_matches(';'));
            }
        }
        text.push_str("\\endif\n");
        let count = people.first().map_or(0, |Taken(statements)| statements.len());
        Self { text, values, count }
    }
}
