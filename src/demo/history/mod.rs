//! Three months of the courts' work in the city, invented and the same for everyone on a day.

mod act;
mod course;
mod courts;
mod fate;
mod fates;
mod hours;
mod matters;
mod people;
mod plan;
mod random;
mod register;
mod texts;
mod words;
mod write;

use chrono::{DateTime, Days, Utc};

use crate::domain::calendar::day_of;
use crate::store::{Db, deadlines, sessions, units};
use plan::Plan;
use write::Scribe;
pub use write::{HistoryError, HistoryResult};

/// All cases of the plan.
pub const WHOLE: usize = 100;

/// How far the writing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub done: usize,
    pub of: usize,
}

/// Writes the history up to a moment, with this part of the cases (in hundredths), into a city
/// without a case.
pub async fn write(
    db: &Db,
    now: DateTime<Utc>,
    size: usize,
    mut told: impl FnMut(Progress),
) -> HistoryResult<()> {
    let today = day_of(now);
    let bureau = sessions::of_demonstration(db, "zhongyuan.bureau").await?;
    let mut tx = db.begin(&sessions::required(bureau)?).await?;
    let calendar = deadlines::calendar(&mut tx, today - Days::new(400)).await?;
    let units = units::list(&mut tx).await?;
    tx.commit().await?;
    let plan = Plan::of(today, &calendar, size);
    let acts: Vec<_> = plan.acts.iter().take_while(|planned| planned.at <= now).collect();
    let mut scribe = Scribe::of(db, &plan, units, calendar);
    for (done, planned) in acts.iter().enumerate() {
        scribe.play(planned).await?;
        told(Progress { done: done + 1, of: acts.len() });
    }
    Ok(())
}
