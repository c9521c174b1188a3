//! What the ledger's form sends, and what it means.

use serde::{Deserialize, Serialize};

use crate::domain::ledger::{Chosen, People, Place, Refusal, Wanted};
use crate::store::ledgers::{LedgerNow, TeamLine};
use crate::web::conflict::{Field, Shared, fact, long};
use crate::web::form::Problems;

const LONGEST_PLAN: usize = 2000;
const LONGEST_CLAIM: usize = 500;
const LONGEST_PHONE: usize = 30;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LedgerForm {
    pub leader_id: String,
    pub leader_phone: String,
    pub chief_id: String,
    pub chief_phone: String,
    pub handler_id: String,
    pub handler_phone: String,
    pub plan: String,
    #[serde(rename = "claims[]")]
    pub claims: Vec<String>,
    pub version: String,
}

impl Shared for LedgerForm {
    const READING: &'static [&'static str] = &["version"];

    fn fields() -> Vec<Field> {
        vec![
            fact("leader_id", "包案领导"),
            fact("leader_phone", "包案领导联系方式"),
            fact("chief_id", "责任领导"),
            fact("chief_phone", "责任领导联系方式"),
            fact("handler_id", "责任人"),
            fact("handler_phone", "责任人联系方式"),
            long("plan", "化解方案"),
            fact("claims[]", "诉求要点"),
        ]
    }
}

impl LedgerForm {
    /// The form as what is on record fills it.
    pub fn of(team: &[TeamLine], now: Option<&LedgerNow>) -> Self {
        let at = |place: Place| team.iter().find(|line| line.place == place);
        let id = |place| {
            at(place).and_then(|line| line.staff).map_or(String::new(), |id| id.to_string())
        };
        let phone = |place| at(place).map(|line| line.phone.clone()).unwrap_or_default();
        Self {
            leader_id: id(Place::Leader),
            leader_phone: phone(Place::Leader),
            chief_id: id(Place::Chief),
            chief_phone: phone(Place::Chief),
            handler_id: id(Place::Handler),
            handler_phone: phone(Place::Handler),
            plan: now.map(|now| now.plan.clone()).unwrap_or_default(),
            claims: now.map(|now| now.requests.clone()).unwrap_or_default(),
            version: now.map_or(0, |now| now.version).to_string(),
        }
    }

    /// The version that the form was made from.
    pub fn seen(&self) -> i32 {
        self.version.trim().parse().unwrap_or(0)
    }

    /// The form with the directory's number wherever none was given, or where the number still
    /// belongs to whoever held the place before.
    pub fn with_numbers(mut self, recorded: &Self, people: &People) -> Self {
        let listed = |place: Place, id: &str| {
            let found = people.eligible(place).find(|one| one.id.to_string() == id);
            found.map(|one| one.phone.clone()).unwrap_or_default()
        };
        for (place, id, phone, before) in [
            (
                Place::Leader,
                &self.leader_id,
                &mut self.leader_phone,
                (&recorded.leader_id, &recorded.leader_phone),
            ),
            (
                Place::Chief,
                &self.chief_id,
                &mut self.chief_phone,
                (&recorded.chief_id, &recorded.chief_phone),
            ),
            (
                Place::Handler,
                &self.handler_id,
                &mut self.handler_phone,
                (&recorded.handler_id, &recorded.handler_phone),
            ),
        ] {
            let left_over = id != before.0 && phone == before.1;
            if left_over || phone.trim().is_empty() {
                *phone = listed(place, id);
            }
        }
        self
    }

    /// What the form alone can know to be wrong.
    pub fn check(&self) -> Problems {
        let mut problems = Problems::default();
        problems.within("leader_phone", self.leader_phone.trim(), LONGEST_PHONE);
        problems.within("chief_phone", self.chief_phone.trim(), LONGEST_PHONE);
        problems.within("handler_phone", self.handler_phone.trim(), LONGEST_PHONE);
        problems.within("plan", self.plan.trim(), LONGEST_PLAN);
        for claim in &self.claims {
            problems.within("claims[]", claim.trim(), LONGEST_CLAIM);
        }
        problems
    }

    /// What is wanted, for the rule to decide on.
    pub fn wanted(&self) -> Wanted {
        let chosen =
            |id: &str, phone: &str| Chosen { staff: id.parse().ok(), phone: phone.to_owned() };
        Wanted {
            leader: chosen(&self.leader_id, &self.leader_phone),
            chief: chosen(&self.chief_id, &self.chief_phone),
            handler: chosen(&self.handler_id, &self.handler_phone),
            plan: self.plan.clone(),
            requests: self.claims.clone(),
            seen: self.seen(),
        }
    }
}

/// The field that a refusal is about.
pub fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotNow(_) => "",
        Refusal::Nobody(Place::Leader) | Refusal::NotACourtLeader => "leader_id",
        Refusal::Nobody(Place::Chief) => "chief_id",
        Refusal::Nobody(Place::Handler | Place::Officer | Place::Liaison)
        | Refusal::LeaderIsHandler => "handler_id",
        Refusal::NoPhone(Place::Leader, _) => "leader_phone",
        Refusal::NoPhone(Place::Chief, _) => "chief_phone",
        Refusal::NoPhone(Place::Handler | Place::Officer | Place::Liaison, _) => "handler_phone",
        Refusal::NoPlan => "plan",
        Refusal::NoRequest => "claims[]",
    }
}
