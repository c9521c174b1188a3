//! The pages of the bulletin.

use askama::Template;
use chrono::NaiveDate;

use super::table::{Column, LateLine, RankTable, SettlementTable};
use crate::domain::bulletin::{State, may_edit};
use crate::domain::calendar::format_moment;
use crate::domain::figure::Metric;
use crate::domain::period::day_text;
use crate::domain::staff::Role;
use crate::store::bulletins::Issue;
use crate::web::form::{Choice, Problems};
use crate::web::layout::Shell;

/// An issue in the list.
pub struct IssueLine {
    pub period: String,
    pub title: String,
    pub days: String,
    pub state: &'static str,
    pub published: String,
}

impl IssueLine {
    pub fn of(issue: &Issue, today: NaiveDate) -> Self {
        Self {
            period: issue.period().to_string(),
            title: title(issue),
            days: issue.period().days(),
            state: issue.bulletin.state.label(),
            published: issue.published_at.map(|at| format_moment(at, today)).unwrap_or_default(),
        }
    }
}

/// 「2026年第12期双周通报」
pub fn title(issue: &Issue) -> String {
    let period = issue.period();
    format!("{}年{}双周通报", period.year(), period.issue())
}

#[derive(Template)]
#[template(path = "bulletins/list.html")]
pub struct ListPage {
    pub shell: Shell,
    pub issues: Vec<IssueLine>,
    /// The fortnights that a draft can be made of; empty for whoever makes none.
    pub periods: Vec<Choice>,
    pub empty: String,
    pub problems: Problems,
}

/// A step of the issue's way: done, now or todo, with who and when.
pub struct StepLine {
    pub name: &'static str,
    pub state: &'static str,
    pub note: String,
}

/// What stands over every tab of an issue.
pub struct Head {
    pub period: String,
    pub title: String,
    pub days: String,
    pub steps: Vec<StepLine>,
    /// Time and short hash of the snapshot; none in a draft.
    pub snapshot: Option<(String, String)>,
    /// 「截至6月14日24:00，未冻结」
    pub live: String,
    pub can_freeze: bool,
    pub can_publish: bool,
}

impl Head {
    pub fn of(issue: &Issue, role: Role, today: NaiveDate) -> Self {
        let (period, state) = (issue.period(), issue.bulletin.state);
        let editor = may_edit(role);
        let last_day = period.last_day();
        Self {
            period: period.to_string(),
            title: title(issue),
            days: period.days(),
            steps: steps(issue, today),
            snapshot: issue
                .bulletin
                .hash
                .map(|hash| (format!("{last_day} 24:00"), format!("校验码{}", hash.short()))),
            live: format!("截至{}24:00，未冻结", day_text(last_day)),
            can_freeze: editor && state == State::Draft,
            can_publish: editor && matches!(state, State::Checking | State::Signed),
        }
    }
}

fn steps(issue: &Issue, today: NaiveDate) -> Vec<StepLine> {
    let reached = match issue.bulletin.state {
        State::Draft => 0,
        State::Checking | State::Signed => 1,
        State::Published | State::Superseded => 3,
    };
    let moment = |at: Option<_>| at.map(|at| format_moment(at, today)).unwrap_or_default();
    let notes = [
        issue.drafted_by.clone(),
        issue.frozen_by.clone().unwrap_or_default(),
        moment(issue.published_at),
    ];
    let names = ["起草", "审核", "发布"];
    let state = |nth: usize| match nth.cmp(&reached) {
        std::cmp::Ordering::Less => "done",
        std::cmp::Ordering::Equal => "now",
        std::cmp::Ordering::Greater => "todo",
    };
    let lines = names.into_iter().zip(notes).enumerate();
    lines.map(|(nth, (name, note))| StepLine { name, state: state(nth), note }).collect()
}

/// 位次表
#[derive(Template)]
#[template(path = "bulletins/ranking.html")]
pub struct RankingPage {
    pub shell: Shell,
    pub head: Head,
    pub by: Metric,
    pub columns: Vec<Column>,
    pub tables: Vec<RankTable>,
    pub late: Vec<LateLine>,
}

/// 息诉情况
#[derive(Template)]
#[template(path = "bulletins/settlement.html")]
pub struct SettlementPage {
    pub shell: Shell,
    pub head: Head,
    pub table: SettlementTable,
}

/// An item of a figure: number and reason, never a name.
pub struct ItemLine {
    pub number: String,
    pub reason: String,
    pub marks: String,
    /// Whether the reader may open the case.
    pub opens: bool,
}

/// The items of a figure that stand alike.
pub struct ItemList {
    pub heading: String,
    pub lines: Vec<ItemLine>,
    pub missing: bool,
}

/// Where a figure comes from.
pub struct Source {
    pub href: String,
    pub back: String,
    pub metric: Metric,
    pub unit: String,
    pub value: String,
    pub numerator: u32,
    pub denominator: u32,
    /// The bar's width in a thousandth.
    pub share: u64,
    /// What is shown beside the figure.
    pub beside: Option<String>,
    pub lists: Vec<ItemList>,
    pub total: usize,
}

/// The drawer beside the table.
#[derive(Template)]
#[template(path = "bulletins/drawer.html")]
pub struct DrawerPage {
    pub source: Source,
}

/// The same as a page, with all items.
#[derive(Template)]
#[template(path = "bulletins/figure.html")]
pub struct FigurePage {
    pub shell: Shell,
    pub head: Head,
    pub source: Source,
}

/// The page that asks once more before a step that can't be taken back.
#[derive(Template)]
#[template(path = "bulletins/step.html")]
pub struct StepPage {
    pub shell: Shell,
    pub head: Head,
    pub what: &'static str,
    pub action: &'static str,
    pub warning: &'static str,
    pub checks: Vec<String>,
    pub problems: Problems,
}

/// 打印公文版
#[derive(Template)]
#[template(path = "bulletins/official.html")]
pub struct PrintPage {
    pub title: String,
    pub issuer: String,
    pub period: String,
    pub days: String,
    pub state: State,
    pub date: String,
    pub mark: String,
    pub sections: Vec<PrintSection>,
    pub settlement: SettlementTable,
    pub late: Vec<(Metric, Vec<LateLine>)>,
}

/// A section of the print with its indicators.
pub struct PrintSection {
    pub name: &'static str,
    pub parts: Vec<PrintPart>,
}

/// A ranked indicator in the print.
pub struct PrintPart {
    pub metric: Metric,
    pub tables: Vec<RankTable>,
}
