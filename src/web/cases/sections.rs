//! The sections of a case: one page type and one handler each.

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::file::{Head, Tab};
use super::words;
use crate::domain::audit_verb;
use crate::domain::calendar::{clock_time, day_of, format_day};
use crate::domain::closing::Closing;
use crate::domain::document::DocumentKind;
use crate::domain::legal_hold::may_hold;
use crate::domain::reveal::MaskedField;
use crate::domain::scan::Standing;
use crate::domain::staff::{Actor, Role};
use crate::store::Tx;
use crate::store::case_files::{
    self, AssignmentLine, AuditLine, Basics, CaseFile, Entry, Kind, Purpose, ReviewLine, VisitText,
};
use crate::store::closings;
use crate::store::cursor::Place;
use crate::store::documents::{self, DocumentLine};
use crate::store::interviews::{self, InterviewLine};
use crate::store::petition_cases::Opened;
use crate::web::extract::{Path, Query};
use crate::web::files::file_size;
use crate::web::layout::{self, Shell};
use crate::web::signing::{self, OpinionLine, StepLine};
use crate::web::{AppError, AppResult, Asking};

/// What every handler of a section begins with; it ends with a commit, which keeps the trace.
struct Reading {
    tx: Tx,
    file: CaseFile,
    today: NaiveDate,
}

impl Reading {
    /// The case, if it is within reach.
    async fn of(asking: &Asking, number: &str, tab: Tab) -> AppResult<Self> {
        let today = day_of(asking.now());
        let purpose = Purpose::Show(tab.code(), asking.now());
        let mut tx = asking.begin().await?;
        let file = case_files::find(&mut tx, number, today, purpose).await?;
        Ok(Self { tx, file: file.ok_or(AppError::NotFound)?, today })
    }

    /// The case with the proof that it is open in full; else as if the section weren't there.
    async fn in_full(asking: &Asking, number: &str, tab: Tab) -> AppResult<(Self, Opened)> {
        let reading = Self::of(asking, number, tab).await?;
        let opened = reading.file.opened().ok_or(AppError::NotFound)?;
        Ok((reading, opened))
    }

    /// What stands around the section.
    fn around(&self, asking: &Asking, tab: Tab) -> (Shell, Head) {
        let head = Head::of(&self.file, asking.actor(), tab, self.today);
        (asking.shell(head.title()), head)
    }
}

/// What anyone of the court may know of the row.
fn dates(file: &CaseFile, assigned: Option<&AssignmentLine>) -> Vec<(&'static str, String)> {
    let of = |text: fn(&AssignmentLine) -> String| assigned.map(text).unwrap_or_default();
    vec![
        ("责任单位", file.case.unit_name.clone()),
        ("登记日期", day_of(file.case.opened_at).to_string()),
        ("来源与文号", of(|it| format!("{}　{}", words::source(&it.source), it.source_number))),
        ("交办日期", of(|it| day_of(it.assigned_at).to_string())),
        ("要求时限", of(|it| it.rules.clone())),
        (
            "办理轮次",
            match file.case.round_number {
                ..=1 => String::new(),
                round => format!("第{round}轮"),
            },
        ),
    ]
}

/// How long it is kept: for who decides on holds.
fn kept(file: &CaseFile, basics: &Basics, actor: &Actor) -> Vec<(&'static str, String)> {
    if !may_hold(actor) || file.erased_at.is_some() && !file.case.is_open {
        return Vec::new();
    }
    let until = basics.kept_until.map(|day| format!("至{day}，期满销毁")).unwrap_or_default();
    let held = if basics.held { "暂缓中，期满不销毁" } else { "" };
    vec![("保存期限", until), ("暂缓销毁", held.to_owned())]
}

/// What the petitioner and the papers say.
fn told(file: &CaseFile, basics: &Basics) -> Vec<(&'static str, String)> {
    let others: Vec<_> = file.parties.iter().skip(1).map(|party| party.name.as_str()).collect();
    vec![
        ("交办说明", basics.assignments.first().map(|it| it.note.clone()).unwrap_or_default()),
        ("共同信访人、代理人", others.join("、")),
        ("诉求类别", words::category(&file.category).to_owned()),
        ("信访事由", file.summary.clone().unwrap_or_default()),
        ("原审法院", basics.origin_court.clone().unwrap_or_default()),
        ("原审案号", file.court_cases.join("、")),
        ("紧急", file.urgent_reason.clone()),
    ]
}

/// 基本情况.
#[derive(Template)]
#[template(path = "cases/basics.html")]
pub struct BasicsPage {
    pub shell: Shell,
    pub head: Head,
    pub facts: Vec<(&'static str, String)>,
    pub requests: Vec<String>,
    pub plan: String,
    pub narrative: bool,
    /// Whether the viewer's role opens the register of visits.
    pub opens_visits: bool,
    pub basics: Basics,
    /// A value that was just opened: field and value, shown this once.
    pub revealed: Option<(&'static str, String)>,
}

impl BasicsPage {
    /// The page from the case and its basic facts.
    pub fn of(
        shell: Shell,
        head: Head,
        (file, mut basics): (&CaseFile, Basics),
        actor: &Actor,
    ) -> Self {
        let mut facts = dates(file, basics.assignments.first());
        facts.extend(kept(file, &basics, actor));
        if file.reads_narrative() {
            facts.extend(told(file, &basics));
        }
        Self {
            facts: facts.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect(),
            requests: file.requests.clone(),
            plan: basics.plan.take().unwrap_or_default(),
            narrative: file.reads_narrative(),
            opens_visits: shell.leads_to("/visits"),
            basics,
            revealed: None,
            shell,
            head,
        }
    }

    fn when(visit: &VisitText) -> String {
        format!("{} {}", day_of(visit.received_at), clock_time(visit.received_at))
    }
}

pub async fn basics(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let mut reading = Reading::of(&asking, &number, Tab::Basics).await?;
    let basics = case_files::basics(&mut reading.tx, &reading.file, reading.today).await?;
    let (shell, head) = reading.around(&asking, Tab::Basics);
    reading.tx.commit().await?;
    layout::shown(&BasicsPage::of(shell, head, (&reading.file, basics), asking.actor()))
}

/// 接访与约谈记录.
#[derive(Template)]
#[template(path = "cases/interviews.html")]
struct InterviewsPage {
    shell: Shell,
    head: Head,
    lines: Vec<InterviewLine>,
    today: NaiveDate,
}

pub async fn interviews(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let (mut reading, opened) = Reading::in_full(&asking, &number, Tab::Interviews).await?;
    let lines = interviews::list(&mut reading.tx, &opened).await?;
    let (shell, head) = reading.around(&asking, Tab::Interviews);
    reading.tx.commit().await?;
    layout::shown(&InterviewsPage { shell, head, lines, today: reading.today })
}

/// What the timeline is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TimelineAsked {
    kind: String,
    after: String,
}

/// 办理进展.
#[derive(Template)]
#[template(path = "cases/progress.html")]
struct ProgressPage {
    shell: Shell,
    head: Head,
    entries: Vec<Entry>,
    kinds: Vec<(String, &'static str, bool)>,
    older: Option<String>,
    newest: Option<String>,
    today: NaiveDate,
}

impl ProgressPage {
    fn date(&self, at: &DateTime<Utc>) -> String {
        format_day(day_of(*at), self.today)
    }

    fn corrects(&self, entry: &Entry) -> Option<String> {
        entry.corrects.map(|at| format!("更正了{}的记录", self.date(&at)))
    }

    fn corrected(&self, entry: &Entry) -> Option<String> {
        entry.corrected.map(|at| format!("此条已更正，见{}", self.date(&at)))
    }
}

pub async fn progress(
    asking: Asking,
    Path(number): Path<String>,
    Query(asked): Query<TimelineAsked>,
) -> AppResult<Response> {
    let (mut reading, opened) = Reading::in_full(&asking, &number, Tab::Progress).await?;
    let kind = Kind::from_code(&asked.kind);
    let place =
        if asked.after.is_empty() { Place::First } else { Place::After(asked.after.clone()) };
    let page = case_files::timeline(&mut reading.tx, &opened, kind, &place).await?;
    let here = format!("/cases/{number}/progress");
    let of_kind = kind.map(|kind| format!("{here}?kind={}", kind.code()));
    let narrowed = of_kind.clone().unwrap_or_else(|| here.clone());
    let join = if kind.is_some() { '&' } else { '?' };
    let kinds = Kind::ALL
        .iter()
        .map(|(of, code, label)| (format!("{here}?kind={code}"), *label, kind == Some(*of)));
    let (shell, head) = reading.around(&asking, Tab::Progress);
    reading.tx.commit().await?;
    layout::shown(&ProgressPage {
        shell,
        head,
        entries: page.rows,
        kinds: std::iter::once((here.clone(), "全部", kind.is_none())).chain(kinds).collect(),
        older: page.after.map(|after| format!("{narrowed}{join}after={after}")),
        newest: page.before.map(|_| narrowed.clone()),
        today: reading.today,
    })
}

/// 材料卷宗.
#[derive(Template)]
#[template(path = "cases/documents.html")]
struct DocumentsPage {
    shell: Shell,
    head: Head,
    lines: Vec<DocumentLine>,
    missing: String,
    has_scanner: bool,
    today: NaiveDate,
}

impl DocumentsPage {
    /// Why a file can't be downloaded.
    fn withheld(&self, line: &DocumentLine) -> Option<&'static str> {
        line.standing.note(self.has_scanner)
    }

    fn size(line: &DocumentLine) -> String {
        file_size(line.size)
    }
}

/// What must be in the dossier before a case is closed, and isn't.
fn missing(file: &CaseFile, lines: &[DocumentLine]) -> String {
    let is_there = |line: &DocumentLine| line.standing != Standing::Infected;
    let has = |kind| lines.iter().any(|line| line.kind == kind && is_there(line));
    let needed = [
        ("约见笔录", has(DocumentKind::InterviewRecord)),
        ("评查报告", has(DocumentKind::ReviewReport)),
        ("答复笔录", file.counts.replies > 0),
        ("办结报告", file.counts.closings > 0),
    ];
    let missing = needed.into_iter().filter(|(_, there)| !there).map(|(name, _)| name);
    missing.collect::<Vec<_>>().join("、")
}

pub async fn documents(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let (mut reading, opened) = Reading::in_full(&asking, &number, Tab::Documents).await?;
    let mut lines = documents::list(&mut reading.tx, &opened).await?;
    lines.sort_by_key(|line| line.kind);
    let (shell, head) = reading.around(&asking, Tab::Documents);
    reading.tx.commit().await?;
    layout::shown(&DocumentsPage {
        shell,
        head,
        missing: if reading.file.case.is_open {
            missing(&reading.file, &lines)
        } else {
            String::new()
        },
        lines,
        has_scanner: asking.has_scanner(),
        today: reading.today,
    })
}

/// 评查.
#[derive(Template)]
#[template(path = "cases/review.html")]
struct ReviewPage {
    shell: Shell,
    head: Head,
    lines: Vec<ReviewLine>,
}

pub async fn review(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let (mut reading, opened) = Reading::in_full(&asking, &number, Tab::Review).await?;
    let lines = case_files::reviews(&mut reading.tx, &opened).await?;
    let (shell, head) = reading.around(&asking, Tab::Review);
    reading.tx.commit().await?;
    layout::shown(&ReviewPage { shell, head, lines })
}

/// 审批与签批.
#[derive(Template)]
#[template(path = "cases/approvals.html")]
struct ApprovalsPage {
    shell: Shell,
    head: Head,
    closings: Vec<Closing>,
    today: NaiveDate,
}

impl ApprovalsPage {
    fn steps(&self, closing: &Closing) -> Vec<StepLine> {
        signing::stepper(closing, self.today)
    }

    fn opinions(&self, closing: &Closing) -> Vec<OpinionLine> {
        signing::opinions(closing, self.today)
    }
}

pub async fn approvals(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let (mut reading, opened) = Reading::in_full(&asking, &number, Tab::Approvals).await?;
    let closings = closings::list(&mut reading.tx, &opened).await?;
    let (shell, head) = reading.around(&asking, Tab::Approvals);
    reading.tx.commit().await?;
    layout::shown(&ApprovalsPage { shell, head, closings, today: reading.today })
}

/// 日志.
#[derive(Template)]
#[template(path = "cases/log.html")]
struct LogPage {
    shell: Shell,
    head: Head,
    lines: Vec<AuditLine>,
    today: NaiveDate,
}

impl LogPage {
    /// What was done, and which value was opened.
    fn what(line: &AuditLine) -> String {
        let label = audit_verb::label(&line.verb);
        match MaskedField::from_code(&line.detail).filter(|_| line.verb == "identity.revealed") {
            Some(field) => format!("{label}：{}", field.label()),
            None => label.to_owned(),
        }
    }
}

/// Whoever handles the case sees what was changed; the bureau also who looked.
pub async fn log(asking: Asking, Path(number): Path<String>) -> AppResult<Response> {
    let (mut reading, opened) = Reading::in_full(&asking, &number, Tab::Log).await?;
    let views = matches!(asking.actor().role, Role::Bureau | Role::BureauHead);
    let lines = case_files::log(&mut reading.tx, &opened, views).await?;
    let (shell, head) = reading.around(&asking, Tab::Log);
    reading.tx.commit().await?;
    layout::shown(&LogPage { shell, head, lines, today: reading.today })
}
