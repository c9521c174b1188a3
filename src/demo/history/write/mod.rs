//! Plays the plan: each act by its own person, at its own time, through the rules and the store that
//! also serve the pages.

mod assignments;
mod bulletins;
mod closings;
mod handling;
mod visits;

use std::collections::HashMap;
use std::fmt::Display;

use chrono::{DateTime, Utc};

use super::act::{Act, Case, CaseNo, Handling, Planned};
use super::plan::Plan;
use crate::domain::calendar::Calendar;
use crate::domain::staff::Actor;
use crate::domain::unit::Unit;
use crate::store::petition_cases::{self, Opened};
use crate::store::{Db, Session, StoreError, Tx, sessions};

/// Why the history can't go on.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The plan does not follow the rules.
    #[error("{by} at {at}: {why}")]
    Refused { by: String, at: DateTime<Utc>, why: String },
}

/// What the writing answers.
pub type HistoryResult<T> = Result<T, HistoryError>;

/// What all acts need.
pub struct Scribe<'a> {
    db: &'a Db,
    cases: &'a [Case],
    units: Vec<Unit>,
    calendar: Calendar,
    sessions: HashMap<String, Session>,
    /// The numbers of the cases that were registered.
    numbers: HashMap<CaseNo, String>,
}

/// One act under way.
struct Desk {
    tx: Tx,
    session: Session,
    by: String,
    at: DateTime<Utc>,
}

impl<'a> Scribe<'a> {
    pub fn of(db: &'a Db, plan: &'a Plan, units: Vec<Unit>, calendar: Calendar) -> Self {
        let (sessions, numbers) = (HashMap::new(), HashMap::new());
        Self { db, cases: &plan.cases, units, calendar, sessions, numbers }
    }

    /// Does what is planned, or nothing of it.
    pub async fn play(&mut self, planned: &Planned) -> HistoryResult<()> {
        let session = self.session(&planned.by).await?;
        let tx = self.db.begin(&session).await?;
        let mut desk = Desk { tx, session, by: planned.by.clone(), at: planned.at };
        match &planned.act {
            Act::Register(visit) => self.register(&mut desk, visit).await?,
            Act::Assign(batch) => self.assign(&mut desk, batch).await?,
            Act::Handle(case, what) => self.handle(&mut desk, *case, what).await?,
            Act::Freeze(period) => bulletins::freeze(&mut desk, *period).await?,
            Act::Publish(period) => bulletins::publish(&mut desk, *period).await?,
        }
        Ok(desk.tx.commit().await?)
    }

    async fn session(&mut self, username: &str) -> HistoryResult<Session> {
        if let Some(session) = self.sessions.get(username) {
            return Ok(session.clone());
        }
        let session = sessions::of_demonstration(self.db, username).await?;
        let session = sessions::required(session)?;
        self.sessions.insert(username.to_owned(), session.clone());
        Ok(session)
    }

    async fn handle(&mut self, desk: &mut Desk, no: CaseNo, what: &Handling) -> HistoryResult<()> {
        let case = self.case(desk, no)?;
        let number = self.number(desk, no)?;
        let opened = petition_cases::open(&mut desk.tx, number).await?;
        let opened = opened.ok_or_else(|| desk.refused(["the case is not open to them"]))?;
        let file = File { case, opened: &opened };
        match what {
            Handling::Acknowledge => handling::acknowledge(desk, &file).await,
            Handling::Keep(team) => self.keep(desk, &file, team).await,
            Handling::Meet(meeting) => self.meet(desk, &file, meeting).await,
            Handling::Note(note) => handling::note(desk, &file, note).await,
            Handling::Report(report) => self.report(desk, &file, report).await,
            Handling::Examine(decision, reason) => {
                handling::examine(desk, &file, *decision, reason).await
            }
            Handling::Answer(answer) => handling::answer(desk, &file, *answer).await,
            Handling::Apply(outcome) => closings::apply(desk, &file, *outcome).await,
            Handling::Sign(step, decision, opinion) => {
                closings::sign(desk, &file, (*step, *decision), opinion).await
            }
        }
    }

    fn case(&self, desk: &Desk, no: CaseNo) -> HistoryResult<&'a Case> {
        self.cases.get(no).ok_or_else(|| desk.refused(["the plan has no such case"]))
    }

    fn number(&self, desk: &Desk, no: CaseNo) -> HistoryResult<&str> {
        let number = self.numbers.get(&no).map(String::as_str);
        number.ok_or_else(|| desk.refused(["the case is not registered yet"]))
    }

    fn unit(&self, desk: &Desk, code: &str) -> HistoryResult<&Unit> {
        let unit = self.units.iter().find(|unit| unit.code == code);
        unit.ok_or_else(|| desk.refused([format!("there is no unit {code}")]))
    }
}

/// A case of the plan, and as it is.
struct File<'a> {
    case: &'a Case,
    opened: &'a Opened,
}

impl Desk {
    fn actor(&self) -> &Actor {
        self.session.actor()
    }

    /// What the rules said.
    fn refused<R: Display>(&self, whys: impl IntoIterator<Item = R>) -> HistoryError {
        let whys: Vec<String> = whys.into_iter().map(|why| why.to_string()).collect();
        HistoryError::Refused { by: self.by.clone(), at: self.at, why: whys.join("; ") }
    }

    /// What a rule with several refusals decided.
    fn granted<T, R: Display>(&self, decided: Result<T, Vec<R>>) -> HistoryResult<T> {
        decided.map_err(|refusals| self.refused(refusals))
    }

    /// What a rule with one refusal decided.
    fn allowed<T, R: Display>(&self, decided: Result<T, R>) -> HistoryResult<T> {
        decided.map_err(|refusal| self.refused([refusal]))
    }
}
