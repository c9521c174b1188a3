//! Lines of progress (办理进展), and the line that corrects another.

mod correction;
mod form;

use askama::Template;
use axum::response::Response;

use crate::domain::calendar::{self, day_of};
use crate::domain::document::{DocumentKind, Filing};
use crate::domain::handling::under_way;
use crate::domain::progress::{Kind, add};
use crate::store::petition_cases::Opened;
use crate::store::progress;
use crate::web::extract::{Form, Path};
use crate::web::form::{Choice, Problems};
use crate::web::handling::{self, UNIT};
use crate::web::layout::{self, Frame, Shell};
use crate::web::routes::Table;
use crate::web::{AppResult, Asking};
use form::ProgressForm;

pub fn routes(table: Table) -> Table {
    table
        .get("/cases/{case_no}/progress/new", UNIT, new)
        .upload("/cases/{case_no}/progress/new", UNIT, create)
        .get("/cases/{case_no}/corrections/new", UNIT, correction::new)
        .post_long("/cases/{case_no}/corrections/new", UNIT, correction::create)
}

#[derive(Template)]
#[template(path = "progress/new.html")]
struct ProgressPage {
    shell: Shell,
    number: String,
    kinds: Vec<Choice>,
    form: ProgressForm,
    again: bool,
    locked: String,
    problems: Problems,
}

impl ProgressPage {
    fn new(frame: &Frame, opened: &Opened, form: ProgressForm) -> Self {
        let case = opened.case();
        Self {
            shell: frame.shell("补充进展"),
            number: case.number.clone(),
            kinds: Choice::list(Kind::offered().map(|one| (one.code(), one.label())), &form.kind),
            form,
            again: false,
            locked: under_way(case).err().map(|reason| reason.to_string()).unwrap_or_default(),
            problems: Problems::default(),
        }
    }
}

async fn new(mut asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let (mut tx, opened) = asking.open(&number).await?;
    let happened_at = calendar::format_full(asking.now());
    let address = format!("/cases/{number}/progress/new");
    let unsent = asking.unsent(&mut tx, &address, None).await?;
    let form = unsent.unwrap_or_else(|| ProgressForm { happened_at, ..ProgressForm::default() });
    let page = ProgressPage::new(&asking.frame, &opened, form);
    layout::answer(&page, &page.problems)
}

async fn create(
    asking: Asking,
    Path(number): Path<String>,
    Form { fields, key, files, .. }: Form<ProgressForm>,
) -> AppResult<Response> {
    let now = asking.now();
    let (mut tx, opened) = asking.act_on(&number, &key).await?;
    let mut problems = fields.check();
    let filed = handling::filed(DocumentKind::Other, &files, &mut problems);
    match add(asking.actor(), opened.case(), &fields.wanted(day_of(now)), now) {
        Ok(fact) if problems.is_empty() => {
            let uuid = progress::record(&mut tx, &fact).await?;
            let filing = Filing { belongs_to: uuid.to_string(), by: asking.actor().staff, at: now };
            handling::record_files(&mut tx, &opened, &filed, &filing).await?;
            let location = format!("/cases/{number}/progress");
            return layout::kept(tx, &location, "已保存。").await;
        }
        Ok(_) => {}
        Err(refusals) => {
            problems = handling::at_fields(problems, &refusals, |one| form::field(*one));
        }
    }
    let page = ProgressPage::new(&asking.frame, &opened, fields);
    let page = ProgressPage { again: !files.is_empty(), problems, ..page };
    layout::answer(&page, &page.problems)
}
