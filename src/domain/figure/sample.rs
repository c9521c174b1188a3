//! Facts that the tests start from: fortnight 2026-W24, cut off at 24:00 of 14 June.

use super::*;

/// "06-13 10:00" of 2026 in Shanghai.
pub fn moment(text: &str) -> DateTime<Utc> {
    let text = format!("2026-{}:00+08:00", text.replace(' ', "T"));
    DateTime::parse_from_rfc3339(&text).unwrap().to_utc()
}

/// 24:00 of a day "06-13" of 2026.
pub fn due(day: &str) -> DateTime<Utc> {
    moment(&format!("{day} 00:00")) + chrono::TimeDelta::days(1)
}

pub fn stamp(at: &str) -> Stamp {
    Stamp::at_once(moment(at))
}

pub fn recorded(at: &str, recorded_at: &str) -> Stamp {
    Stamp { at: moment(at), recorded_at: moment(recorded_at) }
}

pub fn frame() -> Frame {
    Frame::of("2026-W24".parse().unwrap())
}

/// An assignment without any clock.
pub fn assignment() -> AssignmentFacts {
    AssignmentFacts::bare(
        AssignmentId(7),
        PetitionCaseId(1),
        "XF2026-00128".to_owned(),
        UnitId(1),
        stamp("05-08 09:00"),
    )
}

pub fn ledger_due(day: &str, complete: Option<Stamp>) -> AssignmentFacts {
    AssignmentFacts { ledger: LedgerFacts { due: Some(due(day)), complete }, ..assignment() }
}

/// An open case.
pub fn case(id: i64) -> CaseFacts {
    CaseFacts {
        case: PetitionCaseId(id),
        number: format!("XF2026-{id:05}"),
        registered: UnitId(1),
        assigned: Vec::new(),
        void: None,
        merged: None,
        closings: Vec::new(),
        reopened: Vec::new(),
    }
}

/// Where the assignment stands in the bulletin's figure.
pub fn judged(metric: Metric, facts: AssignmentFacts) -> Option<Item> {
    judged_in(metric, facts, &frame())
}

pub fn judged_in(metric: Metric, facts: AssignmentFacts, frame: &Frame) -> Option<Item> {
    let facts = Facts { assignments: vec![facts], cases: Vec::new() };
    compute(metric, &[UnitId(1)], &facts, frame).remove(0).items.pop()
}

/// The same, as (bucket, reason); nothing when the figure does not look at it.
pub fn verdict(metric: Metric, facts: AssignmentFacts) -> Option<(Bucket, String)> {
    judged(metric, facts).map(|item| (item.bucket, item.reason))
}
