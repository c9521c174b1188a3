//! The chain of signatures (签批): assigned leader → president → petition bureau → leading group.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Content;
use crate::domain::code::codes;
use crate::domain::content_hash::ContentHash;
use crate::domain::ids::{ClosingId, RoundId, StaffId, UnitId};
use crate::domain::staff::Role;
use crate::domain::unit::UnitKind;

codes! {
    /// A step of the chain.
    Step {
        /// T20: closed by the unit; stops the closing clock for the time being.
        Leader = "leader", "包案领导签字";
        /// T21: 交办给基层法院的经本院院长签字, 交办给中院的经主管院长签字.
        President = "president", "院长签字";
        /// T22: never by anyone who handled the case.
        Bureau = "bureau", "中院信访局审核";
        /// T23.
        LeadingGroup = "leading_group", "领导小组认定";
    }
}

impl Step {
    /// Whether the step is taken in this role.
    pub const fn is_for(self, role: Role) -> bool {
        match self {
            Self::Leader => matches!(role, Role::Leader),
            Self::President => matches!(role, Role::President),
            Self::Bureau => matches!(role, Role::Bureau | Role::BureauHead),
            Self::LeadingGroup => matches!(role, Role::LeadingGroup),
        }
    }

    /// The name of the step at a court: it is the vice president in charge who signs at the
    /// intermediate court.
    pub const fn label_at(self, court: UnitKind) -> &'static str {
        match (self, court) {
            (Self::President, UnitKind::IntermediateCourt) => "主管院长签字",
            (Self::Leader | Self::President | Self::Bureau | Self::LeadingGroup, _) => self.label(),
        }
    }
}

codes! {
    /// What a signatory decides.
    Decision {
        Approve = "approve", "同意";
        Return = "return", "退回";
    }
}

/// A signature as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub step: Step,
    pub decision: Decision,
    pub opinion: String,
    /// The capacity that it was given in.
    pub capacity: String,
    pub by: StaffId,
    pub name: String,
    pub at: DateTime<Utc>,
    /// The content that it was given for.
    pub hash: ContentHash,
}

/// A close report on its way through the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    pub id: ClosingId,
    pub uuid: Uuid,
    pub round: RoundId,
    /// The court that the unit belongs to.
    pub court: UnitId,
    pub court_kind: UnitKind,
    pub content: Content,
    /// Whether a later report took its place.
    pub superseded: bool,
    pub applied_by: StaffId,
    pub applied_at: DateTime<Utc>,
    /// Everyone who has been of the team in the round.
    pub handled_by: Vec<StaffId>,
    pub signatures: Vec<Signature>,
}

impl Closing {
    /// The steps that this report goes through.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        let last = self.content.needs_leading_group;
        Step::ALL.iter().copied().filter(move |step| last || *step != Step::LeadingGroup)
    }

    /// The signatures that count: those given for the content as it is now.
    pub fn valid(&self) -> impl Iterator<Item = &Signature> {
        let present = self.content.hash();
        self.signatures.iter().filter(move |signature| signature.hash == present)
    }

    /// Whether every signature still counts.
    pub fn is_intact(&self) -> bool {
        self.valid().count() == self.signatures.len()
    }

    /// The signature of a step, if it counts.
    pub fn signature(&self, step: Step) -> Option<&Signature> {
        self.valid().find(|signature| signature.step == step)
    }

    /// The return that ended the chain.
    pub fn returned(&self) -> Option<&Signature> {
        self.valid().find(|signature| signature.decision == Decision::Return)
    }

    /// The step that waits; none once the report was returned, confirmed or superseded.
    pub fn next(&self) -> Option<Step> {
        if self.superseded || self.returned().is_some() {
            return None;
        }
        self.steps().find(|&step| self.signature(step).is_none())
    }

    /// Whether someone took part in the handling: of the team, or the one who wrote the report.
    pub fn was_handled_by(&self, staff: StaffId) -> bool {
        self.applied_by == staff || self.handled_by.contains(&staff)
    }
}
