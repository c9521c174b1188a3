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
use crate::web::extract::{Form, Path};
use crate::web::form::{Choice, Problems};
use crate::web::handling::{self, UNIT};
use crate::web::layout::{self, Frame, Shell};
use crate::web::routes::Table;
use crate::web::{AppResult, Asking};
use form::ReplyForm;

pub fn routes(table: Table) -> Table {
    table.get("/cases/{case_no}/answer", UNIT, new).upload("/cases/{case_no}/answer", UNIT, create)
}

#[derive(Template)]
#[template(path = "replies/new.html")]
struct ReplyPage {
    shell: Shell,
    number: String,
    version: i32,
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
            version: case.version,
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
    let answered_at = calendar::format_full(asking.now());
    let version = Some(opened.case().version);
    let unsent = asking.unsent(&mut tx, &format!("/cases/{number}/answer"), version).await?;
    let form = unsent.unwrap_or_else(|| ReplyForm { answered_at, ..ReplyForm::default() });
    let page = ReplyPage::read(&mut tx, &asking.frame, &opened, form).await?;
    layout::answer(&page, &page.problems)
}

async fn create(
    asking: Asking,
    Path(number): Path<String>,
    Form { fields, key, files }: Form<ReplyForm>,
) -> AppResult<Response> {
    let now = asking.now();
    let (mut tx, opened) = asking.act_on(&number, &key).await?;
    let stale = fields.seen() != opened.case().version;
    let mut problems = fields.check();
    let filed = handling::filed(DocumentKind::ReplyEvidence, &files, &mut problems);
    let wanted = fields.wanted(day_of(now), !filed.is_empty());
    let reached = replies::reached(&mut tx, &opened).await?;
    match answer(asking.actor(), opened.case(), reached, &wanted, now) {
        Ok(_) if stale => problems.add("", handling::CHANGED),
        Ok(fact) if problems.is_empty() => {
            let uuid = replies::record(&mut tx, &fact).await?;
            let filing = Filing { belongs_to: uuid.to_string(), by: asking.actor().staff, at: now };
            handling::record_files(&mut tx, &opened, &filed, &filing).await?;
            let location = format!("/cases/{number}");
            return layout::kept(tx, &location, "答复已保存。").await;
        }
        Ok(_) => {}
        Err(refusals) => {
            problems = handling::at_fields(problems, &refusals, |one| form::field(*one));
        }
    }
    let conflict = stale && problems.of("") == Some(handling::CHANGED);
    let page = ReplyPage::read(&mut tx, &asking.frame, &opened, fields).await?;
    let page = ReplyPage { again: !files.is_empty(), problems, ..page };
    let status = if conflict { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    layout::answer_as(&page, status, &page.problems)
}
