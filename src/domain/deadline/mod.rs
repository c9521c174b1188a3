//! The courts' time limits: rule sets, the due date with its explanation, and the replay of a
//! clock from what happened to it.

mod clock;
mod due;
mod rules;

pub use clock::{Clock, ClockEvent, Reading, Standing, State, What};
pub use due::{Due, due};
pub use rules::{ClockKind, ClockRule, CustomDays, DayCount, Refusal, Roll, RuleSet};
