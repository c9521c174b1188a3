//! Files for people, read and written; no SQL, no HTTP.

pub mod faults;
pub mod ledger;
