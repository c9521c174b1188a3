//! The time limits (期限规则): what holds and what is to come, proposed by the system administrator and
//! confirmed by the head of the bureau.

pub mod confirmation;
mod form;
pub mod refusal;

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::domain::calendar::{day_of, format_full};
use crate::domain::deadline::RuleSet;
use crate::domain::rule_change::{Decided, Refusal, propose};
use crate::domain::staff::Role;
use crate::domain::visit::{COLLECTIVE_FROM, REPEAT_WITHIN};
use crate::store::deadlines::{self, Version};
use crate::store::rule_changes::{self, ProposalLine};
use crate::store::{StoreResult, Tx};
use crate::web::extract::{Form, Query};
use crate::web::form::{Choice, Problems};
use crate::web::layout::{self, Shell};
use crate::web::{AppError, AppResult, Asking};
use form::{Row, RuleForm};

const HERE: &str = "/admin/rules";
const LISTED: i64 = 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    code: String,
}

#[derive(Template)]
#[template(path = "admin/rules.html")]
struct RulesPage {
    shell: Shell,
    /// Versions in force and to come.
    versions: Vec<Version>,
    today: NaiveDate,
    waiting: Vec<ProposalLine>,
    decided: Vec<ProposalLine>,
    /// Whether whoever looks proposes, or confirms.
    proposes: bool,
    codes: Vec<Choice>,
    rows: Vec<Row>,
    repeat_days: i64,
    collective_from: u32,
    form: RuleForm,
    problems: Problems,
}

impl RulesPage {
    fn moment(at: &DateTime<Utc>) -> String {
        format_full(*at)
    }

    fn is_to_come(&self, version: &Version) -> bool {
        version.set.valid_from > self.today
    }
}

pub async fn show(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let sets = present(&asking, &mut tx).await?;
    let set = sets.iter().find(|set| set.code == asked.code).or_else(|| sets.first());
    let form = set.map(RuleForm::of).unwrap_or_default();
    page(&asking, &mut tx, (form, Problems::default())).await
}

async fn present(asking: &Asking, tx: &mut Tx) -> StoreResult<Vec<RuleSet>> {
    deadlines::rule_sets(tx, day_of(asking.now())).await
}

async fn page(
    asking: &Asking,
    tx: &mut Tx,
    (form, problems): (RuleForm, Problems),
) -> AppResult<Response> {
    let today = day_of(asking.now());
    let sets = present(asking, tx).await?;
    let (waiting, decided) =
        rule_changes::list(tx, LISTED).await?.into_iter().partition(|it| it.decided_at.is_none());
    let codes = sets.iter().map(|set| (set.code.clone(), set.short_name().to_owned()));
    let page = RulesPage {
        shell: asking.shell("期限规则"),
        versions: deadlines::versions(tx, today).await?,
        today,
        waiting,
        decided,
        proposes: asking.actor().role == Role::Sysadmin,
        codes: Choice::list(codes, &form.code),
        rows: form.rows(),
        repeat_days: REPEAT_WITHIN.num_days(),
        collective_from: COLLECTIVE_FROM,
        form,
        problems,
    };
    layout::answer(&page, &page.problems)
}

pub async fn create(asking: Asking, form: Form<RuleForm>) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let form = form.fields;
    let sets = present(&asking, &mut tx).await?;
    let set = sets.iter().find(|set| set.code == form.code).ok_or(AppError::NotFound)?;
    let waits = rule_changes::list(&mut tx, LISTED).await?;
    let waits = waits.iter().any(|it| it.decided_at.is_none() && it.code == set.code);
    let today = day_of(asking.now());
    let versions = deadlines::versions(&mut tx, today).await?;
    let begins = versions.iter().filter(|it| it.set.code == set.code).map(|it| it.set.valid_from);
    let known = (set, begins.max().unwrap_or(set.valid_from), waits);
    let said = form.check(set, today).and_then(|wanted| {
        propose(asking.actor(), known, wanted, asking.now()).map_err(|it| problems_of(&it))
    });
    match said {
        Ok(fact) => {
            if !rule_changes::record(&mut tx, &fact).await? {
                let refusal = Refusal::Waiting(set.short_name().to_owned());
                drop(tx);
                let mut tx = asking.begin().await?;
                return page(&asking, &mut tx, (form, problems_of(&[refusal]))).await;
            }
            layout::kept(tx, HERE, "已提出，信访局局长确认后按生效日期执行。").await
        }
        Err(problems) => page(&asking, &mut tx, (form, problems)).await,
    }
}

fn problems_of(refusals: &[Refusal]) -> Problems {
    let mut problems = Problems::default();
    for refusal in refusals {
        let field = match refusal {
            Refusal::Backdated | Refusal::OutOfTurn(..) => "valid_from".to_owned(),
            Refusal::OutOfRange(kind) => format!("days_{}", kind.code()),
            Refusal::ReportAfterClose => "days_P7".to_owned(),
            Refusal::NoBasis => "basis".to_owned(),
            Refusal::NotTheSystemAdministrator
            | Refusal::NotTheBureauHead
            | Refusal::SecondPerson
            | Refusal::TooLate
            | Refusal::Unchanged
            | Refusal::Waiting(_)
            | Refusal::Decided => String::new(),
            Refusal::NoReason => "reason".to_owned(),
        };
        problems.add(field, refusal.to_string());
    }
    problems
}

async fn proposal(tx: &mut Tx, uuid: Uuid) -> AppResult<ProposalLine> {
    let all = rule_changes::list(tx, LISTED).await?;
    all.into_iter().find(|line| line.uuid == uuid).ok_or(AppError::NotFound)
}

async fn decide(
    asking: &Asking,
    mut tx: Tx,
    (line, reason): (&ProposalLine, String),
    decided: Result<Decided, Refusal>,
) -> AppResult<Response> {
    match decided {
        Ok(fact) => {
            rule_changes::record_decision(&mut tx, line.uuid, &fact).await?;
            let said = match fact.declined() {
                None => format!("已确认，{}起的交办适用。", line.from),
                Some(_) => "已退回，规则不变。".to_owned(),
            };
            layout::kept(tx, HERE, &said).await
        }
        Err(refusal) => {
            let sets = present(asking, &mut tx).await?;
            let form = sets.first().map(RuleForm::of).unwrap_or_default();
            let form = RuleForm { reason, ..form };
            page(asking, &mut tx, (form, problems_of(&[refusal]))).await
        }
    }
}
