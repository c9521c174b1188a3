//! What the window prints: the receipt, and the notices of the law's own ways.

pub mod notice;
pub mod receipt;
