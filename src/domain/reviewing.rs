//! Giving a case to reviewers (评查): by the bureau, for a time. Nobody reviews what they handled
//! (R189), nor a case of their own unit where the review is the intermediate court's (R088).

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::calendar::{day_of, end_of};
use super::code::{codes, getters};
use super::ids::{PetitionCaseId, StaffId};
use super::lifting::Lifted;
use super::petition_case::PetitionCase;
use super::staff::{Actor, Role};

codes! {
    /// A review that someone other than the handler carries out.
    ReviewKind {
        Intermediate = "intermediate", "中院评查";
        Cross = "cross", "交叉评查";
        Spot = "spot", "重点抽查";
        OwnCourt = "own_court", "本院自行评查";
    }
}

impl ReviewKind {
    /// Whether people of the case's own unit carry it out.
    pub const fn by_own_unit(self) -> bool {
        matches!(self, Self::OwnCourt)
    }
}

/// A case is open to a reviewer so many days at most: whoever needs longer is given it again.
const LONGEST_DAYS: u64 = 90;

/// Why a case isn't given to a reviewer, or not taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有信访局可以指定和收回评查员")]
    NotTheBureau,
    #[error("承办人不能评查自己的案件")]
    Handler,
    #[error("{0}是本案办理人员，不能评查本案")]
    OfTheTeam(String),
    #[error("{0}应当回避，不能评查本案")]
    Excluded(String),
    #[error("{0}须由其他单位的评查员进行，{1}与本案同属一个单位")]
    OwnUnit(&'static str, String),
    #[error("{0}正在评查本案")]
    Already(String),
    #[error("截止日期不能早于今天")]
    InThePast,
    #[error("截止日期最晚为{0}（指定后{LONGEST_DAYS}天内），到期后可以再指定")]
    TooFar(NaiveDate),
    #[error("请填写收回的理由")]
    NoReason,
    #[error("评查已经结束，不必收回")]
    NotRunning,
}

/// A reviewer whom a case could be given to, and what stands between them.
#[expect(clippy::struct_excessive_bools, reason = "each is something that may stand between them")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub staff: StaffId,
    pub name: String,
    pub unit: String,
    /// The name to sign in with.
    pub username: String,
    /// Whether they are of the unit that handles it.
    pub is_of_unit: bool,
    /// Whether they handle it, or once did.
    pub handled: bool,
    /// Whether they have or had another place in its team.
    pub in_team: bool,
    pub is_excluded: bool,
    /// Whether it is theirs to review already.
    pub reviews: bool,
}

/// The fact that a case is given to a reviewer. Only [`give`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    case: PetitionCaseId,
    reviewer: StaffId,
    kind: ReviewKind,
    until: DateTime<Utc>,
    by: StaffId,
    at: DateTime<Utc>,
}

/// Whether someone gives cases to reviewers.
pub const fn may_give(actor: &Actor) -> bool {
    matches!(actor.role, Role::Bureau | Role::BureauHead)
}

/// Gives a case to a reviewer until the end of a day.
pub fn give(
    actor: &Actor,
    case: &PetitionCase,
    candidate: &Candidate,
    (kind, last): (ReviewKind, NaiveDate),
    at: DateTime<Utc>,
) -> Result<Given, Refusal> {
    if !may_give(actor) {
        return Err(Refusal::NotTheBureau);
    }
    let name = || candidate.name.clone();
    if candidate.handled {
        return Err(Refusal::Handler);
    }
    if candidate.in_team {
        return Err(Refusal::OfTheTeam(name()));
    }
    if candidate.is_excluded {
        return Err(Refusal::Excluded(name()));
    }
    if candidate.is_of_unit && !kind.by_own_unit() {
        return Err(Refusal::OwnUnit(kind.label(), name()));
    }
    if candidate.reviews {
        return Err(Refusal::Already(name()));
    }
    if last < day_of(at) {
        return Err(Refusal::InThePast);
    }
    let latest = day_of(at) + Days::new(LONGEST_DAYS);
    if last > latest {
        return Err(Refusal::TooFar(latest));
    }
    let (reviewer, until, by) = (candidate.staff, end_of(last), actor.staff);
    Ok(Given { case: case.id, reviewer, kind, until, by, at })
}

/// Takes a case back before its day.
pub fn withdraw(
    actor: &Actor,
    (case, is_running): (PetitionCaseId, bool),
    reason: &str,
    at: DateTime<Utc>,
) -> Result<Lifted<Given>, Refusal> {
    if !may_give(actor) {
        return Err(Refusal::NotTheBureau);
    }
    if !is_running {
        return Err(Refusal::NotRunning);
    }
    Lifted::with(reason, actor, case, at).ok_or(Refusal::NoReason)
}

getters! {
    Given {
        /// The case.
        case: PetitionCaseId,
        /// Who reviews it.
        reviewer: StaffId,
        /// Which review it is.
        kind: ReviewKind,
        /// Until when it is open to them.
        until: DateTime<Utc>,
        /// Who gave it.
        by: StaffId,
        /// When.
        at: DateTime<Utc>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Depth;
    use crate::domain::ids::{RoundId, UnitId};
    use crate::domain::petition_case::Stage;
    use crate::domain::staff::sample::actor;

    fn at() -> DateTime<Utc> {
        "2026-06-15T02:10:00Z".parse().unwrap()
    }

    fn case() -> PetitionCase {
        PetitionCase {
            id: PetitionCaseId(1),
            number: "XF2026-00128".to_owned(),
            unit: UnitId(3),
            unit_name: "东湖法院".to_owned(),
            round: RoundId(1),
            round_number: 1,
            stage: Stage::InHandling,
            is_open: true,
            version: 1,
            opened_at: at(),
            assignment: None,
            leader: None,
            handler: None,
            depth: Depth::Content,
        }
    }

    fn candidate() -> Candidate {
        Candidate {
            staff: StaffId(9),
            name: "钱某".to_owned(),
            unit: "中院".to_owned(),
            username: "qian".to_owned(),
            is_of_unit: false,
            handled: false,
            in_team: false,
            is_excluded: false,
            reviews: false,
        }
    }

    #[test]
    fn the_bureau_alone_gives_a_case_to_someone_who_had_no_part_in_it() {
        let last: NaiveDate = "2026-06-30".parse().unwrap();
        let name = || "钱某".to_owned();
        let own_unit = Candidate { is_of_unit: true, ..candidate() };
        let table = [
            (Role::Bureau, candidate(), ReviewKind::Spot, None),
            (Role::BureauHead, own_unit.clone(), ReviewKind::OwnCourt, None),
            (Role::President, candidate(), ReviewKind::Spot, Some(Refusal::NotTheBureau)),
            (
                Role::Bureau,
                Candidate { handled: true, in_team: true, ..candidate() },
                ReviewKind::OwnCourt,
                Some(Refusal::Handler),
            ),
            (
                Role::Bureau,
                Candidate { in_team: true, ..candidate() },
                ReviewKind::Spot,
                Some(Refusal::OfTheTeam(name())),
            ),
            (
                Role::Bureau,
                Candidate { is_excluded: true, ..candidate() },
                ReviewKind::Spot,
                Some(Refusal::Excluded(name())),
            ),
            (Role::Bureau, own_unit, ReviewKind::Cross, Some(Refusal::OwnUnit("交叉评查", name()))),
            (
                Role::Bureau,
                Candidate { reviews: true, ..candidate() },
                ReviewKind::Spot,
                Some(Refusal::Already(name())),
            ),
        ];
        for (role, candidate, kind, expected) in table {
            let said = give(&actor(role), &case(), &candidate, (kind, last), at());
            assert_eq!(said.err(), expected, "{role:?} {candidate:?}");
        }
        let yesterday = (ReviewKind::Spot, "2026-06-14".parse().unwrap());
        let said = give(&actor(Role::Bureau), &case(), &candidate(), yesterday, at());
        assert_eq!(said.err(), Some(Refusal::InThePast));
        let today = (ReviewKind::Spot, "2026-06-15".parse().unwrap());
        let given = give(&actor(Role::Bureau), &case(), &candidate(), today, at()).unwrap();
        assert_eq!(given.until().to_rfc3339(), "2026-06-15T16:00:00+00:00");
    }

    #[test]
    fn what_runs_is_taken_back_with_a_reason() {
        let case = PetitionCaseId(1);
        for (role, running, reason, expected) in [
            (Role::Bureau, true, "改派", None),
            (Role::Bureau, true, " ", Some(Refusal::NoReason)),
            (Role::Bureau, false, "改派", Some(Refusal::NotRunning)),
            (Role::Reviewer, true, "改派", Some(Refusal::NotTheBureau)),
        ] {
            let said = withdraw(&actor(role), (case, running), reason, at());
            assert_eq!(said.err(), expected, "{role:?} {reason}");
        }
    }
}
