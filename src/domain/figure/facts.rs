//! What the figures are computed from: plain facts, each with the time it was recorded.

use chrono::{DateTime, Utc};

use crate::domain::ids::{AssignmentId, PetitionCaseId, StaffId, UnitId};
use crate::domain::outcome::Outcome;
use crate::domain::period::{Period, Window};

/// When something happened, and when it was put on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
}

impl Stamp {
    /// What the program itself did is on record when it happens.
    pub fn at_once(at: DateTime<Utc>) -> Self {
        Self { at, recorded_at: at }
    }

    /// Whether an issue may know of it: recorded before the cut-off.
    pub fn known(self, frame: &Frame) -> bool {
        self.recorded_at < frame.cut_off
    }

    /// Whether it is known and happened before a due time (24:00 of the due day).
    pub fn before(self, due: DateTime<Utc>, frame: &Frame) -> bool {
        self.known(frame) && self.at < due
    }
}

/// Which petition cases the settlement rates count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Population {
    /// A bulletin: the cases confirmed closed in the window.
    ConfirmedInWindow,
    /// A campaign: every case of the cohort, closed or not.
    Cohort,
}

/// The window that is reported on, and the moment at which knowledge stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    pub window: Window,
    pub cut_off: DateTime<Utc>,
    pub population: Population,
}

impl Frame {
    /// The frame of a bulletin.
    pub fn of(period: Period) -> Self {
        Self {
            window: period.window(),
            cut_off: period.cut_off(),
            population: Population::ConfirmedInWindow,
        }
    }

    /// The same window seen with what is on record at another moment: for live numbers and
    /// for the changes that the next issue prints.
    #[must_use]
    pub fn as_known_at(self, cut_off: DateTime<Utc>) -> Self {
        Self { cut_off, ..self }
    }
}

/// Everything that the metrics look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub assignments: Vec<AssignmentFacts>,
    pub cases: Vec<CaseFacts>,
}

/// One assignment (交办件). A due time is none where its rule set has no such clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentFacts {
    pub assignment: AssignmentId,
    pub case: PetitionCaseId,
    pub number: String,
    /// The unit responsible under this assignment; a transfer makes another assignment.
    pub unit: UnitId,
    pub issued: Stamp,
    /// Proven double registration.
    pub void: Option<Stamp>,
    /// The other unit's acceptance of a transfer.
    pub transferred: Option<Stamp>,
    pub ledger: LedgerFacts,
    pub meeting: MeetingFacts,
    pub report: ReportFacts,
    pub closing: ClosingFacts,
    pub leading: LeadingFacts,
}

impl AssignmentFacts {
    /// An assignment that was just issued, without any clock yet.
    pub fn bare(
        assignment: AssignmentId,
        case: PetitionCaseId,
        number: String,
        unit: UnitId,
        issued: Stamp,
    ) -> Self {
        Self {
            assignment,
            case,
            number,
            unit,
            issued,
            void: None,
            transferred: None,
            ledger: LedgerFacts::default(),
            meeting: MeetingFacts::default(),
            report: ReportFacts::default(),
            closing: ClosingFacts::default(),
            leading: LeadingFacts::default(),
        }
    }
}

impl AssignmentFacts {
    /// What had happened by a moment, however late it was recorded: for the metrics that say how
    /// things stood at the end of a window. None when the assignment had not been issued.
    pub(super) fn until(&self, end: DateTime<Utc>) -> Option<Self> {
        let happened = |stamp: &Stamp| stamp.at < end;
        if !happened(&self.issued) {
            return None;
        }
        let mut facts = self.clone();
        facts.void = facts.void.filter(happened);
        facts.transferred = facts.transferred.filter(happened);
        facts.ledger.complete = facts.ledger.complete.filter(happened);
        facts.meeting.meetings.retain(|one| happened(&one.stamp));
        facts.report.submissions.retain(|one| happened(&one.submitted));
        facts.leading.leaders.retain(|one| happened(&one.stamp));
        facts.leading.plan = facts.leading.plan.filter(happened);
        facts.leading.own_acts.retain(|one| happened(&one.stamp));
        facts.closing = facts.closing.until(end);
        Some(facts)
    }
}

/// Clock L2.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerFacts {
    pub due: Option<DateTime<Utc>>,
    /// When the last required field was filled; incomplete is not done.
    pub complete: Option<Stamp>,
}

/// Clock M2.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeetingFacts {
    pub due: Option<DateTime<Utc>>,
    pub meetings: Vec<Meeting>,
}

/// A meeting with the petitioner, or the documented attempt at one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meeting {
    pub stamp: Stamp,
    pub host: Host,
    /// The petitioner was there. When not, the record says how contact was sought.
    pub present: bool,
}

/// Who held a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// The assigned leader in person, or the acting leader.
    Leader,
    /// Somebody in the leader's stead; not the leader's own act.
    Delegate,
}

/// Clock P7.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportFacts {
    pub due: Option<DateTime<Utc>>,
    pub submissions: Vec<ReportSubmission>,
}

/// A progress report as it was submitted, the first time or after a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportSubmission {
    pub submitted: Stamp,
    /// Returned by the bureau as incomplete.
    pub returned: Option<Stamp>,
}

/// Clock C30.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClosingFacts {
    /// The due time as the assignment set it; the original is kept.
    pub due: Option<DateTime<Utc>>,
    /// Each new effective due time, in the order in which they were recorded.
    pub moves: Vec<DueMove>,
    pub suspensions: Vec<Suspension>,
    pub submissions: Vec<CloseSubmission>,
}

impl ClosingFacts {
    fn until(mut self, end: DateTime<Utc>) -> Self {
        let happened = |stamp: &Stamp| stamp.at < end;
        self.moves.retain(|one| happened(&one.stamp));
        self.suspensions.retain(|one| happened(&one.from));
        for one in &mut self.suspensions {
            one.until = one.until.filter(happened);
        }
        self.submissions.retain(|one| happened(&one.closed));
        for one in &mut self.submissions {
            one.returned = one.returned.filter(happened);
            one.confirmed = one.confirmed.filter(happened);
        }
        self
    }
}

/// A new effective due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueMove {
    pub stamp: Stamp,
    pub due: DateTime<Utc>,
    pub reason: MoveReason,
}

/// Why an effective due time moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveReason {
    /// An approved extension (延期).
    Extension,
    /// A suspension that ended (中止恢复), or a check of the close report that ended in its
    /// return: the clock went on with the time already used.
    Pause,
    /// The day table changed (放假安排).
    Calendar,
}

/// The clock stands still (中止) from one moment to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suspension {
    pub from: Stamp,
    pub until: Option<Stamp>,
}

/// A close report as the unit submitted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseSubmission {
    /// 报结 (T20)
    pub closed: Stamp,
    /// 退回 (T22): this close is as if it had not been.
    pub returned: Option<Stamp>,
    /// 审核认定 (T23)
    pub confirmed: Option<Stamp>,
}

/// The assigned leader's duty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadingFacts {
    /// Whether the assignment needs a leader at all.
    pub needed: bool,
    /// Every leader in the order of naming.
    pub leaders: Vec<LeaderNamed>,
    /// The first version of the resolution plan.
    pub plan: Option<Stamp>,
    /// What those did in person who led the case at some time; of them only the acts of the
    /// leader in office count.
    pub own_acts: Vec<OwnAct>,
}

/// A person was named assigned leader (包案领导).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaderNamed {
    pub who: StaffId,
    /// From when on this person leads the case, and when that was put on record.
    pub stamp: Stamp,
    /// Held a court-leader post on that day.
    pub eligible: bool,
}

/// Something that a person did about the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnAct {
    pub by: StaffId,
    pub stamp: Stamp,
}

/// One petition case (信访案件) for the settlement rates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFacts {
    pub case: PetitionCaseId,
    pub number: String,
    /// The unit that registered it.
    pub registered: UnitId,
    /// Each assignment to a unit, in the order in which they were recorded.
    pub assigned: Vec<(Stamp, UnitId)>,
    pub void: Option<Stamp>,
    /// Merged into another petition case, which counts for both.
    pub merged: Option<Stamp>,
    /// Each confirmed closing, one a round, in order.
    pub closings: Vec<Closed>,
    /// Each reopening: the round after a closing.
    pub reopened: Vec<Stamp>,
}

impl CaseFacts {
    /// The unit responsible at the end of a window: that of the last assignment by then, else the
    /// one that registered the case. A later assignment does not take the case out of the window.
    pub(super) fn unit(&self, frame: &Frame) -> UnitId {
        let by_then = |stamp: Stamp| stamp.known(frame) && stamp.at < frame.window.end;
        let last = self.assigned.iter().rev().find(|(stamp, _)| by_then(*stamp));
        last.map_or(self.registered, |(_, unit)| *unit)
    }
}

/// A closing that was confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    pub confirmed: Stamp,
    pub outcome: Outcome,
}
