//! The ledger of a petition case (台账), T12: who answers for it, what is asked, and the first plan.

use chrono::{DateTime, Utc};

use super::code::codes;
use super::handling::{self, NotNow, listed};
use super::ids::{PetitionCaseId, RoundId, StaffId};
use super::petition_case::PetitionCase;
use super::staff::{Actor, Colleague};

codes! {
    /// A place in the team of a case (专班).
    Place {
        Leader = "leader", "包案领导";
        Chief = "chief", "责任领导";
        Handler = "handler", "责任人";
        Officer = "officer", "承办人";
        Liaison = "liaison", "联络人";
    }
}

impl Place {
    /// What asks the court for another, where whoever stands there was kept out of the case (回避).
    pub fn asks_for_another(self, name: &str) -> String {
        format!("{0}{name}已回避，请更换{0}", self.label())
    }
}

/// The places that a ledger must fill: 逐案明确包案领导、责任领导、责任人和联系方式 (000 §五).
pub const NAMED: [Place; 3] = [Place::Leader, Place::Chief, Place::Handler];

/// Why a ledger can't be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    NotNow(#[from] NotNow),
    #[error("请选择{}", .0.label())]
    Nobody(Place),
    #[error("包案领导应为本院院领导")]
    NotACourtLeader,
    #[error("包案领导不能同时是责任人")]
    LeaderIsHandler,
    #[error("请填写{1}的联系电话")]
    NoPhone(Place, String),
    #[error("请填写初步化解方案，以后可以修改")]
    NoPlan,
    #[error("请至少写一条诉求")]
    NoRequest,
}

/// Someone for a place, as chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    pub staff: Option<StaffId>,
    /// Empty: the number of the directory.
    pub phone: String,
}

/// A ledger as wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    pub leader: Chosen,
    pub chief: Chosen,
    pub handler: Chosen,
    pub plan: String,
    pub requests: Vec<String>,
    /// The version that the form was made from; 0 for the first.
    pub seen: i32,
}

/// Who can be chosen: the people of the case's court, and among them those of its unit.
#[derive(Debug, Clone, Default)]
pub struct People {
    pub court: Vec<Colleague>,
    pub unit: Vec<Colleague>,
}

impl People {
    /// Those who may be named for a place.
    pub fn eligible(&self, place: Place) -> impl Iterator<Item = &Colleague> {
        let people = match place {
            Place::Leader | Place::Chief => &self.court,
            Place::Handler | Place::Officer | Place::Liaison => &self.unit,
        };
        people.iter().filter(move |one| place != Place::Leader || one.is_court_leader())
    }
}

/// Someone in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub place: Place,
    pub staff: StaffId,
    pub name: String,
    pub post_title: String,
    pub phone: String,
}

/// A complete ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    pub case: PetitionCaseId,
    pub round: RoundId,
    pub team: Vec<Member>,
    pub plan: String,
    pub requests: Vec<String>,
    pub seen: i32,
    pub by: StaffId,
    pub at: DateTime<Utc>,
}

/// The fact that a complete ledger was kept. Only [`keep`] makes one.
#[must_use = "a decision has no effect until it is recorded"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept(Ledger);

impl Kept {
    /// The ledger.
    pub const fn ledger(&self) -> &Ledger {
        &self.0
    }
}

/// Keeps the ledger of a case in the unit's hands: 2日内建立台账 (000 §五), with the team and the
/// first plan (003 三(二)2). A ledger is complete or it isn't kept. The leader is a court leader
/// and not the one who is led.
pub fn keep(
    actor: &Actor,
    case: &PetitionCase,
    wanted: Wanted,
    people: &People,
    at: DateTime<Utc>,
) -> Result<Kept, Vec<Refusal>> {
    handling::in_hands(case).map_err(|reason| vec![Refusal::NotNow(reason)])?;
    let mut refusals = Vec::new();
    let mut team = Vec::new();
    let both = wanted.leader.staff.is_some() && wanted.leader.staff == wanted.handler.staff;
    for (place, chosen) in NAMED.into_iter().zip([wanted.leader, wanted.chief, wanted.handler]) {
        match member(place, &chosen, people) {
            Ok(member) => team.push(member),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if both {
        refusals.push(Refusal::LeaderIsHandler);
    }
    let plan = wanted.plan.trim().to_owned();
    if plan.is_empty() {
        refusals.push(Refusal::NoPlan);
    }
    let requests = listed(&wanted.requests);
    if requests.is_empty() {
        refusals.push(Refusal::NoRequest);
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let (by, seen) = (actor.staff, wanted.seen);
    Ok(Kept(Ledger { case: case.id, round: case.round, team, plan, requests, seen, by, at }))
}

fn member(place: Place, chosen: &Chosen, people: &People) -> Result<Member, Refusal> {
    let staff = chosen.staff.ok_or(Refusal::Nobody(place))?;
    let missing =
        if place == Place::Leader { Refusal::NotACourtLeader } else { Refusal::Nobody(place) };
    let found = people.eligible(place).find(|one| one.id == staff).ok_or(missing)?;
    let phone = match chosen.phone.trim() {
        "" => found.phone.trim(),
        phone => phone,
    };
    if phone.is_empty() {
        return Err(Refusal::NoPhone(place, found.name.clone()));
    }
    Ok(Member {
        place,
        staff,
        name: found.name.clone(),
        post_title: found.post_title.clone(),
        phone: phone.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::handling::sample::{HANDLER, LEADER, at, case, colleague, handler};
    use super::*;
    use crate::domain::petition_case::Stage;
    use crate::domain::staff::PostKind;

    const CHIEF: StaffId = StaffId(13);
    const SILENT: StaffId = StaffId(14);

    fn people() -> People {
        let silent =
            Colleague { phone: String::new(), ..colleague(SILENT, "钱某", PostKind::Officer) };
        let unit = vec![
            colleague(LEADER, "王某某", PostKind::VicePresident),
            colleague(CHIEF, "陈某某", PostKind::DivisionChief),
            colleague(HANDLER, "李某某", PostKind::Officer),
            silent,
        ];
        People { court: unit.clone(), unit }
    }

    fn chosen(staff: StaffId) -> Chosen {
        Chosen { staff: Some(staff), phone: String::new() }
    }

    fn wanted() -> Wanted {
        Wanted {
            leader: chosen(LEADER),
            chief: chosen(CHIEF),
            handler: chosen(HANDLER),
            plan: "先发放首笔案款".to_owned(),
            requests: vec!["案款足额发放".to_owned()],
            seen: 0,
        }
    }

    fn refusals(wanted: Wanted) -> Vec<String> {
        let kept = keep(&handler(), &case(Stage::InHandling), wanted, &people(), at("06-10 09:12"));
        kept.err().into_iter().flatten().map(|refusal| refusal.to_string()).collect()
    }

    #[test]
    fn a_ledger_is_complete_or_it_is_not_kept() {
        let none: Vec<&str> = Vec::new();
        let full = wanted;
        for (wanted, expected) in [
            (full(), none),
            (
                Wanted::default(),
                vec![
                    "请选择包案领导",
                    "请选择责任领导",
                    "请选择责任人",
                    "请填写初步化解方案，以后可以修改",
                    "请至少写一条诉求",
                ],
            ),
            (Wanted { leader: chosen(CHIEF), ..full() }, vec!["包案领导应为本院院领导"]),
            (Wanted { leader: chosen(StaffId(99)), ..full() }, vec!["包案领导应为本院院领导"]),
            (Wanted { handler: chosen(LEADER), ..full() }, vec!["包案领导不能同时是责任人"]),
            (Wanted { handler: chosen(SILENT), ..full() }, vec!["请填写钱某的联系电话"]),
            (Wanted { handler: chosen(StaffId(99)), ..full() }, vec!["请选择责任人"]),
            (Wanted { chief: chosen(LEADER), ..full() }, vec![]),
            (Wanted { plan: " \n".to_owned(), ..full() }, vec!["请填写初步化解方案，以后可以修改"]),
            (Wanted { requests: vec![" ".to_owned()], ..full() }, vec!["请至少写一条诉求"]),
        ] {
            assert_eq!(refusals(wanted.clone()), expected, "{wanted:?}");
        }
    }

    #[test]
    fn a_ledger_keeps_the_directory_s_number_unless_another_is_given() {
        let given = Chosen { phone: " 0000-1000099 ".to_owned(), ..chosen(HANDLER) };
        let wanted = Wanted { handler: given, ..wanted() };
        let kept = keep(&handler(), &case(Stage::Returned), wanted, &people(), at("06-10 09:12"));
        let phones: Vec<_> = kept.unwrap().0.team.into_iter().map(|member| member.phone).collect();
        assert_eq!(phones, ["0000-1000012", "0000-1000012", "0000-1000099"]);
    }

    #[test]
    fn a_ledger_is_kept_only_while_the_case_is_in_the_units_hands() {
        for (stage, expected) in [
            (Stage::Assigned, Some("请先签收交办")),
            (Stage::InHandling, None),
            (Stage::Returned, None),
            (Stage::UnitClosed, Some("该案已报结，退回补正后才能修改")),
            (Stage::ConfirmedClosed, Some("本案已办结归档，内容不能改动。")),
        ] {
            let kept = keep(&handler(), &case(stage), wanted(), &people(), at("06-10 09:12"));
            let said = kept.err().map(|refusals| refusals[0].to_string());
            assert_eq!(said.as_deref(), expected, "{stage:?}");
        }
    }
}
