//! Where a figure comes from: its rule, and the items behind it.

use axum::http::HeaderMap;
use axum::response::Response;

use super::pages::{DrawerPage, FigurePage, Head, ItemLine, ItemList, Source};
use super::table::{beside, heading, unit_of};
use super::{AppError, AppResult, Asking, find};
use crate::domain::calendar::day_of;
use crate::domain::figure::{Bucket, Figure, Item, Mark, Metric};
use crate::domain::fraction::Percent;
use crate::domain::ids::PetitionCaseId;
use crate::domain::period::Period;
use crate::domain::unit::Unit;
use crate::store::Tx;
use crate::store::bulletins::{self, Issue};
use crate::web::extract::Path;
use crate::web::layout;

/// How many items of a kind the drawer shows; the page shows all.
const IN_DRAWER: usize = 5;

pub async fn show(
    asking: Asking,
    Path((period, court, metric)): Path<(Period, String, String)>,
    headers: HeaderMap,
) -> AppResult<Response> {
    let mut tx = asking.begin().await?;
    let issue = find(&mut tx, period).await?;
    let units = bulletins::units(&mut tx, &issue).await?;
    let unit = unit_of(&units, &court).ok_or(AppError::NotFound)?;
    let metric = Metric::from_code(&metric).ok_or(AppError::NotFound)?;
    let figure = read(&mut tx, &issue, unit, metric).await?;
    let cases: Vec<_> = figure.items.iter().map(|item| item.case).collect();
    let reachable = bulletins::reachable(&mut tx, &cases).await?;
    if headers.contains_key("hx-request") {
        let source = source(&issue, (unit, &figure), &reachable, IN_DRAWER);
        return layout::shown(&DrawerPage { source });
    }
    let source = source(&issue, (unit, &figure), &reachable, usize::MAX);
    let head = Head::of(&issue, asking.actor().role, day_of(asking.now()));
    let shell = asking.shell(format!("{}{}", unit.short_name, metric.label()));
    layout::shown(&FigurePage { shell, head, source })
}

async fn read(tx: &mut Tx, issue: &Issue, unit: &Unit, metric: Metric) -> AppResult<Figure> {
    let figure = if issue.bulletin.state.is_frozen() {
        bulletins::figure(tx, issue, (unit.id, metric)).await?
    } else if issue.method.metrics().any(|one| one == metric) {
        bulletins::derive_figure(tx, issue, (unit.id, metric)).await?
    } else {
        None
    };
    figure.ok_or(AppError::NotFound)
}

fn source(
    issue: &Issue,
    (unit, figure): (&Unit, &Figure),
    reachable: &[PetitionCaseId],
    at_most: usize,
) -> Source {
    let (metric, fraction) = (figure.metric, figure.fraction());
    let list = |&bucket: &Bucket| {
        let items: Vec<_> = figure.items.iter().filter(|item| item.bucket == bucket).collect();
        let lines = items.iter().take(at_most).map(|item| line(item, reachable)).collect();
        let heading = heading(metric, bucket, items.len());
        (!items.is_empty()).then_some(ItemList {
            heading,
            lines,
            missing: bucket == Bucket::Missing,
        })
    };
    let lists: Vec<_> = Bucket::ALL.iter().filter_map(list).collect();
    let back = format!("/bulletins/{}", issue.period());
    Source {
        href: format!("{back}/figures/{}/{}", unit.code, metric.code()),
        back: format!("{back}?by={}", metric.code()),
        metric,
        unit: unit.short_name.clone(),
        value: fraction.printed(),
        numerator: figure.numerator,
        denominator: figure.denominator,
        share: fraction.percent().map_or(0, Percent::tenths),
        beside: beside(figure.denominator, |mark| figure.marked(mark)),
        total: figure.items.len(),
        lists,
    }
}

fn line(item: &Item, reachable: &[PetitionCaseId]) -> ItemLine {
    let marks: Vec<_> = item.marks.iter().map(|mark: &Mark| mark.label()).collect();
    ItemLine {
        number: item.number.clone(),
        reason: item.reason.clone(),
        marks: marks.join("、"),
        opens: reachable.contains(&item.case),
    }
}
