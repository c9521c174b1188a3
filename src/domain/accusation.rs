//! Accusations of court staff (检举控告): taken down at a window, sent on unread by the bureau, read and
//! answered by the inspection office alone. 《信访工作条例》 30: nothing of them reaches whoever they
//! accuse, nor that one's court.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::day_of;
use super::code::{codes, getters};
use super::ids::{StaffId, VisitId};
use super::reveal::{HOURLY, Purpose};
use super::staff::{Actor, Role};

codes! {
    /// What an accusation came to.
    OutcomeKind {
        NotSubstantiated = "not_substantiated", "查无实据";
        Rectified = "rectified", "有瑕疵，已督促整改";
        Accountability = "accountability", "启动责任追究";
        Transferred = "transferred", "移送有权处理的机关";
    }
}

codes! {
    /// How the accuser was told, or why nobody can be.
    Feedback {
        InPerson = "in_person", "当面";
        Phone = "phone", "电话";
        Letter = "letter", "书面";
        Anonymous = "anonymous", "匿名，无法反馈";
        Unreachable = "unreachable", "联系不上，无法反馈";
    }
}

impl Feedback {
    /// Whether someone was told.
    pub const fn is_told(self) -> bool {
        matches!(self, Self::InPerson | Self::Phone | Self::Letter)
    }
}

codes! {
    /// What is hidden of whoever accuses, until it is asked for.
    AccuserField {
        Name = "name", "姓名";
        IdNumber = "id_number", "证件号码";
        Phone = "phone", "手机号";
        Address = "address", "住址";
    }
}

/// Why something isn't done with an accusation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("只有信访局转送检举控告")]
    NotTheBureau,
    #[error("登记已经撤销，不再转送")]
    Void,
    #[error("已经转督察部门，不必再转")]
    AlreadySent,
    #[error("检举控告只由督察部门办理")]
    NotTheInspection,
    #[error("已经登记收到")]
    AlreadyReceived,
    #[error("请先登记收到，再填写处理结果")]
    NotReceived,
    #[error("已经填写处理结果，不能改动")]
    Concluded,
    #[error("请选择处理结果")]
    NoKind,
    #[error("请写明查明的情况和依据")]
    NoFinding,
    #[error("请选择反馈方式")]
    NoFeedback,
    #[error("检举控告人留有姓名，不能按匿名处理；联系不上的请选“联系不上”")]
    Named,
    #[error("请填写反馈日期，如2026-06-15")]
    NoDay,
    #[error("反馈日期不能晚于今天")]
    Future,
    #[error("反馈日期不能早于登记收到的日期")]
    TooEarly,
    #[error("无法反馈的，不填反馈日期")]
    DayOfNothing,
    #[error("请选择要查看的内容")]
    NoField,
    #[error("请选择查看原因")]
    NoReason,
    #[error("一小时内查看已达{HOURLY}次，请稍后再试")]
    TooMany,
}

/// An accusation, as its acts ask for it.
#[expect(clippy::struct_excessive_bools, reason = "each answers one question about it")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accusation {
    pub visit: VisitId,
    pub number: String,
    pub is_void: bool,
    pub is_sent: bool,
    /// When the inspection office noted that it came.
    pub received_at: Option<DateTime<Utc>>,
    pub is_concluded: bool,
    /// Whether the accuser left a name.
    pub is_named: bool,
}

/// The fact that the bureau sends one on. Only [`send`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    visit: VisitId,
    by: StaffId,
    at: DateTime<Utc>,
}

/// The fact that the inspection office has it. Only [`receive`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    visit: VisitId,
    by: StaffId,
    at: DateTime<Utc>,
}

/// How it ended, as the form tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub kind: Option<OutcomeKind>,
    pub finding: String,
    pub feedback: Option<Feedback>,
    /// The day on which the accuser was told.
    pub told_on: Option<NaiveDate>,
    pub told: String,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub kind: OutcomeKind,
    pub finding: String,
    pub feedback: Feedback,
    pub told_on: Option<NaiveDate>,
    pub told: String,
}

/// The fact that it is dealt with. Only [`conclude`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concluded {
    visit: VisitId,
    outcome: Outcome,
    by: StaffId,
    at: DateTime<Utc>,
}

/// The fact that something of the accuser is looked at. Only [`unmask`] makes one.
#[must_use = "nothing is opened that is not recorded"]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unmasked {
    visit: VisitId,
    field: AccuserField,
    purpose: Purpose,
    at: DateTime<Utc>,
}

/// Sends an accusation to the inspection office.
pub fn send(actor: &Actor, accusation: &Accusation, at: DateTime<Utc>) -> Result<Sent, Refusal> {
    if !matches!(actor.role, Role::Bureau | Role::BureauHead) {
        return Err(Refusal::NotTheBureau);
    }
    if accusation.is_void {
        return Err(Refusal::Void);
    }
    if accusation.is_sent {
        return Err(Refusal::AlreadySent);
    }
    Ok(Sent { visit: accusation.visit, by: actor.staff, at })
}

/// Notes that the inspection office has it.
pub fn receive(
    actor: &Actor,
    accusation: &Accusation,
    at: DateTime<Utc>,
) -> Result<Received, Refusal> {
    inspects(actor)?;
    if accusation.received_at.is_some() {
        return Err(Refusal::AlreadyReceived);
    }
    Ok(Received { visit: accusation.visit, by: actor.staff, at })
}

/// Writes down how it ended, and what the accuser was told.
pub fn conclude(
    actor: &Actor,
    accusation: &Accusation,
    wanted: &Wanted,
    at: DateTime<Utc>,
) -> Result<Concluded, Vec<Refusal>> {
    inspects(actor).map_err(|refusal| vec![refusal])?;
    let received = accusation.received_at.ok_or_else(|| vec![Refusal::NotReceived])?;
    if accusation.is_concluded {
        return Err(vec![Refusal::Concluded]);
    }
    let mut wrong = Vec::new();
    if wanted.kind.is_none() {
        wrong.push(Refusal::NoKind);
    }
    if wanted.finding.trim().is_empty() {
        wrong.push(Refusal::NoFinding);
    }
    let today = day_of(at);
    wrong.extend(match (wanted.feedback, wanted.told_on) {
        (None, _) => Some(Refusal::NoFeedback),
        (Some(Feedback::Anonymous), _) if accusation.is_named => Some(Refusal::Named),
        (Some(way), None) if way.is_told() => Some(Refusal::NoDay),
        (Some(way), Some(_)) if !way.is_told() => Some(Refusal::DayOfNothing),
        (Some(_), Some(day)) if day > today => Some(Refusal::Future),
        (Some(_), Some(day)) if day < day_of(received) => Some(Refusal::TooEarly),
        (Some(_), _) => None,
    });
    let (Some(kind), Some(feedback), true) = (wanted.kind, wanted.feedback, wrong.is_empty())
    else {
        return Err(wrong);
    };
    let outcome = Outcome {
        kind,
        finding: wanted.finding.trim().to_owned(),
        feedback,
        told_on: wanted.told_on,
        told: wanted.told.trim().to_owned(),
    };
    Ok(Concluded { visit: accusation.visit, outcome, by: actor.staff, at })
}

/// Opens one thing of the accuser, which says what for; as often in an hour as any masked value.
pub fn unmask(
    actor: &Actor,
    accusation: &Accusation,
    (field, purpose): (Option<AccuserField>, Option<Purpose>),
    this_hour: i64,
    at: DateTime<Utc>,
) -> Result<Unmasked, Refusal> {
    inspects(actor)?;
    let field = field.ok_or(Refusal::NoField)?;
    let purpose = purpose.ok_or(Refusal::NoReason)?;
    if this_hour >= HOURLY {
        return Err(Refusal::TooMany);
    }
    Ok(Unmasked { visit: accusation.visit, field, purpose, at })
}

fn inspects(actor: &Actor) -> Result<(), Refusal> {
    if actor.role == Role::Inspection { Ok(()) } else { Err(Refusal::NotTheInspection) }
}

getters! {
    Sent {
        visit: VisitId,
        /// Who sent it.
        by: StaffId,
        at: DateTime<Utc>,
    }
}

getters! {
    Received {
        visit: VisitId,
        /// Who noted it.
        by: StaffId,
        at: DateTime<Utc>,
    }
}

getters! {
    Concluded {
        visit: VisitId,
        outcome: &Outcome,
        /// Who decided.
        by: StaffId,
        at: DateTime<Utc>,
    }
}

getters! {
    Unmasked {
        visit: VisitId,
        field: AccuserField,
        /// What for.
        purpose: Purpose,
        at: DateTime<Utc>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::staff::sample::actor;

    fn at() -> DateTime<Utc> {
        "2026-06-15T02:10:00Z".parse().unwrap()
    }

    fn accusation() -> Accusation {
        Accusation {
            visit: VisitId(1),
            number: "LF20260615-0110-001".to_owned(),
            is_void: false,
            is_sent: true,
            received_at: "2026-06-12T02:10:00Z".parse().ok(),
            is_concluded: false,
            is_named: true,
        }
    }

    #[test]
    fn the_bureau_alone_sends_on_and_the_inspection_office_alone_does_the_rest() {
        let waiting = Accusation { is_sent: false, received_at: None, ..accusation() };
        for role in Role::ALL {
            let actor = actor(*role);
            let sends = matches!(role, Role::Bureau | Role::BureauHead);
            assert_eq!(send(&actor, &waiting, at()).is_ok(), sends, "{role:?}");
            let inspects = *role == Role::Inspection;
            assert_eq!(receive(&actor, &waiting, at()).is_ok(), inspects, "{role:?}");
            let asked = (Some(AccuserField::Name), Some(Purpose::Contact));
            assert_eq!(unmask(&actor, &accusation(), asked, 0, at()).is_ok(), inspects, "{role:?}");
            let done = conclude(&actor, &accusation(), &wanted(), at());
            assert_eq!(done.is_ok(), inspects, "{role:?}");
        }
        let bureau = actor(Role::Bureau);
        assert_eq!(send(&bureau, &accusation(), at()).err(), Some(Refusal::AlreadySent));
        let void = Accusation { is_void: true, ..waiting };
        assert_eq!(send(&bureau, &void, at()).err(), Some(Refusal::Void));
    }

    fn wanted() -> Wanted {
        Wanted {
            kind: Some(OutcomeKind::Rectified),
            finding: "已调阅卷宗，逾期立案属实".to_owned(),
            feedback: Some(Feedback::Phone),
            told_on: "2026-06-15".parse().ok(),
            told: String::new(),
        }
    }

    #[test]
    fn an_outcome_says_what_was_found_and_how_the_accuser_was_told() {
        let inspector = actor(Role::Inspection);
        let day = |text: &str| text.parse().ok();
        let table = [
            (Wanted { kind: None, ..wanted() }, Refusal::NoKind),
            (Wanted { finding: " ".to_owned(), ..wanted() }, Refusal::NoFinding),
            (Wanted { feedback: None, ..wanted() }, Refusal::NoFeedback),
            (Wanted { feedback: Some(Feedback::Anonymous), ..wanted() }, Refusal::Named),
            (Wanted { feedback: Some(Feedback::Unreachable), ..wanted() }, Refusal::DayOfNothing),
            (Wanted { told_on: None, ..wanted() }, Refusal::NoDay),
            (Wanted { told_on: day("2026-06-16"), ..wanted() }, Refusal::Future),
            (Wanted { told_on: day("2026-06-11"), ..wanted() }, Refusal::TooEarly),
        ];
        for (wanted, expected) in table {
            let said = conclude(&inspector, &accusation(), &wanted, at());
            assert_eq!(said.err(), Some(vec![expected]));
        }
        let nobody = Wanted { feedback: Some(Feedback::Anonymous), told_on: None, ..wanted() };
        let unnamed = Accusation { is_named: false, ..accusation() };
        assert!(conclude(&inspector, &unnamed, &nobody, at()).is_ok());
        for (standing, expected) in [
            (Accusation { received_at: None, ..accusation() }, Refusal::NotReceived),
            (Accusation { is_concluded: true, ..accusation() }, Refusal::Concluded),
        ] {
            let said = conclude(&inspector, &standing, &wanted(), at());
            assert_eq!(said.err(), Some(vec![expected]));
        }
    }

    #[test]
    fn the_accuser_is_shown_for_a_purpose_and_so_often() {
        let inspector = actor(Role::Inspection);
        let (name, why) = (Some(AccuserField::Name), Some(Purpose::Contact));
        for (asked, this_hour, expected) in [
            ((None, why), 0, Refusal::NoField),
            ((name, None), 0, Refusal::NoReason),
            ((name, why), HOURLY, Refusal::TooMany),
        ] {
            let said = unmask(&inspector, &accusation(), asked, this_hour, at());
            assert_eq!(said.err(), Some(expected));
        }
    }
}
