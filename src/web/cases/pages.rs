//! What the pages of the list show.

use askama::Template;
use chrono::NaiveDate;

use super::form::Asked;
use crate::domain::calendar::{day_of, format_short};
use crate::domain::petition_case::Stage;
use crate::domain::source::Source;
use crate::domain::staff::Role;
use crate::store::case_lists::CaseLine;
use crate::web::chips::Chip;
use crate::web::form::Choice;
use crate::web::layout::Shell;

/// A view over the list.
pub struct View {
    pub label: &'static str,
    pub href: &'static str,
    pub count: i64,
    pub current: bool,
}

/// A condition in force.
pub struct Active {
    pub label: &'static str,
    pub value: String,
    pub href: String,
}

/// A head of the table.
pub struct Column {
    pub label: &'static str,
    pub sorted: &'static str,
    pub href: String,
}

/// A row.
pub struct Line {
    pub chip: Chip,
    pub number: String,
    pub href: String,
    pub name: String,
    pub summary: String,
    pub returned: Option<String>,
    pub source: &'static str,
    pub court: String,
    pub leader: String,
    pub handler: String,
    pub stage: &'static str,
    pub tone: &'static str,
    pub visits: i64,
    pub updated: String,
}

/// The look of a stage: only what is being handled, what asks for attention and what ended well
/// have a tint.
pub const fn tone(stage: Stage) -> &'static str {
    match stage {
        Stage::InHandling => "b",
        Stage::Returned => "a",
        Stage::ConfirmedClosed | Stage::Terminated | Stage::WrittenOff => "g",
        Stage::Registered
        | Stage::Accepted
        | Stage::NotAccepted
        | Stage::ResolvedOnSpot
        | Stage::Assigned
        | Stage::Replied
        | Stage::UnitClosed
        | Stage::Signed
        | Stage::BureauChecked
        | Stage::TransferredOut
        | Stage::RoutedToLitigation
        | Stage::Reopened
        | Stage::Void => "",
    }
}

/// The name as lists show it; a letter may come without one.
pub fn shown_name(name: &str) -> &str {
    if name.is_empty() { "未具名" } else { name }
}

/// Where a case opens: whoever handles it goes on with its progress.
pub fn home(number: &str, role: Role, opens: bool) -> String {
    let handles = opens && matches!(role, Role::Handler | Role::Leader);
    format!("/cases/{number}{}", if handles { "/progress" } else { "" })
}

/// The beginning of a text.
fn shortened(text: &str, room: usize) -> String {
    match text.char_indices().nth(room) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl Line {
    /// A row of the store as it is shown, with room for so many characters of what was said.
    pub fn of(line: CaseLine, room: usize, role: Role, today: NaiveDate) -> Self {
        let source = line.source.as_deref().and_then(Source::from_code);
        Self {
            chip: Chip::open(line.due_on, today),
            href: home(&line.number, role, line.opens),
            name: shown_name(&line.name).to_owned(),
            summary: line.summary.map(|text| shortened(&text, room)).unwrap_or_default(),
            returned: line.returned,
            source: source.map_or("—", Source::label),
            court: line.court,
            leader: line.leader.unwrap_or_default(),
            handler: line.handler.unwrap_or_default(),
            stage: line.stage.label(),
            tone: tone(line.stage),
            visits: line.visits,
            updated: format_short(day_of(line.updated_at)),
            number: line.number,
        }
    }
}

/// The list.
#[derive(Template)]
#[template(path = "cases/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub asked: Asked,
    pub views: Vec<View>,
    pub courts: Vec<Choice>,
    pub stages: Vec<Choice>,
    pub dues: Vec<Choice>,
    pub sources: Vec<Choice>,
    pub categories: Vec<Choice>,
    /// Whether 更多条件 stands open.
    pub more: bool,
    pub active: Vec<Active>,
    /// What was asked and couldn't be read.
    pub unread: Vec<String>,
    pub reset: bool,
    pub counted: String,
    pub columns: Vec<Column>,
    pub lines: Vec<Line>,
    pub prev: Option<String>,
    pub next: Option<String>,
    pub sizes: Vec<Choice>,
    pub print: String,
    pub mine: bool,
}

/// The list on paper.
#[derive(Template)]
#[template(path = "cases/sheet.html")]
pub struct PrintPage {
    pub back: String,
    pub stamp: String,
    pub lines: Vec<Line>,
}
