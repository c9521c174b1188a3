//! The one test binary.
#![expect(clippy::unwrap_used, reason = "helpers of tests are not tests, and may fail as loudly")]

mod ledgers;
