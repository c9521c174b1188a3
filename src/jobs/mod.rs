//! What the command line and the clock start, each under an identity of its own.

pub mod anchor;
pub mod backup;
mod close_unused;
pub mod figures;
pub mod import_ledger;
pub mod retention;
pub mod scan;
pub mod schedule;
pub mod verify_audit;
pub mod verify_bulletins;
pub mod watch;
