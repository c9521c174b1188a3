//! What the work queue shows.

use askama::Template;
use chrono::NaiveDate;

use crate::domain::calendar::{day_of, format_short};
use crate::domain::task::Task;
use crate::store::work_queues::WorkLine;
use crate::web::cases::{shown_name, source};
use crate::web::chips::Chip;
use crate::web::layout::Shell;

/// A tab of the queue.
pub struct TabLink {
    pub label: &'static str,
    pub href: String,
    pub count: i64,
    pub hot: bool,
    pub current: bool,
}

/// A line of the queue.
pub struct Line {
    pub group: &'static str,
    pub over: bool,
    /// The chip of its due day, or since when it waits.
    pub chip: Option<Chip>,
    pub since: String,
    pub since_what: &'static str,
    pub task: String,
    pub name: String,
    pub about: String,
    pub court: String,
    pub leader: String,
    pub number: String,
    pub source: &'static str,
    pub href: String,
    pub verb: &'static str,
    pub unclaimed: bool,
}

/// Lines under one head.
pub struct Group {
    pub head: &'static str,
    pub count: Option<i64>,
    pub lines: Vec<Line>,
}

impl Line {
    /// A row of the store as it is shown.
    pub fn of(line: WorkLine, today: NaiveDate) -> Self {
        let paper = line.paper.map(|uuid| uuid.to_string()).unwrap_or_default();
        let case = format!("/cases/{}", line.number);
        let (task, href, verb) = match (line.task, line.awaited, &line.kept_out) {
            (Some(task), ..) => {
                (task.label().to_owned(), task.href(&line.number, &paper), task.verb())
            }
            (None, _, Some((seat, name))) => (seat.asks_for_another(name), case, "查看"),
            (None, ..) if line.signer_kept_out => {
                (format!("{}院长已回避，请商定代为签批的院领导", line.court), case, "查看")
            }
            (None, Some(Task::Ledger), None) => ("确认交办责任人".to_owned(), case, "查看"),
            (None, ..) => ("等待补正办结报告".to_owned(), case, "查看"),
        };
        let about = [
            line.summary.unwrap_or_default(),
            if line.visits > 1 { format!("第{}次来访", line.visits) } else { String::new() },
        ];
        let about: Vec<_> = about.into_iter().filter(|text| !text.is_empty()).collect();
        let chip = line.due_on.map(|day| Chip::open(Some(day), today));
        Self {
            group: if line.kept_out.is_some() { REPLACE } else { group(line.due_on, today) },
            over: line.due_on.is_some_and(|day| day < today),
            chip,
            since_what: if line.kept_out.is_some() { "记明" } else { "提交" },
            since: line.since.map(|at| format_short(day_of(at))).unwrap_or_default(),
            task,
            name: shown_name(&line.name).to_owned(),
            about: about.join(" · "),
            court: line.court,
            leader: line.leader.unwrap_or_default(),
            source: line.source.as_deref().map_or("", source),
            number: line.number,
            href,
            verb,
            unclaimed: line.unclaimed && line.task.is_some_and(is_duty),
        }
    }
}

/// The head over those who were kept out and still stand in a team.
pub const REPLACE: &str = "请更换责任人";

fn group(due_on: Option<NaiveDate>, today: NaiveDate) -> &'static str {
    match due_on.map(|day| (day - today).num_days()) {
        None => "待我签批",
        Some(..0) => "逾期",
        Some(0) => "今日到期",
        Some(1..=3) => "三日内",
        Some(4..) => "以后",
    }
}

/// What a team does; until someone claims the case, anyone of the court.
const fn is_duty(task: Task) -> bool {
    match task {
        Task::Acknowledge
        | Task::Ledger
        | Task::Meeting
        | Task::Report
        | Task::Reply
        | Task::Close
        | Task::Correct => true,
        Task::Assign | Task::Receive | Task::Sign(_) => false,
    }
}

/// The queue.
#[derive(Template)]
#[template(path = "my/list.html")]
pub struct MyPage {
    pub shell: Shell,
    pub day: String,
    pub tabs: Vec<TabLink>,
    pub groups: Vec<Group>,
    pub prev: Option<String>,
    pub next: Option<String>,
    pub print: String,
    pub empty: String,
}

/// The queue on paper.
#[derive(Template)]
#[template(path = "my/sheet.html")]
pub struct MyPrint {
    pub stamp: String,
    pub back: String,
    pub lines: Vec<Line>,
}
