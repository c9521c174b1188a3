//! Talks with the petitioner (约见、接访), T13: the leader's meeting stops M2.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::day_of;
use super::code::codes;
use super::handling::{self, NotNow, listed, refused};
use super::ids::{PetitionCaseId, RoundId, StaffId};
use super::petition_case::PetitionCase;
use super::staff::{Actor, Colleague};

codes! {
    /// The form of a talk.
    Kind {
        LeadMeeting = "lead_meeting", "包案领导约见";
        Reception = "reception", "接访";
        Visit = "visit", "走访（下访）";
        Phone = "phone", "电话";
        Hearing = "hearing", "听证";
    }
}

codes! {
    /// What the petitioner said of the record.
    Opinion {
        Agree = "agree", "认可";
        Partly = "partly", "部分认可";
        Disagree = "disagree", "不认可";
        RefuseSign = "refuse_sign", "拒绝签字";
    }
}

/// Why a talk can't be recorded as written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    NotNow(#[from] NotNow),
    #[error("请选择形式")]
    NoKind,
    #[error("日期应写成 2026-06-15、时间应写成 09:30 的样子")]
    NoTime,
    #[error("约见时间不能晚于现在")]
    Future,
    #[error("日期早于本案登记的{0}，请核对年份；登记以前的情况请写入谈话要点")]
    BeforeTheCase(NaiveDate),
    #[error("请选择主持人")]
    NoHost,
    #[error("包案领导约见须由包案领导本人主持；由他人代为约见请选“接访”。")]
    NotTheLeader,
    #[error("请先在台账中明确包案领导")]
    NoLeaderYet,
    #[error("请选择信访人是否到场")]
    PresentUnsaid,
    #[error("请写明联系时间和方式，如“6月11日9时电话通知，本人称在外地”")]
    NoAttempt,
    #[error("请填写谈话要点")]
    NoNotes,
    #[error("请由谈话人签字确认并说明")]
    NoSignNote,
    #[error("请上传笔录，或写明没有笔录的原因")]
    NoRecord,
}

/// A talk as the form tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub kind: Option<Kind>,
    pub held_at: Option<DateTime<Utc>>,
    pub place: String,
    pub host: Option<StaffId>,
    pub attendees: String,
    pub present: Option<bool>,
    pub absence_note: String,
    pub notes: String,
    pub requests: Vec<String>,
    pub told_timetable: bool,
    pub opinion: Option<Opinion>,
    pub sign_note: String,
    pub has_files: bool,
    pub no_record_reason: String,
}

/// Who can have hosted it: the people of the court, and who led the case when it was held.
#[derive(Debug, Clone, Default)]
pub struct Hosts {
    pub people: Vec<Colleague>,
    pub leaders: Vec<StaffId>,
}

/// A talk with the petitioner, or the attempt at one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interview {
    pub case: PetitionCaseId,
    pub round: RoundId,
    pub kind: Kind,
    pub held_at: DateTime<Utc>,
    pub place: String,
    pub host: StaffId,
    pub host_post: String,
    pub attendees: String,
    pub present: bool,
    pub absence_note: String,
    pub notes: String,
    /// The requests that were fixed (固定的诉求).
    pub requests: Vec<String>,
    /// Whether the petitioner was told what follows: self-check, review, reply (003 三(二)3).
    pub told_timetable: bool,
    pub opinion: Option<Opinion>,
    /// Who signed in the petitioner's place, and why (003 三(二)6(2)).
    pub sign_note: String,
    pub no_record_reason: String,
    pub by: StaffId,
    pub at: DateTime<Utc>,
}

/// The fact that a talk was held or tried. Only [`hold`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held(Interview);

impl Held {
    /// The talk.
    pub const fn interview(&self) -> &Interview {
        &self.0
    }

    /// Whether it does the duty of M2: the leader met the petitioner, or the attempt is on record.
    /// It does so for what was assigned before it was held.
    pub fn stops_meeting(&self) -> bool {
        self.0.kind == Kind::LeadMeeting
    }
}

/// Records a talk. 包案领导要在2日内约见信访人，初步了解、固定信访人的信访诉求 (000 §五): in person,
/// not by a delegate. Who doesn't come was asked when and how; who refuses to sign has it recorded
/// by those who talked.
pub fn hold(
    actor: &Actor,
    case: &PetitionCase,
    wanted: &Wanted,
    hosts: &Hosts,
    at: DateTime<Utc>,
) -> Result<Held, Vec<Refusal>> {
    handling::under_way(case).map_err(|reason| vec![Refusal::NotNow(reason)])?;
    let missing = missing(case, wanted, hosts, at);
    let host = wanted.host.and_then(|host| hosts.people.iter().find(|one| one.id == host));
    let whole = (wanted.kind, wanted.held_at, host, wanted.present);
    let (Some(kind), Some(held_at), Some(host), Some(present)) = whole else { return Err(missing) };
    if !missing.is_empty() {
        return Err(missing);
    }
    let said = |text: &str, when: bool| if when { text.trim().to_owned() } else { String::new() };
    Ok(Held(Interview {
        case: case.id,
        round: case.round,
        kind,
        held_at,
        place: wanted.place.trim().to_owned(),
        host: host.id,
        host_post: host.post_title.clone(),
        attendees: wanted.attendees.trim().to_owned(),
        present,
        absence_note: said(&wanted.absence_note, !present),
        notes: said(&wanted.notes, true),
        requests: listed(&wanted.requests),
        told_timetable: wanted.told_timetable && present,
        opinion: wanted.opinion.filter(|_| present),
        sign_note: said(&wanted.sign_note, present && wanted.opinion == Some(Opinion::RefuseSign)),
        no_record_reason: said(&wanted.no_record_reason, !wanted.has_files),
        by: actor.staff,
        at,
    }))
}

/// All that is missing, in the order of the form.
fn missing(case: &PetitionCase, wanted: &Wanted, hosts: &Hosts, at: DateTime<Utc>) -> Vec<Refusal> {
    let opened = day_of(case.opened_at);
    let before = wanted.held_at.is_some_and(|held_at| day_of(held_at) < opened);
    let empty = |text: &str| text.trim().is_empty();
    let by_leader = wanted.host.is_some_and(|host| hosts.leaders.contains(&host));
    let known = wanted.host.is_some_and(|host| hosts.people.iter().any(|one| one.id == host));
    let led = wanted.kind == Some(Kind::LeadMeeting);
    let is_present = wanted.present == Some(true);
    let unsigned = is_present && wanted.opinion == Some(Opinion::RefuseSign);
    let unrecorded = is_present && !wanted.has_files && empty(&wanted.no_record_reason);
    refused([
        (wanted.kind.is_none(), Refusal::NoKind),
        (wanted.held_at.is_none(), Refusal::NoTime),
        (wanted.held_at.is_some_and(|held_at| held_at > at), Refusal::Future),
        (before, Refusal::BeforeTheCase(opened)),
        (!known, Refusal::NoHost),
        (known && led && hosts.leaders.is_empty(), Refusal::NoLeaderYet),
        (known && led && !hosts.leaders.is_empty() && !by_leader, Refusal::NotTheLeader),
        (wanted.present.is_none(), Refusal::PresentUnsaid),
        (wanted.present == Some(false) && empty(&wanted.absence_note), Refusal::NoAttempt),
        (is_present && empty(&wanted.notes), Refusal::NoNotes),
        (unsigned && empty(&wanted.sign_note), Refusal::NoSignNote),
        (unrecorded, Refusal::NoRecord),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::handling::sample::{HANDLER, LEADER, at, case, colleague, handler};
    use super::*;
    use crate::domain::petition_case::Stage;
    use crate::domain::staff::PostKind;

    fn hosts() -> Hosts {
        let people = vec![
            colleague(LEADER, "王某某", PostKind::VicePresident),
            colleague(HANDLER, "李某某", PostKind::Officer),
        ];
        Hosts { people, leaders: vec![LEADER] }
    }

    fn meeting() -> Wanted {
        Wanted {
            kind: Some(Kind::LeadMeeting),
            held_at: Some(at("06-11 15:00")),
            place: "第二接访室".to_owned(),
            host: Some(LEADER),
            present: Some(true),
            notes: "固定诉求三项".to_owned(),
            requests: vec!["案款足额发放".to_owned(), String::new()],
            opinion: Some(Opinion::Agree),
            has_files: true,
            ..Wanted::default()
        }
    }

    fn held(wanted: &Wanted) -> Result<Held, Vec<Refusal>> {
        hold(&handler(), &case(Stage::InHandling), wanted, &hosts(), at("06-11 16:00"))
    }

    #[test]
    fn a_talk_says_all_that_the_form_asks() {
        let note = |text: &str| text.to_owned();
        let before = Refusal::BeforeTheCase(day_of(at("06-08 09:00")));
        for (wanted, expected) in [
            (meeting(), vec![]),
            (
                Wanted::default(),
                vec![Refusal::NoKind, Refusal::NoTime, Refusal::NoHost, Refusal::PresentUnsaid],
            ),
            (Wanted { held_at: Some(at("06-11 16:00")), ..meeting() }, vec![]),
            (Wanted { held_at: Some(at("06-11 16:01")), ..meeting() }, vec![Refusal::Future]),
            (Wanted { held_at: Some(at("06-08 00:00")), ..meeting() }, vec![]),
            (Wanted { held_at: Some(at("06-07 23:59")), ..meeting() }, vec![before]),
            (Wanted { host: Some(HANDLER), ..meeting() }, vec![Refusal::NotTheLeader]),
            (Wanted { host: Some(HANDLER), kind: Some(Kind::Reception), ..meeting() }, vec![]),
            (Wanted { host: Some(StaffId(99)), ..meeting() }, vec![Refusal::NoHost]),
            (
                Wanted { present: Some(false), has_files: false, notes: note(""), ..meeting() },
                vec![Refusal::NoAttempt],
            ),
            (
                Wanted {
                    present: Some(false),
                    absence_note: note("6月11日9时电话通知，本人称在外地"),
                    has_files: false,
                    notes: note(""),
                    ..meeting()
                },
                vec![],
            ),
            (Wanted { notes: note(" "), ..meeting() }, vec![Refusal::NoNotes]),
            (Wanted { opinion: Some(Opinion::RefuseSign), ..meeting() }, vec![Refusal::NoSignNote]),
            (Wanted { has_files: false, ..meeting() }, vec![Refusal::NoRecord]),
            (Wanted { has_files: false, no_record_reason: note("电话沟通"), ..meeting() }, vec![]),
        ] {
            assert_eq!(held(&wanted).err().unwrap_or_default(), expected, "{wanted:?}");
        }
    }

    #[test]
    fn before_a_ledger_names_a_leader_nobody_meets_as_one() {
        let hosts = Hosts { leaders: vec![], ..hosts() };
        let fact =
            hold(&handler(), &case(Stage::InHandling), &meeting(), &hosts, at("06-11 16:00"));
        assert_eq!(fact.unwrap_err(), [Refusal::NoLeaderYet]);
    }

    #[test]
    fn only_the_leader_s_own_meeting_stops_the_clock() {
        for &kind in Kind::ALL {
            let fact = held(&Wanted { kind: Some(kind), ..meeting() }).unwrap();
            assert_eq!(fact.stops_meeting(), kind == Kind::LeadMeeting, "{kind:?}");
        }
    }

    #[test]
    fn what_does_not_fit_an_absence_is_not_kept() {
        let absent = Wanted {
            present: Some(false),
            absence_note: "6月11日9时电话通知，本人称在外地".to_owned(),
            told_timetable: true,
            ..meeting()
        };
        let fact = held(&absent).unwrap();
        let kept = fact.interview();
        assert_eq!((kept.opinion, kept.told_timetable), (None, false));
        assert_eq!(kept.requests, ["案款足额发放"]);
    }

    #[test]
    fn talks_are_recorded_while_the_round_is_open() {
        for (stage, expected) in [
            (Stage::Assigned, Some(NotNow::NotAcknowledged)),
            (Stage::UnitClosed, None),
            (Stage::ConfirmedClosed, Some(NotNow::Closed)),
        ] {
            let held = hold(&handler(), &case(stage), &meeting(), &hosts(), at("06-11 16:00"));
            assert_eq!(held.err(), expected.map(|reason| vec![Refusal::NotNow(reason)]));
        }
    }
}
