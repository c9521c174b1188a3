//! What a bulletin froze: the method, every figure with its items, and a hash over all of it.
//!
//! The hash is taken over a canonical text, so that a snapshot derived again from the facts,
//! or read back from the store in another order, can be compared with the frozen one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::SecondsFormat;

pub use super::content_hash::ContentHash;
use super::figure::{Facts, Figure, Frame, Item, Metric, compute_all};
use super::fraction::Fraction;
use super::ids::UnitId;
use super::period::Period;
use super::ranking::SMALLEST_BASE;

/// Which indicators a series of issues ranks and shows. Published figures keep the version
/// they were computed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    pub version: u32,
    /// Ranked, each on its own, in the order of the links over the table.
    pub ranked: Vec<Metric>,
    /// Shown and never ranked.
    pub shown: Vec<Metric>,
    /// The smallest denominator that is ranked.
    pub smallest_base: u32,
}

impl Method {
    /// The first version.
    pub fn first() -> Self {
        use Metric::{I03, I04, I05, I07, I08a, I08b, I08c, I14, I34};
        Self {
            version: 1,
            ranked: vec![I07, I14, I03, I04, I05, I08a],
            shown: vec![I08b, I08c, I34],
            smallest_base: SMALLEST_BASE,
        }
    }

    /// Everything that is computed.
    pub fn metrics(&self) -> impl Iterator<Item = Metric> {
        self.ranked.iter().chain(&self.shown).copied()
    }
}

/// The figures of one issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub period: Period,
    pub method: Method,
    /// Every unit by every metric of the method.
    pub figures: Vec<Figure>,
}

impl Snapshot {
    /// Computes every figure of an issue from what was on record at its cut-off. The same
    /// facts give the same snapshot whenever this is done.
    pub fn derive(period: Period, method: Method, units: &[UnitId], facts: &Facts) -> Self {
        let frame = Frame::of(period);
        let figures = compute_all(method.metrics(), units, facts, &frame);
        Self { period, method, figures }
    }

    /// The units that it has figures of, in their order.
    pub fn units(&self) -> Vec<UnitId> {
        let mut units = Vec::new();
        for figure in &self.figures {
            if !units.contains(&figure.unit) {
                units.push(figure.unit);
            }
        }
        units
    }

    /// 「数据快照2026-06-14 24:00已冻结」
    pub fn mark(&self) -> String {
        format!("数据快照{} 24:00已冻结", self.period.last_day())
    }

    pub fn hash(&self) -> ContentHash {
        ContentHash::of(&self.canonical())
    }

    /// One line a fact, in one order. Free text is led by its length in bytes, so that no
    /// text can pass for another line.
    fn canonical(&self) -> String {
        let Self { period, method, figures } = self;
        let cut_off = period.cut_off().to_rfc3339_opts(SecondsFormat::Secs, true);
        let mut lines = vec![
            "snapshot 1".to_owned(),
            format!("period {period} {cut_off}"),
            format!("method {} least {}", method.version, method.smallest_base),
            format!("ranked {}", codes(method.ranked.iter().map(|metric| metric.code()))),
            format!("shown {}", codes(method.shown.iter().map(|metric| metric.code()))),
        ];
        let mut sections: Vec<_> = figures.iter().map(section).collect();
        sections.sort();
        lines.append(&mut sections);
        lines.join("\n")
    }
}

/// How an issue derived again from the facts differs from what it froze.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub unit: UnitId,
    pub metric: Metric,
    /// None where only one of the two has the figure.
    pub frozen: Option<Fraction>,
    pub derived: Option<Fraction>,
    /// The numbers of the items that are not alike.
    pub items: Vec<String>,
}

/// The figures in which two snapshots differ, in the order of the metrics and the units; an item
/// counts as another when anything about it is.
pub fn differences(frozen: &Snapshot, derived: &Snapshot) -> Vec<Difference> {
    let key = |figure: &Figure| (figure.metric, figure.unit);
    let keyed = |snapshot: &Snapshot| -> BTreeMap<(Metric, UnitId), Figure> {
        snapshot.figures.iter().map(|figure| (key(figure), figure.clone())).collect()
    };
    let (frozen, derived) = (keyed(frozen), keyed(derived));
    let keys: BTreeSet<_> = frozen.keys().chain(derived.keys()).copied().collect();
    let difference = |(metric, unit): (Metric, UnitId)| {
        let (before, now) = (frozen.get(&(metric, unit)), derived.get(&(metric, unit)));
        let items = unlike(before, now);
        let (frozen, derived) = (before.map(Figure::fraction), now.map(Figure::fraction));
        (frozen != derived || !items.is_empty()).then_some(Difference {
            unit,
            metric,
            frozen,
            derived,
            items,
        })
    };
    keys.into_iter().filter_map(difference).collect()
}

fn unlike(one: Option<&Figure>, other: Option<&Figure>) -> Vec<String> {
    let items = |figure: Option<&Figure>| figure.map_or_else(Vec::new, |one| one.items.clone());
    let (one, other) = (items(one), items(other));
    let only = |these: &[Item], those: &[Item]| -> Vec<String> {
        these.iter().filter(|item| !those.contains(item)).map(|item| item.number.clone()).collect()
    };
    let mut numbers = only(&one, &other);
    numbers.extend(only(&other, &one));
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn section(figure: &Figure) -> String {
    let Figure { unit, metric, items, .. } = figure;
    let mut lines: Vec<_> = items.iter().map(line).collect();
    lines.sort();
    lines.insert(0, format!("figure {unit} {} {}", metric.code(), figure.fraction()));
    lines.join("\n")
}

fn line(item: &Item) -> String {
    let Item { case, number, assignment, bucket, marks, reason } = item;
    let assignment = assignment.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let marks = codes(marks.iter().map(|mark| mark.code()));
    let (bucket, number_len, reason_len) = (bucket.code(), number.len(), reason.len());
    format!("item {case} {number_len}:{number} {assignment} {bucket} {marks} {reason_len}:{reason}")
}

fn codes<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", codes.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::domain::figure::{Bucket, CaseFacts, Closed, Mark, Stamp};
    use crate::domain::ids::PetitionCaseId;
    use crate::domain::outcome::Outcome;

    fn moment(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn closed(id: i64, unit: i64, recorded_at: &str) -> CaseFacts {
        let at = moment("2026-06-10T09:00:00+08:00");
        let confirmed = Stamp { at, recorded_at: moment(recorded_at) };
        CaseFacts {
            case: PetitionCaseId(id),
            number: format!("XF2026-{id:05}"),
            registered: UnitId(unit),
            assigned: Vec::new(),
            void: None,
            merged: None,
            closings: vec![Closed { confirmed, outcome: Outcome::SettledWritten }],
            reopened: Vec::new(),
        }
    }

    fn derive(cases: Vec<CaseFacts>) -> Snapshot {
        let facts = Facts { assignments: Vec::new(), cases };
        let period = "2026-W24".parse().unwrap();
        Snapshot::derive(period, Method::first(), &[UnitId(1), UnitId(2)], &facts)
    }

    type Change = fn(&mut Snapshot);

    const IN_TIME: &str = "2026-06-10T09:00:00+08:00";

    #[test]
    fn a_snapshot_can_be_derived_again() {
        let cases = vec![closed(1, 1, IN_TIME), closed(2, 1, IN_TIME), closed(3, 2, IN_TIME)];
        let frozen = derive(cases.clone());
        assert_eq!(frozen.figures.len(), 2 * 9);

        let mut later = cases;
        later.reverse();
        later.push(closed(4, 1, "2026-06-15T00:00:00+08:00")); // recorded after the cut-off
        assert_eq!(derive(later.clone()).hash(), frozen.hash());

        later.push(closed(5, 1, IN_TIME));
        assert_ne!(derive(later).hash(), frozen.hash());
    }

    #[test]
    fn the_hash_depends_on_everything_but_the_order() {
        let frozen = derive(vec![closed(1, 1, IN_TIME), closed(2, 1, IN_TIME)]);
        let reordered = {
            let mut other = frozen.clone();
            other.figures.reverse();
            other.figures.iter_mut().for_each(|figure| figure.items.reverse());
            other
        };
        assert_eq!(reordered.hash(), frozen.hash());

        let changes: [(&str, Change); 9] = [
            ("period", |s| s.period = s.period.next()),
            ("version", |s| s.method.version = 2),
            ("ranked", |s| s.method.ranked.swap(0, 1)),
            ("least base", |s| s.method.smallest_base = 3),
            ("figure left out", |s| drop(s.figures.pop())),
            ("numerator", |s| s.figures[0].numerator += 1),
            ("bucket", |s| of_items(s)[0].bucket = Bucket::Missing),
            ("mark", |s| of_items(s)[0].marks.push(Mark::Provisional)),
            ("reason", |s| of_items(s)[0].reason.push('。')),
        ];
        for (what, change) in changes {
            let mut other = frozen.clone();
            change(&mut other);
            assert_ne!(other.hash(), frozen.hash(), "{what}");
        }
    }

    fn of_items(snapshot: &mut Snapshot) -> &mut Vec<Item> {
        let items = snapshot.figures.iter_mut().map(|figure| &mut figure.items);
        items.into_iter().find(|items| !items.is_empty()).unwrap()
    }

    #[test]
    fn a_difference_names_the_figure_and_the_items() {
        let frozen = derive(vec![closed(1, 1, IN_TIME), closed(2, 2, IN_TIME)]);
        assert_eq!(differences(&frozen, &frozen), []);
        let derived =
            derive(vec![closed(1, 1, IN_TIME), closed(2, 2, IN_TIME), closed(3, 2, IN_TIME)]);
        let found = differences(&frozen, &derived);
        let named: Vec<_> = found.iter().map(|one| (one.metric, one.unit.0)).collect();
        assert_eq!(named, [(Metric::I08a, 2), (Metric::I08b, 2), (Metric::I08c, 2)]);
        assert_eq!(found[0].frozen, Some(Fraction::new(1, 1)));
        assert_eq!(found[0].derived, Some(Fraction::new(2, 2)));
        assert_eq!(found[0].items, ["XF2026-00003"]);

        let mut other = frozen.clone();
        of_items(&mut other)[0].reason.push('。');
        let found = differences(&frozen, &other);
        assert_eq!((found.len(), found[0].items.len()), (1, 1));
        other.figures.clear();
        assert_eq!(differences(&frozen, &other).len(), frozen.figures.len());
    }

    #[test]
    fn the_canonical_text_of_version_1_stays_as_it_is() {
        let snapshot = derive(vec![closed(1, 1, IN_TIME)]);
        assert!(snapshot.canonical().starts_with(
            "snapshot 1\nperiod 2026-W24 2026-06-14T16:00:00Z\nmethod 1 least 5\n\
             ranked [I07,I14,I03,I04,I05,I08a]\nshown [I08b,I08c,I34]\nfigure 1 I03 0/0\n"
        ));
        let item = "figure 1 I08a 1/1\nitem 1 12:XF2026-00001 - counted [] 12:书面息诉\n";
        assert!(snapshot.canonical().contains(item));
        let hash = snapshot.hash();
        assert_eq!(hash.to_string().len(), 64);
        assert_eq!(ContentHash::from_bytes(*hash.as_bytes()), hash);
        assert!(hash.to_string().starts_with(&hash.short()));
        assert_eq!(snapshot.mark(), "数据快照2026-06-14 24:00已冻结");
    }
}
