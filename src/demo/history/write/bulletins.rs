//! Freezing an issue with what is on record by then, and publishing it.

use super::{Desk, HistoryResult};
use crate::domain::bulletin::{draft, freeze as frozen, publish as published};
use crate::domain::period::Period;
use crate::store::bulletins::{self, Issue};

/// Makes the draft and freezes it.
pub(super) async fn freeze(desk: &mut Desk, period: Period) -> HistoryResult<()> {
    let drafted = desk.allowed(draft(period, desk.actor(), desk.at))?;
    bulletins::record(&mut desk.tx, &drafted).await?;
    let issue = find(desk, period).await?;
    let units = bulletins::units(&mut desk.tx, &issue).await?;
    let units: Vec<_> = units.iter().map(|unit| unit.id).collect();
    let contents = bulletins::derive(&mut desk.tx, &issue, &units).await?;
    let fact = desk.allowed(frozen(&issue.bulletin, contents, desk.actor(), desk.at))?;
    Ok(bulletins::record_freeze(&mut desk.tx, period, &fact).await?)
}

pub(super) async fn publish(desk: &mut Desk, period: Period) -> HistoryResult<()> {
    let issue = find(desk, period).await?;
    let fact = desk.allowed(published(&issue.bulletin, desk.actor(), desk.at))?;
    Ok(bulletins::record_publication(&mut desk.tx, period, &fact).await?)
}

async fn find(desk: &mut Desk, period: Period) -> HistoryResult<Issue> {
    let issue = bulletins::find(&mut desk.tx, period).await?;
    issue.ok_or_else(|| desk.refused([format!("there is no issue {period}")]))
}
