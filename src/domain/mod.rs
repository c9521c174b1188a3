//! The courts' words and rules; pure: no database, no web, no clock.
//!
//! The modules are in order: one may use those before it and none after it.

pub mod access;
pub mod calendar;
mod code;
pub mod court_case;
pub mod deadline;
pub mod ids;
pub mod petitioner;
pub mod staff;
pub mod unit;
