//! 签批: what waits for a signature, and signing it.

mod form;
mod pages;

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::extract::{Form, Path, Query};
use super::form::Problems;
use super::layout;
use super::paging::rest;
use super::routes::{Table, Who};
use super::signing::ReplyView;
use super::{AppError, AppResult, Asking, handling, sign_in};
use crate::domain::calendar::day_of;
use crate::domain::closing::{self, Closing, Decision, Effect, Signed, Signer};
use crate::domain::staff::{Actor, PostKind, Role};
use crate::store::petition_cases::Opened;
use crate::store::{self, StoreError, Tx};
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

async fn list(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let shows_done = asked.tab == "done";
    let (mut waiting, mut done) = (Vec::new(), Vec::new());
    if shows_done {
        let before = asked.after.parse::<DateTime<Utc>>().ok();
        done = store::approvals::done(&mut tx, before, PAGE + 1).await?;
    } else {
        waiting = store::approvals::waiting(&mut tx, asking.actor()).await?;
    }
    let older = rest(&mut done, PAGE).map(|last| {
        let after = last.signed_at.to_rfc3339_opts(SecondsFormat::Micros, true);
        format!("/approvals?tab=done&after={after}")
    });
    let today = day_of(asking.now());
    let shell = asking.shell("签批");
    let page = ListPage { shell, waiting, done, shows_done, older, today };
    let waiting = page.waiting.iter().map(|line| line.number.as_str());
    let done = page.done.iter().map(|line| line.number.as_str());
    layout::naming(layout::shown(&page), waiting.chain(done))
}

/// A report with the case it is about, as a signatory finds it.
struct Found {
    opened: Opened,
    closing: Closing,
    posts: Vec<(PostKind, String)>,
}

impl Found {
    async fn load(tx: &mut Tx, asking: &Asking, uuid: Uuid) -> AppResult<Self> {
        let number = store::closings::case_number(tx, uuid).await?.ok_or(AppError::NotFound)?;
        let opened = handling::opened(tx, &number).await?;
        let closing = store::closings::find(tx, &opened, uuid).await?.ok_or(AppError::NotFound)?;
        let today = day_of(asking.now());
        let posts = store::colleagues::posts(tx, asking.actor().holder(), today).await?;
        Ok(Self { opened, closing, posts })
    }

    fn signer<'a>(&'a self, actor: &'a Actor) -> Signer<'a> {
        Signer { actor, posts: &self.posts }
    }

    /// Why this person can't sign now.
    fn closed_to(&self, actor: &Actor) -> Option<String> {
        if !self.closing.is_intact() {
            return Some(
                "办结报告的内容与签字时不一致，已有的签字无效。请联系系统管理员核查。".to_owned(),
            );
        }
        let case = self.opened.case();
        closing::waiting_step(case, &self.closing)
            .and_then(|step| closing::may_sign(self.signer(actor), case, &self.closing, step))
            .err()
            .map(|refusal| format!("{}。", refusal.to_string().trim_end_matches('。')))
    }
}

async fn show(mut asking: Asking, Path(uuid): Path<Uuid>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let found = Found::load(&mut tx, &asking, uuid).await?;
    let version = Some(found.opened.case().version);
    let unsent = asking.unsent(&mut tx, &format!("/approvals/{uuid}"), version).await?;
    page(&asking, &mut tx, found, (unsent.unwrap_or_default(), Problems::default())).await
}

async fn create(
    asking: Asking,
    Path(uuid): Path<Uuid>,
    form: Form<ApprovalForm>,
) -> AppResult<Response> {
    let now = asking.now();
    let checked = checked(&asking, &form.fields).await?;
    let mut tx = asking.act(&form.key).await?;
    hold(&mut tx, uuid).await?;
    let found = Found::load(&mut tx, &asking, uuid).await?;
    let wanted = match checked {
        Ok(wanted) => wanted,
        Err(problems) => return page(&asking, &mut tx, found, (form.fields, problems)).await,
    };
    let is_stale = found.opened.case().version != wanted.version;
    let signer = found.signer(asking.actor());
    match closing::sign(signer, found.opened.case(), &found.closing, wanted.verdict, now) {
        Ok(_) if is_stale => Err(StoreError::Stale.into()),
        Ok(fact) => {
            store::approvals::record(&mut tx, &found.opened, &fact).await?;
            layout::kept(tx, "/approvals", &said(&found, &fact)).await
        }
        Err(refusal) if refusal.is_stale() => Err(StoreError::Stale.into()),
        Err(refusal) => {
            let problems = Problems::whole(refusal.to_string());
            let mut answer = page(&asking, &mut tx, found, (form.fields, problems)).await?;
            if refusal.is_out_of_turn() {
                *answer.status_mut() = StatusCode::CONFLICT;
            }
            Ok(answer)
        }
    }
}

/// Nobody else decides on the case until this work ends: of two who sign at once the second finds
/// the step taken, and is told so.
async fn hold(tx: &mut Tx, uuid: Uuid) -> AppResult<()> {
    let number = store::closings::case_number(tx, uuid).await?.ok_or(AppError::NotFound)?;
    let opened = handling::opened(tx, &number).await?;
    Ok(store::ledgers::hold(tx, &opened).await?)
}

/// What the form means, once the password is right as well. A form that says nothing doesn't try
/// the password.
async fn checked(asking: &Asking, form: &ApprovalForm) -> AppResult<Result<Wanted, Problems>> {
    let wanted = match form.check() {
        Ok(wanted) => wanted,
        Err(problems) => return Ok(Err(problems)),
    };
    Ok(match sign_in::confirm(&asking.app, &asking.session, form.password.clone()).await? {
        Ok(()) => Ok(wanted),
        Err(sentence) => Err(Problems::at("password", sentence)),
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

/// The page, as it is shown first and again when the form comes back.
async fn page(
    asking: &Asking,
    tx: &mut Tx,
    found: Found,
    (form, problems): (ApprovalForm, Problems),
) -> AppResult<Response> {
    let today = day_of(asking.now());
    let reply = store::replies::find(tx, &found.opened, found.closing.content.reply).await?;
    let closed_to = found.closed_to(asking.actor());
    let page = ApprovalPage {
        shell: asking.shell("签批：办结报告"),
        petitioner: store::closings::petitioner(tx, &found.opened).await?,
        case: found.opened.case().clone(),
        closing: found.closing,
        reply: ReplyView::of(reply, today),
        form,
        problems,
        closed_to,
        today,
    };
    layout::answer(&page, &page.problems)
}
