//! The page of a conflict (409): it stands in place of a form whose record someone else wrote while
//! the form was being filled in, and shows both texts to choose from.
//!
//! It is shown for what two people write as one: the ledger, the correction of a line, the progress
//! report and the close report, the reply, the account of a person, the unit of a court.
//!
//! Where there is nothing to choose between, the form says in a sentence what happened, and what was
//! typed stands there, in the form or to be copied:
//! - the case went on by an act of another kind (a reply, a report, a closing written on an old
//!   reading of the case): nobody wrote the same thing, so the form comes back;
//! - the round was closed, or the report is before those who sign or examine it: nothing can be
//!   written now, whatever was chosen;
//! - an act that is done once and has no text in common: a signature, an examination, an
//!   acknowledgement, an assignment, an exclusion lifted, a grant decided, a bulletin frozen;
//! - what is only ever added to (talks, lines of progress, visits, grants proposed) never conflicts.

mod pieces;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::form::Problems;
use super::layout::{self, Shell};
use super::typed::Typed;
use super::{AppResult, Asking};
use crate::domain::calendar::{day_of, format_moment};
use crate::domain::content_hash::ContentHash;
use crate::domain::handling::listed;
use crate::store::{FormKey, Tx};
use pieces::{Piece, apart};

/// A field that is compared.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    name: &'static str,
    label: &'static str,
    is_long: bool,
}

/// One value takes the place of the other.
pub const fn fact(name: &'static str, label: &'static str) -> Field {
    Field { name, label, is_long: false }
}

/// A text: both can be kept, one after the other.
pub const fn long(name: &'static str, label: &'static str) -> Field {
    Field { name, label, is_long: true }
}

/// A form about a record that others write as well. It bears its fields under the names that it
/// sends.
pub trait Shared: Serialize + DeserializeOwned {
    /// Its hidden fields that say which reading of the record it was made from.
    const READING: &'static [&'static str];

    /// What is compared, in the order of the form.
    fn fields() -> Vec<Field>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Theirs,
    Mine,
    Both,
}

/// What was chosen on the page of a conflict; nothing, if the form comes from its own page.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    chosen: Vec<(String, String)>,
    /// Under what the draft of the form is kept.
    draft: String,
}

impl Choices {
    /// The choices that came with a form: `choice[plan]=both`.
    pub fn of(typed: &Typed, key: &FormKey) -> Self {
        let chosen = typed.fields().filter_map(|(name, value)| Some((chosen(&name)?, value)));
        Self { chosen: chosen.collect(), draft: key.draft.clone() }
    }

    /// Whether the form comes from its own page.
    pub const fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// The other person's value of a fact and both of two texts, unless something else was chosen.
    fn of_field(&self, field: Field) -> Choice {
        let choice = self.chosen.iter().find(|(name, _)| name == field.name);
        let unless_chosen = if field.is_long { "both" } else { "theirs" };
        match choice.map_or(unless_chosen, |(_, choice)| choice.as_str()) {
            "mine" => Choice::Mine,
            "both" if field.is_long => Choice::Both,
            _ => Choice::Theirs,
        }
    }
}

/// The field that a field of the page chooses for.
pub fn chosen(name: &str) -> Option<String> {
    Some(name.strip_prefix("choice[")?.strip_suffix(']')?.to_owned())
}

/// The form with the conflict settled as it was chosen.
pub fn settled<T: Shared>(mine: T, theirs: &T, choices: &Choices) -> T {
    if choices.is_empty() {
        return mine;
    }
    let (mut values, others) = (values(&mine), values(theirs));
    for field in T::fields() {
        let (one, other) = (text(others.get(field.name)), text(values.get(field.name)));
        if one == other {
            continue;
        }
        let value = match choices.of_field(field) {
            Choice::Mine => continue,
            Choice::Theirs => others.get(field.name).cloned().unwrap_or_default(),
            Choice::Both => Value::String([one, other].join("\n").trim().to_owned()),
        };
        values.insert(field.name.to_owned(), value);
    }
    serde_json::from_value(Value::Object(values)).unwrap_or(mine)
}

/// Whether two forms say the same.
pub fn agree<T: Shared>(one: &T, other: &T) -> bool {
    let (one, other) = (values(one), values(other));
    T::fields().iter().all(|field| text(one.get(field.name)) == text(other.get(field.name)))
}

/// A reading of a record that counts no versions, by what stands in its form.
pub fn reading<T: Shared>(form: &T) -> String {
    let values = values(form);
    let said: Vec<_> = T::fields().iter().map(|field| text(values.get(field.name))).collect();
    ContentHash::of(&said.join("\u{1f}")).to_string()
}

/// A form by the names of its fields.
fn values<T: Serialize>(form: &T) -> Map<String, Value> {
    match serde_json::to_value(form) {
        Ok(Value::Object(values)) => values,
        Ok(_) | Err(_) => Map::new(),
    }
}

/// A value as it is compared. A list is one text.
fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.trim().replace("\r\n", "\n"),
        Some(list) => listed(&lines(list)).join("；"),
        None => String::new(),
    }
}

fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

/// The fields of a form, one for each value.
pub fn pairs<T: Serialize>(form: &T) -> Vec<(String, String)> {
    let values = values(form).into_iter();
    values
        .flat_map(|(name, value)| lines(&value).into_iter().map(move |line| (name.clone(), line)))
        .collect()
}

/// Two forms about one record.
pub struct Conflict<'a, T> {
    /// The form as what stands now would fill it, its reading included.
    pub theirs: &'a T,
    pub mine: &'a T,
    pub choices: &'a Choices,
    /// Who saved what stands, and when, if that is known.
    pub saved: Option<(String, DateTime<Utc>)>,
    pub at: Place,
}

/// Where the form stands.
pub struct Place {
    /// Where it is sent.
    pub address: String,
    /// What it is part of: an address and its name.
    pub above: (String, String),
    /// Where whoever gives their text up goes on.
    pub back: String,
    /// Files are chosen once more: what they are.
    pub files: Option<&'static str>,
}

impl Place {
    /// A form of a case: it stands where it is sent.
    pub fn of_case(number: &str, form: &str) -> Self {
        let address = format!("/cases/{number}/{form}");
        let above = (format!("/cases/{number}"), number.to_owned());
        Self { back: address.clone(), address, above, files: None }
    }
}

#[derive(Template)]
#[template(path = "conflict.html")]
struct ConflictPage {
    shell: Shell,
    at: Place,
    /// Who saved what stands now, and when.
    said: String,
    rows: Vec<Row>,
    draft: String,
    /// What was being written, to be sent along, and the reading that was chosen on.
    hidden: Vec<(String, String)>,
    problems: Problems,
}

/// One field in which the two differ.
struct Row {
    field: Field,
    theirs: Vec<Piece>,
    mine: Vec<Piece>,
    choice: Choice,
}

impl Row {
    fn is(&self, choice: &str) -> bool {
        let marked = match self.choice {
            Choice::Theirs => "theirs",
            Choice::Mine => "mine",
            Choice::Both => "both",
        };
        choice == marked
    }
}

impl<T: Shared> Conflict<'_, T> {
    /// The page; none if both wrote the same. `name` says a value as people read it.
    pub fn page(
        self,
        asking: &Asking,
        name: impl Fn(&str, String) -> String,
    ) -> AppResult<Option<Response>> {
        let (theirs, mine) = (values(self.theirs), values(self.mine));
        let row = |field: Field| {
            let (one, other) = (text(theirs.get(field.name)), text(mine.get(field.name)));
            let choice = self.choices.of_field(field);
            (one != other).then(|| {
                let (theirs, mine) = apart(&name(field.name, one), &name(field.name, other));
                Row { field, theirs, mine, choice }
            })
        };
        let rows: Vec<_> = T::fields().into_iter().filter_map(row).collect();
        if rows.is_empty() {
            return Ok(None);
        }
        let is_read = |name: &str| T::READING.contains(&name);
        let hidden = pairs(self.mine).into_iter().filter(|(name, _)| !is_read(name));
        let read = pairs(self.theirs).into_iter().filter(|(name, _)| is_read(name));
        let page = ConflictPage {
            shell: asking.shell("内容已被他人更新"),
            said: said(self.saved, asking.now()),
            rows,
            hidden: hidden.chain(read).collect(),
            draft: self.choices.draft.clone(),
            at: self.at,
            problems: Problems::default(),
        };
        layout::answer_as(&page, StatusCode::CONFLICT, &page.problems).map(Some)
    }
}

fn said(saved: Option<(String, DateTime<Utc>)>, now: DateTime<Utc>) -> String {
    let saved = match saved {
        Some((by, at)) => format!("{by}在{}保存了新的内容。", format_moment(at, day_of(now))),
        None => "您打开这一页之后，有人先保存了新的内容。".to_owned(),
    };
    format!("{saved}您的内容没有丢失，请选择。")
}

/// The page, or where to go if there is nothing to choose between.
pub async fn answer(tx: Tx, page: Option<Response>, location: &str) -> AppResult<Response> {
    match page {
        Some(page) => Ok(page),
        None => layout::kept(tx, location, SAME).await,
    }
}

/// What stands is what was wanted: nothing is written a second time.
pub const SAME: &str = "他人已经保存了相同的内容，没有重复保存。";
