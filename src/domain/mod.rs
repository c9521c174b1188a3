//! The courts' words and rules; pure: no database, no web, no clock.
//!
//! The modules are in order: one may use those before it and none after it. The blank lines keep
//! rustfmt from sorting them.

mod code;

pub mod ids;

pub mod unit;

pub mod staff;

pub mod access;

pub mod calendar;

pub mod deadline;

pub mod petitioner;

pub mod court_case;

pub mod source;

pub mod outcome;

pub mod ledger_import;
