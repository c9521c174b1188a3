//! Changing one's own password.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::calendar;
use crate::store::{accounts, passwords};
use crate::web::extract::Form;
use crate::web::form::Problems;
use crate::web::layout::{self, Shell, home};
use crate::web::{AppResult, Asking};

/// The program's own names.
const PROGRAM: [&str; 3] = ["anjie", "案结", "涉诉信访"];

#[derive(Template)]
#[template(path = "sign_in/password.html")]
struct PasswordPage {
    shell: Shell,
    /// Why it must be changed before anything else.
    must: String,
    hint: String,
    problems: Problems,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct PasswordForm {
    old_password: String,
    new_password: String,
    confirm: String,
}

pub async fn edit(asking: Asking) -> AppResult<Response> {
    page(&asking, Problems::default()).await
}

async fn page(asking: &Asking, problems: Problems) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let own = accounts::own(&mut tx, asking.actor().staff).await?;
    let policy = asking.app.rules().passwords;
    let must = match (asking.session.must_change_password(), policy.days) {
        (true, _) if !own.password_reset_by.is_empty() => format!(
            "您的密码于{}由{}设置，修改后才能继续。如果您没有要求重置，请告诉本院管理员。",
            calendar::format_full(own.password_set_at),
            own.password_reset_by
        ),
        (true, _) => "这是首次登录或管理员重置后的密码，修改后才能继续。".to_owned(),
        (false, Some(days)) if policy.is_old(own.password_set_at, asking.now()) => {
            format!("密码已满{days}天，请更换。")
        }
        (false, _) => String::new(),
    };
    let page =
        PasswordPage { shell: asking.shell("修改密码"), must, hint: policy.hint(), problems };
    layout::answer(&page, &page.problems)
}

pub async fn update(asking: Asking, form: Form<PasswordForm>) -> AppResult<Response> {
    let now = asking.now();
    let mut tx = asking.act(&form.key).await?;
    let form = form.fields;
    let mut problems = check(&asking, &mut tx, &form).await?;
    let place = asking.app.line.queue()?;
    let known = passwords::recent(&mut tx, asking.actor().staff).await?;
    let present = known.first().cloned();
    if problems.of("old_password").is_none() && !place.verify(form.old_password, present).await {
        problems.add("old_password", "原密码不正确");
    }
    if problems.of("new_password").is_none() {
        let history = asking.app.rules().passwords.history;
        for former in known.into_iter().take(history) {
            if place.verify(form.new_password.clone(), Some(former)).await {
                problems.add("new_password", format!("不能与最近{history}次相同"));
                break;
            }
        }
    }
    if !problems.is_empty() {
        drop(tx);
        return page(&asking, problems).await;
    }
    let hash = place.hash(form.new_password).await?;
    passwords::change(&mut tx, &asking.session, &hash, now).await?;
    // Whoever had to change it goes on to what they signed in for.
    let had_to = asking.session.must_change_password();
    let location = if had_to { home(asking.actor().role) } else { "/account" };
    layout::kept(tx, location, "密码已修改，其他设备上的登录已退出。").await
}

/// What can be seen without knowing the present password.
async fn check(
    asking: &Asking,
    tx: &mut crate::store::Tx,
    form: &PasswordForm,
) -> AppResult<Problems> {
    let mut problems = Problems::default();
    if form.old_password.is_empty() {
        problems.add("old_password", "请输入原密码");
    }
    let own = accounts::own(tx, asking.actor().staff).await?;
    let units = passwords::unit_names(tx).await?;
    let names: Vec<&str> =
        units.iter().map(String::as_str).chain([own.username.as_str()]).collect();
    let names = [names, PROGRAM.to_vec()].concat();
    problems.accept("new_password", asking.app.rules().passwords.check(&form.new_password, &names));
    if form.new_password != form.confirm {
        problems.add("confirm", "两次输入不一致");
    }
    Ok(problems)
}
