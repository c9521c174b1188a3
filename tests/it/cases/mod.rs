//! The list of cases, the page of a case, masked values.

mod file;
mod list;
mod plan;
mod reveal;
