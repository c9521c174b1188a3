//! The one test binary.
#![expect(clippy::unwrap_used, reason = "a helper of a test may fail like the test itself")]

mod architecture;
mod assignments;
mod cluster;
mod imports;
mod ledgers;
mod migrations;
mod routes;
mod sign_in;
mod support;
mod walls;
