//! The pages of the window.

use askama::Template;
use chrono::NaiveDate;

use super::form::{Desk, Known, NO_COURT, OTHER_COURT, VisitForm, courts};
use super::panel::Panel;
use super::person::{Reading, rests_on_file};
use crate::domain::calendar::{self, day_of};
use crate::domain::petitioner::{IdOverride, IdType, NoIdReason, Sex};
use crate::domain::visit::{
    Assist, Category, Channel, Disposition, LitigationRoute, MOST_REPRESENTATIVES, ReopenReason,
    SameMatter, VisitForm as Form, VisitKind,
};
use crate::store::drafts::Draft;
use crate::web::form::{Choice, Problems};
use crate::web::layout::Shell;

/// 来访登记: one screen of three groups, the match panel at the right.
#[derive(Template)]
#[template(path = "visits/new.html")]
pub struct NewPage {
    pub shell: Shell,
    pub heading: String,
    pub drafts: Vec<DraftNote>,
    pub choices: Choices,
    pub panel: Panel,
    pub reading: Reading,
    pub age: Option<u32>,
    pub id_hint: (&'static str, String),
    /// The name on file, where another one is typed.
    pub other_name: Option<String>,
    pub on_file: OnFileNote,
    /// Whether the case to join has ended, so that joining it opens a further round.
    pub reopens: bool,
    pub last_account: Option<String>,
    pub same: Option<SameMatter>,
    pub form: VisitForm,
    pub problems: Problems,
}

impl NewPage {
    /// Where the focus goes: to the first field, or past what a card has filled in.
    pub fn focus(&self, field: &str) -> bool {
        if !self.problems.is_empty() {
            return false;
        }
        let wanted = match (self.form.petitioner_id.is_empty(), &self.last_account) {
            (true, _) => "id_number",
            (false, Some(_)) => "same_claim",
            (false, None) => "summary",
        };
        wanted == field
    }

    /// A representative's row: name and number as typed.
    pub fn representatives(&self) -> Vec<(&str, &str)> {
        (0..MOST_REPRESENTATIVES)
            .map(|nth| {
                let name = self.form.representatives.get(nth).map_or("", String::as_str);
                let number = self.form.representative_ids.get(nth).map_or("", String::as_str);
                (name, number)
            })
            .collect()
    }
}

/// What stands beside the fields that someone whom the courts know may leave empty.
#[derive(Default)]
pub struct OnFileNote {
    /// 「尾号0012（在册）」
    pub id: String,
    pub phone: String,
    pub address: String,
}

impl OnFileNote {
    pub fn of(form: &VisitForm, known: Option<&Known>) -> Self {
        let Some(known) = known else { return Self::default() };
        let tail = |typed: bool, tail: &str| {
            if typed || tail.is_empty() {
                String::new()
            } else {
                format!("尾号{tail}（在册）")
            }
        };
        let address = form.address.trim().is_empty() && known.on_file.has_address;
        Self {
            id: tail(!rests_on_file(form, &known.id_tail), &known.id_tail),
            phone: tail(!form.phone.trim().is_empty(), &known.on_file.phone_tail),
            address: if address { "在册".to_owned() } else { String::new() },
        }
    }
}

/// A draft that waits: 「张某，今天10:42」.
pub struct DraftNote {
    pub sheet: &'static str,
    /// The name that was typed; empty if none was.
    pub name: String,
    pub saved: String,
}

impl DraftNote {
    pub fn of((sheet, draft): (&'static str, &Draft), name: &str, today: NaiveDate) -> Self {
        let saved = if day_of(draft.saved_at) == today {
            format!("今天{}", calendar::clock_time(draft.saved_at))
        } else {
            calendar::format_moment(draft.saved_at, today)
        };
        Self { sheet, name: name.trim().to_owned(), saved }
    }

    /// What tells it from another.
    pub fn title(&self) -> String {
        if self.name.is_empty() {
            self.saved.clone()
        } else {
            format!("{}，{}", self.name, self.saved)
        }
    }
}

/// Everything that is chosen from a list.
pub struct Choices {
    pub channels: Vec<Choice>,
    pub id_types: Vec<Choice>,
    pub no_id_reasons: Vec<Choice>,
    pub overrides: Vec<Choice>,
    pub sexes: Vec<Choice>,
    pub forms: Vec<Choice>,
    pub mandates: Vec<Choice>,
    pub assists: Vec<Choice>,
    pub kinds: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub courts: Vec<Choice>,
    pub receivers: Vec<Choice>,
    pub dispositions: Vec<Choice>,
    pub routes: Vec<Choice>,
    pub reopen_reasons: Vec<Choice>,
}

impl Choices {
    pub fn of(form: &VisitForm, desk: &Desk) -> Self {
        let please = || std::iter::once(("", "请选择"));
        let me = desk.me.to_string();
        let receiver = if form.receiver_id.is_empty() { &me } else { &form.receiver_id };
        Self {
            channels: Choice::list(
                labels(Channel::ALL, Channel::code, Channel::label),
                &form.channel,
            ),
            id_types: Choice::list(labels(IdType::ALL, IdType::code, IdType::label), &form.id_type),
            no_id_reasons: Choice::list(
                labels(&NoIdReason::AT_THE_WINDOW, NoIdReason::code, NoIdReason::label),
                &form.no_id_reason,
            ),
            overrides: Choice::list(
                labels(&IdOverride::AT_THE_WINDOW, IdOverride::code, IdOverride::label),
                &form.id_override_reason,
            ),
            sexes: Choice::list(labels(Sex::ALL, Sex::code, Sex::label), sex(form)),
            forms: Choice::list(labels(Form::ALL, Form::code, Form::label), &form.visit_form),
            mandates: Choice::list([("yes", "有"), ("no", "无")], &form.mandate),
            assists: several(&form.assist),
            kinds: Choice::list(
                labels(VisitKind::ALL, VisitKind::code, VisitKind::label),
                &form.visit_kind,
            ),
            categories: Choice::list(
                please().chain(labels(Category::ALL, Category::code, Category::label)),
                &form.appeal_category,
            ),
            courts: court_choices(desk),
            receivers: Choice::list(receivers(desk), receiver),
            dispositions: Choice::list(
                labels(Disposition::ALL, Disposition::code, Disposition::label),
                &form.disposition,
            ),
            routes: Choice::list(
                please().chain(labels(
                    LitigationRoute::ALL,
                    LitigationRoute::code,
                    LitigationRoute::label,
                )),
                &form.litigation_route,
            ),
            reopen_reasons: Choice::list(
                please().chain(labels(ReopenReason::ALL, ReopenReason::code, ReopenReason::label)),
                &form.reopen_reason,
            ),
        }
    }
}

/// What the ID number says goes before what was chosen.
fn sex(form: &VisitForm) -> &str {
    Reading::of(form).number.map_or(form.sex.as_str(), |number| number.sex().code())
}

/// The codes of an enum with their labels.
fn labels<T: Copy>(
    all: &[T],
    code: fn(T) -> &'static str,
    label: fn(T) -> &'static str,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    all.iter().map(move |one| (code(*one), label(*one)))
}

fn several(chosen: &[String]) -> Vec<Choice> {
    let choice = |one: &Assist| Choice {
        value: one.code().to_owned(),
        label: one.label().to_owned(),
        chosen: chosen.iter().any(|code| code == one.code()),
    };
    Assist::ALL.iter().map(choice).collect()
}

fn court_choices(desk: &Desk) -> Vec<Choice> {
    let names = courts(&desk.units).map(|unit| unit.name.clone());
    let others = [OTHER_COURT, NO_COURT].map(str::to_owned);
    names
        .chain(others)
        .map(|name| Choice { value: name, label: String::new(), chosen: false })
        .collect()
}

/// Oneself first: 「赵某（本人）」.
fn receivers(desk: &Desk) -> Vec<(String, String)> {
    let (mine, others): (Vec<_>, Vec<_>) =
        desk.colleagues.iter().partition(|colleague| colleague.id == desk.me);
    let mine = mine.into_iter().map(|me| (me.id.to_string(), format!("{}（本人）", me.name)));
    let others = others.into_iter().map(|other| (other.id.to_string(), other.name.clone()));
    mine.chain(others).collect()
}

/// The match panel alone, for the page that is open.
#[derive(Template)]
#[template(path = "visits/panel.html")]
pub struct PanelPage {
    pub panel: Panel,
    pub reading: Reading,
    pub age: Option<u32>,
    pub id_hint: (&'static str, String),
}

/// 丢弃草稿: what goes can't be brought back.
#[derive(Template)]
#[template(path = "visits/discard.html")]
pub struct DiscardPage {
    pub shell: Shell,
    pub note: DraftNote,
}
