//! Calendars, rule sets and the clocks that were computed from them.

use chrono::{DateTime, NaiveDate, Utc};

use super::{StoreError, StoreResult, Tx};
use crate::domain::calendar::{Calendar, Day, DayKind};
use crate::domain::deadline::{
    Clock, ClockEvent, ClockKind, ClockRule, DayCount, Roll, RuleSet, What,
};
use crate::domain::ids::{AssignmentId, ClockId, PetitionCaseId, RuleSetId, StaffId};

/// The calendar in force, from the year before `from` on.
pub async fn calendar(tx: &mut Tx, from: NaiveDate) -> StoreResult<Calendar> {
    let days = sqlx::query!(
        r#"SELECT calendar_version_id, day, kind AS "kind: DayKind", name
           FROM calendar_day
           WHERE calendar_version_id = (SELECT max(id) FROM calendar_version) AND day >= $1
           ORDER BY day"#,
        from - chrono::Days::new(1),
    )
    .fetch_all(tx.unscoped())
    .await?;
    let version = days.first().map_or(0, |day| day.calendar_version_id);
    let days = days.into_iter().map(|day| Day { date: day.day, kind: day.kind, name: day.name });
    Ok(Calendar::new(version, days))
}

/// The rule sets for assignments of a day, those apart that were made for one batch.
pub async fn rule_sets(tx: &mut Tx, on: NaiveDate) -> StoreResult<Vec<RuleSet>> {
    let versions = versions(tx, on).await?.into_iter();
    Ok(versions.map(|version| version.set).filter(|set| set.valid_from <= on).collect())
}

/// A version of a rule set with where it stands.
#[derive(Debug, Clone)]
pub struct Version {
    pub set: RuleSet,
    pub basis: String,
}

/// What holds on a day, and what is to come after it.
pub async fn versions(tx: &mut Tx, on: NaiveDate) -> StoreResult<Vec<Version>> {
    let rows = sqlx::query!(
        r#"SELECT r.id AS "id: RuleSetId", r.code, r.version, r.name, r.basis, r.valid_from,
                  c.clock AS "clock: ClockKind", c.days, c.counted_in AS "counted_in: DayCount", c.roll AS "roll: Roll"
           FROM rule_set r JOIN clock_rule c ON c.rule_set_id = r.id
           WHERE r.code <> 'custom' AND (r.valid_from > $1 OR r.id IN (SELECT rules_on($1)))
           ORDER BY r.code = 'standard' DESC, r.code, r.valid_from, r.version,
                    array_position(ARRAY['A0', 'L2', 'M2', 'P7', 'C30', 'O5'], c.clock)"#,
        on,
    )
    .fetch_all(tx.unscoped())
    .await?;
    let mut versions: Vec<Version> = Vec::new();
    for row in rows {
        let days = days(row.days)?;
        let rule = ClockRule { kind: row.clock, days, count: row.counted_in, roll: row.roll };
        match versions.last_mut() {
            Some(version) if version.set.id == row.id => version.set.rules.push(rule),
            _ => versions.push(Version {
                set: RuleSet {
                    id: row.id,
                    code: row.code,
                    name: row.name,
                    version: row.version,
                    valid_from: row.valid_from,
                    rules: vec![rule],
                },
                basis: row.basis,
            }),
        }
    }
    Ok(versions)
}

pub(super) fn days(column: i32) -> StoreResult<u16> {
    u16::try_from(column).map_err(|_| StoreError::Unreadable {
        table: "clock_rule",
        column: "days",
        value: column.to_string(),
    })
}

/// What happens to a clock through a fact of handling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The duty was done.
    Stopped,
    /// What was done came back: the clock goes on with the time already used.
    Resumed(Option<NaiveDate>),
}

/// A turn of the clocks of one kind, with whose act it was and when.
#[derive(Debug, Clone, Copy)]
pub struct Turning {
    pub case: PetitionCaseId,
    pub kind: ClockKind,
    pub turn: Turn,
    pub at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub by: StaffId,
}

/// Turns the clocks of this kind of the given assignments; only those that the turn can change.
pub async fn turn(tx: &mut Tx, assignments: &[AssignmentId], turning: Turning) -> StoreResult<()> {
    let ids: Vec<i64> = assignments.iter().map(|id| id.0).collect();
    let (kind, from, due): (_, &[_], _) = match turning.turn {
        Turn::Stopped => ("stopped", &["running", "paused"], None),
        Turn::Resumed(due) => ("resumed", &["stopped"], due),
    };
    sqlx::query!(
        "INSERT INTO clock_event (clock_id, case_id, kind, at, recorded_at, recorded_by, new_due_on)
         SELECT id, case_id, $4, $5, $6, $7, $8 FROM clock
         WHERE assignment_id = ANY ($1) AND case_id = $2 AND kind = $3 AND state = ANY ($9)",
        &ids,
        turning.case.0,
        turning.kind.code(),
        kind,
        turning.at,
        turning.recorded_at,
        turning.by.0,
        due,
        from as &[&str],
    )
    .execute(tx.unscoped())
    .await?;
    Ok(())
}

/// The running assignments of a case's open round: one act may serve several of them (多头交办).
pub async fn assignments_of_round(
    tx: &mut Tx,
    case: PetitionCaseId,
) -> StoreResult<Vec<AssignmentId>> {
    let (conn, scope) = tx.scoped();
    let ids = sqlx::query_scalar!(
        r#"SELECT a.id AS "id: AssignmentId"
           FROM assignment a
           JOIN petition_case_now n ON n.round_id = a.round_id
           WHERE a.case_id = $1 AND within($2, n.unit_id, n.case_id)
           ORDER BY a.id"#,
        case.0,
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids)
}

/// The key of a rule set; a custom one is written first, with the batch that uses it.
pub async fn ensure_rule_set(
    tx: &mut Tx,
    rules: &RuleSet,
    at: DateTime<Utc>,
) -> StoreResult<RuleSetId> {
    if rules.code != CUSTOM {
        return Ok(rules.id);
    }
    let id = sqlx::query_scalar!(
        r#"INSERT INTO rule_set (code, version, name, basis, valid_from)
           VALUES ($1, (SELECT coalesce(max(version), 0) + 1 FROM rule_set WHERE code = $1), $2, '交办时自定义', $3)
           RETURNING id AS "id: RuleSetId""#,
        CUSTOM,
        rules.name,
        crate::domain::calendar::day_of(at),
    )
    .fetch_one(tx.unscoped())
    .await?;
    let kinds: Vec<String> = rules.rules.iter().map(|rule| rule.kind.code().to_owned()).collect();
    let days: Vec<i32> = rules.rules.iter().map(|rule| i32::from(rule.days)).collect();
    let counts: Vec<String> = rules.rules.iter().map(|rule| rule.count.code().to_owned()).collect();
    let rolls: Vec<String> = rules.rules.iter().map(|rule| rule.roll.code().to_owned()).collect();
    sqlx::query!(
        "INSERT INTO clock_rule (rule_set_id, clock, days, counted_in, roll)
         SELECT $1, f.* FROM unnest($2::text[], $3::int[], $4::text[], $5::text[]) AS f",
        id.0,
        &kinds,
        &days,
        &counts,
        &rolls,
    )
    .execute(tx.unscoped())
    .await?;
    Ok(id)
}

/// The code of rule sets that were made for one batch.
const CUSTOM: &str = "custom";

/// The clocks of one kind in a case's open round, with all that happened to them.
pub async fn clocks_of_round(
    tx: &mut Tx,
    case: PetitionCaseId,
    kind: ClockKind,
) -> StoreResult<Vec<(AssignmentId, Clock)>> {
    let (conn, scope) = tx.scoped();
    let rows = sqlx::query!(
        r#"SELECT k.id AS "id: ClockId", k.assignment_id AS "assignment: AssignmentId", k.origin_at,
                  k.rule_set_id AS "rule_set: RuleSetId", k.calendar_version, k.due_on_original, k.provisional,
                  r.days, r.counted_in AS "counted_in: DayCount", r.roll AS "roll: Roll"
           FROM clock k
           JOIN assignment a ON a.id = k.assignment_id
           JOIN petition_case_now n ON n.round_id = a.round_id
           JOIN clock_rule r ON r.rule_set_id = k.rule_set_id AND r.clock = k.kind
           WHERE k.case_id = $1 AND k.kind = $2 AND within($3, n.unit_id, n.case_id)
           ORDER BY k.assignment_id"#,
        case.0,
        kind.code(),
        scope.reach() as _,
    )
    .fetch_all(conn)
    .await?;
    let mut clocks = Vec::with_capacity(rows.len());
    for row in rows {
        let rule = ClockRule { kind, days: days(row.days)?, count: row.counted_in, roll: row.roll };
        let clock = Clock {
            rule,
            rule_set: row.rule_set,
            origin_at: row.origin_at,
            calendar_version: row.calendar_version,
            due_on_original: row.due_on_original,
            provisional: row.provisional,
            events: events(tx, row.id).await?,
        };
        clocks.push((row.assignment, clock));
    }
    Ok(clocks)
}

/// What happened to a clock that was found within the scope.
async fn events(tx: &mut Tx, clock: ClockId) -> StoreResult<Vec<ClockEvent>> {
    let rows = sqlx::query!(
        "SELECT kind, at, new_due_on, provisional FROM clock_event WHERE clock_id = $1 ORDER BY id",
        clock.0,
    )
    .fetch_all(tx.unscoped())
    .await?;
    rows.into_iter()
        .map(|row| {
            let what = What::from_code(&row.kind, row.new_due_on, row.provisional);
            let what = what.ok_or(StoreError::Unreadable {
                table: "clock_event",
                column: "kind",
                value: row.kind,
            })?;
            Ok(ClockEvent { at: row.at, what })
        })
        .collect()
}
