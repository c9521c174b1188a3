//! Lines of progress (办理进展), T16: added, never changed; a correction is a line of its own.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::day_of;
use super::code::codes;
use super::handling::{self, NotNow, refused};
use super::ids::{PetitionCaseId, RoundId, StaffId};
use super::petition_case::PetitionCase;
use super::staff::Actor;

codes! {
    /// What was done.
    Kind {
        Phone = "phone", "电话联系";
        FileReview = "file_review", "调卷";
        Outreach = "outreach", "走访";
        Coordination = "coordination", "协调";
        Study = "study", "研究";
        Other = "other", "其他";
        /// What a ledger that was imported said of the progress.
        Imported = "imported", "台账导入";
    }
}

impl Kind {
    /// Those that a person can choose.
    pub fn offered() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|kind| *kind != Self::Imported)
    }
}

/// Why a line can't be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    NotNow(#[from] NotNow),
    #[error("请选择类别")]
    NoKind,
    #[error("时间应写成 2026-06-15 09:30 的样子")]
    NoTime,
    #[error("时间不能晚于现在")]
    Future,
    #[error("时间早于本案登记的{0}，请核对年份；登记以前的情况请写在内容中")]
    BeforeTheCase(NaiveDate),
    #[error("请写明做了什么、结果如何")]
    NoText,
    #[error("请写明更正的原因")]
    NoReason,
    #[error("这条记录已经更正过，请更正最新的一条")]
    AlreadyCorrected,
}

/// A line as wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub kind: Option<Kind>,
    pub happened_at: Option<DateTime<Utc>>,
    pub text: String,
    pub next: String,
    pub reply_to_public: String,
}

/// A correction as wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Amendment {
    pub reason: String,
    pub text: String,
}

/// The line that a correction is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Original {
    pub id: i64,
    pub kind: Kind,
    pub corrected: bool,
}

/// What a line corrects, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub of: i64,
    pub reason: String,
}

/// A line of progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub case: PetitionCaseId,
    pub round: RoundId,
    pub kind: Kind,
    pub happened_at: DateTime<Utc>,
    pub text: String,
    pub next: String,
    /// What the petitioner reads when asking for the state of the case.
    pub reply_to_public: String,
    pub corrects: Option<Correction>,
    pub by: StaffId,
    pub at: DateTime<Utc>,
}

/// The fact that a line was added. Only [`add`] and [`correct`] make one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added(Entry);

impl Added {
    /// The line.
    pub const fn entry(&self) -> &Entry {
        &self.0
    }
}

/// Adds a line: 所有化解工作应当全程留痕，否则视为没有工作 (003 三(二)6(2)).
pub fn add(
    actor: &Actor,
    case: &PetitionCase,
    wanted: &Wanted,
    at: DateTime<Utc>,
) -> Result<Added, Vec<Refusal>> {
    handling::under_way(case).map_err(|reason| vec![Refusal::NotNow(reason)])?;
    let text = wanted.text.trim().to_owned();
    let opened = day_of(case.opened_at);
    let before = wanted.happened_at.is_some_and(|happened_at| day_of(happened_at) < opened);
    let missing = refused([
        (wanted.kind.is_none(), Refusal::NoKind),
        (wanted.happened_at.is_none(), Refusal::NoTime),
        (wanted.happened_at.is_some_and(|happened_at| happened_at > at), Refusal::Future),
        (before, Refusal::BeforeTheCase(opened)),
        (text.is_empty(), Refusal::NoText),
    ]);
    match (wanted.kind, wanted.happened_at) {
        (Some(kind), Some(happened_at)) if missing.is_empty() => Ok(Added(Entry {
            case: case.id,
            round: case.round,
            kind,
            happened_at,
            text,
            next: wanted.next.trim().to_owned(),
            reply_to_public: wanted.reply_to_public.trim().to_owned(),
            corrects: None,
            by: actor.staff,
            at,
        })),
        _ => Err(missing),
    }
}

/// Corrects a line by another that says why; both stay. A line is corrected once: what is wrong
/// with the correction is corrected there.
pub fn correct(
    actor: &Actor,
    case: &PetitionCase,
    original: Original,
    wanted: &Amendment,
    at: DateTime<Utc>,
) -> Result<Added, Vec<Refusal>> {
    handling::under_way(case).map_err(|reason| vec![Refusal::NotNow(reason)])?;
    let (reason, text) = (wanted.reason.trim().to_owned(), wanted.text.trim().to_owned());
    let missing = refused([
        (original.corrected, Refusal::AlreadyCorrected),
        (reason.is_empty(), Refusal::NoReason),
        (text.is_empty(), Refusal::NoText),
    ]);
    if !missing.is_empty() {
        return Err(missing);
    }
    Ok(Added(Entry {
        case: case.id,
        round: case.round,
        kind: original.kind,
        happened_at: at,
        text,
        next: String::new(),
        reply_to_public: String::new(),
        corrects: Some(Correction { of: original.id, reason }),
        by: actor.staff,
        at,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::handling::sample::{at, case, handler};
    use super::*;
    use crate::domain::petition_case::Stage;

    fn line() -> Wanted {
        Wanted {
            kind: Some(Kind::Phone),
            happened_at: Some(at("06-14 16:20")),
            text: "已电话告知信访人".to_owned(),
            ..Wanted::default()
        }
    }

    #[test]
    fn a_line_says_what_was_done_and_when() {
        for (wanted, expected) in [
            (line(), vec![]),
            (Wanted::default(), vec![Refusal::NoKind, Refusal::NoTime, Refusal::NoText]),
            (Wanted { happened_at: Some(at("06-14 17:00")), ..line() }, vec![]),
            (Wanted { happened_at: Some(at("06-14 17:01")), ..line() }, vec![Refusal::Future]),
            (Wanted { happened_at: Some(at("06-08 00:00")), ..line() }, vec![]),
            (
                Wanted { happened_at: Some(at("06-07 23:59")), ..line() },
                vec![Refusal::BeforeTheCase(day_of(at("06-08 09:00")))],
            ),
            (Wanted { text: " ".to_owned(), ..line() }, vec![Refusal::NoText]),
        ] {
            let added = add(&handler(), &case(Stage::InHandling), &wanted, at("06-14 17:00"));
            assert_eq!(added.err().unwrap_or_default(), expected);
        }
        let closed = add(&handler(), &case(Stage::Terminated), &line(), at("06-14 17:00"));
        assert_eq!(closed.unwrap_err(), [Refusal::NotNow(NotNow::Closed)]);
    }

    #[test]
    fn a_correction_gives_its_reason_and_a_line_is_corrected_once() {
        let amend = |reason: &str, text: &str| Amendment {
            reason: reason.to_owned(),
            text: text.to_owned(),
        };
        for (corrected, wanted, expected) in [
            (false, amend("金额有误", "首笔42600元"), vec![]),
            (false, amend("", ""), vec![Refusal::NoReason, Refusal::NoText]),
            (true, amend("金额有误", "首笔42600元"), vec![Refusal::AlreadyCorrected]),
        ] {
            let original = Original { id: 9, kind: Kind::Phone, corrected };
            let case = case(Stage::InHandling);
            let added = correct(&handler(), &case, original, &wanted, at("06-15 09:00"));
            match added {
                Ok(fact) => {
                    assert_eq!(fact.entry().corrects.as_ref().map(|one| one.of), Some(9));
                    assert!(expected.is_empty());
                }
                Err(refusals) => assert_eq!(refusals, expected),
            }
        }
    }

    #[test]
    fn what_was_imported_is_not_offered() {
        assert!(Kind::offered().all(|kind| kind != Kind::Imported));
        assert_eq!(Kind::offered().count(), Kind::ALL.len() - 1);
    }
}
