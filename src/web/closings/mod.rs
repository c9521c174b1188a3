//! 办结报告: written from what is on file, sent through the chain, printed as a document.

mod form;
mod pages;
mod print;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::conflict::{self, Choices, Conflict, Place};
use super::extract::{Form, Path};
use super::form::Problems;
use super::layout;
use super::routes::Table;
use super::signing::ReplyView;
use super::{AppResult, Asking, drafts, handling};
use crate::domain::calendar::day_of;
use crate::domain::closing::{self, Closing, Dossier, Refusal};
use crate::domain::document::{Filed, Filing};
use crate::domain::staff::Actor;
use crate::store::petition_cases::Opened;
use crate::store::{self, StoreError, Tx};
use form::{ClosingForm, field, filed};
use handling::{CHANGED, opened};
use pages::{EditPage, Origin, ShowPage};

pub fn routes(table: Table) -> Table {
    table
        .get("/cases/{case_no}/closing", handling::UNIT, show)
        .upload("/cases/{case_no}/closing", handling::UNIT, create)
        .get("/cases/{case_no}/closing/print", handling::INSIDERS, print::show)
}

fn location(number: &str) -> String {
    format!("/cases/{number}/closing")
}

/// The case with what is on file, as someone of the unit finds it.
struct Found {
    opened: Opened,
    dossier: Dossier,
    latest: Option<Closing>,
    petitioner: String,
}

impl Found {
    async fn load(tx: &mut Tx, number: &str) -> AppResult<Self> {
        let opened = opened(tx, number).await?;
        Ok(Self {
            dossier: store::closings::dossier(tx, &opened).await?,
            latest: store::closings::latest(tx, &opened).await?,
            petitioner: store::closings::petitioner(tx, &opened).await?,
            opened,
        })
    }

    fn may_apply(&self, actor: &Actor) -> Result<(), Refusal> {
        closing::may_apply(actor, self.opened.case(), &self.dossier)
    }

    /// The report that came back, if the latest one did.
    fn returned(&self) -> Option<&Closing> {
        self.latest.as_ref().filter(|closing| closing.returned().is_some())
    }

    /// The form of that report, as long as another may be written in its place.
    fn theirs(&self, actor: &Actor) -> Option<ClosingForm> {
        let version = self.opened.case().version;
        let returned = self.returned().filter(|_| self.may_apply(actor).is_ok())?;
        Some(ClosingForm::standing(returned).read_at(version))
    }

    /// A form that is made now.
    fn read_now(&self, form: ClosingForm) -> ClosingForm {
        let base = self.latest.as_ref().map(|one| one.uuid.to_string()).unwrap_or_default();
        ClosingForm { base, ..form.read_at(self.opened.case().version) }
    }
}

/// What a form is shown with.
struct Shown {
    form: ClosingForm,
    origin: Origin,
    problems: Problems,
    status: StatusCode,
}

async fn show(mut asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let found = Found::load(&mut tx, &number).await?;
    if let Err(refusal) = found.may_apply(asking.actor()) {
        return report(&asking, &mut tx, found, (&refusal, StatusCode::OK)).await;
    }
    let version = Some(found.opened.case().version);
    let shown = match asking.unsent(&mut tx, &location(&number), version).await? {
        Some(form) => Shown {
            form,
            origin: Origin::Hand,
            problems: Problems::default(),
            status: StatusCode::OK,
        },
        None => beginning(&mut tx, &found).await?,
    };
    writing(&asking, &mut tx, found, shown).await
}

/// What the form begins with: the report that came back, else the file.
async fn beginning(tx: &mut Tx, found: &Found) -> AppResult<Shown> {
    let shown = |form, origin| Shown {
        form: found.read_now(form),
        origin,
        problems: Problems::default(),
        status: StatusCode::OK,
    };
    if let Some(closing) = found.returned() {
        return Ok(shown(ClosingForm::standing(closing), Origin::Hand));
    }
    let known = store::known_facts::read(tx, &found.opened).await?;
    Ok(shown(ClosingForm::of(None, &closing::draft(&known)), Origin::File))
}

async fn create(
    asking: Asking,
    Path(number): Path<String>,
    form: Form<ClosingForm>,
) -> AppResult<Response> {
    let mut problems = Problems::default();
    let files = filed(&form.files, &mut problems);
    keep_files(&asking, &number, &files).await?;
    if form.fields.is_draft() && problems.is_empty() {
        let mut tx = asking.begin().await?;
        Found::load(&mut tx, &number).await?;
        drafts::save(&mut tx, &form.typed, &form.key, asking.now()).await?;
        tx.commit().await?;
        let paper = format!("{}/print", location(&number));
        return Ok(if form.fields.is_preview() {
            Redirect::to(&paper).into_response()
        } else {
            layout::done(&location(&number), "草稿已保存。")
        });
    }
    let choices = Choices::of(&form.typed, &form.key);
    let mut fields = form.fields;
    let (mut tx, _) = asking.act_alone_on(&number, &form.key).await?;
    let found = Found::load(&mut tx, &number).await?;
    if let Some(theirs) = found.theirs(asking.actor()) {
        if fields.version != theirs.version && fields.base != theirs.base {
            let page = differing(&asking, &found, (&theirs, &fields), &choices)?;
            return conflict::answer(tx, page, &location(&number)).await;
        }
        fields = conflict::settled(fields, &theirs, &choices);
    }
    match apply(&asking, &mut tx, &found, &fields, problems).await? {
        Ok(()) => layout::kept(tx, &location(&number), "已报包案领导签字。").await,
        Err((status, problems)) => {
            let found = Found::load(&mut tx, &number).await?;
            if status == StatusCode::CONFLICT {
                fields = fields.read_at(found.opened.case().version);
            }
            let origin = Origin::Hand;
            let shown = Shown { form: fields, origin, problems, status };
            writing(&asking, &mut tx, found, shown).await
        }
    }
}

/// Where the report that was handed in meanwhile differs from the one that was being written.
fn differing(
    asking: &Asking,
    found: &Found,
    (theirs, mine): (&ClosingForm, &ClosingForm),
    choices: &Choices,
) -> AppResult<Option<Response>> {
    let saved = found.latest.as_ref().map(|one| (one.writer.clone(), one.applied_at));
    let at = Place::of_case(&found.opened.case().number, "closing");
    Conflict { theirs, mine, choices, saved, at }.page(asking, ClosingForm::said)
}

/// Files are evidence in their own right: they are kept even when the report isn't ready yet, each
/// once.
async fn keep_files(asking: &Asking, number: &str, files: &[Filed<'_>]) -> AppResult<()> {
    if files.is_empty() {
        return Ok(());
    }
    let mut tx = asking.begin().await?;
    let found = Found::load(&mut tx, number).await?;
    if found.may_apply(asking.actor()).is_err() {
        return Ok(());
    }
    let filing = Filing { belongs_to: String::new(), by: asking.actor().staff, at: asking.now() };
    for file in files {
        if !store::closings::holds(&found.dossier, file) {
            store::documents::add(&mut tx, &found.opened, file, &filing).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Hands the report in, or says what stands against it.
async fn apply(
    asking: &Asking,
    tx: &mut Tx,
    found: &Found,
    form: &ClosingForm,
    mut problems: Problems,
) -> AppResult<Result<(), (StatusCode, Problems)>> {
    let refused = |problems| Ok(Err((StatusCode::UNPROCESSABLE_ENTITY, problems)));
    let wanted = match form.check() {
        Ok(wanted) => wanted,
        Err(wrong) => {
            for one in wrong.list() {
                problems.add(&one.field, &one.message);
            }
            return refused(problems);
        }
    };
    if wanted.version != found.opened.case().version {
        return Ok(Err((StatusCode::CONFLICT, Problems::whole(CHANGED))));
    }
    let (actor, case) = (asking.actor(), found.opened.case());
    let now = asking.now();
    match closing::apply(actor, case, &found.dossier, wanted.report, now) {
        Ok(fact) if problems.is_empty() => {
            match store::closings::record(tx, &found.opened, &fact).await {
                Err(StoreError::Stale) => {
                    return Ok(Err((StatusCode::CONFLICT, Problems::whole(CHANGED))));
                }
                other => drop(other?),
            }
            Ok(Ok(()))
        }
        Ok(_) => refused(problems),
        Err(refusals) => {
            for refusal in refusals {
                problems.add(field(refusal), refusal.to_string());
            }
            refused(problems)
        }
    }
}

async fn writing(asking: &Asking, tx: &mut Tx, found: Found, shown: Shown) -> AppResult<Response> {
    if let Err(refusal) = found.may_apply(asking.actor()) {
        return report(asking, tx, found, (&refusal, shown.status)).await;
    }
    let today = day_of(asking.now());
    let page = EditPage {
        shell: asking.shell("办结报告"),
        case: found.opened.case().clone(),
        returned: found.returned().cloned(),
        reply: reply(tx, &found, today).await?,
        petitioner: found.petitioner,
        form: shown.form,
        origin: shown.origin,
        papers: found.dossier.papers,
        problems: shown.problems,
        today,
    };
    layout::answer_as(&page, shown.status, &page.problems)
}

/// The report while it is signed, or why there is none.
async fn report(
    asking: &Asking,
    tx: &mut Tx,
    found: Found,
    (refusal, status): (&Refusal, StatusCode),
) -> AppResult<Response> {
    let today = day_of(asking.now());
    let page = ShowPage {
        shell: asking.shell("办结报告"),
        case: found.opened.case().clone(),
        reply: reply(tx, &found, today).await?,
        petitioner: found.petitioner,
        reason: refusal.to_string(),
        closing: found.latest,
        today,
    };
    layout::answer_with(&page, status)
}

/// The reply that the report rests on, or would.
async fn reply(tx: &mut Tx, found: &Found, today: chrono::NaiveDate) -> AppResult<ReplyView> {
    let uuid = match &found.latest {
        Some(closing) if closing.returned().is_none() => Some(closing.content.reply),
        Some(_) | None => found.dossier.reply,
    };
    let line = match uuid {
        Some(uuid) => store::replies::find(tx, &found.opened, uuid).await?,
        None => None,
    };
    Ok(ReplyView::of(line, today))
}
