//! The periods of retention with what falls due and what was destroyed: numbers, no matter.

use askama::Template;
use axum::response::Response;
use chrono::{Datelike, Days, Months, NaiveDate};

use crate::domain::calendar::day_of;
use crate::domain::retention::{Class, Rule, Rules};
use crate::store::retention::{self, Forecast, Month};
use crate::web::layout::{self, Shell};
use crate::web::{AppResult, Asking};

/// How far the page looks ahead.
const AHEAD: Days = Days::new(90);
/// How far it looks back.
const BACK: Months = Months::new(12);

/// A class as the page shows it.
struct Line {
    class: Class,
    length: String,
    valid_from: String,
    basis: String,
    /// The versions that will come into force.
    to_come: Vec<String>,
    /// Nothing for what isn't counted.
    numbers: Option<Forecast>,
}

impl Line {
    fn of(class: Class, rules: &Rules, forecast: &[Forecast], today: NaiveDate) -> Self {
        let rule = rules.in_force(class, today);
        let coming = |rule: &Rule| format!("{}起{}", rule.valid_from, rule.length.label());
        Self {
            class,
            length: rule.map(|rule| rule.length.label()).unwrap_or_default(),
            valid_from: rule.map(|rule| rule.valid_from.to_string()).unwrap_or_default(),
            basis: rule.map(|rule| rule.basis.clone()).unwrap_or_default(),
            to_come: rules.to_come(class, today).map(coming).collect(),
            numbers: forecast.iter().find(|one| one.class == class).cloned(),
        }
    }
}

#[derive(Template)]
#[template(path = "admin/retention.html")]
struct RetentionPage {
    shell: Shell,
    lines: Vec<Line>,
    months: Vec<Month>,
}

impl RetentionPage {
    /// 「2036年6月」
    fn month(line: &Month) -> String {
        format!("{}年{}月", line.month.year(), line.month.month())
    }
}

pub async fn show(asking: Asking) -> AppResult<Response> {
    let today = day_of(asking.now());
    let mut tx = asking.begin().await?;
    let rules = retention::rules(&mut tx).await?;
    let forecast = retention::forecast(&mut tx, today, today + AHEAD).await?;
    let first = today.checked_sub_months(BACK).and_then(|day| day.with_day(1)).unwrap_or(today);
    let page = RetentionPage {
        lines: Class::ALL.iter().map(|it| Line::of(*it, &rules, &forecast, today)).collect(),
        months: retention::history(&mut tx, first).await?,
        shell: asking.shell("保存期限"),
    };
    layout::shown(&page)
}
