//! What an issue froze, read back.

use std::collections::BTreeMap;

use super::{Issue, SERIES, period, unreadable};
use crate::domain::figure::{Bucket, Figure, Item, Mark, Metric};
use crate::domain::fraction::Fraction;
use crate::domain::ids::{AssignmentId, BulletinId, PetitionCaseId, UnitId};
use crate::domain::period::Period;
use crate::domain::snapshot::Snapshot;
use crate::store::{StoreResult, Tx};

impl Tx {
    /// The connection, for what hangs on an issue within reach. The key must be bound.
    pub(super) fn of_issue(&mut self, issue: &Issue) -> (&mut sqlx::PgConnection, i64) {
        (self.unscoped(), issue.bulletin.id.0)
    }
}

fn counted(number: i32) -> StoreResult<u32> {
    number.try_into().map_err(|_| unreadable("bulletin_figure", "denominator", &number))
}

/// The fractions of a frozen issue, without the items behind them.
pub async fn fractions(
    tx: &mut Tx,
    issue: &Issue,
) -> StoreResult<BTreeMap<(Metric, UnitId), Fraction>> {
    let (conn, id) = tx.of_issue(issue);
    let rows = sqlx::query!(
        r#"SELECT unit_id AS "unit: UnitId", metric AS "metric: Metric", numerator, denominator
           FROM bulletin_figure WHERE bulletin_id = $1"#,
        id,
    )
    .fetch_all(conn)
    .await?;
    let pair = |(unit, metric, n, d)| Ok(((metric, unit), Fraction::new(counted(n)?, counted(d)?)));
    rows.into_iter()
        .map(|row| pair((row.unit, row.metric, row.numerator, row.denominator)))
        .collect()
}

/// How many items of the denominators carry a mark.
pub async fn marked(
    tx: &mut Tx,
    issue: &Issue,
) -> StoreResult<BTreeMap<(Metric, UnitId, Mark), u32>> {
    let (conn, id) = tx.of_issue(issue);
    let rows = sqlx::query!(
        r#"SELECT i.metric AS "metric: Metric", i.unit_id AS "unit: UnitId", m.mark AS "mark!: Mark",
                  count(*)::int AS "count!"
           FROM bulletin_item i CROSS JOIN unnest(i.marks) AS m (mark)
           WHERE i.bulletin_id = $1 AND i.bucket <> 'excluded'
           GROUP BY i.metric, i.unit_id, m.mark"#,
        id,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| Ok(((row.metric, row.unit, row.mark), counted(row.count)?)))
        .collect()
}

/// A figure of an issue before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    pub period: Period,
    pub unit: UnitId,
    pub fraction: Fraction,
}

/// The figures of one metric in the frozen issues before, as many issues back as asked for and as
/// are within reach; the oldest first.
pub async fn earlier(
    tx: &mut Tx,
    issue: &Issue,
    metric: Metric,
    issues: i64,
) -> StoreResult<Vec<Earlier>> {
    let first = issue.period().first_day();
    let (conn, scope) = tx.scoped();
    let rows = sqlx::query!(
        r#"SELECT b.period, f.unit_id AS "unit: UnitId", f.numerator, f.denominator
           FROM (SELECT o.id, o.period, o.first_day FROM bulletin o
                 JOIN bulletin_freeze z ON z.bulletin_id = o.id
                 WHERE o.unit_id = $1 AND o.series = $2 AND o.first_day < $3
                   AND ($6 OR EXISTS (SELECT FROM bulletin_publication p WHERE p.bulletin_id = o.id))
                 ORDER BY o.first_day DESC LIMIT $4) b
           JOIN bulletin_figure f ON f.bulletin_id = b.id AND f.metric = $5
           ORDER BY b.first_day"#,
        issue.court.0,
        SERIES,
        first,
        issues,
        metric.code(),
        scope.drafts(),
    )
    .fetch_all(conn)
    .await?;
    let figure = |(text, unit, n, d): (String, UnitId, i32, i32)| {
        let fraction = Fraction::new(counted(n)?, counted(d)?);
        Ok(Earlier { period: period(&text)?, unit, fraction })
    };
    rows.into_iter()
        .map(|row| figure((row.period, row.unit, row.numerator, row.denominator)))
        .collect()
}

/// A frozen figure with its items, in the order in which they were frozen.
pub async fn figure(
    tx: &mut Tx,
    issue: &Issue,
    (unit, metric): (UnitId, Metric),
) -> StoreResult<Option<Figure>> {
    let figures = read(tx, &[issue.bulletin.id], Some((unit, metric))).await?;
    Ok(figures.into_iter().next().map(|(_, figure)| figure))
}

/// The whole snapshot as it is kept, whatever its hash.
pub async fn snapshot(tx: &mut Tx, issue: &Issue) -> StoreResult<Snapshot> {
    let figures = all(tx, &[issue]).await?.remove(&issue.bulletin.id.0).unwrap_or_default();
    Ok(Snapshot { period: issue.period(), method: issue.method.clone(), figures })
}

/// The figures of some issues as they are kept, by the issues' ids.
pub(super) async fn all(tx: &mut Tx, issues: &[&Issue]) -> StoreResult<BTreeMap<i64, Vec<Figure>>> {
    let ids: Vec<_> = issues.iter().map(|issue| issue.bulletin.id).collect();
    let mut figures: BTreeMap<i64, Vec<Figure>> = BTreeMap::new();
    for (bulletin, figure) in read(tx, &ids, None).await? {
        figures.entry(bulletin.0).or_default().push(figure);
    }
    Ok(figures)
}

struct ItemRow {
    bulletin: BulletinId,
    unit: UnitId,
    metric: Metric,
    numerator: i32,
    denominator: i32,
    case: Option<PetitionCaseId>,
    number: Option<String>,
    assignment: Option<AssignmentId>,
    bucket: Option<Bucket>,
    marks: Option<Vec<Mark>>,
    reason: Option<String>,
}

impl ItemRow {
    fn item(self) -> Option<Item> {
        Some(Item {
            case: self.case?,
            number: self.number?,
            assignment: self.assignment,
            bucket: self.bucket?,
            marks: self.marks?,
            reason: self.reason?,
        })
    }
}

/// Figures as they are kept: neither sorted nor counted again, so that a check sees any change.
async fn read(
    tx: &mut Tx,
    bulletins: &[BulletinId],
    only: Option<(UnitId, Metric)>,
) -> StoreResult<Vec<(BulletinId, Figure)>> {
    let bulletins: Vec<_> = bulletins.iter().map(|bulletin| bulletin.0).collect();
    let (unit, metric) = only.unzip();
    let rows = sqlx::query_as!(
        ItemRow,
        r#"SELECT f.bulletin_id AS "bulletin: BulletinId", f.unit_id AS "unit: UnitId",
                  f.metric AS "metric: Metric", f.numerator, f.denominator,
                  i.case_id AS "case?: PetitionCaseId", i.case_number AS "number?",
                  i.assignment_id AS "assignment?: AssignmentId", i.bucket AS "bucket?: Bucket",
                  i.marks AS "marks?: Vec<Mark>", i.reason AS "reason?"
           FROM bulletin_figure f
           LEFT JOIN bulletin_item i
                ON i.bulletin_id = f.bulletin_id AND i.unit_id = f.unit_id AND i.metric = f.metric
           WHERE f.bulletin_id = ANY ($1)
             AND ($2::bigint IS NULL OR f.unit_id = $2 AND f.metric = $3)
           ORDER BY f.bulletin_id, f.metric, f.unit_id, i.place"#,
        &bulletins,
        unit.map(|unit| unit.0),
        metric.map(Metric::code),
    )
    .fetch_all(tx.unscoped())
    .await?;
    let mut figures: Vec<(BulletinId, Figure)> = Vec::new();
    for row in rows {
        let key = (row.bulletin, row.unit, row.metric);
        let is_same =
            |(bulletin, last): &(BulletinId, Figure)| (*bulletin, last.unit, last.metric) == key;
        if !figures.last().is_some_and(is_same) {
            let (numerator, denominator) = (counted(row.numerator)?, counted(row.denominator)?);
            let (bulletin, unit, metric) = key;
            let figure = Figure { unit, metric, numerator, denominator, items: Vec::new() };
            figures.push((bulletin, figure));
        }
        if let Some((_, last)) = figures.last_mut() {
            last.items.extend(row.item());
        }
    }
    Ok(figures)
}

/// Which of these cases the reader may open. A number in a bulletin opens nothing by itself.
pub async fn reachable(tx: &mut Tx, cases: &[PetitionCaseId]) -> StoreResult<Vec<PetitionCaseId>> {
    let cases: Vec<i64> = cases.iter().map(|case| case.0).collect();
    let (conn, scope) = tx.scoped();
    let reachable = sqlx::query_scalar!(
        r#"SELECT c.id AS "id: PetitionCaseId" FROM petition_case c
           WHERE c.id = ANY ($1) AND within($2, c.unit_id, c.id)"#,
        &cases,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(reachable)
}
