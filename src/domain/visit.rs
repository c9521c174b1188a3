//! The register (来访 来信 来电 网上 视频): one visit, letter or call, and what was decided about it.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::calendar::{day_of, earliest_entry};
pub use super::category::Category;
use super::code::{codes, getters};
use super::court_case::StatedNumber;
use super::ids::{PetitionCaseId, StaffId, UnitId, VisitId};
use super::petitioner::{IdNumber, IdOverride, IdType, Name, NoIdReason, Phone, Sex};
use super::staff::{Actor, Role};

codes! {
    /// How it reached the court (收到方式).
    Channel {
        Visit = "visit", "来访";
        Letter = "letter", "来信";
        Call = "call", "来电";
        Online = "online", "网上";
        Video = "video", "视频";
    }
}

codes! {
    /// 来访形式. A collective visit usually has five persons or more; the clerk decides.
    VisitForm {
        Individual = "individual", "个人访";
        Group = "group", "集体访";
        Agent = "agent", "委托代理";
    }
}

codes! {
    /// 事项性质. An accusation of court staff leaves this flow and is sealed.
    VisitKind {
        Petition = "petition", "申诉信访";
        Accusation = "accusation", "检举控告";
        Suggestion = "suggestion", "意见建议";
        OtherOrgan = "other_organ", "非法院职责";
    }
}

codes! {
    /// 处理方式 (T2 to T8). Only what is accepted waits for assignment.
    Disposition {
        ResolvedOnSpot = "resolved_on_spot", "当场答复";
        JoinedToCase = "joined_to_case", "并入已有";
        Accepted = "accepted", "受理待交办";
        RoutedToLitigation = "routed_to_litigation", "导入诉讼";
        TransferredOut = "transferred_out", "转送";
        NotAccepted = "not_accepted", "不予受理";
    }
}

codes! {
    /// 导入的程序, with the lawful way that the notice names.
    LitigationRoute {
        Retrial = "retrial", "申请再审";
        EnforcementObjection = "enforcement_objection", "执行异议";
        Reconsideration = "reconsideration", "复议";
        ResumedEnforcement = "resumed_enforcement", "申请恢复执行";
        NewSuit = "new_suit", "另行起诉";
        StateCompensation = "state_compensation", "国家赔偿";
        Other = "other", "其他";
    }
}

codes! {
    /// 需要的帮助: on the visit, never on the person.
    Assist {
        Sign = "sign", "手语";
        Dialect = "dialect", "方言";
        Wheelchair = "wheelchair", "轮椅";
        Scribe = "scribe", "代写";
        Guardian = "guardian", "监护人陪同";
    }
}

codes! {
    /// Why a case that has ended is handled again (T28).
    ReopenReason {
        FurtherVisit = "further_visit", "化解后再次来访";
        PromiseUnkept = "promise_unkept", "承诺事项未兑现";
        NewFacts = "new_facts", "出现新的事实、证据";
        CorrectionOrdered = "correction_ordered", "上级责令纠正";
    }
}

/// Number of persons from which a visit is usually registered as collective.
pub const COLLECTIVE_FROM: u32 = 5;
/// 《信访工作条例》第二十条: at most five representatives.
pub const MOST_REPRESENTATIVES: usize = 5;
/// A further visit on the same matter within this time is a repeated one (重复访), at whatever court.
pub const REPEAT_WITHIN: Duration = Duration::days(365);
/// Where an accusation goes: no court's business side reads it.
pub const INSPECTION: &str = "督察部门";
/// How long the one who registered may take it back.
const UNDO: Duration = Duration::minutes(10);

/// An identity document as it was shown, or why none was.
#[derive(Debug, Clone)]
pub enum Document {
    /// An ID card whose number is right.
    Verified(IdNumber),
    /// A number that is kept as shown, with the reason why it stands: 身份未核实.
    AsShown(IdType, String, Option<IdOverride>),
    /// None: nobody is refused for it.
    None(NoIdReason),
}

/// A person as the window learned of them.
#[derive(Debug, Clone)]
pub struct Identity {
    pub document: Document,
    pub name: Name,
    pub sex: Option<Sex>,
    pub birth_date: Option<NaiveDate>,
    pub region: String,
    pub contact: Contact,
}

/// By what someone can be reached, as far as they told it.
#[derive(Debug, Clone, Default)]
pub struct Contact {
    pub phone: Option<Phone>,
    pub address: String,
}

/// What happens next, with what it needs said.
#[derive(Debug, Clone)]
pub enum Course {
    Answered(String),
    /// The number of the case, known to be there.
    Joined(PetitionCaseId),
    /// Joined to a case that has ended: its next round opens, and waits for the bureau.
    Reopened(PetitionCaseId, ReopenReason),
    Accepted,
    Routed(LitigationRoute),
    Transferred(String),
    NotAccepted(String),
}

impl Course {
    /// The disposition that it is.
    pub const fn disposition(&self) -> Disposition {
        match self {
            Self::Answered(_) => Disposition::ResolvedOnSpot,
            Self::Joined(_) | Self::Reopened(..) => Disposition::JoinedToCase,
            Self::Accepted => Disposition::Accepted,
            Self::Routed(_) => Disposition::RoutedToLitigation,
            Self::Transferred(_) => Disposition::TransferredOut,
            Self::NotAccepted(_) => Disposition::NotAccepted,
        }
    }
}

/// What was said.
#[derive(Debug, Clone)]
pub enum Account {
    Told(String),
    /// 诉求同上次: the visit whose text holds again.
    SameAs(VisitId),
}

/// One visit as the window filled it in.
#[derive(Debug, Clone)]
pub struct Entry {
    pub channel: Channel,
    pub received_at: DateTime<Utc>,
    pub posted_on: Option<NaiveDate>,
    pub form: VisitForm,
    pub people: u32,
    pub involved: Option<u32>,
    /// Name, and the ID number as shown.
    pub representatives: Vec<(String, String)>,
    /// The principal and whether there is a mandate.
    pub principal: Option<(String, bool)>,
    pub assist: Vec<Assist>,
    pub kind: VisitKind,
    pub category: Category,
    pub origin: Option<UnitId>,
    pub court_case: Option<StatedNumber>,
    pub account: Account,
    pub course: Course,
    pub urgent_reason: String,
    pub receiver: StaffId,
    /// Why this is not the matter of a case that the same person has about the same court case.
    pub not_same: Option<(PetitionCaseId, String)>,
    /// Whether it accuses the petition bureau or one of its people.
    pub accuses_bureau: bool,
}

/// Why a visit can't be registered so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("来访登记由登记员、责任人和信访局办理")]
    NotYours,
    #[error("来访时间不能晚于现在")]
    InTheFuture,
    #[error("来访时间不能早于{0}，请核对年份")]
    TooEarly(NaiveDate),
    #[error("邮戳日期不能早于{0}，请核对年份")]
    PostedTooEarly(NaiveDate),
    #[error("代表不超过5人")]
    TooManyRepresentatives,
    #[error(
        "同一人的同一原审案件已有{number}（{court}）。是同一事项的请选“并入已有”；不是的请写明理由"
    )]
    SameMatter { number: String, court: String },
    #[error("只能由登记人本人撤销")]
    NotTheRecorder,
    #[error("登记已超过10分钟，不能撤销；登记有误的请作更正")]
    TooLate,
    #[error("这件登记已经撤销")]
    AlreadyVoid,
    #[error("请写明撤销的理由")]
    NoReason,
    #[error("并入的案件已经作出办理，不能撤销")]
    WorkHasBegun,
}

/// A case that the same person has about the same court case, at whatever court.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SameMatter {
    pub case: PetitionCaseId,
    pub number: String,
    pub court: String,
}

/// The fact that a visit was registered. Only [`register`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone)]
pub struct Registered {
    entry: Entry,
    at: DateTime<Utc>,
    by: StaffId,
    court: UnitId,
    unit: UnitId,
}

getters! {
    Registered {
        entry: &Entry,
        /// When it was recorded.
        at: DateTime<Utc>,
        by: StaffId,
        /// The court at whose window it was.
        court: UnitId,
        /// The unit that keeps it, and its case until that is assigned: the one of the grant, so that
        /// whoever registered it reaches it; what the bureau registers is its court's.
        unit: UnitId,
    }
}

impl Registered {
    /// Whether the text is sealed: accusations are read by the inspection office alone.
    pub const fn is_sealed(&self) -> bool {
        matches!(self.entry.kind, VisitKind::Accusation)
    }

    /// Whether it goes to the inspection office past the bureau, which it accuses.
    pub const fn goes_straight(&self) -> bool {
        self.is_sealed() && self.entry.accuses_bureau
    }

    /// Whether it opens a petition case of its own. Nothing registered is without a case, sealed
    /// accusations apart.
    pub const fn opens_case(&self) -> bool {
        !self.is_sealed() && !matches!(self.entry.course, Course::Joined(_) | Course::Reopened(..))
    }
}

/// Registers a visit (T1 with the screening of the window). `same` is a case of the same person
/// about the same court case, within the period of the repeat rule.
pub fn register(
    actor: &Actor,
    entry: Entry,
    same: Option<&SameMatter>,
    at: DateTime<Utc>,
) -> Result<Registered, Refusal> {
    if !matches!(actor.role, Role::Clerk | Role::Handler | Role::Bureau | Role::BureauHead) {
        return Err(Refusal::NotYours);
    }
    if entry.received_at > at {
        return Err(Refusal::InTheFuture);
    }
    let earliest = earliest_entry(at);
    if day_of(entry.received_at) < earliest {
        return Err(Refusal::TooEarly(earliest));
    }
    if entry.posted_on.is_some_and(|day| day < earliest) {
        return Err(Refusal::PostedTooEarly(earliest));
    }
    if entry.representatives.len() > MOST_REPRESENTATIVES {
        return Err(Refusal::TooManyRepresentatives);
    }
    if let Some(same) = same
        && !belongs_to(&entry, same.case)
        && entry.kind == VisitKind::Petition
    {
        return Err(Refusal::SameMatter { number: same.number.clone(), court: same.court.clone() });
    }
    let of_bureau = matches!(actor.role, Role::Bureau | Role::BureauHead);
    let unit = if of_bureau { actor.court } else { actor.unit };
    Ok(Registered { entry, at, by: actor.staff, court: actor.court, unit })
}

/// Whether it was joined to the case, or said with a reason not to be its matter.
fn belongs_to(entry: &Entry, case: PetitionCaseId) -> bool {
    match (&entry.course, &entry.not_same) {
        (Course::Joined(joined) | Course::Reopened(joined, _), _) if *joined == case => true,
        (_, Some((offered, reason))) => *offered == case && !reason.trim().is_empty(),
        _ => false,
    }
}

/// A registered visit, as taking it back asks for it.
#[derive(Debug, Clone)]
pub struct Standing {
    pub visit: VisitId,
    pub recorded_by: StaffId,
    pub recorded_at: DateTime<Utc>,
    pub is_void: bool,
    /// Whether the case that it opened was assigned or otherwise worked on.
    pub worked_on: bool,
}

/// The fact that a registration was taken back. The number stays, with the reason.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voided {
    visit: VisitId,
    reason: String,
    at: DateTime<Utc>,
    by: StaffId,
}

getters! {
    Voided {
        visit: VisitId,
        reason: &str,
        at: DateTime<Utc>,
        by: StaffId,
    }
}

impl Standing {
    /// Whether this person may take it back now (撤销登记), the reason apart.
    pub fn may_be_taken_back(&self, actor: &Actor, at: DateTime<Utc>) -> Result<(), Refusal> {
        if self.recorded_by != actor.staff {
            return Err(Refusal::NotTheRecorder);
        }
        if self.is_void {
            return Err(Refusal::AlreadyVoid);
        }
        if at - self.recorded_at > UNDO {
            return Err(Refusal::TooLate);
        }
        if self.worked_on {
            return Err(Refusal::WorkHasBegun);
        }
        Ok(())
    }
}

/// Takes a registration back within ten minutes (撤销登记); its number is not used again.
pub fn void(
    actor: &Actor,
    visit: &Standing,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<Voided, Refusal> {
    visit.may_be_taken_back(actor, at)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::NoReason);
    }
    Ok(Voided { visit: visit.visit, reason: reason.to_owned(), at, by: actor.staff })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::staff::sample::at_base_court;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn actor(role: Role) -> Actor {
        Actor { unit: UnitId(7), court: UnitId(7), ..at_base_court(role) }
    }

    fn entry(course: Course) -> Entry {
        Entry {
            channel: Channel::Visit,
            received_at: at("2026-06-15T02:00:00Z"),
            posted_on: None,
            form: VisitForm::Individual,
            people: 1,
            involved: None,
            representatives: Vec::new(),
            principal: None,
            assist: Vec::new(),
            kind: VisitKind::Petition,
            category: Category::EnforcementPayment,
            origin: None,
            court_case: None,
            account: Account::Told("执行案款未足额发放".to_owned()),
            course,
            urgent_reason: String::new(),
            receiver: StaffId(1),
            not_same: None,
            accuses_bureau: false,
        }
    }

    const NOW: &str = "2026-06-15T02:10:00Z";

    #[test]
    fn the_windows_roles_register_and_no_other() {
        for role in Role::ALL {
            let answer = register(&actor(*role), entry(Course::Accepted), None, at(NOW));
            let may = matches!(role, Role::Clerk | Role::Handler | Role::Bureau | Role::BureauHead);
            assert_eq!(answer.is_ok(), may, "{role:?}");
        }
    }

    #[test]
    fn a_visit_is_entered_within_five_years_of_its_day() {
        let first = NaiveDate::from_ymd_opt(2021, 6, 15).unwrap();
        let received = |text: &str| Entry { received_at: at(text), ..entry(Course::Accepted) };
        let posted = |text: &str| Entry { posted_on: text.parse().ok(), ..entry(Course::Accepted) };
        for (entry, expected) in [
            (received("2026-06-15T02:11:00Z"), Some(Refusal::InTheFuture)),
            (received("2021-06-14T16:00:00Z"), None),
            (received("2021-06-14T15:59:00Z"), Some(Refusal::TooEarly(first))),
            (received("0000-12-31T16:00:00Z"), Some(Refusal::TooEarly(first))),
            (posted("2021-06-15"), None),
            (posted("2021-06-14"), Some(Refusal::PostedTooEarly(first))),
        ] {
            let answer = register(&actor(Role::Clerk), entry, None, at(NOW));
            assert_eq!(answer.err(), expected);
        }
    }

    #[test]
    fn what_is_registered_lies_within_the_reach_of_who_registered_it() {
        let of_division = |role| Actor { unit: UnitId(8), ..actor(role) };
        for (role, unit) in [(Role::Handler, 8), (Role::Clerk, 8), (Role::Bureau, 7)] {
            let fact = register(&of_division(role), entry(Course::Accepted), None, at(NOW));
            let fact = fact.unwrap();
            assert_eq!((fact.court(), fact.unit()), (UnitId(7), UnitId(unit)), "{role:?}");
        }
    }

    #[test]
    fn only_an_accusation_and_a_joined_visit_open_no_case() {
        let petition =
            |course| register(&actor(Role::Clerk), entry(course), None, at(NOW)).unwrap();
        assert!(petition(Course::Accepted).opens_case());
        assert!(petition(Course::NotAccepted("不属本院管辖".to_owned())).opens_case());
        assert!(!petition(Course::Joined(PetitionCaseId(1))).opens_case());
        let sealed = Entry { kind: VisitKind::Accusation, ..entry(Course::Accepted) };
        let fact = register(&actor(Role::Clerk), sealed, None, at(NOW)).unwrap();
        assert!(fact.is_sealed() && !fact.opens_case());
    }

    #[test]
    fn the_same_matter_is_joined_or_its_difference_explained() {
        let same = SameMatter {
            case: PetitionCaseId(128),
            number: "XF2026-00128".to_owned(),
            court: "东湖法院".to_owned(),
        };
        let explained = |reason: &str| Entry {
            not_same: Some((PetitionCaseId(128), reason.to_owned())),
            ..entry(Course::Accepted)
        };
        let table = [
            (entry(Course::Accepted), false),
            (entry(Course::Joined(PetitionCaseId(128))), true),
            (entry(Course::Joined(PetitionCaseId(9))), false),
            (explained("另一笔案款"), true),
            (explained(" "), false),
            (Entry { kind: VisitKind::Suggestion, ..entry(Course::Accepted) }, true),
        ];
        for (entry, accepted) in table {
            let answer = register(&actor(Role::Clerk), entry.clone(), Some(&same), at(NOW));
            assert_eq!(answer.is_ok(), accepted, "{:?} {:?}", entry.course, entry.not_same);
        }
    }

    #[test]
    fn a_registration_is_taken_back_by_its_recorder_within_ten_minutes() {
        let standing = |minutes, is_void, worked_on| Standing {
            visit: VisitId(1),
            recorded_by: StaffId(1),
            recorded_at: at(NOW) - Duration::minutes(minutes),
            is_void,
            worked_on,
        };
        let table = [
            (standing(10, false, false), "录错", None),
            (standing(11, false, false), "录错", Some(Refusal::TooLate)),
            (standing(1, true, false), "录错", Some(Refusal::AlreadyVoid)),
            (standing(1, false, true), "录错", Some(Refusal::WorkHasBegun)),
            (standing(1, false, false), "  ", Some(Refusal::NoReason)),
        ];
        for (standing, reason, expected) in table {
            let answer = void(&actor(Role::Clerk), &standing, reason, at(NOW));
            assert_eq!(answer.err(), expected);
        }
        let other = Standing { recorded_by: StaffId(2), ..standing(1, false, false) };
        assert_eq!(
            void(&actor(Role::Clerk), &other, "录错", at(NOW)),
            Err(Refusal::NotTheRecorder)
        );
    }
}
