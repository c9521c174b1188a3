//! What everyone may look up: the time limits in force, and from when.

use askama::Template;
use axum::response::Response;
use chrono::NaiveDate;

use super::layout::{self, Shell};
use super::routes::{Table, Who};
use super::{AppResult, Asking};
use crate::domain::calendar::{Calendar, day_of};
use crate::domain::deadline::{ClockRule, DayCount, Roll};
use crate::domain::visit::REPEAT_WITHIN;
use crate::store::deadlines::{self, Version};

pub fn routes(table: Table) -> Table {
    table.get("/help/rules", Who::SignedIn, show)
}

#[derive(Template)]
#[template(path = "help/rules.html")]
struct RulesPage {
    shell: Shell,
    versions: Vec<Version>,
    today: NaiveDate,
    repeat_days: i64,
    /// The first day whose working days are not known yet.
    unknown: Option<NaiveDate>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a template hands over references")]
impl RulesPage {
    fn is_to_come(&self, version: &Version) -> bool {
        version.set.valid_from > self.today
    }

    fn days(rule: &ClockRule) -> String {
        match rule.count {
            DayCount::Calendar => format!("{}日", rule.days),
            DayCount::Working => format!("{}个工作日", rule.days),
        }
    }

    const fn counts(rule: &ClockRule) -> &'static str {
        match rule.count {
            DayCount::Calendar => "自然日，含节假日和双休日",
            DayCount::Working => "工作日，按工作日历",
        }
    }

    const fn rolls(rule: &ClockRule) -> &'static str {
        match rule.roll {
            Roll::None => "不顺延",
            Roll::NextWorkingDay => "顺延到下一个工作日",
        }
    }
}

async fn show(asking: Asking) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let today = day_of(asking.now());
    let calendar: Calendar = deadlines::calendar(&mut tx, today).await?;
    let page = RulesPage {
        shell: asking.shell("期限规则"),
        versions: deadlines::versions(&mut tx, today).await?,
        today,
        repeat_days: REPEAT_WITHIN.num_days(),
        unknown: calendar.first_unknown_from(today),
    };
    layout::shown(&page)
}
