//! Where the program meets the network and the browser.

mod bodies;
mod connections;
mod headers;
mod hostile;
mod hosts;
mod leaks;
mod mixed;
mod numbers;
mod origin;
mod paths;
pub mod reads;
mod reports;
mod sources;
mod wire;
mod world;

use anjie::web::routes::Row;

use crate::routes::PEOPLE;

/// Somebody whom a route admits.
pub fn admitted(row: &Row) -> Option<&'static str> {
    PEOPLE.iter().find(|(role, _)| row.who.admits(*role)).map(|(_, username)| *username)
}
