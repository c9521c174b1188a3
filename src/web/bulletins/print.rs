//! 打印公文版: the issue as an official document. Before publication it prints 「草稿」 and no red
//! header.

use axum::response::Response;
use chrono::{DateTime, Datelike, Utc};

use super::numbers::Numbers;
use super::pages::{PrintPage, PrintPart, PrintSection, title};
use super::table::{LateLine, ranking, settlement};
use super::{AppResult, Asking, find};
use crate::domain::calendar::day_of;
use crate::domain::figure::Metric;
use crate::domain::period::Period;
use crate::store::bulletins::Issue;
use crate::web::extract::Path;
use crate::web::layout;

/// Which indicators each section reports (000 §十).
const SECTIONS: &[(&str, &[Metric])] = &[
    ("一、院领导包案情况", &[Metric::I14, Metric::I04]),
    ("二、交办案件办理情况", &[Metric::I07, Metric::I03, Metric::I05]),
];

pub async fn show(asking: Asking, Path(period): Path<Period>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let issue = find(&mut tx, period).await?;
    let numbers = Numbers::read(&mut tx, &issue).await?;
    let page = PrintPage {
        title: title(&issue),
        issuer: issue.court_name.clone(),
        period: period.to_string(),
        days: period.days(),
        state: issue.bulletin.state,
        date: issue.published_at.map(date_text).unwrap_or_default(),
        mark: mark(&issue),
        sections: sections(&issue, &numbers),
        settlement: settlement(&issue, &numbers),
        late: late(&issue, &numbers),
    };
    layout::shown(&page)
}

/// 「2026年6月15日」
fn date_text(at: DateTime<Utc>) -> String {
    let day = day_of(at);
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// The snapshot mark stands wherever frozen numbers do.
fn mark(issue: &Issue) -> String {
    let last_day = issue.period().last_day();
    match issue.bulletin.hash {
        Some(hash) => format!("数据快照{last_day} 24:00已冻结，校验码{}", hash.short()),
        None => format!("截至{last_day} 24:00，未冻结"),
    }
}

/// The ranked indicators of each section; one that the method does not have is left out.
fn sections(issue: &Issue, numbers: &Numbers) -> Vec<PrintSection> {
    let part = |metric: Metric| PrintPart { metric, tables: ranking(issue, numbers, metric, &[]) };
    let section = |&(name, metrics): &(&'static str, &[Metric])| {
        let ranked = metrics.iter().copied().filter(|one| issue.method.ranked.contains(one));
        PrintSection { name, parts: ranked.map(part).collect() }
    };
    SECTIONS.iter().map(section).collect()
}

/// The late entries of each indicator that has some.
fn late(issue: &Issue, numbers: &Numbers) -> Vec<(Metric, Vec<LateLine>)> {
    let of = |metric: Metric| (metric, LateLine::list(issue, numbers, metric));
    issue.method.metrics().map(of).filter(|(_, lines)| !lines.is_empty()).collect()
}
