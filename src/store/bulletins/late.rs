//! What came to light about the issues before (补录): derived for a draft, kept with a frozen issue.

use super::{Issue, SERIES, frozen, list, period};
use crate::domain::figure::{Bucket, Change, Frame, Late, Metric, compute_all, late_entries};
use crate::domain::figure::{Figure, with_printed};
use crate::domain::ids::{AssignmentId, PetitionCaseId, UnitId};
use crate::domain::period::Window;
use crate::store::{StoreResult, Tx, figures};

/// How many issues back a late fact is looked for: a year of them.
const ISSUES_BEFORE: usize = 26;

/// What came to light about the issues before, up to the cut-off of this one, and was not printed
/// yet. All of them are derived again from one reading of the facts.
pub(super) async fn derive(tx: &mut Tx, issue: &Issue) -> StoreResult<Vec<Late>> {
    let issues = before(tx, issue).await?;
    let (Some(first), Some(last)) = (issues.first(), issues.last()) else { return Ok(Vec::new()) };
    let cut_off = issue.period().cut_off();
    let window = Window::of_days(first.period().first_day(), last.period().last_day());
    let whole = Frame { window, ..Frame::of(last.period()) }.as_known_at(cut_off);
    let facts = figures::facts(tx, &whole).await?;
    let mut kept = frozen::all(tx, &issues.iter().collect::<Vec<_>>()).await?;
    let printed = printed_by(tx, &issues).await?;
    let mut late = Vec::new();
    for old in &issues {
        let figures = kept.remove(&old.bulletin.id.0).unwrap_or_default();
        let units = units(&figures);
        let own = printed.iter().filter(|one| one.about == old.period());
        let known = with_printed(figures, own);
        let frame = Frame::of(old.period()).as_known_at(cut_off);
        let now = compute_all(old.method.metrics(), &units, &facts, &frame);
        late.extend(late_entries(old.period(), &known, &now));
    }
    Ok(late)
}

/// The issues before this one that were frozen when it was, the oldest first. None for an issue
/// that was frozen out of turn: a later one has printed what there was.
async fn before(tx: &mut Tx, issue: &Issue) -> StoreResult<Vec<Issue>> {
    let frozen_first = |other: &Issue| match (other.frozen_at, issue.frozen_at) {
        (Some(other), Some(this)) => other < this,
        (other, None) => other.is_some(),
        (None, Some(_)) => false,
    };
    let issues = list(tx, None).await?;
    let others = issues.into_iter().filter(|other| other.court == issue.court);
    let others: Vec<_> = others.filter(frozen_first).collect();
    if others.iter().any(|other| other.period() > issue.period()) {
        return Ok(Vec::new());
    }
    let earlier = others.into_iter().filter(|other| other.period() < issue.period());
    let mut earlier: Vec<_> = earlier.take(ISSUES_BEFORE).collect();
    earlier.reverse();
    Ok(earlier)
}

fn units(figures: &[Figure]) -> Vec<UnitId> {
    let mut units: Vec<_> = figures.iter().map(|figure| figure.unit).collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// What the issue printed about those before it.
pub async fn printed(tx: &mut Tx, issue: &Issue) -> StoreResult<Vec<Late>> {
    printed_by(tx, std::slice::from_ref(issue)).await
}

/// What these issues printed about those before them, in the order of printing.
async fn printed_by(tx: &mut Tx, issues: &[Issue]) -> StoreResult<Vec<Late>> {
    let ids: Vec<_> = issues.iter().map(|issue| issue.bulletin.id.0).collect();
    let rows = sqlx::query!(
        r#"SELECT about.period, l.unit_id AS "unit: UnitId", l.metric AS "metric: Metric",
                  l.case_id AS "case: PetitionCaseId", l.case_number AS number,
                  l.assignment_id AS "assignment: AssignmentId", l.bucket_before AS "before: Bucket",
                  l.bucket_now AS "now: Bucket", l.reason
           FROM bulletin_change l
           JOIN bulletin b ON b.id = l.bulletin_id
           JOIN bulletin about ON about.id = l.about_id AND about.series = $2
           WHERE l.bulletin_id = ANY ($1)
           ORDER BY b.first_day, l.place"#,
        &ids,
        SERIES,
    )
    .fetch_all(tx.unscoped())
    .await?;
    let late = rows.into_iter().map(|row| {
        let change = Change {
            case: row.case,
            number: row.number,
            assignment: row.assignment,
            before: row.before,
            now: row.now,
            reason: row.reason,
        };
        let about = period(&row.period)?;
        Ok(Late { about, unit: row.unit, metric: row.metric, change })
    });
    late.collect()
}
