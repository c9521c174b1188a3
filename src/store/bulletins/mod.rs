//! Bulletins (双周通报): the issues, and what one holds while it is not yet frozen.

mod frozen;
mod late;
mod record;

use chrono::{DateTime, Utc};

use super::{StoreError, StoreResult, Tx, figures};
use crate::domain::bulletin::{Bulletin, Contents, State, whole_of_outcomes, wholes_by_unit};
use crate::domain::figure::{Figure, Frame, Metric, compute};
use crate::domain::ids::{BulletinId, UnitId};
use crate::domain::period::Period;
use crate::domain::snapshot::{ContentHash, Method, Snapshot};
use crate::domain::unit::{Unit, UnitKind};
pub use frozen::{Earlier, earlier, figure, fractions, marked, reachable, snapshot};
pub use late::printed as late;
pub use record::{record, record_freeze, record_publication};

/// The series of the fortnightly bulletin; other series put their code in front of the period.
const SERIES: &str = "biweekly";

/// An issue with what its pages say about it.
#[derive(Debug, Clone)]
pub struct Issue {
    pub bulletin: Bulletin,
    /// The court that issues it, and below which its units lie.
    pub court: UnitId,
    pub court_name: String,
    pub method: Method,
    pub drafted_by: String,
    pub frozen_at: Option<DateTime<Utc>>,
    pub frozen_by: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
}

impl Issue {
    pub const fn period(&self) -> Period {
        self.bulletin.period
    }
}

struct Row {
    id: BulletinId,
    period: String,
    court: UnitId,
    court_name: String,
    method_version: i32,
    ranked: Vec<Metric>,
    shown: Vec<Metric>,
    smallest_base: i32,
    drafted_by: String,
    hash: Option<Vec<u8>>,
    frozen_at: Option<DateTime<Utc>>,
    frozen_by: Option<String>,
    published_at: Option<DateTime<Utc>>,
}

impl Row {
    fn issue(self) -> StoreResult<Issue> {
        let state = match (self.frozen_at, self.published_at) {
            (_, Some(_)) => State::Published,
            (Some(_), None) => State::Checking,
            (None, None) => State::Draft,
        };
        let bulletin = Bulletin {
            id: self.id,
            period: period(&self.period)?,
            state,
            hash: self.hash.map(|bytes| hash(&bytes)).transpose()?,
        };
        let method = Method {
            version: unsigned("version", self.method_version)?,
            ranked: self.ranked,
            shown: self.shown,
            smallest_base: unsigned("smallest_base", self.smallest_base)?,
        };
        Ok(Issue {
            bulletin,
            court: self.court,
            court_name: self.court_name,
            method,
            drafted_by: self.drafted_by,
            frozen_at: self.frozen_at,
            frozen_by: self.frozen_by,
            published_at: self.published_at,
        })
    }
}

fn unreadable(table: &'static str, column: &'static str, value: &impl ToString) -> StoreError {
    StoreError::Unreadable { table, column, value: value.to_string() }
}

fn period(text: &str) -> StoreResult<Period> {
    text.parse().map_err(|_| unreadable("bulletin", "period", &text))
}

fn hash(bytes: &[u8]) -> StoreResult<ContentHash> {
    let whole = <[u8; 32]>::try_from(bytes);
    let short = |_| unreadable("bulletin_freeze", "content_hash", &bytes.len());
    whole.map(ContentHash::from_bytes).map_err(short)
}

fn unsigned(column: &'static str, number: i32) -> StoreResult<u32> {
    number.try_into().map_err(|_| unreadable("method", column, &number))
}

/// The issues within reach, the newest first, all or so many: for the bureau also those that are
/// not yet published.
pub async fn list(tx: &mut Tx, at_most: Option<i64>) -> StoreResult<Vec<Issue>> {
    read(tx, None, at_most).await
}

/// The issue of a period, unless there is none or it is not for the reader.
pub async fn find(tx: &mut Tx, period: Period) -> StoreResult<Option<Issue>> {
    Ok(read(tx, Some(period), None).await?.pop())
}

async fn read(
    tx: &mut Tx,
    period: Option<Period>,
    at_most: Option<i64>,
) -> StoreResult<Vec<Issue>> {
    let (conn, scope) = tx.scoped();
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT b.id AS "id: BulletinId", b.period, b.unit_id AS "court: UnitId", u.name AS court_name,
                  b.method_version, m.ranked AS "ranked: Vec<Metric>", m.shown AS "shown: Vec<Metric>",
                  m.smallest_base, acting_name(d.name, b.on_behalf_of) AS "drafted_by!", f.content_hash AS "hash?", f.frozen_at AS "frozen_at?",
                  acting_name(s.name, f.on_behalf_of) AS "frozen_by?", p.published_at AS "published_at?"
           FROM bulletin b
           JOIN method m ON m.version = b.method_version
           JOIN unit u ON u.id = b.unit_id
           JOIN staff d ON d.id = b.recorded_by
           LEFT JOIN bulletin_freeze f ON f.bulletin_id = b.id
           LEFT JOIN staff s ON s.id = f.recorded_by
           LEFT JOIN bulletin_publication p ON p.bulletin_id = b.id
           WHERE b.series = $1 AND ($2::text IS NULL OR b.period = $2)
             AND EXISTS (SELECT FROM unit_path y WHERE y.ancestor_id = b.unit_id AND y.unit_id = ANY ($3))
             AND ($4 OR p.published_at IS NOT NULL)
           ORDER BY b.first_day DESC
           LIMIT $5"#,
        SERIES,
        period.map(|period| period.to_string()),
        scope.units(),
        scope.drafts(),
        at_most,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::issue).collect()
}

/// The units of an issue on its last day, in their fixed order. Those that are compared with no
/// other stand among them: a case of theirs must not vanish from the totals.
pub async fn units(tx: &mut Tx, issue: &Issue) -> StoreResult<Vec<Unit>> {
    let last_day = issue.period().last_day();
    let (conn, id) = tx.of_issue(issue);
    let units = sqlx::query_as!(
        Unit,
        r#"SELECT u.id AS "id: UnitId", u.parent_id AS "parent: UnitId", u.code, u.name, u.short_name,
                  u.kind AS "kind: UnitKind", u.court_code, u.compared_in, u.place
           FROM bulletin b
           JOIN unit_path p ON p.ancestor_id = b.unit_id
           JOIN unit u ON u.id = p.unit_id
           WHERE b.id = $1 AND u.valid_from <= $2 AND (u.valid_until IS NULL OR $2 < u.valid_until)
           ORDER BY u.place, u.id"#,
        id,
        last_day,
    )
    .fetch_all(conn)
    .await?;
    Ok(units)
}

/// The contents of an issue, from what was on record at its cut-off: what a draft shows, what is
/// frozen, and what a check derives again.
pub async fn derive(tx: &mut Tx, issue: &Issue, units: &[UnitId]) -> StoreResult<Contents> {
    let frame = Frame::of(issue.period());
    let facts = figures::facts(tx, &frame).await?;
    let snapshot = Snapshot::derive(issue.period(), issue.method.clone(), units, &facts);
    let mut wholes = wholes_by_unit(&snapshot, units, &facts);
    let closed = figures::closed_numbers(tx, &frame).await?;
    wholes.push(whole_of_outcomes(&snapshot, &closed));
    let late = late::derive(tx, issue).await?;
    Ok(Contents { snapshot, wholes, late })
}

/// One figure of a draft.
pub async fn derive_figure(
    tx: &mut Tx,
    issue: &Issue,
    (unit, metric): (UnitId, Metric),
) -> StoreResult<Option<Figure>> {
    let frame = Frame::of(issue.period());
    let facts = figures::facts(tx, &frame).await?;
    Ok(compute(metric, &[unit], &facts, &frame).pop())
}
