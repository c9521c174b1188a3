//! The reply to the petitioner (答复), T19, or the lawful reason why there can be none.

use chrono::{DateTime, Utc};

use super::code::codes;
use super::handling::{self, NotNow, refused};
use super::ids::{PetitionCaseId, RoundId, StaffId};
use super::petition_case::PetitionCase;
use super::staff::Actor;

codes! {
    /// How the petitioner was told.
    Way {
        InPerson = "in_person", "当面";
        Phone = "phone", "电话";
        Sms = "sms", "短信";
        Other = "other", "其他";
    }
}

codes! {
    /// Whether the petitioner signed the record.
    Signature {
        Signed = "signed", "已签字";
        Refused = "refused", "拒绝签字";
        Absent = "absent", "不在场";
    }
}

codes! {
    /// Why nobody can be told.
    NoneReason {
        AddressUnknown = "address_unknown", "地址不明";
        Anonymous = "anonymous", "匿名";
    }
}

/// Why a reply can't be recorded as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    NotNow(#[from] NotNow),
    #[error("请填写答复时间")]
    NoTime,
    #[error("答复时间不能晚于现在")]
    Future,
    #[error("请选择答复方式")]
    NoWay,
    #[error("当面答复请填写地点")]
    NoPlace,
    #[error("请填写答复内容")]
    NoContent,
    #[error("当面答复请填写信访人对答复的意见")]
    NoOpinion,
    #[error("请选择签字情况")]
    NoSignature,
    #[error("请上传录音、短信截图等答复材料")]
    NoEvidence,
    #[error("已写明答复的，不再选择不能答复的原因")]
    Both,
    #[error("本案有具名的信访人，不能以匿名为由不答复；联系不上的，请选“地址不明”")]
    Named,
    #[error(
        "以地址不明为由不答复，须有三个不同日期联系未果的记录，现有{0}个。请先在“约见”中逐次登记时间和联系方式"
    )]
    TooFewAttempts(u32),
}

/// 联系不上: so many documented attempts, on different days.
const ATTEMPTS: u32 = 3;

/// What is on record of the petitioner and of attempts to reach them in this round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// Whether the case has a main party.
    pub is_named: bool,
    /// The days on which someone tried to meet them, and they didn't come.
    pub attempts: u32,
}

/// A reply as the form tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub answered_at: Option<DateTime<Utc>>,
    pub way: Option<Way>,
    pub place: String,
    pub content: String,
    pub opinion: String,
    pub signature: Option<Signature>,
    pub has_files: bool,
    pub none_reason: Option<NoneReason>,
    /// The version of the case that the form was made from.
    pub seen: i32,
}

/// What the petitioner was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub answered_at: DateTime<Utc>,
    pub way: Way,
    pub place: String,
    pub content: String,
    pub opinion: String,
    pub signature: Signature,
}

/// A reply, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub case: PetitionCaseId,
    pub round: RoundId,
    pub told: Result<Told, NoneReason>,
    pub seen: i32,
    pub by: StaffId,
    pub at: DateTime<Utc>,
}

/// The fact that the petitioner was told, or that nobody can be. Only [`answer`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered(Reply);

impl Answered {
    /// The reply.
    pub const fn reply(&self) -> &Reply {
        &self.0
    }
}

/// Records the reply: 案件办结后，要答复信访人 (003 三(二)5). In person a record says time, place,
/// content and what the petitioner says of it; by telephone or message the evidence is kept. Nobody
/// can be told where nobody is named, or where three attempts on different days reached nobody.
pub fn answer(
    actor: &Actor,
    case: &PetitionCase,
    reached: Reached,
    wanted: &Wanted,
    at: DateTime<Utc>,
) -> Result<Answered, Vec<Refusal>> {
    handling::in_hands(case).map_err(|reason| vec![Refusal::NotNow(reason)])?;
    let told = match wanted.none_reason {
        Some(_) if !wanted.content.trim().is_empty() => return Err(vec![Refusal::Both]),
        Some(NoneReason::Anonymous) if reached.is_named => return Err(vec![Refusal::Named]),
        Some(NoneReason::AddressUnknown) if reached.attempts < ATTEMPTS => {
            return Err(vec![Refusal::TooFewAttempts(reached.attempts)]);
        }
        Some(reason) => Err(reason),
        None => Ok(told(wanted, at)?),
    };
    let (by, seen) = (actor.staff, wanted.seen);
    Ok(Answered(Reply { case: case.id, round: case.round, told, seen, by, at }))
}

fn told(wanted: &Wanted, at: DateTime<Utc>) -> Result<Told, Vec<Refusal>> {
    let empty = |text: &str| text.trim().is_empty();
    let in_person = wanted.way == Some(Way::InPerson);
    let remote = wanted.way.is_some() && !in_person;
    let missing = refused([
        (wanted.answered_at.is_none(), Refusal::NoTime),
        (wanted.answered_at.is_some_and(|answered_at| answered_at > at), Refusal::Future),
        (wanted.way.is_none(), Refusal::NoWay),
        (in_person && empty(&wanted.place), Refusal::NoPlace),
        (empty(&wanted.content), Refusal::NoContent),
        (in_person && empty(&wanted.opinion), Refusal::NoOpinion),
        (wanted.signature.is_none(), Refusal::NoSignature),
        (remote && !wanted.has_files, Refusal::NoEvidence),
    ]);
    match (wanted.answered_at, wanted.way, wanted.signature) {
        (Some(answered_at), Some(way), Some(signature)) if missing.is_empty() => Ok(Told {
            answered_at,
            way,
            place: wanted.place.trim().to_owned(),
            content: wanted.content.trim().to_owned(),
            opinion: wanted.opinion.trim().to_owned(),
            signature,
        }),
        _ => Err(missing),
    }
}

#[cfg(test)]
mod tests {
    use super::super::handling::sample::{at, case, handler};
    use super::*;
    use crate::domain::petition_case::Stage;

    const NAMED: Reached = Reached { is_named: true, attempts: 0 };

    fn told() -> Wanted {
        Wanted {
            answered_at: Some(at("06-20 10:00")),
            way: Some(Way::InPerson),
            place: "本院接访室".to_owned(),
            content: "案款已全部发放".to_owned(),
            opinion: "认可".to_owned(),
            signature: Some(Signature::Signed),
            ..Wanted::default()
        }
    }

    #[test]
    fn a_reply_says_what_its_way_asks_for() {
        let none = String::new;
        let remote = || Wanted { way: Some(Way::Phone), place: none(), opinion: none(), ..told() };
        for (wanted, expected) in [
            (told(), vec![]),
            (
                Wanted::default(),
                vec![Refusal::NoTime, Refusal::NoWay, Refusal::NoContent, Refusal::NoSignature],
            ),
            (
                Wanted { place: none(), opinion: none(), ..told() },
                vec![Refusal::NoPlace, Refusal::NoOpinion],
            ),
            (Wanted { answered_at: Some(at("06-20 12:01")), ..told() }, vec![Refusal::Future]),
            (remote(), vec![Refusal::NoEvidence]),
            (Wanted { has_files: true, ..remote() }, vec![]),
            (Wanted { none_reason: Some(NoneReason::Anonymous), ..told() }, vec![Refusal::Both]),
        ] {
            let fact =
                answer(&handler(), &case(Stage::InHandling), NAMED, &wanted, at("06-20 12:00"));
            assert_eq!(fact.err().unwrap_or_default(), expected, "{wanted:?}");
        }
    }

    #[test]
    fn nobody_can_be_told_only_where_nobody_is_named_or_three_days_reached_nobody() {
        let (unknown, anonymous) = (NoneReason::AddressUnknown, NoneReason::Anonymous);
        for (reason, is_named, attempts, expected) in [
            (anonymous, false, 0, vec![]),
            (anonymous, true, 3, vec![Refusal::Named]),
            (unknown, true, 3, vec![]),
            (unknown, true, 2, vec![Refusal::TooFewAttempts(2)]),
            (unknown, false, 0, vec![Refusal::TooFewAttempts(0)]),
        ] {
            let wanted = Wanted { none_reason: Some(reason), ..Wanted::default() };
            let reached = Reached { is_named, attempts };
            let at = at("06-20 12:00");
            let fact = answer(&handler(), &case(Stage::InHandling), reached, &wanted, at);
            assert_eq!(fact.err().unwrap_or_default(), expected, "{reason:?} {reached:?}");
        }
    }

    #[test]
    fn a_reply_is_recorded_before_the_case_goes_to_the_bureau() {
        for (stage, expected) in [
            (Stage::Returned, None),
            (Stage::Signed, Some(NotNow::BeforeTheBureau)),
            (Stage::WrittenOff, Some(NotNow::Closed)),
        ] {
            let fact = answer(&handler(), &case(stage), NAMED, &told(), at("06-20 12:00"));
            assert_eq!(fact.err(), expected.map(|reason| vec![Refusal::NotNow(reason)]));
        }
    }
}
