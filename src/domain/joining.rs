//! Joining a visit to a case (并入已有), T2; to one that has ended, by opening its next round, T28.

use super::ids::PetitionCaseId;
use super::petition_case::Stage;
use super::visit::{Course, ReopenReason};

/// A case that a visit may be joined to, at whatever court.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joinable {
    pub case: PetitionCaseId,
    pub number: String,
    pub stage: Stage,
    pub is_open: bool,
}

/// Why a visit can't be joined so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{0}已作废，不能并入。请选择其他案件，或者改选处理方式")]
    Void(String),
    #[error("{number}现在是“{stage}”，并入即重新办理。请选择重新办理的原因")]
    NoReason { number: String, stage: &'static str },
    #[error(
        "{0}已依法终结，只有出现新的事实、证据或者上级责令纠正，才能重新办理。没有这些情形的，请选“不予受理”并说明"
    )]
    Terminated(String),
}

impl Joinable {
    /// Whether joining it opens a further round.
    pub fn reopens(&self) -> bool {
        !self.is_open && self.stage != Stage::Void
    }

    /// The course of a visit that is joined: handled with the case where that is open; else the
    /// next round opens for the reason, and the bureau confirms it by assigning.
    pub fn join(&self, reason: Option<ReopenReason>) -> Result<Course, Refusal> {
        let number = || self.number.clone();
        match (self.stage, reason) {
            (Stage::Void, _) => Err(Refusal::Void(number())),
            _ if self.is_open => Ok(Course::Joined(self.case)),
            (stage, None) => Err(Refusal::NoReason { number: number(), stage: stage.label() }),
            (Stage::Terminated, Some(ReopenReason::FurtherVisit | ReopenReason::PromiseUnkept)) => {
                Err(Refusal::Terminated(number()))
            }
            (_, Some(reason)) => Ok(Course::Reopened(self.case, reason)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_case_is_joined_with_a_reason_and_a_void_one_not_at_all() {
        let told = |stage, is_open, reason| {
            let number = "XF2026-00128".to_owned();
            let joinable = Joinable { case: PetitionCaseId(128), number, stage, is_open };
            match joinable.join(reason) {
                Ok(Course::Joined(_)) => "joined".to_owned(),
                Ok(Course::Reopened(_, reason)) => format!("reopened: {}", reason.code()),
                Ok(other) => format!("{other:?}"),
                Err(refusal) => refusal.to_string().chars().take(16).collect(),
            }
        };
        let (further, facts) = (Some(ReopenReason::FurtherVisit), Some(ReopenReason::NewFacts));
        for (stage, is_open, reason, expected) in [
            (Stage::InHandling, true, None, "joined"),
            (Stage::Reopened, true, further, "joined"),
            (Stage::ConfirmedClosed, false, None, "XF2026-00128现在是“"),
            (Stage::ConfirmedClosed, false, further, "reopened: further_visit"),
            (Stage::ResolvedOnSpot, false, further, "reopened: further_visit"),
            (Stage::Terminated, false, further, "XF2026-00128已依法终"),
            (Stage::Terminated, false, facts, "reopened: new_facts"),
            (Stage::Void, false, further, "XF2026-00128已作废，"),
        ] {
            assert_eq!(told(stage, is_open, reason), expected, "{stage:?} {reason:?}");
        }
    }
}
