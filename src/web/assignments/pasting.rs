//! The paste box: one number a line, and what is wrong with any of them.

use crate::domain::assignment::waits;
use crate::domain::petition_case::PetitionCase;
use crate::web::form::Problems;

/// The name of the box.
const FIELD: &str = "pasted";
const LONGEST: usize = 4000;
/// How much of a line that is no number is said again.
const QUOTED: usize = 24;

/// A line that says something: where it stands, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub place: usize,
    pub text: String,
}

/// The lines of the box.
pub fn lines(pasted: &str) -> Vec<Line> {
    let lines = (1..).zip(pasted.lines());
    let lines = lines.map(|(place, text)| Line { place, text: text.trim().to_uppercase() });
    // Of more lines than letters that are taken, the box is told to be too long.
    lines.filter(|line| !line.text.is_empty()).take(LONGEST).collect()
}

/// The faults of all lines at once, each with its place and its remedy. The cases are those that
/// were found by the numbers of the lines.
pub fn faults(pasted: &str, lines: &[Line], cases: &[PetitionCase]) -> Problems {
    let mut problems = Problems::default();
    problems.within(FIELD, pasted, LONGEST);
    if !problems.is_empty() {
        return problems;
    }
    for line in lines {
        if let Some(fault) = fault(line, cases) {
            problems.add(FIELD, fault);
        }
    }
    problems
}

fn fault(line: &Line, cases: &[PetitionCase]) -> Option<String> {
    let Line { place, text } = line;
    if !is_case_number(text) {
        let text: String = text.chars().take(QUOTED).collect();
        let remedy = "请改成XF、四位年份、短横、五位数字，如“XF2026-00128”";
        return Some(format!("第{place}行“{text}”不是有效编号，{remedy}"));
    }
    let Some(case) = cases.iter().find(|case| case.number == *text) else {
        return Some(format!("第{place}行{text}没有找到，请核对编号"));
    };
    waits(case).err().map(|refusal| format!("第{place}行{refusal}，请删去这一行"))
}

/// `XF2026-00128`.
fn is_case_number(text: &str) -> bool {
    text.strip_prefix("XF").and_then(|rest| rest.split_once('-')).is_some_and(|(year, running)| {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        year.len() == 4 && running.len() >= 5 && digits(year) && digits(running)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_place_and_loses_its_blanks() {
        let place = |place, text: &str| Line { place, text: text.to_owned() };
        assert_eq!(
            lines(" xf2026-00131\n\nXF2026-0128 "),
            [place(1, "XF2026-00131"), place(3, "XF2026-0128")]
        );
    }
}
