//! How petition cases ended, and how the court cases behind them were graded.

use chrono::{DateTime, Utc};

use super::{StoreResult, Tx, units};
use crate::domain::access::Scope;
use crate::domain::composition::{Group, by_ending, sources};
use crate::domain::ids::{ImportId, UnitId};
use crate::domain::outcome::Outcome;
use crate::domain::source::Source;
use crate::domain::summary::{By, Part, Reviewed, Reviews, Summary, rates};

/// Of which of the cases within reach figures are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Base {
    /// Of one import alone. It is a cohort: its open cases are in the base of the rates.
    pub import: Option<ImportId>,
    /// Of those alone in whose team the reader is.
    pub own: bool,
}

impl Base {
    fn import(self) -> Option<i64> {
        self.import.map(|import| import.0)
    }

    fn member(self, scope: &Scope) -> Option<i64> {
        self.own.then_some(scope.holder().0)
    }
}

/// A closed case, with what rows are made of.
struct Closed {
    source: Option<Source>,
    unit: UnitId,
    outcome: Outcome,
}

/// The outcomes of the closed cases within reach, or of some of them.
pub async fn summary(tx: &mut Tx, by: By, base: Base) -> StoreResult<Summary> {
    let closed = closed(tx, base).await?;
    let outcomes: Vec<_> = closed.iter().map(|case| case.outcome).collect();
    let cohort = match base.import {
        Some(_) => Some(count(tx, base).await?),
        None => None,
    };
    let composition = match by {
        By::Source => {
            let closed: Vec<_> = closed.iter().map(|case| (case.source, case.outcome)).collect();
            by_ending(&sources(), &closed)
        }
        By::Court => {
            let closed: Vec<_> = closed.iter().map(|case| (case.unit, case.outcome)).collect();
            by_ending(&courts(tx).await?, &closed)
        }
    };
    let reviews = reviews(tx, base).await?;
    Ok(Summary { by, composition, rates: rates(&outcomes, cohort), reviews })
}

async fn courts(tx: &mut Tx) -> StoreResult<Vec<Group<UnitId>>> {
    let units = units::list(tx).await?;
    let group = |unit: crate::domain::unit::Unit| Group {
        of: unit.id,
        code: unit.code,
        label: unit.short_name,
    };
    Ok(units.into_iter().map(group).collect())
}

/// The cases whose last round is closed, by how it ended.
async fn closed(tx: &mut Tx, base: Base) -> StoreResult<Vec<Closed>> {
    let (conn, scope) = tx.scoped();
    let closed = sqlx::query_as!(
        Closed,
        r#"SELECT n.source AS "source: Source", c.unit_id AS "unit: UnitId", o.outcome AS "outcome: Outcome"
           FROM petition_case c
           JOIN petition_case_now n ON n.case_id = c.id
           JOIN round_outcome o ON o.round_id = n.round_id
           WHERE within($1, c.unit_id, c.id) AND n.stage <> 'void' AND ($2::bigint IS NULL OR c.import_id = $2)
             AND ($3::bigint IS NULL OR EXISTS (SELECT FROM team_member t WHERE t.case_id = c.id
                                                AND t.staff_id = $3 AND t.ended_at IS NULL))"#,
        scope.reach() as _,
        base.import(),
        base.member(scope),
    )
    .fetch_all(conn)
    .await?;
    Ok(closed)
}

/// Which of the closed cases a figure counts.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    pub by: By,
    /// The code of a source or of a unit; none: all groups.
    pub group: Option<&'a str>,
    pub part: Part,
    pub base: Base,
}

/// A case behind a figure.
#[derive(Debug, Clone)]
pub struct CountedCase {
    pub number: String,
    pub unit: String,
    pub source: Option<Source>,
    pub outcome: Outcome,
    pub closed_at: DateTime<Utc>,
}

/// The cases behind a figure, by number, after one of them.
pub async fn counted(
    tx: &mut Tx,
    of: Counted<'_>,
    (after, size): (&str, i64),
) -> StoreResult<Vec<CountedCase>> {
    let (conn, scope) = tx.scoped();
    let outcomes = Outcome::ALL.iter().filter(|outcome| of.part.counts(**outcome));
    let outcomes: Vec<String> = outcomes.map(|outcome| outcome.code().to_owned()).collect();
    let (source, unit) = match of.by {
        By::Source => (of.group, None),
        By::Court => (None, of.group),
    };
    let cases = sqlx::query_as!(
        CountedCase,
        r#"SELECT c.number, u.short_name AS unit, n.source AS "source: Source", o.outcome AS "outcome: Outcome",
                  o.confirmed_at AS closed_at
           FROM petition_case c
           JOIN petition_case_now n ON n.case_id = c.id
           JOIN round_outcome o ON o.round_id = n.round_id
           JOIN unit u ON u.id = c.unit_id
           WHERE within($1, c.unit_id, c.id) AND n.stage <> 'void' AND ($2::bigint IS NULL OR c.import_id = $2)
             AND o.outcome = ANY ($3) AND ($4::text IS NULL OR coalesce(n.source, '') = $4)
             AND ($5::text IS NULL OR u.code = $5) AND c.number > $6
             AND ($8::bigint IS NULL OR EXISTS (SELECT FROM team_member t WHERE t.case_id = c.id
                                                AND t.staff_id = $8 AND t.ended_at IS NULL))
           ORDER BY c.number LIMIT $7"#,
        scope.reach() as _,
        of.base.import(),
        &outcomes,
        source,
        unit,
        after,
        size,
        of.base.member(scope),
    )
    .fetch_all(conn)
    .await?;
    Ok(cases)
}

/// How many cases an import brought, void ones apart.
async fn count(tx: &mut Tx, base: Base) -> StoreResult<u32> {
    let (conn, scope) = tx.scoped();
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
           FROM petition_case c JOIN petition_case_now n ON n.case_id = c.id
           WHERE within($1, c.unit_id, c.id) AND c.import_id = $2 AND n.stage <> 'void'
             AND ($3::bigint IS NULL OR EXISTS (SELECT FROM team_member t WHERE t.case_id = c.id
                                                AND t.staff_id = $3 AND t.ended_at IS NULL))"#,
        scope.reach() as _,
        base.import(),
        base.member(scope),
    )
    .fetch_one(conn)
    .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The last grade of each reviewed court case.
async fn reviews(tx: &mut Tx, base: Base) -> StoreResult<Reviews> {
    let (conn, scope) = tx.scoped();
    let row = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE grade = 1) AS "first!", count(*) FILTER (WHERE grade = 2) AS "second!",
                  count(*) FILTER (WHERE grade = 3) AS "third!",
                  count(*) FILTER (WHERE accountability) AS "accountability!"
           FROM (SELECT DISTINCT ON (r.case_id, r.court_case_id) r.grade, r.accountability
                 FROM case_review r
                 JOIN petition_case c ON c.id = r.case_id
                 JOIN petition_case_now n ON n.case_id = c.id
                 WHERE within($1, c.unit_id, c.id) AND n.stage <> 'void' AND ($2::bigint IS NULL OR c.import_id = $2)
                   AND ($3::bigint IS NULL OR EXISTS (SELECT FROM team_member t WHERE t.case_id = c.id
                                                      AND t.staff_id = $3 AND t.ended_at IS NULL))
                 ORDER BY r.case_id, r.court_case_id, r.id DESC) last"#,
        scope.reach() as _,
        base.import(),
        base.member(scope),
    )
    .fetch_one(conn)
    .await?;
    let counted = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let grades = [row.first, row.second, row.third].map(counted);
    Ok(Reviews::of(grades, counted(row.accountability)))
}

/// A reviewed court case, with the petition case that it was reviewed for.
#[derive(Debug, Clone)]
pub struct GradedCase {
    pub review: i64,
    pub number: String,
    pub unit: String,
    pub court_case: String,
    pub grade: i32,
    pub accountability: bool,
}

/// The court cases behind a figure of the reviews, by the number of the petition case, after a line.
pub async fn graded(
    tx: &mut Tx,
    (of, base): (Reviewed, Base),
    (after, review): (&str, i64),
    size: i64,
) -> StoreResult<Vec<GradedCase>> {
    let (conn, scope) = tx.scoped();
    let cases = sqlx::query_as!(
        GradedCase,
        r#"SELECT review AS "review!", number AS "number!", unit AS "unit!", court_case AS "court_case!",
                  grade AS "grade!", accountability AS "accountability!"
           FROM (SELECT DISTINCT ON (r.case_id, r.court_case_id) r.id AS review, c.number, u.short_name AS unit,
                        x.number AS court_case, r.grade, r.accountability
                 FROM case_review r
                 JOIN petition_case c ON c.id = r.case_id
                 JOIN petition_case_now n ON n.case_id = c.id
                 JOIN unit u ON u.id = c.unit_id
                 JOIN court_case x ON x.id = r.court_case_id
                 WHERE within($1, c.unit_id, c.id) AND n.stage <> 'void' AND ($2::bigint IS NULL OR c.import_id = $2)
                   AND ($7::bigint IS NULL OR EXISTS (SELECT FROM team_member t WHERE t.case_id = c.id
                                                      AND t.staff_id = $7 AND t.ended_at IS NULL))
                 ORDER BY r.case_id, r.court_case_id, r.id DESC) last
           WHERE CASE WHEN $3::int IS NULL THEN accountability ELSE grade = $3 END
             AND (number, review) > ($4, $5)
           ORDER BY number, review LIMIT $6"#,
        scope.reach() as _,
        base.import(),
        of.grade(),
        after,
        review,
        size,
        base.member(scope),
    )
    .fetch_all(conn)
    .await?;
    Ok(cases)
}
