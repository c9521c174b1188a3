//! Anjie 案结: litigation-related petitions (涉诉信访) of an intermediate court and its courts.

pub mod clock;
pub mod domain;
pub mod office;
pub mod store;
