//! The one test binary.
#![expect(
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unused_async,
    clippy::unwrap_used,
    reason = "a helper of a test may fail like the test itself, builds its SQL as text, and prints what it measured"
)]

mod architecture;
mod access;
mod accusations;
mod administration;
mod exclusions;
mod approvals;
mod assignments;
mod backups;
mod audit;
mod cases;
mod closings;
mod commands;
mod bulk;
mod bulletins;
mod calendar;
mod bombs;
mod browser;
mod cluster;
mod demo;
mod drafts;
mod edge;
mod failures;
mod forms;
mod fuzz;
mod handling;
mod imports;
mod items;
mod jobs;
mod keys;
mod ledger_columns;
mod ledgers;
mod matrix;
mod migrations;
mod my;
mod policies;
mod retention;
mod routes;
mod rules;
mod security;
mod sign_in;
mod reviewers;
mod stats;
mod substitutions;
mod supply;
mod support;
mod trials;
mod verification;
mod time;
mod uploads;
mod visits;
mod walls;
