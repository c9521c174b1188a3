//! The chain of signatures (签批): assigned leader → president → petition bureau → leading group.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Content;
use crate::domain::code::codes;
use crate::domain::content_hash::ContentHash;
use crate::domain::ids::{ClosingId, RoundId, StaffId, UnitId};
use crate::domain::sign_step::SignStep;
use crate::domain::unit::UnitKind;

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
    pub step: SignStep,
    pub decision: Decision,
    pub opinion: String,
    /// The capacity that it was given in.
    pub capacity: String,
    pub by: StaffId,
    /// For whom, where someone stood in.
    pub on_behalf_of: Option<StaffId>,
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
    pub writer: String,
    pub applied_at: DateTime<Utc>,
    /// Everyone who has been of the team in the round.
    pub handled_by: Vec<StaffId>,
    pub signatures: Vec<Signature>,
}

impl Closing {
    /// The steps that this report goes through.
    pub fn steps(&self) -> impl Iterator<Item = SignStep> {
        let last = self.content.needs_leading_group;
        SignStep::ALL.iter().copied().filter(move |step| last || *step != SignStep::LeadingGroup)
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
    pub fn signature(&self, step: SignStep) -> Option<&Signature> {
        self.valid().find(|signature| signature.step == step)
    }

    /// The return that ended the chain.
    pub fn returned(&self) -> Option<&Signature> {
        self.valid().find(|signature| signature.decision == Decision::Return)
    }

    /// The step that waits; none once the report was returned, confirmed or superseded.
    pub fn next(&self) -> Option<SignStep> {
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
