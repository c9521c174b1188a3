//! How the closed cases of each source ended (结果构成): counts over their own base.

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

/// One source, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub label: &'static str,
    pub total: u32,
    /// One a column; they add up to the total, and their percentages to 100.0.
    pub cells: Vec<Cell>,
}

/// Sources by endings, with a last row for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composition {
    pub columns: Vec<&'static str>,
    pub rows: Vec<Row>,
    pub all: Row,
}

/// The composition in the three endings of a clean-up.
pub fn by_ending(closed: &[(Source, Outcome)]) -> Composition {
    let endings = Ending::ALL.map(|ending| (ending, ending.label()));
    compose(closed, &endings, Ending::of)
}

/// The composition in every outcome that occurs.
pub fn by_outcome(closed: &[(Source, Outcome)]) -> Composition {
    let occurs = |wanted| closed.iter().any(|&(_, outcome)| outcome == wanted);
    let outcomes = Outcome::ALL.iter().copied().filter(|&outcome| occurs(outcome));
    let columns: Vec<_> = outcomes.map(|outcome| (outcome, outcome.label())).collect();
    compose(closed, &columns, |outcome| outcome)
}

fn compose<C: PartialEq>(
    closed: &[(Source, Outcome)],
    columns: &[(C, &'static str)],
    column: impl Fn(Outcome) -> C,
) -> Composition {
    let row = |label, wanted: &dyn Fn(Source) -> bool| {
        let count = |key: &C| {
            let found =
                closed.iter().filter(|&&(source, end)| wanted(source) && column(end) == *key);
            u32::try_from(found.count()).unwrap_or(u32::MAX)
        };
        let parts: Vec<u32> = columns.iter().map(|(key, _)| count(key)).collect();
        Row::of(label, &parts)
    };
    let occurs = |wanted: &Source| closed.iter().any(|(source, _)| source == wanted);
    let sources = Source::ALL.iter().copied().filter(occurs);
    Composition {
        columns: columns.iter().map(|&(_, label)| label).collect(),
        rows: sources.map(|one| row(one.label(), &|source| source == one)).collect(),
        all: row("合计", &|_| true),
    }
}

impl Row {
    fn of(label: &'static str, parts: &[u32]) -> Self {
        let total = parts.iter().sum();
        let cells = parts.iter().zip(shares(parts)).map(|(&part, share)| Cell {
            fraction: Fraction::new(part, total),
            percent: (total > 0).then_some(share),
        });
        Self { label, total, cells: cells.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The clean-up of 40 cases, by source: written, terminated, led into litigation.
    fn clean_up() -> Vec<(Source, Outcome)> {
        let counts = [
            (Source::SelfIdentified, [8, 16, 1]),
            (Source::ProvincePlc, [3, 5, 1]),
            (Source::CityPlc, [4, 2, 0]),
        ];
        let outcomes = [Outcome::SettledWritten, Outcome::Terminated, Outcome::RoutedToLitigation];
        let mut closed = Vec::new();
        for (source, counts) in counts {
            for (outcome, count) in outcomes.into_iter().zip(counts) {
                closed.extend(vec![(source, outcome); count]);
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
        let table = by_ending(&clean_up());
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

    fn one_of_each() -> Vec<(Source, Outcome)> {
        Outcome::ALL.iter().map(|&outcome| (Source::Window, outcome)).collect()
    }

    #[test]
    fn the_table_of_all_outcomes_leaves_none_out() {
        let closed = one_of_each();
        let table = by_outcome(&closed);
        let labels: Vec<_> = Outcome::ALL.iter().map(|outcome| outcome.label()).collect();
        assert_eq!(table.columns, labels);
        let table = by_outcome(&clean_up());
        assert_eq!(table.columns, ["书面息诉", "终结", "导入诉讼"]);
    }

    #[test]
    fn the_parts_of_each_row_add_up_to_its_total_and_to_one_hundred() {
        let closed = one_of_each();
        for table in [by_ending(&closed), by_outcome(&closed), by_ending(&clean_up())] {
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
        assert_eq!(line(&by_ending(&[]).all), "合计 | 0 | — | — | —");
    }
}
