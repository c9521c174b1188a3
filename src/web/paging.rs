//! Lists that go on on a further page.

use serde::Deserialize;

use super::urls;
use crate::store::cursor::{Paged, Place};

/// Cuts the line that only tells that there are more; the last one shown, if there are.
pub fn rest<T>(lines: &mut Vec<T>, page: i64) -> Option<&T> {
    let page = usize::try_from(page).unwrap_or(usize::MAX);
    (lines.len() > page).then(|| lines.truncate(page))?;
    lines.last()
}

/// Which page of a list an address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Turn {
    after: String,
    before: String,
}

impl Turn {
    pub fn place(&self) -> Place {
        match (self.after.as_str(), self.before.as_str()) {
            ("", "") => Place::First,
            ("", before) => Place::Before(before.to_owned()),
            (after, _) => Place::After(after.to_owned()),
        }
    }

    /// The addresses of the pages around, under that of the list with what else it asks.
    pub fn hrefs<T>(home: &str, page: &Paged<T>) -> (Option<String>, Option<String>) {
        let joint = if home.contains('?') { '&' } else { '?' };
        let href = |name: &str, token: &Option<String>| {
            let token = urls::encode(token.as_deref()?);
            Some(format!("{home}{joint}{name}={token}"))
        };
        (href("before", &page.before), href("after", &page.after))
    }
}
