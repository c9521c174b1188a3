//! Where the program meets the network and the browser.

mod connections;
mod wire;
