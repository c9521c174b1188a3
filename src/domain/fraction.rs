//! Numerators over denominators, compared exactly and printed half-up; no floating point.

use std::{cmp::Ordering, fmt};

use serde::{Deserialize, Serialize};

/// What is printed for a fraction without a base.
pub const NO_BASE: &str = "—";

/// `n/d`, always printed beside its percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fraction {
    pub numerator: u32,
    pub denominator: u32,
}

impl Fraction {
    pub fn new(numerator: u32, denominator: u32) -> Self {
        Self { numerator, denominator }
    }

    /// Rounded half-up to one decimal; none without a base.
    pub fn percent(self) -> Option<Percent> {
        let (n, d) = (u128::from(self.numerator), u128::from(self.denominator));
        let tenths = (n * 2000 + d).checked_div(d * 2)?;
        Some(Percent { tenths: u64::try_from(tenths).unwrap_or(u64::MAX) })
    }

    /// 「66.7%」, or 「—」 without a base.
    pub fn printed(self) -> String {
        self.percent().map_or_else(|| NO_BASE.to_owned(), |percent| percent.to_string())
    }

    /// Compares the exact values by cross-multiplying, never the rounded percentages. Both
    /// must have a base: without one there is no value to compare.
    pub fn compare_value(self, other: Self) -> Ordering {
        let left = u64::from(self.numerator) * u64::from(other.denominator);
        let right = u64::from(other.numerator) * u64::from(self.denominator);
        left.cmp(&right)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// A percentage with one decimal, kept as tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Percent {
    tenths: u64,
}

impl Percent {
    pub fn tenths(self) -> u64 {
        self.tenths
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}%", self.tenths / 10, self.tenths % 10)
    }
}

/// The parts of one whole as percentages that print as exactly 100.0 together: each is cut
/// off after one decimal and the missing tenths go to the largest remainders, the earlier
/// part first among equals. All are 0.0 when there is no whole.
pub fn shares(parts: &[u32]) -> Vec<Percent> {
    let whole: u64 = parts.iter().copied().map(u64::from).sum();
    if whole == 0 {
        return vec![Percent::default(); parts.len()];
    }
    let mut cut: Vec<(usize, u64, u64)> = parts
        .iter()
        .enumerate()
        .map(|(place, &part)| {
            let thousandfold = u64::from(part) * 1000;
            (place, thousandfold / whole, thousandfold % whole)
        })
        .collect();
    let missing = 1000 - cut.iter().map(|&(_, tenths, _)| tenths).sum::<u64>();
    cut.sort_by(|left, right| right.2.cmp(&left.2).then(left.0.cmp(&right.0)));
    for ((_, tenths, _), _) in cut.iter_mut().zip(0..missing) {
        *tenths += 1;
    }
    cut.sort_by_key(|&(place, _, _)| place);
    cut.into_iter().map(|(_, tenths, _)| Percent { tenths }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_agree_with_every_figure_of_the_source_documents() {
        for (n, d, printed) in [
            (15, 40, "37.5%"),
            (23, 40, "57.5%"),
            (2, 40, "5.0%"),
            (3, 9, "33.3%"),
            (5, 9, "55.6%"),
            (1, 9, "11.1%"),
            (4, 6, "66.7%"),
            (2, 6, "33.3%"),
            (8, 25, "32.0%"),
            (16, 25, "64.0%"),
            (1, 25, "4.0%"),
            (52, 69, "75.4%"),
            (15, 69, "21.7%"),
            (2, 69, "2.9%"),
            (8, 12, "66.7%"),
            (4, 5, "80.0%"),
            (18, 31, "58.1%"),
            (20, 31, "64.5%"),
        ] {
            assert_eq!(Fraction::new(n, d).printed(), printed, "{n}/{d}");
        }
    }

    #[test]
    fn a_half_is_rounded_up_and_the_ends_are_whole() {
        for (n, d, printed) in [
            (1, 2000, "0.1%"),
            (1, 2001, "0.0%"),
            (3, 2000, "0.2%"),
            (1, 16, "6.3%"),
            (0, 3, "0.0%"),
            (3, 3, "100.0%"),
            (1999, 2000, "100.0%"),
            (0, 0, "—"),
            (u32::MAX, u32::MAX, "100.0%"),
        ] {
            assert_eq!(Fraction::new(n, d).printed(), printed, "{n}/{d}");
        }
    }

    #[test]
    fn values_are_compared_exactly() {
        let close = (Fraction::new(667, 1000), Fraction::new(2, 3));
        assert_eq!(close.0.printed(), close.1.printed());
        assert_eq!(close.0.compare_value(close.1), Ordering::Greater);
        assert_eq!(Fraction::new(2, 4).compare_value(Fraction::new(3, 6)), Ordering::Equal);
        let huge = Fraction::new(u32::MAX, u32::MAX - 1);
        assert_eq!(huge.compare_value(Fraction::new(1, 1)), Ordering::Greater);
    }

    #[test]
    fn the_parts_of_a_whole_print_as_one_hundred() {
        for (parts, printed) in [
            (vec![3, 5, 1], vec!["33.3%", "55.6%", "11.1%"]),
            (vec![52, 15, 2], vec!["75.4%", "21.7%", "2.9%"]),
            (vec![1, 1, 1], vec!["33.4%", "33.3%", "33.3%"]),
            (vec![0, 1, 0, 2], vec!["0.0%", "33.3%", "0.0%", "66.7%"]),
            (vec![1, 1, 1, 1, 1, 1], vec!["16.7%", "16.7%", "16.7%", "16.7%", "16.6%", "16.6%"]),
            (vec![0, 0], vec!["0.0%", "0.0%"]),
        ] {
            let shares = shares(&parts);
            let texts: Vec<_> = shares.iter().map(ToString::to_string).collect();
            assert_eq!(texts, printed, "{parts:?}");
            if parts.iter().sum::<u32>() > 0 {
                assert_eq!(shares.iter().map(|share| share.tenths()).sum::<u64>(), 1000);
            }
        }
    }
}
