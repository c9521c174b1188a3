//! Importing a court's ledger (台账): reading its rows as people write them, and saying of every
//! row what would be imported, what is wrong and what to do about it.

mod cell;
mod check;
mod column;
mod directory;
mod finding;
mod reading;
mod report;
mod review;
mod row;
mod table;
mod words;

pub use cell::Cell;
pub use check::check;
pub use column::{Column, Kind};
pub use directory::Directory;
pub use finding::{Change, Finding, Problem, Weight};
pub use report::{Checked, CheckedRow, Choice, Counts, Known, Like, Refusal, Skipped, Verdict};
pub use review::{CheckedReview, CheckedReviews, ReviewRow, check_reviews};
pub use row::{Closed, Entry, LedgerRow, Person, Place, Team};
pub use table::{Heading, Mapping, RawRow, Table, letter, place_of};
pub use words::{Grade, Procedure};

#[cfg(test)]
mod tests;
