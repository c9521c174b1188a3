//! Courts and divisions: their names, their order, and who of the intermediate court's leaders is
//! their contact point (联系点).

use askama::Template;
use axum::response::Response;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::calendar::day_of;
use crate::domain::digits::number;
use crate::domain::founding::{Refusal, Wanted, found, rename};
use crate::domain::staff::Colleague;
use crate::domain::unit::{Unit, UnitKind};
use crate::store::courts::{self, CourtLine};
use crate::store::{Tx, colleagues, edits, units};
use crate::web::conflict::{self, Choices, Conflict, Field, Place, Shared, fact};
use crate::web::extract::{Form, Path};
use crate::web::form::{Choice, Problems};
use crate::web::handling::choices;
use crate::web::layout::{self, Shell};
use crate::web::{AppError, AppResult, Asking};

#[derive(Template)]
#[template(path = "admin/courts.html")]
struct CourtsPage {
    shell: Shell,
    lines: Vec<CourtLine>,
}

pub async fn list(asking: Asking) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let lines = courts::list(&mut tx, day_of(asking.now())).await?;
    layout::shown(&CourtsPage { shell: asking.shell("法院"), lines })
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CourtForm {
    code: String,
    kind: String,
    name: String,
    short_name: String,
    order: String,
    contact_leader: String,
    /// What stood in the form when it was made.
    version: String,
}

impl Shared for CourtForm {
    const READING: &'static [&'static str] = &["version"];

    fn fields() -> Vec<Field> {
        vec![
            fact("name", "全称"),
            fact("short_name", "简称"),
            fact("order", "顺序"),
            fact("contact_leader", "联系点院领导"),
        ]
    }
}

#[derive(Template)]
#[template(path = "admin/court.html")]
struct CourtPage {
    shell: Shell,
    is_new: bool,
    kinds: Vec<Choice>,
    leaders: Vec<Choice>,
    takes_contact: bool,
    form: CourtForm,
    problems: Problems,
}

/// What can be added below the intermediate court.
const NEW: [UnitKind; 3] = [UnitKind::BaseCourt, UnitKind::Tribunal, UnitKind::Division];

impl CourtForm {
    async fn of(tx: &mut Tx, unit: &Unit, today: NaiveDate) -> AppResult<Self> {
        let contact = courts::contact(tx, unit.id, today).await?;
        let form = Self {
            code: unit.code.clone(),
            kind: unit.kind.code().to_owned(),
            name: unit.name.clone(),
            short_name: unit.short_name.clone(),
            order: unit.place.to_string(),
            contact_leader: contact.map(|it| it.to_string()).unwrap_or_default(),
            version: String::new(),
        };
        Ok(Self { version: conflict::reading(&form), ..form })
    }

    fn wanted(&self) -> Wanted {
        Wanted {
            name: self.name.clone(),
            short_name: self.short_name.clone(),
            place: (!self.order.trim().is_empty()).then(|| number(&self.order).unwrap_or(-1)),
        }
    }
}

/// The leaders of the intermediate court, one of whom can be the contact point.
async fn leaders(tx: &mut Tx, asking: &Asking) -> AppResult<Vec<Colleague>> {
    let mut people = colleagues::of_unit(tx, asking.actor().court, day_of(asking.now())).await?;
    people.retain(Colleague::is_court_leader);
    Ok(people)
}

pub async fn new(asking: Asking) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    page(&asking, &mut tx, None, (CourtForm::default(), Problems::default())).await
}

pub async fn edit(asking: Asking, Path(code): Path<String>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let unit = unit(&mut tx, &code).await?;
    let form = CourtForm::of(&mut tx, &unit, day_of(asking.now())).await?;
    page(&asking, &mut tx, Some(&unit), (form, Problems::default())).await
}

async fn unit(tx: &mut Tx, code: &str) -> AppResult<Unit> {
    let all = units::list(tx).await?;
    all.into_iter().find(|unit| unit.code == code).ok_or(AppError::NotFound)
}

async fn page(
    asking: &Asking,
    tx: &mut Tx,
    unit: Option<&Unit>,
    (form, problems): (CourtForm, Problems),
) -> AppResult<Response> {
    let people = leaders(tx, asking).await?;
    let kinds = NEW.iter().map(|kind| (kind.code(), kind.label()));
    let page = CourtPage {
        shell: asking.shell(if unit.is_some() { "修改法院" } else { "新增法院" }),
        is_new: unit.is_none(),
        kinds: Choice::list(kinds, &form.kind),
        leaders: choices(people.iter(), &form.contact_leader),
        takes_contact: unit.is_none_or(|unit| has_contact(unit.kind)),
        form,
        problems,
    };
    layout::answer(&page, &page.problems)
}

const fn has_contact(kind: UnitKind) -> bool {
    matches!(kind, UnitKind::BaseCourt | UnitKind::Tribunal)
}

pub async fn create(asking: Asking, form: Form<CourtForm>) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let (form, now) = (form.fields, asking.now());
    let all = units::list(&mut tx).await?;
    let kind = UnitKind::from_code(&form.kind).filter(|kind| NEW.contains(kind));
    let top = all.iter().find(|unit| unit.id == asking.actor().court);
    match found(asking.actor(), (kind, top), (&form.code, &form.wanted()), &all, now) {
        Ok(fact) => {
            let unit = courts::record_new(&mut tx, &fact).await?;
            contact(&asking, &mut tx, (unit, has_contact(fact.kind())), &form).await?;
            layout::kept(tx, "/admin/courts", &format!("已新增{}。", form.short_name.trim())).await
        }
        Err(refusal) => refused(&asking, &mut tx, None, form, &refusal).await,
    }
}

pub async fn update(
    asking: Asking,
    Path(code): Path<String>,
    form: Form<CourtForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let choices = Choices::of(&form.typed, &form.key);
    let mut form = form.fields;
    edits::hold(&mut tx, &code).await?;
    let all = units::list(&mut tx).await?;
    let unit = all.iter().find(|unit| unit.code == code).ok_or(AppError::NotFound)?;
    let theirs = CourtForm::of(&mut tx, unit, day_of(asking.now())).await?;
    if form.version != theirs.version {
        let page = differing(&asking, &mut tx, (unit, &theirs), (&form, &choices)).await?;
        return conflict::answer(tx, page, "/admin/courts").await;
    }
    form = conflict::settled(form, &theirs, &choices);
    form.code = code;
    unit.kind.code().clone_into(&mut form.kind);
    match rename(asking.actor(), unit, &form.wanted(), &all, asking.now()) {
        Ok(fact) => {
            courts::record(&mut tx, &fact).await?;
            contact(&asking, &mut tx, (unit.id, has_contact(unit.kind)), &form).await?;
            layout::kept(tx, "/admin/courts", &format!("已保存{}。", form.short_name.trim())).await
        }
        Err(refusal) => refused(&asking, &mut tx, Some(unit), form, &refusal).await,
    }
}

/// Where the edit that was saved meanwhile differs from this one.
async fn differing(
    asking: &Asking,
    tx: &mut Tx,
    (unit, theirs): (&Unit, &CourtForm),
    (mine, choices): (&CourtForm, &Choices),
) -> AppResult<Option<Response>> {
    let saved = edits::last(tx, &[unit.code.clone(), unit.id.to_string()]).await?;
    let people = leaders(tx, asking).await?;
    let name = |field: &str, value: String| {
        let one =
            people.iter().find(|one| field == "contact_leader" && one.id.to_string() == value);
        one.map_or(value, |one| one.name.clone())
    };
    let address = format!("/admin/courts/{}", unit.code);
    let above = ("/admin/courts".to_owned(), "法院".to_owned());
    let at = Place { back: address.clone(), address, above, files: None };
    Conflict { theirs, mine, choices, saved, at }.page(asking, name)
}

async fn contact(
    asking: &Asking,
    tx: &mut Tx,
    (unit, takes): (crate::domain::ids::UnitId, bool),
    form: &CourtForm,
) -> AppResult<()> {
    if !takes {
        return Ok(());
    }
    let people = leaders(tx, asking).await?;
    let chosen = form.contact_leader.parse().ok();
    let leader = chosen.filter(|id| people.iter().any(|one| one.id == *id));
    Ok(courts::record_contact(tx, (unit, leader), asking.now()).await?)
}

async fn refused(
    asking: &Asking,
    tx: &mut Tx,
    unit: Option<&Unit>,
    form: CourtForm,
    refusal: &Refusal,
) -> AppResult<Response> {
    let field = match refusal {
        Refusal::Code | Refusal::CodeTaken => "code",
        Refusal::NoKind => "kind",
        Refusal::NoName | Refusal::LongName => "name",
        Refusal::NoShortName | Refusal::LongShortName | Refusal::ShortNameTaken => "short_name",
        Refusal::NoPlace => "order",
        Refusal::NotTheSystemAdministrator => "",
    };
    page(asking, tx, unit, (form, Problems::at(field, refusal.to_string()))).await
}
