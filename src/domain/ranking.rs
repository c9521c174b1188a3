//! The order of units by one indicator (位次): separately by each, never by a weighted total.

use std::cmp::Reverse;
use std::fmt;

use super::fraction::Fraction;
use super::ids::UnitId;

/// The foot note of every ranking table.
pub const FOOT_NOTE: &str = "并列的位次相同，其后顺延。来访数量、越级访数量只作通报，不排位。";

/// The smallest base that is ranked, unless the method says otherwise.
pub const SMALLEST_BASE: u32 = 5;

/// Where a unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// 位次, from 1. Units with an equal fraction share it.
    Rank(u32),
    /// The value is shown and not ranked; no praise or criticism may rest on it.
    SmallBase { least: u32 },
    /// Nothing to count.
    NoBase,
}

impl Place {
    pub fn rank(self) -> Option<u32> {
        match self {
            Self::Rank(rank) => Some(rank),
            Self::SmallBase { .. } | Self::NoBase => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rank(rank) => rank.fmt(f),
            Self::SmallBase { least } => write!(f, "基数小不排名（不足{least}件）"),
            Self::NoBase => f.write_str("无此类事项"),
        }
    }
}

/// How a rank differs from the one in the previous issue (较上期).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Movement {
    Up(u32),
    Down(u32),
    Same,
    /// Ranked now and not in the previous issue.
    New,
}

impl fmt::Display for Movement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up(places) => write!(f, "↑{places}"),
            Self::Down(places) => write!(f, "↓{places}"),
            Self::Same => f.write_str("—"),
            Self::New => f.write_str("新"),
        }
    }
}

/// A line of a ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub unit: UnitId,
    pub fraction: Fraction,
    pub place: Place,
    /// None for a unit without a rank, and in the first issue of a series.
    pub movement: Option<Movement>,
}

/// Ranks units that may be compared with each other, given in their fixed order, by the
/// exact fraction; higher is better. Equal fractions share a rank and the next ranks are
/// skipped; among them the larger denominator stands first, then the fixed order. Below
/// the line follow small bases and then units without a base, both in the fixed order, so
/// that the place on the page says nothing about them.
pub fn rank(units: &[(UnitId, Fraction)], least: u32, previous: &[Row]) -> Vec<Row> {
    let mut ranked: Vec<(UnitId, Fraction)> = Vec::new();
    let (mut small, mut none) = (Vec::new(), Vec::new());
    for &(unit, fraction) in units {
        let row = |place| Row { unit, fraction, place, movement: None };
        match fraction.denominator {
            0 => none.push(row(Place::NoBase)),
            base if base < least => small.push(row(Place::SmallBase { least })),
            _ => ranked.push((unit, fraction)),
        }
    }
    ranked.sort_by(|(_, left), (_, right)| {
        let larger_base = Reverse(left.denominator).cmp(&Reverse(right.denominator));
        right.compare_value(*left).then(larger_base)
    });
    let mut rows = number(&ranked, previous);
    rows.append(&mut small);
    rows.append(&mut none);
    rows
}

fn number(sorted: &[(UnitId, Fraction)], previous: &[Row]) -> Vec<Row> {
    let mut shared: Option<(u32, Fraction)> = None;
    (1..)
        .zip(sorted)
        .map(|(position, &(unit, fraction))| {
            let rank = match shared {
                Some((rank, above)) if above.compare_value(fraction).is_eq() => rank,
                Some(_) | None => position,
            };
            shared = Some((rank, fraction));
            let movement = movement(unit, rank, previous);
            Row { unit, fraction, place: Place::Rank(rank), movement }
        })
        .collect()
}

fn movement(unit: UnitId, rank: u32, previous: &[Row]) -> Option<Movement> {
    if previous.is_empty() {
        return None;
    }
    let before = previous.iter().find(|row| row.unit == unit).and_then(|row| row.place.rank());
    Some(match before {
        None => Movement::New,
        Some(before) if before > rank => Movement::Up(before - rank),
        Some(before) if before < rank => Movement::Down(rank - before),
        Some(_) => Movement::Same,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(fractions: &[(u32, u32)]) -> Vec<(UnitId, Fraction)> {
        (1..).map(UnitId).zip(fractions.iter().map(|&(n, d)| Fraction::new(n, d))).collect()
    }

    /// "unit:place" in the order of the table.
    fn table(fractions: &[(u32, u32)]) -> String {
        let rows = rank(&units(fractions), SMALLEST_BASE, &[]);
        let lines: Vec<_> = rows.iter().map(|row| format!("{}:{}", row.unit, row.place)).collect();
        lines.join(" ")
    }

    #[test]
    fn equal_fractions_share_a_rank_and_the_next_ones_are_skipped() {
        for (fractions, expected) in [
            (&[(9, 10), (5, 10), (8, 10), (8, 10)][..], "1:1 3:2 4:2 2:4"),
            (&[(6, 6), (8, 8), (7, 8)], "2:1 1:1 3:3"),
            (&[(5, 5), (5, 5), (5, 5)], "1:1 2:1 3:1"),
            // Both print as 66.7%, and they are not equal.
            (&[(20, 30), (667, 1000)], "2:1 1:2"),
            // Both print as 50.0% and are equal as fractions: the larger base stands first.
            (&[(3, 6), (6, 12), (4, 8)], "2:1 3:1 1:1"),
            (&[(0, 9), (0, 5)], "1:1 2:1"),
            (&[], ""),
        ] {
            assert_eq!(table(fractions), expected, "{fractions:?}");
        }
    }

    #[test]
    fn a_small_base_is_shown_below_the_line_and_no_base_last() {
        assert_eq!(
            table(&[(0, 0), (2, 3), (1, 5), (4, 4), (5, 5)]),
            "5:1 3:2 2:基数小不排名（不足5件） 4:基数小不排名（不足5件） 1:无此类事项"
        );
        let lower = rank(&units(&[(2, 3), (1, 2)]), 3, &[]);
        assert_eq!(lower[0].place, Place::Rank(1));
        assert_eq!(lower[1].place.to_string(), "基数小不排名（不足3件）");
    }

    #[test]
    fn movement_is_counted_in_places_against_the_previous_issue() {
        let before = rank(&units(&[(9, 10), (8, 10), (7, 10), (1, 2)]), SMALLEST_BASE, &[]);
        assert!(before.iter().all(|row| row.movement.is_none()));
        let now =
            rank(&units(&[(6, 10), (8, 10), (9, 10), (5, 10), (1, 1)]), SMALLEST_BASE, &before);
        let moved: Vec<_> = now
            .iter()
            .map(|row| (row.unit.0, row.movement.map(|movement| movement.to_string())))
            .collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            moved,
            [(3, text("↑2")), (2, text("—")), (1, text("↓2")), (4, text("新")), (5, None)]
        );
    }
}
