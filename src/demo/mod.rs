//! 云州市: an invented city with its courts and people, for trying the program and for its tests.
//! Everything in it is made up; its phone numbers begin with 0000.

mod city;
pub mod history;

pub use city::{Person, found, people, settle};
