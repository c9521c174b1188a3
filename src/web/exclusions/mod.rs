//! Whom a petition names (回避): noted by whoever reads what was said, lifted by the bureau.

mod lifting;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::extract::{Form, Path};
use super::form::{Choice, Problems};
use super::layout::{self, Shell};
use super::people::{Missed, People, Someone};
use super::routes::{Table, Who};
use super::{AppError, AppResult, Asking};
use crate::domain::access::Depth;
use crate::domain::calendar::{day_of, format_full};
use crate::domain::exclusion::{Named, Refusal, Whom, exclude, may_exclude, may_lift};
use crate::domain::petition_case::PetitionCase;
use crate::domain::staff::{Colleague, Role};
use crate::domain::unit::Unit;
use crate::store::exclusions::{self, ExclusionLine};
use crate::store::{Tx, colleagues, petition_cases, units};

const NOTERS: Who = Who::Staff(&[
    Role::Clerk,
    Role::Handler,
    Role::Leader,
    Role::President,
    Role::Bureau,
    Role::BureauHead,
]);
const LIFTERS: Who = Who::Staff(&[Role::Bureau, Role::BureauHead]);
/// The longest reason.
const REASON: usize = 200;

pub fn routes(table: Table) -> Table {
    table
        .get("/cases/{case_no}/exclusions", NOTERS, list)
        .post("/cases/{case_no}/exclusions", NOTERS, create)
        .post("/cases/{case_no}/exclusions/{uuid}/lifting", LIFTERS, lifting::create)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExclusionForm {
    person: String,
    unit: String,
    reason: String,
    lifted_reason: String,
}

#[derive(Template)]
#[template(path = "exclusions/list.html")]
struct ExclusionsPage {
    shell: Shell,
    number: String,
    lines: Vec<ExclusionLine>,
    people: Vec<Choice>,
    units: Vec<Choice>,
    lifts: bool,
    form: ExclusionForm,
    problems: Problems,
}

impl ExclusionsPage {
    fn moment(at: &chrono::DateTime<chrono::Utc>) -> String {
        format_full(*at)
    }
}

/// A case of which the reader knows what was said.
async fn told(tx: &mut Tx, number: &str) -> AppResult<PetitionCase> {
    let case = petition_cases::find(tx, number).await?;
    case.filter(|case| case.depth >= Depth::Narrative).ok_or(AppError::NotFound)
}

/// Whom one can choose from: the people of the case's court and of one's own, and the units.
struct Choosable {
    people: Vec<Colleague>,
    units: Vec<Unit>,
}

impl Choosable {
    async fn of(tx: &mut Tx, asking: &Asking, case: &PetitionCase) -> AppResult<Self> {
        let (today, own) = (day_of(asking.now()), asking.actor().court);
        let court = units::court_of(tx, case.unit).await?;
        let mut people = colleagues::of_unit(tx, court, today).await?;
        if court != own {
            people.extend(colleagues::of_unit(tx, own, today).await?);
        }
        Ok(Self { people, units: units::list(tx).await? })
    }

    /// Each as 「王某某　副院长（东湖法院）」.
    fn people(&self) -> People {
        let more = |one: &Colleague| match one.post_title.as_str() {
            "" => one.unit_name.clone(),
            title => format!("{title}（{}）", one.unit_name),
        };
        People::of(self.people.iter().map(|one| Someone {
            id: one.id,
            name: &one.name,
            more: more(one),
            username: &one.username,
        }))
    }

    /// The person who was typed; nothing where nobody was.
    fn person(&self, typed: &str) -> Result<Option<&Colleague>, Missed> {
        if typed.trim().is_empty() {
            return Ok(None);
        }
        let id = self.people().find(typed)?;
        Ok(self.people.iter().find(|one| one.id == id))
    }
}

pub async fn list(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let case = told(&mut tx, &number).await?;
    if !may_exclude(asking.actor(), &case) {
        return Err(AppError::NotFound);
    }
    page(&asking, &mut tx, &case, (ExclusionForm::default(), Problems::default())).await
}

async fn page(
    asking: &Asking,
    tx: &mut Tx,
    case: &PetitionCase,
    (form, problems): (ExclusionForm, Problems),
) -> AppResult<Response> {
    let lines = exclusions::list(tx, case.id).await?;
    let choosable = Choosable::of(tx, asking, case).await?;
    let none = (String::new(), "不是单位".to_owned());
    let units = choosable
        .units
        .iter()
        .filter(|unit| unit.takes_assignments())
        .map(|unit| (unit.id.to_string(), unit.short_name.clone()));
    let page = ExclusionsPage {
        shell: asking.shell(format!("{} 回避", case.number)),
        number: case.number.clone(),
        lines,
        people: choosable.people().choices(),
        units: Choice::list([none].into_iter().chain(units), &form.unit),
        lifts: may_lift(asking.actor()),
        form,
        problems,
    };
    layout::answer(&page, &page.problems)
}

pub async fn create(
    asking: Asking,
    Path(number): Path<String>,
    form: Form<ExclusionForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let case = told(&mut tx, &number).await?;
    let (form, now) = (form.fields, asking.now());
    let choosable = Choosable::of(&mut tx, &asking, &case).await?;
    let mut problems = Problems::default();
    problems.within("reason", &form.reason, REASON);
    let person = choosable.person(&form.person).unwrap_or_else(|missed| {
        problems.add(
            "person",
            match missed {
                Missed::Nobody => "本院和办理法院没有这个人，请从列表中选择",
                Missed::Several => "有几个人同名，请从列表中选择带单位的一项",
            },
        );
        None
    });
    let unit = form.unit.parse().ok();
    let unit = unit.and_then(|id| choosable.units.iter().find(|unit| unit.id == id));
    if problems.is_empty() && person.is_none() && unit.is_none() {
        problems.add("person", Refusal::Nobody.to_string());
    }
    problems.required("reason", &form.reason, &Refusal::NoReason.to_string());
    if !problems.is_empty() {
        return page(&asking, &mut tx, &case, (form, problems)).await;
    }
    let court = Some(units::court_of(&mut tx, case.unit).await?);
    let named = Named { person: person.map(|it| it.id), unit, court };
    let fact = match exclude(asking.actor(), &case, named, &form.reason, now) {
        Ok(fact) => fact,
        Err(refusal) => {
            let problems = Problems::at(field(&refusal), refusal.to_string());
            return page(&asking, &mut tx, &case, (form, problems)).await;
        }
    };
    if !exclusions::record(&mut tx, &fact).await? {
        let whom =
            person.map_or_else(|| unit.map(|it| it.short_name.clone()), |it| Some(it.name.clone()));
        let refusal = Refusal::Already(whom.unwrap_or_default());
        // Somebody was faster, and what was begun is undone.
        drop(tx);
        let mut tx = asking.begin().await?;
        return page(&asking, &mut tx, &case, (form, Problems::whole(refusal.to_string()))).await;
    }
    let here = format!("/cases/{number}/exclusions");
    let (to, said) = if fact.whom() == Whom::Person(asking.actor().staff) {
        ("/cases", "已记明您本人回避，该案不再对您显示。")
    } else if exclusions::keeps_out(&mut tx, asking.actor(), case.id).await? {
        ("/cases", "已记明您所在单位回避，该案不再对您显示。")
    } else if unit.is_some_and(|unit| unit.id == case.unit || Some(unit.id) == court) {
        (
            here.as_str(),
            "已记明办理单位回避，该案对其不再显示。期限仍在计算，请尽快改交其他法院办理。",
        )
    } else {
        (here.as_str(), "已记明回避，该案对其不再显示。")
    };
    layout::kept(tx, to, said).await
}

const fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Nobody => "person",
        Refusal::Both | Refusal::WholeTree(_) | Refusal::AsksTheBureau(_) => "unit",
        Refusal::NoReason => "reason",
        Refusal::NoGrounds => "lifted_reason",
        Refusal::NotYours | Refusal::Already(_) | Refusal::NotTheBureau => "",
    }
}
