//! What the tests of pages share: a city in a database of its own, the site, a page as read.

pub mod cases;
pub mod chain;
pub mod matters;
mod city;
pub mod laid;
mod log;
mod page;
pub mod scanner;
mod site;
mod visit;

pub use city::City;
pub use log::Log;
pub use page::Page;
pub use site::Site;
pub use visit::visit;

use chrono::{DateTime, Utc};

/// The tests' day: Monday 2026-06-15, noon at the courts.
pub fn noon() -> DateTime<Utc> {
    "2026-06-15T04:00:00Z".parse().unwrap()
}

/// A moment as the courts' clock shows it: `at("2026-06-09 17:05")`.
pub fn at(text: &str) -> DateTime<Utc> {
    let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    local.and_utc() - chrono::Duration::hours(8)
}
