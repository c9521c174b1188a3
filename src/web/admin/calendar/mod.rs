//! The day table (工作日历): read by years, changed by a day or by a year's notice. What a change moves
//! is shown before it counts.

mod form;
mod pages;

use axum::response::Response;
use serde::Deserialize;

use crate::domain::calendar::{Calendar, day_of, read_day};
use crate::domain::day_table::{Arranged, Impact};
use crate::store::keys::{hex, sha256};
use crate::store::{Tx, day_tables};
use crate::web::extract::{Form, Query};
use crate::web::form::Problems;
use crate::web::{AppResult, Asking, layout};
use form::CalendarForm;
use pages::{CalendarPage, PreviewPage};

const HERE: &str = "/admin/calendar";
/// How many changes of the table are listed.
const CHANGES: i64 = 10;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    year: String,
    day: String,
}

pub async fn show(asking: Asking, Query(asked): Query<Asked>) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let calendar = day_tables::table(&mut tx).await?;
    let today = day_of(asking.now());
    let mut form = CalendarForm { year: asked.year, ..CalendarForm::default() };
    if let Some(day) = read_day(&asked.day, today).and_then(|day| calendar.day(day)) {
        form.fill(day);
    }
    page(&asking, &mut tx, &calendar, (form, Problems::default())).await
}

async fn page(
    asking: &Asking,
    tx: &mut Tx,
    calendar: &Calendar,
    (form, problems): (CalendarForm, Problems),
) -> AppResult<Response> {
    let changes = day_tables::versions(tx, CHANGES).await?;
    let page = CalendarPage::of(
        asking.shell("工作日历"),
        (calendar, asking.now()),
        (form, problems),
        changes,
    );
    layout::answer(&page, &page.problems)
}

/// A change is shown with what it moves; pressed again there it counts, if it still moves the same.
pub async fn create(asking: Asking, form: Form<CalendarForm>) -> AppResult<Response> {
    let (mut typed, key) = (form.fields, form.key);
    let confirms = typed.action == "confirm";
    let mut tx = if confirms { asking.act(&key).await? } else { asking.begin().await? };
    if confirms {
        day_tables::lock(&mut tx).await?;
    }
    let calendar = day_tables::table(&mut tx).await?;
    let wanted = typed
        .take_file(&form.files)
        .and_then(|()| typed.wanted(asking.actor(), &calendar, asking.now()));
    let fact = match wanted {
        Ok(fact) => fact,
        Err(problems) => return page(&asking, &mut tx, &calendar, (typed, problems)).await,
    };
    let clocks = day_tables::open_clocks(&mut tx, &fact).await?;
    let impact = fact.impact(&calendar, &clocks);
    let seen = seen(&fact, &impact);
    if confirms && typed.seen == seen {
        day_tables::record(&mut tx, &fact, &impact).await?;
        let location = format!("{HERE}?year={}", fact.year());
        let said = format!("已保存：{}。{}", fact.note(), impact.sentence());
        return layout::kept(tx, &location, &said).await;
    }
    let mut problems = Problems::default();
    if confirms {
        problems = Problems::whole(
            "核对之后，日历或受影响的案件有变化，没有保存。请按最新的情况再确认一次。",
        );
    }
    typed.seen = seen;
    let page = PreviewPage::of(
        asking.shell("核对日历改动"),
        (&fact, &impact),
        (typed, problems),
        &calendar,
    );
    layout::answer(&page, &page.problems)
}

/// What whoever confirms has seen: the version of the table, and each clock that moves.
fn seen(fact: &Arranged, impact: &Impact) -> String {
    let moved = impact.moved().iter().map(|it| {
        let (from, to) = it.days();
        format!("{} {from} {to} {}", it.clock(), it.provisional())
    });
    let moved = moved.collect::<Vec<_>>().join("\n");
    format!("{} {}", fact.seen(), hex(&sha256(moved.as_bytes())))
}
