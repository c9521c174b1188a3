//! Periods of retention, what is destroyed when they are over, and what remains to be read of it.

use chrono::{DateTime, NaiveDate, Utc};

use super::owner::Owner;
use super::{StoreError, StoreResult, Tx};
use crate::domain::calendar::start_of;
use crate::domain::retention::{Changed, Class, Destroyed, Length, Matter, Note, Rule, Rules};

struct RuleRow {
    class: Class,
    valid_from: NaiveDate,
    length: i32,
    unit: String,
    basis: String,
}

impl RuleRow {
    fn rule(self) -> StoreResult<Rule> {
        let unreadable = |column, value: String| StoreError::Unreadable {
            table: "retention_rule",
            column,
            value,
        };
        let length = u16::try_from(self.length)
            .map_err(|_| unreadable("length", self.length.to_string()))?;
        let length = match self.unit.as_str() {
            "day" => Length::Days(length),
            "month" => Length::Months(length),
            _ => return Err(unreadable("unit", self.unit)),
        };
        Ok(Rule { class: self.class, valid_from: self.valid_from, length, basis: self.basis })
    }
}

/// All versions of all periods.
pub async fn rules(tx: &mut Tx) -> StoreResult<Rules> {
    let rows = sqlx::query_as!(
        RuleRow,
        r#"SELECT class AS "class: Class", valid_from, length, unit, basis FROM retention_rule"#
    )
    .fetch_all(tx.unscoped())
    .await?;
    rows.into_iter().map(RuleRow::rule).collect::<StoreResult<_>>().map(Rules::new)
}

/// Matters of a class whose period began before a day, after one of them; with the key of the last.
pub async fn candidates(
    tx: &mut Tx,
    class: Class,
    (before, after): (NaiveDate, i64),
    at_most: i64,
) -> StoreResult<(Vec<Matter>, Option<i64>)> {
    let rows = sqlx::query!(
        r#"SELECT subject_id AS "id!", subject AS "subject!", since AS "since!", held AS "held!"
           FROM retention_candidates($1, $2, $3, $4)"#,
        class.code(),
        start_of(before),
        after,
        at_most,
    )
    .fetch_all(tx.unscoped())
    .await?;
    let last = rows.last().map(|row| row.id);
    let matters = rows.into_iter().map(|row| Matter {
        class,
        subject: row.subject,
        since: row.since,
        held: row.held,
    });
    Ok((matters.collect(), last))
}

/// Destroys a matter, with its entry in the audit; whether the database found it due and free too.
pub async fn record(tx: &mut Tx, fact: &Destroyed) -> StoreResult<bool> {
    let counts = sqlx::query_scalar!(
        "SELECT retention_erase($1, $2, $3)",
        fact.class().code(),
        fact.subject(),
        fact.at(),
    )
    .fetch_one(tx.unscoped())
    .await?;
    Ok(counts.is_some())
}

/// What was destroyed after the one with this key, in order.
pub async fn notes(tx: &mut Tx, after: i64, at_most: i64) -> StoreResult<Vec<Note>> {
    let notes = sqlx::query_as!(
        Note,
        r#"SELECT e.id, e.erased_at, e.class AS "class: Class",
                  coalesce(c.number, v.number, i.uuid::text, '') AS "subject!", e.since
           FROM erasure e
           LEFT JOIN petition_case c ON c.id = e.case_id
           LEFT JOIN visit v ON v.id = e.visit_id
           LEFT JOIN import i ON i.id = e.import_id
           WHERE e.id > $1 AND (e.class <> 'case_file' OR e.case_id IS NOT NULL)
           ORDER BY e.id LIMIT $2"#,
        after,
        at_most,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(notes.into_iter().filter(|note| !note.subject.is_empty()).collect())
}

/// How many matters of a class there are: numbers for who keeps the program.
#[derive(Debug, Clone)]
pub struct Forecast {
    pub class: Class,
    pub kept: i64,
    /// Free, and their last day lies ahead.
    pub soon: i64,
    /// Free, and their last day is past: the next run takes them.
    pub over: i64,
    pub held: i64,
}

/// The numbers of the classes, with what falls due before a day.
pub async fn forecast(
    tx: &mut Tx,
    today: NaiveDate,
    ahead: NaiveDate,
) -> StoreResult<Vec<Forecast>> {
    let lines = sqlx::query_as!(
        Forecast,
        r#"SELECT class AS "class!: Class", kept AS "kept!", soon AS "soon!", over AS "over!", held AS "held!"
           FROM retention_forecast($1, $2)"#,
        today,
        ahead,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(lines)
}

/// How many of a class were destroyed in a month.
#[derive(Debug, Clone)]
pub struct Month {
    pub month: NaiveDate,
    pub class: Class,
    pub times: i64,
}

/// What was destroyed since a day, by month, the newest first.
pub async fn history(tx: &mut Tx, first: NaiveDate) -> StoreResult<Vec<Month>> {
    let months = sqlx::query_as!(
        Month,
        r#"SELECT month AS "month!", class AS "class!: Class", times AS "times!" FROM retention_history($1)"#,
        first,
    )
    .fetch_all(tx.unscoped())
    .await?;
    Ok(months)
}

impl Owner {
    /// All versions of all periods.
    pub async fn retention_rules(&mut self) -> StoreResult<Rules> {
        let rows = sqlx::query_as!(
            RuleRow,
            r#"SELECT class AS "class: Class", valid_from, length, unit, basis FROM retention_rule"#
        )
        .fetch_all(self.connection())
        .await?;
        rows.into_iter().map(RuleRow::rule).collect::<StoreResult<_>>().map(Rules::new)
    }

    /// Writes a new version of a period, with a line in the audit.
    pub async fn record_retention(&mut self, fact: &Changed) -> StoreResult<()> {
        let rule = fact.rule();
        let (length, unit) = match rule.length {
            Length::Days(days) => (days, "day"),
            Length::Months(months) => (months, "month"),
        };
        self.begin().await?;
        sqlx::query!(
            "INSERT INTO retention_rule (class, valid_from, length, unit, basis) VALUES ($1, $2, $3, $4, $5)",
            rule.class.code(),
            rule.valid_from,
            i32::from(length),
            unit,
            rule.basis.trim(),
        )
        .execute(self.connection())
        .await?;
        let object = format!("{} {length} {unit} {}", rule.class.code(), rule.valid_from);
        self.trace("retention.changed", &object, fact.at()).await?;
        self.commit().await
    }

    /// Destroys once more what was destroyed after this database's moment; how many were there. What is
    /// destroyed from now on comes after all of them in the order.
    pub async fn erase_again(&mut self, notes: &[Note], at: DateTime<Utc>) -> StoreResult<i64> {
        let last = notes.iter().map(|note| note.id).max().unwrap_or_default();
        sqlx::query!(
            "SELECT setval(pg_get_serial_sequence('erasure', 'id'),
                           greatest($1, 1, (SELECT max(id) FROM erasure)))",
            last,
        )
        .fetch_one(self.connection())
        .await?;
        let mut count = 0;
        for note in notes {
            let counts = sqlx::query_scalar!(
                "SELECT retention_erase_again($1, $2, $3, $4)",
                note.class.code(),
                note.subject,
                note.since,
                at,
            )
            .fetch_one(self.connection())
            .await?;
            count += i64::from(counts.is_some());
        }
        Ok(count)
    }
}
