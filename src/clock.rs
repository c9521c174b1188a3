//! The only place that asks what time it is.

use chrono::{DateTime, Utc};

/// The system's clock, or one that stands still.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Option<DateTime<Utc>>);

impl Clock {
    /// The machine's time.
    pub const fn system() -> Self {
        Self(None)
    }

    /// Always the same moment.
    pub const fn fixed(at: DateTime<Utc>) -> Self {
        Self(Some(at))
    }

    /// The present moment, to the microsecond that the database keeps.
    pub fn now(self) -> DateTime<Utc> {
        use chrono::SubsecRound;
        #[expect(clippy::disallowed_methods, reason = "this is the Clock")]
        self.0.unwrap_or_else(|| Utc::now().trunc_subsecs(6))
    }
}
