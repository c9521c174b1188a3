//! What someone may reach: one decision, as a pure function of who asks, what for, and what it is
//! about. The queries bind a [`Scope`], which says the same in the form that SQL can read; that
//! decision, scope and row security agree is tested on generated records.

mod decision;
mod scope;

pub use decision::{Action, Denied, Named, Object, Subject, Way, decide};
pub use scope::{Around, Depth, Excluded, Matters, Opening, Scope};
