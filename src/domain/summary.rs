//! What the outcomes of a set of petition cases come to (figures outcomes): the composition, the
//! settlement rates beside it, and the grades of the quality review (评查等次).

use super::composition::{Composition, Ending};
use super::fraction::{Fraction, Percent, shares};
use super::outcome::Outcome;

/// How the rows of the composition are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Source,
    Court,
}

impl By {
    /// Every grouping, in the order in which people are shown them.
    pub const ALL: [Self; 2] = [Self::Source, Self::Court];

    /// As in addresses and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Court => "court",
        }
    }

    /// What a row is.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Source => "案件来源",
            Self::Court => "责任单位",
        }
    }
}

/// Which closed cases a figure counts: all of them, those of an ending, or a rate's numerator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    All,
    Ending(Ending),
    Rate(&'static str),
}

impl Part {
    /// The part with this code; all for anything else.
    pub fn from_code(code: &str) -> Self {
        let ending = Ending::ALL.into_iter().find(|ending| ending.code() == code);
        let rate = ["I08a", "I08b", "I08c"].into_iter().find(|rate| *rate == code);
        ending.map(Self::Ending).or(rate.map(Self::Rate)).unwrap_or(Self::All)
    }

    /// Whether it counts a case that ended so.
    pub fn counts(self, outcome: Outcome) -> bool {
        match self {
            Self::All => true,
            Self::Ending(ending) => Ending::of(outcome) == ending,
            Self::Rate("I08a") => outcome.is_settled(),
            Self::Rate("I08b") => outcome.is_formally_ended(),
            Self::Rate(_) => outcome.is_resolved(),
        }
    }

    /// As shown to people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::All => "已办结案件",
            Self::Ending(ending) => ending.label(),
            Self::Rate(rate) => match rate.as_bytes() {
                b"I08a" => "息诉",
                b"I08b" => "依法退出",
                _ => "化解（含终结、核销）",
            },
        }
    }
}

/// Which reviews a figure counts: those of a grade, or those whose judges were held to account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reviewed {
    First,
    Second,
    Third,
    Accountability,
}

impl Reviewed {
    pub const ALL: [Self; 4] = [Self::First, Self::Second, Self::Third, Self::Accountability];

    /// As in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::First => "grade1",
            Self::Second => "grade2",
            Self::Third => "grade3",
            Self::Accountability => "accountability",
        }
    }

    /// The one with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// As shown to people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::First => "一类",
            Self::Second => "二类",
            Self::Third => "三类",
            Self::Accountability => "追责",
        }
    }

    /// The grade that it asks for.
    pub const fn grade(self) -> Option<i32> {
        match self {
            Self::First => Some(1),
            Self::Second => Some(2),
            Self::Third => Some(3),
            Self::Accountability => None,
        }
    }
}

/// A rate with the names of its numerator and its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub id: &'static str,
    pub label: &'static str,
    pub base: &'static str,
    pub fraction: Fraction,
}

/// A part of the reviewed court cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grade {
    pub of: Reviewed,
    pub label: &'static str,
    pub fraction: Fraction,
    /// None when nothing was reviewed.
    pub percent: Option<Percent>,
}

/// The quality reviews (I17): court cases are counted, not petition cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviews {
    pub total: u32,
    /// 一类, 二类, 三类; they add up to the total.
    pub grades: Vec<Grade>,
    /// 追责
    pub accountability: Fraction,
}

/// Everything that is printed about the outcomes of a set of cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub by: By,
    pub composition: Composition,
    pub rates: Vec<Rate>,
    pub reviews: Reviews,
}

/// The rates over the cases of a cohort, closed or not; without one, over the closed cases. They
/// stand side by side and are never added.
pub fn rates(closed: &[Outcome], cohort: Option<u32>) -> Vec<Rate> {
    let count = |counts: fn(Outcome) -> bool| {
        let found = closed.iter().filter(|&&outcome| counts(outcome)).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    let all = count(|_| true);
    let (base, denominator) = match cohort {
        Some(cases) => ("本批案件", cases),
        None => ("已办结案件", all),
    };
    let rate = |id, label, numerator| Rate {
        id,
        label,
        base,
        fraction: Fraction::new(numerator, denominator),
    };
    let closing = cohort.map(|_| rate("I06", "办结率", all));
    closing
        .into_iter()
        .chain([
            rate("I08a", "息诉率", count(Outcome::is_settled)),
            rate("I08b", "依法退出率", count(Outcome::is_formally_ended)),
            rate("I08c", "化解率（含终结、核销）", count(Outcome::is_resolved)),
        ])
        .collect()
}

impl Reviews {
    /// From the number of court cases of each grade, and of those whose judges were held to
    /// account.
    pub fn of(grades: [u32; 3], accountability: u32) -> Self {
        let total = grades.iter().sum();
        let parts = Reviewed::ALL.into_iter().zip(grades).zip(shares(&grades));
        let grades = parts.map(|((of, count), share)| Grade {
            of,
            label: of.label(),
            fraction: Fraction::new(count, total),
            percent: (total > 0).then_some(share),
        });
        let grades = grades.collect();
        Self { total, grades, accountability: Fraction::new(accountability, total) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(rates: &[Rate]) -> Vec<String> {
        let line = |rate: &Rate| {
            format!("{} {} {} {}", rate.id, rate.base, rate.fraction, rate.fraction.printed())
        };
        rates.iter().map(line).collect()
    }

    #[test]
    fn the_clean_up_of_forty_cases_gives_its_published_rates_and_grades() {
        let counts = [
            (Outcome::SettledWritten, 15),
            (Outcome::Terminated, 23),
            (Outcome::RoutedToLitigation, 2),
        ];
        let closed: Vec<_> = counts.into_iter().flat_map(|(end, n)| vec![end; n]).collect();
        assert_eq!(
            printed(&rates(&closed, Some(40))),
            [
                "I06 本批案件 40/40 100.0%",
                "I08a 本批案件 15/40 37.5%",
                "I08b 本批案件 23/40 57.5%",
                "I08c 本批案件 38/40 95.0%",
            ]
        );
        let reviews = Reviews::of([52, 15, 2], 2);
        let grades: Vec<_> = reviews
            .grades
            .iter()
            .map(|one| format!("{} {} {}", one.label, one.fraction, one.percent.unwrap()))
            .collect();
        assert_eq!(grades, ["一类 52/69 75.4%", "二类 15/69 21.7%", "三类 2/69 2.9%"]);
        assert_eq!(reviews.accountability.printed(), "2.9%");
    }

    #[test]
    fn open_cases_are_in_the_base_of_a_cohort_and_in_no_other() {
        let closed = [Outcome::SettledWritten, Outcome::SettledOralProvisional];
        assert_eq!(
            printed(&rates(&closed, None)),
            ["I08a 已办结案件 1/2 50.0%", "I08b 已办结案件 0/2 0.0%", "I08c 已办结案件 2/2 100.0%"]
        );
        assert_eq!(printed(&rates(&closed, Some(4)))[1], "I08a 本批案件 1/4 25.0%");
        let none = Reviews::of([0; 3], 0);
        assert_eq!((none.grades[0].percent, none.accountability.printed()), (None, "—".to_owned()));
    }
}
