//! What the courts know of a matter when its petitioner comes again: what was said and answered, what
//! is being done, what a new entry is filled with. Only of what the reader may know.

use chrono::NaiveDate;

use super::{StoreResult, Tx};
use crate::domain::deadline::ClockKind;
use crate::domain::ids::{PetitionerId, UnitId, VisitId};
use crate::domain::visit::{Category, Disposition};

/// What someone said at an earlier visit, and what they were told.
#[derive(Debug, Clone)]
pub struct Said {
    pub number: String,
    pub summary: String,
    pub answer: String,
    pub disposition: Disposition,
}

/// What was said at those of the visits whose account the reader may know: their own court's.
pub async fn said(tx: &mut Tx, numbers: &[String]) -> StoreResult<Vec<Said>> {
    let (conn, scope) = tx.scoped();
    let said = sqlx::query_as!(
        Said,
        r#"SELECT v.number, coalesce(nullif(t.summary, ''), e.summary, '') AS "summary!", t.answer_text AS "answer!",
                  v.disposition AS "disposition: Disposition"
           FROM visit v
           CROSS JOIN LATERAL account_of_visit(v.id, $2) t
           LEFT JOIN LATERAL account_of_visit(t.same_as_visit_id, $2) e ON true
           WHERE v.number = ANY ($1) AND within($2, v)"#,
        numbers,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(said)
}

/// What is being done about a case, where the reader may know its grounds.
#[derive(Debug, Clone)]
pub struct Progress {
    pub number: String,
    pub summary: String,
    pub due_on: Option<NaiveDate>,
    pub due_clock: Option<ClockKind>,
}

/// The grounds and the next due day of those of the cases whose narrative is open.
pub async fn progress(tx: &mut Tx, numbers: &[String]) -> StoreResult<Vec<Progress>> {
    let (conn, scope) = tx.scoped();
    let progress = sqlx::query_as!(
        Progress,
        r#"SELECT n.number, g.summary, n.due_on, n.due_clock AS "due_clock: ClockKind"
           FROM petition_case_now n
           JOIN grounds g ON g.case_id = n.case_id
           WHERE n.number = ANY ($1) AND within($2, n.unit_id, n.case_id)
             AND ($3 IN ('all', 'narrative')
                  OR EXISTS (SELECT FROM team_member m WHERE m.case_id = n.case_id AND m.ended_at IS NULL
                             AND m.staff_id = $4))"#,
        numbers,
        scope.reach() as _,
        scope.opening().code(),
        scope.holder().0,
    )
    .fetch_all(conn)
    .await?;
    Ok(progress)
}

/// A matter that the reader's court already has words for: what a new entry on it is filled with.
#[derive(Debug, Clone)]
pub struct Matter {
    pub category: Category,
    pub origin: Option<UnitId>,
    pub court_case: Option<String>,
}

/// The matter of a case within reach.
pub async fn matter(tx: &mut Tx, case_number: &str) -> StoreResult<Option<Matter>> {
    let (conn, scope) = tx.scoped();
    let matter = sqlx::query_as!(
        Matter,
        r#"SELECT c.category AS "category: Category", c.origin_unit_id AS "origin: UnitId",
                  (SELECT k.number FROM petition_case_court_case l JOIN court_case k ON k.id = l.court_case_id
                   WHERE l.case_id = c.id ORDER BY k.id LIMIT 1) AS court_case
           FROM petition_case c WHERE c.number = $1 AND within($2, c.unit_id, c.id)"#,
        case_number,
        scope.reach() as _,
    )
    .fetch_optional(conn)
    .await?;
    Ok(matter)
}

/// The newest account that a person gave of a case, where the reader may know it: what 「诉求同上次」
/// refers to.
pub async fn last_account(
    tx: &mut Tx,
    person: PetitionerId,
    case_number: &str,
) -> StoreResult<Option<(VisitId, String)>> {
    let (conn, scope) = tx.scoped();
    let last = sqlx::query!(
        r#"SELECT v.id AS "visit: VisitId", t.summary AS "summary!"
           FROM visit v
           JOIN visit_case vc ON vc.visit_id = v.id
           JOIN petition_case c ON c.id = vc.case_id
           CROSS JOIN LATERAL account_of_visit(v.id, $3) t
           WHERE v.petitioner_id = $1 AND c.number = $2 AND within($3, v) AND t.summary <> ''
             AND NOT EXISTS (SELECT FROM visit_void x WHERE x.visit_id = v.id)
           ORDER BY v.received_at DESC, v.id DESC
           LIMIT 1"#,
        person.0,
        case_number,
        scope.reach() as _,
    )
    .fetch_optional(conn)
    .await?;
    Ok(last.map(|row| (row.visit, row.summary)))
}
