//! One's own account: grants, password, second factor, where one is signed in; the shortcuts.

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::domain::audit_reach::Watch;
use crate::domain::calendar::{format_full, format_until};
use crate::domain::sign_in::SecondFactor as Binding;
use crate::domain::staff::Role;
use crate::store::accounts::{self, Device, GrantDates, LastReset, Own};
use crate::store::second_factors::{self, SecondFactor};
use crate::web::extract::Form;
use crate::web::layout::{self, Frame, Shell};
use crate::web::routes::Who;
use crate::web::{AppError, AppResult, Asking};

#[derive(Template)]
#[template(path = "sign_in/account.html")]
struct AccountPage {
    shell: Shell,
    own: Own,
    grants: Vec<GrantDates>,
    /// Whether roles of the courts are held, which others can stand in for.
    court: bool,
    /// 「12天前设置，还有78天须更换」
    password: String,
    /// 「2026-06-15 12:00由安全管理员孙某设置」
    reset: Option<String>,
    second_factor: String,
    /// Whether the recovery codes wait to be written down.
    fresh_codes: bool,
    devices: Vec<Device>,
    /// Whether what they did is open to them (the bureau).
    reads_own_acts: bool,
}

impl AccountPage {
    fn full(at: &DateTime<Utc>) -> String {
        format_full(*at)
    }

    fn until(at: &DateTime<Utc>) -> String {
        format_until(*at)
    }
}

pub async fn show(asking: Asking) -> AppResult<Response> {
    let (staff, now) = (asking.actor().staff, asking.now());
    let mut tx = asking.begin().await?;
    let own = accounts::own(&mut tx, staff).await?;
    let known = second_factors::find(&mut tx, staff).await?;
    let page = AccountPage {
        shell: asking.shell("个人设置"),
        grants: accounts::grants(&mut tx, staff, now).await?,
        court: Who::Court.admits(asking.actor().role),
        password: age(&asking, &own),
        reset: accounts::last_reset(&mut tx).await?.map(|it| set_by(&it)),
        second_factor: words(known.as_ref(), asking.app.rules().second_factor),
        fresh_codes: second_factors::fresh_codes(&mut tx, staff).await?.is_some(),
        devices: accounts::devices(&mut tx, &asking.session, now - asking.app.rest().idle).await?,
        reads_own_acts: matches!(Watch::of(asking.actor()), Some(Watch::Own(_))),
        own,
    };
    layout::shown(&page)
}

fn age(asking: &Asking, own: &Own) -> String {
    let age = (asking.now() - own.password_set_at).num_days().max(0);
    match asking.app.rules().passwords.days {
        Some(days) => format!("{age}天前设置，还有{}天须更换", (days - age).max(0)),
        None => format!("{age}天前设置"),
    }
}

fn set_by(reset: &LastReset) -> String {
    let who = if reset.role == Role::Job {
        "系统维护人员在服务器上".to_owned()
    } else {
        format!("{}{}", reset.role.label(), reset.name)
    };
    format!("{}由{who}设置", format_full(reset.at))
}

fn words(known: Option<&SecondFactor>, asked: Binding) -> String {
    let off = if asked == Binding::Off { "（安全策略现在不启用）" } else { "" };
    let known = match known.and_then(|known| Some((known.confirmed_at?, known.recovery_codes_left)))
    {
        Some((at, left)) => format!("{}设置，恢复码还有{left}个", format_full(at)),
        None => "未设置".to_owned(),
    };
    format!("{known}{off}")
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct SessionsForm {
    /// One of one's sessions, or `others`.
    session: String,
}

/// 「退出这台设备」「退出其他设备」
pub async fn end_sessions(asking: Asking, form: Form<SessionsForm>) -> AppResult<Response> {
    let which = match form.fields.session.as_str() {
        "others" => None,
        one => Some(one.parse::<Uuid>().map_err(|_| AppError::NotFound)?),
    };
    let mut tx = asking.act(&form.key).await?;
    let ended = accounts::end_others(&mut tx, &asking.session, which, asking.now()).await?;
    if which.is_some() && ended == 0 {
        return Err(AppError::NotFound);
    }
    layout::kept(tx, "/account", "已退出，那台设备上的下一步操作需要重新登录。").await
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
