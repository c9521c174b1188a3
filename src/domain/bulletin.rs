//! The bi-weekly bulletin (双周通报): its states, and what may follow what.
//!
//! Its figures are frozen once and never rewritten. What was wrong is put right by a
//! correction, a document of its own that names the old issue.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::calendar::{clock_time, day_of};
use super::code::{codes, getters};
use super::figure::{Bucket, Facts, Frame, Late, Metric, unowned};
use super::ids::{BulletinId, StaffId, UnitId};
use super::period::{Period, day_text};
use super::snapshot::{ContentHash, Snapshot};
use super::staff::{Actor, Role};
use super::unit::UnitKind;

codes! {
    /// Where an issue stands.
    State {
        /// Live numbers.
        Draft = "draft", "草稿";
        /// Frozen; the courts check their own figures.
        Checking = "checking", "审核";
        Signed = "signed", "已签发";
        Published = "published", "已发布";
        /// Published, and a correction names it.
        Superseded = "superseded", "已更正";
    }
}

impl State {
    /// Whether its numbers come from the snapshot and no longer from the live tables.
    pub const fn is_frozen(self) -> bool {
        match self {
            Self::Draft => false,
            Self::Checking | Self::Signed | Self::Published | Self::Superseded => true,
        }
    }

    /// Whether the base courts may read it.
    pub const fn is_public(self) -> bool {
        match self {
            Self::Published | Self::Superseded => true,
            Self::Draft | Self::Checking | Self::Signed => false,
        }
    }
}

/// An issue as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulletin {
    pub id: BulletinId,
    pub period: Period,
    pub state: State,
    /// The hash of the frozen snapshot; none in a draft.
    pub hash: Option<ContentHash>,
}

/// A total that was counted on its own, and the parts it must be the sum of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// What the parts divide, 「结果分类」.
    pub name: String,
    pub total: u32,
    pub parts: u32,
    /// The numbers of the cases that are in no part.
    pub unclassified: Vec<String>,
}

impl Whole {
    /// The integrity gate: parts sum to the whole, and nothing is unclassified.
    pub fn adds_up(&self) -> bool {
        self.parts == self.total && self.unclassified.is_empty()
    }
}

/// 「结果分类合计427，总数428，差1件：XF2026-00107未归类。」
impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, total, parts, unclassified } = self;
        write!(f, "{name}合计{parts}，总数{total}，差{}件", total.abs_diff(*parts))?;
        if unclassified.is_empty() {
            f.write_str("。")
        } else {
            write!(f, "：{}未归类。", unclassified.join("、"))
        }
    }
}

/// One whole a metric: every item must belong to a unit of the issue. A case of a unit that
/// was left out of the list would otherwise vanish without a word.
pub fn wholes_by_unit(snapshot: &Snapshot, units: &[UnitId], facts: &Facts) -> Vec<Whole> {
    let frame = Frame::of(snapshot.period);
    let whole = |metric: Metric| {
        let own = snapshot.figures.iter().filter(|figure| figure.metric == metric);
        let parts = length(own.map(|figure| figure.items.len()).sum());
        let unclassified = unowned(metric, units, facts, &frame);
        let total = parts + length(unclassified.len());
        Whole { name: metric.label().to_owned(), total, parts, unclassified }
    };
    snapshot.method.metrics().map(whole).collect()
}

/// The whole of the outcome classes (结果分类): the closed cases as they were counted on their own,
/// against those that the figures divide into classes.
pub fn whole_of_outcomes(snapshot: &Snapshot, closed: &[String]) -> Whole {
    let items = snapshot.figures.iter().filter(|figure| figure.metric == Metric::I08a);
    let classed: BTreeSet<_> = items
        .flat_map(|figure| &figure.items)
        .filter(|item| item.bucket != Bucket::Excluded)
        .map(|item| item.number.as_str())
        .collect();
    let unclassified =
        closed.iter().filter(|number| !classed.contains(number.as_str())).cloned().collect();
    Whole {
        name: "结果分类".to_owned(),
        total: length(closed.len()),
        parts: length(classed.len()),
        unclassified,
    }
}

fn length(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Why an issue can't take the step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("双周通报由信访局编制。")]
    NotTheBureau,
    #[error("双周通报由中级人民法院院长签发。")]
    NotThePresident,
    #[error("本期还没有结束，{}起可以生成。", day_text(*.0))]
    NotEnded(NaiveDate),
    #[error(
        "截止前提交的内容可能还在保存，{}{}起可以冻结。",
        day_text(day_of(*.0)),
        clock_time(*.0)
    )]
    StillComingIn(DateTime<Utc>),
    #[error("{0}")]
    PartsDiffer(Whole),
    #[error("{}的明细件数与分子、分母不符，不能冻结。", .0.label())]
    ItemsDiffer(Metric),
    #[error("数据快照缺少{}，不能冻结。", .0.label())]
    FigureLacking(Metric),
    #[error("数据快照不是本期的，不能冻结。")]
    OtherPeriod,
    #[error("本期数据已经冻结，不能再次冻结。")]
    AlreadyFrozen,
    #[error("本期数据还没有冻结，请先冻结数据。")]
    NotFrozen,
    #[error("本期通报已经签发。")]
    AlreadySigned,
    #[error("本期通报已经发布，不能再次发布；有错请另发更正。")]
    AlreadyPublished,
}

/// The fact that the draft of an issue was made. Only [`draft`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted {
    period: Period,
    by: StaffId,
    at: DateTime<Utc>,
}

getters! {
    Drafted {
        period: Period,
        by: StaffId,
        at: DateTime<Utc>,
    }
}

/// 生成草稿: by the bureau, once the fortnight is over.
pub fn draft(period: Period, actor: &Actor, at: DateTime<Utc>) -> Result<Drafted, Refusal> {
    of_the_bureau(actor)?;
    ended(period, at)?;
    Ok(Drafted { period, by: actor.staff, at })
}

/// The fact that an issue's data was frozen. Only [`freeze`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    step: Step,
    snapshot: Snapshot,
    late: Vec<Late>,
}

/// What an issue holds when its data is to be frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    pub snapshot: Snapshot,
    /// The totals that the snapshot's parts must sum to.
    pub wholes: Vec<Whole>,
    /// What came to light about the issue before.
    pub late: Vec<Late>,
}

getters! {
    Frozen {
        step: &Step,
        snapshot: &Snapshot,
        /// What came to light about the issue before; printed with this one.
        late: &[Late],
    }
}

impl Frozen {
    /// Over the whole snapshot; kept with the issue.
    pub fn hash(&self) -> ContentHash {
        self.snapshot.hash()
    }
}

/// Which issue took a step, and who took it when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    bulletin: BulletinId,
    by: StaffId,
    at: DateTime<Utc>,
}

getters! {
    Step {
        bulletin: BulletinId,
        by: StaffId,
        at: DateTime<Utc>,
    }
}

impl Step {
    fn of(bulletin: &Bulletin, actor: &Actor, at: DateTime<Utc>) -> Self {
        Self { bulletin: bulletin.id, by: actor.staff, at }
    }
}

/// How long after the cut-off what was sent before it may still be on its way into the records: a
/// fact bears the time at which it was sent, and a request that takes longer is given up.
const COMING_IN: TimeDelta = TimeDelta::minutes(15);

/// 冻结数据: by the bureau, once, when the fortnight is over and all of it is on record, every figure
/// of the method is there, its items add up to it and the parts of every whole sum to the whole.
pub fn freeze(
    bulletin: &Bulletin,
    contents: Contents,
    actor: &Actor,
    at: DateTime<Utc>,
) -> Result<Frozen, Refusal> {
    let Contents { snapshot, wholes, late } = contents;
    of_the_bureau(actor)?;
    ended(bulletin.period, at)?;
    let settled = bulletin.period.cut_off() + COMING_IN;
    if at < settled {
        return Err(Refusal::StillComingIn(settled));
    }
    if bulletin.state.is_frozen() {
        return Err(Refusal::AlreadyFrozen);
    }
    if snapshot.period != bulletin.period {
        return Err(Refusal::OtherPeriod);
    }
    if let Some(whole) = wholes.iter().find(|whole| !whole.adds_up()) {
        return Err(Refusal::PartsDiffer(whole.clone()));
    }
    if let Some(figure) = snapshot.figures.iter().find(|figure| !figure.adds_up()) {
        return Err(Refusal::ItemsDiffer(figure.metric));
    }
    if let Some(metric) = lacking(&snapshot) {
        return Err(Refusal::FigureLacking(metric));
    }
    Ok(Frozen { step: Step::of(bulletin, actor, at), snapshot, late })
}

/// A metric of the method that some unit of the snapshot has not exactly once.
fn lacking(snapshot: &Snapshot) -> Option<Metric> {
    let units: BTreeSet<_> = snapshot.figures.iter().map(|figure| figure.unit).collect();
    snapshot.method.metrics().find(|&metric| {
        let own = snapshot.figures.iter().filter(|figure| figure.metric == metric);
        let own: Vec<_> = own.map(|figure| figure.unit).collect();
        own.is_empty()
            || own.len() != units.len()
            || own.into_iter().collect::<BTreeSet<_>>() != units
    })
}

/// The fact that an issue was signed. Only [`sign`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    step: Step,
    hash: ContentHash,
}

getters! {
    Signed {
        step: &Step,
        /// The snapshot that was signed.
        hash: ContentHash,
    }
}

/// 签发: the president of the intermediate court signs the frozen figures, and no others.
pub fn sign(bulletin: &Bulletin, actor: &Actor, at: DateTime<Utc>) -> Result<Signed, Refusal> {
    if actor.role != Role::President || actor.court_kind != UnitKind::IntermediateCourt {
        return Err(Refusal::NotThePresident);
    }
    match (bulletin.state, bulletin.hash) {
        (State::Checking, Some(hash)) => Ok(Signed { step: Step::of(bulletin, actor, at), hash }),
        (State::Draft, _) | (State::Checking, None) => Err(Refusal::NotFrozen),
        (State::Signed | State::Published | State::Superseded, _) => Err(Refusal::AlreadySigned),
    }
}

/// The fact that an issue was published. Only [`publish`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    step: Step,
    hash: ContentHash,
}

getters! {
    Published {
        step: &Step,
        /// The snapshot that the courts read.
        hash: ContentHash,
    }
}

/// 发布: by the bureau, a frozen issue, once. Who signs it first (签发) is asked where approvals are, and
/// what was signed is the same snapshot.
pub fn publish(
    bulletin: &Bulletin,
    actor: &Actor,
    at: DateTime<Utc>,
) -> Result<Published, Refusal> {
    of_the_bureau(actor)?;
    match (bulletin.state, bulletin.hash) {
        (State::Checking | State::Signed, Some(hash)) => {
            Ok(Published { step: Step::of(bulletin, actor, at), hash })
        }
        (State::Draft, _) | (State::Checking | State::Signed, None) => Err(Refusal::NotFrozen),
        (State::Published | State::Superseded, _) => Err(Refusal::AlreadyPublished),
    }
}

/// Whether someone may take the bureau's steps: what a page offers and what the rules ask.
pub const fn may_edit(role: Role) -> bool {
    matches!(role, Role::Bureau | Role::BureauHead)
}

fn of_the_bureau(actor: &Actor) -> Result<(), Refusal> {
    if may_edit(actor.role) { Ok(()) } else { Err(Refusal::NotTheBureau) }
}

fn ended(period: Period, at: DateTime<Utc>) -> Result<(), Refusal> {
    if period.has_ended(at) { Ok(()) } else { Err(Refusal::NotEnded(period.day_after())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::figure::{AssignmentFacts, CaseFacts, Closed, Figure, LedgerFacts, Stamp};
    use crate::domain::ids::{AssignmentId, PetitionCaseId};
    use crate::domain::outcome::Outcome;
    use crate::domain::snapshot::Method;
    use crate::domain::staff::sample;

    type Change = fn(&mut Snapshot);

    const BY: StaffId = StaffId(9);

    fn actor(role: Role) -> Actor {
        Actor { staff: BY, ..sample::actor(role) }
    }

    fn bureau() -> Actor {
        actor(Role::Bureau)
    }

    fn moment(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn monday() -> DateTime<Utc> {
        moment("2026-06-15T09:00:00+08:00")
    }

    fn period() -> Period {
        "2026-W24".parse().unwrap()
    }

    fn snapshot() -> Snapshot {
        let units = [UnitId(1), UnitId(2)];
        Snapshot::derive(period(), Method::first(), &units, &Facts::default())
    }

    fn bulletin(state: State) -> Bulletin {
        let hash = state.is_frozen().then(|| snapshot().hash());
        Bulletin { id: BulletinId(3), period: period(), state, hash }
    }

    fn contents(snapshot: Snapshot, wholes: Vec<Whole>) -> Contents {
        Contents { snapshot, wholes, late: Vec::new() }
    }

    fn whole(total: u32, parts: u32, unclassified: &[&str]) -> Whole {
        let unclassified = unclassified.iter().map(|&number| number.to_owned()).collect();
        Whole { name: "结果分类".to_owned(), total, parts, unclassified }
    }

    fn said<T>(result: Result<T, Refusal>) -> Option<String> {
        result.err().map(|refusal| refusal.to_string())
    }

    #[test]
    fn an_issue_is_made_the_day_after_its_last_and_frozen_when_all_is_on_record() {
        let early = Some("本期还没有结束，6月15日起可以生成。");
        let coming_in = Some("截止前提交的内容可能还在保存，6月15日00:15起可以冻结。");
        for (at, drafted, frozen) in [
            ("2026-06-14T23:59:59+08:00", early, early),
            ("2026-06-15T00:00:00+08:00", None, coming_in),
            ("2026-06-15T00:14:59+08:00", None, coming_in),
            ("2026-06-15T00:15:00+08:00", None, None),
            ("2026-07-01T10:00:00+08:00", None, None),
        ] {
            let at = moment(at);
            assert_eq!(said(draft(period(), &bureau(), at)).as_deref(), drafted, "{at}");
            let contents = contents(snapshot(), vec![]);
            let done = freeze(&bulletin(State::Draft), contents, &bureau(), at);
            assert_eq!(said(done).as_deref(), frozen, "{at}");
        }
    }

    #[test]
    fn what_does_not_add_up_is_not_frozen() {
        for (what, total, parts, unclassified, refused) in [
            ("whole", 428, 428, vec![], None),
            (
                "one unclassified",
                428,
                427,
                vec!["XF2026-00107"],
                Some("结果分类合计427，总数428，差1件：XF2026-00107未归类。"),
            ),
            ("units of 001-E", 35, 28, vec![], Some("结果分类合计28，总数35，差7件。")),
            ("outcomes of 001-E", 35, 36, vec![], Some("结果分类合计36，总数35，差1件。")),
        ] {
            let whole = whole(total, parts, &unclassified);
            let frozen = freeze(
                &bulletin(State::Draft),
                contents(snapshot(), vec![whole]),
                &bureau(),
                monday(),
            );
            assert_eq!(said(frozen).as_deref(), refused, "{what}");
        }
    }

    #[test]
    fn a_snapshot_that_is_not_whole_is_not_frozen() {
        let changes: [(Change, Refusal); 6] = [
            (|s| s.period = s.period.previous(), Refusal::OtherPeriod),
            (|s| s.figures[0].denominator = 1, Refusal::ItemsDiffer(Metric::I07)),
            (
                |s| s.figures.retain(|one: &Figure| one.metric != Metric::I14),
                Refusal::FigureLacking(Metric::I14),
            ),
            (|s| drop(s.figures.pop()), Refusal::FigureLacking(Metric::I34)),
            (|s| s.figures.push(s.figures[0].clone()), Refusal::FigureLacking(Metric::I07)),
            (|s| s.figures.clear(), Refusal::FigureLacking(Metric::I07)),
        ];
        for (change, refusal) in changes {
            let mut other = snapshot();
            change(&mut other);
            let frozen =
                freeze(&bulletin(State::Draft), contents(other, vec![]), &bureau(), monday());
            assert_eq!(frozen.err(), Some(refusal));
        }
    }

    #[test]
    fn an_item_of_a_unit_that_the_issue_does_not_list_stops_it() {
        let issued = Stamp::at_once(moment("2026-06-01T09:00:00+08:00"));
        let due = Some(moment("2026-06-04T00:00:00+08:00"));
        let number = "XF2026-00107".to_owned();
        let one = AssignmentFacts {
            ledger: LedgerFacts { due, complete: None },
            ..AssignmentFacts::bare(AssignmentId(7), PetitionCaseId(1), number, UnitId(2), issued)
        };
        let facts = Facts { assignments: vec![one], cases: Vec::new() };
        for (units, refused) in [
            (vec![UnitId(1), UnitId(2)], None),
            (vec![UnitId(1)], Some("台账按期建立率合计0，总数1，差1件：XF2026-00107未归类。")),
        ] {
            let snapshot = Snapshot::derive(period(), Method::first(), &units, &facts);
            let wholes = wholes_by_unit(&snapshot, &units, &facts);
            let frozen =
                freeze(&bulletin(State::Draft), contents(snapshot, wholes), &bureau(), monday());
            assert_eq!(said(frozen).as_deref(), refused);
        }
    }

    #[test]
    fn a_closed_case_that_no_class_holds_stops_the_issue() {
        let at = Stamp::at_once(moment("2026-06-10T09:00:00+08:00"));
        let closed = |id: i64| CaseFacts {
            case: PetitionCaseId(id),
            number: format!("XF2026-{id:05}"),
            registered: UnitId(1),
            assigned: Vec::new(),
            void: None,
            merged: None,
            closings: vec![Closed { confirmed: at, outcome: Outcome::Terminated }],
            reopened: Vec::new(),
        };
        let facts = Facts { assignments: Vec::new(), cases: vec![closed(1), closed(2)] };
        let snapshot = Snapshot::derive(period(), Method::first(), &[UnitId(1)], &facts);
        for (counted, refused) in [
            (&["XF2026-00001", "XF2026-00002"][..], None),
            (
                &["XF2026-00001", "XF2026-00002", "XF2026-00107"],
                Some("结果分类合计2，总数3，差1件：XF2026-00107未归类。"),
            ),
            (&["XF2026-00001"], Some("结果分类合计2，总数1，差1件。")),
        ] {
            let counted: Vec<_> = counted.iter().map(|&number| number.to_owned()).collect();
            let wholes = vec![whole_of_outcomes(&snapshot, &counted)];
            let contents = contents(snapshot.clone(), wholes);
            let frozen = freeze(&bulletin(State::Draft), contents, &bureau(), monday());
            assert_eq!(said(frozen).as_deref(), refused);
        }
    }

    #[test]
    fn each_step_follows_the_one_before_it_and_is_taken_once() {
        use Refusal::{AlreadyFrozen, AlreadyPublished, AlreadySigned, NotFrozen};
        for (state, frozen, signed, published) in [
            (State::Draft, None, Some(NotFrozen), Some(NotFrozen)),
            (State::Checking, Some(AlreadyFrozen), None, None),
            (State::Signed, Some(AlreadyFrozen), Some(AlreadySigned), None),
            (State::Published, Some(AlreadyFrozen), Some(AlreadySigned), Some(AlreadyPublished)),
            (State::Superseded, Some(AlreadyFrozen), Some(AlreadySigned), Some(AlreadyPublished)),
        ] {
            let issue = bulletin(state);
            assert_eq!(State::from_code(state.code()), Some(state));
            assert_eq!(
                freeze(&issue, contents(snapshot(), vec![]), &bureau(), monday()).err(),
                frozen,
                "{state:?}"
            );
            assert_eq!(sign(&issue, &actor(Role::President), monday()).err(), signed, "{state:?}");
            assert_eq!(publish(&issue, &bureau(), monday()).err(), published, "{state:?}");
        }
    }

    #[test]
    fn the_bureau_makes_an_issue_and_the_president_of_the_intermediate_court_signs_it() {
        let (draft_of, checking) = (bulletin(State::Draft), bulletin(State::Checking));
        for &role in Role::ALL {
            let (who, refused) = (actor(role), Some(Refusal::NotTheBureau));
            let bureau = matches!(role, Role::Bureau | Role::BureauHead);
            let expected = if bureau { None } else { refused };
            assert_eq!(draft(period(), &who, monday()).err(), expected, "{role:?}");
            let frozen = freeze(&draft_of, contents(snapshot(), vec![]), &who, monday());
            assert_eq!(frozen.err(), expected, "{role:?}");
            assert_eq!(publish(&checking, &who, monday()).err(), expected, "{role:?}");
            let expected = (role != Role::President).then_some(Refusal::NotThePresident);
            assert_eq!(sign(&checking, &who, monday()).err(), expected, "{role:?}");
        }
        let of_a_base_court = Actor { court_kind: UnitKind::BaseCourt, ..actor(Role::President) };
        let signed = sign(&checking, &of_a_base_court, monday());
        assert_eq!(signed.err(), Some(Refusal::NotThePresident));
    }

    #[test]
    fn what_is_published_is_what_was_frozen() {
        let frozen =
            freeze(&bulletin(State::Draft), contents(snapshot(), vec![]), &bureau(), monday())
                .unwrap();
        let published = publish(&bulletin(State::Signed), &bureau(), monday()).unwrap();
        assert_eq!(published.hash(), frozen.hash());
        assert_eq!((published.step().bulletin(), published.step().by()), (BulletinId(3), BY));
    }
}
