//! Forms that nobody's page sent: at the wrong time, and with fields that they don't have.

mod extra;
mod order;
mod posts;
mod stages;
pub mod story;
