//! Which cases of a court are held, and where: each court has something overdue, and something
//! before each of its leaders.

use chrono::{Days, NaiveDate};

use super::course::Given;
use super::fate::{Fate, IN_TURN};
use super::hours::Hours;
use crate::domain::calendar::day_of;
use crate::domain::deadline::ClockKind;
use crate::domain::sign_step::SignStep;

/// Decides the fates of a court's cases, which come with the batch that they belong to.
pub fn decide(nth: usize, given: &mut [(usize, Given)], (today, hours): (NaiveDate, Hours<'_>)) {
    given.sort_by_key(|(_, given)| std::cmp::Reverse(given.at));
    let slips = given.first().map_or(0, |(_, given)| given.court.slips.close);
    let first = match nth % 3 {
        0 => Fate::NoMeeting,
        1 => Fate::NoReport,
        _ => Fate::NoAnswer,
    };
    let more =
        [(16, Fate::NoAnswer), (28, Fate::NoReport), (40, Fate::NoAnswer), (45, Fate::NoMeeting)];
    let more = more.into_iter().filter(|(from, _)| slips >= *from).map(|(_, fate)| fate);
    let turns = (0..2).filter_map(|more| IN_TURN.get((2 * nth + more) % IN_TURN.len()).copied());
    let signed = [SignStep::President, SignStep::Leader].map(Fate::Unsigned);
    let overdue = std::iter::once(first).chain(more).map(|fate| (fate, true));
    let others = turns.chain(signed).map(|fate| (fate, false));
    for (fate, overdue) in overdue.chain(others) {
        let fits = |given: &Given| fits(given, (fate, overdue), (today, hours));
        let free = given.iter_mut().map(|(_, given)| given);
        if let Some(given) = free.filter(|given| given.fate == Fate::Free).find(|given| fits(given))
        {
            given.fate = fate;
        }
    }
}

/// Whether a case can have this fate today.
fn fits(
    given: &Given,
    (fate, overdue): (Fate, bool),
    (today, hours): (NaiveDate, Hours<'_>),
) -> bool {
    let past = |kind| given.due(kind) < today;
    let days_ago = |days| day_of(given.at) <= today - Days::new(days);
    match fate {
        Fate::Free | Fate::Unseen | Fate::NoLedger => true,
        Fate::NoMeeting => past(ClockKind::Meeting),
        Fate::NoReport | Fate::NoReceipt | Fate::NoBetterReport => past(ClockKind::Report),
        Fate::NoAnswer if overdue => past(ClockKind::Close),
        Fate::NoAnswer | Fate::NoClosing => days_ago(10) && !past(ClockKind::Close),
        // By then the report was received, and the reply given the working day before.
        Fate::Unsigned(_) | Fate::NoBetterClosing => {
            let answered = fate.applied().map(|nth| hours.before(today, nth + 2));
            answered.is_some_and(|day| given.due(ClockKind::Report) < day)
        }
    }
}
