//! The page of the ledger's form.

use askama::Template;

use super::Standing;
use super::form::LedgerForm;
use crate::domain::calendar;
use crate::domain::handling::in_hands;
use crate::domain::ledger::Place;
use crate::web::form::{Choice, Problems};
use crate::web::handling::{choices, with_room};
use crate::web::layout::{Frame, Shell};

#[derive(Template)]
#[template(path = "ledgers/edit.html")]
pub struct LedgerPage {
    pub shell: Shell,
    pub number: String,
    pub form: LedgerForm,
    pub claims: Vec<String>,
    pub seats: Vec<Seat>,
    /// 「李某某06-15 10:41保存」, or nothing before the first saving.
    pub saved: String,
    /// Why the form can't be used; empty when it can.
    pub locked: String,
    pub problems: Problems,
}

/// One place of the team with those to choose from.
pub struct Seat {
    pub label: &'static str,
    pub id: &'static str,
    pub people: Vec<Choice>,
    pub phone: &'static str,
    pub number: String,
    /// Who holds it by a ledger that was imported, without an account.
    pub hint: String,
}

impl LedgerPage {
    pub fn new(frame: &Frame, standing: &Standing, form: LedgerForm, problems: Problems) -> Self {
        let case = standing.opened.case();
        let saved = standing.now.as_ref().map(|now| {
            format!("{}于{}保存", now.recorded_by, calendar::format_full(now.recorded_at))
        });
        Self {
            shell: frame.shell("信访案件台账"),
            number: case.number.clone(),
            claims: with_room(&form.claims),
            seats: vec![
                seat(
                    standing,
                    Place::Leader,
                    ["leader_id", "leader_phone"],
                    [&form.leader_id, &form.leader_phone],
                ),
                seat(
                    standing,
                    Place::Chief,
                    ["chief_id", "chief_phone"],
                    [&form.chief_id, &form.chief_phone],
                ),
                seat(
                    standing,
                    Place::Handler,
                    ["handler_id", "handler_phone"],
                    [&form.handler_id, &form.handler_phone],
                ),
            ],
            saved: saved.unwrap_or_default(),
            locked: in_hands(case).err().map(|reason| reason.to_string()).unwrap_or_default(),
            form,
            problems,
        }
    }
}

fn seat(
    standing: &Standing,
    place: Place,
    [id, phone]: [&'static str; 2],
    [chosen, number]: [&str; 2],
) -> Seat {
    let held = standing.team.iter().find(|line| line.place == place);
    let without_account = held.filter(|line| line.staff.is_none());
    Seat {
        label: place.label(),
        id,
        people: choices(standing.people.eligible(place), chosen),
        phone,
        number: number.to_owned(),
        hint: without_account
            .map(|line| format!("原台账记载：{}，请选择本系统中的人员", line.name))
            .unwrap_or_default(),
    }
}
