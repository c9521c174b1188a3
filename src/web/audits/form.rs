//! The address of the list: what is asked, which page.

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::domain::calendar::{read_day, start_of};
use crate::store::audit_lists::Filter;
use crate::store::cursor::Place;
use crate::web::urls;

pub const HOME: &str = "/admin/audit";

/// What the address says, as sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub actor: String,
    pub action: String,
    pub object: String,
    pub from: String,
    pub to: String,
    pub ip: String,
    pub after: String,
    pub before: String,
}

impl Asked {
    fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("actor", self.actor.trim()),
            ("action", self.action.trim()),
            ("object", self.object.trim()),
            ("from", self.from.trim()),
            ("to", self.to.trim()),
            ("ip", self.ip.trim()),
        ]
    }

    /// What the list asks for; a day that can't be read is not asked.
    pub fn filter(&self, today: NaiveDate) -> Filter {
        let day = |text: &str| read_day(text, today);
        Filter {
            actor: self.actor.trim().to_owned(),
            action: self.action.trim().to_owned(),
            object: self.object.trim().to_owned(),
            from: day(&self.from).map(start_of),
            until: day(&self.to).map(|day| start_of(day + Days::new(1))),
            ip: self.ip.trim().to_owned(),
        }
    }

    /// What was asked and can't be read.
    pub fn unread(&self, today: NaiveDate) -> Vec<String> {
        let days = [("起始日期", &self.from), ("截止日期", &self.to)];
        let unread =
            days.iter().filter(|(_, text)| !text.is_empty() && read_day(text, today).is_none());
        unread
            .map(|(label, text)| {
                format!("{label}“{text}”读不出日期，没有按它筛选。请写成 2026-06-15 的样子。")
            })
            .collect()
    }

    /// The names of what is asked, for the trace: what was typed may be somebody's number.
    pub fn names(&self) -> String {
        let asked = self.fields().into_iter().filter(|(_, value)| !value.is_empty());
        asked.map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    }

    /// An address with the same conditions.
    pub fn href(&self, path: &str, more: Option<(&str, &str)>) -> String {
        let asked = self.fields().into_iter().chain(more).filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> =
            asked.map(|(name, value)| format!("{name}={}", urls::encode(value))).collect();
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }

    pub fn place(&self) -> Place {
        match (self.after.as_str(), self.before.as_str()) {
            ("", "") => Place::First,
            ("", before) => Place::Before(before.to_owned()),
            (after, _) => Place::After(after.to_owned()),
        }
    }
}
