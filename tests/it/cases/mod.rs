//! The list of cases, the page of a case, masked values.

mod cost;
mod file;
mod list;
mod plan;
mod reveal;
mod stage;
