//! One accusation: what it says, its files, where it stands. Each reading is on record before the page
//! is sent, also that of a page that comes back.

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::{FINDING, TOLD};
use crate::domain::accusation::{AccuserField, Feedback, OutcomeKind};
use crate::domain::calendar::format_full;
use crate::domain::reveal::Purpose;
use crate::store::inspections::{self, InspectionFile, OutcomeLine, Reading};
use crate::store::materials::{self, MaterialLine};
use crate::web::extract::Path;
use crate::web::files::{file_size, handed_out, withheld};
use crate::web::form::{Choice, Problems};
use crate::web::layout::{self, Shell};
use crate::web::{AppError, AppResult, Asking};

/// What the forms of the page send.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct InspectionForm {
    pub field: String,
    pub reason: String,
    pub kind: String,
    pub finding: String,
    pub feedback: String,
    pub told_on: String,
    pub told: String,
}

/// What was opened of the accuser: its name and the value.
pub type Opened = Option<(&'static str, String)>;

#[derive(Template)]
#[template(path = "inspections/show.html")]
struct ShowPage {
    shell: Shell,
    file: InspectionFile,
    materials: Vec<MaterialLine>,
    has_scanner: bool,
    outcome: Option<OutcomeLine>,
    opened: Opened,
    fields: Vec<Choice>,
    reasons: Vec<Choice>,
    kinds: Vec<Choice>,
    feedbacks: Vec<Choice>,
    limits: (usize, usize),
    form: InspectionForm,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "inspections/sheet.html")]
struct PrintPage {
    file: InspectionFile,
    materials: Vec<MaterialLine>,
    outcome: Option<OutcomeLine>,
    stamp: String,
}

/// Where the outcome is sent.
fn outcome_address(number: &str) -> String {
    format!("/inspections/{number}/outcome")
}

impl ShowPage {
    fn outcome_address(&self) -> String {
        outcome_address(&self.file.number)
    }

    fn full(at: &DateTime<Utc>) -> String {
        format_full(*at)
    }

    /// 「李某某　120KB」
    fn about(&self, line: &MaterialLine) -> String {
        let why = withheld(line.standing, self.has_scanner);
        format!("{}　{}{why}", format_full(line.recorded_at), file_size(line.size))
    }
}

impl PrintPage {
    fn full(at: &DateTime<Utc>) -> String {
        format_full(*at)
    }
}

pub async fn show(mut asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let draft = asking.unsent(&mut tx, &outcome_address(&number), None).await?;
    drop(tx);
    page(&asking, &number, (draft.unwrap_or_default(), Problems::default()), None).await
}

/// The page as first shown, as it comes back with what was wrong, or with what was opened.
pub async fn page(
    asking: &Asking,
    number: &str,
    (form, problems): (InspectionForm, Problems),
    opened: Opened,
) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let reading = (Reading::Page, asking.now());
    let file = inspections::read(&mut tx, number, reading).await?.ok_or(AppError::NotFound)?;
    let materials = materials::list(&mut tx, file.visit).await?;
    let outcome = inspections::outcome(&mut tx, file.visit).await?;
    tx.commit().await?;
    let fields = AccuserField::ALL.iter().map(|one| (one.code(), one.label()));
    let reasons = Purpose::ALL.iter().map(|one| (one.code(), one.label()));
    let kinds = OutcomeKind::ALL.iter().map(|one| (one.code(), one.label()));
    let feedbacks = Feedback::ALL.iter().map(|one| (one.code(), one.label()));
    let page = ShowPage {
        shell: asking.shell(format!("检举控告{number}")),
        fields: Choice::list(fields, &form.field),
        reasons: Choice::list(reasons, &form.reason),
        kinds: Choice::list(kinds, &form.kind),
        feedbacks: Choice::list(feedbacks, &form.feedback),
        limits: (FINDING, TOLD),
        file,
        materials,
        has_scanner: asking.has_scanner(),
        outcome,
        opened,
        form,
        problems,
    };
    layout::answer(&page, &page.problems)
}

pub async fn print(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let reading = (Reading::Print, asking.now());
    let file = inspections::read(&mut tx, &number, reading).await?.ok_or(AppError::NotFound)?;
    let materials = materials::list(&mut tx, file.visit).await?;
    let outcome = inspections::outcome(&mut tx, file.visit).await?;
    tx.commit().await?;
    layout::shown(&PrintPage { file, materials, outcome, stamp: asking.stamp() })
}

pub async fn material(
    asking: Asking,
    Path((number, uuid)): Path<(String, Uuid)>,
) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let found = materials::read(&mut tx, &number, asking.wanted(uuid)).await?;
    let document = found.ok_or(AppError::NotFound)?;
    tx.commit().await?;
    handed_out(document)
}
