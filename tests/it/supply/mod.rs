//! What the program is built from, and what must not stand in its repository.

mod files;
mod packages;
