//! What the file of a case already says for each section of the close report.

use chrono::Datelike;

use super::{Section, Sections};
use crate::domain::calendar::day_of;
use crate::domain::report::{Done, Known, Reviewed};

/// A draft of the seven sections. What the file doesn't say stays empty, for a person to write.
pub fn draft(known: &Known) -> Sections {
    Sections::each(|section| match section {
        Section::Parties => sentence("信访人：", &known.petitioners),
        Section::Original => sentence("原审案件：", &known.court_cases),
        Section::Grounds => grounds(known),
        Section::Findings => lines(known.done.iter().map(done)),
        Section::Conclusion => lines(known.reviews.iter().map(review)),
        Section::Remedies | Section::SelfCheck => String::new(),
    })
}

fn sentence(lead: &str, items: &[String]) -> String {
    if items.is_empty() { String::new() } else { format!("{lead}{}。", items.join("、")) }
}

fn grounds(known: &Known) -> String {
    let requests = known.requests.iter().zip(1..).map(|(one, nth)| format!("{nth}. {one}"));
    let summary = Some(known.grounds.clone()).filter(|summary| !summary.is_empty());
    lines(summary.into_iter().chain(requests))
}

/// 「2026年6月11日，包案领导约见：固定诉求三项」
fn done(done: &Done) -> String {
    let day = day_of(done.at);
    let (year, month, day) = (day.year(), day.month(), day.day());
    format!("{year}年{month}月{day}日，{}：{}", done.what, done.text)
}

fn review(review: &Reviewed) -> String {
    let grade = match review.grade {
        1 => "一类",
        2 => "二类",
        _ => "三类",
    };
    let note = if review.note.is_empty() { String::new() } else { format!("{}。", review.note) };
    format!("{}：评查等次{grade}。{note}", review.court_case)
}

fn lines(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::handling::sample::at;

    #[test]
    fn an_empty_file_fills_nothing() {
        let sections = draft(&Known::default());
        assert!(sections.iter().all(|(_, text)| text.is_empty()));
    }

    #[test]
    fn each_section_is_drawn_from_its_place_in_the_file() {
        let known = Known {
            petitioners: vec!["张某".to_owned(), "李某某".to_owned()],
            court_cases: vec!["（2023）某0110执1187号".to_owned()],
            grounds: "执行案款未足额发放".to_owned(),
            requests: vec!["案款足额发放".to_owned(), "说明扣划依据".to_owned()],
            reviews: vec![Reviewed {
                court_case: "（2023）某0110执1187号".to_owned(),
                grade: 2,
                note: "扣划未附明细".to_owned(),
            }],
            done: vec![Done {
                at: at("06-11 15:00"),
                what: "包案领导约见",
                text: "固定诉求三项".to_owned(),
                next: String::new(),
            }],
            ..Known::default()
        };
        let sections = draft(&known);
        let table = [
            (Section::Parties, "信访人：张某、李某某。"),
            (Section::Original, "原审案件：（2023）某0110执1187号。"),
            (Section::Remedies, ""),
            (Section::Grounds, "执行案款未足额发放\n1. 案款足额发放\n2. 说明扣划依据"),
            (Section::Findings, "2026年6月11日，包案领导约见：固定诉求三项"),
            (Section::SelfCheck, ""),
            (Section::Conclusion, "（2023）某0110执1187号：评查等次二类。扣划未附明细。"),
        ];
        for (section, expected) in table {
            assert_eq!(sections.of(section), expected, "{section:?}");
        }
    }
}
