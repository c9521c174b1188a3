//! The list, under what was raised and what the last check of the chains found.

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::form::{Asked, HOME};
use super::words;
use crate::domain::alert::Kind;
use crate::domain::audit_reach::Watch;
use crate::domain::audit_verb;
use crate::domain::calendar::{day_of, format_day, format_moment, format_second};
use crate::domain::staff::Role;
use crate::store::alerts::{self, AlertLine};
use crate::store::audit;
use crate::store::audit_lists::{self, AuditLine, Check};
use crate::web::extract::Query;
use crate::web::form::Choice;
use crate::web::layout::{self, Shell};
use crate::web::{AppError, AppResult, Asking};

const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "audits/list.html")]
struct ListPage {
    shell: Shell,
    asked: Asked,
    unread: Vec<String>,
    filtered: bool,
    actions: Vec<Choice>,
    watched: Option<Watched>,
    title: &'static str,
    /// Else the reader's own, and nobody need be asked for.
    of_all: bool,
    lines: Vec<AuditLine>,
    prev: Option<String>,
    next: Option<String>,
    export: String,
    today: NaiveDate,
}

/// How the audit stands, for its auditor.
struct Watched {
    /// What the last check of the chains found.
    check: Option<Check>,
    alerts: Vec<AlertLine>,
}

impl ListPage {
    fn moment(&self, at: &DateTime<Utc>) -> String {
        format_moment(*at, self.today)
    }

    /// 「11-22 10:42:08」: entries of one minute are told apart.
    fn second(&self, at: &DateTime<Utc>) -> String {
        format!("{} {}", format_day(day_of(*at), self.today), format_second(*at))
    }

    /// 「80次」: what was counted is named.
    fn times(alert: &AlertLine) -> String {
        let unit = match alert.kind {
            Kind::Refusals | Kind::Reads | Kind::NightReads => "次",
            Kind::ChainBreak => "处",
            Kind::ClockJump => "秒",
        };
        format!("{}{unit}", grouped(alert.times))
    }

    /// 「182,440」
    fn count(count: i64) -> String {
        grouped(count)
    }

    /// The case, or what else it is about.
    fn object(line: &AuditLine) -> String {
        match &line.case_number {
            Some(number) if line.object.is_empty() || line.object == *number => number.clone(),
            Some(number) => format!("{number}　{}", line.object),
            None => line.object.clone(),
        }
    }

    fn more(line: &AuditLine) -> String {
        words::content(line)
    }
}

/// A figure with its digits in threes.
pub fn grouped(count: i64) -> String {
    let digits = count.to_string();
    let from_end =
        digits.chars().rev().enumerate().fold(String::new(), |mut text, (nth, digit)| {
            if nth > 0 && nth % 3 == 0 && digit != '-' {
                text.push(',');
            }
            text.push(digit);
            text
        });
    from_end.chars().rev().collect()
}

pub async fn list(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let now = asking.now();
    let today = day_of(now);
    let watch = Watch::of(asking.actor()).ok_or(AppError::NotFound)?;
    let mut tx = asking.begin().await?;
    let filter = asked.filter(today);
    let found = audit_lists::list(&mut tx, watch, &filter, (&asked.place(), PAGE)).await?;
    let watched = if asking.actor().role == Role::Auditor {
        Some(Watched {
            check: audit_lists::last_check(&mut tx).await?,
            alerts: alerts::list(&mut tx, now - Duration::days(7)).await?,
        })
    } else {
        None
    };
    let names = asked.names();
    let entry =
        audit::Entry { verb: "audit.read", fields: &names, at: now, ..audit::Entry::default() };
    audit::append(&mut tx, entry).await?;
    tx.commit().await?;
    let of_all = watch == Watch::All;
    let title = if of_all { "审计日志" } else { "本人操作记录" };
    let href =
        |place, token: Option<String>| token.map(|token| asked.href(HOME, Some((place, &token))));
    let every = std::iter::once(("", "全部"));
    let page = ListPage {
        shell: asking.shell(title),
        title,
        of_all,
        unread: asked.unread(today),
        filtered: !names.is_empty(),
        actions: Choice::list(every.chain(audit_verb::all()), &asked.action),
        watched,
        prev: href("before", found.before),
        next: href("after", found.after),
        lines: found.rows,
        export: asked.href("/admin/audit/export", None),
        today,
        asked,
    };
    layout::shown(&page)
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn a_figure_is_read_in_threes() {
        for (count, said) in [(0, "0"), (999, "999"), (1_000, "1,000"), (182_440, "182,440")] {
            assert_eq!(grouped(count), said);
        }
    }
}
