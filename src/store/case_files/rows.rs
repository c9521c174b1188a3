//! What the statement of the case page brings as lists within a row.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::types::Json;

use crate::domain::deadline::{ClockKind, ClockRule, DayCount, Reading, Roll, State};
use crate::domain::ladder::{Duty, Ladder};
use crate::store::{StoreError, StoreResult};

/// A list that may be empty, which SQL says as no list.
pub fn list<T>(rows: Option<Json<Vec<T>>>) -> Vec<T> {
    rows.map(|rows| rows.0).unwrap_or_default()
}

/// Someone who is responsible for the case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Person {
    pub place: String,
    pub name: String,
    pub title: String,
    pub phone: String,
    /// Kept out of the case (回避), and not yet replaced.
    pub kept_out: bool,
}

/// As what someone petitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Main,
    Joint,
    Representative,
    Agent,
}

/// Someone who petitions, masked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PartyCard {
    pub part: Part,
    pub name: String,
    pub sex: Option<String>,
    pub birth_date: Option<NaiveDate>,
    pub id_type: String,
    pub id_tail: String,
    pub id_verified: bool,
    pub phone_tail: String,
    pub has_address: bool,
}

/// A visit about the case: of another court no more than this.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct VisitMark {
    pub number: String,
    /// Counted, not written out: JSON has no way to write a year before the first.
    #[serde(with = "chrono::serde::ts_microseconds")]
    pub received_at: DateTime<Utc>,
    pub court: String,
    /// Told of visits within reach only.
    pub channel: Option<String>,
}

/// A clock of an assignment of the open round.
#[derive(Debug, Clone, Deserialize)]
pub struct ClockRow {
    assignment: i64,
    assigned_at: DateTime<Utc>,
    acknowledged_at: Option<DateTime<Utc>>,
    kind: String,
    days: u16,
    counted_in: String,
    roll: String,
    due_on_original: NaiveDate,
    due_on: NaiveDate,
    state: String,
    stopped_at: Option<DateTime<Utc>>,
    provisional: bool,
    extended: bool,
}

impl ClockRow {
    /// The duty as its clock stands: the database keeps what the replay of the events gives.
    fn duty(&self) -> StoreResult<Duty> {
        let unreadable = |column, value: &str| StoreError::Unreadable {
            table: "clock",
            column,
            value: value.to_owned(),
        };
        let state = match (self.state.as_str(), self.stopped_at) {
            ("running", _) => State::Running,
            ("paused", _) => State::Paused,
            ("stopped", Some(at)) => State::Stopped(at),
            ("cancelled", _) => State::Cancelled,
            _ => return Err(unreadable("state", &self.state)),
        };
        let rule = ClockRule {
            kind: ClockKind::from_code(&self.kind).ok_or_else(|| unreadable("kind", &self.kind))?,
            days: self.days,
            count: DayCount::from_code(&self.counted_in)
                .ok_or_else(|| unreadable("counted_in", &self.counted_in))?,
            roll: Roll::from_code(&self.roll).ok_or_else(|| unreadable("roll", &self.roll))?,
        };
        let reading = Reading {
            due_on: self.due_on,
            provisional: self.provisional,
            extended: self.extended,
            state,
            first_stopped_at: self.stopped_at,
        };
        Ok(Duty { rule, due_on_original: self.due_on_original, reading })
    }
}

/// The strictest of the ladders of a round, and how many others there are.
pub fn ladder(clocks: Option<Json<Vec<ClockRow>>>) -> StoreResult<(Option<Ladder>, usize)> {
    let clocks = list(clocks);
    let mut ladders = Vec::new();
    for of_one in clocks.chunk_by(|one, other| one.assignment == other.assignment) {
        let Some(first) = of_one.first() else { continue };
        let duties = of_one.iter().map(ClockRow::duty).collect::<StoreResult<Vec<_>>>()?;
        ladders.push(Ladder::of(first.assigned_at, first.acknowledged_at, duties));
    }
    let others = ladders.len().saturating_sub(1);
    Ok((Ladder::strictest(ladders), others))
}
