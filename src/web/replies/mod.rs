//! The reply to the petitioner (答复).

mod form;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::calendar::{self, day_of};
use crate::domain::document::{DocumentKind, Filing};
use crate::domain::handling::in_hands;
use crate::domain::reply::{NoneReason, Signature, Way, answer};
use crate::store::Tx;
use crate::store::petition_cases::Opened;
use crate::store::replies::{self, ReplyLine};
use crate::web::conflict::{self, Choices, Conflict, Place};
use crate::web::extract::{Form, Path};
use crate::web::form::{Choice, Problems};
use crate::web::handling::{self, UNIT};
use crate::web::layout::{self, Frame, Shell};
use crate::web::routes::Table;
use crate::web::{AppResult, Asking};
use form::ReplyForm;

/// What proves a reply.
const FILES: &str = "答复笔录、录音、短信截图";

pub fn routes(table: Table) -> Table {
    table.get("/cases/{case_no}/answer", UNIT, new).upload("/cases/{case_no}/answer", UNIT, create)
}

#[derive(Template)]
#[template(path = "replies/new.html")]
struct ReplyPage {
    shell: Shell,
    number: String,
    earlier: Vec<Earlier>,
    ways: Vec<Choice>,
    signatures: Vec<Choice>,
    none_reasons: Vec<Choice>,
    form: ReplyForm,
    again: bool,
    locked: String,
    problems: Problems,
}

/// A reply that is on record.
struct Earlier {
    title: String,
    line: ReplyLine,
}

impl Earlier {
    fn of(line: ReplyLine) -> Self {
        let way = line.way.map_or("不能答复", Way::label);
        let at = calendar::format_full(line.answered_at.unwrap_or(line.recorded_at));
        Self { title: format!("{way}　{at}"), line }
    }
}

impl ReplyPage {
    async fn read(tx: &mut Tx, frame: &Frame, opened: &Opened, form: ReplyForm) -> AppResult<Self> {
        let case = opened.case();
        let none = [("", "已答复")];
        let reasons = NoneReason::ALL.iter().map(|one| (one.code(), one.label()));
        Ok(Self {
            shell: frame.shell("答复信访人"),
            number: case.number.clone(),
            earlier: replies::list(tx, opened).await?.into_iter().map(Earlier::of).collect(),
            ways: Choice::list(Way::ALL.iter().map(|one| (one.code(), one.label())), &form.way),
            signatures: Choice::list(
                Signature::ALL.iter().map(|one| (one.code(), one.label())),
                &form.signature,
            ),
            none_reasons: Choice::list(none.into_iter().chain(reasons), &form.none_reason),
            form,
            again: false,
            locked: in_hands(case).err().map(|reason| reason.to_string()).unwrap_or_default(),
            problems: Problems::default(),
        })
    }
}

async fn new(mut asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let (mut tx, opened) = asking.open(&number).await?;
    let version = opened.case().version;
    let unsent = asking.unsent(&mut tx, &format!("/cases/{number}/answer"), Some(version)).await?;
    let form = match unsent {
        Some(form) => form,
        None => ReplyForm {
            answered_at: calendar::format_full(asking.now()),
            version: version.to_string(),
            base: standing(&mut tx, &opened).await?.map(|reply| reply.base).unwrap_or_default(),
            ..ReplyForm::default()
        },
    };
    let page = ReplyPage::read(&mut tx, &asking.frame, &opened, form).await?;
    layout::answer(&page, &page.problems)
}

/// The form in which the last reply was given.
async fn standing(tx: &mut Tx, opened: &Opened) -> AppResult<Option<ReplyForm>> {
    let last = replies::list(tx, opened).await?.pop();
    Ok(last.map(|line| ReplyForm::of(&line, opened.case().version)))
}

async fn create(
    asking: Asking,
    Path(number): Path<String>,
    Form { mut fields, key, files, typed }: Form<ReplyForm>,
) -> AppResult<Response> {
    let now = asking.now();
    let (mut tx, opened) = asking.act_alone_on(&number, &key).await?;
    let location = format!("/cases/{number}");
    let standing = standing(&mut tx, &opened).await?;
    let stale = fields.seen() != opened.case().version;
    let choices = Choices::of(&typed, &key);
    match &standing {
        // Someone else replied meanwhile.
        Some(theirs) if stale && theirs.base != fields.base && in_hands(opened.case()).is_ok() => {
            let page = differing(&asking, &mut tx, (&opened, theirs), (&fields, &choices)).await?;
            return conflict::answer(tx, page, &location).await;
        }
        Some(theirs) if !choices.is_empty() => {
            fields = conflict::settled(fields, theirs, &choices);
            if conflict::agree(&fields, theirs) {
                return layout::kept(tx, &location, conflict::SAME).await;
            }
        }
        Some(_) | None => {}
    }
    let mut problems = fields.check();
    let filed = handling::filed(DocumentKind::ReplyEvidence, &files, &mut problems);
    let wanted = fields.wanted(day_of(now), !filed.is_empty());
    let reached = replies::reached(&mut tx, &opened).await?;
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    match answer(asking.actor(), opened.case(), reached, &wanted, now) {
        Ok(_) if stale => {
            problems.add("", handling::CHANGED);
            fields.version = opened.case().version.to_string();
            status = StatusCode::CONFLICT;
        }
        Ok(fact) if problems.is_empty() => {
            let uuid = replies::record(&mut tx, &fact).await?;
            let filing = Filing { belongs_to: uuid.to_string(), by: asking.actor().staff, at: now };
            handling::record_files(&mut tx, &opened, &filed, &filing).await?;
            return layout::kept(tx, &location, "答复已保存。").await;
        }
        Ok(_) => {}
        Err(refusals) => {
            problems = handling::at_fields(problems, &refusals, |one| form::field(*one));
        }
    }
    let page = ReplyPage::read(&mut tx, &asking.frame, &opened, fields).await?;
    let page = ReplyPage { again: !files.is_empty(), problems, ..page };
    layout::answer_as(&page, status, &page.problems)
}

/// Where the reply that was given meanwhile differs from the one that was being written.
async fn differing(
    asking: &Asking,
    tx: &mut Tx,
    (opened, theirs): (&Opened, &ReplyForm),
    (mine, choices): (&ReplyForm, &Choices),
) -> AppResult<Option<Response>> {
    let last = replies::list(tx, opened).await?.pop();
    let saved = last.map(|line| (line.recorded_by, line.recorded_at));
    let at = Place { files: Some(FILES), ..Place::of_case(&opened.case().number, "answer") };
    Conflict { theirs, mine, choices, saved, at }.page(asking, ReplyForm::said)
}
