//! What the ledger's form sends, and what it means.

use serde::Deserialize;

use crate::domain::ledger::{Chosen, People, Place, Refusal, Wanted};
use crate::store::ledgers::{LedgerNow, TeamLine};
use crate::web::form::Problems;

const LONGEST_PLAN: usize = 2000;
const LONGEST_CLAIM: usize = 500;
const LONGEST_PHONE: usize = 30;

#[derive(Debug, Clone, Default, Deserialize)]
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
    #[serde(flatten)]
    pub choices: Choices,
}

/// What was chosen on the page of a conflict: `theirs`, `mine` or, for the plan, `both`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Choices {
    #[serde(rename = "choice[leader_id]")]
    pub leader_id: String,
    #[serde(rename = "choice[leader_phone]")]
    pub leader_phone: String,
    #[serde(rename = "choice[chief_id]")]
    pub chief_id: String,
    #[serde(rename = "choice[chief_phone]")]
    pub chief_phone: String,
    #[serde(rename = "choice[handler_id]")]
    pub handler_id: String,
    #[serde(rename = "choice[handler_phone]")]
    pub handler_phone: String,
    #[serde(rename = "choice[plan]")]
    pub plan: String,
    #[serde(rename = "choice[claims]")]
    pub claims: String,
    /// Sent by the page of a conflict.
    pub settling: String,
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
            choices: Choices::default(),
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

    /// The form with the conflict settled: mine where it was chosen, theirs else.
    pub fn settled(self, theirs: &Self) -> Self {
        if self.choices.settling.is_empty() {
            return self;
        }
        let pick = |choice: &str, mine: String, theirs: &String| {
            if choice == "mine" { mine } else { theirs.clone() }
        };
        let chosen = &self.choices;
        Self {
            leader_id: pick(&chosen.leader_id, self.leader_id, &theirs.leader_id),
            leader_phone: pick(&chosen.leader_phone, self.leader_phone, &theirs.leader_phone),
            chief_id: pick(&chosen.chief_id, self.chief_id, &theirs.chief_id),
            chief_phone: pick(&chosen.chief_phone, self.chief_phone, &theirs.chief_phone),
            handler_id: pick(&chosen.handler_id, self.handler_id, &theirs.handler_id),
            handler_phone: pick(&chosen.handler_phone, self.handler_phone, &theirs.handler_phone),
            plan: match chosen.plan.as_str() {
                "both" => format!("{}\n{}", theirs.plan.trim(), self.plan.trim()),
                choice => pick(choice, self.plan, &theirs.plan),
            },
            claims: if chosen.claims == "mine" { self.claims } else { theirs.claims.clone() },
            version: self.version,
            choices: Choices::default(),
        }
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
