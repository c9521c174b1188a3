//! Figures for the command line: a table whose columns line up, or JSON for other programs.

use serde_json::{Value, json};

use crate::domain::fraction::{Fraction, Percent};
use crate::domain::summary::Summary;

/// The summary as an aligned table, then its rates and grades.
pub fn table(summary: &Summary) -> String {
    let composition = &summary.composition;
    let head = [summary.by.label(), "件数"].into_iter().chain(composition.columns.iter().copied());
    let mut lines: Vec<Vec<String>> = vec![head.map(str::to_owned).collect()];
    for row in composition.rows.iter().chain([&composition.all]) {
        let cells = row.cells.iter().map(ToString::to_string);
        lines.push([row.label.clone(), row.total.to_string()].into_iter().chain(cells).collect());
    }
    let rates = summary.rates.iter().map(|rate| {
        let base = format!("（{}）", rate.base);
        vec![format!("{} {}{base}", rate.id, rate.label), printed(rate.fraction)]
    });
    let reviews = &summary.reviews;
    let grades = reviews.grades.iter().map(|grade| {
        let percent = grade.percent.map_or_else(|| grade.fraction.printed(), |it| it.to_string());
        vec![format!("I17 评查等次{}", grade.label), format!("{} {percent}", grade.fraction)]
    });
    let accountability = vec!["追责".to_owned(), printed(reviews.accountability)];
    let below: Vec<_> = rates.chain(grades).chain([accountability]).collect();
    format!("{}\n{}", aligned(&lines), aligned(&below))
}

fn printed(fraction: Fraction) -> String {
    format!("{fraction} {}", fraction.printed())
}

/// The summary as JSON: every figure with its numerator, denominator and printed percentage.
pub fn json(summary: &Summary) -> String {
    let composition = &summary.composition;
    let row = |row: &crate::domain::composition::Row| {
        let cells = composition
            .columns
            .iter()
            .zip(&row.cells)
            .map(|(label, cell)| figure(label, cell.fraction, cell.percent));
        json!({
            "code": row.code, "label": row.label, "total": row.total,
            "outcomes": cells.collect::<Vec<_>>(),
        })
    };
    let rate = |rate: &crate::domain::summary::Rate| {
        json!({
            "id": rate.id, "label": rate.label, "base": rate.base,
            "numerator": rate.fraction.numerator, "denominator": rate.fraction.denominator,
            "percentage": rate.fraction.percent().map(|percent| percent.to_string()),
        })
    };
    let reviews = &summary.reviews;
    let grade =
        |grade: &crate::domain::summary::Grade| figure(grade.label, grade.fraction, grade.percent);
    let value = json!({
        "figure": "outcomes",
        "by": summary.by.code(),
        "columns": composition.columns,
        "rows": composition.rows.iter().map(row).collect::<Vec<_>>(),
        "all": row(&composition.all),
        "rates": summary.rates.iter().map(rate).collect::<Vec<_>>(),
        "reviews": {
            "id": "I17",
            "total": reviews.total,
            "grades": reviews.grades.iter().map(grade).collect::<Vec<_>>(),
            "accountability": figure("追责", reviews.accountability, reviews.accountability.percent()),
        },
    });
    format!("{value:#}\n")
}

/// A figure without a base has no percentage: null.
fn figure(label: &str, fraction: Fraction, percent: Option<Percent>) -> Value {
    json!({
        "label": label, "numerator": fraction.numerator, "denominator": fraction.denominator,
        "percentage": percent.map(|percent| percent.to_string()),
    })
}

/// Lines whose cells stand under each other in a terminal, where a Chinese character takes two
/// columns.
fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| width(cell)).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..columns).map(widest).collect();
    let mut text = String::new();
    for line in lines {
        let padded = line.iter().zip(&widths).fold(String::new(), |mut padded, (cell, wide)| {
            padded.push_str(cell);
            padded.push_str(&" ".repeat(wide - width(cell) + 2));
            padded
        });
        text.push_str(padded.trim_end());
        text.push('\n');
    }
    text
}

/// The columns that a text takes in a terminal.
fn width(text: &str) -> usize {
    text.chars().map(|character| if is_wide(character) { 2 } else { 1 }).sum()
}

/// Chinese characters and full-width forms (Unicode's East Asian Width W and F, as far as the
/// courts' words need).
const fn is_wide(character: char) -> bool {
    matches!(character,
        '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{303E}' | '\u{3041}'..='\u{A4CF}'
        | '\u{AC00}'..='\u{D7A3}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}'
        | '\u{FF00}'..='\u{FF60}' | '\u{FFE0}'..='\u{FFE6}' | '\u{20000}'..='\u{3FFFD}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::composition::{by_ending, sources};
    use crate::domain::outcome::Outcome;
    use crate::domain::source::Source;
    use crate::domain::summary::{By, Reviews, rates};

    fn summary() -> Summary {
        let closed = [
            (Some(Source::ProvincePlc), Outcome::SettledWritten),
            (Some(Source::ProvincePlc), Outcome::Terminated),
            (Some(Source::Letter), Outcome::Terminated),
        ];
        let outcomes = closed.map(|(_, outcome)| outcome);
        Summary {
            by: By::Source,
            composition: by_ending(&sources(), &closed),
            rates: rates(&outcomes, None),
            reviews: Reviews::of([2, 1, 0], 1),
        }
    }

    #[test]
    fn the_columns_of_the_table_line_up() {
        let text = table(&summary());
        let expected = "\
案件来源        件数  书面保证息诉罢访  省法院批准终结  其他方式办结
省委政法委交办  2     1 (50.0%)         1 (50.0%)       0 (0.0%)
来信            1     0 (0.0%)          1 (100.0%)      0 (0.0%)
合计            3     1 (33.3%)         2 (66.7%)       0 (0.0%)

I08a 息诉率（已办结案件）                  1/3 33.3%
I08b 依法退出率（已办结案件）              2/3 66.7%
I08c 化解率（含终结、核销）（已办结案件）  3/3 100.0%
I17 评查等次一类                           2/3 66.7%
I17 评查等次二类                           1/3 33.3%
I17 评查等次三类                           0/3 0.0%
追责                                       1/3 33.3%
";
        assert_eq!(text, expected);
    }

    #[test]
    fn each_figure_of_the_json_has_numerator_denominator_and_percentage() {
        let value: Value = serde_json::from_str(&json(&summary())).unwrap();
        assert_eq!(value["rows"][0]["code"], "province_plc");
        let expected = json!({
            "label": "书面保证息诉罢访", "numerator": 1, "denominator": 2, "percentage": "50.0%",
        });
        assert_eq!(value["rows"][0]["outcomes"][0], expected);
        assert_eq!(value["all"]["total"], 3);
        assert_eq!(value["rates"][1]["id"], "I08b");
        assert_eq!(value["rates"][1]["percentage"], "66.7%");
        assert_eq!(value["reviews"]["grades"][0]["numerator"], 2);
        let empty = Summary {
            composition: by_ending(&sources(), &[]),
            rates: rates(&[], None),
            reviews: Reviews::of([0; 3], 0),
            ..summary()
        };
        let value: Value = serde_json::from_str(&json(&empty)).unwrap();
        assert_eq!(value["all"]["outcomes"][0]["percentage"], Value::Null);
    }
}
