//! Files for people, read and written; no SQL, no HTTP.

pub mod faults;
pub mod figures_text;
pub mod ledger;
