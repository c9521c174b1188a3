//! The written progress report (书面进展情况报告), T14: eight sections, its receipt, its return.

mod draft;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar::day_of;
use crate::domain::code::codes;
use crate::domain::handling::{self, NotNow};
use crate::domain::ids::{AssignmentId, PetitionCaseId, ReportId, RoundId, StaffId};
use crate::domain::petition_case::PetitionCase;
use crate::domain::staff::Actor;
pub use draft::{Done, Known, Named, Reviewed, Source, draft};

codes! {
    /// The sections in their order (000 §五): 案件的基本情况、信访人诉求、包案领导、评查意见、化解方案、
    /// 采取的措施、案件进展、下一步措施.
    Section {
        Facts = "s1", "案件的基本情况";
        Requests = "s2", "信访人诉求";
        Leader = "s3", "包案领导";
        Review = "s4", "评查意见";
        Plan = "s5", "化解方案";
        Measures = "s6", "采取的措施";
        Progress = "s7", "案件进展";
        Next = "s8", "下一步措施";
    }
}

/// One text for each section, in their order.
pub type Sections = [String; 8];

codes! {
    /// What the bureau does with a report.
    Decision {
        Received = "received", "接收";
        Returned = "returned", "退回补正";
    }
}

/// Why a report can't be submitted or examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    NotNow(#[from] NotNow),
    #[error("已报送。等待中院信访局审核。")]
    NothingDue,
    #[error("“{}”还没有填写", .0.label())]
    Empty(Section),
    #[error("已逾期{0}天，请说明原因")]
    NoLateReason(i64),
    #[error("请选择接收或退回补正")]
    NoDecision,
    #[error("请写明要补正什么")]
    NoReturnReason,
    #[error("这份报告已经审核")]
    AlreadyExamined,
}

/// The clock P7 of one assignment of the round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportClock {
    pub assignment: AssignmentId,
    pub due_on: NaiveDate,
    pub running: bool,
}

/// What the round still owes, and what was submitted before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owed {
    pub clocks: Vec<ReportClock>,
    pub submitted_before: bool,
}

impl Owed {
    /// Whether a report is awaited: a clock runs, or there never was a report.
    pub fn is_awaited(&self) -> bool {
        !self.submitted_before || self.running().next().is_some()
    }

    /// The due day of the strictest running clock.
    pub fn due_on(&self) -> Option<NaiveDate> {
        self.running().map(|clock| clock.due_on).min()
    }

    /// How many days it is overdue; due time is 24:00 of the due day.
    pub fn days_late(&self, at: DateTime<Utc>) -> Option<i64> {
        let days = (day_of(at) - self.due_on()?).num_days();
        (days > 0).then_some(days)
    }

    fn running(&self) -> impl Iterator<Item = &ReportClock> {
        self.clocks.iter().filter(|clock| clock.running)
    }
}

/// A report as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub sections: Sections,
    pub late_reason: String,
    /// The version of the case that the form was made from.
    pub seen: i32,
}

/// A report that goes to the bureau.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub case: PetitionCaseId,
    pub round: RoundId,
    pub sections: Sections,
    pub late_reason: String,
    /// The assignments that it answers (多头交办).
    pub answers: Vec<AssignmentId>,
    pub seen: i32,
    pub by: StaffId,
    pub at: DateTime<Utc>,
}

/// The fact that a report was submitted. Only [`submit`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted(Report);

impl Submitted {
    /// The report.
    pub const fn report(&self) -> &Report {
        &self.0
    }
}

/// Submits the report to the bureau: 接收交办案件的7日内向中院信访局呈报 (000 §五). Every section says
/// something, and a late one says why; it answers all assignments whose report is still owed.
pub fn submit(
    actor: &Actor,
    case: &PetitionCase,
    owed: &Owed,
    wanted: Wanted,
    at: DateTime<Utc>,
) -> Result<Submitted, Vec<Refusal>> {
    handling::in_hands(case).map_err(|reason| vec![Refusal::NotNow(reason)])?;
    if !owed.is_awaited() {
        return Err(vec![Refusal::NothingDue]);
    }
    let sections = wanted.sections.map(|text| text.trim().to_owned());
    let late_reason = wanted.late_reason.trim().to_owned();
    let late = owed.days_late(at);
    let refusals: Vec<Refusal> = Section::ALL
        .iter()
        .zip(&sections)
        .filter(|(_, text)| text.is_empty())
        .map(|(section, _)| Refusal::Empty(*section))
        .chain(late.filter(|_| late_reason.is_empty()).map(Refusal::NoLateReason))
        .collect();
    if !refusals.is_empty() {
        return Err(refusals);
    }
    Ok(Submitted(Report {
        case: case.id,
        round: case.round,
        sections,
        late_reason: if late.is_some() { late_reason } else { String::new() },
        answers: owed.running().map(|clock| clock.assignment).collect(),
        seen: wanted.seen,
        by: actor.staff,
        at,
    }))
}

/// A submitted report before the bureau.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub id: ReportId,
    pub answers: Vec<AssignmentId>,
    pub examined: bool,
}

/// The bureau's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    pub case: PetitionCaseId,
    pub report: ReportId,
    pub answers: Vec<AssignmentId>,
    pub decision: Decision,
    pub return_reason: String,
    pub seen: i32,
    pub by: StaffId,
    pub at: DateTime<Utc>,
}

/// The fact that the bureau received or returned a report. Only [`examine`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined(Examination);

impl Examined {
    /// The decision.
    pub const fn examination(&self) -> &Examination {
        &self.0
    }
}

/// What the bureau's form says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    pub decision: Option<Decision>,
    pub return_reason: String,
    pub seen: i32,
}

/// Receives a report or returns it with what is missing. What was returned is owed again by the
/// day on which it was first due.
pub fn examine(
    actor: &Actor,
    case: &PetitionCase,
    pending: &Pending,
    verdict: &Verdict,
    at: DateTime<Utc>,
) -> Result<Examined, Refusal> {
    handling::under_way(case)?;
    if pending.examined {
        return Err(Refusal::AlreadyExamined);
    }
    let decision = verdict.decision.ok_or(Refusal::NoDecision)?;
    let return_reason = match decision {
        Decision::Received => String::new(),
        Decision::Returned => verdict.return_reason.trim().to_owned(),
    };
    if decision == Decision::Returned && return_reason.is_empty() {
        return Err(Refusal::NoReturnReason);
    }
    Ok(Examined(Examination {
        case: case.id,
        report: pending.id,
        answers: pending.answers.clone(),
        decision,
        return_reason,
        seen: verdict.seen,
        by: actor.staff,
        at,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::handling::sample::{at, case, handler};
    use crate::domain::petition_case::Stage;

    fn clock(assignment: i64, due: &str, running: bool) -> ReportClock {
        let due_on = day_of(at(&format!("{due} 12:00")));
        ReportClock { assignment: AssignmentId(assignment), due_on, running }
    }

    fn owed(clocks: Vec<ReportClock>) -> Owed {
        Owed { clocks, submitted_before: true }
    }

    fn full() -> Wanted {
        Wanted { sections: [(); 8].map(|()| "已写".to_owned()), ..Wanted::default() }
    }

    #[test]
    fn every_section_says_something_and_a_late_report_says_why() {
        let due = || owed(vec![clock(7, "06-16", true)]);
        let mut gap = full();
        gap.sections[3] = " ".to_owned();
        let excused = Wanted { late_reason: "等待评查意见".to_owned(), ..full() };
        for (owed, wanted, moment, expected) in [
            (due(), full(), "06-16 23:59", vec![]),
            (due(), full(), "06-17 00:00", vec!["已逾期1天，请说明原因"]),
            (due(), full(), "06-19 08:00", vec!["已逾期3天，请说明原因"]),
            (due(), excused, "06-19 08:00", vec![]),
            (due(), gap, "06-16 10:00", vec!["“评查意见”还没有填写"]),
            (
                owed(vec![clock(7, "06-16", false)]),
                full(),
                "06-16 10:00",
                vec!["已报送。等待中院信访局审核。"],
            ),
            (Owed::default(), full(), "06-16 10:00", vec![]),
        ] {
            let submitted = submit(&handler(), &case(Stage::InHandling), &owed, wanted, at(moment));
            let said: Vec<_> =
                submitted.err().into_iter().flatten().map(|one| one.to_string()).collect();
            assert_eq!(said, expected, "{moment}");
        }
    }

    #[test]
    fn one_report_answers_every_assignment_that_still_waits() {
        let owed =
            owed(vec![clock(7, "06-16", false), clock(8, "06-18", true), clock(9, "06-17", true)]);
        assert_eq!(owed.due_on(), Some(day_of(at("06-17 12:00"))));
        let case = case(Stage::InHandling);
        let fact = submit(&handler(), &case, &owed, full(), at("06-16 10:00")).unwrap();
        assert_eq!(fact.report().answers, [AssignmentId(8), AssignmentId(9)]);
    }

    #[test]
    fn the_bureau_receives_or_says_what_is_missing() {
        let pending = Pending { id: ReportId(1), answers: vec![AssignmentId(7)], examined: false };
        let done = Pending { examined: true, ..pending.clone() };
        let verdict = |decision, reason: &str| Verdict {
            decision,
            return_reason: reason.to_owned(),
            seen: 4,
        };
        for (pending, verdict, expected) in [
            (&pending, verdict(Some(Decision::Received), ""), None),
            (&pending, verdict(Some(Decision::Returned), "补评查意见"), None),
            (&pending, verdict(Some(Decision::Returned), " "), Some(Refusal::NoReturnReason)),
            (&pending, verdict(None, ""), Some(Refusal::NoDecision)),
            (&done, verdict(Some(Decision::Received), ""), Some(Refusal::AlreadyExamined)),
        ] {
            let case = case(Stage::InHandling);
            let fact = examine(&handler(), &case, pending, &verdict, at("06-16 10:00"));
            assert_eq!(fact.err(), expected);
        }
    }
}
