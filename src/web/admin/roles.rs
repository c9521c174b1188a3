//! Who holds which role, what waits for the second person, and the form that proposes a grant.

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::PAGE;
use crate::domain::calendar::{day_of, format_full, format_until, read_day};
use crate::domain::granting::{Refusal, Wanted, propose};
use crate::domain::ids::StaffId;
use crate::domain::staff::Role;
use crate::store::grants::{self, GrantLine, ProposalLine};
use crate::store::{Tx, units};
use crate::web::extract::{Form, Query};
use crate::web::form::{Choice, Problems};
use crate::web::layout::{self, Shell};
use crate::web::urls::encode;
use crate::web::{AppResult, Asking, paging};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    unit: String,
    after: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct GrantForm {
    user: String,
    role: String,
    unit: String,
    from: String,
    until: String,
    pub(super) reason: String,
}

#[derive(Template)]
#[template(path = "admin/roles.html")]
struct RolesPage {
    shell: Shell,
    asked: Asked,
    filter_units: Vec<Choice>,
    lines: Vec<GrantLine>,
    waiting: Vec<ProposalLine>,
    decided: Vec<ProposalLine>,
    next: Option<String>,
    roles: Vec<Choice>,
    units: Vec<Choice>,
    me: StaffId,
    form: GrantForm,
    problems: Problems,
}

impl RolesPage {
    fn moment(at: &DateTime<Utc>) -> String {
        format_full(*at)
    }

    fn until(until: Option<&DateTime<Utc>>) -> String {
        until.copied().map_or_else(|| "长期".to_owned(), format_until)
    }
}

pub async fn list(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    page(&asking, &mut tx, asked, (GrantForm::default(), Problems::default())).await
}

/// The page as it comes back with what was wrong.
pub async fn again(
    asking: &Asking,
    tx: &mut Tx,
    form: GrantForm,
    problems: Problems,
) -> AppResult<Response> {
    page(asking, tx, Asked::default(), (form, problems)).await
}

async fn page(
    asking: &Asking,
    tx: &mut Tx,
    asked: Asked,
    (form, problems): (GrantForm, Problems),
) -> AppResult<Response> {
    let units = units::list(tx).await?;
    let chosen = units.iter().find(|unit| unit.code == asked.unit).map(|unit| unit.id);
    let after = grants::place(&asked.after);
    let mut lines = grants::list(tx, (&asked.q, chosen), asking.now(), (after, PAGE + 1)).await?;
    let next = paging::rest(&mut lines, PAGE).map(|last| {
        let after = encode(&format!("{} {}", last.username, last.id));
        format!("/admin/roles?q={}&unit={}&after={after}", encode(&asked.q), encode(&asked.unit))
    });
    let (waiting, decided) = grants::proposals(tx, asking.now())
        .await?
        .into_iter()
        .partition(|line| line.decided_at.is_none());
    let named = |first: &str, chosen: &str| {
        let all = units.iter().map(|unit| (unit.code.clone(), unit.short_name.clone()));
        Choice::list([(String::new(), first.to_owned())].into_iter().chain(all), chosen)
    };
    let roles = Role::ALL.iter().filter(|role| **role != Role::Job);
    let roles = roles.map(|role| (role.code(), role.label()));
    let page = RolesPage {
        shell: asking.shell("岗位授权"),
        filter_units: named("全部单位", &asked.unit),
        units: named("请选择", &form.unit),
        roles: Choice::list([("", "请选择")].into_iter().chain(roles), &form.role),
        me: asking.actor().staff,
        asked,
        lines,
        waiting,
        decided,
        next,
        form,
        problems,
    };
    layout::answer(&page, &page.problems)
}

pub async fn create(asking: Asking, form: Form<GrantForm>) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let (form, now) = (form.fields, asking.now());
    let mut problems = Problems::default();
    let holder = grants::holder(&mut tx, form.user.trim(), now).await?;
    let holder = problems.take("user", holder, "没有这个用户，请填写用户名");
    let role = Role::from_code(&form.role).filter(|role| *role != Role::Job);
    let role = problems.take("role", role, "请选择岗位");
    let units = units::list(&mut tx).await?;
    let unit = units.iter().find(|unit| unit.code == form.unit);
    let unit = problems.take("unit", unit, "请选择单位");
    let today = day_of(now);
    let day = |text: &str| read_day(text, today);
    let from = if form.from.trim().is_empty() { Some(today) } else { day(&form.from) };
    let from = problems.take("from", from, "日期写成2026-06-15");
    let last = (!form.until.trim().is_empty()).then(|| day(&form.until));
    let last =
        problems.take("until", last.map_or(Some(None), |it| it.map(Some)), "日期写成2026-06-15");
    let (Some(role), Some(holder), Some(unit), Some(from), Some(last)) =
        (role, holder, unit, from, last)
    else {
        return again(&asking, &mut tx, form, problems).await;
    };
    let wanted = Wanted { role, from, last };
    match propose(asking.actor(), &holder, unit, &wanted, now) {
        Ok(fact) => {
            grants::record(&mut tx, &fact).await?;
            let said =
                format!("已提出：{}任{}，须另一名安全管理员确认。", holder.name, role.label());
            layout::kept(tx, "/admin/roles", &said).await
        }
        Err(refusal) => {
            let problems = Problems::at(field(&refusal), refusal.to_string());
            again(&asking, &mut tx, form, problems).await
        }
    }
}

/// The field that a refusal is about.
pub const fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::OneSelf | Refusal::Inactive => "user",
        Refusal::WrongUnit(..) => "unit",
        Refusal::KeptApart(..) | Refusal::Held(_) => "role",
        Refusal::InThePast => "from",
        Refusal::NoDays => "until",
        Refusal::NoReason | Refusal::NoReasonToTakeBack => "reason",
        Refusal::NotTheSecurityAdministrator
        | Refusal::SecondPerson
        | Refusal::Decided
        | Refusal::Lapsed
        | Refusal::LastOnes(_) => "",
    }
}
