//! The petition case (信访案件): the stable thing that visits, assignments and rounds hang on.

use chrono::{DateTime, Utc};

use super::access::Depth;
use super::code::codes;
use super::ids::{AssignmentId, PetitionCaseId, RoundId, RuleSetId, StaffId, UnitId};

codes! {
    /// The stage (状态), derived from the open round and its assignments; never typed or stored.
    Stage {
        Registered = "registered", "已登记";
        Accepted = "accepted", "待交办";
        NotAccepted = "not_accepted", "不予受理";
        ResolvedOnSpot = "resolved_on_spot", "当场化解";
        Assigned = "assigned", "待签收";
        InHandling = "in_handling", "办理中";
        Replied = "replied", "已答复";
        UnitClosed = "unit_closed", "已报结";
        Returned = "returned", "退回补正";
        Signed = "signed", "中院审核";
        BureauChecked = "bureau_checked", "待认定";
        ConfirmedClosed = "confirmed_closed", "已办结";
        Terminated = "terminated", "已终结";
        WrittenOff = "written_off", "已核销";
        TransferredOut = "transferred_out", "已移送";
        RoutedToLitigation = "routed_to_litigation", "导入诉讼";
        Reopened = "reopened", "重新办理";
        Void = "void", "已作废";
    }
}

impl Stage {
    /// Whether a unit is at work on the case: assigned, and not yet before the bureau.
    pub const fn is_in_the_units_hands(self) -> bool {
        matches!(self, Self::InHandling | Self::Replied | Self::Returned)
    }

    /// Whether the case waits for the bureau to give it to a court.
    pub const fn waits_for_assignment(self) -> bool {
        matches!(self, Self::Accepted | Self::Reopened)
    }
}

/// The assignment that the open round is handled under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningAssignment {
    pub id: AssignmentId,
    pub rules: RuleSetId,
    pub assigned_at: DateTime<Utc>,
    pub acknowledged_at: Option<DateTime<Utc>>,
}

/// A petition case as rules and pages need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PetitionCase {
    pub id: PetitionCaseId,
    pub number: String,
    /// The responsible unit.
    pub unit: UnitId,
    pub unit_name: String,
    pub round: RoundId,
    pub round_number: i32,
    pub stage: Stage,
    pub is_open: bool,
    /// What a form was made from; a decision on an older one is stale.
    pub version: i32,
    pub opened_at: DateTime<Utc>,
    pub assignment: Option<RunningAssignment>,
    pub leader: Option<StaffId>,
    pub handler: Option<StaffId>,
    /// How much of it is open to the one who reads.
    pub depth: Depth,
}
