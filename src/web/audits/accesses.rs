//! Who has seen a petitioner's data, for a lawful request (PIPL 44, 45). What is looked for comes in
//! the body, since personal numbers stand in no address and no log.

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{fields, words};
use crate::domain::calendar::format_full;
use crate::domain::inquiry::Basis;
use crate::domain::petitioner::IdNumber;
use crate::store::audit;
use crate::store::audit_lists::{self, Access, Person};
use crate::web::extract::Form;
use crate::web::form::{Choice, Problems};
use crate::web::layout::{self, Shell};
use crate::web::{AppResult, Asking};

/// What the form sends.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct AccessForm {
    case_no: String,
    id_number: String,
    reason: String,
}

impl AccessForm {
    fn check(&self) -> Result<(Person, Basis), Problems> {
        let mut problems = Problems::default();
        let (number, id) = (self.case_no.trim().to_uppercase(), self.id_number.trim());
        let person = match (number.as_str(), id) {
            ("", "") => {
                problems.add("case_no", "请填写信访编号或证件号码");
                None
            }
            ("", _) => problems
                .accept("id_number", IdNumber::parse(id))
                .map(|number| Person::WithId(number.exposed().to_owned())),
            (_, "") => Some(Person::OfCase(number)),
            _ => {
                problems.add("id_number", "信访编号和证件号码只填一项");
                None
            }
        };
        let basis = problems.take("reason", Basis::from_code(&self.reason), "请选择查询依据");
        match person.zip(basis) {
            Some(asked) if problems.is_empty() => Ok(asked),
            _ => Err(problems),
        }
    }
}

#[derive(Template)]
#[template(path = "audits/accesses.html")]
struct AccessPage {
    shell: Shell,
    form: AccessForm,
    reasons: Vec<Choice>,
    problems: Problems,
    found: Option<Found>,
}

/// The answer, with the reason for which it was given.
struct Found {
    basis: &'static str,
    lines: Vec<Access>,
    /// Whether there are earlier ones.
    is_cut: bool,
}

/// The most that one answer lists.
const MOST: usize = 2_000;

impl AccessPage {
    fn moment(at: &DateTime<Utc>) -> String {
        format_full(*at)
    }

    /// What was shown, in the courts' words.
    fn fields(access: &Access) -> String {
        fields::labels(&access.fields)
    }

    fn reason(access: &Access) -> String {
        words::reason(&access.reason)
    }
}

fn page(asking: &Asking, form: AccessForm, problems: Problems) -> AccessPage {
    let reasons = Basis::ALL.iter().map(|basis| (basis.code(), basis.label()));
    let reasons = Choice::list(std::iter::once(("", "请选择")).chain(reasons), &form.reason);
    let shell = asking.shell("个人信息查看记录");
    AccessPage { shell, form, reasons, problems, found: None }
}

pub async fn new(asking: Asking) -> AppResult<Response> {
    layout::shown(&page(&asking, AccessForm::default(), Problems::default()))
}

pub async fn create(asking: Asking, form: Form<AccessForm>) -> AppResult<Response> {
    let (person, basis) = match form.fields.check() {
        Ok(asked) => asked,
        Err(problems) => {
            let page = page(&asking, form.fields, problems);
            return layout::answer(&page, &page.problems);
        }
    };
    let mut tx = asking.begin().await?;
    let mut found = audit_lists::accesses(&mut tx, &person, MOST + 1).await?;
    let is_cut = found.len() > MOST;
    found.truncate(MOST);
    let (object, fields) = match &person {
        Person::OfCase(number) if !found.is_empty() => (number.as_str(), "case_no"),
        Person::OfCase(_) => ("", "case_no"),
        Person::WithId(_) => ("", "id_number"),
    };
    let count = format!("count={}", found.len());
    let entry = audit::Entry {
        verb: "audit.accesses",
        object,
        reason: basis.code(),
        fields,
        detail: &count,
        at: asking.now(),
        ..audit::Entry::default()
    };
    audit::append(&mut tx, entry).await?;
    tx.commit().await?;
    let mut page =
        page(&asking, AccessForm { id_number: String::new(), ..form.fields }, Problems::default());
    page.found = Some(Found { basis: basis.label(), lines: found, is_cut });
    layout::shown(&page)
}
