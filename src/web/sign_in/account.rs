//! One's own password, and the list of shortcuts.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::password;
use crate::store::{Begun, Session, passwords};
use crate::web::extract::Form;
use crate::web::form::Problems;
use crate::web::layout::{Frame, Shell, done, home};
use crate::web::{App, AppError, AppResult};

/// The shortest password.
const SHORTEST: usize = 12;

#[derive(Template)]
#[template(path = "sign_in/password.html")]
struct PasswordPage {
    shell: Shell,
    must: bool,
    problems: Problems,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct PasswordForm {
    old_password: String,
    new_password: String,
    confirm: String,
}

impl PasswordForm {
    fn check(&self, names: &[&str]) -> Problems {
        let mut problems = Problems::default();
        if self.old_password.is_empty() {
            problems.add("old_password", "请输入原密码");
        }
        if self.new_password.chars().count() < SHORTEST {
            problems.add("new_password", "新密码至少12位");
        } else if names.iter().any(|name| !name.is_empty() && self.new_password.contains(name)) {
            problems.add("new_password", "新密码不能含用户名或法院名称");
        }
        if self.new_password != self.confirm {
            problems.add("confirm", "两次输入不一致");
        }
        problems
    }
}

pub async fn edit(session: Session, frame: Frame) -> AppResult<Response> {
    page(&frame, &session, Problems::default())
}

fn page(frame: &Frame, session: &Session, problems: Problems) -> AppResult<Response> {
    let status =
        if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let must = session.must_change_password();
    let page = PasswordPage { shell: frame.shell("修改密码"), must, problems };
    Ok((status, Html(page.render()?)).into_response())
}

pub async fn update(
    State(app): State<App>,
    session: Session,
    frame: Frame,
    form: Form<PasswordForm>,
) -> AppResult<Response> {
    let now = app.clock.now();
    let mut tx = match app.db.begin_form(&session, &form.key, now).await? {
        Begun::Fresh(tx) => tx,
        Begun::Repeated(first) => return Ok(Redirect::to(&first).into_response()),
    };
    let form = form.fields;
    let known_as = passwords::own(&app.db, &session).await?.map(|(username, _)| username);
    let username = known_as.unwrap_or_default();
    let mut problems = form.check(&[session.court_name(), &username]);
    let known = passwords::recent(&mut tx, session.actor().staff).await?;
    if problems.is_empty() {
        let present = known.first().cloned();
        if !password::verify(form.old_password, present).await {
            problems.add("old_password", "原密码不正确");
        }
        for former in known {
            if password::verify(form.new_password.clone(), Some(former)).await {
                problems.add("new_password", "不能与最近5次相同");
                break;
            }
        }
    }
    if !problems.is_empty() {
        return page(&frame, &session, problems);
    }
    let hash = password::hash(&form.new_password)
        .ok_or_else(|| AppError::Office("the password was not hashed".to_owned()))?;
    passwords::change(&mut tx, &session, &hash, now).await?;
    let location = home(session.actor().role);
    tx.commit_to(location).await?;
    Ok(done(location, "密码已修改，其他设备上的登录已退出。"))
}

#[derive(Template)]
#[template(path = "sign_in/shortcuts.html")]
struct ShortcutsPage {
    shell: Shell,
    keys: &'static [(&'static str, &'static str)],
}

/// As the script has them.
const KEYS: &[(&str, &str)] = &[
    ("j / k", "下一行、上一行"),
    ("Enter", "打开所在行"),
    ("x", "选中所在行"),
    ("n", "新增：案件页补充进展，窗口登记来访"),
    ("e", "办理下一步"),
    ("g 然后 m", "我的待办"),
    ("g 然后 c", "信访案件"),
    ("g 然后 b", "双周通报"),
    ("Ctrl+Enter", "提交表单"),
    ("Esc", "关闭菜单，离开输入框"),
    ("?", "这张表"),
];

pub async fn shortcuts(frame: Frame) -> AppResult<Response> {
    let page = ShortcutsPage { shell: frame.shell("快捷键"), keys: KEYS };
    Ok(Html(page.render()?).into_response())
}
