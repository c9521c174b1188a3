//! The tables of an issue: one indicator at a time for the ranking, three rates side by side for
//! the settlements.

use super::numbers::Numbers;
use crate::domain::figure::{Bucket, Mark, Metric};
use crate::domain::fraction::{Fraction, NO_BASE};
use crate::domain::period::Period;
use crate::domain::ranking::{self, Movement, Place, Row};
use crate::domain::unit::Unit;
use crate::store::bulletins::{Earlier, Issue};

/// The sparkline (近6期) shows this issue and so many before it.
pub const ISSUES_BEFORE: i64 = 5;

/// The lists in which units are compared, each in a table of its own.
const GROUPS: &[(&str, &str)] = &[("base_court", "基层法院"), ("division", "中院各部门")];

/// A ranked rate over the table; the one that it is sorted by stands first.
pub struct Column {
    pub metric: Metric,
    pub current: bool,
}

impl Column {
    pub fn all(issue: &Issue, by: Metric) -> Vec<Self> {
        let ranked = issue.method.ranked.iter().copied();
        ranked.map(|metric| Self { metric, current: metric == by }).collect()
    }
}

/// A figure that opens.
pub struct Cell {
    pub href: String,
    pub fraction: Fraction,
    pub has_base: bool,
}

/// One table of units that may be compared.
pub struct RankTable {
    pub caption: String,
    pub name: &'static str,
    pub others: Vec<Metric>,
    pub rows: Vec<RankRow>,
    /// What is shown beside the figures that it ranks by; a line for each unit that has some.
    pub beside: Vec<String>,
}

/// A unit in the ranking.
pub struct RankRow {
    pub rank: String,
    pub movement: Option<Moved>,
    pub unit: String,
    /// 应包案: the base of the leader's duty, which opens with it.
    pub led: Cell,
    pub key: Cell,
    pub others: Vec<Cell>,
    pub overdue: Cell,
    pub spark: Option<Spark>,
    /// Why it has no rank.
    pub remark: Option<String>,
}

/// 较上期, as an icon, a number and a word.
pub struct Moved {
    pub css: &'static str,
    pub icon: &'static str,
    pub text: String,
    pub word: &'static str,
}

impl Moved {
    fn of(movement: Movement) -> Self {
        let (css, icon, text, word) = match movement {
            Movement::Up(places) => ("up", "rise", places.to_string(), "位上升"),
            Movement::Down(places) => ("dn", "fall", places.to_string(), "位下降"),
            Movement::Same => ("", "", NO_BASE.to_owned(), "持平"),
            Movement::New => ("", "", "新".to_owned(), "本期新列入"),
        };
        Self { css, icon, text, word }
    }
}

/// The last issues of a figure as a line; on one scale for all rows, from 0 to 100 %.
pub struct Spark {
    pub points: String,
    pub last: (String, String),
    pub label: String,
}

impl Spark {
    fn of(metric: Metric, fractions: &[Fraction]) -> Option<Self> {
        let place = |nth: usize, fraction: &Fraction| {
            let tenths = fraction.percent()?.tenths();
            let left = fractions.len() - nth - 1;
            let x = 620 - 120 * i64::try_from(left).ok()?;
            let y = 230 - i64::try_from(tenths).ok()? / 5;
            Some((tenth(x), tenth(y)))
        };
        let points: Vec<_> =
            fractions.iter().enumerate().filter_map(|(nth, one)| place(nth, one)).collect();
        let values: Vec<_> = fractions.iter().map(|fraction| fraction.printed()).collect();
        Some(Self {
            last: points.last()?.clone(),
            points: points.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" "),
            label: format!("近{}期{}：{}", values.len(), metric.label(), values.join("、")),
        })
    }
}

fn tenth(number: i64) -> String {
    format!("{}.{}", number / 10, number % 10)
}

/// One table for each list of units, ranked by a metric.
pub fn ranking(
    issue: &Issue,
    numbers: &Numbers,
    by: Metric,
    earlier: &[Earlier],
) -> Vec<RankTable> {
    let others: Vec<_> =
        issue.method.ranked.iter().copied().filter(|metric| *metric != by).collect();
    let tables = GROUPS.iter().map(|&(group, name)| {
        let units: Vec<_> = numbers
            .units
            .iter()
            .filter(|unit| unit.compared_in.as_deref() == Some(group))
            .collect();
        let rows = ranked(issue, numbers, (&units, by), earlier);
        let row = |row: &Row| {
            let unit = units.iter().copied().find(|unit| unit.id == row.unit)?;
            Some(rank_row(issue, numbers, (unit, row, by), (&others, earlier)))
        };
        RankTable {
            caption: format!("{name}{}位次", by.label()),
            name,
            others: others.clone(),
            beside: units.iter().filter_map(|unit| line_beside(numbers, unit, by)).collect(),
            rows: rows.iter().filter_map(row).collect(),
        }
    });
    tables.filter(|table| !table.rows.is_empty()).collect()
}

fn ranked(
    issue: &Issue,
    numbers: &Numbers,
    (units, by): (&[&Unit], Metric),
    earlier: &[Earlier],
) -> Vec<Row> {
    let least = issue.method.smallest_base;
    let before = issue.period().previous();
    let previous: Vec<_> = units
        .iter()
        .filter_map(|unit| {
            let found = earlier.iter().find(|one| (one.period, one.unit) == (before, unit.id))?;
            Some((unit.id, found.fraction))
        })
        .collect();
    let previous = ranking::rank(&previous, least, &[]);
    let now: Vec<_> = units.iter().map(|unit| (unit.id, numbers.fraction(by, unit.id))).collect();
    ranking::rank(&now, least, &previous)
}

fn rank_row(
    issue: &Issue,
    numbers: &Numbers,
    (unit, row, by): (&Unit, &Row, Metric),
    (others, earlier): (&[Metric], &[Earlier]),
) -> RankRow {
    let cell = |metric: Metric| {
        let fraction = numbers.fraction(metric, unit.id);
        Cell::of(issue, &unit.code, metric, fraction)
    };
    let past = earlier.iter().filter(|one| one.unit == unit.id).map(|one| one.fraction);
    let line: Vec<_> = past.chain([row.fraction]).collect();
    RankRow {
        rank: row.place.rank().map_or_else(|| NO_BASE.to_owned(), |rank| rank.to_string()),
        movement: row.movement.map(Moved::of),
        unit: unit.short_name.clone(),
        led: cell(Metric::I14),
        key: cell(by),
        others: others.iter().map(|&metric| cell(metric)).collect(),
        overdue: cell(Metric::I34),
        spark: Spark::of(by, &line),
        remark: match row.place {
            Place::Rank(_) => None,
            Place::SmallBase { .. } | Place::NoBase => Some(row.place.to_string()),
        },
    }
}

impl Cell {
    fn of(issue: &Issue, code: &str, metric: Metric, fraction: Fraction) -> Self {
        let href = format!("/bulletins/{}/figures/{code}/{}", issue.period(), metric.code());
        Self { href, fraction, has_base: fraction.denominator > 0 }
    }
}

/// The three rates of a unit; never added.
pub struct SettlementRow {
    pub unit: String,
    pub rates: Vec<Cell>,
    pub provisional: u32,
}

/// 息诉情况: three rates over one base, side by side.
pub struct SettlementTable {
    pub metrics: [Metric; 3],
    pub rows: Vec<SettlementRow>,
    pub all: Vec<Fraction>,
    pub provisional: u32,
}

pub fn settlement(issue: &Issue, numbers: &Numbers) -> SettlementTable {
    let metrics = [Metric::I08a, Metric::I08b, Metric::I08c];
    let base = |unit: &&Unit| numbers.fraction(Metric::I08a, unit.id).denominator > 0;
    // A unit that is compared with no other is named when it closed something.
    let listed: Vec<_> =
        numbers.units.iter().filter(|unit| unit.compared_in.is_some() || base(unit)).collect();
    let provisional = |unit: &&Unit| numbers.marked(Metric::I08a, unit.id, Mark::Provisional);
    let row = |unit: &&Unit| SettlementRow {
        unit: unit.short_name.clone(),
        rates: metrics
            .iter()
            .map(|&metric| Cell::of(issue, &unit.code, metric, numbers.fraction(metric, unit.id)))
            .collect(),
        provisional: provisional(unit),
    };
    let sum = |metric: Metric| {
        let fractions = listed.iter().map(|unit| numbers.fraction(metric, unit.id));
        fractions.fold(Fraction::new(0, 0), |all, one| {
            Fraction::new(all.numerator + one.numerator, all.denominator + one.denominator)
        })
    };
    SettlementTable {
        metrics,
        all: metrics.iter().map(|&metric| sum(metric)).collect(),
        provisional: listed.iter().map(provisional).sum(),
        rows: listed.iter().map(row).collect(),
    }
}

/// 「东湖法院　批准延期2/6（33.3%）」
fn line_beside(numbers: &Numbers, unit: &Unit, metric: Metric) -> Option<String> {
    let base = numbers.fraction(metric, unit.id).denominator;
    let said = beside(base, |mark| numbers.marked(metric, unit.id, mark));
    said.map(|said| format!("{}　{said}", unit.short_name))
}

/// How many of a figure's base carry each mark, where any do: 「批准延期2/6（33.3%）」.
pub fn beside(base: u32, marked: impl Fn(Mark) -> u32) -> Option<String> {
    let share = |&mark: &Mark| {
        let fraction = Fraction::new(marked(mark), base);
        let text = || format!("{}{fraction}（{}）", mark.label(), fraction.printed());
        (fraction.numerator > 0).then(text)
    };
    let shares: Vec<_> = Mark::ALL.iter().filter_map(share).collect();
    (!shares.is_empty()).then(|| shares.join("，"))
}

/// What came to light about an issue before (补录).
pub struct LateLine {
    /// 「第10期」, of another year 「2025年第26期」.
    pub issue: String,
    pub unit: String,
    pub number: String,
    pub before: &'static str,
    pub now: &'static str,
    pub reason: String,
}

impl LateLine {
    /// The late entries of one metric, as this issue prints them.
    pub fn list(issue: &Issue, numbers: &Numbers, metric: Metric) -> Vec<Self> {
        let name = |about: Period| {
            let is_of_the_year = about.year() == issue.period().year();
            let year = if is_of_the_year { String::new() } else { format!("{}年", about.year()) };
            format!("{year}{}", about.issue())
        };
        let own = numbers.late.iter().filter(|one| one.metric == metric);
        own.map(|one| Self {
            issue: name(one.about),
            unit: numbers.name(one.unit).to_owned(),
            number: one.change.number.clone(),
            before: stood(one.change.before),
            now: stood(one.change.now),
            reason: one.change.reason.clone(),
        })
        .collect()
    }
}

fn stood(bucket: Option<Bucket>) -> &'static str {
    bucket.map_or("不在其中", Bucket::label)
}

/// The unit with this code, among those of the issue.
pub fn unit_of<'a>(units: &'a [Unit], code: &str) -> Option<&'a Unit> {
    units.iter().find(|unit| unit.code == code)
}

/// The name of a unit's list of items in a bucket: 「没有按期办结的2件」.
pub fn heading(metric: Metric, bucket: Bucket, count: usize) -> String {
    let numerator = metric.numerator();
    match bucket {
        Bucket::Missing => format!("没有{numerator}的{count}件"),
        Bucket::Counted => format!("{numerator}的{count}件"),
        Bucket::Excluded => format!("不列入的{count}件"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_ends_at_the_right_and_leaves_issues_without_a_base_out() {
        let line = |fractions: &[(u32, u32)]| {
            let fractions: Vec<_> = fractions.iter().map(|&(n, d)| Fraction::new(n, d)).collect();
            Spark::of(Metric::I07, &fractions).map(|spark| (spark.points, spark.label))
        };
        for (fractions, expected) in [
            (&[(5, 5)][..], Some(("62.0,3.0", "近1期按期办结率：100.0%"))),
            (&[(0, 5), (1, 2)], Some(("50.0,23.0 62.0,13.0", "近2期按期办结率：0.0%、50.0%"))),
            (
                &[(1, 1), (0, 0), (3, 4)],
                Some(("38.0,3.0 62.0,8.0", "近3期按期办结率：100.0%、—、75.0%")),
            ),
            (&[(0, 0)], None),
        ] {
            let expected = expected.map(|(points, label)| (points.to_owned(), label.to_owned()));
            assert_eq!(line(fractions), expected, "{fractions:?}");
        }
    }

    #[test]
    fn lists_are_named_after_what_they_hold() {
        for (metric, bucket, expected) in [
            (Metric::I07, Bucket::Missing, "没有按期办结的2件"),
            (Metric::I07, Bucket::Counted, "按期办结的2件"),
            (Metric::I34, Bucket::Counted, "超期未结的2件"),
            (Metric::I14, Bucket::Excluded, "不列入的2件"),
        ] {
            assert_eq!(heading(metric, bucket, 2), expected);
        }
    }
}
