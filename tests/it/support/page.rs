//! An answer, read as a person reads it: by selector and text.

use axum::http::{HeaderMap, StatusCode};
use scraper::{Html, Selector};

/// One answer of the site.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Page {
    /// Fails with what the page says unless it has this status.
    #[track_caller]
    pub fn expect(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// The body as text.
    pub fn html(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The words of the page.
    pub fn text(&self) -> String {
        squeeze(&Html::parse_document(&self.html()).root_element().text().collect::<String>())
    }

    /// The texts of the elements that a selector finds.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        Html::parse_document(&self.html())
            .select(&selector)
            .map(|element| squeeze(&element.text().collect::<String>()))
            .collect()
    }

    /// The texts as they are, blanks and lines included.
    pub fn raw_texts(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        Html::parse_document(&self.html())
            .select(&selector)
            .map(|element| element.text().collect())
            .collect()
    }

    /// An attribute of the elements that a selector finds.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        Html::parse_document(&self.html())
            .select(&selector)
            .filter_map(|element| element.value().attr(name).map(str::to_owned))
            .collect()
    }

    /// The value of a field of a form.
    pub fn value(&self, field: &str) -> Option<String> {
        let found = self.attributes(&format!("input[name='{field}']"), "value");
        found.into_iter().next().or_else(|| self.texts(&format!("textarea[name='{field}']")).pop())
    }

    /// The problem shown at a field; the empty name is the form as a whole.
    pub fn problem(&self, field: &str) -> Option<String> {
        self.texts(&format!("[data-problem='{field}']")).into_iter().next()
    }

    /// Where a redirect leads.
    #[track_caller]
    pub fn location(&self) -> String {
        let location = self.headers.get("location");
        location
            .unwrap_or_else(|| panic!("no redirect: {}", self.text()))
            .to_str()
            .unwrap()
            .to_owned()
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
