//! The one test binary.
#![expect(clippy::unwrap_used, reason = "a helper of a test may fail like the test itself")]

mod assignments;
mod cluster;
mod ledgers;
mod sign_in;
mod support;
