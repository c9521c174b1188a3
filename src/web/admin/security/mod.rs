//! What is asked of those who sign in (安全策略): proposed by one security administrator, confirmed by
//! another.

pub mod confirmation;
mod form;
pub mod refusal;

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::calendar::format_full;
use crate::domain::ids::StaffId;
use crate::domain::password::Profile;
use crate::domain::security_setting::{Decided, Reach, Refusal, propose};
use crate::domain::sign_in::SecondFactor;
use crate::store::Tx;
use crate::store::security_settings::{self, ProposalLine};
use crate::web::address::Address;
use crate::web::extract::Form;
use crate::web::form::{Choice, Problems};
use crate::web::layout::{self, Shell};
use crate::web::{AppError, AppResult, Asking};
use form::SecurityForm;

const HERE: &str = "/admin/security";
/// How many proposals are listed.
const LISTED: i64 = 11;

/// A setting as it is, and as it is proposed.
pub struct Line {
    pub name: &'static str,
    pub now: String,
    pub wanted: String,
}

/// A proposal with what it would change.
pub struct Proposal {
    pub line: ProposalLine,
    pub changes: Vec<Line>,
}

#[derive(Template)]
#[template(path = "admin/security.html")]
struct SecurityPage {
    shell: Shell,
    /// The settings that hold, in words.
    present: Vec<(&'static str, String)>,
    /// Whether they were confirmed here, and not taken from the start of the program.
    is_confirmed: bool,
    waiting: Option<Proposal>,
    decided: Vec<ProposalLine>,
    profiles: Vec<Choice>,
    factors: Vec<Choice>,
    reaches: Vec<Choice>,
    address: String,
    me: StaffId,
    form: SecurityForm,
    reason: String,
    problems: Problems,
}

impl SecurityPage {
    fn moment(at: &DateTime<Utc>) -> String {
        format_full(*at)
    }
}

pub async fn show(asking: Asking, Address(address): Address) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let form = SecurityForm::of(&asking.app.settings());
    page(&asking, &mut tx, (form, Problems::default()), &address.to_string()).await
}

async fn page(
    asking: &Asking,
    tx: &mut Tx,
    (form, problems): (SecurityForm, Problems),
    address: &str,
) -> AppResult<Response> {
    let lines = security_settings::list(tx, LISTED).await?;
    let (waiting, decided): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| line.decided_at.is_none());
    let present = form::words(&asking.app.settings());
    let waiting = waiting.into_iter().next().map(|line| {
        let wanted = form::words(&line.settings);
        let both = present.iter().zip(wanted).filter(|((_, now), (_, wanted))| now != wanted);
        let changes =
            both.map(|((name, now), (_, wanted))| Line { name, now: now.clone(), wanted });
        Proposal { changes: changes.collect(), line }
    });
    let profiles = Profile::ALL.iter().map(|it| (it.code(), it.label()));
    let factors = SecondFactor::ALL.iter().filter(|it| **it != SecondFactor::Off);
    let factors = factors.map(|it| (it.code(), it.label()));
    let reaches = Reach::ALL.iter().map(|it| (it.code(), it.label()));
    let page = SecurityPage {
        shell: asking.shell("安全策略"),
        is_confirmed: asking.app.is_set(),
        present,
        waiting,
        decided,
        profiles: Choice::list(profiles, &form.profile),
        factors: Choice::list(factors, &form.second_factor),
        reaches: Choice::list(reaches, &form.reach),
        address: address.to_owned(),
        me: asking.actor().staff,
        reason: form.reason.clone(),
        form,
        problems,
    };
    layout::answer(&page, &page.problems)
}

pub async fn create(
    asking: Asking,
    Address(address): Address,
    form: Form<SecurityForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let form = form.fields;
    let present = asking.app.settings();
    let waits = security_settings::list(&mut tx, 1).await?;
    let waits = waits.iter().any(|line| line.decided_at.is_none());
    let said = form.check().and_then(|wanted| {
        let decided = propose(asking.actor(), (&present, wanted), (address, waits), asking.now());
        decided.map_err(|refusals| problems_of(&refusals))
    });
    match said {
        Ok(fact) => {
            if !security_settings::record(&mut tx, &fact).await? {
                drop(tx);
                let mut tx = asking.begin().await?;
                let problems = problems_of(&[Refusal::Waiting]);
                return page(&asking, &mut tx, (form, problems), &address.to_string()).await;
            }
            layout::kept(tx, HERE, "已提出，另一名安全管理员确认后生效。").await
        }
        Err(problems) => page(&asking, &mut tx, (form, problems), &address.to_string()).await,
    }
}

fn problems_of(refusals: &[Refusal]) -> Problems {
    let mut problems = Problems::default();
    for refusal in refusals {
        problems.add(field(refusal), refusal.to_string());
    }
    problems
}

const fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Shortest => "shortest",
        Refusal::Days => "days",
        Refusal::History => "history",
        Refusal::Tries => "tries",
        Refusal::Idle => "idle_minutes",
        Refusal::Longest => "longest_hours",
        Refusal::Devices => "devices",
        Refusal::SecondFactor => "second_factor",
        Refusal::Range(..) | Refusal::Everyone(..) | Refusal::NoRanges => "ranges",
        Refusal::LockedOut(_)
        | Refusal::NotTheSecurityAdministrator
        | Refusal::Unchanged
        | Refusal::Waiting
        | Refusal::SecondPerson
        | Refusal::Decided => "",
        Refusal::NoReason | Refusal::NoReasonToTakeBack => "reason",
    }
}

/// The proposal that is decided on; one that was decided on before says so.
async fn proposal(tx: &mut Tx, uuid: Uuid) -> AppResult<ProposalLine> {
    let all = security_settings::list(tx, LISTED).await?;
    all.into_iter().find(|line| line.uuid == uuid).ok_or(AppError::NotFound)
}

async fn decide(
    asking: &Asking,
    mut tx: Tx,
    (line, address, reason): (&ProposalLine, &str, String),
    decided: Result<Decided, Refusal>,
) -> AppResult<Response> {
    match decided {
        Ok(fact) => {
            security_settings::record_decision(&mut tx, line.uuid, &fact).await?;
            let said = match fact.declined() {
                None => "已确认，立即生效。",
                Some(_) => "已退回。",
            };
            let response = layout::kept(tx, HERE, said).await;
            asking.app.held.forget();
            response
        }
        Err(refusal) => {
            let form = SecurityForm { reason, ..SecurityForm::of(&asking.app.settings()) };
            let problems = problems_of(&[refusal]);
            page(asking, &mut tx, (form, problems), address).await
        }
    }
}
