//! The visits of the day.

use askama::Template;
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::domain::calendar::{self, day_of};
use crate::domain::staff::Role;
use crate::domain::visit::{Disposition, VisitForm, VisitKind};
use crate::store::Session;
use crate::store::visit_lists::{self, DaySums, Filter, Hall, VisitLine};
use crate::web::extract::Query;
use crate::web::form::Choice;
use crate::web::layout::{self, Shell};
use crate::web::paging::rest;
use crate::web::{AppResult, Asking, urls};

const PAGE: i64 = 100;

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Asked {
    date: String,
    hall: String,
    visit_form: String,
    disposition: String,
    after: String,
}

#[derive(Template)]
#[template(path = "visits/list.html")]
struct ListPage {
    shell: Shell,
    asked: Asked,
    /// Whether it is today's page.
    is_today: bool,
    sums: String,
    lines: Vec<VisitLine>,
    /// Numbers of what was entered on the day for an earlier one.
    late: Vec<String>,
    halls: Vec<Choice>,
    forms: Vec<Choice>,
    dispositions: Vec<Choice>,
    next: Option<String>,
    filtered: bool,
    may_register: bool,
}

impl ListPage {
    /// 「10:42」
    fn time(line: &VisitLine) -> String {
        calendar::clock_time(line.received_at)
    }

    /// 「初访」「重复访·第4次」; an accusation is neither.
    fn repeat(line: &VisitLine) -> String {
        match (line.kind, line.nth) {
            (VisitKind::Accusation, _) | (_, None) => "—".to_owned(),
            (_, Some(nth)) if nth > 1 => format!("重复访·第{nth}次"),
            _ => "初访".to_owned(),
        }
    }
}

/// 「今日18批23人，初访11，重复访7，集体访1」
fn said(sums: DaySums, day: &str) -> String {
    let DaySums { visits, people, first, repeated, groups } = sums;
    format!("{day}{visits}批{people}人，初访{first}，重复访{repeated}，集体访{groups}")
}

/// 「今日」, 「6月14日（周日）」, of another year 「2025年6月14日（周六）」
fn heading(day: NaiveDate, today: NaiveDate) -> String {
    if day == today {
        "今日".to_owned()
    } else if day.year() == today.year() {
        calendar::format_md(day)
    } else {
        format!("{}年{}", day.year(), calendar::format_md(day))
    }
}

pub async fn list(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let today = day_of(asking.now());
    let mut tx = asking.begin().await?;
    let halls = visit_lists::halls(&mut tx).await?;
    let filter = filter(&asked, &asking.session, &halls, today);
    let mut lines = visit_lists::list(&mut tx, &filter, PAGE + 1).await?;
    let next = rest(&mut lines, PAGE).map(|last| address(&asked, &last.number));
    let is_clerk = asking.actor().role == Role::Clerk;
    let every = || std::iter::once((String::new(), "全部".to_owned()));
    let page = ListPage {
        shell: asking.shell("今日来访"),
        is_today: filter.day == today,
        sums: said(visit_lists::sums(&mut tx, &filter).await?, &heading(filter.day, today)),
        late: visit_lists::late_entries(&mut tx, &filter).await?,
        lines,
        halls: if is_clerk || halls.len() < 2 {
            Vec::new()
        } else {
            let options = halls.iter().map(|hall| (hall.code.clone(), hall.name.clone()));
            Choice::list(every().chain(options), &asked.hall)
        },
        forms: Choice::list(
            every().chain(
                VisitForm::ALL.iter().map(|one| (one.code().to_owned(), one.label().to_owned())),
            ),
            &asked.visit_form,
        ),
        dispositions: Choice::list(
            every().chain(
                Disposition::ALL.iter().map(|one| (one.code().to_owned(), one.label().to_owned())),
            ),
            &asked.disposition,
        ),
        next,
        filtered: filter.form.is_some() || filter.disposition.is_some(),
        may_register: super::REGISTRARS.admits(asking.actor().role),
        asked: Asked { date: filter.day.to_string(), ..asked },
    };
    layout::naming(layout::shown(&page), page.lines.iter().map(|line| line.number.as_str()))
}

/// A clerk sees the hall of the grant; others every hall within reach, or the one that they chose.
fn filter(asked: &Asked, session: &Session, halls: &[Hall], today: NaiveDate) -> Filter {
    let chosen = halls.iter().find(|hall| hall.code == asked.hall).map(|hall| hall.id);
    let hall = if session.actor().role == Role::Clerk { session.hall() } else { chosen };
    Filter {
        day: calendar::read_day(&asked.date, today).unwrap_or(today),
        hall,
        form: VisitForm::from_code(&asked.visit_form),
        disposition: Disposition::from_code(&asked.disposition),
        after: asked.after.clone(),
    }
}

/// The address of the page after a visit.
fn address(asked: &Asked, last: &str) -> String {
    let parts = [
        ("date", asked.date.as_str()),
        ("hall", &asked.hall),
        ("visit_form", &asked.visit_form),
        ("disposition", &asked.disposition),
        ("after", last),
    ];
    let query: Vec<String> = parts
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", urls::encode(value)))
        .collect();
    format!("/visits?{}", query.join("&"))
}
