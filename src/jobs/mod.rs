//! What the command line and the clock start, each under an identity of its own.

pub mod anchor;
pub mod backup;
pub mod figures;
pub mod import_ledger;
pub mod sweep;
pub mod watch;
pub mod verify_audit;
pub mod verify_bulletins;
