//! No key, token or password that opens anything stands in the repository or ever stood in it.
//!
//! Looked for: 64 hexadecimal digits (a master key), private keys, tokens by their known beginnings,
//! and passwords in addresses. A password that stands alone has no form and is not seen, nor is
//! what stands in a binary file.

use super::files::{history, texts};

/// Values that look like secrets, each with what it is.
const REVIEWED: &[(&str, &str)] = &[
    ("3c9e07d5b1f24a68907fd2ce5b83a16147f0e92db85c6a3f10d4b7e2958c6fa0", "a key of tests alone"),
    ("8f1de0ab37c2946f5b7a21d8430ce9b6f2587d1ea3904bc6715fd80e2a9c63b4", "a key of tests alone"),
    ("9363ddafc5a598d9c37f2a8edfb3521743eb463750cfbad66ae6db35b47841e2", "hash of ledger-40.xlsx"),
    ("ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee", "hash of cargo-deny"),
    ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "hash of abc"),
    ("d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717", "hash of htmx.min.js"),
    ("51c7f0a92be84d36c05e9b1f7a2d68c3e4908b75fd1362ae907cb4d518f2e63a", "a key of tests alone"),
    ("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0", "hash of abc"),
    ("127.0.0.1:8080", "an address of tests alone"),
    ("anjie_owner:a%40b%25%20c", "an address of tests alone"),
    ("app_user:sesame", "an address of tests alone"),
    ("root:sesame", "an address of tests alone"),
    ("u:sesame", "an address of tests alone"),
];

/// How tokens of well-known services begin, and how many letters and digits follow at least.
const TOKENS: [(&str, usize); 8] = [
    ("AKIA", 16),
    ("ghp_", 30),
    ("gho_", 30),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("npm_", 30),
    ("xoxb-", 10),
    ("sk-", 32),
];

/// Made by tools, and full of checksums.
const CHECKSUMS: [&str; 2] = ["Cargo.lock", ".sqlx/"];

/// What looks like a secret in a text, reviewed or not.
fn secrets(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text
        .split(|sign: char| !sign.is_ascii_alphanumeric())
        .filter(|word| word.len() == 64 && word.bytes().all(|sign| sign.is_ascii_hexdigit()))
        .collect();
    for line in text.lines().filter(|line| line.contains("-----BEGIN ")) {
        found.extend(line.contains(" KEY-----").then_some(line));
    }
    for (begin, least) in TOKENS {
        found.extend(text.match_indices(begin).filter_map(|(at, _)| {
            let alone = !text[..at].ends_with(|sign: char| sign.is_ascii_alphanumeric());
            let rest = &text[at + begin.len()..];
            let end = rest.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap_or(rest.len());
            (alone && end >= least).then(|| &text[at..at + begin.len() + end])
        }));
    }
    found.extend(
        text.match_indices("://").filter_map(|(at, sign)| in_address(&text[at + sign.len()..])),
    );
    found
}

/// `user:password` at the beginning of an address, variables apart.
fn in_address(rest: &str) -> Option<&str> {
    let end = rest.find(|sign: char| sign.is_whitespace() || "/\"'`<>".contains(sign));
    let (login, _) = rest[..end.unwrap_or(rest.len())].rsplit_once('@')?;
    let (_, password) = login.split_once(':')?;
    let variable = password.starts_with(['$', '{']) || password.is_empty();
    (!variable).then_some(login)
}

/// What looks like a secret and was not reviewed, without its middle: a log is no place for it.
fn unknown(text: &str) -> Vec<String> {
    let found = secrets(text).into_iter();
    let found = found.filter(|secret| !REVIEWED.iter().any(|(known, _)| known == secret));
    found.map(|secret| format!("{}…", secret.chars().take(8).collect::<String>())).collect()
}

#[test]
fn secrets_are_known_by_their_form() {
    // Put together here, so that this file holds none.
    let key = "0a".repeat(32);
    let pem = format!("{}BEGIN RSA PRIVATE KEY-----", "-----");
    let token = format!("{}{}", "ghp_", "a1".repeat(18));
    let login = format!("me:{}", "secret");
    for (text, secret) in [
        (format!("KEY={key}"), &key),
        (format!("{pem}\nabc"), &pem),
        (format!("token: {token}."), &token),
        (format!("postgres://{login}@localhost/x"), &login),
    ] {
        assert_eq!(secrets(&text), [secret], "{text}");
    }
    let fine = [
        format!("{key}0"),
        "postgres://me:${PASSWORD}@localhost".to_owned(),
        "http://localhost:80/a:b@c".to_owned(),
        "task-and-risk-".to_owned(),
    ];
    for text in fine {
        assert_eq!(secrets(&text), [""; 0], "{text}");
    }
}

/// S94, S102.
#[test]
fn no_secret_stands_in_the_repository() {
    let mut found = Vec::new();
    for (path, text) in texts() {
        if CHECKSUMS.iter().any(|made| path.starts_with(made)) {
            continue;
        }
        found.extend(unknown(text).into_iter().map(|secret| format!("{path}: {secret}")));
    }
    assert_eq!(found, [""; 0]);
}

/// S94, S102.
#[test]
fn no_secret_ever_stood_in_the_repository() {
    let Some(history) = history() else { return };
    // A message may tell of the file that a query has, whose name is a checksum.
    let lines = history.lines().filter(|line| !line.contains(".sqlx/query-"));
    assert_eq!(unknown(&lines.collect::<Vec<_>>().join("\n")), [""; 0]);
}

/// S102.
#[test]
fn what_was_reviewed_still_stands_somewhere() {
    for (value, what) in REVIEWED {
        let here = |(path, text): &&(String, String)| {
            !path.ends_with("supply/secrets.rs") && text.contains(value)
        };
        assert!(texts().iter().any(|it| here(&it)), "{what} is gone: take it off the list");
    }
}
