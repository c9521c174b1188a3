//! 签批: what waits for a signature, and signing it.

mod form;
mod pages;

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::extract::{Form, Path, Query};
use super::form::Problems;
use super::layout::{self, Frame};
use super::routes::{Table, Who};
use super::signing::ReplyView;
use super::{App, AppError, AppResult, handling, sign_in};
use crate::domain::calendar::day_of;
use crate::domain::closing::{self, Closing, Decision, Effect, Signed, Signer};
use crate::domain::staff::{PostKind, Role};
use crate::store::petition_cases::Opened;
use crate::store::{self, Begun, Session, StoreError, Tx};
use form::{ApprovalForm, Wanted};
use pages::{ApprovalPage, ListPage};

const SIGNATORIES: Who = Who::Staff(&[
    Role::Leader,
    Role::President,
    Role::Bureau,
    Role::BureauHead,
    Role::LeadingGroup,
]);

pub fn routes(table: Table) -> Table {
    table.get("/approvals", SIGNATORIES, list).get("/approvals/{uuid}", SIGNATORIES, show).post(
        "/approvals/{uuid}",
        SIGNATORIES,
        create,
    )
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    tab: String,
    /// What was signed before this moment.
    after: String,
}

/// How many signatures a page shows.
const PAGE: i64 = 50;

async fn list(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let shows_done = asked.tab == "done";
    let (mut waiting, mut done) = (Vec::new(), Vec::new());
    if shows_done {
        let before = asked.after.parse::<DateTime<Utc>>().ok();
        done = store::approvals::done(&mut tx, before, PAGE + 1).await?;
    } else {
        waiting = store::approvals::waiting(&mut tx, session.actor()).await?;
    }
    let more = usize::try_from(PAGE).is_ok_and(|page| done.len() > page);
    done.truncate(done.len() - usize::from(more));
    let older = done.last().filter(|_| more).map(|last| {
        let after = last.signed_at.to_rfc3339_opts(SecondsFormat::Micros, true);
        format!("/approvals?tab=done&after={after}")
    });
    let today = day_of(app.clock.now());
    let shell = frame.shell("签批");
    let page = ListPage { shell, waiting, done, shows_done, older, today };
    Ok(Html(page.render()?).into_response())
}

/// A report with the case it is about, as a signatory finds it.
struct Found {
    opened: Opened,
    closing: Closing,
    posts: Vec<(PostKind, String)>,
}

impl Found {
    async fn load(
        tx: &mut Tx,
        session: &Session,
        uuid: Uuid,
        now: DateTime<Utc>,
    ) -> AppResult<Self> {
        let number = store::closings::case_number(tx, uuid).await?.ok_or(AppError::NotFound)?;
        let opened = handling::opened(tx, &number).await?;
        let closing = store::closings::find(tx, &opened, uuid).await?.ok_or(AppError::NotFound)?;
        let posts = store::colleagues::posts(tx, session.actor().staff, day_of(now)).await?;
        Ok(Self { opened, closing, posts })
    }

    fn signer<'a>(&'a self, session: &'a Session) -> Signer<'a> {
        Signer { actor: session.actor(), posts: &self.posts }
    }

    /// Why this person can't sign now.
    fn closed_to(&self, session: &Session) -> Option<String> {
        if !self.closing.is_intact() {
            return Some(
                "办结报告的内容与签字时不一致，已有的签字无效。请联系系统管理员核查。".to_owned(),
            );
        }
        let Some(step) = self.closing.next() else {
            return Some("这份办结报告没有待签批的环节。".to_owned());
        };
        closing::may_sign(self.signer(session), self.opened.case(), &self.closing, step)
            .err()
            .map(|refusal| format!("{refusal}。"))
    }
}

async fn show(
    State(app): State<App>,
    session: Session,
    Path(uuid): Path<Uuid>,
    frame: Frame,
) -> AppResult<Response> {
    let mut tx = app.db.begin(&session).await?;
    let found = Found::load(&mut tx, &session, uuid, app.clock.now()).await?;
    let asked = Asking { app: &app, session: &session, frame: &frame };
    asked.page(&mut tx, found, ApprovalForm::default(), Problems::default()).await
}

async fn create(
    State(app): State<App>,
    session: Session,
    Path(uuid): Path<Uuid>,
    frame: Frame,
    form: Form<ApprovalForm>,
) -> AppResult<Response> {
    let now = app.clock.now();
    let checked = checked(&app, &session, &form.fields).await?;
    let mut tx = match app.db.begin_form(&session, &form.key, now).await? {
        Begun::Repeated(to) => return Ok(Redirect::to(&to).into_response()),
        Begun::Fresh(tx) => tx,
    };
    let found = Found::load(&mut tx, &session, uuid, now).await?;
    let asked = Asking { app: &app, session: &session, frame: &frame };
    let wanted = match checked {
        Ok(wanted) => wanted,
        Err(problems) => return asked.page(&mut tx, found, form.fields, problems).await,
    };
    if found.opened.case().version != wanted.version {
        return Err(StoreError::Stale.into());
    }
    let signer = found.signer(&session);
    match closing::sign(signer, found.opened.case(), &found.closing, wanted.verdict, now) {
        Ok(fact) => {
            store::approvals::record(&mut tx, &found.opened, &fact).await?;
            tx.commit_to("/approvals").await?;
            Ok(layout::done("/approvals", &said(&found, &fact)))
        }
        Err(refusal) if refusal.is_stale() => Err(StoreError::Stale.into()),
        Err(refusal) => {
            let problems = Problems::whole(refusal.to_string());
            asked.page(&mut tx, found, form.fields, problems).await
        }
    }
}

/// What the form means, once the password is right as well. A form that says nothing doesn't try
/// the password.
async fn checked(
    app: &App,
    session: &Session,
    form: &ApprovalForm,
) -> AppResult<Result<Wanted, Problems>> {
    let wanted = match form.check() {
        Ok(wanted) => wanted,
        Err(problems) => return Ok(Err(problems)),
    };
    Ok(match sign_in::confirm(app, session, form.password.clone()).await? {
        Ok(()) => Ok(wanted),
        Err(sentence) => {
            let mut problems = Problems::default();
            problems.add("password", sentence);
            Err(problems)
        }
    })
}

/// 「已签批XF2026-00104，转院长签字。」
fn said(found: &Found, fact: &Signed) -> String {
    let (number, closing) = (&found.opened.case().number, &found.closing);
    if fact.verdict().decision == Decision::Return {
        return format!("已将{number}的办结报告退回补正。");
    }
    if let Effect::Confirmed { outcome, .. } = fact.effect() {
        return format!("已认定{number}办结：{}。", outcome.label());
    }
    let next = closing.steps().skip_while(|step| *step != fact.verdict().step).nth(1);
    let next = next.map_or("", |step| step.label_at(closing.court_kind));
    format!("已签批{number}，转{next}。")
}

/// Who asks, for the page that is shown first and again when a form comes back.
struct Asking<'a> {
    app: &'a App,
    session: &'a Session,
    frame: &'a Frame,
}

impl Asking<'_> {
    async fn page(
        &self,
        tx: &mut Tx,
        found: Found,
        form: ApprovalForm,
        problems: Problems,
    ) -> AppResult<Response> {
        let today = day_of(self.app.clock.now());
        let reply = store::replies::find(tx, &found.opened, found.closing.content.reply).await?;
        let closed_to = found.closed_to(self.session);
        let page = ApprovalPage {
            shell: self.frame.shell("签批：办结报告"),
            petitioner: store::closings::petitioner(tx, &found.opened).await?,
            case: found.opened.case().clone(),
            closing: found.closing,
            reply: ReplyView::of(reply, today),
            form,
            problems,
            closed_to,
            today,
        };
        handling::answer(&page, &page.problems)
    }
}
