//! Correcting a line of progress by another; both stay.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::form::{CorrectionForm, field};
use crate::domain::calendar;
use crate::domain::handling::under_way;
use crate::domain::progress::{Original, correct};
use crate::store::Tx;
use crate::store::petition_cases::Opened;
use crate::store::progress::{self, EntryLine};
use crate::web::conflict::{self, Choices, Conflict, Place};
use crate::web::extract::{Form, Path, Query};
use crate::web::form::Problems;
use crate::web::handling;
use crate::web::layout::{self, Frame, Shell};
use crate::web::{AppError, AppResult, Asking};

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    of: String,
}

#[derive(Template)]
#[template(path = "progress/correction.html")]
struct CorrectionPage {
    shell: Shell,
    number: String,
    original: EntryLine,
    happened_at: String,
    form: CorrectionForm,
    locked: String,
    problems: Problems,
}

impl CorrectionPage {
    fn new(frame: &Frame, opened: &Opened, original: EntryLine, form: CorrectionForm) -> Self {
        let case = opened.case();
        Self {
            shell: frame.shell("更正记录"),
            number: case.number.clone(),
            happened_at: calendar::format_full(original.happened_at),
            original,
            form,
            locked: under_way(case).err().map(|reason| reason.to_string()).unwrap_or_default(),
            problems: Problems::default(),
        }
    }
}

async fn original(tx: &mut Tx, opened: &Opened, of: &str) -> AppResult<EntryLine> {
    let uuid: Uuid = of.parse().map_err(|_| AppError::NotFound)?;
    progress::find(tx, opened, uuid).await?.ok_or(AppError::NotFound)
}

pub async fn new(
    mut asking: Asking,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> AppResult<Response> {
    let (mut tx, opened) = asking.open(&number).await?;
    let original = original(&mut tx, &opened, &asked.of).await?;
    let key = format!("/cases/{number}/corrections/new?of={}", asked.of);
    let form = match asking.unsent(&mut tx, &key, None).await? {
        Some(form) => form,
        None => CorrectionForm { text: original.text.clone(), ..CorrectionForm::default() },
    };
    let form = CorrectionForm { of: asked.of, ..form };
    let page = CorrectionPage::new(&asking.frame, &opened, original, form);
    layout::answer(&page, &page.problems)
}

pub async fn create(
    asking: Asking,
    Path(number): Path<String>,
    Form { mut fields, key, typed, .. }: Form<CorrectionForm>,
) -> AppResult<Response> {
    let now = asking.now();
    let (mut tx, opened) = asking.act_alone_on(&number, &key).await?;
    let location = format!("/cases/{number}/progress");
    let line = original(&mut tx, &opened, &fields.of).await?;
    let choices = Choices::of(&typed, &key);
    if let Some(latest) = progress::latest_correction(&mut tx, &opened, line.id).await? {
        if under_way(opened.case()).is_ok() {
            let page = differing(&asking, &number, (&latest, &fields), &choices)?;
            return conflict::answer(tx, page, &location).await;
        }
    } else if !choices.is_empty() {
        let theirs = CorrectionForm::standing(&line);
        fields = conflict::settled(fields, &theirs, &choices);
        if conflict::agree(&fields, &theirs) {
            return layout::kept(tx, &location, conflict::SAME).await;
        }
    }
    let mut problems = fields.check();
    let about = Original { id: line.id, kind: line.kind, corrected: line.corrected_at.is_some() };
    match correct(asking.actor(), opened.case(), about, &fields.wanted(), now) {
        Ok(fact) if problems.is_empty() => {
            progress::record(&mut tx, &fact).await?;
            return layout::kept(tx, &location, "更正已保存，原记录保留。").await;
        }
        Ok(_) => {}
        Err(refusals) => problems = handling::at_fields(problems, &refusals, |one| field(*one)),
    }
    let page = CorrectionPage::new(&asking.frame, &opened, line, fields);
    let page = CorrectionPage { problems, ..page };
    layout::answer(&page, &page.problems)
}

/// Where the correction that was saved meanwhile differs from the one that was being written.
fn differing(
    asking: &Asking,
    number: &str,
    (latest, mine): (&EntryLine, &CorrectionForm),
    choices: &Choices,
) -> AppResult<Option<Response>> {
    let theirs = &CorrectionForm::standing(latest);
    let saved = Some((latest.recorded_by.clone(), latest.recorded_at));
    let back = format!("/cases/{number}/progress");
    let at = Place { back, ..Place::of_case(number, "corrections/new") };
    Conflict { theirs, mine, choices, saved, at }.page(asking, |_, value| value)
}
