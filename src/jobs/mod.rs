//! What the command line and the clock start, under identities of their own.

pub mod import_ledger;
