//! The courts' time limits: rule sets, the due date with its explanation, and the replay of a
//! clock from what happened to it.

mod clock;
mod due;
mod rules;
mod standing;

pub use clock::{Clock, ClockEvent, What};
pub use due::{Due, due};
pub use rules::{ClockKind, ClockRule, CustomDays, DayCount, Refusal, Roll, RuleSet};
pub use standing::{Reading, Standing, State};
