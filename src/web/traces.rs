//! What a request leaves in the audit besides what its act writes: that a page with personal data
//! was read, noted before it is sent; that something was refused; that something failed.

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::form::Problems;
use super::routes::Row;
use super::{App, AppError};
use crate::domain::audit_chain::Outcome;
use crate::store::audit::{self, Read, Refusal};
use crate::store::{Db, Session, StoreResult};

/// What the page of a route tells of petitioners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// Nothing, or what whoever asks has written there.
    Nothing,
    /// These fields; its reading is noted under this verb.
    Personal(&'static str, &'static str),
    /// These fields of whoever stands on it, under this verb; nobody may.
    Listed(&'static str, &'static str),
    /// Its statement notes the reading itself.
    Itself,
}

const LIST: &str = "name summary";
const CASE: &str = "name summary";
const VISIT: &str = "name id_tail phone_tail summary";
const FILE: &str = "name id_number phone address summary";

/// Every page, and what it shows. A test holds it to the route table.
const PAGES: &[(&str, &str, Shows)] = {
    use Shows::{Itself, Listed, Nothing, Personal};
    &[
        ("GET", "/", Nothing),
        ("GET", "/login", Nothing),
        ("GET", "/login/code", Nothing),
        ("GET", "/account", Nothing),
        ("GET", "/account/recovery-codes", Nothing),
        ("GET", "/account/second-factor", Nothing),
        ("GET", "/account/grant", Nothing),
        ("GET", "/account/password", Nothing),
        ("GET", "/account/substitutions", Nothing),
        ("GET", "/help/shortcuts", Nothing),
        ("GET", "/help/rules", Nothing),
        ("GET", "/healthz", Nothing),
        ("GET", "/readyz", Nothing),
        ("GET", "/my", Itself),
        ("GET", "/cases", Itself),
        ("GET", "/cases/{case_no}", Itself),
        ("GET", "/cases/{case_no}/interviews", Itself),
        ("GET", "/cases/{case_no}/progress", Itself),
        ("GET", "/cases/{case_no}/documents", Itself),
        ("GET", "/cases/{case_no}/review", Itself),
        ("GET", "/cases/{case_no}/approvals", Itself),
        ("GET", "/cases/{case_no}/log", Itself),
        ("GET", "/cases/{case_no}/reveal", Nothing),
        ("GET", "/cases/{case_no}/documents/{uuid}", Itself),
        ("GET", "/cases/{case_no}/acknowledgement", Personal("case.read", CASE)),
        ("GET", "/cases/{case_no}/ledger", Personal("case.read", CASE)),
        ("GET", "/cases/{case_no}/interviews/new", Personal("case.read", CASE)),
        ("GET", "/cases/{case_no}/progress/new", Personal("case.read", CASE)),
        ("GET", "/cases/{case_no}/corrections/new", Personal("case.read", CASE)),
        ("GET", "/cases/{case_no}/answer", Personal("case.read", CASE)),
        ("GET", "/cases/{case_no}/report", Personal("case.read", CASE)),
        ("GET", "/cases/{case_no}/closing", Personal("case.read", CASE)),
        ("GET", "/cases/{case_no}/report/print", Personal("case.printed", CASE)),
        ("GET", "/cases/{case_no}/closing/print", Personal("case.printed", CASE)),
        ("GET", "/approvals", Personal("case.listed", LIST)),
        ("GET", "/approvals/{uuid}", Personal("case.read", CASE)),
        ("GET", "/assignments", Personal("case.listed", LIST)),
        ("GET", "/assignments/new", Personal("case.listed", LIST)),
        ("GET", "/assignments/preview", Personal("case.listed", LIST)),
        ("POST", "/assignments/preview", Nothing),
        ("POST", "/assignments/new", Personal("case.listed", LIST)),
        ("GET", "/assignments/{batch_no}", Personal("case.listed", LIST)),
        ("GET", "/visits", Personal("visit.listed", LIST)),
        ("GET", "/visits/new", Listed("petitioner.searched", VISIT)),
        ("GET", "/drafts/visit/{sheet}", Nothing),
        ("POST", "/petitioners/match", Personal("petitioner.searched", VISIT)),
        ("GET", "/visits/{visit_no}", Personal("visit.read", VISIT)),
        ("GET", "/visits/{visit_no}/void", Personal("visit.read", VISIT)),
        ("GET", "/visits/{visit_no}/receipt", Personal("visit.printed", VISIT)),
        ("GET", "/visits/{visit_no}/notice", Personal("visit.printed", VISIT)),
        ("GET", "/visits/{visit_no}/materials/{uuid}", Itself),
        ("GET", "/accusations", Nothing),
        ("GET", "/inspections", Personal("accusation.listed", "number")),
        ("GET", "/inspections/{visit_no}", Itself),
        ("GET", "/inspections/{visit_no}/print", Itself),
        ("GET", "/inspections/{visit_no}/materials/{uuid}", Itself),
        ("GET", "/bulletins", Nothing),
        ("GET", "/bulletins/{period}", Nothing),
        ("GET", "/bulletins/{period}/figures/{court}/{metric}", Nothing),
        ("GET", "/bulletins/{period}/freeze", Nothing),
        ("GET", "/bulletins/{period}/publication", Nothing),
        ("GET", "/bulletins/{period}/print", Nothing),
        ("GET", "/stats", Nothing),
        ("GET", "/stats/cases", Nothing),
        ("GET", "/imports", Nothing),
        ("GET", "/imports/new", Nothing),
        ("GET", "/imports/template.xlsx", Nothing),
        ("GET", "/imports/new/{draft}", Personal("import.read", FILE)),
        ("GET", "/imports/new/{draft}/check", Personal("import.read", FILE)),
        ("GET", "/imports/new/{draft}/faults.xlsx", Personal("import.exported", FILE)),
        ("GET", "/imports/{import}", Personal("import.read", FILE)),
        ("GET", "/imports/{import}/faults.xlsx", Personal("import.exported", FILE)),
        ("GET", "/imports/{import}/undo", Personal("import.read", FILE)),
        ("GET", "/cases/{case_no}/exclusions", Personal("case.read", CASE)),
        ("GET", "/cases/{case_no}/holds", Personal("case.read", CASE)),
        ("GET", "/cases/{case_no}/reviewers", Personal("case.read", CASE)),
        ("GET", "/admin/users", Nothing),
        ("GET", "/admin/users/new", Nothing),
        ("GET", "/admin/users/{uuid}", Nothing),
        ("GET", "/admin/courts", Nothing),
        ("GET", "/admin/courts/new", Nothing),
        ("GET", "/admin/courts/{code}", Nothing),
        ("GET", "/admin/jobs", Nothing),
        ("GET", "/admin/calendar", Nothing),
        ("GET", "/admin/rules", Nothing),
        ("GET", "/admin/retention", Nothing),
        ("GET", "/admin/roles", Nothing),
        ("GET", "/admin/security", Nothing),
        ("GET", "/admin/accounts", Nothing),
        ("GET", "/admin/audit", Itself),
        ("GET", "/admin/audit/export", Itself),
        ("GET", "/admin/audit/accesses", Nothing),
        ("POST", "/admin/audit/accesses", Itself),
    ]
};

/// What the page of a route shows, if it is known.
pub fn shows(method: &str, path: &str) -> Option<Shows> {
    let page = PAGES.iter().find(|(of, page, _)| *of == method && *page == path);
    page.map(|(.., shows)| *shows)
}

/// A request, as its trace names it.
pub struct Trace {
    db: Db,
    session: Session,
    row: Row,
    path: String,
    at: DateTime<Utc>,
}

impl Trace {
    /// Taken before the request is answered.
    pub fn of(app: &App, session: &Session, row: Row, request: &Request) -> Self {
        let path = request.uri().path().to_owned();
        Self { db: app.db.clone(), session: session.clone(), row, path, at: app.clock.now() }
    }

    /// Leaves the trace that an answer calls for. A page whose reading can't be noted is not sent.
    pub async fn leave(self, response: Response) -> Response {
        let status = response.status();
        let outcome = match status {
            StatusCode::OK => {
                return match self.read(Seen::of(&response)).await {
                    Ok(()) => response,
                    Err(error) => AppError::from(error).into_response(),
                };
            }
            StatusCode::UNPROCESSABLE_ENTITY => return self.rejected(response).await,
            StatusCode::CONFLICT if is_page(&response) => return self.rejected(response).await,
            StatusCode::METHOD_NOT_ALLOWED => return response,
            StatusCode::CONFLICT => Outcome::Failed,
            _ if status.is_client_error() => Outcome::Refused,
            _ if status.is_server_error() => Outcome::Failed,
            _ => return response,
        };
        // What isn't in the table refuses nobody anything; a page that fails changes nothing.
        let is_read = self.row.method == Method::GET.as_str();
        if !self.row.path.is_empty() && (outcome == Outcome::Refused || !is_read) {
            let verb = match status {
                _ if outcome == Outcome::Failed => "act.failed",
                StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => "access.refused",
                _ => "request.refused",
            };
            self.refused((verb, outcome), &Why::of(&response)).await;
        }
        response
    }

    /// What a rule refused came back with its page, which shows what the form's page shows, or what
    /// someone else wrote meanwhile: where that can't be noted, it is not sent either.
    async fn rejected(&self, response: Response) -> Response {
        let (route, number) = named(self.row.path, &self.path);
        let faults = response.extensions().get::<Faults>().cloned();
        let (seen, status) = (Seen::of(&response), response.status());
        let refusal = Refusal {
            verb: "act.refused",
            outcome: Outcome::Refused,
            object: &format!("{} {route}", self.row.method),
            number: &number,
            shown: &seen.shown,
            fields: faults.as_ref().map_or("", |faults| faults.0.as_str()),
            reason: status.as_str(),
        };
        match audit::note_refusal(&self.db, &self.session, refusal, self.at).await {
            Ok(()) => response,
            Err(error) => AppError::from(error).into_response(),
        }
    }

    async fn read(&self, Seen { shown, told }: Seen) -> StoreResult<()> {
        let (verb, fields) = match shows(self.row.method, self.row.path) {
            Some(Shows::Personal(verb, fields)) => (verb, fields),
            Some(Shows::Listed(verb, fields)) if !shown.is_empty() => (verb, fields),
            _ => return Ok(()),
        };
        let Told(fields) = told.unwrap_or(Told(fields));
        let (_, object) = named(self.row.path, &self.path);
        let read = Read { verb, object: &object, fields, detail: self.row.path, shown: &shown };
        audit::note_read(&self.db, &self.session, read, self.at).await
    }

    /// The answer says nothing that would have to be held back; where the database is away its page
    /// doesn't wait for the trace.
    async fn refused(&self, (verb, outcome): (&str, Outcome), reason: &str) {
        let (route, _) = named(self.row.path, &self.path);
        let object = format!("{} {route}", self.row.method);
        let refusal =
            Refusal { verb, outcome, object: &object, number: "", shown: "", fields: "", reason };
        let noted = audit::note_refusal(&self.db, &self.session, refusal, self.at);
        match tokio::time::timeout(crate::limits::TRACE, noted).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "a refusal left no trace in the audit"),
            Err(_) => tracing::error!("a refusal left no trace in the audit in time"),
        }
    }
}

/// Why an answer refuses, where its status doesn't say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The form bears the token of another session, or none.
    Csrf,
}

impl Why {
    /// The reason as the audit keeps it.
    pub fn of(response: &Response) -> String {
        match response.extensions().get::<Self>() {
            Some(Self::Csrf) => "csrf".to_owned(),
            None => response.status().as_u16().to_string(),
        }
    }
}

/// Whether an answer shows a page of its own, and not just what went wrong.
fn is_page(response: &Response) -> bool {
    response.extensions().get::<Faults>().is_some()
}

/// What a page told of petitioners, where it is less than its route can tell.
#[derive(Debug, Clone, Copy)]
pub struct Told(pub &'static str);

/// What a page says itself of what it showed.
struct Seen {
    shown: String,
    told: Option<Told>,
}

impl Seen {
    fn of(response: &Response) -> Self {
        let Listed(shown) = response.extensions().get::<Listed>().cloned().unwrap_or_default();
        Self { shown, told: response.extensions().get::<Told>().copied() }
    }
}

/// What a list shows, by the numbers of cases and visits or the uuids of people: whose data was seen.
#[derive(Debug, Clone, Default)]
pub struct Listed(pub String);

impl Listed {
    /// Each once, with blanks between them.
    pub fn of<'a>(numbers: impl IntoIterator<Item = &'a str>) -> Self {
        let mut numbers: Vec<&str> = numbers.into_iter().collect();
        numbers.sort_unstable();
        numbers.dedup();
        Self(numbers.join(" "))
    }
}

/// The names of the fields at which something was wrong, and nothing that was typed there.
#[derive(Debug, Clone)]
pub struct Faults(String);

/// As many fields as an entry names, and as many letters of each.
const NAMED: usize = 10;
const LETTERS: usize = 32;

impl Faults {
    /// Of what a form came back with. A name can come with the request: its letters are kept alone.
    pub fn of(problems: &Problems) -> Self {
        let mut names: Vec<String> = Vec::new();
        for problem in problems.list() {
            let is_letter = |letter: &char| letter.is_ascii_lowercase() || *letter == '_';
            let name: String = problem.field.chars().take_while(is_letter).take(LETTERS).collect();
            let name = if name.is_empty() { "form".to_owned() } else { name };
            if !names.contains(&name) && names.len() < NAMED {
                names.push(name);
            }
        }
        Self(names.join(" "))
    }
}

/// An address with its numbers, and the first of them. What was typed in the place of a number may
/// be anybody's name: it is left out.
pub fn named(pattern: &str, path: &str) -> (String, String) {
    let mut first = String::new();
    let parts = pattern.split('/').zip(path.split('/')).map(|(part, typed)| {
        if !part.starts_with('{') {
            return part;
        }
        if !is_number(typed) {
            return "*";
        }
        if first.is_empty() {
            typed.clone_into(&mut first);
        }
        typed
    });
    let address = parts.collect::<Vec<_>>().join("/");
    (address, first)
}

/// Of a case, a visit or a batch; a key of the program's own; a period. Their digits stand in short
/// groups: an identity number or a telephone number behind the letters is none.
fn is_number(typed: &str) -> bool {
    const SHAPES: [(&str, &[usize]); 3] = [("XF", &[4, 7]), ("LF", &[8, 6, 5]), ("JB", &[4, 6])];
    let fits = |(kind, groups): &(&str, &[usize])| {
        let Some(rest) = typed.strip_prefix(kind) else { return false };
        let parts: Vec<&str> = rest.split('-').collect();
        let first = groups.first().copied().unwrap_or_default();
        parts.len() == groups.len()
            && parts.first().is_some_and(|part| part.len() == first)
            && parts
                .iter()
                .zip(*groups)
                .all(|(part, longest)| !part.is_empty() && part.len() <= *longest && is_plain(part))
    };
    let is_period = |(year, week): (&str, &str)| {
        year.len() == 4 && week.len() == 2 && [year, week].iter().all(|part| is_digits(part))
    };
    SHAPES.iter().any(fits)
        || uuid::Uuid::try_parse(typed).is_ok()
        || typed.split_once("-W").is_some_and(is_period)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Codes of halls have letters too.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_named_by_its_numbers_alone() {
        for (pattern, path, expected) in [
            ("/cases", "/cases", ("/cases", "")),
            (
                "/cases/{case_no}/log",
                "/cases/XF2026-00128/log",
                ("/cases/XF2026-00128/log", "XF2026-00128"),
            ),
            (
                "/visits/{visit_no}",
                "/visits/LF20260615-0110-018",
                ("/visits/LF20260615-0110-018", "LF20260615-0110-018"),
            ),
            ("/cases/{case_no}", "/cases/zhangsan", ("/cases/*", "")),
            ("/cases/{case_no}", "/cases/XF990110196801010012", ("/cases/*", "")),
            ("/cases/{case_no}", "/cases/XF10000000021", ("/cases/*", "")),
            (
                "/visits/{visit_no}",
                "/visits/LF20260615-100000-00021",
                ("/visits/LF20260615-100000-00021", "LF20260615-100000-00021"),
            ),
            ("/cases/{case_no}", "/cases/990110196801010012", ("/cases/*", "")),
            ("/cases/{case_no}", "/cases/10000000021", ("/cases/*", "")),
            ("/cases/{case_no}", "/cases/%E5%BC%A0%E6%9F%90", ("/cases/*", "")),
        ] {
            let (route, object) = named(pattern, path);
            assert_eq!((route.as_str(), object.as_str()), expected, "{path}");
        }
    }
}
