//! What runs without a page: figures and checks, each under an identity of its own.

pub mod figures;
pub mod verify_audit;
pub mod verify_bulletins;
