//! One's own password, and the list of shortcuts.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::password;
use crate::store::{Session, passwords};
use crate::web::extract::Form;
use crate::web::form::Problems;
use crate::web::layout::{self, Frame, Shell, home};
use crate::web::{AppError, AppResult, Asking};

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
    let must = session.must_change_password();
    let page = PasswordPage { shell: frame.shell("修改密码"), must, problems };
    layout::answer(&page, &page.problems)
}

pub async fn update(asking: Asking, form: Form<PasswordForm>) -> AppResult<Response> {
    let now = asking.now();
    let mut tx = asking.act(&form.key).await?;
    let form = form.fields;
    let known_as =
        passwords::own(&asking.app.db, &asking.session).await?.map(|(username, _)| username);
    let username = known_as.unwrap_or_default();
    let mut problems = form.check(&[asking.session.court_name(), &username]);
    let known = passwords::recent(&mut tx, asking.actor().staff).await?;
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
        return page(&asking.frame, &asking.session, problems);
    }
    let hash = password::hash(&form.new_password)
        .ok_or_else(|| AppError::Office("the password was not hashed".to_owned()))?;
    passwords::change(&mut tx, &asking.session, &hash, now).await?;
    let location = home(asking.actor().role);
    layout::kept(tx, location, "密码已修改，其他设备上的登录已退出。").await
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
    layout::shown(&page)
}
