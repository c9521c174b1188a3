//! Signing a step of the chain, or returning the report (退回).
//!
//! One person may sign as assigned leader and as president, each time in a named capacity;
//! independence lies in the bureau's check and the leading group's confirmation.

use chrono::{DateTime, Utc};

use super::{Closing, Decision};
use crate::domain::code::getters;
use crate::domain::content_hash::ContentHash;
use crate::domain::handling::{self, NotNow};
use crate::domain::ids::{ClosingId, PetitionCaseId, RoundId, StaffId, UnitId};
use crate::domain::outcome::Outcome;
use crate::domain::petition_case::PetitionCase;
use crate::domain::sign_step::SignStep;
use crate::domain::staff::{Actor, PostKind};
use crate::domain::unit::UnitKind;

/// Why a report can't be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// Another content than the one seen.
    #[error("办结报告已有变化，请重新核对")]
    Changed,
    #[error("{0}这一环节已经签批，现在等待的是{1}，不需要再签")]
    Taken(&'static str, &'static str),
    #[error("还没有轮到{0}：现在等待的是{1}，请在其签批后再办理")]
    TooEarly(&'static str, &'static str),
    #[error("这份办结报告已退回补正，请等责任单位重新报送后再签批")]
    Returned,
    #[error("责任单位已另报一份办结报告，这一份不再签批")]
    Superseded,
    #[error("案件已转入新的办理环节，这份办结报告不再签批")]
    Former,
    #[error("这份办结报告的各个环节已全部签批，不需要再签")]
    Complete,
    #[error(transparent)]
    NotNow(#[from] NotNow),
    #[error("现在等待的是{0}，不由您的岗位办理")]
    OtherRole(&'static str),
    #[error("须由本案包案领导本人签字")]
    NotTheLeader,
    #[error("只能签批本院的办结报告")]
    OtherCourt,
    #[error("须由本院院长签字")]
    NotThePresident,
    #[error("须由中院院长或者主管院长签字")]
    NotInCharge,
    #[error("办理过本案的人不能审核、认定")]
    Handled,
    #[error("院长环节的签字人不能再作审核、认定")]
    SignedAsPresident,
    #[error("前一环节的审核人不能再作认定")]
    Checked,
    #[error("代理人办理过本案，或者已在前一环节签字，不能代他人签字")]
    OwnWork,
    #[error("请写明退回原因")]
    NoReason,
    #[error("有附件查出病毒，已不能打开。请退回责任单位，换一份后重新报送")]
    Infected,
}

impl NotSigned {
    /// Whether someone was faster, as opposed to a rule that says no.
    pub const fn is_stale(self) -> bool {
        matches!(self, Self::Changed)
    }

    /// Whether it is no longer, or not yet, the turn of the step.
    pub const fn is_out_of_turn(self) -> bool {
        matches!(
            self,
            Self::Taken(..)
                | Self::TooEarly(..)
                | Self::Returned
                | Self::Superseded
                | Self::Former
                | Self::Complete
                | Self::NotNow(_)
        )
    }
}

/// Who signs: the actor, with the posts held on the day.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    pub actor: &'a Actor,
    pub posts: &'a [(PostKind, String)],
}

/// What is decided, on which step and on which content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub step: SignStep,
    pub decision: Decision,
    pub opinion: String,
    /// The hash of the content that the page showed.
    pub seen: ContentHash,
}

/// What a signature does to the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It goes on to the next step, or back before the unit had closed.
    None,
    /// The unit has closed it: the closing clock stops, for the time being.
    UnitClosed,
    /// It comes back to the unit: the closing clock runs on with the time already used.
    BackToUnit,
    /// The closing is confirmed: the round ends with this outcome.
    Confirmed { outcome: Outcome, unit_closed_at: DateTime<Utc> },
}

/// The fact that a step was signed. Only [`sign`] makes one.
#[derive(Debug)]
#[must_use = "a decision has no effect until it is recorded"]
pub struct Signed {
    closing: ClosingId,
    case: PetitionCaseId,
    round: RoundId,
    unit: UnitId,
    seen: i32,
    verdict: Verdict,
    capacity: String,
    effect: Effect,
    by: StaffId,
    at: DateTime<Utc>,
}

getters! {
    Signed {
        closing: ClosingId,
        case: PetitionCaseId,
        round: RoundId,
        unit: UnitId,
        /// The version of the case that was read.
        seen: i32,
        verdict: &Verdict,
        capacity: &str,
        effect: Effect,
        by: StaffId,
        at: DateTime<Utc>,
    }
}

/// Signs the step that waits, or returns the report with a reason. A signature is bound to the
/// content: what was seen must be what is there.
pub fn sign(
    signer: Signer<'_>,
    case: &PetitionCase,
    closing: &Closing,
    verdict: Verdict,
    at: DateTime<Utc>,
) -> Result<Signed, NotSigned> {
    if !closing.is_intact() || verdict.seen != closing.content.hash() {
        return Err(NotSigned::Changed);
    }
    let next = waiting_step(case, closing)?;
    if verdict.step != next {
        let [step, next] = [verdict.step, next].map(|step| step.label_at(closing.court_kind));
        let taken = closing.signature(verdict.step).is_some();
        return Err(if taken {
            NotSigned::Taken(step, next)
        } else {
            NotSigned::TooEarly(step, next)
        });
    }
    let capacity = may_sign(signer, case, closing, verdict.step)?;
    if verdict.decision == Decision::Return && verdict.opinion.trim().is_empty() {
        return Err(NotSigned::NoReason);
    }
    let is_infected = closing.content.papers.iter().any(|paper| paper.is_infected);
    if verdict.decision != Decision::Return && is_infected {
        return Err(NotSigned::Infected);
    }
    let effect = effect(closing, &verdict);
    Ok(Signed {
        closing: closing.id,
        case: case.id,
        round: closing.round,
        unit: closing.content.unit,
        seen: case.version,
        verdict,
        capacity,
        effect,
        by: signer.actor.staff,
        at,
    })
}

/// The step that waits, or why none does.
pub fn waiting_step(case: &PetitionCase, closing: &Closing) -> Result<SignStep, NotSigned> {
    let is_returned = closing.returned().is_some();
    if closing.next().is_none() && !is_returned && !closing.superseded {
        return Err(NotSigned::Complete);
    }
    match handling::under_way(case) {
        Err(ended @ (NotNow::Closed | NotNow::Void)) => return Err(ended.into()),
        Err(NotNow::NotAssigned | NotNow::NotAcknowledged | NotNow::BeforeTheBureau) => {
            return Err(NotSigned::Former);
        }
        Ok(()) => {}
    }
    if case.round != closing.round {
        return Err(NotSigned::Former);
    }
    if closing.superseded {
        return Err(NotSigned::Superseded);
    }
    if is_returned {
        return Err(NotSigned::Returned);
    }
    closing.next().ok_or(NotSigned::Complete)
}

/// The capacity in which this person may take the step.
pub fn may_sign(
    signer: Signer<'_>,
    case: &PetitionCase,
    closing: &Closing,
    step: SignStep,
) -> Result<String, NotSigned> {
    let actor = signer.actor;
    if !step.is_for(actor.role) {
        return Err(NotSigned::OtherRole(step.label_at(closing.court_kind)));
    }
    if judges_own_work(actor, closing) {
        return Err(NotSigned::OwnWork);
    }
    match step {
        SignStep::Leader if case.leader != Some(actor.holder()) => Err(NotSigned::NotTheLeader),
        SignStep::Leader => Ok(signer.capacity("包案领导")),
        SignStep::President => presidents_post(signer, closing),
        SignStep::Bureau => independent(actor, closing).map(|()| signer.capacity("信访局")),
        SignStep::LeadingGroup => independent(actor, closing).map(|()| signer.capacity("领导小组")),
    }
}

impl Signer<'_> {
    /// 「包案领导（副院长）」; the title alone where it says the part itself, as 「信访局局长」 does.
    fn capacity(&self, part: &str) -> String {
        match self.posts.first() {
            Some((_, title)) if title.contains(part) => title.clone(),
            Some((_, title)) => format!("{part}（{title}）"),
            None => part.to_owned(),
        }
    }
}

/// Which posts sign for a court, and what is said to others.
const fn presidents(court: UnitKind) -> (&'static [PostKind], NotSigned) {
    match court {
        UnitKind::IntermediateCourt | UnitKind::HighCourt => {
            (&[PostKind::VicePresidentInCharge, PostKind::President], NotSigned::NotInCharge)
        }
        // The tribunal counts as a court; who heads it is its 庭长.
        UnitKind::Tribunal => {
            (&[PostKind::President, PostKind::DivisionChief], NotSigned::NotThePresident)
        }
        UnitKind::BaseCourt | UnitKind::Division | UnitKind::PetitionBureau => {
            (&[PostKind::President], NotSigned::NotThePresident)
        }
    }
}

fn presidents_post(signer: Signer<'_>, closing: &Closing) -> Result<String, NotSigned> {
    if signer.actor.court != closing.court {
        return Err(NotSigned::OtherCourt);
    }
    let (posts, refusal) = presidents(closing.court_kind);
    let held = |kind: &PostKind| signer.posts.iter().find(|(post, _)| post == kind);
    posts.iter().find_map(held).map(|(_, title)| title.clone()).ok_or(refusal)
}

/// Whether a substitute (代理) would put another's signature under work of their own: they handled the
/// case, wrote the report, or signed an earlier step other than for the same person.
fn judges_own_work(actor: &Actor, closing: &Closing) -> bool {
    let signed =
        closing.valid().any(|one| one.by == actor.staff && one.on_behalf_of != actor.on_behalf_of);
    actor.on_behalf_of.is_some() && (signed || closing.was_handled_by(actor.staff))
}

/// Whether someone is free of the case: not of the unit that handled it, never of its team, not a
/// signatory of an earlier step.
fn independent(actor: &Actor, closing: &Closing) -> Result<(), NotSigned> {
    let signed = |step| {
        closing.signature(step).is_some_and(|one| {
            actor.is(one.by) || one.on_behalf_of.is_some_and(|principal| actor.is(principal))
        })
    };
    if actor.unit == closing.content.unit || closing.was_handled_by(actor.holder()) {
        Err(NotSigned::Handled)
    } else if signed(SignStep::President) {
        Err(NotSigned::SignedAsPresident)
    } else if signed(SignStep::Bureau) {
        Err(NotSigned::Checked)
    } else {
        Ok(())
    }
}

/// Before the leader has signed, the closing clock runs on; from then on it stands still.
fn effect(closing: &Closing, verdict: &Verdict) -> Effect {
    let Some(leader) = closing.signature(SignStep::Leader) else {
        return match verdict.decision {
            Decision::Approve => Effect::UnitClosed,
            Decision::Return => Effect::None,
        };
    };
    match verdict.decision {
        Decision::Return => Effect::BackToUnit,
        Decision::Approve if closing.steps().last() == Some(verdict.step) => {
            Effect::Confirmed { outcome: closing.content.outcome, unit_closed_at: leader.at }
        }
        Decision::Approve => Effect::None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Signature;
    use super::super::content::sample::content;
    use super::*;
    use crate::domain::access::Depth;
    use crate::domain::ids::GrantId;
    use crate::domain::petition_case::Stage;
    use crate::domain::staff::Role;
    use uuid::Uuid;

    const COURT: UnitId = UnitId(10);
    const INTERMEDIATE: UnitId = UnitId(1);
    const BUREAU: UnitId = UnitId(2);
    /// Leader and president of the base court in one person.
    const CHEN: StaffId = StaffId(6);
    const HANDLER: StaffId = StaffId(5);
    const SUN: StaffId = StaffId(20);
    const ZHAO: StaffId = StaffId(30);

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}:00+08:00").parse().unwrap()
    }

    fn actor(staff: StaffId, role: Role) -> Actor {
        let (unit, court, court_kind) = if matches!(role, Role::Bureau | Role::BureauHead) {
            (BUREAU, INTERMEDIATE, UnitKind::IntermediateCourt)
        } else if role == Role::LeadingGroup {
            (INTERMEDIATE, INTERMEDIATE, UnitKind::IntermediateCourt)
        } else {
            (COURT, COURT, UnitKind::BaseCourt)
        };
        Actor { staff, on_behalf_of: None, grant: GrantId(1), role, unit, court, court_kind }
    }

    fn posts(kind: PostKind) -> Vec<(PostKind, String)> {
        vec![(kind, kind.label().to_owned())]
    }

    fn case() -> PetitionCase {
        PetitionCase {
            id: PetitionCaseId(128),
            number: "XF2026-00128".to_owned(),
            unit: COURT,
            unit_name: "东湖法院".to_owned(),
            round: RoundId(1),
            round_number: 1,
            stage: Stage::Replied,
            is_open: true,
            version: 4,
            opened_at: at("2026-06-08T09:00"),
            assignment: None,
            leader: Some(CHEN),
            handler: Some(HANDLER),
            depth: Depth::Content,
        }
    }

    fn signature(step: SignStep, by: StaffId) -> Signature {
        Signature {
            step,
            decision: Decision::Approve,
            opinion: String::new(),
            capacity: step.label().to_owned(),
            by,
            on_behalf_of: None,
            name: "陈某某".to_owned(),
            at: at("2026-06-20T09:00"),
            hash: content().hash(),
        }
    }

    fn closing(signed: &[(SignStep, StaffId)]) -> Closing {
        Closing {
            id: ClosingId(3),
            uuid: Uuid::from_u128(3),
            round: RoundId(1),
            court: COURT,
            court_kind: UnitKind::BaseCourt,
            content: content(),
            superseded: false,
            applied_by: HANDLER,
            writer: "李某某".to_owned(),
            applied_at: at("2026-06-19T09:00"),
            handled_by: vec![CHEN, HANDLER],
            signatures: signed.iter().map(|&(step, by)| signature(step, by)).collect(),
        }
    }

    fn verdict(step: SignStep, decision: Decision, opinion: &str) -> Verdict {
        Verdict { step, decision, opinion: opinion.to_owned(), seen: content().hash() }
    }

    /// Signs the step with approval; the capacity, or why not.
    fn signed(who: (StaffId, Role, PostKind), closing: &Closing, step: SignStep) -> String {
        let (staff, role, post) = who;
        let (actor, held) = (actor(staff, role), posts(post));
        let signer = Signer { actor: &actor, posts: &held };
        let verdict = verdict(step, Decision::Approve, "");
        match sign(signer, &case(), closing, verdict, at("2026-06-21T09:00")) {
            Ok(fact) => fact.capacity().to_owned(),
            Err(refusal) => refusal.to_string(),
        }
    }

    /// The signatures before a step.
    const BEFORE: [(SignStep, StaffId); 3] =
        [(SignStep::Leader, CHEN), (SignStep::President, CHEN), (SignStep::Bureau, SUN)];

    #[test]
    fn each_step_has_its_signatory() {
        use PostKind::{BureauDirector, Officer, President, VicePresident};
        let other = StaffId(99);
        let table = [
            (SignStep::Leader, (CHEN, Role::Leader, President), "包案领导（院长）"),
            (SignStep::Leader, (other, Role::Leader, VicePresident), "须由本案包案领导本人签字"),
            (
                SignStep::Leader,
                (CHEN, Role::President, President),
                "现在等待的是包案领导签字，不由您的岗位办理",
            ),
            (SignStep::President, (CHEN, Role::President, President), "院长"),
            (SignStep::President, (other, Role::President, VicePresident), "须由本院院长签字"),
            (
                SignStep::President,
                (CHEN, Role::Leader, President),
                "现在等待的是院长签字，不由您的岗位办理",
            ),
            (SignStep::Bureau, (SUN, Role::Bureau, Officer), "信访局（工作人员）"),
            (SignStep::Bureau, (SUN, Role::BureauHead, BureauDirector), "信访局局长"),
            (SignStep::Bureau, (HANDLER, Role::Bureau, Officer), "办理过本案的人不能审核、认定"),
            (SignStep::Bureau, (CHEN, Role::Bureau, Officer), "办理过本案的人不能审核、认定"),
            (
                SignStep::Bureau,
                (SUN, Role::LeadingGroup, Officer),
                "现在等待的是中院信访局审核，不由您的岗位办理",
            ),
            (
                SignStep::LeadingGroup,
                (ZHAO, Role::LeadingGroup, VicePresident),
                "领导小组（副院长）",
            ),
            (
                SignStep::LeadingGroup,
                (SUN, Role::LeadingGroup, Officer),
                "前一环节的审核人不能再作认定",
            ),
            (
                SignStep::LeadingGroup,
                (HANDLER, Role::LeadingGroup, Officer),
                "办理过本案的人不能审核、认定",
            ),
            (
                SignStep::LeadingGroup,
                (ZHAO, Role::Bureau, Officer),
                "现在等待的是领导小组认定，不由您的岗位办理",
            ),
        ];
        for (step, who, expected) in table {
            let before = BEFORE.iter().take_while(|(one, _)| *one != step).copied();
            let closing = closing(&before.collect::<Vec<_>>());
            assert_eq!(closing.next(), Some(step));
            assert_eq!(signed(who, &closing, step), expected, "{step:?} by {who:?}");
        }
    }

    #[test]
    fn the_intermediate_court_is_signed_for_by_its_president_or_vice_president_in_charge() {
        use PostKind::{President, VicePresident, VicePresidentInCharge};
        let mut closing = closing(&BEFORE[..1]);
        closing.court_kind = UnitKind::IntermediateCourt;
        let table = [
            (VicePresidentInCharge, "主管院长"),
            (President, "院长"),
            (VicePresident, "须由中院院长或者主管院长签字"),
        ];
        for (post, expected) in table {
            let who = (StaffId(40), Role::President, post);
            assert_eq!(signed(who, &closing, SignStep::President), expected, "{post:?}");
        }
        closing.court = INTERMEDIATE;
        let who = (StaffId(40), Role::President, President);
        assert_eq!(signed(who, &closing, SignStep::President), "只能签批本院的办结报告");
    }

    /// S59.
    #[test]
    fn a_report_is_not_signed_for_while_malware_is_in_one_of_its_papers() {
        let mut closing = closing(&BEFORE[..2]);
        let who = (SUN, Role::Bureau, PostKind::Officer);
        closing.content.papers[0].is_infected = true;
        let said = signed(who, &closing, SignStep::Bureau);
        assert_eq!(said, "有附件查出病毒，已不能打开。请退回责任单位，换一份后重新报送");
        closing.content.papers[0].is_infected = false;
        assert_eq!(signed(who, &closing, SignStep::Bureau), "信访局（工作人员）");
    }

    #[test]
    fn who_signed_as_president_neither_checks_nor_confirms() {
        let president = StaffId(41);
        let mut closing = closing(&[(SignStep::Leader, CHEN), (SignStep::President, president)]);
        let told = "院长环节的签字人不能再作审核、认定";
        let who = |role| (president, role, PostKind::Officer);
        assert_eq!(signed(who(Role::Bureau), &closing, SignStep::Bureau), told);
        closing.signatures.push(signature(SignStep::Bureau, SUN));
        assert_eq!(signed(who(Role::LeadingGroup), &closing, SignStep::LeadingGroup), told);
    }

    #[test]
    fn the_unit_that_handled_the_case_does_not_check_it() {
        let mut closing = closing(&[]);
        closing.content.unit = BUREAU;
        let present = closing.content.hash();
        closing.signatures = vec![
            Signature { hash: present, ..signature(SignStep::Leader, CHEN) },
            Signature { hash: present, ..signature(SignStep::President, CHEN) },
        ];
        let (actor, posts) = (actor(SUN, Role::Bureau), posts(PostKind::Officer));
        let signer = Signer { actor: &actor, posts: &posts };
        let told = may_sign(signer, &case(), &closing, SignStep::Bureau);
        assert_eq!(told, Err(NotSigned::Handled));
    }

    #[test]
    fn a_signature_is_given_for_the_present_content_on_the_step_that_waits() {
        type Change = fn(&mut PetitionCase, &mut Closing, &mut Verdict);
        let table: [(&str, Change); 14] = [
            ("办结报告已有变化", |_, _, verdict| verdict.seen = ContentHash::of("")),
            ("办结报告已有变化", |_, closing, _| closing.content.round_number = 2),
            // An earlier signature is void.
            ("办结报告已有变化", |_, closing, verdict| {
                closing.signatures.iter_mut().for_each(|one| one.hash = ContentHash::of(""));
                verdict.step = SignStep::Leader;
            }),
            (
                "院长签字这一环节已经签批，现在等待的是中院信访局审核",
                |_, closing, _| {
                    closing.signatures.push(signature(SignStep::President, CHEN));
                },
            ),
            (
                "还没有轮到中院信访局审核：现在等待的是院长签字",
                |_, _, verdict| {
                    verdict.step = SignStep::Bureau;
                },
            ),
            ("这份办结报告已退回补正", |_, closing, _| {
                closing.signatures.iter_mut().for_each(|one| one.decision = Decision::Return);
            }),
            ("责任单位已另报一份办结报告", |_, closing, _| closing.superseded = true),
            ("各个环节已全部签批", |_, closing, _| {
                let all = SignStep::ALL.iter();
                closing.signatures = all.map(|&step| signature(step, CHEN)).collect();
            }),
            ("本案已办结归档", |case, _, _| case.stage = Stage::ConfirmedClosed),
            ("本案已作废", |case, _, _| case.stage = Stage::Void),
            // What became of the case is said before what became of the report.
            ("本案已办结归档", |case, closing, _| {
                case.stage = Stage::ConfirmedClosed;
                closing.superseded = true;
            }),
            ("本案已作废", |case, closing, _| {
                case.stage = Stage::Void;
                closing.signatures.iter_mut().for_each(|one| one.decision = Decision::Return);
            }),
            ("案件已转入新的办理环节", |case, _, _| case.round = RoundId(99)),
            ("案件已转入新的办理环节", |case, _, _| case.stage = Stage::Assigned),
        ];
        for (said, change) in table {
            let (mut case, mut closing) = (case(), closing(&BEFORE[..1]));
            let mut verdict = verdict(SignStep::President, Decision::Approve, "");
            change(&mut case, &mut closing, &mut verdict);
            let (actor, posts) = (actor(CHEN, Role::President), posts(PostKind::President));
            let signer = Signer { actor: &actor, posts: &posts };
            let refused = sign(signer, &case, &closing, verdict, at("2026-06-21T09:00"));
            let refusal = refused.unwrap_err();
            assert!(refusal.to_string().contains(said), "{refusal}");
            assert_ne!(refusal.is_stale(), refusal.is_out_of_turn(), "{refusal}");
        }
    }

    #[test]
    fn what_a_decision_does_to_the_case() {
        use Decision::{Approve, Return};
        let confirmed = Effect::Confirmed {
            outcome: Outcome::SettledWritten,
            unit_closed_at: at("2026-06-20T09:00"),
        };
        let table = [
            (SignStep::Leader, Approve, true, Effect::UnitClosed),
            (SignStep::Leader, Return, true, Effect::None),
            (SignStep::President, Approve, true, Effect::None),
            (SignStep::President, Return, true, Effect::BackToUnit),
            (SignStep::Bureau, Approve, true, Effect::None),
            (SignStep::Bureau, Return, true, Effect::BackToUnit),
            (SignStep::Bureau, Approve, false, confirmed),
            (SignStep::LeadingGroup, Approve, true, confirmed),
            (SignStep::LeadingGroup, Return, true, Effect::BackToUnit),
        ];
        for (step, decision, needs_leading_group, expected) in table {
            let before: Vec<_> =
                BEFORE.iter().take_while(|(one, _)| *one != step).copied().collect();
            let mut closing = closing(&before);
            closing.content.needs_leading_group = needs_leading_group;
            let present = closing.content.hash();
            closing.signatures.iter_mut().for_each(|one| one.hash = present);
            let (role, staff, post) = match step {
                SignStep::Leader => (Role::Leader, CHEN, PostKind::President),
                SignStep::President => (Role::President, CHEN, PostKind::President),
                SignStep::Bureau => (Role::Bureau, SUN, PostKind::Officer),
                SignStep::LeadingGroup => (Role::LeadingGroup, ZHAO, PostKind::President),
            };
            let (actor, held) = (actor(staff, role), posts(post));
            let signer = Signer { actor: &actor, posts: &held };
            let verdict = Verdict { seen: present, ..verdict(step, decision, "请补充") };
            let fact = sign(signer, &case(), &closing, verdict, at("2026-06-21T09:00")).unwrap();
            assert_eq!(fact.effect(), expected, "{step:?} {decision:?}");
        }
    }

    /// What the step of a case of CHEN says to someone who acts for another.
    fn signed_for(
        (staff, principal): (StaffId, StaffId),
        (step, role): (SignStep, Role),
        before: &[(SignStep, StaffId, Option<StaffId>)],
    ) -> String {
        let mut closing = closing(&[]);
        closing.signatures = before
            .iter()
            .map(|&(step, by, on_behalf_of)| Signature { on_behalf_of, ..signature(step, by) })
            .collect();
        let actor = Actor { on_behalf_of: Some(principal), ..actor(staff, role) };
        let held = posts(PostKind::President);
        let signer = Signer { actor: &actor, posts: &held };
        may_sign(signer, &case(), &closing, step).unwrap_or_else(|refusal| refusal.to_string())
    }

    #[test]
    fn a_substitute_signs_in_anothers_place_and_never_their_own_work() {
        use SignStep::{Bureau, Leader, President};
        let (other, third) = (StaffId(99), StaffId(98));
        let own = "代理人办理过本案，或者已在前一环节签字，不能代他人签字";
        let (leader, president) = ((Leader, Role::Leader), (President, Role::President));
        assert_eq!(signed_for((other, CHEN), leader, &[]), "包案领导（院长）");
        assert_eq!(signed_for((other, third), leader, &[]), "须由本案包案领导本人签字");
        assert_eq!(signed_for((HANDLER, CHEN), leader, &[]), own);
        for (by, principal, expected) in [
            (CHEN, None, "院长"),
            (other, Some(CHEN), "院长"),
            (other, Some(third), own),
            (other, None, own),
        ] {
            let before = [(Leader, by, principal)];
            assert_eq!(
                signed_for((other, CHEN), president, &before),
                expected,
                "{by} {principal:?}"
            );
        }
        let bureau = (Bureau, Role::Bureau);
        let before = [(Leader, CHEN, None), (President, other, Some(third))];
        assert_eq!(signed_for((SUN, ZHAO), bureau, &before), "信访局（院长）");
        assert_eq!(signed_for((SUN, HANDLER), bureau, &before), "办理过本案的人不能审核、认定");
        assert_eq!(signed_for((SUN, third), bureau, &before), "院长环节的签字人不能再作审核、认定");
    }

    #[test]
    fn a_return_says_why() {
        let (actor, posts) = (actor(CHEN, Role::Leader), posts(PostKind::President));
        let signer = Signer { actor: &actor, posts: &posts };
        for (opinion, refused) in [("", true), (" \n", true), ("答复笔录缺签名", false)] {
            let verdict = verdict(SignStep::Leader, Decision::Return, opinion);
            let told = sign(signer, &case(), &closing(&[]), verdict, at("2026-06-21T09:00"));
            assert_eq!(told.is_err_and(|no| no == NotSigned::NoReason), refused, "{opinion:?}");
        }
    }

    #[test]
    fn without_the_leading_group_the_chain_ends_at_the_bureau() {
        let mut closing = closing(&BEFORE);
        assert_eq!(closing.next(), Some(SignStep::LeadingGroup));
        closing.content.needs_leading_group = false;
        let present = closing.content.hash();
        closing.signatures.iter_mut().for_each(|one| one.hash = present);
        assert_eq!(closing.next(), None);
        let labels: Vec<_> =
            closing.steps().map(|step| step.label_at(UnitKind::IntermediateCourt)).collect();
        assert_eq!(labels, ["包案领导签字", "主管院长签字", "中院信访局审核"]);
    }
}
