//! The shell around every page: name, court, menu, flash.

use askama::Template;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::drafts::Notice;
use super::form::Problems;
use super::routes::Who;
use super::traces::{Faults, Listed};
use super::typed::Typed;
use super::{App, AppError, AppResult, cases, gate, urls};
use crate::domain::calendar;
use crate::domain::sign_in::SecondFactor;
use crate::domain::staff::Role;
use crate::store::{Session, Tx};

const FLASH_COOKIE: &str = "__Host-flash";

/// What every page shows around its content.
#[derive(Debug, Clone)]
pub struct Shell {
    pub title: String,
    pub court: String,
    pub staff: String,
    /// Whom they stand in for, and until when: every page says so.
    pub stands_in: Option<String>,
    pub role: &'static str,
    pub menu: Vec<MenuItem>,
    pub csrf: String,
    /// Made with the page: two presses of its form count once.
    pub key: String,
    pub flash: Option<Flash>,
    pub grants_to_switch: bool,
    pub updated: String,
    /// When the page was made, for what is printed of it.
    pub printed: String,
    pub home: &'static str,
    pub can_search: bool,
    /// How long the session may rest.
    pub idle_minutes: i64,
    pub demonstration: Option<&'static str>,
    /// What the form of the page was filled with: typed before, and not carried out.
    pub unsent: Option<Notice>,
    /// The address of the page, and the same without what is asked of it.
    pub here: String,
    pub path: String,
    /// What was typed into the form that this page answers: where the form can't stand any more it
    /// is given back to be copied.
    pub typed: Option<String>,
}

impl Shell {
    /// The key of one more form of the page.
    pub fn new_key(&self) -> String {
        uuid::Uuid::new_v4().to_string()
    }

    /// Whether the viewer's menu has this page.
    pub fn leads_to(&self, href: &str) -> bool {
        self.menu.iter().any(|item| item.href == href)
    }
}

/// A line of the side bar.
#[derive(Debug, Clone)]
pub struct MenuItem {
    pub label: &'static str,
    pub href: &'static str,
    pub icon: &'static str,
    pub current: bool,
    pub count: Option<i64>,
    pub hot: bool,
}

/// The strip under the top bar after a redirect.
#[derive(Debug, Clone)]
pub struct Flash {
    pub text: String,
    pub link: Option<(String, String)>,
}

/// Makes the shell of the request's page: an extractor, so that a handler only names its title.
#[derive(Debug, Clone)]
pub struct Frame {
    session: Session,
    path: String,
    csrf: String,
    flash: Option<Flash>,
    updated: String,
    printed: String,
    idle_minutes: i64,
    demonstration: Option<&'static str>,
    here: String,
    typed: Typed,
    /// Left by the handler that took it up.
    pub unsent: Option<Notice>,
}

impl FromRequestParts<App> for Frame {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, AppError> {
        parts.extensions.get::<Self>().cloned().ok_or(AppError::SignedOut)
    }
}

impl Flash {
    /// A text, or a text with a link's label and address.
    fn read(cookie: &str) -> Self {
        let text = urls::decode(cookie);
        match text.split_once('|').and_then(|(text, link)| Some((text, link.split_once('|')?))) {
            Some((text, (label, href))) => Self {
                text: text.to_owned(),
                link: urls::within(href).map(|href| (label.to_owned(), href.to_owned())),
            },
            None => Self { text, link: None },
        }
    }
}

impl Frame {
    /// For the page that a request of this session asks for.
    pub fn new(app: &App, session: &Session, request: &Request) -> Self {
        Self {
            csrf: app.db.keys().csrf(session.binding()),
            path: request.uri().path().to_owned(),
            flash: gate::cookie(request.headers(), FLASH_COOKIE).map(Flash::read),
            updated: calendar::clock_time(app.clock.now()),
            printed: calendar::format_full(app.clock.now()),
            session: session.clone(),
            idle_minutes: app.rest().idle.min(session.ends_at() - app.clock.now()).num_minutes(),
            demonstration: demonstration(app),
            here: request.uri().path_and_query().map_or_else(String::new, ToString::to_string),
            typed: request.extensions().get::<Typed>().cloned().unwrap_or_default(),
            unsent: None,
        }
    }

    /// The shell with this title.
    pub fn shell(&self, title: impl Into<String>) -> Shell {
        let role = self.session.actor().role;
        Shell {
            title: title.into(),
            court: self.session.court_name().to_owned(),
            staff: self.session.acting_name(),
            stands_in: self.session.stands_in().map(|it| {
                format!("代理{}（至{}）", it.principal, calendar::format_until(it.until))
            }),
            role: role.label(),
            menu: menu(role, &self.path),
            csrf: self.csrf.clone(),
            key: uuid::Uuid::new_v4().to_string(),
            flash: self.flash.clone(),
            grants_to_switch: self.session.can_switch(),
            updated: self.updated.clone(),
            printed: self.printed.clone(),
            home: home(role),
            can_search: false,
            idle_minutes: self.idle_minutes,
            demonstration: self.demonstration,
            unsent: self.unsent.clone(),
            here: self.here.clone(),
            path: self.path.clone(),
            typed: self.typed.text(),
        }
    }
}

/// Where a role begins.
pub const fn home(role: Role) -> &'static str {
    match role {
        Role::Clerk => "/visits/new",
        Role::President | Role::LeadingGroup => "/approvals",
        Role::Handler | Role::Leader | Role::Bureau | Role::BureauHead | Role::Job => "/my",
        Role::ContactLeader | Role::EnforcementOffice | Role::Reviewer => "/cases",
        Role::Inspection => "/inspections",
        // Their pages (incidents) come later.
        Role::CourtPolice => "/account",
        Role::Sysadmin => "/admin/users",
        Role::Secadmin => "/admin/roles",
        Role::Auditor => "/admin/audit",
    }
}

/// The side bar: label, address, icon, and for whom.
const MENU: &[(&str, &str, &str, Who)] = {
    use Role::{
        Auditor, Bureau, BureauHead, Clerk, ContactLeader, EnforcementOffice, Handler, Inspection,
        Leader, LeadingGroup, President, Reviewer, Secadmin, Sysadmin,
    };
    &[
        (
            "我的待办",
            "/my",
            "inbox",
            Who::Staff(&[Handler, Leader, President, Bureau, BureauHead, LeadingGroup]),
        ),
        ("来访登记", "/visits/new", "pen", Who::Staff(&[Clerk, Handler, Bureau, BureauHead])),
        ("今日来访", "/visits", "list", Who::Staff(&[Clerk, Handler, Leader, Bureau, BureauHead])),
        ("信访案件", "/cases", "folder", cases::READERS),
        ("交办", "/assignments", "send", Who::Staff(&[Bureau, BureauHead])),
        ("检举控告", "/accusations", "send", Who::Staff(&[Bureau, BureauHead])),
        ("检举控告", "/inspections", "inbox", Who::Staff(&[Inspection])),
        (
            "双周通报",
            "/bulletins",
            "bars",
            Who::Staff(&[
                Handler,
                Leader,
                President,
                Bureau,
                BureauHead,
                LeadingGroup,
                ContactLeader,
                EnforcementOffice,
                Reviewer,
                Inspection,
            ]),
        ),
        // A clerk may read their court's where a link leads there, and has no work in it.
        (
            "统计看板",
            "/stats",
            "chart",
            Who::Staff(&[
                Handler,
                Leader,
                President,
                Bureau,
                BureauHead,
                LeadingGroup,
                ContactLeader,
                Inspection,
            ]),
        ),
        (
            "签批",
            "/approvals",
            "seal",
            Who::Staff(&[Leader, President, Bureau, BureauHead, LeadingGroup]),
        ),
        ("导入台账", "/imports/new", "upload", Who::Staff(&[Bureau, BureauHead])),
        ("用户", "/admin/users", "list", Who::Staff(&[Sysadmin])),
        ("法院", "/admin/courts", "court", Who::Staff(&[Sysadmin])),
        ("工作日历", "/admin/calendar", "calendar", Who::Staff(&[Sysadmin])),
        ("期限规则", "/admin/rules", "book", Who::Staff(&[Sysadmin, BureauHead])),
        ("定时任务", "/admin/jobs", "clock", Who::Staff(&[Sysadmin])),
        ("保存期限", "/admin/retention", "folder", Who::Staff(&[Sysadmin])),
        ("岗位授权", "/admin/roles", "seal", Who::Staff(&[Secadmin])),
        ("账号安全", "/admin/accounts", "lock", Who::Staff(&[Secadmin])),
        ("安全策略", "/admin/security", "shield", Who::Staff(&[Secadmin])),
        ("审计日志", "/admin/audit", "list", Who::Staff(&[Auditor, Inspection])),
    ]
};

/// What a demonstration says of itself on every page.
pub fn demonstration(app: &App) -> Option<&'static str> {
    let rules = app.rules();
    rules.demonstration.then_some(match rules.second_factor {
        SecondFactor::Off => {
            "演示系统：数据均为虚构，未启用动态口令（第二因子），请勿录入真实信息。"
        }
        SecondFactor::Administrators | SecondFactor::All => {
            "演示系统：数据均为虚构，请勿录入真实信息。"
        }
    })
}

fn menu(role: Role, path: &str) -> Vec<MenuItem> {
    let mine = MENU.iter().filter(|(.., who)| who.admits(role));
    let current = mine
        .clone()
        .map(|(_, href, ..)| *href)
        .filter(|href| path == *href || path.starts_with(&format!("{href}/")))
        .max_by_key(|href| href.len());
    mine.map(|&(label, href, icon, _)| MenuItem {
        label,
        href,
        icon,
        current: current == Some(href),
        count: None,
        hot: false,
    })
    .collect()
}

/// A page that is read.
pub fn shown(page: &impl Template) -> AppResult<Response> {
    answer_with(page, StatusCode::OK)
}

/// A page as first shown, or as it comes back with what was wrong.
pub fn answer(page: &impl Template, problems: &Problems) -> AppResult<Response> {
    let wrong = !problems.is_empty();
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    answer_as(page, status, problems)
}

/// The page of a list, for whose reading the audit keeps the numbers of what it shows.
pub fn naming<'a>(
    page: AppResult<Response>,
    shown: impl IntoIterator<Item = &'a str>,
) -> AppResult<Response> {
    let mut response = page?;
    response.extensions_mut().insert(Listed::of(shown));
    Ok(response)
}

/// A page with a status of its own, on which something is wrong: the audit names the fields.
pub fn answer_as(
    page: &impl Template,
    status: StatusCode,
    problems: &Problems,
) -> AppResult<Response> {
    let mut response = answer_with(page, status)?;
    response.extensions_mut().insert(Faults::of(problems));
    Ok(response)
}

/// A page with a status of its own.
pub fn answer_with(page: &impl Template, status: StatusCode) -> AppResult<Response> {
    Ok((status, Html(page.render()?)).into_response())
}

/// Keeps what a form did, and leads to the page that shows it.
pub async fn kept(tx: Tx, location: &str, said: &str) -> AppResult<Response> {
    tx.commit_to(location).await?;
    Ok(done(location, said))
}

/// Success: to a page that can be reloaded, with a line that says what was done.
pub fn done(location: &str, said: &str) -> Response {
    let mut response = Redirect::to(location).into_response();
    let cookie = format!(
        "{FLASH_COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60",
        urls::encode(said)
    );
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Takes the flash away once a page has shown it.
pub fn forget_flash(response: &mut Response) {
    response.headers_mut().append(
        header::SET_COOKIE,
        HeaderValue::from_static(
            "__Host-flash=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
        ),
    );
}

/// Whether a request brings a flash that its page will show.
pub fn has_flash(headers: &axum::http::HeaderMap) -> bool {
    gate::cookie(headers, FLASH_COOKIE).is_some_and(|text| !text.is_empty())
}
