//! The page of a conflict (409): what someone else saved beside what was being written.

use askama::Template;
use chrono::NaiveDate;

use super::Standing;
use super::form::LedgerForm;
use crate::domain::calendar;
use crate::domain::handling::listed;
use crate::domain::ledger::People;
use crate::web::layout::{Frame, Shell};

#[derive(Template)]
#[template(path = "ledgers/conflict.html")]
pub struct ConflictPage {
    pub shell: Shell,
    pub number: String,
    /// Who saved what is there now.
    pub by: String,
    pub at: String,
    pub version: i32,
    pub rows: Vec<Row>,
    /// What was being written, to be sent along.
    pub mine: LedgerForm,
}

/// One field in which the two differ.
pub struct Row {
    pub label: &'static str,
    pub field: &'static str,
    pub theirs: Vec<Piece>,
    pub mine: Vec<Piece>,
    /// Both texts can be kept, one after the other.
    pub long: bool,
    pub chosen: String,
}

impl Row {
    /// What is marked at first: both texts of a long field, the other person's value of a fact.
    pub fn is_chosen(&self, choice: &str) -> bool {
        match self.chosen.as_str() {
            "" => choice == if self.long { "both" } else { "theirs" },
            chosen => choice == chosen,
        }
    }
}

/// Part of a text, and whether it is in this one alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub differs: bool,
}

impl ConflictPage {
    pub fn new(frame: &Frame, standing: &Standing, mine: LedgerForm, today: NaiveDate) -> Self {
        let theirs = standing.form();
        let now = standing.now.as_ref();
        Self {
            shell: frame.shell("内容已被他人更新"),
            number: standing.opened.case().number.clone(),
            by: now.map(|now| now.recorded_by.clone()).unwrap_or_default(),
            at: now.map(|now| calendar::format_moment(now.recorded_at, today)).unwrap_or_default(),
            version: standing.version(),
            rows: rows(&standing.people, &theirs, &mine),
            mine: LedgerForm { claims: listed(&mine.claims), ..mine },
        }
    }
}

fn rows(people: &People, theirs: &LedgerForm, mine: &LedgerForm) -> Vec<Row> {
    let chosen = &mine.choices;
    let name = |id: &str| {
        let found = people.court.iter().chain(&people.unit).find(|one| one.id.to_string() == id);
        found.map_or_else(|| "（未选）".to_owned(), |one| one.name.clone())
    };
    let claims = |form: &LedgerForm| listed(&form.claims).join("；");
    let fact = |label, field, [theirs, mine, chosen]: [&str; 3]| {
        row(label, field, [theirs, mine, chosen], false)
    };
    [
        fact(
            "包案领导",
            "leader_id",
            [&name(&theirs.leader_id), &name(&mine.leader_id), &chosen.leader_id],
        ),
        fact(
            "包案领导联系方式",
            "leader_phone",
            [&theirs.leader_phone, &mine.leader_phone, &chosen.leader_phone],
        ),
        fact(
            "责任领导",
            "chief_id",
            [&name(&theirs.chief_id), &name(&mine.chief_id), &chosen.chief_id],
        ),
        fact(
            "责任领导联系方式",
            "chief_phone",
            [&theirs.chief_phone, &mine.chief_phone, &chosen.chief_phone],
        ),
        fact(
            "责任人",
            "handler_id",
            [&name(&theirs.handler_id), &name(&mine.handler_id), &chosen.handler_id],
        ),
        fact(
            "责任人联系方式",
            "handler_phone",
            [&theirs.handler_phone, &mine.handler_phone, &chosen.handler_phone],
        ),
        row("化解方案", "plan", [theirs.plan.trim(), mine.plan.trim(), &chosen.plan], true),
        fact("诉求要点", "claims", [&claims(theirs), &claims(mine), &chosen.claims]),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn row(
    label: &'static str,
    field: &'static str,
    [theirs, mine, chosen]: [&str; 3],
    long: bool,
) -> Option<Row> {
    if theirs == mine {
        return None;
    }
    let (theirs, mine) = apart(theirs, mine);
    Some(Row { label, field, theirs, mine, long, chosen: chosen.to_owned() })
}

/// Two texts with the part marked that is not the same in both: what lies between their common
/// beginning and their common ending.
fn apart(theirs: &str, mine: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (one, other): (Vec<char>, Vec<char>) = (theirs.chars().collect(), mine.chars().collect());
    let same = |(a, b): &(&char, &char)| a == b;
    let head = one.iter().zip(&other).take_while(same).count();
    let rest = one.len().min(other.len()) - head;
    let tail = one.iter().rev().zip(other.iter().rev()).take(rest).take_while(same).count();
    (pieces(&one, head, tail), pieces(&other, head, tail))
}

fn pieces(letters: &[char], head: usize, tail: usize) -> Vec<Piece> {
    let (head, rest) = letters.split_at(head.min(letters.len()));
    let (middle, tail) = rest.split_at(rest.len() - tail.min(rest.len()));
    [(head, false), (middle, true), (tail, false)]
        .into_iter()
        .filter(|(part, _)| !part.is_empty())
        .map(|(part, differs)| Piece { text: part.iter().collect(), differs })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_lies_between_the_common_beginning_and_ending() {
        let marked = |pieces: &[Piece]| -> String {
            let mark = |piece: &Piece| {
                if piece.differs { format!("[{}]", piece.text) } else { piece.text.clone() }
            };
            pieces.iter().map(mark).collect()
        };
        for (theirs, mine, expected_theirs, expected_mine) in [
            ("评估费由法院垫付", "评估费由院里垫付", "评估费由[法院]垫付", "评估费由[院里]垫付"),
            ("先发放", "先发放首笔", "先发放", "先发放[首笔]"),
            ("", "新写", "", "[新写]"),
            ("甲甲", "甲甲甲", "甲甲", "甲甲[甲]"),
        ] {
            let (one, other) = apart(theirs, mine);
            assert_eq!(
                (marked(&one), marked(&other)),
                (expected_theirs.to_owned(), expected_mine.to_owned())
            );
        }
    }
}
