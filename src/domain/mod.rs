//! The courts' words and rules; pure: no database, no web, no clock.
//!
//! The modules are in order, held by the architecture test: one may use those before it and none
//! after it.

mod code;
pub mod content_hash;
pub mod ids;
pub mod audit_chain;
pub mod anchor;
pub mod audit_verb;
pub mod unit;
pub mod staff;
pub mod audit_reach;
pub mod alert;
pub mod request;
pub mod access;
pub mod calendar;
pub mod deadline;
pub mod petitioner;
pub mod court_case;
pub mod source;
pub mod outcome;
pub mod petition_case;
pub mod category;
pub mod visit;
pub mod joining;
pub mod query_code;
pub mod assignment;
pub mod receipt;
pub mod sign_step;
pub mod task;
pub mod ladder;
pub mod next_step;
pub mod reveal;
pub mod document;
pub mod handling;
pub mod material;
pub mod acknowledgement;
pub mod ledger;
pub mod interview;
pub mod progress;
pub mod report;
pub mod reply;
pub mod closing;
pub mod period;
pub mod fraction;
pub mod composition;
pub mod summary;
pub mod figure;
pub mod ranking;
pub mod snapshot;
pub mod bulletin;
pub mod ledger_import;
pub mod import;
