//! How closed cases ended (结果构成), by their source or by their court: counts over their own base.

use std::fmt;

use super::fraction::{Fraction, NO_BASE, Percent, shares};
use super::outcome::Outcome;
use super::source::Source;

/// The three ways in which a clean-up (清积) reports its endings. Each outcome belongs to
/// exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    Written,
    Terminated,
    Other,
}

impl Ending {
    pub const ALL: [Self; 3] = [Self::Written, Self::Terminated, Self::Other];

    pub const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::SettledWritten => Self::Written,
            Outcome::Terminated => Self::Terminated,
            Outcome::SettledOralProvisional
            | Outcome::SettledOralMatured
            | Outcome::WrittenOff
            | Outcome::RoutedToLitigation
            | Outcome::TransferredOut
            | Outcome::ClosedUnsettled => Self::Other,
        }
    }

    /// The outcomes that it holds, where its label does not name them: 「口头息诉……、核销」.
    pub fn holds(self) -> Option<String> {
        let own: Vec<_> = Outcome::ALL.iter().filter(|one| Self::of(**one) == self).collect();
        let labels = || own.iter().map(|one| one.label()).collect::<Vec<_>>().join("、");
        (own.len() > 1).then(labels)
    }

    /// As in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Terminated => "terminated",
            Self::Other => "other",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Written => "书面保证息诉罢访",
            Self::Terminated => "省法院批准终结",
            Self::Other => "其他方式办结",
        }
    }
}

/// A part of a row: `3 (33.3%)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The part over the row's own total.
    pub fraction: Fraction,
    /// None in a row without cases.
    pub percent: Option<Percent>,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.percent {
            Some(percent) => write!(f, "{} ({percent})", self.fraction.numerator),
            None => f.write_str(NO_BASE),
        }
    }
}

/// The cases that make one row: those of a source or of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<K> {
    pub of: K,
    /// Its code, for other programs.
    pub code: String,
    pub label: String,
}

/// One group, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub code: String,
    pub label: String,
    pub total: u32,
    /// One a column; they add up to the total, and their percentages to 100.0.
    pub cells: Vec<Cell>,
}

/// Groups by endings, with a last row for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composition {
    pub columns: Vec<&'static str>,
    /// What a column holds that its label does not say.
    pub notes: Vec<String>,
    pub rows: Vec<Row>,
    pub all: Row,
}

/// The composition in the three endings of a clean-up. Groups without a case get no row; every
/// case must be of some group.
pub fn by_ending<K: PartialEq>(groups: &[Group<K>], closed: &[(K, Outcome)]) -> Composition {
    let endings = Ending::ALL.map(|ending| (ending, ending.label()));
    let note = |ending: Ending| Some(format!("“{}”包括{}。", ending.label(), ending.holds()?));
    let notes = Ending::ALL.into_iter().filter_map(note).collect();
    Composition { notes, ..compose(groups, closed, &endings, Ending::of) }
}

/// The composition in every outcome that occurs.
pub fn by_outcome<K: PartialEq>(groups: &[Group<K>], closed: &[(K, Outcome)]) -> Composition {
    let occurs = |wanted| closed.iter().any(|&(_, outcome)| outcome == wanted);
    let outcomes = Outcome::ALL.iter().copied().filter(|&outcome| occurs(outcome));
    let columns: Vec<_> = outcomes.map(|outcome| (outcome, outcome.label())).collect();
    compose(groups, closed, &columns, |outcome| outcome)
}

/// The sources as groups, in their order; last the cases whose source nobody stated.
pub fn sources() -> Vec<Group<Option<Source>>> {
    let group = |source: Source| Group {
        of: Some(source),
        code: source.code().to_owned(),
        label: source.label().to_owned(),
    };
    let unstated = Group { of: None, code: String::new(), label: "来源未载明".to_owned() };
    Source::ALL.iter().copied().map(group).chain([unstated]).collect()
}

fn compose<K: PartialEq, C: PartialEq>(
    groups: &[Group<K>],
    closed: &[(K, Outcome)],
    columns: &[(C, &'static str)],
    column: impl Fn(Outcome) -> C,
) -> Composition {
    let parts = |wanted: &dyn Fn(&K) -> bool| -> Vec<u32> {
        let count = |key: &C| {
            let found = closed.iter().filter(|(group, end)| wanted(group) && column(*end) == *key);
            u32::try_from(found.count()).unwrap_or(u32::MAX)
        };
        columns.iter().map(|(key, _)| count(key)).collect()
    };
    let occurs = |group: &&Group<K>| closed.iter().any(|(of, _)| *of == group.of);
    let row = |group: &Group<K>| {
        let parts = parts(&|of: &K| *of == group.of);
        Row::of(group.code.clone(), group.label.clone(), &parts)
    };
    Composition {
        columns: columns.iter().map(|&(_, label)| label).collect(),
        notes: Vec::new(),
        rows: groups.iter().filter(occurs).map(row).collect(),
        all: Row::of("all".to_owned(), "合计".to_owned(), &parts(&|_| true)),
    }
}

impl Row {
    fn of(code: String, label: String, parts: &[u32]) -> Self {
        let total = parts.iter().sum();
        let cells = parts.iter().zip(shares(parts)).map(|(&part, share)| Cell {
            fraction: Fraction::new(part, total),
            percent: (total > 0).then_some(share),
        });
        Self { code, label, total, cells: cells.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The clean-up of 40 cases, by source: written, terminated, led into litigation.
    fn clean_up() -> Vec<(Option<Source>, Outcome)> {
        let counts = [
            (Source::SelfIdentified, [8, 16, 1]),
            (Source::ProvincePlc, [3, 5, 1]),
            (Source::CityPlc, [4, 2, 0]),
        ];
        let outcomes = [Outcome::SettledWritten, Outcome::Terminated, Outcome::RoutedToLitigation];
        let mut closed = Vec::new();
        for (source, counts) in counts {
            for (outcome, count) in outcomes.into_iter().zip(counts) {
                closed.extend(vec![(Some(source), outcome); count]);
            }
        }
        closed
    }

    fn line(row: &Row) -> String {
        let cells: Vec<_> = row.cells.iter().map(ToString::to_string).collect();
        format!("{} | {} | {}", row.label, row.total, cells.join(" | "))
    }

    #[test]
    fn the_clean_up_of_forty_cases_prints_its_published_table() {
        let table = by_ending(&sources(), &clean_up());
        assert_eq!(table.columns, ["书面保证息诉罢访", "省法院批准终结", "其他方式办结"]);
        let lines: Vec<_> = table.rows.iter().chain([&table.all]).map(line).collect();
        assert_eq!(
            lines,
            [
                "省委政法委交办 | 9 | 3 (33.3%) | 5 (55.6%) | 1 (11.1%)",
                "市委政法委交办 | 6 | 4 (66.7%) | 2 (33.3%) | 0 (0.0%)",
                "自排 | 25 | 8 (32.0%) | 16 (64.0%) | 1 (4.0%)",
                "合计 | 40 | 15 (37.5%) | 23 (57.5%) | 2 (5.0%)",
            ]
        );
    }

    fn one_of_each() -> Vec<(Option<Source>, Outcome)> {
        Outcome::ALL.iter().map(|&outcome| (Some(Source::Window), outcome)).collect()
    }

    #[test]
    fn the_table_of_all_outcomes_leaves_none_out() {
        let closed = one_of_each();
        let table = by_outcome(&sources(), &closed);
        let labels: Vec<_> = Outcome::ALL.iter().map(|outcome| outcome.label()).collect();
        assert_eq!(table.columns, labels);
        let table = by_outcome(&sources(), &clean_up());
        assert_eq!(table.columns, ["书面息诉", "终结", "导入诉讼"]);
    }

    #[test]
    fn the_parts_of_each_row_add_up_to_its_total_and_to_one_hundred() {
        let closed = one_of_each();
        for table in [
            by_ending(&sources(), &closed),
            by_outcome(&sources(), &closed),
            by_ending(&sources(), &clean_up()),
        ] {
            for row in table.rows.iter().chain([&table.all]) {
                let parts: u32 = row.cells.iter().map(|cell| cell.fraction.numerator).sum();
                let tenths: u64 =
                    row.cells.iter().filter_map(|cell| cell.percent).map(Percent::tenths).sum();
                assert_eq!((parts, tenths), (row.total, 1000), "{}", row.label);
            }
            let rows: u32 = table.rows.iter().map(|row| row.total).sum();
            assert_eq!(rows, table.all.total);
        }
    }

    #[test]
    fn without_cases_there_is_no_percentage() {
        assert_eq!(line(&by_ending(&sources(), &[]).all), "合计 | 0 | — | — | —");
    }

    #[test]
    fn a_case_without_a_stated_source_has_a_row_of_its_own() {
        let closed = [(Some(Source::Letter), Outcome::Terminated), (None, Outcome::WrittenOff)];
        let table = by_ending(&sources(), &closed);
        let lines: Vec<_> = table.rows.iter().map(|row| (row.label.as_str(), row.total)).collect();
        assert_eq!(lines, [("来信", 1), ("来源未载明", 1)]);
        assert_eq!(table.all.total, 2);
    }
}
