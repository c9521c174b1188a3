//! Which due days move when the day table changes, by the same replay that gave them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::Arranged;
use crate::domain::calendar::{Calendar, day_of};
use crate::domain::code::getters;
use crate::domain::deadline::Clock;
use crate::domain::ids::{ClockId, PetitionCaseId};

/// A clock that hasn't stopped, of whose case nothing is known but its court.
#[derive(Debug, Clone)]
pub struct OpenClock {
    pub id: ClockId,
    pub case: PetitionCaseId,
    pub court: String,
    pub clock: Clock,
    /// Where it stands.
    pub due_on: NaiveDate,
    pub provisional: bool,
}

/// The fact that a due day becomes another one, or is certain from now on. Only
/// [`Arranged::impact`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    clock: ClockId,
    case: PetitionCaseId,
    court: String,
    from: NaiveDate,
    to: NaiveDate,
    provisional: bool,
}

/// All that moves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact(Vec<Moved>);

impl Arranged {
    /// What the change does to clocks that haven't stopped. A due day that has passed belongs to the
    /// time in which it passed and stays, unless it was provisional.
    pub fn impact(&self, before: &Calendar, clocks: &[OpenClock]) -> Impact {
        let after = before.changed(before.version() + 1, self.days.iter().cloned());
        let today = day_of(self.at);
        let moved = clocks.iter().filter(|it| it.provisional || it.due_on >= today);
        Impact(moved.filter_map(|it| moved_by(it, before, &after)).collect())
    }
}

fn moved_by(open: &OpenClock, before: &Calendar, after: &Calendar) -> Option<Moved> {
    let (was, is) = (open.clock.recalculated(before), open.clock.recalculated(after));
    let same = |due_on, provisional| (due_on, provisional) == (is.due_on, is.provisional);
    if same(was.due_on, was.provisional) || same(open.due_on, open.provisional) {
        return None;
    }
    let (from, to, provisional) = (open.due_on, is.due_on, is.provisional);
    Some(Moved {
        clock: open.id,
        case: open.case,
        court: open.court.clone(),
        from,
        to,
        provisional,
    })
}

getters! {
    Moved {
        /// The clock.
        clock: ClockId,
        /// Whether the new day waits for a day table itself.
        provisional: bool,
    }
}

impl Moved {
    /// Where it stood, and where it stands from now on.
    pub const fn days(&self) -> (NaiveDate, NaiveDate) {
        (self.from, self.to)
    }
}

impl Impact {
    /// Each clock that moves.
    pub fn moved(&self) -> &[Moved] {
        &self.0
    }

    /// The cases whose clocks move.
    pub fn cases(&self) -> Vec<PetitionCaseId> {
        self.distinct(|_| true)
    }

    /// How many cases have a duty due earlier, later, and on the same day that is certain now.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |which: fn(&Moved) -> bool| self.distinct(which).len();
        (count(|it| it.to < it.from), count(|it| it.to > it.from), count(|it| it.to == it.from))
    }

    /// How many cases of each court.
    pub fn by_court(&self) -> Vec<(String, usize)> {
        let mut courts: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for it in &self.0 {
            courts.entry(&it.court).or_default().insert(it.case.0);
        }
        courts.into_iter().map(|(court, cases)| (court.to_owned(), cases.len())).collect()
    }

    /// 「影响23件案件的到期日：5件提前，18件推后。」
    pub fn sentence(&self) -> String {
        let (earlier, later, settled) = self.counts();
        let parts = [(earlier, "提前"), (later, "推后"), (settled, "由暂定转为确定")];
        let said: Vec<_> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count}件{what}"))
            .collect();
        match self.cases().len() {
            0 => "不影响在办案件的到期日。".to_owned(),
            cases => format!("影响{cases}件案件的到期日：{}。", said.join("，")),
        }
    }

    fn distinct(&self, which: impl Fn(&Moved) -> bool) -> Vec<PetitionCaseId> {
        let cases: BTreeSet<i64> =
            self.0.iter().filter(|it| which(it)).map(|it| it.case.0).collect();
        cases.into_iter().map(PetitionCaseId).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{YearWanted, change_day, load_year};
    use super::*;
    use crate::domain::calendar::sample::{calendar, date};
    use crate::domain::calendar::{Day, DayKind};
    use crate::domain::deadline::{ClockKind, RuleSet};
    use crate::domain::ids::RuleSetId;
    use crate::domain::staff::Role;
    use crate::domain::staff::sample::actor;

    fn open(id: i64, kind: ClockKind, origin: &str) -> OpenClock {
        let rules = RuleSet::standard(RuleSetId(1));
        let origin = format!("{origin}:00+08:00").parse().unwrap();
        let clock = Clock::start(*rules.rule(kind).unwrap(), rules.id, origin, &calendar());
        let (due_on, provisional) = (clock.due_on_original, clock.provisional);
        let court = "东湖法院".to_owned();
        OpenClock { id: ClockId(id), case: PetitionCaseId(id), court, clock, due_on, provisional }
    }

    fn changed(day: &str, kind: DayKind, name: &str, clocks: &[OpenClock]) -> Impact {
        let name = (!name.is_empty()).then(|| name.to_owned());
        let day = Day { date: date(day), kind, name };
        let at = "2026-06-15T02:10:00Z".parse().unwrap();
        let fact = change_day(&actor(Role::Sysadmin), &calendar(), (day, "依据"), at).unwrap();
        fact.impact(&calendar(), clocks)
    }

    #[test]
    fn due_days_move_by_the_rule_that_gave_them_and_others_stay() {
        use ClockKind::{Ledger, Objection, Report};
        let clocks = [
            // Seven days end on Saturday 06-20, a holiday: due on Monday 06-22.
            open(1, Report, "2026-06-13T09:00"),
            // Two days don't roll.
            open(2, Ledger, "2026-06-18T09:00"),
            // Five working days after 06-15: 06-23 over the holiday of 06-19.
            open(3, Objection, "2026-06-15T09:00"),
            // Lapsed before today.
            open(4, Objection, "2026-06-01T09:00"),
        ];
        let said = |it: &Impact| {
            let moved = it.moved().iter().map(|it| format!("{} {}", it.clock.0, it.to));
            (moved.collect::<Vec<_>>(), it.sentence())
        };
        let later = changed("2026-06-22", DayKind::Holiday, "抗洪", &clocks);
        let (moved, sentence) = said(&later);
        assert_eq!(moved, ["1 2026-06-23", "3 2026-06-24"]);
        assert_eq!(sentence, "影响2件案件的到期日：2件推后。");
        assert_eq!(later.by_court(), [("东湖法院".to_owned(), 2)]);
        let earlier = changed("2026-06-20", DayKind::MakeUpWorkday, "端午节", &clocks);
        let (moved, sentence) = said(&earlier);
        assert_eq!(moved, ["1 2026-06-20", "3 2026-06-22"]);
        assert_eq!(sentence, "影响2件案件的到期日：2件提前。");
        let none = changed("2026-10-08", DayKind::Holiday, "国庆节", &clocks);
        assert_eq!(said(&none).1, "不影响在办案件的到期日。");
    }

    /// R17.
    #[test]
    fn provisional_days_are_settled_by_loading_their_year_even_when_they_have_passed() {
        use ClockKind::{Close, Report};
        let clocks = [
            open(1, Close, "2026-12-03T09:00"),
            open(2, Close, "2026-12-05T09:00"),
            open(3, Report, "2026-12-10T09:00"),
        ];
        assert_eq!((clocks[0].due_on, clocks[0].provisional), (date("2027-01-02"), true));
        let holiday =
            |text| Day {
                date: date(text), kind: DayKind::Holiday, name: Some("元旦".to_owned())
            };
        let days = ["2027-01-01", "2027-01-02", "2027-01-03"].map(holiday);
        let wanted = YearWanted { year: 2027, days: &days, source: "依据" };
        for at in ["2026-12-20T02:00:00Z", "2027-01-20T02:00:00Z"] {
            let at = at.parse().unwrap();
            let fact = load_year(&actor(Role::Sysadmin), &calendar(), wanted, at).unwrap();
            let impact = fact.impact(&calendar(), &clocks);
            let moved: Vec<_> = impact.moved().iter().map(|it| (it.clock.0, it.to)).collect();
            assert_eq!(moved, [(1, date("2027-01-04")), (2, date("2027-01-04"))]);
            assert!(impact.moved().iter().all(|it| !it.provisional()));
            assert_eq!(impact.counts(), (0, 1, 1));
            assert_eq!(impact.sentence(), "影响2件案件的到期日：1件推后，1件由暂定转为确定。");
        }
    }
}
