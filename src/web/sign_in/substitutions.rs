//! Who stands in for whom (代理): asking for a colleague for a time, taking it back.

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::domain::calendar::{day_of, format_full, format_until, read_day};
use crate::domain::substituting::{Refusal, ask, take_back};
use crate::store::Tx;
use crate::store::substitutions::{self, SubstitutionLine};
use crate::web::extract::{Form, Path};
use crate::web::form::{Choice, Problems};
use crate::web::layout::{self, Shell};
use crate::web::{AppError, AppResult, Asking};

const HOME: &str = "/account/substitutions";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SubstitutionForm {
    role: String,
    person: String,
    from: String,
    until: String,
}

#[derive(Template)]
#[template(path = "sign_in/substitutions.html")]
struct SubstitutionsPage {
    shell: Shell,
    lines: Vec<SubstitutionLine>,
    roles: Vec<Choice>,
    people: Vec<Choice>,
    now: DateTime<Utc>,
    form: SubstitutionForm,
    problems: Problems,
}

impl SubstitutionsPage {
    fn moment(at: &DateTime<Utc>) -> String {
        format_full(*at)
    }

    fn until(at: &DateTime<Utc>) -> String {
        format_until(*at)
    }

    fn state(&self, line: &SubstitutionLine) -> String {
        if !line.is_decided {
            let waits = self.now < line.until;
            if waits { "待安全管理员确认" } else { "未确认，已过期" }.to_owned()
        } else if !line.is_granted {
            format!("未生效：{}", line.declined_reason)
        } else if !line.is_running(self.now) {
            "已结束".to_owned()
        } else if self.now < line.from {
            "还没有开始".to_owned()
        } else {
            "代理中".to_owned()
        }
    }

    fn can_end(&self, line: &SubstitutionLine) -> bool {
        line.is_own && self.shell.stands_in.is_none() && line.is_running(self.now)
    }
}

pub async fn list(asking: Asking) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    page(&asking, &mut tx, (SubstitutionForm::default(), Problems::default())).await
}

async fn page(
    asking: &Asking,
    tx: &mut Tx,
    (form, problems): (SubstitutionForm, Problems),
) -> AppResult<Response> {
    let own = substitutions::own(tx, asking.now()).await?;
    let own = own
        .iter()
        .map(|(own, unit)| (own.grant.to_string(), format!("{}　{unit}", own.role.label())));
    let people = substitutions::candidates(tx, asking.now()).await?;
    let people = people.into_iter().filter(|one| !one.keeps_the_program);
    let people = people.map(|one| (one.uuid.to_string(), one.name));
    let none = [(String::new(), "请选择".to_owned())].into_iter();
    let page = SubstitutionsPage {
        shell: asking.shell("代理"),
        lines: substitutions::list(tx).await?,
        roles: Choice::list(own, &form.role),
        people: Choice::list(none.chain(people), &form.person),
        now: asking.now(),
        form,
        problems,
    };
    layout::answer(&page, &page.problems)
}

pub async fn create(asking: Asking, form: Form<SubstitutionForm>) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let (form, now) = (form.fields, asking.now());
    let today = day_of(now);
    let mut problems = Problems::default();
    let own = substitutions::own(&mut tx, now).await?;
    let own = own.iter().map(|(own, _)| own).find(|own| own.grant.to_string() == form.role);
    let own = problems.take("role", own, "请选择委托哪个岗位");
    let people = substitutions::candidates(&mut tx, now).await?;
    let person = people.iter().find(|one| one.uuid.to_string() == form.person);
    let person = problems.take("person", person, "请从列表中选择本单位的代理人");
    let from = if form.from.trim().is_empty() { Some(today) } else { read_day(&form.from, today) };
    let from = problems.take("from", from, "日期写成2026-06-15");
    let last = read_day(&form.until, today);
    let last = problems.take("until", last, "请填写截止日期，如2026-06-15");
    let (Some(own), Some(person), Some(from), Some(last)) = (own, person, from, last) else {
        return page(&asking, &mut tx, (form, problems)).await;
    };
    let refusal = match ask(asking.actor(), own, person, (from, last), now) {
        Ok(fact) if substitutions::record(&mut tx, &fact).await? => {
            let said = format!("已提出由{}代理至{last}，安全管理员确认后生效。", person.name);
            return layout::kept(tx, HOME, &said).await;
        }
        // What was begun is undone: the page is read anew.
        Ok(_) => {
            tx = asking.begin().await?;
            Refusal::Already
        }
        Err(refusal) => refusal,
    };
    let problems = Problems::at(field(&refusal), refusal.to_string());
    page(&asking, &mut tx, (form, problems)).await
}

pub async fn end(
    asking: Asking,
    Path(named): Path<Uuid>,
    form: Form<SubstitutionForm>,
) -> AppResult<Response> {
    let mut tx = asking.act(&form.key).await?;
    let lines = substitutions::list(&mut tx).await?;
    let line = lines.iter().find(|line| line.uuid == named && line.is_own);
    let line = line.ok_or(AppError::NotFound)?;
    match take_back(asking.actor(), line.is_running(asking.now()), asking.now()) {
        Ok(fact) => {
            substitutions::record_end(&mut tx, named, fact).await?;
            let said = format!("已收回，{}不能再代理。", line.substitute);
            layout::kept(tx, HOME, &said).await
        }
        Err(refusal) => {
            let problems = Problems::whole(refusal.to_string());
            page(&asking, &mut tx, (SubstitutionForm::default(), problems)).await
        }
    }
}

const fn field(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Administrator | Refusal::Reviewer => "role",
        Refusal::OneSelf | Refusal::OtherUnit | Refusal::KeepsTheProgram(_) => "person",
        Refusal::InThePast | Refusal::Already => "from",
        Refusal::NoDays | Refusal::TooLong | Refusal::BeyondTheRole(_) => "until",
        Refusal::Chain | Refusal::NotRunning => "",
    }
}
