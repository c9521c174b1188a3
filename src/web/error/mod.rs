//! Every failure becomes a page here: status, what happened, what to do now.

mod of_store;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::again::Crossed;
use super::drafts::Waiting;
use super::layout::{Frame, Shell};
use super::routes::Who;
use super::traces::Why;
use super::typed::{Again, Typed};
use super::urls;
use crate::domain::scan::Withheld;
use crate::store::StoreError;
use of_store::page_of_store;

/// What a handler can end with instead of its page.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Nothing failed: what was asked for stands on another page.
    #[error("stands elsewhere")]
    Elsewhere(String),
    /// No such thing, or not for this person.
    #[error("not found")]
    NotFound,
    /// The page is for others.
    #[error("not for this role")]
    Forbidden(Who),
    /// The session ended while a form was open.
    #[error("signed out")]
    SignedOut,
    /// The form's token is not that of the session.
    #[error("the form was not made for this session")]
    Forged,
    /// Nor is this one's, but of an earlier session of the same person: refused, and kept for them.
    #[error("the form was made for an earlier session")]
    Kept(Waiting),
    /// The request can't be read.
    #[error("malformed request")]
    Malformed,
    /// The body is larger than the route allows.
    #[error("too large")]
    TooLarge,
    /// So is the text of a form that takes no files.
    #[error("too long")]
    TooLong,
    /// Others are sending so much that there is no room for one more file.
    #[error("no room for one more file")]
    Crowded,
    /// A file that is there and is not handed out.
    #[error("withheld: {0:?}")]
    Withheld(Withheld),
    /// Too many requests; seconds to wait.
    #[error("too many requests")]
    Busy(u32),
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] StoreError),
    /// A page did not render.
    #[error("a page did not render")]
    Render(#[from] askama::Error),
    /// Office work failed: a workbook or a print.
    #[error("a file could not be made: {0}")]
    Office(String),
}

/// What handlers return.
pub type AppResult<T> = Result<T, AppError>;

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What the outermost layer makes a page of.
#[derive(Debug, Clone)]
pub struct Failed {
    status: StatusCode,
    title: &'static str,
    text: String,
    ways: Vec<(&'static str, &'static str)>,
    /// Why the session is gone, where that is known to be another reason than rest.
    gone: Option<&'static str>,
}

/// The request that failed.
pub struct Asked {
    /// The reference that the page shows and the log line bears.
    pub id: String,
    pub path: String,
    pub typed: Typed,
}

/// What every page of a failure says.
struct Said {
    title: &'static str,
    text: String,
    ways: Vec<(&'static str, String)>,
    reference: String,
    again: Option<Again>,
    typed: Option<String>,
}

/// For someone who is signed in.
#[derive(Template)]
#[template(path = "errors/within.html")]
struct PageWithin {
    shell: Shell,
    said: Said,
}

#[derive(Template)]
#[template(path = "errors/plain.html")]
struct PlainPage {
    said: Said,
}

fn failed(
    status: StatusCode,
    title: &'static str,
    text: &str,
    ways: &[(&'static str, &'static str)],
) -> Failed {
    Failed { status, title, text: text.to_owned(), ways: ways.to_vec(), gone: None }
}

const RESTED: &str = "为安全起见，长时间没有操作已退出。";
/// What is found in a list of cases, and what elsewhere.
const CASES: (&str, &str) = ("信访案件", "/cases");
const HOME: (&str, &str) = ("返回首页", "/");
/// The address that was asked for.
const HERE: &str = "";

impl AppError {
    fn page(&self) -> Failed {
        match self {
            Self::NotFound => failed(
                StatusCode::NOT_FOUND,
                "没有找到这一页",
                "编号可能输错，或案件已并案。",
                &[HOME, CASES],
            ),
            Self::Forbidden(who) => Failed {
                status: StatusCode::FORBIDDEN,
                title: "没有权限查看",
                text: format!("这一页只对{}开放。如工作需要，请联系本院管理员。", names(*who)),
                ways: vec![HOME],
                gone: None,
            },
            Self::SignedOut => failed(
                StatusCode::UNAUTHORIZED,
                "登录已过期",
                &format!("{RESTED}没有保存。"),
                &[("重新登录", "/login")],
            ),
            Self::Forged | Self::Kept(_) => failed(
                StatusCode::FORBIDDEN,
                "表单已失效",
                "这张表单不是在本次登录中打开的，没有保存。请返回后刷新页面，再提交一次。",
                &[HOME],
            ),
            Self::Malformed => failed(
                StatusCode::BAD_REQUEST,
                "请求无法识别",
                "浏览器发来的内容不完整，没有保存。请返回后再试一次。",
                &[HOME],
            ),
            Self::TooLarge => failed(
                StatusCode::PAYLOAD_TOO_LARGE,
                "文件太大",
                "单个文件不超过50MB，一次上传合计也不超过50MB。可以分开上传，或先压缩扫描件。",
                &[HOME],
            ),
            Self::TooLong => failed(
                StatusCode::PAYLOAD_TOO_LARGE,
                "填写的内容太多",
                "填写的内容超过了这一页能接收的长度，没有保存。请返回后精简，较长的材料请作为文件上传。",
                &[HOME],
            ),
            Self::Crowded => failed(
                StatusCode::SERVICE_UNAVAILABLE,
                "正在上传的文件太多",
                "同时上传的文件太多，这一次没有保存。请过一分钟再提交，文件要重新选择。",
                &[HOME],
            ),
            Self::Withheld(why) => page_of_withheld(*why),
            Self::Busy(seconds) => failed(
                StatusCode::TOO_MANY_REQUESTS,
                "操作太频繁",
                &format!("请{seconds}秒后再试。"),
                &[HOME],
            ),
            Self::Store(error) => page_of_store(error),
            Self::Elsewhere(_) | Self::Render(_) | Self::Office(_) => broken(),
        }
    }
}

fn page_of_withheld(why: Withheld) -> Failed {
    match why {
        Withheld::Broken => page_of_store(&StoreError::Sealed),
        Withheld::Unscanned => failed(
            StatusCode::CONFLICT,
            "文件正在等待查毒",
            "这份文件还没有查毒，查毒完成后才能下载。请稍后再打开；长时间打不开的，请联系系统管理员。",
            &[("再试一次", HERE), HOME],
        ),
        Withheld::Infected => failed(
            StatusCode::CONFLICT,
            "文件查出病毒",
            "这份文件查出病毒，不能下载。请找交来的人换一份，重新上传。",
            &[HOME],
        ),
    }
}

fn slow() -> Failed {
    failed(
        StatusCode::SERVICE_UNAVAILABLE,
        "系统繁忙",
        "这一步等得太久，已停止，没有保存。请稍后再试一次。",
        &[HOME],
    )
}

fn broken() -> Failed {
    failed(
        StatusCode::INTERNAL_SERVER_ERROR,
        "系统出错了",
        "没有保存成功。请把错误编号告诉管理员。",
        &[HOME],
    )
}

fn names(who: Who) -> String {
    match who {
        Who::Everyone | Who::Halfway | Who::SignedIn => "已登录人员".to_owned(),
        Who::Court => "法院工作人员".to_owned(),
        Who::Staff(roles) => roles.iter().map(|role| role.label()).collect::<Vec<_>>().join("、"),
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        if let Self::Elsewhere(location) = &self {
            return Redirect::to(location).into_response();
        }
        let failed = self.page();
        if failed.status.is_server_error() {
            let cause = std::error::Error::source(&self).map(ToString::to_string);
            let root = root_cause(&self);
            tracing::error!(cause, root, "{self}");
        }
        let mut response = failed.status.into_response();
        if failed.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
        }
        if let Self::Busy(seconds) = &self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        }
        if matches!(self, Self::Store(StoreError::Crossed(_))) {
            response.extensions_mut().insert(Crossed);
        }
        if matches!(self, Self::Forged | Self::Kept(_)) {
            response.extensions_mut().insert(Why::Csrf);
        }
        if let Self::Kept(waiting) = self {
            response.extensions_mut().insert(waiting);
        }
        response.extensions_mut().insert(failed);
        response
    }
}

fn root_cause(error: &AppError) -> Option<String> {
    let mut cause = std::error::Error::source(error)?;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Some(cause.to_string())
}

/// Fills in the page of a response that failed, in the shell if the gate left one.
pub fn render(mut response: Response, asked: &Asked) -> Response {
    let Some(mut failed) = failure(&response) else { return response };
    let frame = response.extensions_mut().remove::<Frame>();
    if frame.as_ref().is_some_and(|frame| !frame.shell("").leads_to(CASES.1)) {
        failed.without_cases();
    }
    let title = failed.title;
    let waiting = response.extensions_mut().remove::<Waiting>();
    let said = match waiting {
        Some(waiting) => failed.wait(asked, &waiting),
        None => failed.say(asked),
    };
    let page = match frame {
        Some(frame) => PageWithin { shell: frame.shell(title), said }.render(),
        None => PlainPage { said }.render(),
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    (parts.status, parts.headers, Html(page.unwrap_or_else(|_| title.to_owned()))).into_response()
}

/// What failed; the limits around the handlers answer with a bare status.
fn failure(response: &Response) -> Option<Failed> {
    let status = response.status();
    if let Some(failed) = response.extensions().get::<Failed>() {
        return Some(failed.clone());
    }
    let bare = !response.headers().contains_key(header::CONTENT_TYPE);
    if !bare || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    let failed = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => AppError::NotFound.page(),
        StatusCode::FORBIDDEN => AppError::Forged.page(),
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge.page(),
        StatusCode::SERVICE_UNAVAILABLE => slow(),
        _ if status.is_client_error() => AppError::Malformed.page(),
        _ => broken(),
    };
    Some(Failed { status, ..failed })
}

/// Says why the session of a form is gone, in the words of the sign-in page.
pub fn say_why_gone(response: &mut Response, why: &'static str) {
    if let Some(failed) = response.extensions_mut().get_mut::<Failed>() {
        failed.gone = Some(why);
        failed.text = format!("{why}没有保存。");
    }
}

/// What is too large on a route that takes no files is the text.
pub fn say_text_is_long(response: &mut Response) {
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        response.extensions_mut().insert(AppError::TooLong.page());
    }
}

impl Failed {
    /// For whoever opens no cases: not that it may be one of them, nor the way to their list.
    fn without_cases(&mut self) {
        if self.ways.contains(&CASES) {
            "网址可能输错，或内容已不存在。请从菜单重新打开。".clone_into(&mut self.text);
            self.ways.retain(|way| *way != CASES);
        }
    }

    /// The form is kept, and waits on its page for whoever typed it.
    fn wait(self, asked: &Asked, waiting: &Waiting) -> Said {
        let files =
            if waiting.with_files { "文件没有留下，请到时重新选择。" } else { "" };
        if self.status != StatusCode::UNAUTHORIZED {
            return Said {
                text: format!(
                    "这张表单是您上一次登录时打开的，没有提交。您填写的内容已存为草稿，请打开原来的页面，核对后再提交。{files}"
                ),
                ways: vec![("打开原来的页面", waiting.page.clone())],
                ..self.say(asked)
            };
        }
        Said {
            text: format!(
                "{}还没有提交。您填写的内容已存为草稿，重新登录后在同一页接着填写。{files}",
                self.gone.unwrap_or(RESTED)
            ),
            ways: vec![("重新登录", format!("/login?next={}", urls::encode(&waiting.page)))],
            ..self.say(asked)
        }
    }

    fn say(self, asked: &Asked) -> Said {
        let ways = self.ways.iter().map(|&(label, href)| match href {
            "/login" => (label, format!("/login?next={}", urls::encode(&asked.path))),
            HERE => (label, asked.path.clone()),
            _ => (label, href.to_owned()),
        });
        let broken = self.status.is_server_error();
        Said {
            title: self.title,
            text: self.text,
            ways: ways.collect(),
            reference: if broken { asked.id.clone() } else { String::new() },
            again: if broken { asked.typed.again(&asked.path) } else { None },
            typed: if broken { None } else { asked.typed.text() },
        }
    }
}
