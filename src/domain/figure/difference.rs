//! How a figure differs from itself: late entries for the next issue, corrections for a
//! document of their own. The figure that was published stays as it is.

use super::{Bucket, Figure, Item, Metric};
use crate::domain::ids::{AssignmentId, PetitionCaseId, UnitId};
use crate::domain::period::Period;

/// An item that stands elsewhere than it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub case: PetitionCaseId,
    pub number: String,
    pub assignment: Option<AssignmentId>,
    /// Where it stood; none when the old figure did not have it.
    pub before: Option<Bucket>,
    /// Where it stands; none when the new figure does not have it.
    pub now: Option<Bucket>,
    /// Why it stands there now, or stood there when it is gone.
    pub reason: String,
}

/// The items whose place differs between an issue's figure and the same figure computed
/// with what is on record later, in the order of their numbers.
pub fn changes(before: &Figure, now: &Figure) -> Vec<Change> {
    let gone = before.items.iter().filter(|old| find(now, old).is_none());
    let gone = gone.map(|old| change(old, Some(old.bucket), None));
    let other = now.items.iter().filter_map(|new| {
        let old = find(before, new).map(|old| old.bucket);
        (old != Some(new.bucket)).then(|| change(new, old, Some(new.bucket)))
    });
    let mut changes: Vec<_> = gone.chain(other).collect();
    changes.sort_by(|left, right| {
        (&left.number, left.assignment).cmp(&(&right.number, right.assignment))
    });
    changes
}

/// A change of one unit's figure that came to light after its issue (补录).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// The issue that stays as it was published.
    pub about: Period,
    pub unit: UnitId,
    pub metric: Metric,
    pub change: Change,
}

/// What changed in the figures of an issue, as a later one prints it. A unit that one of the two
/// lists lacks counts as a unit without items there.
pub fn late_entries(about: Period, before: &[Figure], now: &[Figure]) -> Vec<Late> {
    let key = |figure: &Figure| (figure.metric, figure.unit);
    let mut keys: Vec<_> = before.iter().chain(now).map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    let of = |figures: &[Figure], (metric, unit): (Metric, UnitId)| {
        let found = figures.iter().find(|figure| key(figure) == (metric, unit)).cloned();
        found.unwrap_or_else(|| Figure::of(unit, metric, Vec::new()))
    };
    let of_key = |(metric, unit)| {
        let changes = changes(&of(before, (metric, unit)), &of(now, (metric, unit)));
        changes.into_iter().map(move |change| Late { about, unit, metric, change })
    };
    keys.into_iter().flat_map(of_key).collect()
}

/// The figures of an issue as the reader of the issues since knows them: what it froze, with the
/// changes of it that were printed, in the order of printing.
pub fn with_printed<'a>(
    mut figures: Vec<Figure>,
    printed: impl Iterator<Item = &'a Late>,
) -> Vec<Figure> {
    for Late { unit, metric, change, .. } in printed {
        let place = figures.iter().position(|one| (one.metric, one.unit) == (*metric, *unit));
        let place = place.unwrap_or_else(|| {
            figures.push(Figure::of(*unit, *metric, Vec::new()));
            figures.len() - 1
        });
        if let Some(figure) = figures.get_mut(place) {
            apply(figure, change);
        }
    }
    figures
}

fn apply(figure: &mut Figure, change: &Change) {
    let mut items = std::mem::take(&mut figure.items);
    items.retain(|item| (item.case, item.assignment) != (change.case, change.assignment));
    items.extend(change.now.map(|bucket| Item {
        case: change.case,
        number: change.number.clone(),
        assignment: change.assignment,
        bucket,
        marks: Vec::new(),
        reason: change.reason.clone(),
    }));
    *figure = Figure::of(figure.unit, figure.metric, items);
}

fn find<'a>(figure: &'a Figure, item: &Item) -> Option<&'a Item> {
    figure.items.iter().find(|one| (one.case, one.assignment) == (item.case, item.assignment))
}

fn change(item: &Item, before: Option<Bucket>, now: Option<Bucket>) -> Change {
    Change {
        case: item.case,
        number: item.number.clone(),
        assignment: item.assignment,
        before,
        now,
        reason: item.reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::*;
    use super::super::{AssignmentFacts, Facts, Metric, compute, compute_all};
    use super::*;
    use crate::domain::ids::UnitId;

    #[test]
    fn a_fact_recorded_late_shows_as_a_change_and_leaves_the_issue_alone() {
        let done = stamp("06-12 10:00");
        let late = recorded("06-12 10:00", "06-16 09:00");
        let number = |number: &str, complete, void| AssignmentFacts {
            assignment: AssignmentId(number.parse().unwrap()),
            number: number.to_owned(),
            void,
            ..ledger_due("06-13", complete)
        };
        let assignments = vec![
            number("3", Some(late), None),
            number("1", Some(done), None),
            number("2", Some(done), Some(stamp("06-17 09:00"))),
        ];
        let facts = Facts { assignments, cases: Vec::new() };
        let figure = |frame| compute(Metric::I03, &[UnitId(1)], &facts, &frame).remove(0);
        let issue = figure(frame());
        assert_eq!((issue.numerator, issue.denominator), (2, 3));

        let later = figure(frame().as_known_at(moment("06-29 00:00")));
        assert_eq!((later.numerator, later.denominator), (2, 2));
        assert_eq!(figure(frame()), issue);

        let changes = changes(&issue, &later);
        let changes: Vec<_> =
            changes.iter().map(|one| (one.number.as_str(), one.before, one.now)).collect();
        assert_eq!(
            changes,
            [
                ("2", Some(Bucket::Counted), Some(Bucket::Excluded)),
                ("3", Some(Bucket::Missing), Some(Bucket::Counted)),
            ]
        );
    }

    #[test]
    fn late_entries_name_the_unit_and_the_metric() {
        let late = recorded("06-12 10:00", "06-16 09:00");
        let facts = Facts { assignments: vec![ledger_due("06-13", Some(late))], cases: Vec::new() };
        let metrics = || [Metric::I05, Metric::I03].into_iter();
        let units = [UnitId(2), UnitId(1)];
        let before = compute_all(metrics(), &units, &facts, &frame());
        let later = frame().as_known_at(moment("06-29 00:00"));
        let now = compute_all(metrics(), &units, &facts, &later);
        let about = "2026-W24".parse().unwrap();
        assert_eq!(late_entries(about, &before, &before), []);
        let entries = late_entries(about, &before, &now);
        let named: Vec<_> = entries.iter().map(|one| (one.metric, one.unit)).collect();
        assert_eq!(named, [(Metric::I03, UnitId(1))]);
        assert_eq!(entries[0].change.now, Some(Bucket::Counted));
        assert_eq!(entries[0].about, about);
        // A unit that was not there before has only new items.
        let new = late_entries(about, &[], &now);
        assert_eq!((new[0].change.before, new.len()), (None, 1));
    }

    #[test]
    fn an_item_that_came_or_went_is_a_change_too() {
        let facts = |day| Facts { assignments: vec![ledger_due(day, None)], cases: Vec::new() };
        let figure = |day| compute(Metric::I03, &[UnitId(1)], &facts(day), &frame()).remove(0);
        let (with, without) = (figure("06-13"), figure("06-30"));
        assert_eq!(changes(&with, &with), []);
        let gone = changes(&with, &without);
        assert_eq!((gone[0].before, gone[0].now), (Some(Bucket::Missing), None));
        let new = changes(&without, &with);
        assert_eq!((new[0].before, new[0].now), (None, Some(Bucket::Missing)));
    }
    #[test]
    fn what_an_issue_since_has_printed_is_no_late_entry_again() {
        let about = "2026-W24".parse().unwrap();
        let facts = |day| Facts { assignments: vec![ledger_due(day, None)], cases: Vec::new() };
        let done = Facts {
            assignments: vec![ledger_due("06-13", Some(stamp("06-12 10:00")))],
            cases: Vec::new(),
        };
        let figures = |facts: &Facts| compute(Metric::I03, &[UnitId(1)], facts, &frame());
        let without = figures(&facts("06-30"));
        // It came, was done, and went again; each issue prints one step.
        let mut known = without.clone();
        for now in [figures(&facts("06-13")), figures(&done), without.clone()] {
            let late = late_entries(about, &known, &now);
            assert_eq!(late.len(), 1);
            known = with_printed(known, late.iter());
            assert_eq!(known[0].fraction(), now[0].fraction());
            assert_eq!(late_entries(about, &known, &now), []);
        }
        let late = late_entries(about, &[], &figures(&done));
        assert_eq!(with_printed(Vec::new(), late.iter())[0].denominator, 1);
    }
}
