//! What the file of a case already says for each section of the report.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::Sections;
use crate::domain::calendar::day_of;
use crate::domain::ledger::Place;

/// Where the case came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub label: &'static str,
    pub number: String,
    pub assigned_at: DateTime<Utc>,
}

/// Someone who answers for the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub place: Place,
    pub name: String,
    pub post_title: String,
    pub phone: String,
}

/// One review of a court case (评查).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    pub court_case: String,
    /// 一类, 二类, 三类.
    pub grade: i32,
    pub note: String,
}

/// Something that was done: a talk or a line of progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub at: DateTime<Utc>,
    pub what: &'static str,
    pub text: String,
    pub next: String,
}

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    pub number: String,
    pub unit: String,
    pub petitioners: Vec<String>,
    pub source: Option<Source>,
    pub court_cases: Vec<String>,
    pub grounds: String,
    pub requests: Vec<String>,
    pub team: Vec<Named>,
    pub reviews: Vec<Reviewed>,
    pub plan: String,
    /// Oldest first.
    pub done: Vec<Done>,
}

/// A draft of the eight sections. What the file doesn't say stays empty, for a person to write.
pub fn draft(known: &Known) -> Sections {
    let last = known.done.last();
    [
        facts(known),
        numbered(&known.requests),
        lines(known.team.iter().map(member)),
        lines(known.reviews.iter().map(review)),
        known.plan.clone(),
        lines(
            known.done.iter().map(|done| format!("{}，{}：{}", day(done.at), done.what, done.text)),
        ),
        last.map(|done| format!("截至{}：{}", day(done.at), done.text)).unwrap_or_default(),
        known
            .done
            .iter()
            .rev()
            .map(|done| done.next.clone())
            .find(|next| !next.is_empty())
            .unwrap_or_default(),
    ]
}

fn facts(known: &Known) -> String {
    let who = match known.petitioners.join("、") {
        names if names.is_empty() => String::new(),
        names => format!("信访人{names}，"),
    };
    let source = known.source.as_ref().map(|source| {
        let (label, number) = (source.label, bracketed(&source.number));
        let on = full_day(day_of(source.assigned_at));
        format!("{label}{number}，{on}交办{}。", known.unit)
    });
    let court_cases = match known.court_cases.join("、") {
        numbers if numbers.is_empty() => String::new(),
        numbers => format!("原审案号{numbers}。"),
    };
    [
        who,
        format!("信访编号{}。", known.number),
        source.unwrap_or_default(),
        court_cases,
        prefixed("反映事项：", &known.grounds),
    ]
    .concat()
}

fn numbered(requests: &[String]) -> String {
    lines(requests.iter().enumerate().map(|(nth, request)| format!("{}. {request}", nth + 1)))
}

fn member(named: &Named) -> String {
    let post = prefixed("，", &named.post_title);
    let phone = prefixed("，电话", &named.phone);
    format!("{}：{}{post}{phone}。", named.place.label(), named.name)
}

fn prefixed(prefix: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{prefix}{text}") }
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

fn bracketed(number: &str) -> String {
    if number.is_empty() { String::new() } else { format!("（{number}）") }
}

fn lines(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join("\n")
}

fn day(at: DateTime<Utc>) -> String {
    let day = day_of(at);
    format!("{}月{}日", day.month(), day.day())
}

fn full_day(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::handling::sample::at;

    #[test]
    fn the_file_fills_what_it_knows_and_nothing_else() {
        let empty = draft(&Known { number: "XF2026-00128".to_owned(), ..Known::default() });
        assert_eq!(empty[0], "信访编号XF2026-00128。");
        assert!(empty[1..].iter().all(String::is_empty));
    }

    #[test]
    fn each_section_is_drawn_from_its_place_in_the_file() {
        let done = |when: &str, what, text: &str, next: &str| Done {
            at: at(when),
            what,
            text: text.to_owned(),
            next: next.to_owned(),
        };
        let known = Known {
            number: "XF2026-00128".to_owned(),
            unit: "东湖法院".to_owned(),
            petitioners: vec!["张某".to_owned(), "李某某".to_owned()],
            source: Some(Source {
                label: "省院交办",
                number: "豫督〔2026〕8号".to_owned(),
                assigned_at: at("06-09 17:05"),
            }),
            court_cases: vec!["（2023）某0110执1187号".to_owned()],
            grounds: "执行案款未足额发放".to_owned(),
            requests: vec!["案款足额发放".to_owned(), "说明扣划依据".to_owned()],
            team: vec![Named {
                place: Place::Leader,
                name: "王某某".to_owned(),
                post_title: "副院长".to_owned(),
                phone: "0000-1000012".to_owned(),
            }],
            reviews: vec![Reviewed {
                court_case: "（2023）某0110执1187号".to_owned(),
                grade: 2,
                note: "扣划未附明细".to_owned(),
            }],
            plan: "先发放首笔案款".to_owned(),
            done: vec![
                done("06-11 15:00", "包案领导约见", "固定诉求三项", "核对分配表"),
                done("06-14 16:20", "电话联系", "首笔已入专户", ""),
            ],
        };
        assert_eq!(
            draft(&known),
            [
                "信访人张某、李某某，信访编号XF2026-00128。省院交办（豫督〔2026〕8号），2026年6月9日交办东湖法院。\
                 原审案号（2023）某0110执1187号。反映事项：执行案款未足额发放",
                "1. 案款足额发放\n2. 说明扣划依据",
                "包案领导：王某某，副院长，电话0000-1000012。",
                "（2023）某0110执1187号：评查等次二类。扣划未附明细。",
                "先发放首笔案款",
                "6月11日，包案领导约见：固定诉求三项\n6月14日，电话联系：首笔已入专户",
                "截至6月14日：首笔已入专户",
                "核对分配表",
            ]
        );
    }
}
