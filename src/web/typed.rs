//! What was typed into a form that failed: the page of the failure gives it back.

use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use uuid::Uuid;

use super::conflict::chosen;
use super::urls;

/// The body of a request's form, left here by whoever reads it.
#[derive(Debug, Clone, Default)]
pub struct Typed(Arc<OnceLock<Sent>>);

#[derive(Debug)]
struct Sent {
    body: Bytes,
    with_files: bool,
}

/// A form to be sent once more as it was.
#[derive(Debug)]
pub struct Again {
    pub path: String,
    pub fields: Vec<(String, String)>,
    /// Fields that are asked for anew.
    pub passwords: Vec<String>,
    /// Browsers don't let a page fill in a file.
    pub with_files: bool,
}

/// What a page fills in, and no one types.
const FILLED: [&str; 5] = ["csrf_token", "idempotency_key", "version", "draft_of", "draft_key"];

/// What belongs to the page and the press, and not to what was typed.
const OF_THE_PAGE: [&str; 7] =
    ["csrf_token", "idempotency_key", "take", "action", "then", "draft_of", "draft_key"];

/// What says which reading of a record a form was made from.
const OF_A_READING: [&str; 2] = ["version", "base"];

impl Typed {
    /// Leaves the fields, urlencoded, for the page of a failure.
    pub fn leave(&self, body: &Bytes, with_files: bool) {
        // A second reader brings the same body.
        let _ = self.0.set(Sent { body: body.clone(), with_files });
    }

    /// The form as it came, for the address that it was sent to.
    pub fn again(&self, path: &str) -> Option<Again> {
        let sent = self.0.get()?;
        let (passwords, fields) = sent.fields().partition(|(name, _)| name.contains("password"));
        let passwords: Vec<(String, String)> = passwords;
        let passwords = passwords.into_iter().map(|(name, _)| name).collect();
        Some(Again { path: path.to_owned(), fields, passwords, with_files: sent.with_files })
    }

    /// Every field with its value, in the order in which they came.
    pub fn fields(&self) -> impl Iterator<Item = (String, String)> {
        self.0.get().into_iter().flat_map(Sent::fields)
    }

    /// The first value of a field.
    pub fn field(&self, wanted: &str) -> Option<String> {
        self.fields().find(|(name, _)| name == wanted).map(|(_, value)| value)
    }

    /// The form as a draft keeps it, and whether files came along. What came from the page of a
    /// conflict is no reading of the record any more: whoever goes on chooses anew.
    pub fn body(&self) -> Option<(String, bool)> {
        let sent = self.0.get()?;
        let settles = sent.fields().any(|(name, _)| chosen(&name).is_some());
        let is_kept = |name: &str| {
            !OF_THE_PAGE.contains(&name)
                && !name.contains("password")
                && !is_file(name)
                && !(settles && (OF_A_READING.contains(&name) || chosen(name).is_some()))
        };
        let kept = sent.fields().filter(|(name, _)| is_kept(name));
        let pairs = kept.map(|(name, value)| [urls::encode(&name), urls::encode(&value)].join("="));
        // A browser that sends a form without its files sends their names.
        let named = sent.fields().any(|(name, value)| is_file(&name) && !value.is_empty());
        Some((pairs.collect::<Vec<_>>().join("&"), sent.with_files || named))
    }

    /// The words and numbers in it, a line each, to be copied.
    pub fn text(&self) -> Option<String> {
        let sent = self.0.get()?;
        let typed = sent.fields().filter(|(name, value)| is_typed(name, value));
        let lines: Vec<_> = typed.map(|(_, value)| value).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

impl Sent {
    fn fields(&self) -> impl Iterator<Item = (String, String)> {
        let body = std::str::from_utf8(&self.body).unwrap_or_default();
        let pairs = body.split('&').filter(|pair| !pair.is_empty());
        pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (urls::decode(&name.replace('+', " ")), urls::decode(&value.replace('+', " ")))
        })
    }
}

fn is_file(name: &str) -> bool {
    name == "files" || name.starts_with("file_")
}

/// A choice of a list has a code for a value; what people write has letters of theirs or digits.
fn is_typed(name: &str, value: &str) -> bool {
    let written = |letter: char| !letter.is_ascii() || letter.is_ascii_digit();
    !FILLED.contains(&name)
        && !name.contains("password")
        && value.chars().any(written)
        && Uuid::parse_str(value).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(body: &'static str) -> Typed {
        let typed = Typed::default();
        typed.leave(&Bytes::from_static(body.as_bytes()), false);
        typed
    }

    #[test]
    fn what_was_typed_is_given_back_as_text_without_codes_and_passwords() {
        let typed = typed(
            "csrf_token=12ab&idempotency_key=6f1c&version=3&decision=return&opinion=%E8%AF%B7+%E8%A1%A5%E5%85%85\
             &phone=10012345678&password=yunzhou-2026&case=0198c0de-0000-7000-8000-000000000001",
        );
        assert_eq!(typed.text().as_deref(), Some("请 补充\n10012345678"));
    }

    #[test]
    fn a_form_is_sent_again_as_it_came_and_asks_for_its_password_anew() {
        let again = typed("csrf_token=t&name=a%26b&name=%2B&password=geheim").again("/x").unwrap();
        let fields: Vec<_> =
            again.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(fields, [("csrf_token", "t"), ("name", "a&b"), ("name", "+")]);
        assert_eq!(again.passwords, ["password"]);
    }

    #[test]
    fn a_page_that_was_only_read_has_nothing_to_give_back() {
        assert!(Typed::default().text().is_none());
        assert!(Typed::default().again("/my").is_none());
    }
}
