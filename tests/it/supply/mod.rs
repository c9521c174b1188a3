//! What the program is built from, and what must not stand in its repository.

mod build;
mod files;
mod names;
mod numbers;
mod packages;
mod parts;
mod secrets;
